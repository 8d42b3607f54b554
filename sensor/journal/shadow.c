/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chained hash of exposures by id. Ids are 128-bit hashes already: to make many fall into one
 * bucket somebody would have to open stores at thousands of addresses of his choice.
 */
#include "journal/shadow.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_FIRST 64

void shadow_clear(struct shadow *shadow)
{
    for (size_t i = 0; i < shadow->bucket_count; i++) {
        while (shadow->buckets[i]) {
            struct shadow_entry *entry = shadow->buckets[i];
            shadow->buckets[i] = entry->next;
            for (int kind = 0; kind < SHADOW_KINDS; kind++)
                free(entry->rows[kind]);
            free(entry);
        }
    }
    free(shadow->buckets);
    *shadow = (struct shadow){.buckets = NULL};
}

static struct shadow_entry **bucket_of(struct shadow_entry **buckets, size_t count, const char *id)
{
    return &buckets[hash_keyed(0, id, strlen(id)) & (count - 1)];
}

static bool grow(struct shadow *shadow)
{
    if (shadow->count < shadow->bucket_count)
        return true;
    size_t count = shadow->bucket_count ? shadow->bucket_count * 2 : BUCKETS_FIRST;
    struct shadow_entry **buckets = calloc(count, sizeof(struct shadow_entry *));
    if (!buckets)
        return false;
    for (size_t i = 0; i < shadow->bucket_count; i++) {
        while (shadow->buckets[i]) {
            struct shadow_entry *entry = shadow->buckets[i];
            struct shadow_entry **bucket = bucket_of(buckets, count, entry->id);
            shadow->buckets[i] = entry->next;
            entry->next = *bucket;
            *bucket = entry;
        }
    }
    free(shadow->buckets);
    shadow->buckets = buckets;
    shadow->bucket_count = count;
    return true;
}

struct shadow_entry *shadow_find(struct shadow *shadow, const char *id)
{
    if (!grow(shadow))
        return NULL;
    struct shadow_entry **bucket = bucket_of(shadow->buckets, shadow->bucket_count, id);
    for (struct shadow_entry *entry = *bucket; entry; entry = entry->next)
        if (strcmp(entry->id, id) == 0)
            return entry;
    struct shadow_entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return NULL;
    memcpy(entry->id, id, strnlen(id, sizeof entry->id - 1));
    entry->next = *bucket;
    *bucket = entry;
    shadow->count++;
    return entry;
}

bool shadow_note(struct shadow_entry *entry, enum shadow_rows kind, uint32_t row, uint64_t hash)
{
    if (row < entry->counts[kind]) {
        bool differs = entry->rows[kind][row] != hash;
        entry->rows[kind][row] = hash;
        return differs;
    }
    if (row > entry->counts[kind])
        return true;
    uint64_t *rows = realloc(entry->rows[kind], (row + 1) * sizeof *rows);
    if (!rows)
        return true;
    rows[row] = hash;
    entry->rows[kind] = rows;
    entry->counts[kind] = row + 1;
    return true;
}
