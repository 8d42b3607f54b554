/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments held until what comes before them arrives: a pool of fixed buffers for all flows, per
 * direction a ring in the order of sequence numbers, and over all of them one list by age.
 */
#ifndef AJAR_FLOW_SEGMENTS_H
#define AJAR_FLOW_SEGMENTS_H

#include "ajar/flow.h"
#include "flow/region.h"

#include <stdbool.h>
#include <stdint.h>

#define SEGMENT_BYTES 2048 /* of one buffer; a longer packet takes several */

struct segment {
    uint64_t time_ns;  /* packet clock when it was held */
    uint32_t sequence; /* of its first byte */
    uint32_t flow;     /* index of its flow */
    uint32_t next;     /* ring of its direction; from the last to the first */
    uint32_t previous;
    uint32_t older; /* all segments by age */
    uint32_t newer;
    uint16_t length;
    uint8_t side;         /* whose bytes */
    uint8_t fin;          /* no bytes: the side's FIN stands here */
    uint8_t acknowledged; /* first of its ring: the receiver has what comes before it */
    uint32_t count;       /* first of its ring: segments in the ring */
};

struct segment_pool {
    struct region headers;
    struct region buffers;
    uint32_t capacity;
    uint32_t fresh; /* numbers above this were never used */
    uint32_t spare; /* chain of those given back, by next */
    uint32_t oldest;
    uint32_t newest;
};

/* Reserves `capacity` segments, numbered from 1. */
enum ajar_status segments_init(struct segment_pool *pool, uint32_t capacity);
void segments_clear(struct segment_pool *pool);

/* The segment of that number; `number` is one that segments_insert() gave. */
struct segment *segments_at(const struct segment_pool *pool, uint32_t number);

/* Its bytes. */
const uint8_t *segments_data(const struct segment_pool *pool, uint32_t number);

/* Whether no segment is left to give. */
bool segments_exhausted(const struct segment_pool *pool);

/* How many `side` holds. */
uint32_t segments_count(const struct segment_pool *pool, const struct flow_side *side);

/* What is to be held: `length` (at most SEGMENT_BYTES) bytes, copied, or a FIN. */
struct segment_content {
    uint64_t time_ns;
    uint32_t sequence;
    const uint8_t *data;
    uint16_t length;
    bool fin;
};

/*
 * Holds the content for side `number` of `flow`, in its ring before segment `before` (0: at the
 * end). The pool must not be exhausted.
 */
void segments_insert(struct segment_pool *pool, struct flow *flow, unsigned number, uint32_t before,
                     const struct segment_content *content);

/* Takes the first segment off the side's ring; the caller gives it back when its bytes are used. */
uint32_t segments_pop(struct segment_pool *pool, struct flow_side *side);

/* Gives back a segment that segments_pop() took. */
void segments_give(struct segment_pool *pool, uint32_t number);

/* Gives back everything the side holds. */
void segments_drop(struct segment_pool *pool, struct flow_side *side);

#endif
