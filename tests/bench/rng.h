/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small seeded random source (splitmix64): the same seed gives the same capture on every
 * machine, which is what makes two bench runs comparable.
 */
#ifndef BENCH_RNG_H
#define BENCH_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

/* Next 64 random bits. */
static inline uint64_t rng_next(struct rng *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* A number in 0 .. bound-1; bound must not be 0. */
static inline uint32_t rng_below(struct rng *r, uint32_t bound)
{
    return (uint32_t)(((rng_next(r) >> 32) * bound) >> 32);
}

/* A number in low .. high, both included. */
static inline uint32_t rng_between(struct rng *r, uint32_t low, uint32_t high)
{
    return low + rng_below(r, high - low + 1);
}

/*
 * Fills out with numbers, each below its bound, drawn in this order. For several numbers in one
 * call: C leaves the order of a call's arguments open, and compilers differ.
 */
static inline void rng_draw(struct rng *r, uint32_t *out, const uint32_t *bounds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = rng_below(r, bounds[i]);
}

/* True in permille of 1000 calls. */
static inline bool rng_chance(struct rng *r, uint32_t permille)
{
    return rng_below(r, 1000) < permille;
}

#endif
