/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of this folder share: the set, the scanner, a reply that is being searched. */
#ifndef AJAR_SCAN_INSIDE_H
#define AJAR_SCAN_INSIDE_H

#include "scan/engine.h"
#include "scan/names.h"
#include "scan/near.h"
#include "scan/patterns.h"
#include "scan/scan.h"
#include "scan/user.h"

/* Bytes of a reply that are collected and searched at once; the last SCAN_BEHIND of them wait. */
#define SCAN_ROOM 7168

struct scan_set {
    struct engine *shipped;
    struct pattern_list patterns;
    uint8_t lengths[PATTERNS_MAX]; /* of the literals */
    struct names_index names;
    struct user_set user;
};

/* Which search found a value: each goes through the reply in order. */
enum scan_source { SOURCE_MARK, SOURCE_NAME, SOURCE_LITERAL, SCAN_SOURCES };

#define MASK_SPANS_MAX 32

/* Where values stand in a text that is to be masked. */
struct mask_spans {
    size_t count;
    struct {
        size_t begin;
        size_t end;
    } spans[MASK_SPANS_MAX];
};

struct scan_reply {
    struct engine_stream *stream;
    struct engine_stream *user_stream; /* NULL = no classes of the user's */
    uint32_t next_free;
    bool begun;        /* the heading was looked for */
    uint64_t offset;   /* of the first byte that was not searched yet */
    uint32_t waiting;  /* bytes in the buffer, behind SCAN_BEFORE earlier ones */
    uint64_t searched; /* bytes searched since scan_begin() */
    int64_t latest_s;  /* no record is newer than this */
    uint64_t touched;  /* classes counted, a bit each */
    int64_t oldest_s;
    int64_t newest_s;
    uint64_t seen[SCAN_SOURCES][CLASSES_BUILTIN]; /* end of the last value counted */
    struct user_match user[SCAN_USER_CLASSES_MAX];
    struct mask_spans *mask; /* spans are wanted, not counts */
    uint8_t buffer[SCAN_BEFORE + SCAN_ROOM + SCAN_BEHIND + 128];
    struct tally tallies[SCAN_CLASSES_MAX];
};

struct scanner {
    const struct scan_set *set;
    bool samples;
    struct names_recent recent;
    struct engine_scratch *scratch;
    struct engine_scratch *user_scratch; /* a search inside a search needs its own */
    struct scan_reply *replies;
    uint32_t capacity;
    uint32_t used;
    uint32_t free;
    struct scan_reply *masking; /* one of them, for scan_mask() */
    struct tally_pool pool;
    struct scan_counters counters;
};

/* Counts a value of a class that stands at `at`, or notes its span. */
void scan_count(struct scanner *scanner, struct scan_reply *reply, enum scan_source source,
                enum scan_class class_of, const uint8_t *at, uint64_t offset,
                const struct scan_value *value);

/* What counts of the user's class number: a value of this hash, at these places of the reply. */
void scan_count_user(struct scanner *scanner, struct scan_reply *reply, unsigned number,
                     const struct user_match *match);

/* One value, masked: enough to recognise it, not enough to use it. */
void mask_sample(const uint8_t *at, const struct scan_value *value, enum scan_class class_of,
                 char *sample, size_t size);

#endif
