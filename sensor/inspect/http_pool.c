/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block pools of the HTTP inspector: one reservation at start-up, a chain of returned blocks
 * after that, so that nothing is allocated while packets flow. Pages never used stay untouched.
 */
#include "inspect/http_pool.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum ajar_status http_pool_init(struct http_pool *pool, uint32_t count, size_t block_bytes)
{
    size_t align = alignof(max_align_t);
    size_t rounded = (block_bytes + align - 1) / align * align;
    unsigned char *blocks = calloc(count, rounded);
    if (!blocks)
        return AJAR_ERR_MEMORY;
    *pool = (struct http_pool){.blocks = blocks, .block_bytes = rounded, .count = count};
    return AJAR_OK;
}

void http_pool_clear(struct http_pool *pool)
{
    free(pool->blocks);
    *pool = (struct http_pool){0};
}

void *http_pool_take(struct http_pool *pool)
{
    void *block = pool->returned;
    if (block)
        memcpy(&pool->returned, block, sizeof(pool->returned));
    else if (pool->fresh < pool->count)
        block = pool->blocks + pool->block_bytes * pool->fresh++;
    else
        return NULL;
    pool->in_use++;
    return block;
}

void http_pool_return(struct http_pool *pool, void *block)
{
    if (!block)
        return;
    memcpy(block, &pool->returned, sizeof(pool->returned));
    pool->returned = block;
    pool->in_use--;
}
