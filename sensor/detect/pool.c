/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence blocks in one reserved stretch of address space: a block costs memory only once it was
 * used, and nothing is allocated while packets flow.
 */
#include "detect/pool.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

enum ajar_status evidence_pool_init(struct evidence_pool *pool, uint32_t capacity)
{
    void *memory = mmap(NULL, capacity * sizeof(struct evidence), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return AJAR_ERR_MEMORY;
    *pool = (struct evidence_pool){.blocks = memory, .capacity = capacity, .free = POOL_NONE};
    return AJAR_OK;
}

void evidence_pool_clear(struct evidence_pool *pool)
{
    if (pool->blocks)
        (void)munmap(pool->blocks, pool->capacity * sizeof(struct evidence));
    pool->blocks = NULL;
}

/* Zeroes what must be zero at the start; buffers and notes are written before they are read. */
static void reset(struct evidence *evidence)
{
    memset(evidence, 0, offsetof(struct evidence, body));
    evidence->datasets.count = 0;
    evidence->datasets.dropped = 0;
    evidence->waiting.first = 0;
    evidence->waiting.count = 0;
    evidence->waiting.overflow = 0;
    evidence->waiting.details_used = 0;
    evidence->reply.active = false;
    evidence->reply.detail = (struct request_detail){0};
    evidence->records = FINDING_NO_COUNT;
}

struct evidence *evidence_take(struct evidence_pool *pool)
{
    struct evidence *evidence = NULL;
    if (pool->free != POOL_NONE) {
        evidence = &pool->blocks[pool->free];
        pool->free = evidence->next_free;
    } else if (pool->used < pool->capacity) {
        evidence = &pool->blocks[pool->used++];
    }
    if (evidence)
        reset(evidence);
    return evidence;
}

void evidence_begin_store(struct evidence *evidence)
{
    evidence->identity = IDENTITY_NONE;
    memset(evidence->reached, VERDICT_NONE, sizeof evidence->reached);
    evidence->weak_open = evidence->told = evidence->sampled = false;
    evidence->request_unseen = evidence->paging = evidence->credentials_seen = false;
    evidence->exchanges = 1;
    evidence->requests_told = 0;
    evidence->returned = evidence->returned_told = 0;
    evidence->gave_bytes = evidence->gave_bytes_told = evidence->gave_ns = 0;
    evidence->records = FINDING_NO_COUNT;
    evidence->records_source = COUNT_NONE;
    evidence->product[0] = evidence->version[0] = '\0';
    evidence->cluster_id[0] = evidence->cluster_name[0] = '\0';
    evidence->datasets.count = evidence->datasets.dropped = 0;
}

void evidence_give(struct evidence_pool *pool, struct evidence *evidence)
{
    if (!evidence)
        return;
    evidence->next_free = pool->free;
    pool->free = (uint32_t)(evidence - pool->blocks);
}
