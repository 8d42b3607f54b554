/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The opening of a client's bytes, before the readers of HTTP/1 and HTTP/2: PROXY protocol ("The
 * PROXY protocol, versions 1 & 2", HAProxy) and the HTTP/2 preface. What turns out to be neither is
 * handed back, so nothing is taken from a connection that only looks alike.
 */
#include "inspect/http_opening.h"

#include <string.h>

#define LINE_MAX_V1    107
#define HEADER_V2      16
#define ADDRESSES_IPV4 12 /* two addresses, two ports */
#define ADDRESSES_IPV6 36

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
static const char mark_v1[] = "PROXY ";
static const char mark_v2[] = "\r\n\r\n\0\r\nQUIT\n";
#define PREFACE_LENGTH (sizeof preface - 1)
#define MARK_V1        (sizeof mark_v1 - 1)
#define MARK_V2        (sizeof mark_v2 - 1)

enum fit { FIT_NO, FIT_MORE, FIT_WHOLE };

/* Whether the bytes held are the text, or its beginning. */
static enum fit fits(const struct http_opening *opening, const char *text, size_t length)
{
    size_t compared = opening->used < length ? opening->used : length;
    if (memcmp(opening->bytes, text, compared) != 0)
        return FIT_NO;
    return compared == length ? FIT_WHOLE : FIT_MORE;
}

static bool next_word(struct slice *line, struct slice *word)
{
    const char *blank = line->length ? memchr(line->text, ' ', line->length) : NULL;
    size_t length = blank ? (size_t)(blank - line->text) : line->length;
    *word = (struct slice){line->text, length};
    line->text += blank ? length + 1 : length;
    line->length -= blank ? length + 1 : length;
    return length > 0;
}

static bool read_address(struct slice word, struct addr *addr)
{
    char text[ADDR_TEXT_MAX];
    if (word.length >= sizeof text || memchr(word.text, 0, word.length))
        return false;
    memcpy(text, word.text, word.length);
    text[word.length] = '\0';
    return addr_parse(text, addr) == AJAR_OK;
}

static bool is_port(struct slice word)
{
    uint32_t port = 0;
    if (word.length == 0 || word.length > 5)
        return false;
    for (size_t i = 0; i < word.length; i++) {
        if (word.text[i] < '0' || word.text[i] > '9')
            return false;
        port = port * 10 + (uint32_t)(word.text[i] - '0');
    }
    return port <= UINT16_MAX;
}

/* "TCP4 192.0.2.1 192.0.2.2 56324 443" or "UNKNOWN" and anything (section 2.1). */
static bool read_line(struct http_opening *opening, struct slice line)
{
    struct slice family;
    struct slice words[4];
    struct addr source;
    struct addr destination;
    if (!next_word(&line, &family))
        return false;
    if (slice_equals(family, "UNKNOWN"))
        return true;
    if (!slice_equals(family, "TCP4") && !slice_equals(family, "TCP6"))
        return false;
    for (size_t i = 0; i < 4; i++)
        if (!next_word(&line, &words[i]))
            return false;
    bool whole = line.length == 0 && read_address(words[0], &source) &&
                 read_address(words[1], &destination) && is_port(words[2]) && is_port(words[3]);
    if (!whole)
        return false;
    opening->proxied = true;
    opening->proxied_for = source;
    return true;
}

static enum fit read_v1(struct http_opening *opening)
{
    size_t used = opening->used;
    if (opening->bytes[used - 1] != '\n')
        return used < LINE_MAX_V1 ? FIT_MORE : FIT_NO;
    if (opening->bytes[used - 2] != '\r')
        return FIT_NO;
    struct slice line = {(const char *)opening->bytes + MARK_V1, used - MARK_V1 - 2};
    return read_line(opening, line) ? FIT_WHOLE : FIT_NO;
}

/* Section 2.2: version and command, family and protocol, length, addresses, TLVs. */
static enum fit read_v2(struct http_opening *opening)
{
    if (opening->used < HEADER_V2)
        return FIT_MORE;
    struct cursor c = cursor_over(opening->bytes, opening->used);
    cursor_skip(&c, MARK_V2);
    uint8_t command = cursor_read_u8(&c);
    uint8_t family = cursor_read_u8(&c) >> 4;
    uint16_t length = cursor_read_be16(&c);
    if (command >> 4 != 2 || (command & 0xF) > 1)
        return FIT_NO;
    bool names = (command & 0xF) == 1; /* LOCAL is the proxy itself: a health check */
    size_t addresses = family == 1 ? ADDRESSES_IPV4 : family == 2 ? ADDRESSES_IPV6 : 0;
    if (!names || length < addresses)
        addresses = 0;
    if (cursor_left(&c) < addresses)
        return FIT_MORE;
    const uint8_t *source = cursor_take(&c, addresses);
    opening->proxied = addresses > 0;
    if (addresses == ADDRESSES_IPV4)
        opening->proxied_for = addr_from_ipv4(source);
    else if (addresses == ADDRESSES_IPV6)
        opening->proxied_for = addr_from_ipv6(source);
    opening->skip = (uint16_t)(length - addresses);
    return FIT_WHOLE;
}

static enum fit read_prefix(struct http_opening *opening)
{
    enum fit v1 = fits(opening, mark_v1, MARK_V1);
    enum fit v2 = fits(opening, mark_v2, MARK_V2);
    if (opening->prefixed)
        return FIT_NO;
    if (v1 == FIT_WHOLE)
        return read_v1(opening);
    if (v2 == FIT_WHOLE)
        return read_v2(opening);
    return v1 == FIT_MORE || v2 == FIT_MORE ? FIT_MORE : FIT_NO;
}

/* Judges the bytes held, after each one. */
static enum http_opening_step judge(struct http_opening *opening)
{
    enum fit begin = fits(opening, preface, PREFACE_LENGTH);
    enum fit prefix = read_prefix(opening);
    if (begin == FIT_WHOLE) {
        opening->used = 0;
        return HTTP_OPENING_HTTP2;
    }
    if (prefix == FIT_WHOLE) {
        opening->prefixed = true;
        opening->used = 0;
        return HTTP_OPENING_MORE;
    }
    return begin == FIT_NO && prefix == FIT_NO ? HTTP_OPENING_HTTP1 : HTTP_OPENING_MORE;
}

static void pass_rest_of_prefix(struct http_opening *opening, struct cursor *c)
{
    size_t length = cursor_left(c) < opening->skip ? cursor_left(c) : opening->skip;
    cursor_skip(c, length);
    opening->skip = (uint16_t)(opening->skip - length);
}

enum http_opening_step http_opening_read(struct http_opening *opening, struct cursor *c)
{
    pass_rest_of_prefix(opening, c);
    while (cursor_left(c)) {
        opening->bytes[opening->used++] = cursor_read_u8(c);
        enum http_opening_step step = judge(opening);
        if (step != HTTP_OPENING_MORE)
            return step;
        pass_rest_of_prefix(opening, c);
    }
    return HTTP_OPENING_MORE;
}
