/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was told of each flow lately, so that packets which lie in two captures count once: the same
 * ends talking at a time that was looked at already are the same flow, also where the second
 * capture begins in its middle. A bounded table; of four in one place the one used longest ago
 * goes.
 */
#ifndef AJAR_LEDGER_FLOWS_H
#define AJAR_LEDGER_FLOWS_H

#include "ajar/finding.h"
#include "ajar/status.h"
#include "ledger/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOWS_REMEMBERED LEDGER_FLOWS_MAX

struct flows;

/* What is remembered of the ends of a flow; flat, as it is kept. Whoever chose ends whose hashes
 * collide would only be forgotten sooner: no seed is in them. */
struct flow_state {
    uint64_t tag;                           /* hash of the ends; 0 = free */
    uint64_t used;                          /* order of the last findings of all */
    uint64_t first_ns;                      /* of the last flow of these ends: its first packet */
    uint64_t last_ns;                       /* and up to when it was told of */
    uint32_t exchange;                      /* number of the last one told of */
    uint8_t proofs[CREDENTIALS_PROVEN + 1]; /* highest told, by what the client showed */
    uint8_t ended;                          /* 0 or 1 */
};

/* None yet. Free with flows_free(), which accepts NULL. */
enum ajar_status flows_new(struct flows **flows);
void flows_free(struct flows *flows);

/* Notes a finding. True: all that it says was told of this flow before. */
bool flows_note(struct flows *flows, const struct finding *finding);

/* The states that changed since flows_forget_changes(). A slot is a place; other ends may have it
 * later. */
bool flows_have_changes(const struct flows *flows);
void flows_visit_changes(const struct flows *flows,
                         void (*visit)(void *context, uint32_t slot, const void *state,
                                       size_t size),
                         void *context);
void flows_forget_changes(struct flows *flows);

/* Makes all count as changed. */
void flows_change_all(struct flows *flows);

/* Puts a state back into its slot. AJAR_ERR_FORMAT: it is none of this slot, or that is taken. */
enum ajar_status flows_restore(struct flows *flows, uint32_t slot, const void *state, size_t size);

#endif
