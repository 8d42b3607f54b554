/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts of a reply become those of its flow once the reply has proven something. Flows keep room
 * for the classes they saw, no more: one pool for all.
 */
#include "scan/tally.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum ajar_status tally_pool_init(struct tally_pool *pool, uint32_t capacity)
{
    void *memory = mmap(NULL, capacity * sizeof(struct flow_tally), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return AJAR_ERR_MEMORY;
    *pool = (struct tally_pool){.tallies = memory, .capacity = capacity, .free = TALLY_NONE};
    return AJAR_OK;
}

void tally_pool_clear(struct tally_pool *pool)
{
    if (pool->tallies)
        (void)munmap(pool->tallies, pool->capacity * sizeof(struct flow_tally));
    pool->tallies = NULL;
}

static uint32_t take(struct tally_pool *pool)
{
    uint32_t number = TALLY_NONE;
    if (pool->free != TALLY_NONE) {
        number = pool->free;
        pool->free = pool->tallies[number].next_free;
    } else if (pool->used < pool->capacity) {
        number = pool->used++;
    } else {
        pool->refused++;
    }
    return number;
}

/* The flow's tally of a class, NULL if there is no room for another. */
static struct flow_tally *tally_of(struct tally_pool *pool, struct scan_book *book,
                                   unsigned class_of)
{
    for (uint16_t i = 0; i < book->count; i++)
        if (pool->tallies[book->tallies[i]].class_of == class_of)
            return &pool->tallies[book->tallies[i]];
    uint32_t number = book->count < FINDING_CLASSES_MAX ? take(pool) : TALLY_NONE;
    if (number == TALLY_NONE) {
        book->dropped++;
        return NULL;
    }
    book->tallies[book->count++] = number;
    pool->tallies[number] = (struct flow_tally){.class_of = (uint8_t)class_of};
    return &pool->tallies[number];
}

void tally_add(struct tally_pool *pool, struct scan_book *book, unsigned class_of,
               const struct tally *tally)
{
    struct flow_tally *flow = tally_of(pool, book, class_of);
    if (!flow)
        return;
    flow->sum.values += tally->values;
    flow->sum.odd += tally->odd;
    flow->sum.masked += tally->masked;
    flow->sum.hashed += tally->hashed;
    flow->sum.by_name |= tally->by_name;
    if (!flow->sum.sample[0])
        memcpy(flow->sum.sample, tally->sample, sizeof flow->sum.sample);
    (void)sketch_merge(&flow->sum.distinct, &tally->distinct);
}

static void fill_class(struct flow_tally *flow, const char *name, struct finding_class *row)
{
    memset(row, 0, sizeof *row);
    (void)snprintf(row->name, sizeof row->name, "%s", name);
    memcpy(row->sample, flow->sum.sample, sizeof row->sample);
    row->by_name = flow->sum.by_name;
    row->values = flow->sum.values;
    row->values_new = flow->sum.values - flow->values_told;
    row->odd_new = flow->sum.odd;
    row->masked_new = flow->sum.masked;
    row->hashed_new = flow->sum.hashed;
    row->distinct = flow->sum.distinct;
    flow->values_told = flow->sum.values;
    flow->sum.odd = 0;
    flow->sum.masked = 0;
    flow->sum.hashed = 0;
}

void tally_fill(struct tally_pool *pool, struct scan_book *book,
                const char *(*name)(const void *context, unsigned class_of), const void *context,
                struct finding *finding)
{
    for (uint16_t i = 0; i < book->count; i++) {
        struct flow_tally *flow = &pool->tallies[book->tallies[i]];
        fill_class(flow, name(context, flow->class_of), &finding->classes[i]);
    }
    finding->class_count = book->count;
    finding->classes_dropped = book->dropped;
    finding->oldest_s = book->oldest_s;
    finding->newest_s = book->newest_s;
    finding->scanned_bytes = book->bytes;
}

void tally_give(struct tally_pool *pool, struct scan_book *book)
{
    for (uint16_t i = 0; i < book->count; i++) {
        pool->tallies[book->tallies[i]].next_free = pool->free;
        pool->free = book->tallies[i];
    }
    *book = (struct scan_book){.count = 0};
}

void tally_note_date(int64_t *oldest_s, int64_t *newest_s, int64_t seconds)
{
    if (*oldest_s == 0 || seconds < *oldest_s)
        *oldest_s = seconds;
    if (*newest_s == 0 || seconds > *newest_s)
        *newest_s = seconds;
}
