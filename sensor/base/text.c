/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded text: copies that cannot overflow, and UTF-8 repair (RFC 3629) for fields that were
 * chosen by whoever sent the packet. Everything that reaches an event passes here.
 */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t text_copy(char *destination, size_t size, const char *source, size_t length)
{
    if (length >= size) {
        length = size - 1;
        for (int back = 0; back < 3 && length > 0 && is_continuation((uint8_t)source[length]);
             back++)
            length--;
    }
    if (length)
        memcpy(destination, source, length);
    destination[length] = '\0';
    return length;
}

/* What the second byte may be, by the first one: this is where overlong forms, surrogates and code
 * points above U+10FFFF are told apart (RFC 3629 section 4). */
static bool is_second_byte(uint8_t first, uint8_t second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0 && second <= 0xbf;
    case 0xed:
        return second >= 0x80 && second <= 0x9f;
    case 0xf0:
        return second >= 0x90 && second <= 0xbf;
    case 0xf4:
        return second >= 0x80 && second <= 0x8f;
    default:
        return is_continuation(second);
    }
}

static size_t expected_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* Looks at one character. Returns its length if it is valid; else false in *valid and how many
 * bytes of it are broken together (at least 1). */
static size_t next_character(const uint8_t *at, size_t left, bool *valid)
{
    size_t expected = expected_length(at[0]);
    size_t have = 1;
    while (have < expected && have < left &&
           (have == 1 ? is_second_byte(at[0], at[1]) : is_continuation(at[have])))
        have++;
    *valid = expected != 0 && have == expected;
    return have;
}

size_t text_make_utf8(char *destination, size_t size, const void *source, size_t length)
{
    static const char replacement[] = "\xef\xbf\xbd";
    const uint8_t *bytes = source;
    size_t used = 0;
    for (size_t at = 0; at < length;) {
        bool valid;
        size_t taken = next_character(bytes + at, length - at, &valid);
        if (bytes[at] == '\0')
            valid = false;
        const void *text = valid ? (const void *)(bytes + at) : replacement;
        size_t text_length = valid ? taken : sizeof replacement - 1;
        if (used + text_length >= size)
            break;
        memcpy(destination + used, text, text_length);
        used += text_length;
        at += taken;
    }
    destination[used] = '\0';
    return used;
}

bool text_is_utf8(const void *source, size_t length)
{
    const uint8_t *bytes = source;
    bool valid = true;
    for (size_t at = 0; at < length && valid;)
        at += next_character(bytes + at, length - at, &valid);
    return valid;
}

bool text_starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

void text_make_endpoint(char *destination, size_t size, const char *host, uint16_t port)
{
    (void)snprintf(destination, size, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host,
                   (unsigned)port);
}
