/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finding -> country, city, coordinates, AS of an outside address, from any number of databases
 * in MaxMind format. The only stage that knows libmaxminddb. Used by the delivery thread.
 */
#ifndef AJAR_ENRICH_H
#define AJAR_ENRICH_H

#include "ajar/addr.h"
#include "ajar/problem.h"

#include <stdbool.h>
#include <stdint.h>

#define ENRICH_DATABASES_MAX 16

/* What is known of a place and a network; what the databases do not say stays empty. */
struct place {
    char country_code[4]; /* ISO 3166-1 alpha-2, "" = unknown */
    char country_name[64];
    char continent_code[4];
    char region_name[64];
    char city_name[64];
    bool has_location;
    double latitude;
    double longitude;
    uint32_t as_number; /* 0 = unknown */
    char as_name[96];
};

struct enricher;

/* No databases yet. Free with enricher_free(). */
enum ajar_status enricher_new(struct enricher **enricher);
void enricher_free(struct enricher *enricher);

/* Opens one more database; earlier ones win where both know a field. A file that is not one: error
 * naming it and what would be right. */
enum ajar_status enricher_add(struct enricher *enricher, const char *path, struct problem *problem);

/* Fills *place for a public address; for any other, or an unknown one, *place is all empty. */
void enricher_find(struct enricher *enricher, const struct addr *addr, struct place *place);

#endif
