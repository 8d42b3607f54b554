/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the signatures a reply speaks of, found in one pass over its header lines and the first
 * bytes of its body, at a cost that does not grow with the number of signatures. The patterns are
 * derived from the facts of the signatures; a hint proves nothing, it names a candidate.
 */
#ifndef AJAR_DETECT_HINTS_H
#define AJAR_DETECT_HINTS_H

#include "ajar/problem.h"

#include <stddef.h>
#include <stdint.h>

#define HINTS_MAX      64   /* signatures that one reply can speak of; more are counted */
#define HINTS_BODY_MAX 1024 /* bytes of a body that are looked at */

struct signature_set;

/* The patterns of a set of signatures. Constant, shared by all workers. */
struct hints;

/* Room that one worker needs to search. */
struct hints_scratch;

/* What in the reply speaks of the signature: bits of hint.kinds. */
enum hint_kind {
    HINT_HEADER = 1, /* a header fact, or the header test of a refusal that has an identity */
    HINT_TEXT = 2,   /* a text fact, or the body text of a refusal that has an identity */
    HINT_MEMBER = 4, /* a member or element that a line of its identity needs */
};

/* One signature that the reply speaks of. */
struct hint {
    uint16_t signature; /* its place in the set */
    uint8_t kinds;      /* enum hint_kind */
    uint64_t texts;     /* text facts that hold in the first bytes: bit = number of the fact; of
                           those with a test `matches` these are all that hold */
};

/* What was found in one reply: every signature once. Begin with count = dropped = 0; the search of
 * the body adds to what the search of the head found. */
struct hint_hits {
    uint16_t count;
    uint16_t dropped; /* signatures (counted more than once, if more speaks of them) without room */
    struct hint list[HINTS_MAX];
};

/*
 * Makes the patterns of the set: those of signatures that ajar ships were compiled when it was
 * built, all others are compiled here or taken from a file in `cache_folder` (NULL or "" = none)
 * which an earlier start left there. A cache that cannot be used is one warning in the log, never
 * an error. The set must live, unchanged, as long as the hints. AJAR_ERR_FORMAT: a pattern cannot
 * be compiled; *problem names the signature. Free with hints_free(), which accepts NULL.
 */
enum ajar_status hints_new(const struct signature_set *set, const char *cache_folder,
                           struct hints **hints, struct problem *problem);
void hints_free(struct hints *hints);

/* The patterns that were compiled, as bytes to be freed with free(): what ajar-signatures-compile
 * puts into the program. */
enum ajar_status hints_write(const struct hints *hints, char **bytes, size_t *length);

/* Room for one thread. `hints` may be NULL (nothing will be found). Free with hints_scratch_free(),
 * which accepts NULL. */
enum ajar_status hints_scratch_new(const struct hints *hints, struct hints_scratch **scratch);
void hints_scratch_free(struct hints_scratch *scratch);

/*
 * Searches the header lines of a reply, as sent ("Name: value" and a line end each; a status line
 * before them does no harm), or the first bytes of its body with all codings removed, of which
 * HINTS_BODY_MAX are looked at. The body is searched once, when as much of it is there as will be.
 * Nothing is allocated. `hints` may be NULL.
 */
void hints_search_head(const struct hints *hints, struct hints_scratch *scratch, const char *head,
                       size_t length, struct hint_hits *hits);
void hints_search_body(const struct hints *hints, struct hints_scratch *scratch,
                       const uint8_t *first, size_t length, struct hint_hits *hits);

#endif
