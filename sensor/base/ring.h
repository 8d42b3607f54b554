/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of fixed-size slots with one producer and one consumer, lock-free, in one block of memory
 * without pointers. The block is mapped shared: a ring made before fork() joins two processes, one
 * producing, the other consuming. A consumer that does not trust the producer copies a record
 * before it checks it, as the producer could still write to it.
 */
#ifndef AJAR_BASE_RING_H
#define AJAR_BASE_RING_H

#include "ajar/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/*
 * A ring of `slots` (rounded up to a power of two) records of `slot_bytes` (rounded up to 64, or
 * to pages of 4096 above half of one, and aligned so). AJAR_ERR_USAGE for nothing of either,
 * AJAR_ERR_LIMIT above 2^24 slots or 1 GiB, AJAR_ERR_MEMORY. Free with ring_free(), which accepts
 * NULL.
 */
enum ajar_status ring_new(size_t slots, size_t slot_bytes, struct ring **ring);
void ring_free(struct ring *ring);

/* How many slots it has. Any side. */
size_t ring_slots(const struct ring *ring);

/* Producer: the slot to fill, or NULL when the ring is full. Nothing is visible before ring_push().
 */
void *ring_reserve(struct ring *ring);

/* Producer: hands the reserved slot over and wakes a waiting consumer. */
void ring_push(struct ring *ring);

/* Producer: like ring_reserve(), but waits for room; NULL only after ring_close(). */
void *ring_reserve_wait(struct ring *ring);

/* Producer: nothing more will come; the consumer still gets what is in the ring. */
void ring_close(struct ring *ring);

/* Consumer: the oldest record, borrowed until ring_pop(), or NULL when there is none. */
const void *ring_peek(struct ring *ring);

/* Consumer: waits up to `timeout_ms` for a record; NULL when none came or the ring is closed and
 * empty. Slots that were taken are released before it waits by whoever wants a waiting producer to
 * go on. */
const void *ring_peek_wait(struct ring *ring, int timeout_ms);

/* Consumer: gives the oldest slot back. */
void ring_pop(struct ring *ring);

/*
 * Consumer: goes past the oldest record but keeps its slot until ring_release(), which gives all
 * slots back that were taken. For a consumer that wants to be sure of its work first: if it dies
 * between the two, the next one finds the records still there. ring_pop() is both.
 */
void ring_take(struct ring *ring);
void ring_release(struct ring *ring);

/* Records ever taken: goes on over ring_adopt() and ring_renew(). Consumer. */
uint64_t ring_position(const struct ring *ring);

/*
 * Consumer, in a process that takes over from one that died: goes on at `position`, where the dead
 * one is known to have been; 0, or a position that is no longer in the ring: at the oldest slot
 * that was not given back.
 */
void ring_adopt(struct ring *ring, uint64_t position);

/* Consumer, once the producer is dead and what it left was taken: an empty, open ring; releases.
 * The next producer calls ring_join() before anything else. */
void ring_renew(struct ring *ring);
void ring_join(struct ring *ring);

/* Whether nothing will come any more: the ring is closed and empty, or broken. Consumer only. */
bool ring_finished(struct ring *ring);

/* Whether the counters are none that a producer of ours can have written; then nothing can be got
 * out any more before a ring_renew(). Consumer only. */
bool ring_is_broken(const struct ring *ring);

/* Records in it now; exact for neither side, good for statistics. */
size_t ring_count(const struct ring *ring);

#endif
