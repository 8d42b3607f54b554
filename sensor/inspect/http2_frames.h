/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/2 frames of one direction (RFC 9113 sections 4 and 6), read as they pass: pieces of header
 * blocks and of DATA with padding and priorities taken off, whatever size frames have. Nothing is
 * buffered but a frame's fixed beginning. Pure, any thread.
 */
#ifndef AJAR_INSPECT_HTTP2_FRAMES_H
#define AJAR_INSPECT_HTTP2_FRAMES_H

#include "ajar/cursor.h"
#include "ajar/http.h"

#define HTTP2_FRAME_HEADER 9

/* One direction between two pieces; begin with a zeroed struct. */
struct http2_frames {
    uint8_t part;   /* enum part of http2_frames.c */
    uint8_t used;   /* bytes in fixed[] */
    uint8_t wanted; /* fixed fields behind the frame header */
    uint8_t type;   /* of the frame being read */
    uint8_t flags;
    uint8_t fixed[HTTP2_FRAME_HEADER]; /* frame header, then pad length, priority, ids */
    bool settled;                      /* the first frame was SETTINGS, as it must be */
    bool in_block;                     /* CONTINUATION must follow */
    bool block_begun;                  /* a piece of the block was given */
    bool block_last;                   /* the block's stream ends with it */
    uint32_t stream;
    uint32_t block_stream;
    uint32_t promised; /* of the block: the stream that PUSH_PROMISE reserves, else 0 */
    uint32_t left;     /* payload bytes to come: fixed fields, then content */
    uint32_t padding;  /* behind the content */
};

enum http2_step {
    HTTP2_MORE,   /* all bytes used */
    HTTP2_BLOCK,  /* a piece of a header block */
    HTTP2_DATA,   /* a piece of a body */
    HTTP2_RESET,  /* RST_STREAM */
    HTTP2_GOAWAY, /* streams over piece->stream will not be answered */
    HTTP2_BROKEN, /* no frame can stand here: nothing behind it can be read */
};

struct http2_piece {
    uint32_t stream;
    uint32_t promised; /* BLOCK of a PUSH_PROMISE: the promised stream */
    struct slice data; /* borrowed from the cursor; may be empty */
    bool begins;       /* BLOCK: its first piece */
    bool whole;        /* BLOCK: its last piece */
    bool last;         /* the stream ends in this direction behind the block or this piece */
};

/* Takes the next piece. Call until MORE or BROKEN; after BROKEN not again. */
enum http2_step http2_frames_next(struct http2_frames *frames, struct cursor *c,
                                  struct http2_piece *piece);

/*
 * `length` bytes are missing (0 = unknown how many). DATA: they lie in one body, piece->data has
 * their number and no text. MORE: in something that is passed over anyway. BROKEN: where the next
 * frame begins, or the state of the header compression, is not known any more.
 */
enum http2_step http2_frames_gap(struct http2_frames *frames, uint32_t length,
                                 struct http2_piece *piece);

#endif
