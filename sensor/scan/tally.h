/* SPDX-License-Identifier: Apache-2.0 */
/* What was counted: of one reply while it is read, of a flow as long as it lives. */
#ifndef AJAR_SCAN_TALLY_H
#define AJAR_SCAN_TALLY_H

#include "ajar/finding.h"
#include "scan/classes.h"

#define TALLY_NONE       UINT32_MAX
#define TALLY_SAMPLE_MAX sizeof(((struct finding_class *)0)->sample)

/* Values of one class. */
struct tally {
    uint64_t values;
    uint64_t odd;
    uint64_t masked;
    uint64_t hashed;
    bool by_name;
    bool by_schema; /* a mapping or heading names it */
    char sample[TALLY_SAMPLE_MAX];
    struct sketch distinct;
};

/* The same of a flow, and how much of it was told. */
struct flow_tally {
    uint8_t class_of;
    uint32_t next_free;
    uint64_t values_told;
    struct tally sum; /* odd, masked and hashed: since the last finding */
};

/* Flow tallies of all flows. Memory is reserved, and touched as it is used. */
struct tally_pool {
    struct flow_tally *tallies;
    uint32_t capacity;
    uint32_t used;
    uint32_t free;
    uint64_t refused; /* a class of a flow went uncounted: all were in use */
};

/* What the replies of one flow came to. All zero is empty. */
struct scan_book {
    uint16_t count;
    uint16_t dropped; /* classes that had no room */
    uint32_t tallies[FINDING_CLASSES_MAX];
    int64_t oldest_s; /* dates of records, 0 = none */
    int64_t newest_s;
    uint64_t bytes; /* searched */
};

/* Reserves room for so many; cleared with tally_pool_clear(). */
enum ajar_status tally_pool_init(struct tally_pool *pool, uint32_t capacity);
void tally_pool_clear(struct tally_pool *pool);

/* Adds a reply's count to its flow's. */
void tally_add(struct tally_pool *pool, struct scan_book *book, unsigned class_of,
               const struct tally *tally);

/* Writes classes, dates and bytes into a finding and marks them as told. `name` gives a class its
 * name. */
void tally_fill(struct tally_pool *pool, struct scan_book *book,
                const char *(*name)(const void *context, unsigned class_of), const void *context,
                struct finding *finding);

/* The flow is over. */
void tally_give(struct tally_pool *pool, struct scan_book *book);

/* Widens the span of dates by one; 0 means none. */
void tally_note_date(int64_t *oldest_s, int64_t *newest_s, int64_t seconds);

#endif
