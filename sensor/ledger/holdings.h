/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an open store holds, as its replies told over time: data sets with their best counts, and
 * the best estimate of the records held in all.
 */
#ifndef AJAR_LEDGER_HOLDINGS_H
#define AJAR_LEDGER_HOLDINGS_H

#include "ajar/finding.h"

#include <stdbool.h>
#include <stdint.h>

struct dataset {
    char name[96];
    uint64_t records;  /* FINDING_NO_COUNT if not said */
    uint64_t bytes;    /* FINDING_NO_COUNT if not said */
    uint64_t returned; /* records of it handed out */
    uint8_t source;    /* enum count_source of records */
};

/* One store's. All zero is empty; free with holdings_clear(). */
struct holdings {
    struct dataset *datasets; /* in the order in which they were named */
    uint32_t count;
    uint32_t capacity;
    uint32_t dropped; /* times a data set was named for which there was no row */
    uint64_t total;   /* records in all, as one reply said; see total_source */
    uint8_t total_source;
};

/* The rows that all holdings together may still have, shared by them, and what did not fit. */
struct holdings_budget {
    uint64_t rows_left;
    uint64_t dropped;
};

void holdings_clear(struct holdings *holdings);

/* Takes over what a finding says of data sets and counts. A better source replaces a worse one;
 * of the same source the larger number stays, so that a store emptied later still shows what it
 * held. True: it says more than was known. */
bool holdings_add(struct holdings *holdings, const struct finding *finding,
                  struct holdings_budget *budget);

/*
 * Makes an empty `holdings` a copy of what was kept, whose texts need not be ended.
 * AJAR_ERR_FORMAT: more rows than there can be; AJAR_ERR_LIMIT: than the budget has;
 * AJAR_ERR_MEMORY.
 */
enum ajar_status holdings_restore(struct holdings *holdings, const struct holdings *kept,
                                  struct holdings_budget *budget);

/* Best estimate of the records held; FINDING_NO_COUNT if nothing was said. */
struct holdings_estimate {
    uint64_t records;
    uint64_t bytes; /* sum over the data sets that said; FINDING_NO_COUNT if none did */
    enum count_source source;
};
struct holdings_estimate holdings_estimate(const struct holdings *holdings);

#endif
