/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings in packet order -> events. Single-threaded; owns everything that outlives a flow:
 * servers (what they are, whether they refuse), exposures, actors. Everything is bounded.
 */
#ifndef AJAR_LEDGER_H
#define AJAR_LEDGER_H

#include "ajar/event.h"
#include "ajar/finding.h"
#include "ajar/problem.h"
#include "enrich/enrich.h"

#include <stdio.h>

struct ledger_options {
    const char *site;          /* whose address plan this is */
    const struct netset *home; /* borrowed for the ledger's life */
    uint32_t servers_max;      /* servers remembered; the one unseen longest goes first */
    uint32_t exposures_max;    /* exposures remembered; when full, new ones are counted, not kept */
};

#define LEDGER_SERVERS_MAX   100000
#define LEDGER_EXPOSURES_MAX 100000
#define LEDGER_ACTORS_MAX    64 /* of one exposure with their own row; more are counted in it */
#define LEDGER_DATASETS_MAX  64 /* of one exposure with their own row */

struct ledger_counters {
    uint64_t findings;
    uint64_t unidentified; /* findings without identity for servers not known as that store */
    uint64_t events;
    uint64_t servers_evicted;
    uint64_t exposures_dropped;
    uint64_t actors_dropped;
    uint64_t datasets_dropped;
};

/* Called for every event, which is borrowed until it returns. */
typedef void (*ledger_listener)(void *context, const struct event *event);

struct ledger;

/* `options` is copied, strings and home stay borrowed. Enricher may have no databases. Free with
 * ledger_free(). */
enum ajar_status ledger_new(const struct ledger_options *options, struct enricher *enricher,
                            ledger_listener listener, void *context, struct ledger **ledger);
void ledger_free(struct ledger *ledger);

/* One finding, in packet order. */
void ledger_add(struct ledger *ledger, const struct finding *finding);

/* Makes the status event out of these numbers. */
void ledger_add_status(struct ledger *ledger, const struct sensor_status *status);

/* Exposures to clients that are not internal (direction inbound, outbound or external): exit status
 * 3 of `read`. */
uint64_t ledger_exposures_outside(const struct ledger *ledger);

/* All exposures now open. */
uint64_t ledger_exposures(const struct ledger *ledger);

/* The counters; borrowed. */
const struct ledger_counters *ledger_counters(const struct ledger *ledger);

/* What the summary line says beside the stores. */
struct ledger_totals {
    uint64_t flows, packets, bytes, gaps, files;
    double seconds;
    bool home_is_default; /* nobody said --home: a hint is printed when stores are external */
};

/*
 * Writes the table for people: exposed stores (highest severity first), then refused and revealed
 * ones, then the summary line. `colour` for terminals. All text from the wire is escaped.
 */
void ledger_write_table(const struct ledger *ledger, FILE *out, bool colour,
                        const struct ledger_totals *totals);

#endif
