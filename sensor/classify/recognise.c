/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Own recognisers: which inspector can read this, by the first bytes of one side (HTTP/1.x: RFC
 * 9112, HTTP/2: RFC 9113, the PROXY protocol in front of either). They decide, not nDPI, which
 * misses split, odd and mid-stream dialogues. Called for the first payload of every flow that can
 * matter, so the usual answer, NO, comes from a few bytes.
 */
#include "classify/classify.h"

#include "ajar/cursor.h"

#include <string.h>

#define METHOD_MIN 3
#define METHOD_MAX 20

#define SETTINGS_HEADER 9 /* of an HTTP/2 frame */
#define SETTINGS_TYPE   4

static const char version[] = " HTTP/1."; /* what follows the target, up to the last digit */
#define VERSION_LENGTH (sizeof version - 1)

static const char *const known_methods[] = {
    "GET",    "HEAD",  "POST",   "PUT",   "DELETE", "OPTIONS",  "PATCH",     "TRACE",  "CONNECT",
    "SEARCH", "QUERY", "PURGE",  "COPY",  "MOVE",   "PROPFIND", "PROPPATCH", "MKCOL",  "LOCK",
    "UNLOCK", "ACL",   "REPORT", "MERGE", "BIND",   "LINK",     "CHECKIN",   "UPDATE",
};

static bool is_known_method(const char *method, size_t length)
{
    for (size_t i = 0; i < sizeof known_methods / sizeof *known_methods; i++)
        if (strlen(known_methods[i]) == length && memcmp(known_methods[i], method, length) == 0)
            return true;
    return false;
}

static bool is_method_byte(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || byte == '-';
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_visible(uint8_t byte)
{
    return byte > ' ' && byte != 0x7f;
}

/* Whether the text so far fits "HTTP/1.x NNN": the whole of it, its beginning, or not at all. */
static enum recognition recognise_reply(struct cursor at)
{
    static const char shape[] = "HTTP/1.# ###"; /* # stands for a digit */
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        if (cursor_left(&at) == 0)
            return RECOGNITION_WAIT;
        uint8_t byte = cursor_read_u8(&at);
        if (shape[i] == '#' ? !is_digit(byte) : byte != (uint8_t)shape[i])
            return RECOGNITION_NO;
    }
    return is_digit(cursor_peek_u8(&at, 0)) ? RECOGNITION_NO : RECOGNITION_REPLY;
}

/* What follows a target of any method: nothing yet, a version, its beginning, or anything else. */
static enum recognition recognise_version(const uint8_t *text, size_t length)
{
    if (length > VERSION_LENGTH)
        length = VERSION_LENGTH;
    if (length > 0 && memcmp(text, version, length) != 0)
        return RECOGNITION_NO;
    return length == VERSION_LENGTH ? RECOGNITION_REQUEST : RECOGNITION_WAIT;
}

/*
 * The target and what follows it. A line that is complete must have a version HTTP/1.x. One that
 * is not is taken at its word if the method is known and the target begins as most do, or if one
 * of both is so and the line has the shape of a request up to the end of a whole prefix: long
 * targets fill segments, and an inspector that is wrongly called finds out soon.
 */
static enum recognition recognise_target(struct cursor at, bool known, bool prefix_full)
{
    const uint8_t *target = at.at;
    size_t left = cursor_left(&at);
    if (left == 0)
        return prefix_full ? RECOGNITION_NO : RECOGNITION_WAIT;
    if (!is_visible(target[0]))
        return RECOGNITION_NO;
    const uint8_t *end = memchr(target, '\n', left);
    size_t line = end ? (size_t)(end - target) : left;
    bool rooted = target[0] == '/' || target[0] == '*';
    if (known && rooted) /* blanks in the target are a sloppy client's, not another protocol's */
        return !end || memmem(target, line, version, VERSION_LENGTH) ? RECOGNITION_REQUEST
                                                                     : RECOGNITION_NO;
    const uint8_t *space = memchr(target, ' ', line);
    size_t behind = space ? (size_t)(target + line - space) : 0;
    enum recognition found = recognise_version(space, behind);
    if (found != RECOGNITION_WAIT)
        return found;
    if (end)
        return RECOGNITION_NO;
    if (!prefix_full)
        return RECOGNITION_WAIT;
    return known || rooted ? RECOGNITION_REQUEST : RECOGNITION_NO;
}

