/* SPDX-License-Identifier: Apache-2.0 */
/* Words that people meant, and words that are like nothing. */
#include "config/schema.h"

#include <criterion/criterion.h>

Test(nearest, finds_a_key_with_letters_swapped_missing_or_added)
{
    cr_assert_str_eq(schema_nearest_key("redis.ulr"), "redis.url");
    cr_assert_str_eq(schema_nearest_key("stie"), "site");
    cr_assert_str_eq(schema_nearest_key("signature"), "signatures");
    cr_assert_str_eq(schema_nearest_key("sensors"), "sensor");
}

Test(nearest, finds_a_key_whose_section_was_forgotten_or_wrong)
{
    cr_assert_str_eq(schema_nearest_key("ring_mib"), "capture.ring_mib");
    cr_assert_str_eq(schema_nearest_key("output.url"), "redis.url");
}

Test(nearest, finds_the_key_of_a_flag)
{
    cr_assert_str_eq(schema_nearest_key("ring-mib"), "capture.ring_mib");
}

Test(nearest, finds_a_section)
{
    cr_assert_str_eq(schema_nearest_key("captrue"), "capture");
}

Test(nearest, finds_nothing_for_words_unlike_all_others)
{
    cr_assert_null(schema_nearest_key("colour"));
    cr_assert_null(schema_nearest_key(""));
    cr_assert_null(schema_nearest_flag("x"));
    cr_assert_null(schema_nearest_command("observe"));
}

Test(nearest, survives_words_longer_than_any)
{
    char word[300];
    for (size_t i = 0; i < sizeof word - 1; i++)
        word[i] = 'r';
    word[sizeof word - 1] = '\0';
    cr_assert_null(schema_nearest_key(word));
    cr_assert_null(schema_nearest_flag(word));
    cr_assert_null(schema_nearest_command(word));
}

Test(nearest, finds_flags_and_commands)
{
    cr_assert_str_eq(schema_nearest_flag("ouput"), "output");
    cr_assert_str_eq(schema_nearest_flag("confg"), "config");
    cr_assert_str_eq(schema_nearest_command("wacth"), "watch");
}
