/* SPDX-License-Identifier: Apache-2.0 */
/* What a run tells people at its end. */
#ifndef AJAR_SUMMARY_H
#define AJAR_SUMMARY_H

#include "config/config.h"
#include "ledger/ledger.h"

#include <stdbool.h>
#include <stdio.h>

/* The table of stores and the line below it. `start_ns`: by the monotonic clock. Coloured where
 * `out` is a terminal that can. */
void summary_write(const struct config *config, const struct ledger *ledger,
                   const struct sensor_status *status, uint64_t files, uint64_t start_ns,
                   FILE *out);

/* Whether colours are wanted there: a terminal, unless NO_COLOR is set. */
bool summary_wants_colour(FILE *out);

#endif
