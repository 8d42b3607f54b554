/* SPDX-License-Identifier: Apache-2.0 */
/* Ledgers with an exposure or two, for the tests of the journal. */
#ifndef AJAR_TESTS_LEDGERS_H
#define AJAR_TESTS_LEDGERS_H

#include "ledger/book.h"
#include "ledger/findings.h"

#include <criterion/criterion.h>

static inline void ignore_event(void *context, const struct event *event)
{
    (void)context;
    (void)event;
}

/* An empty one; its enricher lives as long as the test. */
static inline struct ledger *new_ledger(void)
{
    static struct enricher *enricher;
    static struct netset home;
    if (!enricher)
        cr_assert_eq(enricher_new(&enricher), AJAR_OK);
    netset_init_private(&home);
    struct ledger_options options = {.site = "north",
                                     .home = &home,
                                     .servers_max = LEDGER_SERVERS_MAX,
                                     .exposures_max = LEDGER_EXPOSURES_MAX,
                                     .events_per_minute = 20};
    struct ledger *ledger = NULL;
    cr_assert_eq(ledger_new(&options, enricher, ignore_event, NULL, &ledger), AJAR_OK);
    return ledger;
}

/* One more request that proves the exposure of store number `store` (from 1 on). */
static inline void prove(struct ledger *ledger, unsigned store)
{
    static uint64_t turn;
    struct finding f = make_finding(VERDICT_DATA);
    f.time_ns = WHEN + ++turn; /* a packet of its own */
    f.server.bytes[14] = (uint8_t)(store >> 8);
    f.server.bytes[15] = (uint8_t)store;
    f.requests_new = 1;
    f.returned_new = 10;
    f.gave_bytes_new = 1000;
    add_dataset(&f, "customers", 1000, COUNT_COUNT);
    ledger_add(ledger, &f);
}

#endif
