/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch as the one call of redis_script.lua that delivers it: the contract of docs/redis.md. The
 * buffers are kept from batch to batch. Redis thread; pure but for memory.
 */
#ifndef AJAR_EMIT_REDIS_BATCH_H
#define AJAR_EMIT_REDIS_BATCH_H

#include "emit/resp.h"
#include "journal/journal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDIS_ALERT_SEVERITY 70
#define REDIS_HEARTBEAT_S    90               /* three status events long */
#define REDIS_IMPORT_S       (7 * 24 * 3600)  /* what a reading leaves behind besides events */
#define REDIS_CLOSED_S       (90 * 24 * 3600) /* a closed exposure stays */
#define REDIS_MARK_S         (90 * 24 * 3600) /* a sensor that was away longer begins anew */
#define REDIS_SOURCES_MAX    100000           /* members of the geo set */
#define REDIS_MARK_MAX       64               /* "18446744073709551615 " and an id */
#define REDIS_KEY_MAX        512

/* What all batches have in common. Borrowed texts. */
struct redis_batch_options {
    const char *prefix; /* "{ajar}" */
    const char *sensor;
    const char *site;
    const char *journal_sensor; /* the name under which the journal was made, */
    const char *journal_uuid;   /* and its id: what the mark is of */
    bool is_import;             /* the mark lives REDIS_IMPORT_S */
    bool has_stream;            /* and alerts, state, sources, heartbeat */
    uint64_t stream_max;
    const char *list; /* NULL = none */
    uint64_t list_max;
};

#define REDIS_BATCH_SLOTS 4096 /* of the table of what was met; two for each event, twice over */
#define REDIS_PARTS_MAX   (6 * JOURNAL_BATCH_EVENTS)

/* All zero is empty; free with redis_batch_clear(). */
struct redis_batch {
    const struct redis_batch_options *options; /* borrowed */
    struct resp wire, keys, settings, events, sources, parts;
    struct resp part; /* under construction */
    size_t event_count, source_count, part_count;
    size_t stream_key, list_key, sources_key; /* numbers in `keys`, 0 = none */
    char open_set[REDIS_KEY_MAX];             /* the set of open exposures that was named last, */
    size_t open_set_key;                      /* and its number, 0 = none */
    char expected[REDIS_MARK_MAX];
    uint64_t random;
    uint64_t met[REDIS_BATCH_SLOTS]; /* hashes of exposures and sources, 0 = free */
};

void redis_batch_clear(struct redis_batch *batch);

/* The name of the mark. */
void redis_batch_mark_key(const struct redis_batch_options *options,
                          char key[static REDIS_KEY_MAX]);

/* The mark as it is after this event. */
void redis_batch_write_mark(const struct journal_event *last, char mark[static REDIS_MARK_MAX]);

/* Begins one that goes on from the mark `expected` ("" = none yet). `random` chooses what leaves a
 * full geo set. */
void redis_batch_begin(struct redis_batch *batch, const struct redis_batch_options *options,
                       const char *expected, uint64_t random);

/* Adds an event: stream, list, alert, source. At most JOURNAL_BATCH_EVENTS. */
void redis_batch_add_event(struct redis_batch *batch, const struct journal_event *event);

/* Whether this exposure was asked about for the first time in this batch: its state is due. */
bool redis_batch_meets(struct redis_batch *batch, const char *exposure, const char *import_id);

/* Names a key "PREFIX:NAME REST" and gives its number. */
size_t redis_batch_name_key(struct redis_batch *batch, const char *name, const char *rest);

/* Adds the state of an exposure, `whole` with the document of all that is known of it. */
void redis_batch_add_exposure(struct redis_batch *batch, const struct journal_exposure *exposure,
                              bool whole);

/* What the heartbeat says; numbers of delivery are the journal's. */
struct redis_heartbeat {
    struct sensor_status status;
    struct journal_counters journal;
    char journal_trouble[160];
};
void redis_batch_add_heartbeat(struct redis_batch *batch, const struct redis_heartbeat *heartbeat);

/* Ends it: what has to be sent is in `wire`. `sha` is the script's name in Redis.
 * AJAR_ERR_MEMORY. */
enum ajar_status redis_batch_finish(struct redis_batch *batch, const char *sha);

/* The name of a key by its number (from 1), for messages; "" = there is none. */
void redis_batch_key(const struct redis_batch *batch, long long number, char *key, size_t size);

#endif
