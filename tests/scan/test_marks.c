/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/marks.h"

#include <criterion/criterion.h>
#include <string.h>

static uint64_t plain(const char *text)
{
    uint8_t bytes[80] = {0};
    struct marks_before before = {0, 0, 0};
    memcpy(bytes, text, strlen(text));
    return marks_find_plain(bytes, &before);
}

Test(marks, finds_each_kind_of_place)
{
    cr_expect_eq(plain("a@b"), 1u << 1);
    cr_expect_eq(plain("1.2"), 1u << 1);
    cr_expect_eq(plain("a.2"), 0);
    cr_expect_eq(plain("1-2 3"), 1u << 1 | 1u << 3);
    cr_expect_eq(plain("1- 3"), 0);
    cr_expect_eq(plain("+4"), 1u);
    cr_expect_eq(plain("+a"), 0);
    cr_expect_eq(plain("a:b"), 1u << 1);
    cr_expect_eq(plain("g:h"), 0);
    cr_expect_eq(plain("g::"), 1u << 1);
    cr_expect_eq(plain("DE89"), 1u << 3);
    cr_expect_eq(plain("De89"), 0);
    cr_expect_eq(plain("a\":"), 1u << 1);
    cr_expect_eq(plain("a\" :"), 1u << 1);
    cr_expect_eq(plain("a\","), 0);
}

Test(marks, every_way_finds_the_same)
{
    static const char alphabet[] = "aZ09@.-+: \"Ffg/";
    uint8_t text[64 * 64 + 2];
    uint64_t marks[64];
    uint64_t halves[64];
    unsigned state = 7;
    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < sizeof text; i++) {
            state = state * 1664525u + 1013904223u;
            text[i] = state >> 31 ? (uint8_t)(state >> 16)
                                  : (uint8_t)alphabet[(state >> 16) % (sizeof alphabet - 1)];
        }
        struct marks_before one = {0, 0, 0};
        struct marks_before two = {0, 0, 0};
        struct marks_before all = {0, 0, 0};
        struct marks_before half = {0, 0, 0};
        marks_find_all(text, 64, &all, marks);
        bool able = marks_find_all_2(text, 64, &half, halves);
        for (size_t i = 0; i < 64; i++) {
            uint64_t expected = marks_find_plain(text + 64 * i, &one);
            cr_assert_eq(marks_find(text + 64 * i, &two), expected);
            cr_assert_eq(marks[i], expected);
            cr_assert(!able || halves[i] == expected);
        }
    }
}
