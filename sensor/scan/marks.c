/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 64 bytes into a word of bits for each kind of byte, then bits beside one another: how simdjson
 * (Langdale and Lemire 2019) finds structure. SSE2 is in every 64-bit x86, AVX2 in
 * most, AVX-512 in servers: it compares all 64 bytes into a word of bits at once.
 */
#include "scan/marks.h"

#include "scan/near.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* A bit for each of 64 bytes. */
struct kinds {
    uint64_t at;
    uint64_t dot;
    uint64_t dash;
    uint64_t blank;
    uint64_t plus;
    uint64_t colon;
    uint64_t quote;
    uint64_t digit;
    uint64_t upper;
    uint64_t hex;
    /* What stands behind each byte, one further or two. */
    uint64_t digit_behind;
    uint64_t hex_behind;
    uint64_t colon_behind;
    uint64_t blank_behind;
    uint64_t colon_second;
};

/* What stands behind each byte, if the two bytes behind the 64 are `next`. */
static inline __attribute__((always_inline)) void look_behind(struct kinds *k, const uint8_t *next)
{
    k->digit_behind = k->digit >> 1 | (uint64_t)is_digit(next[0]) << 63;
    k->hex_behind = k->hex >> 1 | (uint64_t)is_hex(next[0]) << 63;
    k->colon_behind = k->colon >> 1 | (uint64_t)(next[0] == ':') << 63;
    k->blank_behind = k->blank >> 1 | (uint64_t)(next[0] == ' ') << 63;
    k->colon_second = k->colon_behind >> 1 | (uint64_t)(next[1] == ':') << 63;
}

static inline __attribute__((always_inline)) uint64_t combine(const struct kinds *k,
                                                              struct marks_before *before)
{
    uint64_t digit_before = k->digit << 1 | before->digits >> 63;
    uint64_t hex_before = k->hex << 1 | before->hexes >> 63;
    uint64_t upper_2 = k->upper << 2 | before->uppers >> 62;
    uint64_t upper_3 = k->upper << 3 | before->uppers >> 61;
    before->digits = k->digit;
    before->uppers = k->upper;
    before->hexes = k->hex;
    return k->at | ((k->dot | k->dash | k->blank) & digit_before & k->digit_behind) |
           (k->plus & k->digit_behind) |
           (k->colon & ((hex_before & k->hex_behind) | k->colon_behind)) |
           (k->digit & digit_before & upper_2 & upper_3) |
           (k->quote & (k->colon_behind | (k->blank_behind & k->colon_second)));
}

uint64_t marks_find_plain(const uint8_t *text, struct marks_before *before)
{
    struct kinds k = {0};
    for (unsigned i = 0; i < 64; i++) {
        uint8_t c = text[i];
        k.at |= (uint64_t)(c == '@') << i;
        k.dot |= (uint64_t)(c == '.') << i;
        k.dash |= (uint64_t)(c == '-') << i;
        k.blank |= (uint64_t)(c == ' ') << i;
        k.plus |= (uint64_t)(c == '+') << i;
        k.colon |= (uint64_t)(c == ':') << i;
        k.quote |= (uint64_t)(c == '"') << i;
        k.digit |= (uint64_t)is_digit(c) << i;
        k.upper |= (uint64_t)is_upper(c) << i;
        k.hex |= (uint64_t)is_hex(c) << i;
    }
    look_behind(&k, text + 64);
    return combine(&k, before);
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
        k.dash |= bits(equals(bytes, '-'), part);
        k.blank |= bits(equals(bytes, ' '), part);
        k.plus |= bits(equals(bytes, '+'), part);
        k.colon |= bits(equals(bytes, ':'), part);
        k.quote |= bits(equals(bytes, '"'), part);
        k.digit |= bits(digit, part);
        k.upper |= bits(within(bytes, 'A', 26), part);
        __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
        k.hex |= bits(_mm_or_si128(digit, within(folded, 'a', 6)), part);
    }
    look_behind(&k, text + 64);
    return combine(&k, before);
}

#define AVX2 __attribute__((target("avx2")))

static inline AVX2 uint64_t bits_2(__m256i low, __m256i high)
{
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32 |
           (uint32_t)_mm256_movemask_epi8(low);
}

static inline AVX2 __m256i equals_2(__m256i bytes, char c)
{
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c));
}

static inline AVX2 __m256i within_2(__m256i bytes, char first, char count)
{
    __m256i from_zero = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
    __m256i last = _mm256_set1_epi8((char)(count - 1));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(from_zero, last), from_zero);
}

