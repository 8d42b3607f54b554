/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which findings are told one by one. A pair is a store and a client; of each pair so many findings
 * a minute (of packet time) are told, the others are counted until an event carries their number.
 * A bounded table; when it is full, the pair unseen longest goes, and its rest is told first.
 */
#ifndef AJAR_LEDGER_PAIRS_H
#define AJAR_LEDGER_PAIRS_H

#include "ajar/finding.h"
#include "ledger/ledger.h"

#include <stdbool.h>
#include <stdint.h>

#define PAIRS_MAX    LEDGER_PAIRS_MAX
#define PAIRS_MINUTE 60000000000ULL /* ns */

/* What is remembered of a pair; flat, as it is kept over restarts. */
struct pair_state {
    uint32_t layout;      /* of this struct; another version's is not taken over */
    uint32_t told;        /* findings told in this minute */
    uint64_t minute;      /* number of the minute since 1970 */
    uint64_t last_use;    /* order of the last findings of all pairs */
    uint64_t folded;      /* findings not told since the last that was */
    uint64_t folded_use;  /* order of the first of them */
    uint64_t first_ns;    /* its time */
    uint64_t time_ns;     /* of the last one, as all below */
    uint32_t exchange;    /* number in its flow */
    uint16_t client_port; /* and what else makes an event of it */
    uint16_t server_port;
    struct addr client;
    struct addr server;
    char store[32];
    uint16_t vlan;
    uint8_t transport;
    uint8_t verdict;
    uint8_t credentials; /* as the ledger judged them */
    uint8_t identity;
    uint8_t weak;    /* 0 or 1 */
    uint8_t exposed; /* 0 or 1: some of the folded ones proved an exposure */
    uint8_t best[2]; /* highest verdict told: without an exposure, of an exposure */
};

/* A finding that could be told. */
struct pair_sight {
    const struct finding *finding;
    enum credentials credentials;
    bool exposing; /* it proves an exposure */
    bool opened;   /* the first to do so */
};

struct pairs;

/* None yet; `per_minute` findings of a pair are told, 0 = all. Free with pairs_free(). */
enum ajar_status pairs_new(uint32_t per_minute, uint64_t seed, struct pairs **pairs);
void pairs_free(struct pairs *pairs);

/*
 * Whether this finding is told. *rest is what was not told of its pair since the last that was:
 * folded 0 = nothing. Always told are the first of a pair, a verdict above all that were told of it
 * (exposures judged apart), what opens an exposure, and VERDICT_TAMPERED. pairs_make_room() comes
 * first.
 */
bool pairs_note(struct pairs *pairs, const struct pair_sight *sight, struct pair_state *rest);

/* Makes room for the pair of this finding. True: another pair went, and *rest of it is untold. */
bool pairs_make_room(struct pairs *pairs, const struct finding *finding, struct pair_state *rest);

/* One pair whose minute is over at `time_ns` and of which something is untold: gives it and forgets
 * it. False: none. */
bool pairs_take_over(struct pairs *pairs, uint64_t time_ns, struct pair_state *rest);

/* Pairs now in the table. */
uint32_t pairs_count(const struct pairs *pairs);

/* The pairs that changed since pairs_forget_changes(). A slot is the place of a pair; another pair
 * may have it later. */
bool pairs_have_changes(const struct pairs *pairs);
void pairs_visit_changes(const struct pairs *pairs,
                         void (*visit)(void *context, uint32_t slot, const void *state,
                                       size_t size),
                         void *context);
void pairs_forget_changes(struct pairs *pairs);

/* Makes all count as changed. */
void pairs_change_all(struct pairs *pairs);

/* Puts a state back into its slot. AJAR_ERR_FORMAT: it is none, or slot or pair are taken. */
enum ajar_status pairs_restore(struct pairs *pairs, uint32_t slot, const void *state, size_t size);

#endif
