/* SPDX-License-Identifier: Apache-2.0 */
/* The items of a policy as they are judged; made from text. Inside policy*.c only. */
#ifndef AJAR_LEDGER_POLICY_RULES_H
#define AJAR_LEDGER_POLICY_RULES_H

#include "ajar/addr.h"
#include "ajar/problem.h"

#include <stdbool.h>
#include <stdint.h>

#define POLICY_TEXT_MAX 512 /* bytes of one item */

/* Stores, by where they are. */
struct policy_place {
    struct netset nets;
    uint16_t port; /* 0 = any */
};

/* A part of a store that is meant to be public. */
struct policy_public {
    struct policy_place place;
    char store[32];   /* kind or product, "" = any */
    char path[256];   /* "" = any; without a slash at the end */
    char dataset[96]; /* glob, "" = any */
};

/* A time in which somebody works on stores. */
struct policy_window {
    struct policy_place place;
    uint64_t from_ns; /* absolute: from_ns <= t < to_ns */
    uint64_t to_ns;
    uint32_t period_min; /* 0 = absolute; else a day or a week, */
    uint32_t start_min;  /* in it (a week begins on Sunday), */
    uint32_t length_min;
};

/* Read one item. AJAR_ERR_USAGE leaves the result alone and says what would be right. */
enum ajar_status policy_public_parse(const char *text, struct policy_public *part,
                                     struct problem *problem);
enum ajar_status policy_window_parse(const char *text, struct policy_window *window,
                                     struct problem *problem);

#endif
