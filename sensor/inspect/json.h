/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streaming JSON scanner (RFC 8259) for evidence: it is given a set of paths once and a body in
 * pieces cut anywhere, and tells the values at those paths. Subtrees on no path are skipped at the
 * speed of memory (many bytes at a time). It never allocates, never looks back, never fails: what
 * is not JSON ends the scan with `json_scan_broken()`. Skipped subtrees are not checked, bytes
 * that are not UTF-8 and raw control characters in strings pass as they are, a lone surrogate
 * becomes U+FFFD. The result never depends on where the body was cut.
 */
#ifndef AJAR_INSPECT_JSON_H
#define AJAR_INSPECT_JSON_H

#include "ajar/problem.h"
#include "inspect/json_skip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 64  /* deeper values are skipped, not read */
#define JSON_KEY_MAX   256 /* a longer member name is cut (and then matches no exact name) */
#define JSON_TEXT_MAX  512 /* a longer string or number is cut and told as cut */
#define JSON_TAG_NONE  0   /* no path ends here */

enum json_kind {
    JSON_OBJECT,     /* an object begins */
    JSON_OBJECT_END, /* it ends */
    JSON_ARRAY,      /* an array begins */
    JSON_ARRAY_END,  /* it ends */
    JSON_STRING,     /* escapes resolved, \u as UTF-8 */
    JSON_NUMBER,     /* text as written */
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
};

struct json_event {
    uint16_t tag; /* of the path that matched */
    enum json_kind kind;
    unsigned depth;  /* containers around it: 0 for the top value */
    const char *key; /* name of the member it is (also where the path has '*'); "" in an array, at
                        the top and for an END; borrowed */
    size_t key_length;
    const char *text; /* STRING and NUMBER only; borrowed */
    size_t length;
    bool cut; /* the text was longer than JSON_TEXT_MAX */
};

/* Called for every value whose path is in the set. Returns false to end the scan (enough is known).
 */
typedef bool (*json_listener)(void *context, const struct json_event *event);

struct json_paths; /* a set of paths, immutable once in use; shared by all scans and threads */

/* An empty set; free with json_paths_free(). */
enum ajar_status json_paths_new(struct json_paths **paths);
void json_paths_free(struct json_paths *paths);

/*
 * Adds a path: "/name/name" for members, "[]" as a step for every element of an array, "*" as a
 * step for any member that no exact name of the same place matches. "/" alone is the top value.
 * A step is written with "~1" for '/' and "~0" for '~' (RFC 6901). Examples: "/hits/total/value",
 * "/hits/hits/[]/_index", "/[]/docs.count". The same path added twice keeps the
 * first tag: *tag gives the one in force. AJAR_ERR_FORMAT names what is wrong in *problem.
 */
enum ajar_status json_paths_add(struct json_paths *paths, const char *path, uint16_t *tag,
                                struct problem *problem);

/* State of one scan: fixed size, caller's memory, no pointers into the body. The fields are the
 * scanner's own. */
struct json_scan {
    const struct json_paths *paths;
    json_listener listener;
    void *context;
    struct json_skip skip;         /* inside a subtree on no path */
    uint64_t is_array;             /* bit per open container */
    uint64_t values;               /* top-level values completed (NDJSON has many) */
    uint32_t depth;                /* containers open */
    uint32_t unicode;              /* digits of a \u escape read so far */
    uint16_t high_surrogate;       /* \uD8xx read, its second half must follow; 0 = none */
    uint16_t value_node;           /* place of the value being read */
    uint16_t text_length;          /* bytes in text[] */
    uint16_t key_length;           /* bytes in key[] */
    uint8_t state;                 /* enum state of json_scan.c */
    uint8_t escape;                /* 0 none, 1 behind a backslash, 2..5 before digit 1..4 of \u */
    uint8_t literal;               /* letters of true, false, null (or bytes of a BOM) read */
    bool skips_array;              /* what the skip must end with: ']' or '}' */
    bool cut;                      /* the string or number did not fit */
    bool broken;                   /* not JSON */
    bool ended;                    /* the listener wanted no more */
    uint16_t node[JSON_DEPTH_MAX]; /* place of each open container */
    char key[JSON_KEY_MAX];
    char text[JSON_TEXT_MAX];
};

/* Prepares a scan. `paths` must outlive it. */
void json_scan_init(struct json_scan *scan, const struct json_paths *paths, json_listener listener,
                    void *context);

/* The next bytes of the body. Returns whether more is wanted: false once broken or ended. A BOM and
 * white space before, and several values one after another, are read. */
bool json_scan_feed(struct json_scan *scan, const uint8_t *data, size_t length);

/* The body is over: tells a number that only the end could finish. Optional when numbers at the top
 * do not matter. */
void json_scan_finish(struct json_scan *scan);

/* Whether the bytes were not JSON. */
bool json_scan_broken(const struct json_scan *scan);

/* Whether at least one top-level value is complete and none is open. */
bool json_scan_complete(const struct json_scan *scan);

#endif
