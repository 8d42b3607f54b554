/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the journal already has of each exposure, as hashes of its rows: an exposure has up to 160
 * rows of actors, data sets, classes and windows, and a finding changes a few of them. Delivery
 * thread.
 */
#ifndef AJAR_JOURNAL_SHADOW_H
#define AJAR_JOURNAL_SHADOW_H

#include "ledger/exposures.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum shadow_rows {
    SHADOW_ACTORS,
    SHADOW_DATASETS,
    SHADOW_CLASSES,
    SHADOW_WINDOWS,
    SHADOW_MARKS,
    SHADOW_KINDS
};

struct shadow_entry {
    struct shadow_entry *next;
    char id[EXPOSURE_ID_HEX];
    int64_t number; /* of its row, 0 = not written yet */
    uint64_t *rows[SHADOW_KINDS];
    uint32_t counts[SHADOW_KINDS];
};

/* All zero is empty; free with shadow_clear(). As many entries as the ledger has exposures. */
struct shadow {
    struct shadow_entry **buckets;
    size_t bucket_count;
    size_t count;
};

void shadow_clear(struct shadow *shadow);

/* The entry of an exposure, made if there is none; NULL: memory is out. Borrowed until
 * shadow_clear(). */
struct shadow_entry *shadow_find(struct shadow *shadow, const char *id);

/* Notes the hash of a row and says whether it is another one than before (or could not be noted).
 */
bool shadow_note(struct shadow_entry *entry, enum shadow_rows kind, uint32_t row, uint64_t hash);

#endif
