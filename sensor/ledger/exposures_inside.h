/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the table of exposures, for the files that make it up. Nobody else includes this.
 */
#ifndef AJAR_LEDGER_EXPOSURES_INSIDE_H
#define AJAR_LEDGER_EXPOSURES_INSIDE_H

#include "ledger/actors.h"
#include "ledger/agenda.h"
#include "ledger/classes.h"
#include "ledger/exposures.h"
#include "ledger/groups.h"

struct exposures {
    struct exposures_options options;
    struct exposure **buckets;
    size_t mask;
    struct exposure *first;
    struct exposure **last_link;
    struct exposure *changed;
    struct exposure **last_changed;
    struct agenda agenda;
    struct groups *groups;
    uint64_t count;
    uint64_t count_open;
    uint64_t count_outside;
    uint64_t dropped;
    struct actors_budget actors;
    struct holdings_budget datasets;
    struct classes_budget classes;
};

/* Into the bucket, the order of opening, and the ring of its store's zones. */
void exposures_link(struct exposures *exposures, struct exposure *exposure);

/*
 * The store's marks are those of all its zones together; they are counted once, for its first
 * exposure in the ring, and known to all. `is_news`: those whose marks are other ones count as
 * changed.
 */
void exposures_mark_store(struct exposures *exposures, struct exposure *exposure, bool is_news);

/* Whether it is one of exposures_count_open(). */
bool exposure_is_counted_open(const struct exposure *exposure);

void exposure_free(struct exposure *exposure);

#endif
