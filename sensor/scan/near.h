/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes around a place in a reply. A recogniser is called with the place that a pattern or mark
 * found and may look SCAN_BEFORE bytes back and SCAN_BEHIND ahead, no further: what it sees does
 * not depend on how the reply was cut into packets. Beyond the reply's ends stand NUL bytes.
 */
#ifndef AJAR_SCAN_NEAR_H
#define AJAR_SCAN_NEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_BEFORE 256
#define SCAN_BEHIND 512

/* A value found: where it stands, counted from the place, and a hash of it as it is compared. */
struct scan_value {
    int begin;
    int end; /* behind its last byte */
    uint64_t hash;
    bool odd; /* written so that a filter would miss it */
};

/* A name and what follows it, counted from the place. */
struct scan_span {
    int begin;
    int end;
};

/* What a byte can be part of, a bit each: for loops over many. */
enum near_kind {
    NEAR_NAME = 1,  /* of a field's name */
    NEAR_END = 2,   /* ends user information of a URL */
    NEAR_LOCAL = 4, /* of an e-mail address before the '@' */
    NEAR_HOST = 8,  /* of a host name */
};
extern const uint8_t near_kinds[256];

/* The byte at a distance, 0 where a recogniser may not look. */
static inline uint8_t near_byte(const uint8_t *at, int distance)
{
    return distance >= -SCAN_BEFORE && distance < SCAN_BEHIND ? at[distance] : 0;
}

static inline bool is_digit(uint8_t c)
{
    return (uint8_t)(c - '0') < 10;
}

static inline bool is_upper(uint8_t c)
{
    return (uint8_t)(c - 'A') < 26;
}

static inline bool is_letter(uint8_t c)
{
    return (uint8_t)((c | 0x20) - 'a') < 26;
}

static inline bool is_alnum(uint8_t c)
{
    return is_digit(c) || is_letter(c);
}

/* Letters, digits, underscore, and what UTF-8 writes other letters with. */
static inline bool is_word(uint8_t c)
{
    return is_alnum(c) || c == '_' || c >= 0x80;
}

static inline bool is_hex(uint8_t c)
{
    return is_digit(c) || (uint8_t)((c | 0x20) - 'a') < 6;
}

static inline uint8_t to_lower(uint8_t c)
{
    return is_upper(c) ? (uint8_t)(c | 0x20) : c;
}

/* Digits that follow one another from `distance` on, at most `most`. */
static inline int near_digits(const uint8_t *at, int distance, int most)
{
    int count = 0;
    int room = distance >= -SCAN_BEFORE ? SCAN_BEHIND - distance : 0;
    most = most < room ? most : room;
    while (count < most && is_digit(at[distance + count]))
        count++;
    return count;
}

/* Digits that end right before `distance`, at most `most`. */
static inline int near_digits_before(const uint8_t *at, int distance, int most)
{
    int count = 0;
    int room = distance <= SCAN_BEHIND ? SCAN_BEFORE + distance : 0;
    most = most < room ? most : room;
    while (count < most && is_digit(at[distance - 1 - count]))
        count++;
    return count;
}

/* Whether a word may begin at `distance`: no word byte stands before it but the letter of a JSON
 * escape. */
bool near_word_begins(const uint8_t *at, int distance);

/* Whether the text stands at `distance`, ASCII case ignored; `text` in lower case. */
bool near_is(const uint8_t *at, int distance, const char *text);

/* The name of the field whose value begins at `distance`: "name": "value", name=value, name: value.
 * Returns whether there is one. */
bool near_key(const uint8_t *at, int distance, struct scan_span *key);

/* Whether the span contains the word, ASCII case ignored; `word` in lower case. */
bool near_contains(const uint8_t *at, struct scan_span span, const char *word);

/* Whether that name contains one of the NULL-terminated words. */
bool near_key_contains(const uint8_t *at, int distance, const char *const *words);

/* Copies bytes, capital letters of ASCII as small ones. */
void near_lower(const uint8_t *from, size_t length, uint8_t *to);

/* Hash of the span's bytes: letters in lower case; `only_digits`: of its digits, nothing else. */
uint64_t near_hash(const uint8_t *at, struct scan_span span, bool only_digits);

#endif
