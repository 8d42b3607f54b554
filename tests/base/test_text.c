/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_utf8(const char *source, size_t length, const char *expected)
{
    char text[64];
    size_t used = text_make_utf8(text, sizeof text, source, length);
    cr_expect_str_eq(text, expected);
    cr_expect_eq(used, strlen(expected));
    cr_expect(text_is_utf8(text, used));
}

#define EXPECT_UTF8(source, expected) expect_utf8(source, sizeof(source) - 1, expected)
#define BAD                           "\xef\xbf\xbd"

Test(text, copies_what_fits)
{
    char text[5];
    cr_assert_eq(text_copy(text, sizeof text, "abcd", 4), 4);
    cr_assert_str_eq(text, "abcd");
    cr_assert_eq(text_copy(text, sizeof text, "abcde", 5), 4);
    cr_assert_str_eq(text, "abcd");
    cr_assert_eq(text_copy(text, sizeof text, "abcd", 2), 2);
    cr_assert_str_eq(text, "ab");
    cr_assert_eq(text_copy(text, sizeof text, NULL, 0), 0);
    cr_assert_str_eq(text, "");
    cr_assert_eq(text_copy(text, 1, "abcd", 4), 0);
}

Test(text, never_cuts_inside_a_character)
{
    char text[4];
    cr_assert_eq(text_copy(text, sizeof text, "ab\xc3\xa9", 4), 2);
    cr_assert_str_eq(text, "ab");
    cr_assert_eq(text_copy(text, sizeof text, "\xf0\x9f\x98\x80", 4), 0);
    cr_assert_eq(text_copy(text, sizeof text, "a\xc3\xa9z", 4), 3);
    cr_assert_str_eq(text, "a\xc3\xa9");
}

Test(text, keeps_valid_utf8_as_it_is)
{
    EXPECT_UTF8("", "");
    EXPECT_UTF8("plain", "plain");
    EXPECT_UTF8("\xc2\x80 \xdf\xbf", "\xc2\x80 \xdf\xbf");
    EXPECT_UTF8("\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80", "\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80");
    EXPECT_UTF8("\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf");
}

Test(text, replaces_what_is_not_utf8)
{
    EXPECT_UTF8("a\0b", "a" BAD "b");
    EXPECT_UTF8("a\x80z", "a" BAD "z");
    EXPECT_UTF8("\xff\xfe", BAD BAD);
    EXPECT_UTF8("\xc0\xaf", BAD BAD);                 /* overlong slash */
    EXPECT_UTF8("\xe0\x80\xaf", BAD BAD BAD);         /* overlong in three bytes */
    EXPECT_UTF8("\xed\xa0\x80", BAD BAD BAD);         /* surrogate */
    EXPECT_UTF8("\xf4\x90\x80\x80", BAD BAD BAD BAD); /* above U+10FFFF */
    EXPECT_UTF8("\xe2\x82", BAD);                     /* cut at the end: one broken piece */
    EXPECT_UTF8("\xe2\x82z", BAD "z");                /* cut in the middle */
    EXPECT_UTF8("\xf0\x9f\x98", BAD);
}

Test(text, ends_before_the_character_that_does_not_fit)
{
    char text[6];
    cr_assert_eq(text_make_utf8(text, sizeof text, "abcd\xc3\xa9", 6), 4);
    cr_assert_str_eq(text, "abcd");
    cr_assert_eq(text_make_utf8(text, sizeof text, "abc\xff", 4), 3);
    cr_assert_str_eq(text, "abc");
    cr_assert_eq(text_make_utf8(text, 1, "abc", 3), 0);
    cr_assert_str_eq(text, "");
}

Test(text, tells_utf8_from_other_bytes)
{
    cr_assert(text_is_utf8("", 0) && text_is_utf8("a\xc3\xa9", 3));
    cr_assert_not(text_is_utf8("a\xc3", 2));
    cr_assert_not(text_is_utf8("\xed\xa0\x80", 3));
}

Test(text, knows_how_a_text_begins)
{
    cr_assert(text_starts("NOAUTH needed", "NOAUTH"));
    cr_assert(text_starts("x", ""));
    cr_assert_not(text_starts("NOAUT", "NOAUTH"));
    cr_assert_not(text_starts("a NOAUTH", "NOAUTH"));
}

Test(text, puts_a_port_behind_any_host)
{
    char text[24];
    text_make_endpoint(text, sizeof text, "10.20.30.11", 9200);
    cr_assert_str_eq(text, "10.20.30.11:9200");
    text_make_endpoint(text, sizeof text, "2001:db8::1", 65535);
    cr_assert_str_eq(text, "[2001:db8::1]:65535");
    text_make_endpoint(text, 8, "redis.example", 6379);
    cr_assert_str_eq(text, "redis.e");
}

Test(text, ends_what_has_no_end)
{
    char text[4] = {'a', 'b', 'c', 'd'};
    TEXT_END(text);
    cr_assert_str_eq(text, "abc");
}
