/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables and views of the journal (docs/journal.md), and how an older journal becomes a newer
 * one.
 */
#ifndef AJAR_JOURNAL_SCHEMA_H
#define AJAR_JOURNAL_SCHEMA_H

#include "journal/database.h"

#define SCHEMA_APPLICATION_ID 0x616a6172 /* "ajar", in the header of the file */
#define SCHEMA_VERSION        2          /* user_version, likewise */
#define SCHEMA_PAGE_BYTES     8192

/* What a new journal is given. */
struct schema_identity {
    const char *uuid;
    const char *sensor;
    uint64_t created_ns;
    uint64_t sequence;  /* last used before, in a journal that this one follows; 0 = none */
    uint64_t confirmed; /* likewise */
};

/*
 * Whose database this is, and *version of its tables: 0 = there are none yet. AJAR_ERR_USAGE:
 * somebody else's, or a newer ajar's. `name` is for the sentence.
 */
enum ajar_status schema_check(struct database *database, const char *name, int64_t *version,
                              struct problem *problem);

/*
 * Makes the tables in an empty database, or brings an older journal up to SCHEMA_VERSION, each in
 * one transaction. AJAR_ERR_USAGE: schema_check() refuses it; nothing is changed.
 */
enum ajar_status schema_prepare(struct database *database, const char *name,
                                const struct schema_identity *identity, struct problem *problem);

#endif
