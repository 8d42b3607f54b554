/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events between the delivery thread and the writer to Redis: first in, first out, bounded in
 * number and bytes.
 */
#ifndef AJAR_EMIT_REDIS_QUEUE_H
#define AJAR_EMIT_REDIS_QUEUE_H

#include "emit/redis_item.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDIS_QUEUE_EVENTS_MAX 65536
#define REDIS_QUEUE_BYTES_MAX  (32u << 20)

enum redis_queue_state {
    REDIS_QUEUE_OPEN,
    REDIS_QUEUE_CLOSING,   /* nothing more comes; what is there is still delivered */
    REDIS_QUEUE_ABANDONED, /* the time for that is over */
};

struct redis_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* monotonic clock; told on every change */
    struct redis_item *first;
    struct redis_item **last_link;
    size_t count;
    size_t bytes;
    enum redis_queue_state state;
};

/* `queue` must stay where it is. AJAR_ERR_SYSTEM. */
enum ajar_status redis_queue_init(struct redis_queue *queue);

/* Frees what is still in it. No thread may use it any more. */
void redis_queue_clear(struct redis_queue *queue);

/* Hands the item over. Waits up to `wait_ms` for room; false: there was none, and the item is still
 * the caller's. Delivery thread. */
bool redis_queue_push(struct redis_queue *queue, struct redis_item *item, int wait_ms);

/* Takes the oldest items, up to this number and bytes (at least one if there is any), waiting up
 * to `wait_ms` for the first. NULL: none. Writer thread. */
struct redis_item *redis_queue_take(struct redis_queue *queue, size_t items, size_t bytes,
                                    int wait_ms);

/* Moves to a later state; wakes whoever waits. */
void redis_queue_set_state(struct redis_queue *queue, enum redis_queue_state state);
enum redis_queue_state redis_queue_state(struct redis_queue *queue);

/* Waits up to `wait_ms`, or until the state changes. */
void redis_queue_pause(struct redis_queue *queue, int wait_ms);

/* Items in it now. */
size_t redis_queue_count(struct redis_queue *queue);

#endif
