/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which exposures have an update to tell, and when: a binary heap of borrowed exposures by their
 * due time, at most one place for each. Equal times go by id, so that every run tells in the same
 * order.
 */
#ifndef AJAR_LEDGER_AGENDA_H
#define AJAR_LEDGER_AGENDA_H

#include "ajar/status.h"

#include <stddef.h>
#include <stdint.h>

struct exposure;

struct agenda {
    struct exposure **heap; /* from index 1 */
    size_t count;
    size_t capacity;
};

/* All zero is empty. */
void agenda_clear(struct agenda *agenda);

/* Puts an exposure where its due_ns (above 0) belongs. AJAR_ERR_MEMORY: it is not on it. */
enum ajar_status agenda_put(struct agenda *agenda, struct exposure *exposure);

/* Takes an exposure off; nothing if it is not on it. Whoever sets due_ns to 0 does this too. */
void agenda_remove(struct agenda *agenda, struct exposure *exposure);

/* The first one that is due at this time, still on the agenda; NULL if there is none. */
struct exposure *agenda_first(const struct agenda *agenda, uint64_t time_ns);

#endif
