/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content codings gzip and deflate (RFC 9110 8.4.1, RFC 1950 to 1952), as a stream with bomb
 * caps. A context is one block of fixed size: zlib gets its memory from inside it.
 */
#ifndef AJAR_INSPECT_HTTP_INFLATE_H
#define AJAR_INSPECT_HTTP_INFLATE_H

#include "inspect/http_headers.h"

#define HTTP_INFLATE_OUT_MAX   65536 /* decoded bytes handed on at once, at most */
#define HTTP_INFLATE_RATIO_MIN 65536 /* decoded bytes from which the ratio is judged */

struct http_inflate;

/* Caps of one body. */
struct http_inflate_limits {
    uint32_t ratio; /* decoded bytes per wire byte, from HTTP_INFLATE_RATIO_MIN decoded bytes on */
    uint64_t bytes; /* decoded bytes */
};

enum http_inflate_result {
    HTTP_INFLATE_OK,     /* all bytes used (what follows a complete stream is passed over) */
    HTTP_INFLATE_ENOUGH, /* the sink wants no more */
    HTTP_INFLATE_BROKEN, /* not what the header said, or damaged */
    HTTP_INFLATE_BOMB,   /* over a cap */
    HTTP_INFLATE_FULL,   /* its sender chose a window larger than we keep (br only) */
};

/* Takes decoded bytes, borrowed; returns whether more is wanted. */
typedef bool (*http_inflate_sink)(void *context, const uint8_t *data, size_t length);

/* Bytes that a context needs. */
size_t http_inflate_size(void);

/* Prepares a context in `block` of http_inflate_size() bytes. Nothing needs to be undone. */
struct http_inflate *http_inflate_begin(void *block, enum http_coding coding,
                                        const struct http_inflate_limits *limits);

/* Decodes the next bytes into `out` (HTTP_INFLATE_OUT_MAX bytes, may be shared) and hands them to
 * the sink. After anything but OK the context is of no more use. */
enum http_inflate_result http_inflate_feed(struct http_inflate *inflate, struct slice wire,
                                           uint8_t *out, http_inflate_sink sink, void *context);

#endif