static inline AVX2 __m256i hex_2(__m256i bytes)
{
    __m256i folded = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
    return _mm256_or_si256(within_2(bytes, '0', 10), within_2(folded, 'a', 6));
}

static AVX2 void find_all_2(const uint8_t *text, size_t count, struct marks_before *before,
                            uint64_t *marks)
{
    for (size_t i = 0; i < count; i++, text += 64) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)text);
        __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32));
        struct kinds k = {
            .at = bits_2(equals_2(low, '@'), equals_2(high, '@')),
            .dot = bits_2(equals_2(low, '.'), equals_2(high, '.')),
            .dash = bits_2(equals_2(low, '-'), equals_2(high, '-')),
            .blank = bits_2(equals_2(low, ' '), equals_2(high, ' ')),
            .plus = bits_2(equals_2(low, '+'), equals_2(high, '+')),
            .colon = bits_2(equals_2(low, ':'), equals_2(high, ':')),
            .quote = bits_2(equals_2(low, '"'), equals_2(high, '"')),
            .digit = bits_2(within_2(low, '0', 10), within_2(high, '0', 10)),
            .upper = bits_2(within_2(low, 'A', 26), within_2(high, 'A', 26)),
            .hex = bits_2(hex_2(low), hex_2(high)),
        };
        look_behind(&k, text + 64);
        marks[i] = combine(&k, before);
    }
}

#define AVX512 __attribute__((target("avx512f,avx512bw")))

static inline AVX512 uint64_t equals_4(__m512i bytes, char c)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(c));
}

static inline AVX512 uint64_t within_4(__m512i bytes, char first, char count)
{
    __m512i from_zero = _mm512_sub_epi8(bytes, _mm512_set1_epi8(first));
    return _mm512_cmplt_epu8_mask(from_zero, _mm512_set1_epi8(count));
}

static inline AVX512 uint64_t hex_4(__m512i bytes)
{
    __m512i folded = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
    return within_4(bytes, '0', 10) | within_4(folded, 'a', 6);
}

static AVX512 void find_all_4(const uint8_t *text, size_t count, struct marks_before *before,
                              uint64_t *marks)
{
    struct marks_before state = *before; /* in registers: `marks` could be the same memory */
    for (size_t i = 0; i < count; i++, text += 64) {
        __m512i bytes = _mm512_loadu_si512(text);
        __m512i behind = _mm512_loadu_si512(text + 1);
        struct kinds k = {
            .at = equals_4(bytes, '@'),
            .dot = equals_4(bytes, '.'),
            .dash = equals_4(bytes, '-'),
            .blank = equals_4(bytes, ' '),
            .plus = equals_4(bytes, '+'),
            .colon = equals_4(bytes, ':'),
            .quote = equals_4(bytes, '"'),
            .digit = within_4(bytes, '0', 10),
            .upper = within_4(bytes, 'A', 26),
            .hex = hex_4(bytes),
            .digit_behind = within_4(behind, '0', 10),
            .hex_behind = hex_4(behind),
            .colon_behind = equals_4(behind, ':'),
            .blank_behind = equals_4(behind, ' '),
            .colon_second = equals_4(_mm512_loadu_si512(text + 2), ':'),
        };
        marks[i] = combine(&k, &state);
    }
    *before = state;
}

bool marks_find_all_2(const uint8_t *text, size_t count, struct marks_before *before,
                      uint64_t *marks)
{
    if (!__builtin_cpu_supports("avx2"))
        return false;
    find_all_2(text, count, before, marks);
    return true;
}

void marks_find_all(const uint8_t *text, size_t count, struct marks_before *before, uint64_t *marks)
{
    if (__builtin_cpu_supports("avx512bw")) {
        find_all_4(text, count, before, marks);
        return;
    }
    if (marks_find_all_2(text, count, before, marks))
        return;
    for (size_t i = 0; i < count; i++)
        marks[i] = marks_find(text + 64 * i, before);
}

#else

uint64_t marks_find(const uint8_t *text, struct marks_before *before)
{
    return marks_find_plain(text, before);
}

void marks_find_all(const uint8_t *text, size_t count, struct marks_before *before, uint64_t *marks)
{
    for (size_t i = 0; i < count; i++)
        marks[i] = marks_find_plain(text + 64 * i, before);
}

bool marks_find_all_2(const uint8_t *text, size_t count, struct marks_before *before,
                      uint64_t *marks)
{
    (void)text;
    (void)count;
    (void)before;
    (void)marks;
    return false;
}

#endif
