/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HyperLogLog: a register keeps the longest run of zero bits that a hash of its share began with.
 */
#include "ajar/sketch.h"

#include <math.h>

#define INDEX_BITS   9
#define REGISTER_MAX 15
#define ALPHA        (0.7213 / (1 + 1.079 / SKETCH_REGISTERS))

_Static_assert(1 << INDEX_BITS == SKETCH_REGISTERS, "the index names each register");

static unsigned read_register(const struct sketch *sketch, unsigned index)
{
    return sketch->registers[index / 2] >> (index % 2 * 4) & 0x0f;
}

static bool raise_register(struct sketch *sketch, unsigned index, unsigned rank)
{
    if (rank <= read_register(sketch, index))
        return false;
    uint8_t *both = &sketch->registers[index / 2];
    unsigned shift = index % 2 * 4;
    *both = (uint8_t)((*both & ~(0x0fu << shift)) | rank << shift);
    return true;
}

bool sketch_add(struct sketch *sketch, uint64_t hash)
{
    unsigned index = (unsigned)(hash & (SKETCH_REGISTERS - 1));
    uint64_t rest = hash >> INDEX_BITS;
    unsigned rank = rest ? (unsigned)__builtin_ctzll(rest) + 1 : REGISTER_MAX;
    return raise_register(sketch, index, rank < REGISTER_MAX ? rank : REGISTER_MAX);
}

bool sketch_merge(struct sketch *sketch, const struct sketch *more)
{
    bool changed = false;
    for (unsigned i = 0; i < SKETCH_REGISTERS; i++)
        changed |= raise_register(sketch, i, read_register(more, i));
    return changed;
}

uint64_t sketch_estimate(const struct sketch *sketch)
{
    unsigned counts[REGISTER_MAX + 1] = {0};
    for (unsigned i = 0; i < sizeof sketch->registers; i++) {
        counts[sketch->registers[i] & 0x0f]++;
        counts[sketch->registers[i] >> 4]++;
    }
    double sum = 0;
    for (unsigned rank = 0; rank <= REGISTER_MAX; rank++)
        sum += counts[rank] / (double)(1u << rank);
    double estimate = ALPHA * SKETCH_REGISTERS * SKETCH_REGISTERS / sum;
    if (counts[0] > 0 && estimate <= 2.5 * SKETCH_REGISTERS)
        estimate = SKETCH_REGISTERS * log((double)SKETCH_REGISTERS / counts[0]);
    return estimate < (double)SKETCH_MOST ? (uint64_t)llround(estimate) : SKETCH_MOST;
}
