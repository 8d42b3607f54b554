/* SPDX-License-Identifier: Apache-2.0 */
/* Looking around a place in a reply: runs, words, the name of the field that a value belongs to. */
#include "scan/near.h"

#include "base/hash.h"

#include <string.h>

#define KEY_MAX   64
#define BLANK_MAX 4

const uint8_t near_kinds[256] = {
    [0x0 ... 0x1f] = NEAR_END,
    [' '] = NEAR_NAME | NEAR_END,
    ['"' ... '#'] = NEAR_END,
    ['%'] = NEAR_LOCAL,
    ['\''] = NEAR_END,
    ['+'] = NEAR_LOCAL,
    ['-' ... '.'] = NEAR_NAME | NEAR_LOCAL | NEAR_HOST,
    ['/'] = NEAR_END,
    ['0' ... '9'] = NEAR_NAME | NEAR_LOCAL | NEAR_HOST,
    ['<'] = NEAR_END,
    ['>' ... '?'] = NEAR_END,
    ['@'] = NEAR_NAME | NEAR_END,
    ['A' ... 'Z'] = NEAR_NAME | NEAR_LOCAL | NEAR_HOST,
    ['\\'] = NEAR_END,
    ['_'] = NEAR_NAME | NEAR_LOCAL,
    ['a' ... 'z'] = NEAR_NAME | NEAR_LOCAL | NEAR_HOST,
    [0x80 ... 0xff] = NEAR_NAME,
};

bool near_word_begins(const uint8_t *at, int distance)
{
    uint8_t before = near_byte(at, distance - 1);
    if (!is_word(before))
        return true;
    return near_byte(at, distance - 2) == '\\' &&
           (before == 'n' || before == 't' || before == 'r' || before == 'b' || before == 'f');
}

bool near_is(const uint8_t *at, int distance, const char *text)
{
    for (int i = 0; text[i]; i++)
        if (to_lower(near_byte(at, distance + i)) != (uint8_t)text[i])
            return false;
    return true;
}

static int skip_blanks_before(const uint8_t *at, int distance)
{
    for (int i = 0; i < BLANK_MAX && near_byte(at, distance - 1) == ' '; i++)
        distance--;
    return distance;
}

static bool is_key_byte(uint8_t c)
{
    return (near_kinds[c] & NEAR_NAME) && c != ' ';
}

bool near_key(const uint8_t *at, int distance, struct scan_span *key)
{
    int end = distance;
    uint8_t quote = near_byte(at, end - 1);
    bool quoted = quote == '"' || quote == '\'';
    end = skip_blanks_before(at, quoted ? end - 1 : end);
    uint8_t sign = near_byte(at, end - 1);
    if (sign != ':' && sign != '=')
        return false;
    end = skip_blanks_before(at, end - 1);
    uint8_t close = near_byte(at, end - 1);
    if (close == '"' || close == '\'')
        end--;
    int begin = end;
    while (end - begin < KEY_MAX && is_key_byte(near_byte(at, begin - 1)))
        begin--;
    *key = (struct scan_span){begin, end};
    return begin < end;
}

bool near_contains(const uint8_t *at, struct scan_span span, const char *word)
{
    int length = (int)strlen(word);
    for (int i = span.begin; i + length <= span.end; i++)
        if (near_is(at, i, word))
            return true;
    return false;
}

bool near_key_contains(const uint8_t *at, int distance, const char *const *words)
{
    struct scan_span key;
    uint32_t firsts = 0;
    if (!near_key(at, distance, &key))
        return false;
    for (size_t k = 0; words[k]; k++)
        firsts |= UINT32_C(1) << (words[k][0] & 31);
    for (int i = key.begin; i < key.end; i++) {
        if (!(firsts & UINT32_C(1) << (near_byte(at, i) & 31)))
            continue;
        for (size_t k = 0; words[k]; k++)
            if (near_is(at, i, words[k]))
                return true;
    }
    return false;
}

#define ALL_BYTES(c) (UINT64_C(0x0101010101010101) * (c))

/* Eight bytes of ASCII or others, capital letters among them in lower case: bit 7 of each byte of
 * `capitals` says that there is one. */
static uint64_t lower_eight(uint64_t bytes)
{
    uint64_t low = bytes & ALL_BYTES(0x7f);
    uint64_t from_a = low + ALL_BYTES(0x80 - 'A');
    uint64_t behind_z = low + ALL_BYTES(0x7f - 'Z');
    uint64_t capitals = from_a & ~behind_z & ~bytes & ALL_BYTES(0x80);
    return bytes | capitals >> 2;
}

void near_lower(const uint8_t *from, size_t length, uint8_t *to)
{
    uint64_t bytes;
    if (length < sizeof bytes) {
        for (size_t i = 0; i < length; i++)
            to[i] = to_lower(from[i]);
        return;
    }
    for (size_t i = 0; i < length; i += sizeof bytes) {
        size_t place = i + sizeof bytes <= length ? i : length - sizeof bytes; /* may overlap */
        memcpy(&bytes, from + place, sizeof bytes);
        bytes = lower_eight(bytes);
        memcpy(to + place, &bytes, sizeof bytes);
    }
}

static bool is_within(struct scan_span span)
{
    return span.begin >= -SCAN_BEFORE && span.begin <= span.end && span.end <= SCAN_BEHIND;
}

uint64_t near_hash(const uint8_t *at, struct scan_span span, bool only_digits)
{
    uint8_t text[SCAN_BEFORE + SCAN_BEHIND];
    size_t length = (size_t)(span.end - span.begin);
    if (!only_digits && is_within(span) && !memchr(at + span.begin, ' ', length)) {
        near_lower(at + span.begin, length, text);
        return hash_keyed(0, text, length);
    }
    length = 0;
    for (int i = span.begin; i < span.end && length < sizeof text; i++) {
        uint8_t c = near_byte(at, i);
        if (only_digits ? is_digit(c) : c != ' ')
            text[length++] = to_lower(c);
    }
    return hash_keyed(0, text, length);
}
