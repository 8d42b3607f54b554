/* SPDX-License-Identifier: Apache-2.0 */
/* The header lines of a head: reading them, and what they say about the body. Pure, any thread. */
#ifndef AJAR_INSPECT_HTTP_HEADERS_H
#define AJAR_INSPECT_HTTP_HEADERS_H

#include "ajar/cursor.h"
#include "ajar/http.h"

/* What a body is packed in (RFC 9110 8.4). */
enum http_coding {
    HTTP_CODING_NONE = 0,
    HTTP_CODING_GZIP,    /* gzip, x-gzip */
    HTTP_CODING_DEFLATE, /* zlib format, or raw as some servers send it */
    HTTP_CODING_BROTLI,  /* br */
    HTTP_CODING_UNKNOWN, /* one we do not read, or several on top of each other */
};

/* What the header lines say about how the body is sent, over all lines, kept or not. */
struct http_framing {
    uint64_t length;     /* Content-Length, the first valid one */
    bool has_length;     /* there is a valid one */
    bool contradictory;  /* lengths that differ or are no numbers */
    bool chunked;        /* the last transfer coding is chunked */
    bool other_transfer; /* there is a transfer coding that is not chunked */
    bool waits;          /* Expect: 100-continue */
    uint8_t coding;      /* enum http_coding */
    uint32_t dropped;    /* header lines over HTTP_HEADERS_MAX */
};

/*
 * Reads header lines up to the empty line or the cursor's end. Lines end with LF or CRLF (RFC 9112
 * 2.2). A folded line belongs to the value before it, whose slice then keeps the line break
 * (5.2). Blanks before the colon are dropped as servers do, a line without a colon is passed over.
 */
void http_headers_parse(struct cursor *c, struct http_headers *headers,
                        struct http_framing *framing);

/* Adds a header line that is whole, and what it says about the body. */
void http_headers_add(struct http_headers *headers, struct http_framing *framing,
                      struct http_header header);

/* The next line without its end; false when there is no LF any more. */
bool http_line_read(struct cursor *c, struct slice *line);

/* The next item of a comma-separated list, without blanks and parameters; moves *list behind it.
 * False at the end. */
bool http_list_next(struct slice *list, struct slice *item);

#endif
