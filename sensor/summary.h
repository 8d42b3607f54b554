/* SPDX-License-Identifier: Apache-2.0 */
/* What a run tells people at its end. */
#ifndef AJAR_SUMMARY_H
#define AJAR_SUMMARY_H

#include "config/config.h"
#include "ledger/ledger.h"

#include <stdbool.h>
#include <stdio.h>

/* A run at its end; all borrowed. */
struct summary {
    const struct config *config;
    const struct ledger *ledger;
    const struct sensor_status *status;
    const struct signature_set *signatures; /* for the makers' pages, NULL = none */
    uint64_t files;
    uint64_t start_ns; /* by the monotonic clock */
};

/* The table of stores and the line below it. Coloured where `out` is a terminal that can. */
void summary_write(const struct summary *summary, FILE *out);

/* Whether colours are wanted there: a terminal, unless NO_COLOR is set. */
bool summary_wants_colour(FILE *out);

#endif
