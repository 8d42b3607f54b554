/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a batch: commands that write state, one by one. Redis thread. */
#ifndef AJAR_EMIT_REDIS_PART_H
#define AJAR_EMIT_REDIS_PART_H

#include "emit/redis_batch.h"

/* Begins a part: its command and the number of its key. It is gathered on its own, because the
 * number of its words comes first. */
void redis_part_begin(struct redis_batch *batch, const char *command, size_t key);
void redis_part_end(struct redis_batch *batch);

/* A field of a hash and its value; what is not known ("", FINDING_NO_COUNT) is left out. */
void redis_part_add_field(struct redis_batch *batch, const char *name, const char *value);
void redis_part_add_time(struct redis_batch *batch, const char *name, uint64_t time_ns);
void redis_part_add_count(struct redis_batch *batch, const char *name, uint64_t count);

/* A part of its own: the key goes after so many seconds. */
void redis_part_expire(struct redis_batch *batch, size_t key, uint64_t seconds);

#endif
