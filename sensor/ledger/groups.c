/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of stores: an open-addressed table of marks with the number of stores that bear each. It
 * grows with the stores, whose number is bounded.
 */
#include "ledger/groups.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 64

struct slot {
    uint64_t mark;   /* 0 = free */
    uint32_t stores; /* 0: nobody bears it any more */
};

struct groups {
    struct slot *slots;
    size_t capacity; /* a power of two */
    size_t used;     /* slots with a mark */
};

enum ajar_status groups_new(struct groups **groups)
{
    struct groups *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->slots = calloc(SLOTS_FIRST, sizeof *made->slots);
    if (!made->slots) {
        free(made);
        return AJAR_ERR_MEMORY;
    }
    made->capacity = SLOTS_FIRST;
    *groups = made;
    return AJAR_OK;
}

void groups_free(struct groups *groups)
{
    if (!groups)
        return;
    free(groups->slots);
    free(groups);
}

/* The mark's slot, or the free one where it would go. Marks are hashes: their bits are good. */
static struct slot *slot_of(struct slot *slots, size_t capacity, uint64_t mark)
{
    size_t at = (size_t)mark & (capacity - 1);
    while (slots[at].mark != 0 && slots[at].mark != mark)
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

/* Marks that nobody bears stay behind. */
static enum ajar_status grow(struct groups *groups)
{
    size_t capacity = groups->capacity, kept = 0;
    for (size_t i = 0; i < groups->capacity; i++)
        kept += groups->slots[i].stores > 0;
    if (kept * 4 >= groups->capacity)
        capacity *= 2;
    struct slot *slots = calloc(capacity, sizeof *slots);
    if (!slots)
        return AJAR_ERR_MEMORY;
    for (size_t i = 0; i < groups->capacity; i++)
        if (groups->slots[i].stores > 0)
            *slot_of(slots, capacity, groups->slots[i].mark) = groups->slots[i];
    free(groups->slots);
    groups->slots = slots;
    groups->capacity = capacity;
    groups->used = kept;
    return AJAR_OK;
}

enum ajar_status groups_insert(struct groups *groups, uint64_t mark)
{
    if (mark == 0)
        return AJAR_OK;
    if (groups->used * 2 >= groups->capacity && grow(groups) != AJAR_OK)
        return AJAR_ERR_MEMORY;
    struct slot *slot = slot_of(groups->slots, groups->capacity, mark);
    groups->used += slot->mark == 0;
    slot->mark = mark;
    slot->stores++;
    return AJAR_OK;
}

void groups_remove(struct groups *groups, uint64_t mark)
{
    struct slot *slot = slot_of(groups->slots, groups->capacity, mark);
    if (mark != 0 && slot->stores > 0)
        slot->stores--;
}

uint32_t groups_count(const struct groups *groups, uint64_t mark)
{
    return mark ? slot_of(groups->slots, groups->capacity, mark)->stores : 0;
}

void groups_fill(const struct groups *groups, const uint64_t marks[static MARKS],
                 struct group_view *view)
{
    uint32_t cluster = groups_count(groups, marks[MARK_CLUSTER]);
    uint32_t data = groups_count(groups, marks[MARK_DATA]);
    *view = (struct group_view){.servers = 1};
    if (cluster < 2 && data < 2)
        return;
    view->same_data = data > cluster;
    view->servers = view->same_data ? data : cluster;
    const uint64_t *mark = &marks[view->same_data ? MARK_DATA : MARK_CLUSTER];
    hash_identifier(mark, sizeof *mark, view->id);
}

uint64_t groups_mark_cluster(const char *cluster_id)
{
    size_t length = strlen(cluster_id);
    return length ? hash_keyed(0, cluster_id, length) | 1 : 0;
}

uint64_t groups_mark_data(const struct dataset *dataset)
{
    return dataset ? hash_keyed(dataset->records, dataset->name, strlen(dataset->name)) | 1 : 0;
}

static bool can_mark(const struct dataset *dataset)
{
    return dataset->name[0] != '.' && dataset->records != FINDING_NO_COUNT &&
           dataset->source > COUNT_AT_LEAST && dataset->records >= GROUP_RECORDS_MIN;
}

static bool is_larger(const struct dataset *one, const struct dataset *other)
{
    if (!other || one->records != other->records)
        return !other || one->records > other->records;
    return strcmp(one->name, other->name) < 0;
}

const struct dataset *groups_largest(const struct holdings *holdings, const struct dataset *other)
{
    const struct dataset *largest = other;
    for (uint32_t i = 0; i < holdings->count; i++)
        if (can_mark(&holdings->datasets[i]) && is_larger(&holdings->datasets[i], largest))
            largest = &holdings->datasets[i];
    return largest;
}
