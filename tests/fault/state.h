/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the feeder must not forget when all of it is killed: how far the producer is, and which
 * findings never got into the ring. A mapped file, read by tests/fault/feeder.py as it is written.
 */
#ifndef AJAR_TESTS_FAULT_STATE_H
#define AJAR_TESTS_FAULT_STATE_H

#include "ajar/problem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define STATE_CUT_MAX 256

struct state {
    uint64_t seed;
    uint64_t count;              /* of findings to make in all */
    uint64_t slots;              /* of the ring */
    _Atomic uint64_t rate;       /* findings a second; may be changed from outside at any time */
    _Atomic uint64_t begun;      /* findings 0 .. begun-1 were handed to the ring, or dropped, */
    _Atomic uint64_t done;       /* of them, for certain; begun == done but in the middle of one */
    _Atomic uint64_t dropped;    /* the ring was full */
    _Atomic uint64_t starts;     /* of the producer */
    _Atomic uint64_t supervisor; /* once both sides were ready for the first time */
    _Atomic uint64_t packet_process; /* ids of the processes */
    _Atomic uint64_t delivery_process;
    _Atomic uint64_t pushed_ns;   /* wall clock of the last push */
    _Atomic uint64_t cuts;        /* in cut[] */
    uint64_t cut[STATE_CUT_MAX];  /* findings in whose middle the producer died */
    _Atomic uint8_t drop_bits[1]; /* a bit for each finding: dropped */
};

/* Opens or makes the file; what it says of seed and count wins over a new start's. Mapped until the
 * process ends. AJAR_ERR_SYSTEM. */
enum ajar_status state_open(const char *path, uint64_t seed, uint64_t count, uint64_t rate,
                            struct state **state, struct problem *problem);

/* The producer's start: notes the finding in whose middle the one before died; gives the next. */
uint64_t state_begin(struct state *state);

/* Around handing over finding `number`. */
void state_push_begins(struct state *state, uint64_t number);
void state_push_ends(struct state *state, uint64_t number, bool dropped);

#endif
