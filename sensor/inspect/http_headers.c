/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.x header lines (RFC 9112 section 5) and what they say about the body (section 6, RFC 9110
 * section 8). Tolerant where servers are, since a sensor must read what the two ends read. The
 * lines of a head come from the head reader, whole.
 */
#include "inspect/http_headers.h"

#include <string.h>
#include <strings.h>

bool slice_equals(struct slice slice, const char *text)
{
    return slice.length == strlen(text) && memcmp(slice.text, text, slice.length) == 0;
}

bool slice_equals_nocase(struct slice slice, const char *text)
{
    return slice.length == strlen(text) && strncasecmp(slice.text, text, slice.length) == 0;
}

bool slice_starts_nocase(struct slice slice, const char *text)
{
    size_t length = strlen(text);
    return slice.length >= length && strncasecmp(slice.text, text, length) == 0;
}

struct slice http_header_find(const struct http_headers *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (slice_equals_nocase(headers->lines[i].name, name))
            return headers->lines[i].value;
    }
    return (struct slice){NULL, 0};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice slice)
{
    while (slice.length && is_blank(slice.text[0])) {
        slice.text++;
        slice.length--;
    }
    while (slice.length && is_blank(slice.text[slice.length - 1]))
        slice.length--;
    return slice;
}

bool http_line_read(struct cursor *c, struct slice *line)
{
    size_t left = cursor_left(c);
    const uint8_t *end = left ? memchr(c->at, '\n', left) : NULL;
    if (!end)
        return false;
    size_t length = (size_t)(end - c->at);
    const uint8_t *text = cursor_take(c, length + 1);
    if (length && text[length - 1] == '\r')
        length--;
    *line = (struct slice){(const char *)text, length};
    return true;
}

bool http_list_next(struct slice *list, struct slice *item)
{
    while (list->length) {
        const char *comma = memchr(list->text, ',', list->length);
        size_t length = comma ? (size_t)(comma - list->text) : list->length;
        struct slice next = {list->text, length};
        list->text += comma ? length + 1 : length;
        list->length -= comma ? length + 1 : length;
        const char *parameters = length ? memchr(next.text, ';', length) : NULL;
        if (parameters)
            next.length = (size_t)(parameters - next.text);
        *item = slice_trim(next);
        if (item->length)
            return true;
    }
    return false;
}

/* Digits only, at most 18 of them behind leading zeros: what does not fit in 63 bits is no length.
 */
static bool parse_length(struct slice text, uint64_t *length)
{
    uint64_t value = 0;
    while (text.length > 1 && *text.text == '0') {
        text.text++;
        text.length--;
    }
    if (text.length == 0 || text.length > 18)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.text[i] < '0' || text.text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text.text[i] - '0');
    }
    *length = value;
    return true;
}

/* The same length twice is tolerated (RFC 9112 6.3 item 5), of different ones the first counts. */
static void note_length(struct http_framing *framing, struct slice value)
{
    struct slice item;
    bool any = false;
    while (http_list_next(&value, &item)) {
        uint64_t length;
        any = true;
        if (!parse_length(item, &length)) {
            framing->contradictory = true;
        } else if (!framing->has_length) {
            framing->has_length = true;
            framing->length = length;
        } else if (framing->length != length) {
            framing->contradictory = true;
        }
    }
    framing->contradictory |= !any;
}

static void note_transfer(struct http_framing *framing, struct slice value)
{
    struct slice item;
    while (http_list_next(&value, &item)) {
        bool chunked = slice_equals_nocase(item, "chunked");
        if (slice_equals_nocase(item, "identity"))
            continue;
        framing->chunked = chunked;
        framing->other_transfer |= !chunked;
    }
}

static void note_coding(struct http_framing *framing, struct slice value)
{
    struct slice item;
    while (http_list_next(&value, &item)) {
        enum http_coding coding = HTTP_CODING_UNKNOWN;
        if (slice_equals_nocase(item, "identity"))
            continue;
        if (slice_equals_nocase(item, "gzip") || slice_equals_nocase(item, "x-gzip"))
            coding = HTTP_CODING_GZIP;
        else if (slice_equals_nocase(item, "deflate"))
            coding = HTTP_CODING_DEFLATE;
        else if (slice_equals_nocase(item, "br"))
            coding = HTTP_CODING_BROTLI;
        framing->coding = framing->coding ? HTTP_CODING_UNKNOWN : (uint8_t)coding;
    }
}

void http_headers_add(struct http_headers *headers, struct http_framing *framing,
                      struct http_header header)
{
    header.value = slice_trim(header.value);
    if (header.name.length == 0)
        return;
    if (slice_equals_nocase(header.name, "content-length"))
        note_length(framing, header.value);
    else if (slice_equals_nocase(header.name, "transfer-encoding"))
        note_transfer(framing, header.value);
    else if (slice_equals_nocase(header.name, "content-encoding"))
        note_coding(framing, header.value);
    else if (slice_equals_nocase(header.name, "expect"))
        framing->waits = slice_equals_nocase(header.value, "100-continue");
    if (headers->count < HTTP_HEADERS_MAX)
        headers->lines[headers->count++] = header;
    else
        framing->dropped++;
}

void http_headers_parse(struct cursor *c, struct http_headers *headers,
                        struct http_framing *framing)
{
    struct http_header header = {0};
    struct slice line;
    headers->count = 0;
    *framing = (struct http_framing){0};
    while (http_line_read(c, &line) && line.length) {
        if (is_blank(line.text[0]) && header.name.length) {
            header.value.length = (size_t)(line.text + line.length - header.value.text);
            continue;
        }
        http_headers_add(headers, framing, header);
        header = (struct http_header){0};
        const char *colon = memchr(line.text, ':', line.length);
        if (!colon)
            continue;
        header.name = slice_trim((struct slice){line.text, (size_t)(colon - line.text)});
        header.value = (struct slice){colon + 1, (size_t)(line.text + line.length - colon - 1)};
    }
    http_headers_add(headers, framing, header);
}
