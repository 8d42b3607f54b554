/* SPDX-License-Identifier: Apache-2.0 */
/* What a delivery side consists of, for the files that make it up. Nobody else includes this. */
#ifndef AJAR_DELIVERY_INSIDE_H
#define AJAR_DELIVERY_INSIDE_H

#include "delivery.h"
#include "journal/journal.h"
#include "trouble.h"

#include <pthread.h>
#include <stdatomic.h>

struct delivery {
    struct delivery_options options;
    struct enricher *enricher;
    struct scanners *scanners; /* NULL = none is known */
    struct journal *journal;   /* NULL = none */
    struct emitter *emitter;
    struct policy *policy;
    struct ledger *ledger;
    pthread_t thread;
    bool started;
    _Atomic bool needless;
    struct finding finding;  /* the one at hand: our own copy */
    unsigned taken;          /* findings since the slots went back */
    bool unsettled;          /* something was taken or told since the last commit */
    bool redis_stalls;       /* `read`: Redis takes nothing; nobody waits for it any more */
    unsigned hold_max;       /* slots held back at most */
    uint64_t next_commit_ns; /* not before; all times by the monotonic clock */
    uint64_t next_look_ns;   /* at the numbers and the troubles */
    uint64_t next_status_ns; /* event */
    uint64_t findings_refused;
    uint64_t findings_own;
    struct trouble_gate gate;
};

static inline bool delivery_is_live(const struct delivery *delivery)
{
    return delivery->options.supervision != NULL;
}

/* Accepts what was told so far, pushes lines out, gives the slots of the ring back. A journal that
 * does not accept leaves it unsettled, and the slots are kept as long as the ring has room. */
void delivery_settle(struct delivery *delivery);

/* Tells what was folded and is due at this packet time; UINT64_MAX: all. */
void delivery_tick(struct delivery *delivery, uint64_t time_ns);

/* Everything that is due by the clock: numbers, status event, troubles, files to open again. Cheap
 * when nothing is. */
void delivery_look_around(struct delivery *delivery);

/* What happened to the sensor and was not told yet; live. */
void delivery_tell_troubles(struct delivery *delivery, uint64_t time_ns);

/* The status event. */
void delivery_tell_status(struct delivery *delivery, const struct sensor_status *numbers);

#endif
