/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of out-of-order segments. Links are numbers, not pointers, and every operation but the
 * search for a place (in stream.c) is a few stores; the age list lets expiry find the hole that
 * has been open longest without looking at flows.
 */
#include "flow/segments.h"

#include <string.h>

static struct segment *header(const struct segment_pool *pool, uint32_t number)
{
    return (struct segment *)pool->headers.base + number;
}

static uint8_t *buffer(const struct segment_pool *pool, uint32_t number)
{
    return (uint8_t *)pool->buffers.base + (size_t)number * SEGMENT_BYTES;
}

enum ajar_status segments_init(struct segment_pool *pool, uint32_t capacity)
{
    size_t slots = (size_t)capacity + 1; /* number 0 means none */
    enum ajar_status status = region_init(&pool->headers, slots * sizeof(struct segment));
    if (status == AJAR_OK)
        status = region_init(&pool->buffers, slots * SEGMENT_BYTES);
    pool->capacity = capacity;
    return status;
}

void segments_clear(struct segment_pool *pool)
{
    region_clear(&pool->headers);
    region_clear(&pool->buffers);
}

struct segment *segments_at(const struct segment_pool *pool, uint32_t number)
{
    return header(pool, number);
}

const uint8_t *segments_data(const struct segment_pool *pool, uint32_t number)
{
    return buffer(pool, number);
}

bool segments_exhausted(const struct segment_pool *pool)
{
    return pool->spare == 0 && pool->fresh == pool->capacity;
}

uint32_t segments_count(const struct segment_pool *pool, const struct flow_side *side)
{
    return side->held ? header(pool, side->held)->count : 0;
}

static uint32_t take_spare(struct segment_pool *pool)
{
    if (!pool->spare)
        return ++pool->fresh;
    uint32_t number = pool->spare;
    pool->spare = header(pool, number)->next;
    return number;
}

static void age_insert(struct segment_pool *pool, uint32_t number)
{
    struct segment *segment = header(pool, number);
    segment->older = pool->newest;
    segment->newer = 0;
    if (pool->newest)
        header(pool, pool->newest)->newer = number;
    else
        pool->oldest = number;
    pool->newest = number;
}

static void age_remove(struct segment_pool *pool, const struct segment *segment)
{
    if (segment->older)
        header(pool, segment->older)->newer = segment->newer;
    else
        pool->oldest = segment->newer;
    if (segment->newer)
        header(pool, segment->newer)->older = segment->older;
    else
        pool->newest = segment->older;
}

/* Links `number` in front of `before` (of a ring that has at least one segment). */
static void ring_link(struct segment_pool *pool, uint32_t number, uint32_t before)
{
    struct segment *segment = header(pool, number);
    uint32_t previous = header(pool, before)->previous;
    segment->next = before;
    segment->previous = previous;
    header(pool, previous)->next = number;
    header(pool, before)->previous = number;
}

static void ring_insert(struct segment_pool *pool, struct flow_side *side, uint32_t number,
                        uint32_t before)
{
    uint32_t first = side->held;
    if (!first) {
        header(pool, number)->next = header(pool, number)->previous = number;
        header(pool, number)->count = 1;
        side->held = number;
        return;
    }
    uint32_t count = header(pool, first)->count + 1;
    ring_link(pool, number, before ? before : first);
    if (before == first) {
        header(pool, number)->acknowledged = header(pool, first)->acknowledged;
        side->held = number;
    }
    header(pool, side->held)->count = count;
}

void segments_insert(struct segment_pool *pool, struct flow *flow, unsigned number, uint32_t before,
                     const struct segment_content *content)
{
    uint32_t taken = take_spare(pool);
    *header(pool, taken) = (struct segment){.time_ns = content->time_ns,
                                            .sequence = content->sequence,
                                            .flow = flow->index,
                                            .length = content->length,
                                            .side = (uint8_t)number,
                                            .fin = content->fin};
    if (content->length)
        memcpy(buffer(pool, taken), content->data, content->length);
    age_insert(pool, taken);
    ring_insert(pool, &flow->side[number], taken, before);
}

uint32_t segments_pop(struct segment_pool *pool, struct flow_side *side)
{
    uint32_t number = side->held;
    struct segment *segment = header(pool, number);
    age_remove(pool, segment);
    if (segment->next == number) {
        side->held = 0;
    } else {
        header(pool, segment->previous)->next = segment->next;
        header(pool, segment->next)->previous = segment->previous;
        header(pool, segment->next)->count = segment->count - 1;
        side->held = segment->next;
    }
    return number;
}

void segments_give(struct segment_pool *pool, uint32_t number)
{
    header(pool, number)->next = pool->spare;
    pool->spare = number;
}

void segments_drop(struct segment_pool *pool, struct flow_side *side)
{
    while (side->held)
        segments_give(pool, segments_pop(pool, side));
}
