/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bad it is, 0 to 100, as a sum of named parts (the table is in docs/events.md). Pure.
 */
#ifndef AJAR_LEDGER_SEVERITY_H
#define AJAR_LEDGER_SEVERITY_H

#include "ajar/event.h"

/* What the sum is made of. */
struct severity_facts {
    enum verdict verdict;
    enum credentials credentials;
    enum direction direction;
    uint64_t returned;        /* records handed out */
    uint64_t bytes;           /* bytes handed out */
    int kind_weight;          /* of the kind of store, FINDING_WEIGHT_LEAST to _MOST */
    bool weak;                /* open by an error that may come before access control */
    uint64_t held;            /* records held, FINDING_NO_COUNT or 0 = not known */
    uint32_t servers;         /* with the same data or of one cluster; below 2: alone */
    int class_weight;         /* of the weightiest class of data seen, 0 = none */
    const char *class_reason; /* its word, static */
    bool indexed;             /* a search engine found it */
    bool sensitive_country;   /* of some client */
    bool allowed;             /* by the policy */
};

struct severity {
    int value;
    const char *reasons[EVENT_REASONS_MAX]; /* static words, the weightiest first */
    unsigned reason_count;
};

void severity_judge(const struct severity_facts *facts, struct severity *severity);

/* Of what happened to the sensor itself. */
void severity_judge_trouble(enum trouble_kind kind, struct severity *severity);

#endif
