/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header decompression of HTTP/2 (RFC 7541) with libnghttp2, which is asked for nothing else: the
 * sensor is no end of a session.
 *
 * Memory: nghttp2 allocates entries of the dynamic table as headers come. It gets them from a heap
 * of blocks of doubling sizes which one inspector reserves when it is made (HTTP2_HPACK_CLASSES
 * times HTTP2_HPACK_CLASS_BYTES of address space, touched as used), so no packet reaches malloc.
 * One direction may hold HTTP2_HPACK_BYTES_MAX of it; what is over that, or over the heap, is
 * refused and ends the decoding of that direction.
 */
#ifndef AJAR_INSPECT_HTTP2_HPACK_H
#define AJAR_INSPECT_HTTP2_HPACK_H

#include "ajar/http.h"
#include "ajar/status.h"

#define HTTP2_HPACK_CLASSES     13 /* blocks of 64 bytes to 256 KiB */
#define HTTP2_HPACK_CLASS_BYTES (UINT32_C(2) << 20)
#define HTTP2_HPACK_BYTES_MAX   (UINT32_C(320) << 10) /* of one direction */
#define HTTP2_HPACK_TABLE_MAX   65536 /* dynamic table that an encoder may ask for */
#define HTTP2_BLOCK_MAX         (UINT32_C(256) << 10) /* decoded bytes of one header block */

struct hpack_heap; /* of one inspector */

/* Reserves the heap. Free with hpack_heap_free(). */
enum ajar_status hpack_heap_new(struct hpack_heap **heap);

/* Frees it with everything in it; accepts NULL. */
void hpack_heap_free(struct hpack_heap *heap);

/* The decoder of one direction; begin with a zeroed struct. */
struct hpack {
    void *inflater;   /* nghttp2's, NULL = not open */
    uint32_t used;    /* heap bytes held */
    uint32_t decoded; /* bytes of the block being read, 32 a line as RFC 7541 4.1 counts */
};

/* Takes a decoded header line, borrowed. */
typedef void (*hpack_sink)(void *context, struct slice name, struct slice value);

/*
 * Opens a decoder. It takes any table size up to HTTP2_HPACK_TABLE_MAX: the encoder tells changes
 * in the header blocks themselves (RFC 7541 4.2), so SETTINGS of the other direction, which may
 * pass the sensor early or late, need not be followed. AJAR_ERR_LIMIT: the heap is used up.
 */
enum ajar_status hpack_open(struct hpack_heap *heap, struct hpack *hpack);

/*
 * Decodes a piece of a header block; `whole`: it is the block's last. AJAR_ERR_FORMAT: what no
 * encoder sends; AJAR_ERR_LIMIT: over a limit. After both the direction cannot be read any more.
 */
enum ajar_status hpack_read(struct hpack_heap *heap, struct hpack *hpack, struct slice piece,
                            bool whole, hpack_sink sink, void *context);

/* Gives back what it holds; accepts one that is not open. */
void hpack_close(struct hpack_heap *heap, struct hpack *hpack);

#endif
