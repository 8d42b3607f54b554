/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asked: the rows of actors of an exposure, which are bounded for each and in all; what has no
 * row is still told apart by a sketch and counted.
 */
#ifndef AJAR_LEDGER_ACTORS_H
#define AJAR_LEDGER_ACTORS_H

#include "ledger/exposures.h"

/* The rows that all exposures together may still have, and what had none. */
struct actors_budget {
    uint64_t rows_left;
    uint64_t dropped;
};

/* Takes over what a proof says of who asked and from where. True: an actor that was not known. */
bool actors_add(struct exposure *exposure, const struct exposure_proof *proof,
                struct actors_budget *budget);

/* Copies the rows and the sketch of what was kept into an exposure that has none; texts are ended.
 * AJAR_ERR_LIMIT: more than the budget has; AJAR_ERR_MEMORY. */
enum ajar_status actors_restore(struct exposure *exposure, const struct exposure *kept,
                                struct actors_budget *budget);

void actors_clear(struct exposure *exposure);

#endif
