/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"
#include "emit/redis_queue.h"
#include "ledger/findings.h"

#include <stdlib.h>

#define MS 1000000ULL

static struct redis_queue queue;

static void setup(void)
{
    cr_assert_eq(redis_queue_init(&queue), AJAR_OK);
}

static void teardown(void)
{
    redis_queue_clear(&queue);
}

TestSuite(redis_queue, .init = setup, .fini = teardown);

static struct redis_item *make_item(unsigned number, size_t bytes)
{
    struct redis_item *item = calloc(1, sizeof *item);
    cr_assert(item);
    item->refusals = number;
    item->bytes = bytes;
    return item;
}

static void push(unsigned number)
{
    cr_assert(redis_queue_push(&queue, make_item(number, 100), 0));
}

/* Frees what was taken; the numbers go on from `first`. */
static unsigned free_list(struct redis_item *item, unsigned first)
{
    unsigned count = 0;
    while (item) {
        struct redis_item *next = item->next;
        cr_assert_eq(item->refusals, first + count);
        free(item);
        item = next;
        count++;
    }
    return count;
}

Test(redis_queue, gives_items_in_order)
{
    for (unsigned i = 0; i < 5; i++)
        push(i);
    cr_assert_eq(redis_queue_count(&queue), 5);
    cr_assert_eq(free_list(redis_queue_take(&queue, 3, 1000, 0), 0), 3);
    push(5);
    cr_assert_eq(free_list(redis_queue_take(&queue, 10, 1000, 0), 3), 3);
    cr_assert_null(redis_queue_take(&queue, 10, 1000, 0));
    push(6);
    cr_assert_eq(free_list(redis_queue_take(&queue, 10, 1000, 0), 6), 1);
}

Test(redis_queue, bounds_a_batch_by_bytes_but_gives_one)
{
    for (unsigned i = 0; i < 3; i++)
        push(i);
    cr_assert_eq(free_list(redis_queue_take(&queue, 10, 250, 0), 0), 2);
    cr_assert_eq(free_list(redis_queue_take(&queue, 10, 1, 0), 2), 1);
}

Test(redis_queue, refuses_more_than_its_bytes)
{
    cr_assert(redis_queue_push(&queue, make_item(0, REDIS_QUEUE_BYTES_MAX), 0));
    struct redis_item *extra = make_item(1, 1);
    cr_assert_not(redis_queue_push(&queue, extra, 0));
    uint64_t before = timestamp_monotonic();
    cr_assert_not(redis_queue_push(&queue, extra, 50));
    cr_assert_geq(timestamp_monotonic() - before, 45 * MS, "it waited");
    (void)free_list(redis_queue_take(&queue, 1, 1, 0), 0);
    cr_assert(redis_queue_push(&queue, extra, 0));
}

Test(redis_queue, refuses_more_than_its_events)
{
    for (unsigned i = 0; i < REDIS_QUEUE_EVENTS_MAX; i++)
        cr_assert(redis_queue_push(&queue, make_item(i, 1), 0));
    struct redis_item *extra = make_item(0, 1);
    cr_assert_not(redis_queue_push(&queue, extra, 0));
    free(extra);
}

Test(redis_queue, refuses_after_closing)
{
    push(0);
    redis_queue_set_state(&queue, REDIS_QUEUE_CLOSING);
    struct redis_item *extra = make_item(1, 1);
    cr_assert_not(redis_queue_push(&queue, extra, 0));
    free(extra);
    cr_assert_eq(redis_queue_state(&queue), REDIS_QUEUE_CLOSING);
    cr_assert_eq(redis_queue_count(&queue), 1, "what was there stays");
}

static void *close_soon(void *context)
{
    (void)context;
    redis_queue_pause(&queue, 30);
    redis_queue_set_state(&queue, REDIS_QUEUE_CLOSING);
    return NULL;
}

Test(redis_queue, wakes_who_waits_when_it_closes)
{
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, close_soon, NULL), 0);
    uint64_t before = timestamp_monotonic();
    cr_assert_null(redis_queue_take(&queue, 1, 1, 20000));
    cr_assert_lt(timestamp_monotonic() - before, 5 * SECOND);
    (void)pthread_join(thread, NULL);
    before = timestamp_monotonic();
    redis_queue_pause(&queue, 40);
    cr_assert_geq(timestamp_monotonic() - before, 35 * MS, "closed before: the pause is whole");
}
