/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.x heads (RFC 9112 sections 2 to 4): what could be one, where it ends, and its start line.
 * The reader collects the bytes and finds heads again after a gap with the same rules.
 */
#include "inspect/http_head.h"

#include <string.h>

#define METHOD_MAX 24 /* longest method we believe in: VERSION-CONTROL has 15 */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A character of a token (RFC 9110 5.6.2). */
static bool is_token(uint8_t c)
{
    if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
        return true;
    return c && strchr("!#$%&'*+-.^_`|~", c);
}

/* Where " HTTP/VERSION" begins in a request line without its end; 0 if it is not there. Servers
 * answer "HTTP/1.", "HTTP/1.01" and more, so any digits and dots will do, but HTTP/2 and newer are
 * other protocols. */
static size_t find_version(struct slice line)
{
    static const char begin[] = " HTTP/";
    size_t end = line.length;
    while (end && line.text[end - 1] == ' ')
        end--;
    size_t digits = end;
    while (digits && (line.text[digits - 1] == '.' || is_digit(line.text[digits - 1])))
        digits--;
    size_t length = sizeof(begin) - 1;
    bool found = digits >= length && memcmp(line.text + digits - length, begin, length) == 0;
    bool known = digits < end && (line.text[digits] == '0' || line.text[digits] == '1');
    return found && known ? digits - length : 0;
}

/* The minor version of " HTTP/1.x", 0 if there is none. */
static uint8_t minor_version(struct slice line, size_t version)
{
    size_t minor = version + sizeof(" HTTP/1.") - 1;
    return minor < line.length && is_digit(line.text[minor]) ? (uint8_t)(line.text[minor] - '0')
                                                             : 0;
}

static enum http_start recognise_request(const uint8_t *data, size_t length)
{
    size_t method = 0;
    while (method < length && is_token(data[method]))
        method++;
    if (method == 0 || method > METHOD_MAX || (method < length && data[method] != ' '))
        return HTTP_START_NO;
    struct cursor c = cursor_over(data, length);
    struct slice line;
    if (!http_line_read(&c, &line))
        return HTTP_START_MAYBE;
    if (find_version(line) > method)
        return HTTP_START_YES;
    bool simple = line.length > 4 && memcmp(line.text, "GET /", 5) == 0 &&
                  !memchr(line.text + 4, ' ', line.length - 4);
    return simple ? HTTP_START_SIMPLE : HTTP_START_NO;
}

/* "HTTP/1.x NNN": the 12 bytes that every status line begins with. */
static enum http_start recognise_reply(const uint8_t *data, size_t length)
{
    static const char pattern[] = "HTTP/1.d ddd";
    size_t known = sizeof(pattern) - 1;
    for (size_t i = 0; i < length && i < known; i++) {
        bool digit = data[i] >= '0' && data[i] <= '9';
        if (pattern[i] == 'd' ? !digit : data[i] != (uint8_t)pattern[i])
            return HTTP_START_NO;
    }
    if (length <= known)
        return HTTP_START_MAYBE;
    bool ends = data[known] == ' ' || data[known] == '\r' || data[known] == '\n';
    return ends && data[9] != '0' ? HTTP_START_YES : HTTP_START_NO;
}

enum http_start http_head_recognise(enum http_head_kind kind, const uint8_t *data, size_t length)
{
    return kind == HTTP_HEAD_REQUEST ? recognise_request(data, length)
                                     : recognise_reply(data, length);
}

size_t http_head_length(const uint8_t *data, size_t length, size_t from)
{
    struct cursor c = cursor_over(data, length);
    cursor_skip(&c, from);
    while (cursor_left(&c)) {
        const uint8_t *end = memchr(c.at, '\n', cursor_left(&c));
        if (!end)
            return 0;
        c.at = end + 1;
        size_t empty = cursor_peek_u8(&c, 0) == '\r' ? 1 : 0;
        if (cursor_peek_u8(&c, empty) == '\n')
            return (size_t)(c.at - data) + empty + 1;
    }
    return 0;
}

bool http_head_parse_request(const uint8_t *data, size_t length, char path[static HTTP_PATH_MAX],
                             struct http_request *request, struct http_framing *framing)
{
    enum http_start start = recognise_request(data, length);
    struct cursor c = cursor_over(data, length);
    struct slice line;
    if (start < HTTP_START_YES || !http_line_read(&c, &line))
        return false;
    size_t version = start == HTTP_START_YES ? find_version(line) : line.length;
    size_t method = (size_t)((const char *)memchr(line.text, ' ', line.length) - line.text);
    size_t target = method;
    while (target < version && line.text[target] == ' ')
        target++;
    request->method = (struct slice){line.text, method};
    request->target = (struct slice){line.text + target, version - target};
    request->minor_version = minor_version(line, version);
    request->head_bytes = (uint32_t)length;
    http_target_split(request->target, slice_equals(request->method, "CONNECT"), path,
                      &request->path, &request->query);
    http_headers_parse(&c, &request->headers, framing);
    return true;
}

bool http_head_parse_reply(const uint8_t *data, size_t length, struct http_reply *reply,
                           struct http_framing *framing)
{
    struct cursor c = cursor_over(data, length);
    struct slice line;
    if (recognise_reply(data, length) != HTTP_START_YES || !http_line_read(&c, &line))
        return false;
    reply->minor_version = (uint8_t)(data[7] - '0');
    reply->status = (uint16_t)((data[9] - '0') * 100 + (data[10] - '0') * 10 + (data[11] - '0'));
    reply->head_bytes = (uint32_t)length;
    http_headers_parse(&c, &reply->headers, framing);
    return true;
}
