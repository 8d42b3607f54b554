/* SPDX-License-Identifier: Apache-2.0 */
#include "trouble.h"

#include <criterion/criterion.h>

#define MINUTE TROUBLE_MINUTE_NS

Test(trouble, tells_the_first_at_once_and_nothing_twice)
{
    struct trouble_gate gate = {.told = {0}};
    cr_assert_eq(trouble_take(&gate, TROUBLE_JOURNAL_TRIMMED, 0, MINUTE, 5), 0);
    cr_assert_eq(trouble_take(&gate, TROUBLE_JOURNAL_TRIMMED, 3, MINUTE, 5), 3);
    cr_assert_eq(trouble_take(&gate, TROUBLE_JOURNAL_TRIMMED, 3, MINUTE, 5 + 2 * MINUTE), 0);
}

Test(trouble, tells_what_came_within_a_minute_when_it_is_over)
{
    struct trouble_gate gate = {.told = {0}};
    cr_assert_eq(trouble_take(&gate, TROUBLE_JOURNAL_TRIMMED, 3, MINUTE, 5), 3);
    cr_assert_eq(trouble_take(&gate, TROUBLE_JOURNAL_TRIMMED, 4, MINUTE, 4 + MINUTE), 0);
    cr_assert_eq(trouble_take(&gate, TROUBLE_JOURNAL_TRIMMED, 9, MINUTE, 5 + MINUTE), 6);
}

Test(trouble, keeps_kinds_apart)
{
    struct trouble_gate gate = {.told = {0}};
    cr_assert_eq(trouble_take(&gate, TROUBLE_JOURNAL_TRIMMED, 3, MINUTE, 5), 3);
    cr_assert_eq(trouble_take(&gate, TROUBLE_EVENTS_NOT_ACCEPTED, 7, MINUTE, 6), 7);
}

Test(trouble, tells_again_after_the_interval_that_is_asked_for)
{
    struct trouble_gate gate = {.told = {0}};
    cr_assert_eq(trouble_take(&gate, TROUBLE_JOURNAL_TRIMMED, 3, TROUBLE_HOUR_NS, 5), 3);
    cr_assert_eq(trouble_take(&gate, TROUBLE_JOURNAL_TRIMMED, 9, TROUBLE_HOUR_NS, 5 + MINUTE), 0);
    cr_assert_eq(
        trouble_take(&gate, TROUBLE_JOURNAL_TRIMMED, 9, TROUBLE_HOUR_NS, 5 + TROUBLE_HOUR_NS), 6);
}
