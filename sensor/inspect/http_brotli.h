/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content coding br (RFC 7932), as a stream with the bomb caps of http_inflate.h. A context is one
 * block of fixed size: the decoder gets its memory from inside it.
 */
#ifndef AJAR_INSPECT_HTTP_BROTLI_H
#define AJAR_INSPECT_HTTP_BROTLI_H

#include "inspect/http_inflate.h"

/* What one body may take: a window of 4 MiB, which is what encoders choose by themselves, while it
 * grows by doubling, and its tables. Larger ones are read as far as they fit. */
#define HTTP_BROTLI_BYTES (9u << 20)

struct http_brotli;

/* Bytes that a context needs. */
size_t http_brotli_size(void);

/* Prepares a context in `block` of http_brotli_size() bytes. Nothing needs to be undone. NULL only
 * if the library wants more for a beginning than a block has. */
struct http_brotli *http_brotli_begin(void *block, const struct http_inflate_limits *limits);

/* Decodes the next bytes into `out` (HTTP_INFLATE_OUT_MAX bytes, may be shared) and hands them to
 * the sink. After anything but OK the context is of no more use. */
enum http_inflate_result http_brotli_feed(struct http_brotli *brotli, struct slice wire,
                                          uint8_t *out, http_inflate_sink sink, void *context);

#endif
