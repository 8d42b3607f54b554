/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the three processes share, as supervision.c keeps it and supervisor.c drives it. Nobody else
 * includes this.
 */
#ifndef AJAR_PROCESS_SUPERVISION_H
#define AJAR_PROCESS_SUPERVISION_H

#include "process/supervisor.h"

#include <stdatomic.h>

#define STATUS_WORDS (sizeof(struct sensor_status) / sizeof(uint64_t))

/* A struct sensor_status written by one process and read by another that never waits for it: the
 * count is odd while it is being written. */
struct shared_status {
    _Atomic uint32_t count;
    _Atomic uint64_t words[STATUS_WORDS];
};

/* Written by the packet side, which may be anybody by then. */
struct board {
    _Atomic uint32_t ready;
    struct shared_status status;
};

/* Deaths of a side. `wait_status` is written before `count`. */
struct deaths {
    _Atomic uint32_t count;
    _Atomic uint32_t told;   /* written by the delivery side */
    _Atomic int wait_status; /* as waitpid(2) gave it */
};

/* Written by supervisor and delivery side; the packet side has it no more when it starts. Packet
 * sides are numbered from 1 as they are started. */
struct control {
    uint64_t ring_id;
    _Atomic uint32_t delivery_ready;
    _Atomic uint32_t started; /* the last packet side */
    _Atomic uint32_t gone;    /* the last one that is dead */
    _Atomic uint32_t renewed; /* the last one whose remains were taken; delivery side */
    _Atomic uint32_t broken;  /* the last one that is not trusted any more; delivery side */
    _Atomic uint32_t over;
    _Atomic uint32_t reopens;
    _Atomic int packet_pid;
    struct deaths deaths[SIDES];
    struct shared_status ended;     /* sums of the dead sides */
    struct shared_status delivered; /* counts of the living delivery side */
    /* Findings by their place in the ring, from 1; delivery side, and supervisor while it is dead.
     */
    _Atomic uint64_t at_work; /* 0 = none */
    uint64_t suspect;         /* ended the last delivery side */
    uint64_t fatal;           /* ended two in a row */
};

struct supervision {
    struct board *board;
    struct control *control;           /* NULL on the packet side */
    bool was_away;                     /* as the packet side shall see it */
    uint32_t reopens_seen;             /* delivery side's own */
    struct sensor_status last_numbers; /* delivery side's own: while none can be read */
};

/* Maps both blocks. AJAR_ERR_SYSTEM, AJAR_ERR_MEMORY. */
enum ajar_status supervision_init(struct supervision *supervision);
void supervision_clear(struct supervision *supervision);

/* In the packet side, before it runs: gives the control block up for good. */
void supervision_detach(struct supervision *supervision);

/* Adds what the packet side that just died reported to the sums, and clears the board for the next.
 */
void supervision_end_packet(struct supervision *supervision);

/* Adds what the delivery side that just died had counted to the sums, and remembers which finding
 * it was working on, unless it was killed from outside. */
void supervision_end_delivery(struct supervision *supervision, int wait_status);

/* Counts a death of a side. */
void supervision_add_death(struct supervision *supervision, enum side side, int wait_status);

/* What a wait status says, for people: "killed by signal 9 (Killed)". */
void supervision_describe(int wait_status, char cause[static SUPERVISION_CAUSE_MAX]);

#endif
