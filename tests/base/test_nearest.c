/* SPDX-License-Identifier: Apache-2.0 */
/* Words that people meant, and words that are like nothing. */
#include "base/nearest.h"

#include <criterion/criterion.h>

static const char *const known[] = {"title", "table", "requests", "request-bodies", "no", NULL};

Test(nearest, finds_a_word_with_letters_swapped_missing_added_or_changed)
{
    cr_expect_str_eq(nearest_find("titel", known), "title");
    cr_expect_str_eq(nearest_find("request", known), "requests");
    cr_expect_str_eq(nearest_find("tabel", known), "table");
    cr_expect_str_eq(nearest_find("request_bodys", known), "request-bodies");
    cr_expect_str_eq(nearest_find("na", known), "no");
    cr_expect_str_eq(nearest_find("title", known), "title");
}

Test(nearest, finds_nothing_for_words_that_are_far_from_all)
{
    cr_expect_null(nearest_find("colour", known));
    cr_expect_null(nearest_find("tit", known));
    cr_expect_null(nearest_find("", known));
    cr_expect_null(nearest_find("n", known));
    cr_expect_null(nearest_find("a-word-that-is-longer-than-any-that-we-know-anywhere", known));
}

Test(nearest, keeps_the_first_of_equals)
{
    static const char *const twins[] = {"cat", "car", NULL};
    cr_expect_str_eq(nearest_find("caz", twins), "cat");
}
