/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places that single bytes give away: '@', a point between digits, a '+' before one. A pattern
 * matcher is slow on single bytes; 64 comparisons at once are not.
 */
#ifndef AJAR_SCAN_MARKS_H
#define AJAR_SCAN_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the bytes before the next word of 64 were. Zero at the beginning of a text. */
struct marks_before {
    uint64_t digits;
    uint64_t uppers;
    uint64_t hexes;
};

/*
 * The places among 64 bytes from `text` on at which a recogniser must look, a bit each:
 * '@'; '.', '-' or ' ' between digits; '+' before a digit; ':' between hexadecimal digits or before
 * ':'; a digit that two capital letters and a digit stand before; '"' before ':' or " :". text[64]
 * and text[65] are readable too. `before` is moved on.
 */
uint64_t marks_find(const uint8_t *text, struct marks_before *before);

/* The same for `count` words of 64 bytes, with the best instructions that the processor has. */
void marks_find_all(const uint8_t *text, size_t count, struct marks_before *before,
                    uint64_t *marks);

/* The same with 32 bytes at once (AVX2); false, and nothing done, where the processor cannot. */
bool marks_find_all_2(const uint8_t *text, size_t count, struct marks_before *before,
                      uint64_t *marks);

/* The same without vector instructions: for other processors and to compare with. */
uint64_t marks_find_plain(const uint8_t *text, struct marks_before *before);

#endif
