/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The databases of hints: compiled from patterns, or read from bytes that an earlier compilation
 * left: in the program (those of the shipped signatures) or in a cache folder. Every pattern is
 * known by its hash, so that a database serves whichever signatures have a pattern of it.
 */
#ifndef AJAR_DETECT_HINT_BASE_H
#define AJAR_DETECT_HINT_BASE_H

#include "detect/clues.h"
#include "scan/engine.h"

/* A database for the head and one for the body; ids are places in the list of patterns. */
struct hint_base {
    struct engine *engines[CLUE_PLACES]; /* NULL = no patterns */
    uint64_t *hashes[CLUE_PLACES];
    uint32_t counts[CLUE_PLACES];
};

/* Patterns to be compiled, each once. */
struct hint_patterns {
    const struct clue **clues[CLUE_PLACES];
    uint32_t counts[CLUE_PLACES];
};

/* What a pattern is known by. */
uint64_t hint_base_hash(const struct clue *clue);

/*
 * Compiles. AJAR_ERR_FORMAT: *which is the clue that cannot be compiled (NULL = not known) and
 * *problem the engine's sentence. Free with hint_base_clear(), which accepts an empty one.
 */
enum ajar_status hint_base_compile(const struct hint_patterns *patterns, struct hint_base *base,
                                   const struct clue **which, struct problem *problem);
void hint_base_clear(struct hint_base *base);

/* A database as bytes (to be freed with free()) and back; AJAR_ERR_FORMAT: damaged, or of another
 * version of ajar, the library or the processor. */
enum ajar_status hint_base_write(const struct hint_base *base, char **bytes, size_t *length);
enum ajar_status hint_base_read(const void *bytes, size_t length, struct hint_base *base);

#endif
