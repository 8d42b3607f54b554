/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which signature a reply is held against. Once a connection is known for a store's and its request
 * is one to that store, there is nothing to choose. Else the candidates are the signatures whose
 * requests fit and those that the header lines and the first bytes of the body speak of; each reads
 * those first bytes on trial, and the one to which the reply says most of its own reads it all.
 */
#ifndef AJAR_DETECT_CHOOSE_H
#define AJAR_DETECT_CHOOSE_H

#include "detect/catalogue.h"
#include "detect/evidence.h"
#include "detect/hints.h"

#define TRIALS_MAX     1024           /* replies on trial at once; one more is chosen by its head */
#define TRIAL_HEAD_MAX 3072           /* bytes of header lines kept for it */
#define TRIAL_BODY_MAX HINTS_BODY_MAX /* bytes of the body */
#define CANDIDATES_MAX 12             /* signatures that try one reply */

struct trial;

struct chooser {
    const struct signature_set *set; /* borrowed */
    struct hints_scratch *scratch;
    struct trial *trials;
    uint32_t free_trial;         /* POOL_NONE = none */
    struct evidence *sandbox;    /* where candidates try: nothing of it is told */
    uint64_t trials_refused;     /* TRIALS_MAX reached */
    uint64_t candidates_dropped; /* over CANDIDATES_MAX */
};

/* Reserves everything. The set must outlive it. Close with chooser_close(), which accepts one that
 * was not opened (zero). */
enum ajar_status chooser_open(struct chooser *chooser, const struct signature_set *set);
void chooser_close(struct chooser *chooser);

/* Whether the reply that begins (its note and detail are in evidence->reply) must be chosen for. */
bool choose_is_needed(const struct chooser *chooser, const struct evidence *evidence);

/* Begins the choice with the reply's head. Returns whether its body can say anything; if not, the
 * choice is made without it. Without room for a trial (counted) only the head is chosen by. */
bool choose_begin(struct chooser *chooser, struct evidence *evidence,
                  const struct http_reply *head);

/* The next bytes of the body. Returns how many were taken: fewer than given when there are enough.
 */
size_t choose_add(struct evidence *evidence, const uint8_t *data, size_t length);

/* Whether there are enough bytes to choose. */
bool choose_is_due(const struct evidence *evidence);

/* What a choice came to. */
struct choice {
    bool fits;              /* some signature says something */
    enum identity identity; /* how sure the first bytes make it */
    uint16_t signature;     /* number in the set */
    bool is_own;            /* the request is one that only such a store has */
    bool has_rule;          /* the request is one to such a store: */
    struct catalogue_match match;
    uint64_t texts; /* text facts of it that hold: bit = number */
};

/*
 * The signature that fits best; its match is borrowed from `matches`. `complete`: there is no more
 * of the body. Of a connection known for a store another one is chosen only if the reply proves
 * that one and not the known one, or one whose path it is and not the known one's. What is relayed
 * goes to the store behind the relay if it says so.
 */
void choose_find(struct chooser *chooser, const struct evidence *evidence, bool complete,
                 struct catalogue_matches *matches, struct choice *choice);

/* Begins evidence->reply with it: signature, note, detail and header lines. */
void choose_apply(const struct chooser *chooser, struct evidence *evidence,
                  const struct choice *choice);

/* What was kept of the body. */
struct slice choose_body(const struct evidence *evidence);

/* Gives the trial back; accepts a flow without one. */
void choose_drop(struct chooser *chooser, struct evidence *evidence);

#endif
