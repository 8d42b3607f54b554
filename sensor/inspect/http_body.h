/* SPDX-License-Identifier: Apache-2.0 */
/* Where a message's body ends and which bytes are its content (RFC 9112 section 6 and 7). Pure. */
#ifndef AJAR_INSPECT_HTTP_BODY_H
#define AJAR_INSPECT_HTTP_BODY_H

#include "inspect/http_headers.h"

/* State of one body between two pieces; zero it, then call one of the _begin functions. */
struct http_body {
    uint64_t left;       /* bytes to come: of the body, or of the chunk being read */
    uint64_t wire_bytes; /* content bytes so far; those lost in a gap of known length included */
    uint8_t kind;        /* enum kind of http_body.c */
    uint8_t part;        /* enum part of http_body.c: where in the chunked coding */
    bool gapped;         /* bytes of it were never seen */
    bool any_digit;      /* the chunk size has a digit */
    bool line_has_text;  /* the trailer line being read is not empty */
};

enum http_body_step {
    HTTP_BODY_MORE,   /* all bytes used, the body goes on */
    HTTP_BODY_DATA,   /* *data is content */
    HTTP_BODY_DONE,   /* it is over; bytes left in the cursor belong to the next message */
    HTTP_BODY_BROKEN, /* the chunks are malformed: where it ends is not known */
};

/* The body of a request: chunked, by length, or none. */
void http_body_begin_request(struct http_body *body, const struct http_framing *framing);

/* The body of a reply: none for HEAD, 1xx, 204 and 304, else chunked, by length, or until close. */
void http_body_begin_reply(struct http_body *body, const struct http_framing *framing,
                           uint16_t status, bool to_head);

/* Takes the next piece. Content is never copied: *data points into the cursor's bytes. */
enum http_body_step http_body_read(struct http_body *body, struct cursor *c, struct slice *data);

/*
 * `length` bytes are missing here (0 = unknown how many). MORE or DONE: the gap lies in content
 * whose length is known, and the body goes on or ends right behind it. BROKEN: where it ends is
 * not known any more.
 */
enum http_body_step http_body_gap(struct http_body *body, uint32_t length);

/* Whether the body ends when the connection does. */
bool http_body_until_close(const struct http_body *body);

#endif
