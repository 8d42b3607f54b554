/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/patterns.h"

#include "scan/database.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(patterns, every_literal_has_at_least_three_bytes)
{
    struct pattern_list list;
    patterns_list(&list);
    cr_assert(list.count > 40 && list.count < PATTERNS_MAX);
    for (size_t i = 0; i < list.count; i++)
        cr_expect_geq(strlen(list.patterns[i].literal), 3, "%s", list.patterns[i].literal);
}

Test(patterns, the_shipped_database_is_made_of_this_list)
{
    struct engine *engine = NULL;
    char *bytes = NULL;
    size_t length = 0;
    cr_assert_eq(patterns_compile(&engine, NULL), AJAR_OK);
    cr_assert_eq(engine_write(engine, &bytes, &length), AJAR_OK);
    cr_expect_eq(length, scan_database_size);
    cr_expect_arr_eq(bytes, scan_database, length);
    free(bytes);
    engine_free(engine);
}
