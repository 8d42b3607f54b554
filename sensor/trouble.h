/* SPDX-License-Identifier: Apache-2.0 */
/* When what happened to the sensor is told: at once, and then at most so often of each kind. */
#ifndef AJAR_TROUBLE_H
#define AJAR_TROUBLE_H

#include "ajar/event.h"

#include <stdbool.h>

#define TROUBLE_MINUTE_NS (UINT64_C(60) * 1000000000) /* between two tellings of a loss */
#define TROUBLE_HOUR_NS   (60 * TROUBLE_MINUTE_NS)    /* of what is in order, but to be known */

/* Zero to begin with. */
struct trouble_gate {
    uint64_t told[TROUBLE_KINDS];    /* how much of each count */
    uint64_t told_ns[TROUBLE_KINDS]; /* when; by the monotonic clock, 0 = never */
};

/*
 * Takes what was not told yet of a count that only rises: how much, 0 while there is nothing or
 * the last was told less than `interval_ns` before `now_ns`.
 */
uint64_t trouble_take(struct trouble_gate *gate, enum trouble_kind kind, uint64_t count,
                      uint64_t interval_ns, uint64_t now_ns);

#endif
