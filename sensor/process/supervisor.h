/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two processes and the one above them that starts them, and starts them again. The packet side
 * parses hostile bytes, the delivery side talks to the world, and neither can end the other. What
 * they share beside the ring of findings is kept here, in two blocks: the board, which the packet
 * side writes and nobody believes more of than numbers, and the control block, which the packet
 * side does not have.
 *
 * What the two sides do is given as functions: `watch` gives its own, tests put others in place.
 */
#ifndef AJAR_PROCESS_SUPERVISOR_H
#define AJAR_PROCESS_SUPERVISOR_H

#include "ajar/event.h"
#include "ajar/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit status of a packet side whose source went away, or is still away: it is started again every
 * SUPERVISOR_AWAY_MS until it gets ready, and no death is counted. */
#define SUPERVISED_AWAY    75
#define SUPERVISOR_AWAY_MS 2000

/* A side that dies is started again after this, and after twice as long if it dies again, up to the
 * most; a side that lived for SUPERVISOR_STEADY_MS begins anew. */
#define SUPERVISOR_BACKOFF_MS     20
#define SUPERVISOR_BACKOFF_MAX_MS 30000
#define SUPERVISOR_STEADY_MS      1000

/* How long a side has to end when it was asked to; then it is killed. */
#define SUPERVISOR_END_PACKET_MS   5000
#define SUPERVISOR_END_DELIVERY_MS 20000

enum side { SIDE_PACKET, SIDE_DELIVERY, SIDES };

/* One process's access to what the processes share. */
struct supervision;

/* What a side does, in a process of its own; its result is the exit status. */
typedef int (*supervised_function)(void *context, struct supervision *supervision);

/*
 * packet: calls ring_join(), opens its source, calls supervision_ready(), works until SIGTERM
 *   (signals_obey()), ends its flows, closes the ring, returns 0.
 * delivery: opens everything, calls ring_adopt() and supervision_ready(), works until
 *   supervision_is_over() and the ring is empty; its status is then the program's. Returning 0
 *   before means that nobody takes events any more, and ends the program.
 * A side that ends before its first supervision_ready() ends the program with its status: it has
 * said why. Later ends are deaths.
 */
struct supervised {
    supervised_function packet;
    supervised_function delivery;
    void (*begun)(void *context); /* both are ready for the first time; in the supervisor */
    void *context;
};

/*
 * Starts the packet side, then the delivery side, and keeps both alive until SIGTERM or SIGINT: the
 * packet side is then told to end and the delivery side to finish; a second signal ends all at
 * once. SIGHUP: see supervision_take_reopen(). The caller has one thread and called signals_hold().
 * Children die with the supervisor. Returns the program's exit status; in the children it does not
 * return.
 */
int supervisor_run(const struct supervised *sides);

/* Either side: it can work. */
void supervision_ready(struct supervision *supervision);

/* Packet side: whether its source was away when it last ended; then a source that still is away is
 * no news. */
bool supervision_was_away(const struct supervision *supervision);

/* Packet side: its numbers up to now; does not wait. */
void supervision_report(struct supervision *supervision, const struct sensor_status *status);

/* Delivery side: the numbers of all packet sides so far, those of the living as of its last report,
 * and those that delivery sides counted before they died. */
void supervision_read_status(struct supervision *supervision, struct sensor_status *status);

/* Adds what one more delivery side counted to a sum; what is no count stays. */
void supervision_add_counts(struct sensor_status *sum, const struct sensor_status *more);

/* Delivery side: what it counted itself up to now, kept for the case that it dies. */
void supervision_keep_counts(struct supervision *supervision, const struct sensor_status *own);

/*
 * Delivery side: it begins to work on the finding at this place in the ring, and has done so. A
 * finding that ended two delivery sides in a row (by a crash, not by SIGKILL from outside) would
 * end every other one too: for its place the first function says false, and it is left out.
 */
bool supervision_begin_finding(struct supervision *supervision, uint64_t position);
void supervision_end_finding(struct supervision *supervision);

/* Delivery side: drawn when the program started; what the ring of findings is known by. Never 0. */
uint64_t supervision_ring_id(const struct supervision *supervision);

/* Delivery side: the process id of the packet side, 0 while there is none. */
pid_t supervision_packet_pid(const struct supervision *supervision);

/*
 * Delivery side: whether the packet side is dead and the ring is still as it left it. Asked before
 * a look at the ring that finds it empty, then ring_renew() and supervision_renewed(): the next
 * packet side is not started before.
 */
bool supervision_packet_is_gone(const struct supervision *supervision);
void supervision_renewed(struct supervision *supervision);

/* Delivery side: the packet side wrote what no packet side of ours writes (ring_is_broken()); it is
 * killed and counts as dead. */
void supervision_distrust(struct supervision *supervision);

/* Delivery side: no packet side will come any more. */
bool supervision_is_over(const struct supervision *supervision);

/* Delivery side: whether SIGHUP came since the last call. */
bool supervision_take_reopen(struct supervision *supervision);

#define SUPERVISION_CAUSE_MAX 64

/* Delivery side: how often a side died, and how the last time ("killed by signal 9 (Killed)"). */
uint32_t supervision_deaths(const struct supervision *supervision, enum side side,
                            char cause[static SUPERVISION_CAUSE_MAX]);

/* Delivery side: how many of these deaths the world was told of; kept over its own death. */
uint32_t supervision_deaths_told(const struct supervision *supervision, enum side side);
void supervision_tell_deaths(struct supervision *supervision, enum side side, uint32_t deaths);

#endif
