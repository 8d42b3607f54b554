/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The delivery side: findings from the ring -> enrich -> ledger -> journal -> outputs. In `watch`
 * it is a process of its own that outlives packet sides and begins again where a dead one was; in
 * `read` a thread. Outputs never hold up the packet side of `watch`.
 */
#ifndef AJAR_DELIVERY_H
#define AJAR_DELIVERY_H

#include "base/ring.h"
#include "config/config.h"
#include "door_board.h"
#include "emit/emit.h"
#include "ledger/ledger.h"
#include "process/supervisor.h"

/*
 * Findings on their way from the packet side of `watch`, 8 KiB each, most of them using one page:
 * 0.8 s of 20,000 findings a second, in which a delivery side that was killed is back with its
 * ledger, or a disk has taken what was written.
 */
#define DELIVERY_RING_SLOTS 16384

/* Bound of a journal in memory. */
#define DELIVERY_MEMORY_BYTES (64u << 20)

struct delivery_options {
    const struct config *config;     /* borrowed for the delivery's life */
    struct ring *findings;           /* of struct finding; borrowed */
    struct door_board *doors;        /* of `watch`: what opens is published there; else NULL */
    struct supervision *supervision; /* of `watch`; NULL: the packet side is a thread (`read`) */
    const char *import_id;           /* of `read` into Redis or a journal, else NULL; borrowed */
};

struct delivery;

/* Reads the scanners that lie beside the signatures. A folder without them: *scanners is NULL and
 * that is no error. Free with scanners_free(). */
enum ajar_status delivery_load_scanners(const struct config *config, struct scanners **scanners,
                                        struct problem *problem);

/* Whether the options name a journal that outlives the run. */
bool delivery_keeps_file(const struct config *config);

/* What the options say of Redis; borrows their texts. */
struct redis_options delivery_redis_options(const struct config *config);

/*
 * Opens databases, journal and outputs, and goes on where the journal ends: its ledger, its place
 * in the ring. Nothing is written to outputs yet. One sentence in *problem on failure. Free with
 * delivery_free().
 */
enum ajar_status delivery_new(const struct delivery_options *options, struct delivery **delivery,
                              struct problem *problem);

/* Tells the endpoint of each exposure that the ledger knows, open or closed: what the journal kept,
 * before the first finding. */
void delivery_visit_doors(const struct delivery *delivery, door_board_reader reader, void *context);

/*
 * `watch`: delivers until the supervisor says that it is over and the ring is empty, or nobody
 * takes events any more; then as delivery_finish().
 */
enum ajar_status delivery_run(struct delivery *delivery, struct problem *problem);

/* `read`: delivers on a thread of its own until the ring is closed and empty. */
enum ajar_status delivery_start(struct delivery *delivery, struct problem *problem);

/*
 * `read`, after ring_close(): waits for the thread, tells what is left, makes the last status event
 * from *last (NULL: none), and delivers everything for at most some seconds. AJAR_ERR_LIMIT and how
 * many, if events were left. Without delivery_start() it only closes.
 */
enum ajar_status delivery_finish(struct delivery *delivery, const struct sensor_status *last,
                                 struct problem *problem);

/* Accepts NULL. The thread must have been finished. */
void delivery_free(struct delivery *delivery);

/* Whether nobody takes events any more, as after `ajar read --json | head`. Any thread. */
bool delivery_is_needless(const struct delivery *delivery);

/* The ledger, for the table and the exit status; after the end of delivery. */
const struct ledger *delivery_ledger(const struct delivery *delivery);

/* Adds to the packet side's numbers what this side knows; after the end of delivery. */
void delivery_complete_status(struct delivery *delivery, struct sensor_status *status);

#endif
