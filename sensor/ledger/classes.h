/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kinds of data an open store handed out, over all flows; bounded for each exposure and in
 * all.
 */
#ifndef AJAR_LEDGER_CLASSES_H
#define AJAR_LEDGER_CLASSES_H

#include "ledger/exposures.h"

/* The rows that all exposures together may still have, and how often there was none. */
struct classes_budget {
    uint64_t rows_left;
    uint64_t dropped;
};

/* Takes over what a finding says of classes. True: a class that was not known, or further values.
 */
bool classes_add(struct exposure *exposure, const struct finding *finding,
                 struct classes_budget *budget);

/* Copies the rows of what was kept into an exposure that has none; texts are ended.
 * AJAR_ERR_LIMIT: more than the budget has; AJAR_ERR_MEMORY. */
enum ajar_status classes_restore(struct exposure *exposure, const struct exposure *kept,
                                 struct classes_budget *budget);

void classes_clear(struct exposure *exposure);

/* How much a class weighs in the severity, and the word for it: what could be used at once (keys,
 * passwords) more than what names people. Weight 0: nothing. */
struct class_weight {
    int weight;
    const char *reason; /* static */
};
struct class_weight class_weigh(const char *name, bool by_name, uint64_t values);

/* The weightiest of them. */
struct class_weight classes_weight(const struct exposure_class *classes, uint32_t count);

#endif
