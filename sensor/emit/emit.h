/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event -> NDJSON (stdout or file) and Redis. The JSON writer and the file run on the delivery
 * thread; Redis has a thread of its own behind a bounded queue and never makes anybody wait in
 * `watch` (in `read` the queue waits, so nothing is lost while Redis answers).
 */
#ifndef AJAR_EMIT_H
#define AJAR_EMIT_H

#include "ajar/event.h"
#include "ajar/problem.h"

#include <stdbool.h>

#define EMIT_JSON_MAX 16384 /* bytes of one event's line; lists are cut to fit */

struct emit_options {
    const char *sensor;    /* observer.name */
    const char *site;      /* ajar.site */
    const char *import_id; /* ajar.import for offline runs that go to Redis; NULL live */
    const char *file;      /* NDJSON: path, "-" for stdout, NULL for none */
    const char *redis_url; /* redis://[user[:password]@]host[:port][/db], unix:///path[?db=N], NULL
                              for none */
    const char *redis_password_file; /* or NULL */
    const char *redis_prefix;        /* "{ajar}" */
    uint64_t stream_max;             /* MAXLEN ~ of the stream */
    bool live;                       /* watch: drop when the queue is full; read: wait */
};

struct emit_counters {
    uint64_t events;
    uint64_t written; /* lines to the file */
    uint64_t redis_queued;
    uint64_t redis_acknowledged;
    uint64_t redis_refused;    /* error replies: OOM, READONLY, ... */
    uint64_t redis_dropped;    /* queue full, or not delivered at the end */
    uint64_t redis_reconnects; /* connections made after the first */
};

struct emitter;

/*
 * Opens the outputs; texts of `options` stay borrowed. A Redis that cannot be reached or refuses:
 * in `read` (live false) an error with one sentence; in `watch` a warning and retries with
 * back-off. Free with emitter_free().
 */
enum ajar_status emitter_new(const struct emit_options *options, struct emitter **emitter,
                             struct problem *problem);

/* One event to every output. Delivery thread. */
void emitter_add(struct emitter *emitter, const struct event *event);

/* Pushes buffered lines out (called when the delivery thread has nothing else to do). */
void emitter_flush(struct emitter *emitter);

/* Whether nobody takes events any more: the only output was standard output and its reader has
 * gone.
 */
bool emitter_is_needless(const struct emitter *emitter);

/*
 * Delivers what is queued, for at most `timeout_ms`, and closes. AJAR_ERR_LIMIT: events were left
 * undelivered (*problem says how many and why). The emitter still has to be freed.
 */
enum ajar_status emitter_finish(struct emitter *emitter, int timeout_ms, struct problem *problem);
void emitter_free(struct emitter *emitter);

/* The counters up to now, copied. */
void emitter_read_counters(struct emitter *emitter, struct emit_counters *counters);

/* Checks a URL without connecting: AJAR_ERR_USAGE and what would be right. */
enum ajar_status emitter_check_url(const char *url, struct problem *problem);

#endif
