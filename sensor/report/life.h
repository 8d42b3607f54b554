/* SPDX-License-Identifier: Apache-2.0 */
/* When a store stood open, as its document says it. */
#ifndef AJAR_REPORT_LIFE_H
#define AJAR_REPORT_LIFE_H

#include "report/document.h"

/* A time that it stood open; 0 = not known. */
struct life {
    uint64_t first_ns;  /* proven from */
    uint64_t last_ns;   /* to */
    uint64_t before_ns; /* seen shut before */
    uint64_t closed_ns; /* proof of closing */
    const char *by;     /* "refused", "reset", "silence"; "" = open */
};

/* Of an exposure, or of an element of its "windows". Texts are borrowed. */
struct life life_of(const struct node *window);

/* Whether it stands open, as far as is known. */
bool life_is_open(const struct node *exposure);

/* Whether it is about clients outside home; else clients in home, or allowed ones. */
bool life_is_outside(const struct node *exposure);

/* The first proof of all of its times. */
uint64_t life_begin(const struct node *exposure);

#endif
