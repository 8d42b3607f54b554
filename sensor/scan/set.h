/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classes in force: those that ajar ships and the user's. Read at start, shared by all workers,
 * never changed.
 */
#ifndef AJAR_SCAN_SET_H
#define AJAR_SCAN_SET_H

#include "ajar/problem.h"

#include <stdint.h>

struct scan_set;

/*
 * Loads the shipped classes and those of `path`: a YAML file, or a folder of *.yaml
 * (docs/classes.md says the format); NULL or "" = none. On failure *problem names file and line,
 * what is wrong and what would be right. Free with scan_set_free(), which accepts NULL.
 */
enum ajar_status scan_set_load(const char *path, struct scan_set **set, struct problem *problem);
void scan_set_free(struct scan_set *set);

/* How many classes there are; they are numbered from 0, the shipped ones first. */
unsigned scan_set_count(const struct scan_set *set);

/* The name of a class; never NULL below the count. */
const char *scan_set_name(const struct scan_set *set, unsigned class_of);

/* The weight of a class by its name, 0..100; 0 for a name that is none. */
uint8_t scan_set_weight(const struct scan_set *set, const char *name);

#endif
