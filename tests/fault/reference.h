/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The undisturbed run: the same findings straight through the ledger, no ring, no journal, no
 * Redis, nobody killed.
 */
#ifndef AJAR_TESTS_FAULT_REFERENCE_H
#define AJAR_TESTS_FAULT_REFERENCE_H

#include "config/config.h"

#include <stdio.h>

/*
 * Writes a line for each event of findings 0 .. count-1: number of the finding, action, event id,
 * exposure id ("-" = none), CRC-32 of its JSON document with "sequence":0; tabs between. One
 * sentence in *problem on failure.
 */
enum ajar_status reference_write(const struct config *config, uint64_t seed, uint64_t count,
                                 FILE *out, struct problem *problem);

#endif
