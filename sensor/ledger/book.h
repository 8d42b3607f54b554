/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the ledger, shared by ledger.c, which fills it, telling.c, which makes events of
 * it, and table.c, which prints it.
 */
#ifndef AJAR_LEDGER_BOOK_H
#define AJAR_LEDGER_BOOK_H

#include "ledger/exposures.h"
#include "ledger/flows.h"
#include "ledger/ledger.h"
#include "ledger/pairs.h"
#include "ledger/servers.h"

struct ledger {
    struct ledger_options options;
    struct enricher *enricher; /* borrowed */
    ledger_listener listener;
    void *context;
    struct servers *servers;
    struct exposures *exposures;
    struct pairs *pairs;
    struct flows *flows;
    struct ledger_counters counters;
    uint64_t sequence;
    struct finding renamed; /* a login demanded in front of a server that is known */
    /* Of the event now being told. */
    struct finding finding; /* completed with what is known of the server */
    struct place source;
    struct place target;
    struct exposure_texts texts;
    struct exposure_view view;
};

#endif
