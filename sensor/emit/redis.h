/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's events to Redis, each exactly once and in order, by a thread of its own
 * (docs/redis.md, docs/decisions/0008-exactly-once.md).
 */
#ifndef AJAR_EMIT_REDIS_H
#define AJAR_EMIT_REDIS_H

#include "emit/emit.h"

#include <stddef.h>

struct redis_sink;

/*
 * Starts the sender. `options`, its texts and its journal stay borrowed. Live: connects in the
 * background and warns. Else: connects here; AJAR_ERR_USAGE or AJAR_ERR_SYSTEM with one sentence if
 * that fails. Free with redis_sink_free(), before the journal is closed.
 */
enum ajar_status redis_sink_open(const struct emit_options *options, struct redis_sink **sink,
                                 struct problem *problem);

/* The newest numbers for the heartbeat; copied. Any thread. */
void redis_sink_report(struct redis_sink *sink, const struct sensor_status *status);

/* What is wrong now, "ok" if nothing. Any thread. */
void redis_sink_trouble(struct redis_sink *sink, char *text, size_t size);

/*
 * Delivers what the journal accepted, for at most `timeout_ms` (and the time in which a connection
 * being made gives up), and ends the sender. AJAR_ERR_LIMIT: events were left; *problem says how
 * many and why.
 */
enum ajar_status redis_sink_finish(struct redis_sink *sink, int timeout_ms,
                                   struct problem *problem);

/* Fills the redis_ fields and list_dropped. Any thread. */
void redis_sink_read_counters(struct redis_sink *sink, struct emit_counters *counters);

/* Ends the sender at once if it still runs; accepts NULL. */
void redis_sink_free(struct redis_sink *sink);

#endif
