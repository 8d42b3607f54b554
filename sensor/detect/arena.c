/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of blocks, each cut into pieces. Signatures are loaded once, so nothing is given back
 * piece by piece and an error half-way frees everything at once.
 */
#include "detect/arena.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define ARENA_BLOCK 16384 /* bytes of a block; what is larger gets one of its own */

struct arena_block {
    struct arena_block *next;
    max_align_t data[];
};

struct arena {
    struct arena_block *blocks; /* the first one is being cut */
    size_t used;                /* bytes of it */
    size_t size;
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

/* A block of its own behind the one that is being cut. */
static void *take_block(struct arena *arena, size_t bytes)
{
    struct arena_block *block = calloc(1, sizeof *block + bytes);
    if (!block)
        return NULL;
    if (arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        arena->blocks = block;
        arena->used = arena->size = bytes;
    }
    return block->data;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    if (bytes > ARENA_BLOCK / 4)
        return take_block(arena, bytes);
    if (!arena->blocks || bytes > arena->size - arena->used) {
        struct arena_block *block = calloc(1, sizeof *block + ARENA_BLOCK);
        if (!block)
            return NULL;
        block->next = arena->blocks;
        arena->blocks = block;
        arena->used = 0;
        arena->size = ARENA_BLOCK;
    }
    void *memory = (char *)arena->blocks->data + arena->used;
    arena->used += bytes;
    return memory;
}
