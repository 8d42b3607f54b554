/* SPDX-License-Identifier: Apache-2.0 */
#include "ajar/problem.h"

#include <criterion/criterion.h>
#include <string.h>

Test(status, has_a_text_for_each_value)
{
    for (int i = AJAR_OK; i <= AJAR_ERR_NOT_FOUND; i++) {
        cr_expect_str_neq(ajar_status_text((enum ajar_status)i), "unknown status");
        for (int j = AJAR_OK; j < i; j++)
            cr_expect_str_neq(ajar_status_text((enum ajar_status)i),
                              ajar_status_text((enum ajar_status)j));
    }
    cr_assert_str_eq(ajar_status_text((enum ajar_status)99), "unknown status");
}

Test(problem, keeps_the_first_cause)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(problem_set(&problem, AJAR_ERR_FORMAT, "line %d", 3), AJAR_ERR_FORMAT);
    cr_assert_eq(problem_set(&problem, AJAR_ERR_SYSTEM, "later"), AJAR_ERR_SYSTEM);
    cr_assert_str_eq(problem.text, "line 3");
    cr_assert_eq(problem_set(NULL, AJAR_ERR_LIMIT, "nobody listens"), AJAR_ERR_LIMIT);
}

Test(problem, cuts_a_long_text)
{
    struct problem problem = {.text = ""};
    char text[2 * PROBLEM_TEXT_MAX];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    (void)problem_set(&problem, AJAR_ERR_FORMAT, "%s", text);
    cr_assert_eq(strlen(problem.text), PROBLEM_TEXT_MAX - 1);
}
