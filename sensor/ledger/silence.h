/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients that get no answer: when it is enough of them, over long enough, a door is taken for
 * shut. One lost packet must not be. Pure.
 */
#ifndef AJAR_LEDGER_SILENCE_H
#define AJAR_LEDGER_SILENCE_H

#include "ajar/addr.h"

#include <stdbool.h>
#include <stdint.h>

/* Enough: so many SYNs of so many clients over so long, and none answered. */
#define SILENCE_SYNS        3
#define SILENCE_CLIENTS     2
#define SILENCE_SPAN_NS     (UINT64_C(600) * 1000000000)
#define SILENCE_CLIENTS_MAX 4 /* told apart */

/* Outside clients that got no answer since the last that did. Flat, as it is kept over restarts;
 * all zero is none. */
struct silence {
    uint64_t first_ns; /* of their SYNs */
    uint64_t last_ns;
    uint32_t syns;
    uint32_t client_count;                 /* in clients[] */
    uint32_t clients[SILENCE_CLIENTS_MAX]; /* unseeded short hashes */
};

/* A client's SYN at this time got no answer. One that is not later than the last was counted, when
 * its capture was read before. True: it is enough. */
bool silence_add(struct silence *silence, const struct addr *client, uint64_t time_ns);

/* Somebody got an answer. True: there was silence. */
bool silence_end(struct silence *silence);

#endif
