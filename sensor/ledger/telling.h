/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the ledger makes events: each gets its id, its severity, its places and its number, and goes
 * to the listener.
 */
#ifndef AJAR_LEDGER_TELLING_H
#define AJAR_LEDGER_TELLING_H

#include "ledger/book.h"

/* Whether the event's finding proves an exposure. */
bool telling_is_exposing(const struct event *event);

/* Gives the finding what it lacks and its server is known for; `server` may be NULL. */
void telling_fill_names(struct finding *finding, const struct server *server);

/* Looks up the outside ends, for the events that follow: what lies in home needs no place. */
void telling_find_places(struct ledger *ledger, const struct addr *client,
                         const struct addr *server, enum direction direction);

/* The exposure as events carry it, in the ledger's own view; NULL for NULL. */
const struct exposure_view *telling_view(struct ledger *ledger, const struct exposure *exposure);

/* store-query or store-session of the base's finding. */
void telling_store(struct ledger *ledger, const struct event *base,
                   const struct exposure_view *view);

/* exposure-opened, or exposure-closed by the base's finding; what was to be told of it is told. */
void telling_life(struct ledger *ledger, const struct event *base, enum event_action action,
                  struct exposure *exposure);

/* exposure-updated or exposure-closed, as of what is known of the exposure itself. */
void telling_state(struct ledger *ledger, struct exposure *exposure, enum event_action action,
                   uint64_t time_ns);

/* store-reachable: by the base's finding. */
void telling_reachable(struct ledger *ledger, const struct event *base);

/* events-folded: what was not told of a pair. */
void telling_folded(struct ledger *ledger, const struct pair_state *rest);

#endif
