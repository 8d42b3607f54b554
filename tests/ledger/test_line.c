/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/findings.h"
#include "ledger/line.h"

static struct line line;

static const char *text(void)
{
    line.bytes[line.used] = '\0';
    return line.bytes;
}

static void setup(void)
{
    line_init(&line, false);
}

TestSuite(line, .init = setup);

Test(line, passes_ordinary_text)
{
    line_print_wire(&line, "customers São Paulo 東京", 100);
    cr_assert_str_eq(text(), "customers São Paulo 東京");
    cr_assert_eq(line.column, 9 + 1 + 9 + 1 + 4, "an ideograph is two columns wide");
}

Test(line, escapes_what_moves_the_cursor)
{
    line_print_wire(&line, "a\033[2Jb\r\n\x7f", 100);
    cr_assert_str_eq(text(), "a\\x1b[2Jb\\x0d\\x0a\\x7f");
}

Test(line, escapes_what_hides_or_turns_text)
{
    line_print_wire(&line, "a\u202eb\u200bc\xc2\x9b", 100);
    cr_assert_str_eq(text(), "a\\u{202e}b\\u{200b}c\\u{9b}");
}

Test(line, makes_broken_utf8_visible)
{
    line_print_wire(&line, "a\xff\xc3", 100);
    cr_assert_str_eq(text(), "a\uFFFD\uFFFD");
}

Test(line, cuts_text_with_two_dots)
{
    line_print_wire(&line, "customers", 9);
    cr_assert_str_eq(text(), "customers");
    line_init(&line, false);
    line_print_wire(&line, "customers", 8);
    cr_assert_str_eq(text(), "custom..");
    line_init(&line, false);
    line_print_wire(&line, "ab\033cd", 7);
    cr_assert_str_eq(text(), "ab..", "an escape is not cut");
}

Test(line, does_not_split_a_wide_character)
{
    line_print_wire(&line, "東京都庁", 7);
    cr_assert_str_eq(text(), "東京..");
    cr_assert_eq(line.column, 6);
}

Test(line, never_passes_its_width)
{
    for (int i = 0; i < 30; i++) {
        line_print_wire(&line, "wire\033", 40);
        line_print(&line, "%s", "own text");
        line_pad(&line, 99);
    }
    cr_assert_eq(line.column, LINE_COLUMNS);
    cr_assert_eq(strlen(text()), LINE_COLUMNS);
}

Test(line, colours_take_no_columns_and_only_when_wanted)
{
    line_set_colour(&line, LINE_RED);
    cr_assert_str_empty(text());
    line_init(&line, true);
    line_set_colour(&line, LINE_RED);
    line_print(&line, "x");
    cr_assert_eq(line.column, 1);
    cr_assert_str_eq(text(), "\033[1;31mx");
}

Test(line, pads_with_at_least_one_blank)
{
    line_print(&line, "abc");
    line_pad(&line, 5);
    line_print(&line, "d");
    line_pad(&line, 2);
    line_print(&line, "e");
    cr_assert_str_eq(text(), "abc  d e");
}

Test(line, formats_counts)
{
    char t[FORMAT_TEXT_MAX];
    cr_assert_str_eq(format_count(0, t), "0");
    cr_assert_str_eq(format_count(999, t), "999");
    cr_assert_str_eq(format_count(1237, t), "1 237");
    cr_assert_str_eq(format_count(1000000, t), "1 000 000");
    cr_assert_str_eq(format_count(UINT64_MAX, t), "18 446 744 073 709 551 615");
}

Test(line, formats_bytes)
{
    char t[FORMAT_TEXT_MAX];
    cr_assert_str_eq(format_bytes(0, t), "0 B");
    cr_assert_str_eq(format_bytes(999, t), "999 B");
    cr_assert_str_eq(format_bytes(1000, t), "1.0 kB");
    cr_assert_str_eq(format_bytes(612004, t), "612 kB");
    cr_assert_str_eq(format_bytes(999949, t), "1.0 MB");
    cr_assert_str_eq(format_bytes(1100000, t), "1.1 MB");
    cr_assert_str_eq(format_bytes(UINT64_MAX, t), "18 EB");
}

Test(line, formats_durations_and_times)
{
    char t[FORMAT_TEXT_MAX];
    cr_assert_str_eq(format_duration(SECOND - 1, t), "under 1 s");
    cr_assert_str_eq(format_duration(59 * SECOND, t), "59 s");
    cr_assert_str_eq(format_duration(185 * SECOND, t), "3 min 5 s");
    cr_assert_str_eq(format_duration((3600 + 120) * SECOND, t), "1 h 2 min");
    cr_assert_str_eq(format_duration((26 * 24 + 7) * 3600 * SECOND, t), "26 d 7 h");
    cr_assert_str_eq(format_time(WHEN, t), "2019-12-29 10:11:12");
}
