/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in a journal, for whoever wants to start a sensor with it. */
#ifndef AJAR_JOURNAL_INSPECT_H
#define AJAR_JOURNAL_INSPECT_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct journal_facts {
    bool in_use;          /* an ajar writes it */
    pid_t writer;         /* that ajar, 0 = not known */
    bool corrupt;         /* journal_open() would move it aside; the rest is not known */
    uint64_t bytes;       /* of the database and its log */
    uint64_t events;      /* at most: numbers that were refused are counted too */
    uint64_t undelivered; /* likewise; 0 if the last run fed no Redis */
    uint64_t waiting_s;   /* age of the oldest undelivered event */
    bool ended_in_order;  /* the last run did */
};

/*
 * Reads the journal at `path`; an ajar that writes it is not disturbed. AJAR_ERR_NOT_FOUND: there
 * is none yet, *problem is untouched. AJAR_ERR_USAGE, AJAR_ERR_SYSTEM: journal_open() would refuse
 * it; one sentence. Takes half a second at most to look for damage.
 */
enum ajar_status journal_inspect(const char *path, struct journal_facts *facts,
                                 struct problem *problem);

#endif
