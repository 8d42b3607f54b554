/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single-producer, single-consumer ring, between readers, workers and the ledger. The block with
 * the slots is mapped shared, so a ring made before fork() joins two processes; it holds no
 * pointers, and each side trusts only its own copy of what it wrote, so that the side that parses
 * hostile bytes cannot lead the other outside the block. Who sleeps says so in a flag (a futex
 * word); nobody makes a system call for a peer that is awake.
 */
#include "base/ring.h"

#include "base/timestamp.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CACHE_LINE       64
#define PAGE             4096
#define RING_SLOTS_MAX   ((size_t)1 << 24)
#define RING_BYTES_MAX   ((size_t)1 << 30)
#define PRODUCER_WAIT_MS 10 /* a full ring is looked at again after this in any case */

/* In the shared block, before the slots. */
struct ring_shared {
    alignas(CACHE_LINE) _Atomic uint64_t head; /* records ever pushed; producer writes */
    alignas(CACHE_LINE) _Atomic uint64_t tail; /* records whose slots came back; consumer writes */
    alignas(CACHE_LINE) _Atomic uint32_t consumer_sleeps;
    _Atomic uint32_t producer_sleeps;
    _Atomic uint32_t closed;
    alignas(PAGE) uint8_t slots[];
};

/* In the memory of each process. */
struct ring {
    struct ring_shared *shared;
    size_t slots; /* a power of two */
    size_t slot_bytes;
    size_t block_bytes;
    alignas(CACHE_LINE) uint64_t head; /* producer's own */
    uint64_t tail_seen;                /* producer's last look at the consumer */
    alignas(CACHE_LINE) uint64_t tail; /* consumer's own: records ever taken */
    uint64_t released;                 /* of them, those whose slots went back */
    uint64_t head_seen;                /* consumer's last look at the producer */
};

static void futex_sleep(_Atomic uint32_t *flag, int64_t timeout_ns)
{
    const struct timespec timeout = timestamp_to_timespec((uint64_t)timeout_ns);
    (void)syscall(SYS_futex, flag, FUTEX_WAIT, 1, &timeout, NULL, 0);
}

