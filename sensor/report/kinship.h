/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the exposures of a report have in common: which hold the same data or are one cluster, who
 * went through several. What several servers hold alike counts once.
 */
#ifndef AJAR_REPORT_KINSHIP_H
#define AJAR_REPORT_KINSHIP_H

#include "ajar/status.h"
#include "report/document.h"

struct kinship {
    uint64_t servers;        /* addresses and ports */
    uint64_t records;        /* held; of servers with the same data the largest number */
    uint64_t emails;         /* distinct e-mail addresses handed out to the outside, likewise */
    uint64_t actors;         /* distinct addresses with a row */
    uint64_t actors_outside; /* of them, outside home */
};

/*
 * Fills *kinship and gives each exposure with relatives a member "group": {"same": "data" or
 * "cluster", "servers": N, "members": [the others as ADDRESS:PORT, some]}. Alike are equal cluster
 * ids, else equal name and records of the largest data set (10 records at least, no hidden one).
 * AJAR_ERR_MEMORY.
 */
enum ajar_status kinship_find(struct node *exposures, struct kinship *kinship);

#endif
