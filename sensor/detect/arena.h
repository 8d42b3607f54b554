/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given out in pieces and freed as a whole: what a signature owns. */
#ifndef AJAR_DETECT_ARENA_H
#define AJAR_DETECT_ARENA_H

#include <stddef.h>

struct arena;

/* A new arena, or NULL without memory. Free with arena_free(), which accepts NULL. */
struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed memory that lives as long as the arena; NULL without memory. */
void *arena_take(struct arena *arena, size_t count, size_t size);

#endif
