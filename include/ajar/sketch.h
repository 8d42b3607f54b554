/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many different values there were, in 256 bytes: HyperLogLog (Flajolet et al. 2007) with 512
 * registers of 4 bits; for few values it counts empty registers, which is nearly exact. The
 * standard error is 4.6 %. Sketches of the same hash merge; beyond SKETCH_MOST it only says "so
 * many or more". Flat, as it crosses processes and is kept over restarts.
 */
#ifndef AJAR_SKETCH_H
#define AJAR_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

#define SKETCH_REGISTERS 512
#define SKETCH_MOST      UINT64_C(4000000) /* an estimate above it is this number */

/* All zero is empty. Two registers a byte, the even one in the low half. */
struct sketch {
    uint8_t registers[SKETCH_REGISTERS / 2];
};

/* Adds a value by its hash: 64 good bits, of the same function in every run. True: the sketch
 * changed. */
bool sketch_add(struct sketch *sketch, uint64_t hash);

/* Makes `sketch` that of both. True: it changed. */
bool sketch_merge(struct sketch *sketch, const struct sketch *more);

/* How many different values were added, about. */
uint64_t sketch_estimate(const struct sketch *sketch);

#endif