/* Wakes the peer if its flag is up. */
static void futex_wake(_Atomic uint32_t *flag)
{
    if (atomic_exchange(flag, 0) != 0)
        (void)syscall(SYS_futex, flag, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Records that fill little of a large slot touch one page of it, not two. */
static size_t round_up_bytes(size_t bytes)
{
    size_t unit = bytes > PAGE / 2 ? PAGE : CACHE_LINE;
    return (bytes + unit - 1) / unit * unit;
}

static size_t round_up_slots(size_t slots)
{
    size_t power = 1;
    while (power < slots)
        power *= 2;
    return power;
}

enum ajar_status ring_new(size_t slots, size_t slot_bytes, struct ring **ring)
{
    if (slots == 0 || slot_bytes == 0)
        return AJAR_ERR_USAGE;
    if (slots > RING_SLOTS_MAX || slot_bytes > RING_BYTES_MAX)
        return AJAR_ERR_LIMIT;
    slots = round_up_slots(slots);
    slot_bytes = round_up_bytes(slot_bytes);
    if (slot_bytes > RING_BYTES_MAX / slots)
        return AJAR_ERR_LIMIT;

    struct ring *made = aligned_alloc(CACHE_LINE, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    size_t block_bytes = sizeof(struct ring_shared) + slots * slot_bytes;
    void *block =
        mmap(NULL, block_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
        free(made);
        return AJAR_ERR_MEMORY;
    }
    *made = (struct ring){
        .shared = block, .slots = slots, .slot_bytes = slot_bytes, .block_bytes = block_bytes};
    *ring = made;
    return AJAR_OK;
}

void ring_free(struct ring *ring)
{
    if (!ring)
        return;
    (void)munmap(ring->shared, ring->block_bytes);
    free(ring);
}

size_t ring_slots(const struct ring *ring)
{
    return ring->slots;
}

static void *slot_at(const struct ring *ring, uint64_t index)
{
    return ring->shared->slots + (index & (ring->slots - 1)) * ring->slot_bytes;
}

void *ring_reserve(struct ring *ring)
{
    if (ring->head - ring->tail_seen >= ring->slots) {
        ring->tail_seen = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);
        if (ring->head - ring->tail_seen >= ring->slots)
            return NULL;
    }
    return slot_at(ring, ring->head);
}

void ring_push(struct ring *ring)
{
    ring->head++;
    /* Store, then look at the flag: sequentially consistent, as the consumer raises its flag and
     * then looks at head, and one of the two must see the other. */
    atomic_store(&ring->shared->head, ring->head);
    if (atomic_load(&ring->shared->consumer_sleeps))
        futex_wake(&ring->shared->consumer_sleeps);
}

static bool is_closed(const struct ring *ring)
{
    return atomic_load(&ring->shared->closed) != 0;
}

void *ring_reserve_wait(struct ring *ring)
{
    for (;;) {
        void *slot = ring_reserve(ring);
        if (slot)
            return is_closed(ring) ? NULL : slot;
        if (is_closed(ring))
            return NULL;
        atomic_store(&ring->shared->producer_sleeps, 1);
        slot = ring_reserve(ring);
        if (!slot && !is_closed(ring))
            futex_sleep(&ring->shared->producer_sleeps, PRODUCER_WAIT_MS * 1000000LL);
        atomic_store(&ring->shared->producer_sleeps, 0);
    }
}

void ring_close(struct ring *ring)
{
    atomic_store(&ring->shared->closed, 1);
    futex_wake(&ring->shared->consumer_sleeps);
    futex_wake(&ring->shared->producer_sleeps);
}

/*
 * Records that can be taken between the consumer's place and `head`, or false: no producer of ours
 * wrote that. The shared tail is not looked at, as the producer could have changed it.
 */
static bool is_possible(const struct ring *ring, uint64_t head)
{
    return head - ring->tail <= ring->slots - (ring->tail - ring->released);
}

const void *ring_peek(struct ring *ring)
{
    if (ring->head_seen == ring->tail) {
        uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
        if (!is_possible(ring, head))
            return NULL;
        ring->head_seen = head;
        if (head == ring->tail)
            return NULL;
    }
    return slot_at(ring, ring->tail);
}

/* Sleeps once, unless a record or the end came meanwhile. */
static void consumer_sleep(struct ring *ring, int64_t timeout_ns)
{
    atomic_store(&ring->shared->consumer_sleeps, 1);
    /* A producer that went to sleep between two pops would not be woken by another pop. */
    if (atomic_load(&ring->shared->producer_sleeps))
        futex_wake(&ring->shared->producer_sleeps);
    if (atomic_load(&ring->shared->head) == ring->tail && !is_closed(ring))
        futex_sleep(&ring->shared->consumer_sleeps, timeout_ns);
    atomic_store(&ring->shared->consumer_sleeps, 0);
}

const void *ring_peek_wait(struct ring *ring, int timeout_ms)
{
    const void *record = ring_peek(ring);
    if (record || timeout_ms <= 0)
        return record;
    uint64_t deadline = timestamp_monotonic() + (uint64_t)timeout_ms * 1000000u;
    while (!record && !ring_finished(ring)) {
        uint64_t now = timestamp_monotonic();
        if (now >= deadline)
            break;
        consumer_sleep(ring, (int64_t)(deadline - now));
        record = ring_peek(ring);
    }
    return record;
}

void ring_take(struct ring *ring)
{
    ring->tail++;
}

void ring_release(struct ring *ring)
{
    if (ring->released == ring->tail)
        return;
    ring->released = ring->tail;
    atomic_store_explicit(&ring->shared->tail, ring->tail, memory_order_release);
    /* A waiting producer is woken once half the ring is free, not for every slot. */
    if (atomic_load_explicit(&ring->shared->producer_sleeps, memory_order_relaxed) &&
        ring->head_seen - ring->tail <= ring->slots / 2)
        futex_wake(&ring->shared->producer_sleeps);
}

void ring_pop(struct ring *ring)
{
    ring_take(ring);
    ring_release(ring);
}

uint64_t ring_position(const struct ring *ring)
{
    return ring->tail;
}

void ring_adopt(struct ring *ring, uint64_t position)
{
    uint64_t tail = atomic_load(&ring->shared->tail);
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
    if (head - tail > ring->slots)
        tail = position; /* broken: only our own number is worth something */
    /* A place before the tail is one whose slots may hold later records by now. */
    bool is_there = position - tail <= head - tail;
    ring->released = tail;
    ring->tail = is_there ? position : tail;
    ring->head_seen = ring->tail;
}

void ring_renew(struct ring *ring)
{
    ring->released = ring->tail;
    ring->head_seen = ring->tail;
    atomic_store(&ring->shared->tail, ring->tail);
    atomic_store(&ring->shared->head, ring->tail);
    atomic_store(&ring->shared->closed, 0);
    atomic_store(&ring->shared->producer_sleeps, 0);
}

void ring_join(struct ring *ring)
{
    ring->head = atomic_load(&ring->shared->head);
    ring->tail_seen = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);
}

bool ring_is_broken(const struct ring *ring)
{
    return !is_possible(ring, atomic_load(&ring->shared->head));
}

bool ring_finished(struct ring *ring)
{
    bool closed = is_closed(ring); /* first: what was pushed before the close is then seen */
    uint64_t head = atomic_load(&ring->shared->head);
    return !is_possible(ring, head) || (closed && head == ring->tail);
}

size_t ring_count(const struct ring *ring)
{
    uint64_t tail = atomic_load(&ring->shared->tail);
    uint64_t head = atomic_load(&ring->shared->head);
    return head - tail > ring->slots ? ring->slots : (size_t)(head - tail);
}
