/* SPDX-License-Identifier: Apache-2.0 */
/* The detector's own parts: a fixed pool of evidence and the list of replies being read. */
#ifndef AJAR_DETECT_POOL_H
#define AJAR_DETECT_POOL_H

#include "detect/evidence.h"

#define POOL_NONE UINT32_MAX

struct evidence_pool {
    struct evidence *blocks; /* reserved address space, touched as used */
    uint32_t capacity;
    uint32_t used; /* blocks ever handed out */
    uint32_t free; /* first free block, POOL_NONE = none */
};

/* Reserves address space for `capacity` blocks. Cleared with evidence_pool_clear(). */
enum ajar_status evidence_pool_init(struct evidence_pool *pool, uint32_t capacity);
void evidence_pool_clear(struct evidence_pool *pool);

/* A block whose fixed part is zero, or NULL when all are in use. */
struct evidence *evidence_take(struct evidence_pool *pool);

/* Forgets what replies said, but not the connection: the one being read is another store's. */
void evidence_begin_store(struct evidence *evidence);

/* Gives it back; accepts NULL. */
void evidence_give(struct evidence_pool *pool, struct evidence *evidence);

#endif
