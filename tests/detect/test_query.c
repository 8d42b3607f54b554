/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/query.h"

#include <criterion/criterion.h>
#include <string.h>

static struct slice text(const char *text)
{
    return (struct slice){text, strlen(text)};
}

Test(query, gives_parameters_in_order)
{
    struct slice query = text("a=1&b&=x&&c=d=e");
    static const char *const wanted[][2] = {
        {"a", "1"}, {"b", ""}, {"", "x"}, {"", ""}, {"c", "d=e"}};
    struct slice name;
    struct slice value;
    for (size_t i = 0; i < 5; i++) {
        cr_assert(query_next(&query, &name, &value));
        cr_expect(slice_equals(name, wanted[i][0]), "%zu", i);
        cr_expect(slice_equals(value, wanted[i][1]), "%zu", i);
    }
    cr_expect_not(query_next(&query, &name, &value));
}

Test(query, finds_a_value_by_the_whole_name)
{
    cr_expect(slice_equals(query_find(text("size=3&siz=4"), "siz"), "4"));
    cr_expect_null(query_find(text("size=3"), "siz").text);
}

Test(query, decodes_escapes_and_plus_and_cuts)
{
    char out[8];
    cr_expect_eq(query_decode(text("a%2Cb+%7E"), out, sizeof out), 5);
    cr_expect_str_eq(out, "a,b ~");
    cr_expect_eq(query_decode(text("%4"), out, sizeof out), 2);
    cr_expect_str_eq(out, "%4");
    cr_expect_eq(query_decode(text("0123456789"), out, sizeof out), 7);
    cr_expect_str_eq(out, "0123456");
}

static bool says(const char *raw, const char *wanted, bool anywhere)
{
    char plain[QUERY_TEXT_MAX];
    return query_says(query_plain(text(raw), plain), text(wanted), anywhere);
}

Test(query, says_words_of_its_own_at_the_beginning_or_a_text_anywhere)
{
    cr_expect(says("%20show%0A%09databases", "SHOW DATABASES", false));
    cr_expect(says("show+databases;", "SHOW DATABASES", false));
    cr_expect_not(says("show+databases2", "SHOW DATABASES", false));
    cr_expect_not(says("x show databases", "SHOW DATABASES", false));
    cr_expect(says("select+*+from+system.tables", "FROM SYSTEM.", true));
    cr_expect_not(says("select+*+from+systems", "FROM SYSTEM.", true));
    cr_expect_not(says("sho", "SHOW", false));
    cr_expect(says("anything", "", false));
}

Test(query, compares_names_without_case)
{
    cr_expect_eq(query_compare_names(text("OP"), text("op")), 0);
    cr_expect_lt(query_compare_names(text("op"), text("opt")), 0);
    cr_expect_gt(query_compare_names(text("q"), text("op")), 0);
}

Test(query, is_told_in_a_body_by_its_looks)
{
    cr_expect(query_is_form((struct slice){"cmd=get&a=%20+.-_*", 18}));
    cr_expect(query_is_form((struct slice){"a=", 2}));
    cr_expect_not(query_is_form((struct slice){"cmd", 3}));
    cr_expect_not(query_is_form((struct slice){" a=b", 4}));
    cr_expect_not(query_is_form((struct slice){"a=b c", 5}));
    cr_expect_not(query_is_form((struct slice){"{\"a\":\"=\"}", 9}));
    cr_expect_not(query_is_form((struct slice){"a=\0", 3}));
    cr_expect_not(query_is_form((struct slice){"", 0}));
}
