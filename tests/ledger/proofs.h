/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs made by hand, for the tests of exposures. */
#ifndef AJAR_TESTS_PROOFS_H
#define AJAR_TESTS_PROOFS_H

#include "ledger/exposures.h"
#include "ledger/findings.h"

static inline struct exposures *make_exposures(uint32_t limit)
{
    struct exposures_options options = {
        .limit = limit, .seed = 42, .site = "hq", .countries = "KP"};
    struct exposures *exposures;
    cr_assert_eq(exposures_new(&options, &exposures), AJAR_OK);
    return exposures;
}

/* Adds a finding from this direction and place. */
static inline struct exposure *add_proof(struct exposures *exposures, const struct finding *f,
                                         enum direction direction, const struct place *place,
                                         enum exposure_change *change)
{
    static const struct actor_view nobody;
    struct exposure_proof proof = {.finding = f,
                                   .direction = direction,
                                   .zone = zone_of(direction),
                                   .client = &f->client,
                                   .source = place,
                                   .who = &nobody};
    return exposures_add(exposures, &proof, change);
}

/* Appends a class; `values` are different ones, the same for a class of the same name. */
static inline void add_class(struct finding *f, const char *name, uint64_t values)
{
    struct finding_class *row = &f->classes[f->class_count++];
    memset(row, 0, sizeof *row);
    SET(row->name, name);
    row->values = row->values_new = values;
    for (uint64_t i = 0; i < values; i++)
        (void)sketch_add(&row->distinct, (i + 1) * 0x9e3779b97f4a7c15ULL);
}

#endif
