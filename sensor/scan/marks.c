/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 64 bytes into a word of bits for each kind of byte, then bits beside one another: how simdjson
 * (Langdale and Lemire 2019) finds structure. SSE2 is in every 64-bit x86.
 */
#include "scan/marks.h"

#include "scan/near.h"

#include <stdbool.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* A bit for each of 64 bytes. */
struct kinds {
    uint64_t at;
    uint64_t dot;
    uint64_t gap; /* '-' and ' ' */
    uint64_t plus;
    uint64_t colon;
    uint64_t digit;
    uint64_t upper;
    uint64_t hex;
};

static uint64_t combine(const struct kinds *k, uint8_t next, struct marks_before *before)
{
    uint64_t digit_before = k->digit << 1 | before->digits >> 63;
    uint64_t digit_behind = k->digit >> 1 | (uint64_t)is_digit(next) << 63;
    uint64_t hex_before = k->hex << 1 | before->hexes >> 63;
    uint64_t hex_behind = k->hex >> 1 | (uint64_t)is_hex(next) << 63;
    uint64_t colon_behind = k->colon >> 1 | (uint64_t)(next == ':') << 63;
    uint64_t upper_2 = k->upper << 2 | before->uppers >> 62;
    uint64_t upper_3 = k->upper << 3 | before->uppers >> 61;
    before->digits = k->digit;
    before->uppers = k->upper;
    before->hexes = k->hex;
    return k->at | ((k->dot | k->gap) & digit_before & digit_behind) | (k->plus & digit_behind) |
           (k->colon & ((hex_before & hex_behind) | colon_behind)) |
           (k->digit & digit_before & upper_2 & upper_3);
}

uint64_t marks_find_plain(const uint8_t *text, struct marks_before *before)
{
    struct kinds k = {0};
    for (unsigned i = 0; i < 64; i++) {
        uint8_t c = text[i];
        k.at |= (uint64_t)(c == '@') << i;
        k.dot |= (uint64_t)(c == '.') << i;
        k.gap |= (uint64_t)(c == '-' || c == ' ') << i;
        k.plus |= (uint64_t)(c == '+') << i;
        k.colon |= (uint64_t)(c == ':') << i;
        k.digit |= (uint64_t)is_digit(c) << i;
        k.upper |= (uint64_t)is_upper(c) << i;
        k.hex |= (uint64_t)is_hex(c) << i;
    }
    return combine(&k, text[64], before);
}

#if defined(__SSE2__)

static uint64_t bits(__m128i found, unsigned part)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(found) << 16 * part;
}

static __m128i equals(__m128i bytes, char c)
{
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c));
}

/* Bytes from `first` on, `count` of them. */
static __m128i within(__m128i bytes, char first, char count)
{
    __m128i from_zero = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    __m128i last = _mm_set1_epi8((char)(count - 1));
    return _mm_cmpeq_epi8(_mm_min_epu8(from_zero, last), from_zero);
}

uint64_t marks_find(const uint8_t *text, struct marks_before *before)
{
    struct kinds k = {0};
    for (unsigned part = 0; part < 4; part++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + 16 * part));
        __m128i digit = within(bytes, '0', 10);
        k.at |= bits(equals(bytes, '@'), part);
        k.dot |= bits(equals(bytes, '.'), part);
        k.gap |= bits(_mm_or_si128(equals(bytes, '-'), equals(bytes, ' ')), part);
        k.plus |= bits(equals(bytes, '+'), part);
        k.colon |= bits(equals(bytes, ':'), part);
        k.digit |= bits(digit, part);
        k.upper |= bits(within(bytes, 'A', 26), part);
        __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
        k.hex |= bits(_mm_or_si128(digit, within(folded, 'a', 6)), part);
    }
    return combine(&k, text[64], before);
}

#else

uint64_t marks_find(const uint8_t *text, struct marks_before *before)
{
    return marks_find_plain(text, before);
}

#endif
