/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Body framing of HTTP/1.x (RFC 9112 section 6.3): by length, chunked (section 7.1, with
 * extensions and trailers), until close, or none. A body by length costs a subtraction per
 * segment. The halves of a connection pull content out of here and decode or skip it.
 */
#include "inspect/http_body.h"

#include <string.h>

#define CHUNK_MAX (UINT64_C(1) << 56) /* a larger chunk is no chunk */

enum kind { KIND_NONE = 0, KIND_LENGTH, KIND_CHUNKED, KIND_CLOSE };

enum part {
    PART_SIZE = 0,  /* hexadecimal digits */
    PART_EXTENSION, /* behind the size, up to LF */
    PART_DATA,
    PART_DATA_END, /* CRLF behind the data */
    PART_TRAILER,  /* lines up to an empty one */
};

static void begin(struct http_body *body, enum kind kind, uint64_t left)
{
    *body = (struct http_body){.kind = (uint8_t)kind, .left = left};
}

void http_body_begin_request(struct http_body *body, const struct http_framing *framing)
{
    if (framing->chunked)
        begin(body, KIND_CHUNKED, 0);
    else if (framing->has_length && !framing->other_transfer)
        begin(body, KIND_LENGTH, framing->length);
    else
        begin(body, KIND_NONE, 0);
}

void http_body_begin_reply(struct http_body *body, const struct http_framing *framing,
                           uint16_t status, bool to_head)
{
    if (to_head || status < 200 || status == 204 || status == 304)
        begin(body, KIND_NONE, 0);
    else if (framing->chunked)
        begin(body, KIND_CHUNKED, 0);
    else if (framing->has_length && !framing->other_transfer)
        begin(body, KIND_LENGTH, framing->length);
    else
        begin(body, KIND_CLOSE, 0);
}

bool http_body_until_close(const struct http_body *body)
{
    return body->kind == KIND_CLOSE;
}

/* Up to `most` bytes of content. */
static enum http_body_step take_content(struct http_body *body, struct cursor *c, uint64_t most,
                                        struct slice *data)
{
    size_t length = cursor_left(c);
    if (length > most)
        length = (size_t)most;
    if (length == 0)
        return HTTP_BODY_MORE;
    *data = (struct slice){(const char *)cursor_take(c, length), length};
    body->wire_bytes += length;
    return HTTP_BODY_DATA;
}

static int hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The line of a chunk's size is over. */
static void finish_size(struct http_body *body)
{
    body->part = body->left ? PART_DATA : PART_TRAILER;
    body->line_has_text = false;
}

/* One byte of a chunk's size line. White space before the size and any sign behind it are passed
 * over as clients do; a letter behind it ("0x5") is taken for no size by any of them. */
static bool read_size(struct http_body *body, uint8_t byte)
{
    int digit = hex_value(byte);
    bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
    if (digit >= 0) {
        body->left = body->left << 4 | (uint64_t)digit;
        body->any_digit = true;
        return body->left < CHUNK_MAX;
    }
    if (!body->any_digit)
        return byte == ' ' || (byte >= '\t' && byte <= '\r');
    body->part = PART_EXTENSION;
    if (byte == '\n')
        finish_size(body);
    return !letter;
}

static void next_chunk(struct http_body *body)
{
    body->part = PART_SIZE;
    body->left = 0;
    body->any_digit = false;
}

/* One byte of the coding itself; returns false if it cannot stand there. Sets *over at its end. */
static bool read_coding(struct http_body *body, uint8_t byte, bool *over)
{
    switch ((enum part)body->part) {
    case PART_SIZE:
        return read_size(body, byte);
    case PART_EXTENSION:
        if (byte == '\n')
            finish_size(body);
        return true;
    case PART_DATA_END:
        if (byte == '\n')
            next_chunk(body);
        return byte == '\n' || byte == '\r';
    default:
        *over = byte == '\n' && !body->line_has_text;
        body->line_has_text = byte == '\r' ? body->line_has_text : byte != '\n';
        return true;
    }
}

static enum http_body_step read_chunked(struct http_body *body, struct cursor *c,
                                        struct slice *data)
{
    bool over = false;
    while (cursor_left(c)) {
        if (body->part == PART_DATA) {
            enum http_body_step step = take_content(body, c, body->left, data);
            body->left -= data->length;
            if (body->left == 0)
                body->part = PART_DATA_END;
            return step;
        }
        if (!read_coding(body, cursor_read_u8(c), &over))
            return HTTP_BODY_BROKEN;
        if (over)
            return HTTP_BODY_DONE;
    }
    return HTTP_BODY_MORE;
}

enum http_body_step http_body_read(struct http_body *body, struct cursor *c, struct slice *data)
{
    enum http_body_step step;
    switch ((enum kind)body->kind) {
    case KIND_LENGTH:
        if (body->left == 0)
            return HTTP_BODY_DONE;
        step = take_content(body, c, body->left, data);
        body->left -= step == HTTP_BODY_DATA ? data->length : 0;
        return step;
    case KIND_CHUNKED:
        return read_chunked(body, c, data);
    case KIND_CLOSE:
        return take_content(body, c, UINT64_MAX, data);
    default:
        return HTTP_BODY_DONE;
    }
}

enum http_body_step http_body_gap(struct http_body *body, uint32_t length)
{
    body->gapped = true;
    if (body->kind == KIND_CLOSE) {
        body->wire_bytes += length;
        return HTTP_BODY_MORE;
    }
    bool in_content =
        body->kind == KIND_LENGTH || (body->kind == KIND_CHUNKED && body->part == PART_DATA);
    if (!in_content || length == 0 || length > body->left) {
        body->wire_bytes += in_content && length ? body->left : 0;
        return HTTP_BODY_BROKEN;
    }
    body->left -= length;
    body->wire_bytes += length;
    if (body->left)
        return HTTP_BODY_MORE;
    body->part = PART_DATA_END;
    return body->kind == KIND_LENGTH ? HTTP_BODY_DONE : HTTP_BODY_MORE;
}
