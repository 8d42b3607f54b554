/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/set.h"

#include "scan/classes.h"

#include <criterion/criterion.h>

Test(set, has_the_shipped_classes_without_a_file)
{
    struct scan_set *set = NULL;
    cr_assert_eq(scan_set_load("", &set, NULL), AJAR_OK);
    cr_expect_eq(scan_set_count(set), CLASSES_BUILTIN);
    cr_expect_str_eq(scan_set_name(set, CLASS_EMAIL), "email");
    cr_expect_eq(scan_set_weight(set, "private_key"), 100);
    cr_expect_eq(scan_set_weight(set, "nothing"), 0);
    scan_set_free(set);
}

Test(set, says_what_file_is_missing)
{
    struct scan_set *set = NULL;
    struct problem problem = {.text = ""};
    cr_expect_eq(scan_set_load("/nonexistent/classes.yaml", &set, &problem), AJAR_ERR_USAGE);
    cr_expect_null(set);
    cr_expect_str_eq(problem.text,
                     "/nonexistent/classes.yaml: No such file or directory; classes is "
                     "a YAML file or a folder");
}
