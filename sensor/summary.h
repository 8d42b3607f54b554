/* SPDX-License-Identifier: Apache-2.0 */
/* What a run tells people at its end. */
#ifndef AJAR_SUMMARY_H
#define AJAR_SUMMARY_H

#include "config/config.h"
#include "ledger/ledger.h"

#include <stdio.h>

/* The table of stores and the line below it. `start_ns`: by the monotonic clock. Coloured where
 * `out` is a terminal that can. */
void summary_write(const struct config *config, const struct ledger *ledger,
                   const struct sensor_status *status, uint64_t files, uint64_t start_ns,
                   FILE *out);

#endif
