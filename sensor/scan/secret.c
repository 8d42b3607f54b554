/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets that say what they are: JSON web tokens (RFC 7519), keys of clouds and services by their
 * prefixes, private keys (RFC 7468), password hashes in modular crypt format, and markers of
 * documents that were not meant to be seen.
 */
#include "scan/recognise.h"

#include "base/hash.h"

#include <string.h>

#define JWT_HEADER_MAX 240

static bool is_base64url(uint8_t c)
{
    return is_alnum(c) || c == '-' || c == '_';
}

static int base64url_value(uint8_t c)
{
    if (is_upper(c))
        return c - 'A';
    if (is_letter(c))
        return c - 'a' + 26;
    if (is_digit(c))
        return c - '0' + 52;
    return c == '-' ? 62 : 63;
}

/* Whether the header, decoded, is an object that names its algorithm (RFC 7515 4.1.1). */
static bool names_algorithm(const uint8_t *at, int begin, int end)
{
    char text[JWT_HEADER_MAX];
    size_t used = 0;
    unsigned held = 0;
    unsigned bits = 0;
    for (int i = begin; i < end && used < sizeof text; i++) {
        held = (held << 6 | (unsigned)base64url_value(near_byte(at, i))) & 0xffff;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        text[used++] = (char)(held >> bits & 0xff);
    }
    return used > 8 && text[0] == '{' && memmem(text, used, "\"alg\"", 5) != NULL;
}

static int run_end(const uint8_t *at, int from)
{
    while (is_base64url(near_byte(at, from)))
        from++;
    return from;
}

bool jwt_read(const uint8_t *at, struct scan_value *value)
{
    int begin = -2;
    if (is_base64url(near_byte(at, begin - 1)) && !near_word_begins(at, begin))
        return false;
    int header = run_end(at, begin);
    if (header - begin < 12 || header - begin > JWT_HEADER_MAX || near_byte(at, header) != '.' ||
        !names_algorithm(at, begin, header))
        return false;
    int end = run_end(at, header + 1);
    if (end - header < 11)
        return false;
    if (near_byte(at, end) == '.')
        end = run_end(at, end + 1);
    struct scan_span all = {begin, end};
    *value = (struct scan_value){begin, end, near_hash(at, all, false), false};
    return true;
}

enum key_bytes { KEY_BASE32, KEY_ALNUM, KEY_WORD, KEY_HEX, KEY_DOTTED };

/* What stands behind a prefix; the order is that of cloud_words in patterns.c. */
struct key_row {
    uint8_t prefix; /* bytes */
    uint8_t bytes;  /* enum key_bytes */
    uint8_t least;
    uint8_t most;
};

static const struct key_row key_rows[] = {
    {4, KEY_BASE32, 16, 16}, {4, KEY_BASE32, 16, 16}, {4, KEY_BASE32, 16, 16},
    {4, KEY_BASE32, 16, 16}, {4, KEY_WORD, 35, 35},   {4, KEY_ALNUM, 36, 36},
    {4, KEY_ALNUM, 36, 36},  {4, KEY_ALNUM, 36, 36},  {4, KEY_ALNUM, 36, 36},
    {4, KEY_ALNUM, 36, 36},  {6, KEY_WORD, 20, 64},   {5, KEY_WORD, 20, 120},
    {5, KEY_WORD, 20, 120},  {5, KEY_WORD, 20, 120},  {5, KEY_WORD, 20, 120},
    {5, KEY_WORD, 10, 120},  {8, KEY_ALNUM, 10, 120}, {8, KEY_ALNUM, 10, 120},
    {8, KEY_ALNUM, 10, 120}, {8, KEY_ALNUM, 10, 120}, {3, KEY_DOTTED, 66, 66},
    {4, KEY_ALNUM, 36, 36},  {11, KEY_WORD, 60, 100}, {7, KEY_HEX, 64, 64},
    {6, KEY_HEX, 32, 32},    {4, KEY_WORD, 24, 200},  {7, KEY_WORD, 40, 140},
};

static bool is_key_byte(uint8_t c, enum key_bytes bytes)
{
    switch (bytes) {
    case KEY_BASE32:
        return is_upper(c) || (c >= '2' && c <= '7');
    case KEY_ALNUM:
        return is_alnum(c);
    case KEY_WORD:
        return is_base64url(c);
    case KEY_HEX:
        return is_hex(c);
    default:
        return is_base64url(c) || c == '.';
    }
}

bool cloud_key_read(const uint8_t *at, unsigned row, struct scan_value *value)
{
    if (row >= sizeof key_rows / sizeof key_rows[0])
        return false;
    const struct key_row *known = &key_rows[row];
    int begin = 1 - known->prefix;
    if (!near_word_begins(at, begin))
        return false;
    int end = 1;
    bool digit = false;
    while (end - 1 <= known->most && is_key_byte(near_byte(at, end), known->bytes)) {
        digit |= is_digit(near_byte(at, end));
        end++;
    }
    if (end - 1 < known->least || end - 1 > known->most || is_word(near_byte(at, end)) ||
        near_is(at, end - 7, "example") || !(digit || known->bytes == KEY_BASE32))
        return false;
    struct scan_span all = {begin, end};
    *value = (struct scan_value){begin, end, near_hash(at, all, false), false};
    return true;
}

bool private_key_read(const uint8_t *at, struct scan_value *value)
{
    int i = 1;
    while (i < 24 && (is_upper(near_byte(at, i)) || near_byte(at, i) == ' '))
        i++;
    if (i < 12 || !near_is(at, i - 11, "private key") || !near_is(at, i, "-----"))
        return false;
    struct scan_span all = {-10, i + 5};
    struct scan_span shown = {i + 5, i + 200};
    *value = (struct scan_value){all.begin, all.end, near_hash(at, shown, false), false};
    return true;
}

/* Bytes behind the prefix, at least; the order is that of hash_words in patterns.c. */
static const struct {
    uint8_t prefix;
    uint8_t least;
} hash_rows[] = {{4, 56}, {4, 56}, {4, 56}, {4, 56}, {3, 22}, {3, 40},
                 {3, 80}, {3, 40}, {3, 31}, {7, 30}, {6, 28}, {10, 30}};

static bool is_hash_byte(uint8_t c)
{
    return is_alnum(c) || c == '.' || c == '/' || c == '$' || c == '=' || c == '+' || c == ',' ||
           c == '_' || c == '-';
}

bool password_hash_read(const uint8_t *at, unsigned row, struct scan_value *value)
{
    if (row >= sizeof hash_rows / sizeof hash_rows[0])
        return false;
    int begin = 1 - hash_rows[row].prefix;
    int end = 1;
    while (end < 160 && is_hash_byte(near_byte(at, end)))
        end++;
    if (is_alnum(near_byte(at, begin - 1)) && !near_word_begins(at, begin))
        return false;
    if (end - 1 < hash_rows[row].least)
        return false;
    struct scan_span all = {begin, end};
    *value = (struct scan_value){begin, end, near_hash(at, all, false), false};
    return true;
}

bool confidential_read(const uint8_t *at, int length, struct scan_value *value)
{
    struct scan_span all = {1 - length, 1};
    if (is_word(near_byte(at, 1)) || near_byte(at, 1) == '-' || !near_word_begins(at, all.begin) ||
        near_byte(at, all.begin - 1) == '-' || near_is(at, 1, " computing"))
        return false;
    *value = (struct scan_value){all.begin, all.end, near_hash(at, all, false), false};
    return true;
}
