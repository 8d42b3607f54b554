/* SPDX-License-Identifier: Apache-2.0 */
/* An interface that every machine has, and one that none has. */
#include "process/interface.h"

#include <criterion/criterion.h>
#include <string.h>

Test(interface, knows_loopback)
{
    struct interface_state state;
    struct problem problem = {.text = ""};
    memset(&state, 0xff, sizeof state);
    cr_assert_eq(interface_read("lo", &state, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_str_eq(problem.text, "");
    cr_assert_not(state.lro, "loopback has no hardware");
}

Test(interface, names_what_there_is_for_one_that_is_not)
{
    struct interface_state state;
    memset(&state, 0x5a, sizeof state);
    struct interface_state before;
    memcpy(&before, &state, sizeof state);
    struct problem problem = {.text = ""};
    cr_assert_eq(interface_read("nope0", &state, &problem), AJAR_ERR_NOT_FOUND);
    cr_assert_eq(memcmp(&state, &before, sizeof state), 0);
    cr_assert_eq(strncmp(problem.text, "nope0: no such interface; there are ", 36), 0, "%s",
                 problem.text);
    cr_assert_not_null(strstr(problem.text, "lo"));
}
