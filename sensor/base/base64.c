/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 (RFC 4648): written for community ids, read for what clients send in Authorization
 * headers.
 */
#include "base/base64.h"

void base64_encode(const void *data, size_t length, char *text)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *bytes = data;
    for (size_t at = 0; at < length; at += 3) {
        size_t left = length - at;
        uint32_t group = (uint32_t)bytes[at] << 16;
        if (left > 1)
            group |= (uint32_t)bytes[at + 1] << 8;
        if (left > 2)
            group |= bytes[at + 2];
        *text++ = alphabet[group >> 18];
        *text++ = alphabet[group >> 12 & 63];
        *text++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
        *text++ = left > 2 ? alphabet[group & 63] : '=';
    }
    *text = '\0';
}

/* The six bits of a character, or 64. */
static unsigned value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0') + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : 64;
}

enum ajar_status base64_decode(const char *text, size_t length, void *data, size_t size,
                               size_t *decoded)
{
    while (length > 0 && text[length - 1] == '=')
        length--;
    if (length % 4 == 1)
        return AJAR_ERR_FORMAT; /* six bits make no byte */

    uint8_t *bytes = data;
    size_t used = 0;
    uint32_t bits = 0;
    for (size_t at = 0; at < length; at++) {
        unsigned value = value_of(text[at]);
        if (value > 63)
            return AJAR_ERR_FORMAT;
        bits = bits << 6 | value;
        if (at % 4 == 0)
            continue;
        if (used == size)
            return AJAR_ERR_LIMIT;
        bytes[used++] = (uint8_t)(bits >> (6 - 2 * (at % 4)));
    }
    *decoded = used;
    return AJAR_OK;
}
