/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The delivery side: findings from the ring -> enrich -> ledger -> emit, on a thread of its own,
 * so that outputs never hold up the packet side. Owns the enricher, the ledger and the emitter.
 */
#ifndef AJAR_DELIVERY_H
#define AJAR_DELIVERY_H

#include "base/ring.h"
#include "config/config.h"
#include "emit/emit.h"
#include "ledger/ledger.h"

/* Findings on their way from the packet side; about 8 KiB each, touched as used. */
#define DELIVERY_RING_SLOTS 2048

struct delivery_options {
    const struct config *config; /* borrowed for the delivery's life */
    struct ring *findings;       /* of struct finding; borrowed */
    const char *import_id;       /* of an offline run that goes to Redis, else NULL; borrowed */
    bool live;                   /* status events from the start on, and a Redis that may be down */
};

struct delivery;

/*
 * Opens the databases and the outputs; nothing is written yet. One sentence in *problem on
 * failure. Free with delivery_free().
 */
enum ajar_status delivery_new(const struct delivery_options *options, struct delivery **delivery,
                              struct problem *problem);

/* Starts the thread. Live, the first status event is made from *first. */
enum ajar_status delivery_start(struct delivery *delivery, const struct sensor_status *first,
                                struct problem *problem);

/* The packet side's numbers up to now, for the next status event. Any thread; does not wait. */
void delivery_report(struct delivery *delivery, const struct sensor_status *status);

/* Whether nobody takes events any more, as after `ajar read --json | head`. Any thread. */
bool delivery_is_needless(const struct delivery *delivery);

/*
 * After ring_close(): waits until the ring is empty, makes the last status event from *last (NULL:
 * none), and delivers everything, for at most some seconds. AJAR_ERR_LIMIT and how many, if events
 * were left. Without delivery_start() it only closes.
 */
enum ajar_status delivery_finish(struct delivery *delivery, const struct sensor_status *last,
                                 struct problem *problem);

/* Accepts NULL. The thread must have been finished. */
void delivery_free(struct delivery *delivery);

/* The ledger, for the table and the exit status; after delivery_finish(). */
const struct ledger *delivery_ledger(const struct delivery *delivery);

/* What the outputs counted; after delivery_finish(). */
void delivery_read_counters(const struct delivery *delivery, struct emit_counters *counters);

#endif
