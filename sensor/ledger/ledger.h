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
#include "enrich/scanners.h"
#include "ledger/policy.h"

#include <stdbool.h>
#include <stdio.h>

struct signature_set;

struct ledger_options {
    const char *site;          /* whose address plan this is */
    const struct netset *home; /* borrowed for the ledger's life */
    uint32_t servers_max;      /* servers remembered; the one unseen longest goes first */
    uint32_t exposures_max;    /* exposures remembered; when full, new ones are counted, not kept */
    uint64_t sequence;         /* of the last event told before, so that numbers go on; 0 = none */
    uint32_t events_per_minute; /* told one by one of a store and a client, others fold; 0 = all */
    uint64_t update_ns;    /* at most one exposure-updated in this time; 0 = LEDGER_UPDATE_NS */
    const char *countries; /* sensitive ones, "CN,RU", NULL = none; borrowed */
    const struct policy *policy;     /* what the owner allows, NULL = nothing; borrowed */
    const struct scanners *scanners; /* names of scanners, NULL = none; borrowed */
};

#define LEDGER_SERVERS_MAX   100000
#define LEDGER_EXPOSURES_MAX 100000
#define LEDGER_PAIRS_MAX     65536 /* of store and client, for folding; see ledger_changes */
#define LEDGER_FLOWS_MAX     65536 /* remembered, so that what is read twice counts once */
#define LEDGER_TICK_EVENTS   1024
#define LEDGER_UPDATE_NS     UINT64_C(60000000000)
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
    uint64_t classes_dropped;
    uint64_t events_suppressed; /* of what the policy allows: counted in exposures, not told */
    uint64_t findings_repeated; /* of packets that were read before: in two captures */
    uint64_t events_folded; /* exactly: every one is in some event's `folded`, sooner or later */
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

/* Makes an event of something that happened to the sensor. `time_ns` as the clock of packets. */
void ledger_add_trouble(struct ledger *ledger, const struct trouble *trouble, uint64_t time_ns);

/*
 * Tells what was folded and whose minute is over, by packet time; UINT64_MAX: all that is left (at
 * the end); 0: nothing. At most LEDGER_TICK_EVENTS, as all minutes are over at once: true if there
 * may be more. ledger_add() does it too, a few each time, so this is for when no findings come:
 * `time_ns` is a packet time up to which all findings were added.
 */
bool ledger_tick(struct ledger *ledger, uint64_t time_ns);

/*
 * What changed since the last ledger_forget_changes(), for the journal: calls back once for each
 * exposure, server and pair concerned. Between the two calls nothing may be added.
 */
struct exposure;
struct server;
struct ledger_changes {
    void (*exposure)(void *context, const struct exposure *exposure);
    void (*server)(void *context, const struct server *server);
    /* What was told and folded of a store and a client, as bytes to be given back; `slot` is below
     * LEDGER_PAIRS_MAX and may hold another pair the next time. NULL: not wanted; then the counts
     * of what is folded are lost with the process. */
    void (*pair)(void *context, uint32_t slot, const void *state, size_t size);
    /* Likewise what was told of a flow; `slot` is below LEDGER_FLOWS_MAX. NULL: not wanted; then
     * packets that are read again in another run count again. */
    void (*flow)(void *context, uint32_t slot, const void *state, size_t size);
    void *context;
};
/* Flows alone are no reason to write: they go with what else changes. */
bool ledger_has_changes(const struct ledger *ledger);
void ledger_visit_changes(const struct ledger *ledger, const struct ledger_changes *changes);
void ledger_forget_changes(struct ledger *ledger);

/* Calls back for each exposure, open or closed, in the order of their opening. */
void ledger_visit_exposures(const struct ledger *ledger,
                            void (*visit)(void *context, const struct exposure *exposure),
                            void *context);

/* Calls back for each server that is remembered, the one seen last first. */
void ledger_visit_servers(const struct ledger *ledger,
                          void (*visit)(void *context, const struct server *server), void *context);

/* Makes all that the ledger knows count as changed, for a journal that begins anew. */
void ledger_change_all(struct ledger *ledger);

/*
 * Puts back what the journal kept, before the first finding, exposures in the order of their
 * opening. Of `exposure` all counts but the links and the reasons of its severity; actors, data
 * sets and the sketch (ACTOR_SKETCH_BYTES, or NULL) are copied. Of `server` all counts but the
 * links and the clients. Nothing of it is a change. AJAR_ERR_FORMAT: this one cannot be (it is of
 * another site, was put back already, or has numbers beyond their arrays) and is left out;
 * AJAR_ERR_LIMIT: no room; AJAR_ERR_MEMORY.
 */
enum ajar_status ledger_restore_exposure(struct ledger *ledger, const struct exposure *exposure);
enum ajar_status ledger_restore_server(struct ledger *ledger, const struct server *server);
enum ajar_status ledger_restore_pair(struct ledger *ledger, uint32_t slot, const void *state,
                                     size_t size);
enum ajar_status ledger_restore_flow(struct ledger *ledger, uint32_t slot, const void *state,
                                     size_t size);

/* Exposures to clients that are not internal (direction inbound, outbound or external), closed ones
 * included: exit status 3 of `read`. */
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
    const struct signature_set *signatures; /* for the makers' pages, NULL = none; borrowed */
};

/*
 * Writes the table for people: exposed stores (highest severity first), then refused and revealed
 * ones, then the summary line. `colour` for terminals. All text from the wire is escaped.
 */
void ledger_write_table(const struct ledger *ledger, FILE *out, bool colour,
                        const struct ledger_totals *totals);

#endif
