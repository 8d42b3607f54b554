/* SPDX-License-Identifier: Apache-2.0 */
/* The world as a plane: the outline of the land and a point in each country. Made by
 * deploy/world/make-world. */
#ifndef AJAR_REPORT_WORLD_H
#define AJAR_REPORT_WORLD_H

#include <stddef.h>

struct world_country {
    char code[3];     /* ISO 3166-1, two letters */
    const char *name; /* in English, UTF-8 */
    int x, y;         /* the middle of its largest part */
};

extern const int world_width, world_height;
extern const char world_land[]; /* a path of SVG */
extern const struct world_country world_countries[];
extern const size_t world_country_count;

/* The row of two letters, NULL if there is none. */
const struct world_country *world_find(const char *code);

/* The name of a country, the letters themselves where there is no row. */
const char *world_name(const char *code);

#endif
