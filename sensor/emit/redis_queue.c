/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue of events under a mutex: at a few thousand events a second a lock costs nothing, and
 * both sides may wait. Lists instead of a ring, because events have very different sizes.
 */
#include "emit/redis_queue.h"

#include <stdlib.h>
#include <time.h>

enum ajar_status redis_queue_init(struct redis_queue *queue)
{
    pthread_condattr_t attributes;
    *queue = (struct redis_queue){.first = NULL};
    queue->last_link = &queue->first;
    if (pthread_condattr_init(&attributes) != 0)
        return AJAR_ERR_SYSTEM;
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    bool made = pthread_cond_init(&queue->changed, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    if (!made)
        return AJAR_ERR_SYSTEM;
    if (pthread_mutex_init(&queue->lock, NULL) != 0) {
        (void)pthread_cond_destroy(&queue->changed);
        return AJAR_ERR_SYSTEM;
    }
    return AJAR_OK;
}

void redis_queue_clear(struct redis_queue *queue)
{
    while (queue->first) {
        struct redis_item *item = queue->first;
        queue->first = item->next;
        free(item);
    }
    (void)pthread_cond_destroy(&queue->changed);
    (void)pthread_mutex_destroy(&queue->lock);
}

static struct timespec deadline_in(int ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += ms % 1000 * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

/* Waits for a change; false when the time is over. The lock is held. */
static bool wait_until(struct redis_queue *queue, const struct timespec *deadline)
{
    return pthread_cond_timedwait(&queue->changed, &queue->lock, deadline) == 0;
}

static bool has_room(const struct redis_queue *queue, const struct redis_item *item)
{
    return queue->count < REDIS_QUEUE_EVENTS_MAX &&
           queue->bytes + item->bytes <= REDIS_QUEUE_BYTES_MAX;
}

bool redis_queue_push(struct redis_queue *queue, struct redis_item *item, int wait_ms)
{
    struct timespec deadline = deadline_in(wait_ms);
    (void)pthread_mutex_lock(&queue->lock);
    while (!has_room(queue, item) && wait_ms > 0 && wait_until(queue, &deadline)) {
    }
    bool fits = has_room(queue, item) && queue->state == REDIS_QUEUE_OPEN;
    if (fits) {
        item->next = NULL;
        *queue->last_link = item;
        queue->last_link = &item->next;
        queue->count++;
        queue->bytes += item->bytes;
        (void)pthread_cond_broadcast(&queue->changed);
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return fits;
}

/* Unlinks up to `items` items and `bytes` bytes from the front. The lock is held. */
static struct redis_item *unlink_front(struct redis_queue *queue, size_t items, size_t bytes)
{
    struct redis_item *front = queue->first, *last = NULL;
    size_t taken = 0;
    for (struct redis_item *item = front; item && items > 0; item = item->next, items--) {
        if (last && taken + item->bytes > bytes)
            break;
        taken += item->bytes;
        queue->count--;
        last = item;
    }
    if (!last)
        return NULL;
    queue->bytes -= taken;
    queue->first = last->next;
    if (!queue->first)
        queue->last_link = &queue->first;
    last->next = NULL;
    return front;
}

struct redis_item *redis_queue_take(struct redis_queue *queue, size_t items, size_t bytes,
                                    int wait_ms)
{
    struct timespec deadline = deadline_in(wait_ms);
    (void)pthread_mutex_lock(&queue->lock);
    while (!queue->first && queue->state == REDIS_QUEUE_OPEN && wait_ms > 0 &&
           wait_until(queue, &deadline)) {
    }
    struct redis_item *front = unlink_front(queue, items, bytes);
    if (front)
        (void)pthread_cond_broadcast(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
    return front;
}

void redis_queue_set_state(struct redis_queue *queue, enum redis_queue_state state)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->state = state;
    (void)pthread_cond_broadcast(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
}

enum redis_queue_state redis_queue_state(struct redis_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    enum redis_queue_state state = queue->state;
    (void)pthread_mutex_unlock(&queue->lock);
    return state;
}

void redis_queue_pause(struct redis_queue *queue, int wait_ms)
{
    struct timespec deadline = deadline_in(wait_ms);
    (void)pthread_mutex_lock(&queue->lock);
    enum redis_queue_state before = queue->state;
    while (queue->state == before && wait_ms > 0 && wait_until(queue, &deadline)) {
    }
    (void)pthread_mutex_unlock(&queue->lock);
}

size_t redis_queue_count(struct redis_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    size_t count = queue->count;
    (void)pthread_mutex_unlock(&queue->lock);
    return count;
}
