/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shipped patterns: literals only, each with the recogniser that looks around its place. The
 * database is made of this list when ajar is built.
 */
#ifndef AJAR_SCAN_PATTERNS_H
#define AJAR_SCAN_PATTERNS_H

#include "scan/engine.h"

/* Which recogniser a literal calls. */
enum pattern_kind {
    PATTERN_AT,   /* "[at]" */
    PATTERN_CARD, /* a word that speaks of payment cards */
    PATTERN_JWT,
    PATTERN_CLOUD_KEY, /* number: its row in secret.c */
    PATTERN_PRIVATE_KEY,
    PATTERN_HASH, /* number: its row in secret.c */
    PATTERN_CONFIDENTIAL,
};

struct pattern {
    const char *literal;
    uint8_t kind; /* enum pattern_kind */
    uint16_t number;
    bool any_case;
};

#define PATTERNS_MAX 96

/* The list, ids are places in it. */
struct pattern_list {
    size_t count;
    struct pattern patterns[PATTERNS_MAX];
};

/* Fills the list: always the same. */
void patterns_list(struct pattern_list *list);

/* Compiles it. */
enum ajar_status patterns_compile(struct engine **engine, struct problem *problem);

#endif
