/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which exposed stores are the same thing: nodes of one cluster, or copies of one set of data.
 */
#ifndef AJAR_LEDGER_GROUPS_H
#define AJAR_LEDGER_GROUPS_H

#include "ledger/exposures.h"

#include <stddef.h>

/* Membership of one exposure. Members form a ring through `next`; alone, it leads to itself. */
struct group {
    size_t next;    /* index of the next member */
    size_t size;    /* members, this one included */
    bool same_data; /* joined to another member by equal data sets */
};

/*
 * Groups the exposures of `list`: equal cluster ids, or equal data sets (names and records; empty
 * ones, those without a count, and those of the store itself, whose names begin with a dot, do not
 * count). Fills groups[0..count). AJAR_ERR_MEMORY: every store is left alone.
 */
enum ajar_status groups_make(const struct exposure *const *list, size_t count,
                             struct group *groups);

#endif
