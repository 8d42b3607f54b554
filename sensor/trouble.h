/* SPDX-License-Identifier: Apache-2.0 */
/* When what happened to the sensor is told: at once, and then at most once a minute of each kind.
 */
#ifndef AJAR_TROUBLE_H
#define AJAR_TROUBLE_H

#include "ajar/event.h"

#define TROUBLE_INTERVAL_NS (UINT64_C(60) * 1000000000)

/* Zero to begin with. */
struct trouble_gate {
    uint64_t told[TROUBLE_KINDS];    /* how much of each count */
    uint64_t next_ns[TROUBLE_KINDS]; /* not before; by the monotonic clock */
};

/*
 * Takes what was not told yet of a count that only rises: how much, 0 while there is nothing or
 * the last was told less than a minute before `now_ns`.
 */
uint64_t trouble_take(struct trouble_gate *gate, enum trouble_kind kind, uint64_t count,
                      uint64_t now_ns);

#endif
