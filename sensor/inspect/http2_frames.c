/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frames of one direction of an HTTP/2 connection (RFC 9113 sections 4.1 and 6), between the
 * bytes of flow and the header decompression. Only what changes the meaning of later bytes is
 * judged: a sensor reads what two ends have agreed on, it does not police them.
 */
#include "inspect/http2_frames.h"

#include <string.h>

#define SETTINGS_BYTES     6
#define FIRST_SETTINGS_MAX (32 * SETTINGS_BYTES) /* of a first frame we believe in */
#define STREAM_MASK        0x7fffffffu
#define FLAG_END_STREAM    0x1
#define FLAG_ACK           0x1
#define FLAG_END_HEADERS   0x4
#define FLAG_PADDED        0x8
#define FLAG_PRIORITY      0x20
#define PRIORITY_BYTES     5
#define STREAM_BYTES       4
#define GOAWAY_BYTES       8

enum type {
    TYPE_DATA = 0,
    TYPE_HEADERS = 1,
    TYPE_RST_STREAM = 3,
    TYPE_SETTINGS = 4,
    TYPE_PUSH_PROMISE = 5,
    TYPE_GOAWAY = 7,
    TYPE_CONTINUATION = 9,
};

enum part {
    PART_HEADER = 0, /* of the frame */
    PART_FIXED,      /* pad length, priority, stream ids */
    PART_CONTENT,    /* DATA, or a fragment of a header block: at least one piece is given */
    PART_PADDING,    /* and payloads of no interest */
};

static bool has_block(uint8_t type)
{
    return type == TYPE_HEADERS || type == TYPE_PUSH_PROMISE || type == TYPE_CONTINUATION;
}

/* Bytes of fixed fields in front of the content. */
static uint8_t fixed_bytes(uint8_t type, uint8_t flags)
{
    uint8_t padded = flags & FLAG_PADDED ? 1 : 0;
    switch (type) {
    case TYPE_DATA:
        return padded;
    case TYPE_HEADERS:
        return (uint8_t)(padded + (flags & FLAG_PRIORITY ? PRIORITY_BYTES : 0));
    case TYPE_PUSH_PROMISE:
        return (uint8_t)(padded + STREAM_BYTES);
    case TYPE_RST_STREAM:
        return STREAM_BYTES;
    case TYPE_GOAWAY:
        return GOAWAY_BYTES;
    default:
        return 0;
    }
}

/* What may stand here: SETTINGS first, CONTINUATION where one must follow and nowhere else. */
static bool fits_here(const struct http2_frames *frames)
{
    if (!frames->settled)
        return frames->type == TYPE_SETTINGS && !(frames->flags & FLAG_ACK) &&
               frames->stream == 0 && frames->left % SETTINGS_BYTES == 0 &&
               frames->left <= FIRST_SETTINGS_MAX;
    if (frames->in_block != (frames->type == TYPE_CONTINUATION))
        return false;
    if (frames->in_block && frames->stream != frames->block_stream)
        return false;
    bool of_stream =
        has_block(frames->type) || frames->type == TYPE_DATA || frames->type == TYPE_RST_STREAM;
    return !of_stream || frames->stream != 0;
}

/* The frame header is whole. */
static bool begin_frame(struct http2_frames *frames)
{
    struct cursor c = cursor_over(frames->fixed, sizeof frames->fixed);
    uint32_t high = cursor_read_u8(&c);
    frames->left = high << 16 | cursor_read_be16(&c);
    frames->type = cursor_read_u8(&c);
    frames->flags = cursor_read_u8(&c);
    frames->stream = cursor_read_be32(&c) & STREAM_MASK;
    frames->wanted = fixed_bytes(frames->type, frames->flags);
    if (!fits_here(frames) || frames->wanted > frames->left)
        return false;
    frames->settled = true;
    frames->used = 0;
    frames->padding = 0;
    frames->part = PART_FIXED;
    if (frames->type == TYPE_HEADERS || frames->type == TYPE_PUSH_PROMISE) {
        frames->in_block = true;
        frames->block_begun = false;
        frames->block_stream = frames->stream;
        frames->block_last = frames->type == TYPE_HEADERS && frames->flags & FLAG_END_STREAM;
        frames->promised = 0;
    }
    return true;
}

