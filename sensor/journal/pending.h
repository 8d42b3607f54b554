/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that wait for the next commit, copied one behind the other into one block of memory.
 * Delivery thread.
 */
#ifndef AJAR_JOURNAL_PENDING_H
#define AJAR_JOURNAL_PENDING_H

#include "journal/journal.h"

#include <stddef.h>
#include <stdint.h>

/* All zero is empty; free with pending_clear(). */
struct pending {
    unsigned char *bytes;
    size_t used;
    size_t capacity;
    uint64_t count;
    uint64_t first_added_ns; /* monotonic */
};

void pending_clear(struct pending *pending);

/* Copies an event to the end. AJAR_ERR_LIMIT: `limit` bytes would not hold it, or memory is out. */
enum ajar_status pending_add(struct pending *pending, const struct journal_event *event,
                             size_t limit);

/* The event at *offset, 0 for the first, whose texts are borrowed; moves *offset to the next.
 * AJAR_END: no more. */
enum ajar_status pending_read(const struct pending *pending, size_t *offset,
                              struct journal_event *event);

/* Forgets them all; a block that grew in bad times is given back. */
void pending_forget(struct pending *pending);

#endif
