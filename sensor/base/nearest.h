/* SPDX-License-Identifier: Apache-2.0 */
/* Which known word a person meant who wrote another one. Pure. */
#ifndef AJAR_BASE_NEAREST_H
#define AJAR_BASE_NEAREST_H

#include <stddef.h>
#include <stdint.h>

/* The best word so far; begin with NEAREST_NONE. */
struct nearest {
    const char *word; /* borrowed, NULL = none is close */
    size_t distance;
};

#define NEAREST_NONE ((struct nearest){.distance = SIZE_MAX})

/* Takes the known word if it is closer to the given one than the best so far: by Levenshtein's
 * distance, where a swap of neighbours counts as one, and by at most a third of the letters. */
void nearest_consider(struct nearest *best, const char *given, const char *known);

/* The closest of a NULL-terminated list, NULL if none is close. */
const char *nearest_find(const char *given, const char *const *known);

#endif
