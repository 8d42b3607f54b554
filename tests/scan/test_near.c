/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/near.h"

#include <criterion/criterion.h>
#include <string.h>

static uint8_t room[SCAN_BEFORE + SCAN_BEHIND];

/* The text with `at` at its first '|', which is left out. */
static const uint8_t *place(const char *text)
{
    const char *bar = strchr(text, '|');
    size_t before = (size_t)(bar - text);
    memset(room, 0, sizeof room);
    memcpy(room + SCAN_BEFORE - before, text, before);
    memcpy(room + SCAN_BEFORE, bar + 1, strlen(bar + 1));
    return room + SCAN_BEFORE;
}

Test(near, looks_no_further_than_it_may)
{
    const uint8_t *at = place("a|b");
    cr_expect_eq(near_byte(at, 0), 'b');
    cr_expect_eq(near_byte(at, -1), 'a');
    cr_expect_eq(near_byte(at, -SCAN_BEFORE - 1), 0);
    cr_expect_eq(near_byte(at, SCAN_BEHIND), 0);
}

Test(near, counts_runs_of_digits)
{
    const uint8_t *at = place("a123|4567b");
    cr_expect_eq(near_digits(at, 0, 9), 4);
    cr_expect_eq(near_digits(at, 0, 2), 2);
    cr_expect_eq(near_digits_before(at, 0, 9), 3);
    cr_expect_eq(near_digits_before(at, -3, 9), 0);
}

Test(near, a_word_begins_behind_an_escape)
{
    cr_expect(near_word_begins(place("\"|word"), 0));
    cr_expect(near_word_begins(place("\\n|word"), 0));
    cr_expect_not(near_word_begins(place("n|word"), 0));
}

static bool key_is(const char *text, const char *name)
{
    struct scan_span key;
    const uint8_t *at = place(text);
    return near_key(at, 0, &key) && strlen(name) == (size_t)(key.end - key.begin) &&
           memcmp(at + key.begin, name, strlen(name)) == 0;
}

Test(near, finds_the_name_of_a_value)
{
    cr_expect(key_is("{\"name\":\"|v", "name"));
    cr_expect(key_is("{\"name\" : |1", "name"));
    cr_expect(key_is("name=|v", "name"));
    cr_expect(key_is("name: |v", "name"));
    cr_expect_not(key_is("name |v", "name"));
}

Test(near, finds_words_in_the_name_of_a_value)
{
    static const char *const words[] = {"version", "build", NULL};
    cr_expect(near_key_contains(place("{\"lucene_Version\":\"|8"), 0, words));
    cr_expect_not(near_key_contains(place("{\"verse\":\"|8"), 0, words));
}

Test(near, a_hash_forgets_case_and_blanks)
{
    struct scan_span span = {0, 5};
    uint64_t one = near_hash(place("|aB 1c"), span, false);
    cr_expect_eq(near_hash(place("|Ab1 C"), span, false), one);
    cr_expect_neq(near_hash(place("|Ab1 D"), span, false), one);
    cr_expect_eq(near_hash(place("|1-2 3"), span, true), near_hash(place("|1 2-3"), span, true));
}

Test(near, lowers_letters_of_ascii_at_every_length)
{
    uint8_t from[256 + 40];
    uint8_t to[40 + 1];
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (uint8_t)i;
    for (size_t length = 0; length <= 40; length++)
        for (size_t begin = 0; begin < 256; begin++) {
            to[length] = 0xaa;
            near_lower(from + begin, length, to);
            for (size_t i = 0; i < length; i++)
                cr_assert_eq(to[i], to_lower(from[begin + i]), "%zu of %zu", i, length);
            cr_assert_eq(to[length], 0xaa);
        }
}
