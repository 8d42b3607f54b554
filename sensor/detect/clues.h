/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which facts of a set of signatures are looked for in every reply: of each line of identity that
 * needs more than a path, the one that tells most. Used only while hints are made.
 */
#ifndef AJAR_DETECT_CLUES_H
#define AJAR_DETECT_CLUES_H

#include "detect/arena.h"
#include "detect/expression.h"
#include "detect/hints.h"

#define CLUE_ALONE   UINT16_MAX
#define CLUE_NO_TEXT UINT8_MAX

enum clue_place { CLUE_HEAD, CLUE_BODY, CLUE_PLACES };

/* A pattern and what it speaks of. */
struct clue {
    const char *expression;
    bool any_case;
    bool by_line;
    uint8_t place;      /* enum clue_place */
    uint8_t kind;       /* enum hint_kind */
    uint8_t text;       /* number of the text fact, or CLUE_NO_TEXT */
    uint8_t part;       /* its bit in the group */
    uint16_t group;     /* CLUE_ALONE = speaks by itself */
    uint16_t signature; /* place in the set */
};

/* Clues that speak only together: a signature whose facts tell too little alone. */
struct clue_group {
    uint16_t signature;
    uint32_t parts; /* all bits that must be seen in one place */
};

struct clue_list {
    struct clue *clues;
    size_t count;
    size_t room;
    struct clue_group *groups;
    size_t group_count;
    size_t group_room;
    struct arena *arena; /* owns the expressions, but for those that a signature has itself */
};

/* Derives the clues of all signatures of the set, always in the same order. Free with
 * clues_clear(), also on failure (AJAR_ERR_MEMORY). */
enum ajar_status clues_derive(const struct signature_set *set, struct clue_list *list);
void clues_clear(struct clue_list *list);

#endif
