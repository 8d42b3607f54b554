/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixed number of blocks of one size, reserved at once and touched as used: connections, head
 * buffers and inflate contexts of one worker come from such pools. Worker thread only.
 */
#ifndef AJAR_INSPECT_HTTP_POOL_H
#define AJAR_INSPECT_HTTP_POOL_H

#include "ajar/status.h"

#include <stddef.h>
#include <stdint.h>

struct http_pool {
    unsigned char *blocks;
    size_t block_bytes;
    uint32_t count;
    uint32_t fresh; /* blocks from here on were never used */
    uint32_t in_use;
    void *returned; /* chain of those given back */
};

/* Reserves `count` blocks of at least `block_bytes`, aligned for any type. Undone by
 * http_pool_clear(). */
enum ajar_status http_pool_init(struct http_pool *pool, uint32_t count, size_t block_bytes);

/* Gives the memory back, blocks in use included; accepts a zeroed pool. */
void http_pool_clear(struct http_pool *pool);

/* A block with undefined content, or NULL when all are in use. */
void *http_pool_take(struct http_pool *pool);

/* Puts a block back; accepts NULL. */
void http_pool_return(struct http_pool *pool, void *block);

#endif
