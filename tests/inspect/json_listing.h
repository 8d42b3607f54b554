/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a set of paths finds in a document, one line per event: once as the scanner tells it, cut
 * as a test likes, once by a simple walk over the tree that jansson reads. (jansson's names clash
 * with inspect/json.h, so this header includes neither.)
 */
#ifndef AJAR_TESTS_INSPECT_JSON_LISTING_H
#define AJAR_TESTS_INSPECT_JSON_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One event, both sides. */
struct listed {
    unsigned tag;
    const char *kind; /* "{", "}", "[", "]", "string", "number", "true", "false", "null" */
    unsigned depth;
    const char *key;
    size_t key_length;
    const char *text; /* NULL unless string or number */
    size_t length;
    bool cut;
};

/* Limits of the scanner, which the walk has to keep too. */
struct listing_limits {
    size_t key;
    size_t text;
    unsigned depth;
};

extern const struct listing_limits json_listing_limits;

/* Writes one event as a line. */
void json_listing_write(FILE *out, const struct listed *event);

/* `paths` ends with NULL; the tag of a path is its number from 1. Cuts the text behind byte `cut`
 * (0 = nowhere), and with a seed in random pieces. The last line says "complete", "open" or
 * "broken". Caller frees. */
char *json_listing_scan(const char *const *paths, const char *text, size_t length, size_t cut,
                        unsigned seed);

/* The same by walking the tree; NULL if jansson does not take the text. */
char *json_listing_walk(const char *const *paths, const char *text, size_t length);

#endif
