/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoded bytes of replies -> classes of data, as they pass. Nothing that is read is kept: counts,
 * a sketch of how many differ, and one masked sample of a class where the configuration asks for
 * it. One scanner a worker, one thread. After scanner_new() nothing is allocated.
 */
#ifndef AJAR_SCAN_H
#define AJAR_SCAN_H

#include "scan/set.h"
#include "scan/tally.h"

#define SCAN_REPLIES_MAX 512   /* replies being searched at once; of more, no classes are told */
#define SCAN_TALLIES_MAX 32768 /* classes of flows, all together */

struct scanner;
struct scan_reply; /* a reply that is being searched */

struct scan_options {
    const struct scan_set *set; /* borrowed for the scanner's life */
    bool samples;               /* one masked value of each class */
    uint32_t replies_max;       /* 0 = SCAN_REPLIES_MAX */
    uint32_t tallies_max;       /* 0 = SCAN_TALLIES_MAX */
};

struct scan_counters {
    uint64_t replies;         /* searched */
    uint64_t bytes;           /* of them */
    uint64_t replies_refused; /* replies_max reached */
    uint64_t classes_refused; /* tallies_max reached */
};

/* Opens all streams. Free with scanner_free(), which accepts NULL. */
enum ajar_status scanner_new(const struct scan_options *options, struct scanner **scanner);
void scanner_free(struct scanner *scanner);

/* Begins a reply that comes at `now_ns`; NULL when too many are being searched. To be given back
 * with scan_give(). */
struct scan_reply *scan_begin(struct scanner *scanner, uint64_t now_ns);

/* The next bytes of the reply's body. */
void scan_feed(struct scanner *scanner, struct scan_reply *reply, const void *data, size_t length);

/* Bytes of it are missing, or it is over: what waits for more is searched as it is. scan_feed() may
 * follow. */
void scan_finish(struct scanner *scanner, struct scan_reply *reply);

/* What was counted so far becomes the flow's; the reply goes on from zero. `records`: the reply
 * hands out records; without, classes that a store's own metadata has are left out, and dates. */
void scan_keep(struct scanner *scanner, struct scan_reply *reply, struct scan_book *book,
               bool records);

/* The reply is over; accepts NULL. What was not kept is forgotten. */
void scan_give(struct scanner *scanner, struct scan_reply *reply);

/* Bytes given to scan_feed() for this reply so far. */
uint64_t scan_fed(const struct scan_reply *reply);

/* Classes, dates and bytes of the flow into a finding; marks them as told. */
void scan_book_fill(struct scanner *scanner, struct scan_book *book, struct finding *finding);

/* The flow is over: its room is given back. */
void scan_book_clear(struct scanner *scanner, struct scan_book *book);

/*
 * Masks a request's target or another short text before it leaves the worker: values of any class,
 * also percent-encoded ones, and of query parameters named like one ("email=...") become "***".
 * `text` is NUL-terminated and never becomes longer than `size` - 1.
 */
void scan_mask(struct scanner *scanner, char *text, size_t size);

/* The counters; borrowed. */
const struct scan_counters *scan_counters(struct scanner *scanner);

#endif
