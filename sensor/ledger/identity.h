/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names that events and exposures bear for ever: unseeded XXH3-128 over what makes them what
 * they are, so that the same packets give the same ids in every run and on every machine. Pure.
 */
#ifndef AJAR_LEDGER_IDENTITY_H
#define AJAR_LEDGER_IDENTITY_H

#include "ajar/event.h"

/*
 * Of an event about a finding: site, action, store, both addresses and ports, transport, time of
 * the proving packet, number of the exchange, verdict (one packet can prove two rungs of one
 * exchange).
 */
void identity_event(const char *site, enum event_action action, const struct finding *finding,
                    char id[static EVENT_ID_HEX]);

/* Of a status event: site, action, packet time, sequence. */
void identity_status(const char *site, uint64_t time_ns, uint64_t sequence,
                     char id[static EVENT_ID_HEX]);

/* Of an event about trouble: site, action, time, word of the kind, count. */
void identity_trouble(const char *site, uint64_t time_ns, const struct trouble *trouble,
                      char id[static EVENT_ID_HEX]);

/* Of an exposure: site, kind of store, server address and port, and the zone but for the outside,
 * which is what exposures are about. */
void identity_exposure(const char *site, const char *store, const struct addr *server,
                       uint16_t port, enum zone zone, char id[static EXPOSURE_ID_HEX]);

/* Of an event about an exposure: its id, action, time. */
void identity_life(const char *exposure, enum event_action action, uint64_t time_ns,
                   char id[static EVENT_ID_HEX]);

#endif