static enum recognition recognise_request(struct cursor at, bool prefix_full)
{
    const char *method = (const char *)at.at;
    size_t length = 0;
    while (is_method_byte(cursor_peek_u8(&at, 0))) {
        cursor_skip(&at, 1);
        if (++length > METHOD_MAX)
            return RECOGNITION_NO;
    }
    if (cursor_left(&at) == 0)
        return prefix_full ? RECOGNITION_NO : RECOGNITION_WAIT;
    if (cursor_read_u8(&at) != ' ' || length < METHOD_MIN)
        return RECOGNITION_NO;
    return recognise_target(at, is_known_method(method, length), prefix_full);
}

/* Whether the bytes are the text, or its beginning. */
static enum recognition recognise_text(struct cursor at, const char *text, size_t length)
{
    size_t left = cursor_left(&at);
    size_t compared = left < length ? left : length;
    if (compared && memcmp(at.at, text, compared) != 0)
        return RECOGNITION_NO;
    return compared == length ? RECOGNITION_REQUEST : RECOGNITION_WAIT;
}

/* What a client may send in front of its requests: the preface of HTTP/2 (RFC 9113 3.4; its first
 * line says enough), or what a proxy adds (PROXY protocol 1 and 2). */
static enum recognition recognise_opening(struct cursor at)
{
    static const struct {
        const char *text;
        size_t length;
    } openings[] = {
        {"PRI * HTTP/2.0\r\n", 16}, {"PROXY TCP4 ", 11},          {"PROXY TCP6 ", 11},
        {"PROXY UNKNOWN", 13},      {"\r\n\r\n\0\r\nQUIT\n", 12},
    };
    enum recognition best = RECOGNITION_NO;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        enum recognition one = recognise_text(at, openings[i].text, openings[i].length);
        if (one == RECOGNITION_REQUEST)
            return one;
        best = one == RECOGNITION_WAIT ? one : best;
    }
    return best;
}

/* The SETTINGS frame with which a server of HTTP/2 may speak first (RFC 9113 3.4, 6.5): its length,
 * type, flags and stream, then up to 32 settings of six bytes. */
static enum recognition recognise_settings(struct cursor at)
{
    bool cut = cursor_left(&at) < SETTINGS_HEADER;
    uint8_t header[SETTINGS_HEADER] = {[2] = 0, [3] = SETTINGS_TYPE};
    for (size_t i = 0; i < SETTINGS_HEADER && cursor_left(&at); i++) {
        uint8_t byte = cursor_read_u8(&at);
        bool fits = i == 2 ? byte % 6 == 0 && byte <= 32 * 6 : byte == header[i];
        if (!fits)
            return RECOGNITION_NO;
    }
    return cut ? RECOGNITION_WAIT : RECOGNITION_REPLY;
}

/* Robust clients of old sent an empty line before a request (RFC 9112 2.2). */
static void skip_empty_lines(struct cursor *at)
{
    while (cursor_peek_u8(at, 0) == '\r' || cursor_peek_u8(at, 0) == '\n')
        cursor_skip(at, 1);
}

enum recognition classify_recognise(const uint8_t *data, size_t length,
                                    enum application_protocol *protocol)
{
    struct cursor at = cursor_over(data, length);
    enum recognition reply = recognise_reply(at);
    enum recognition opening = recognise_opening(at);
    if (reply == RECOGNITION_NO)
        reply = recognise_settings(at);
    skip_empty_lines(&at);
    enum recognition request = recognise_request(at, length >= FLOW_PREFIX_MAX);
    if (request == RECOGNITION_NO || (request == RECOGNITION_WAIT && opening != RECOGNITION_NO))
        request = opening;
    if (reply == RECOGNITION_REPLY || request == RECOGNITION_REQUEST)
        *protocol = APPLICATION_HTTP;
    if (reply == RECOGNITION_REPLY)
        return reply;
    if (request == RECOGNITION_REQUEST)
        return request;
    bool waiting = reply == RECOGNITION_WAIT || request == RECOGNITION_WAIT;
    return waiting ? RECOGNITION_WAIT : RECOGNITION_NO;
}