/* The fixed fields are whole. */
static enum http2_step read_fixed(struct http2_frames *frames, struct http2_piece *piece)
{
    struct cursor c = cursor_over(frames->fixed, frames->wanted);
    bool content = frames->type == TYPE_DATA || has_block(frames->type);
    frames->used = 0;
    frames->left -= frames->wanted;
    frames->part = content ? PART_CONTENT : PART_PADDING;
    if (frames->type == TYPE_RST_STREAM || frames->type == TYPE_GOAWAY) {
        uint32_t last = cursor_read_be32(&c) & STREAM_MASK;
        bool reset = frames->type == TYPE_RST_STREAM;
        *piece = (struct http2_piece){.stream = reset ? frames->stream : last};
        frames->padding = frames->left;
        frames->left = 0;
        return reset ? HTTP2_RESET : HTTP2_GOAWAY;
    }
    if (!content) {
        frames->padding = frames->left;
        frames->left = 0;
        return HTTP2_MORE;
    }
    if (frames->type != TYPE_CONTINUATION && frames->flags & FLAG_PADDED)
        frames->padding = cursor_read_u8(&c);
    if (frames->type == TYPE_PUSH_PROMISE)
        frames->promised = cursor_read_be32(&c) & STREAM_MASK;
    if (frames->padding > frames->left)
        return HTTP2_BROKEN;
    frames->left -= frames->padding;
    return HTTP2_MORE;
}

/* Collects up to `wanted` bytes; returns whether they are there. */
static bool collect(struct http2_frames *frames, struct cursor *c, uint8_t wanted)
{
    size_t length = wanted - frames->used;
    if (length > cursor_left(c))
        length = cursor_left(c);
    const uint8_t *taken = cursor_take(c, length);
    if (length)
        memcpy(frames->fixed + frames->used, taken, length);
    frames->used = (uint8_t)(frames->used + length);
    return frames->used == wanted;
}

/* `length` bytes of content are taken off: what they are. */
static enum http2_step give_content(struct http2_frames *frames, const uint8_t *text,
                                    uint32_t length, struct http2_piece *piece)
{
    frames->left -= length;
    bool over = frames->left == 0;
    bool is_data = frames->type == TYPE_DATA;
    *piece = (struct http2_piece){.stream = frames->stream, .data = {(const char *)text, length}};
    if (over)
        frames->part = PART_PADDING;
    if (is_data) {
        piece->last = over && frames->flags & FLAG_END_STREAM;
        return HTTP2_DATA;
    }
    piece->promised = frames->promised;
    piece->begins = !frames->block_begun;
    piece->whole = over && frames->flags & FLAG_END_HEADERS;
    piece->last = frames->block_last;
    frames->block_begun = true;
    frames->in_block = !piece->whole;
    return HTTP2_BLOCK;
}

static enum http2_step read_content(struct http2_frames *frames, struct cursor *c,
                                    struct http2_piece *piece)
{
    uint32_t length = frames->left;
    if (length > cursor_left(c))
        length = (uint32_t)cursor_left(c);
    if (length == 0 && frames->left > 0)
        return HTTP2_MORE;
    return give_content(frames, cursor_take(c, length), length, piece);
}

/* Returns whether it is over. */
static bool skip_padding(struct http2_frames *frames, struct cursor *c)
{
    size_t length = cursor_left(c) < frames->padding ? cursor_left(c) : frames->padding;
    cursor_skip(c, length);
    frames->padding -= (uint32_t)length;
    if (frames->padding == 0)
        frames->part = PART_HEADER;
    return frames->padding == 0;
}

enum http2_step http2_frames_next(struct http2_frames *frames, struct cursor *c,
                                  struct http2_piece *piece)
{
    enum http2_step step = HTTP2_MORE;
    for (;;) {
        switch ((enum part)frames->part) {
        case PART_HEADER:
            if (!collect(frames, c, HTTP2_FRAME_HEADER))
                return HTTP2_MORE;
            if (!begin_frame(frames))
                return HTTP2_BROKEN;
            break;
        case PART_FIXED:
            if (!collect(frames, c, frames->wanted))
                return HTTP2_MORE;
            step = read_fixed(frames, piece);
            if (step != HTTP2_MORE)
                return step;
            break;
        case PART_CONTENT:
            return read_content(frames, c, piece);
        case PART_PADDING:
            if (!skip_padding(frames, c))
                return HTTP2_MORE;
            break;
        }
    }
}

enum http2_step http2_frames_gap(struct http2_frames *frames, uint32_t length,
                                 struct http2_piece *piece)
{
    if (length == 0)
        return HTTP2_BROKEN;
    if (frames->part == PART_PADDING && length <= frames->padding) {
        frames->padding -= length;
        return HTTP2_MORE;
    }
    if (frames->part != PART_CONTENT || frames->type != TYPE_DATA ||
        length > frames->left + frames->padding)
        return HTTP2_BROKEN;
    uint32_t content = length < frames->left ? length : frames->left;
    frames->padding -= length - content;
    return give_content(frames, NULL, content, piece);
}
