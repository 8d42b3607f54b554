/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of blocks. Signatures are loaded once, so nothing is given back piece by piece and an
 * error half-way frees everything at once.
 */
#include "detect/arena.h"

#include <stdlib.h>

struct arena_block {
    struct arena_block *next;
    max_align_t data[];
};

struct arena {
    struct arena_block *blocks;
};

struct arena *arena_new(void)
{
    return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    for (struct arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, sizeof(struct arena_block), &bytes))
        return NULL;
    struct arena_block *block = calloc(1, bytes);
    if (!block)
        return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
    return block->data;
}
