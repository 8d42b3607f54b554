/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events to Redis: a bounded queue and a writer thread behind it. What Redis has not acknowledged
 * is kept and sent again, after a lost connection too, so an event can arrive twice (its id tells)
 * but is not lost while the queue has room.
 */
#ifndef AJAR_EMIT_REDIS_H
#define AJAR_EMIT_REDIS_H

#include "emit/emit.h"

#include <stddef.h>

struct redis_sink;

/*
 * Starts the writer. `options` and its texts stay borrowed. Live: connects in the background and
 * warns. Else: connects here; AJAR_ERR_USAGE or AJAR_ERR_SYSTEM with one sentence if that fails.
 * Free with redis_sink_free().
 */
enum ajar_status redis_sink_open(const struct emit_options *options, struct redis_sink **sink,
                                 struct problem *problem);

/* One event with its document. Live: a full queue drops it, counted. Else: waits for room, as long
 * as Redis takes anything. Delivery thread. */
void redis_sink_add(struct redis_sink *sink, const struct event *event, const char *json,
                    size_t length);

/*
 * Delivers what is queued, for at most `timeout_ms` (and the time in which a connection being made
 * gives up), and ends the writer. AJAR_ERR_LIMIT: events were left; *problem says how many and why.
 */
enum ajar_status redis_sink_finish(struct redis_sink *sink, int timeout_ms,
                                   struct problem *problem);

/* Fills the redis_ fields. Any thread. */
void redis_sink_read_counters(struct redis_sink *sink, struct emit_counters *counters);

/* Ends the writer at once if it still runs; accepts NULL. */
void redis_sink_free(struct redis_sink *sink);

#endif
