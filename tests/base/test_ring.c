/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#include "base/timestamp.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS 200000

/* A wake-up that does not come would let the tests wait for hours. */
TestSuite(ring, .timeout = 60);

static struct ring *make_ring(size_t slots)
{
    struct ring *ring = NULL;
    cr_assert_eq(ring_new(slots, sizeof(uint64_t), &ring), AJAR_OK);
    return ring;
}

static bool push_number(struct ring *ring, uint64_t number)
{
    uint64_t *slot = ring_reserve(ring);
    if (!slot)
        return false;
    *slot = number;
    ring_push(ring);
    return true;
}

Test(ring, gives_records_in_order_and_holds_its_slots)
{
    struct ring *ring = make_ring(3); /* rounded up to 4 */
    for (uint64_t round = 0; round < 10; round++) {
        for (uint64_t i = 0; i < 4; i++)
            cr_assert(push_number(ring, round * 4 + i));
        cr_assert_not(push_number(ring, 99));
        cr_assert_eq(ring_count(ring), 4);
        for (uint64_t i = 0; i < 4; i++) {
            const uint64_t *record = ring_peek(ring);
            cr_assert(record && *record == round * 4 + i);
            ring_pop(ring);
        }
        cr_assert_null(ring_peek(ring));
        cr_assert_eq(ring_count(ring), 0);
    }
    ring_free(ring);
}

Test(ring, shows_nothing_before_the_push)
{
    struct ring *ring = make_ring(4);
    cr_assert_not_null(ring_reserve(ring));
    cr_assert_null(ring_peek(ring));
    cr_assert_eq(ring_count(ring), 0);
    ring_free(ring);
}

Test(ring, aligns_slots_to_cache_lines)
{
    struct ring *ring = NULL;
    cr_assert_eq(ring_new(2, 65, &ring), AJAR_OK);
    uint8_t *first = ring_reserve(ring);
    ring_push(ring);
    uint8_t *second = ring_reserve(ring);
    cr_assert((uintptr_t)first % 64 == 0 && second - first == 128);
    ring_free(ring);
}

Test(ring, rejects_sizes_that_make_no_ring)
{
    struct ring *ring = NULL;
    cr_expect_eq(ring_new(0, 8, &ring), AJAR_ERR_USAGE);
    cr_expect_eq(ring_new(8, 0, &ring), AJAR_ERR_USAGE);
    cr_expect_eq(ring_new((size_t)1 << 25, 8, &ring), AJAR_ERR_LIMIT);
    cr_expect_eq(ring_new(8, (size_t)1 << 40, &ring), AJAR_ERR_LIMIT);
    cr_expect_eq(ring_new((size_t)1 << 20, 1 << 20, &ring), AJAR_ERR_LIMIT);
    cr_expect_eq(ring_new(8, SIZE_MAX, &ring), AJAR_ERR_LIMIT);
    cr_expect_null(ring);
    ring_free(NULL);
}

Test(ring, gives_what_is_in_it_after_the_close)
{
    struct ring *ring = make_ring(4);
    cr_assert(push_number(ring, 1));
    cr_assert_not(ring_finished(ring));
    ring_close(ring);
    cr_assert_not(ring_finished(ring));
    cr_assert_not_null(ring_peek_wait(ring, 1000));
    ring_pop(ring);
    cr_assert(ring_finished(ring));
    cr_assert_null(ring_peek_wait(ring, 1000000)); /* at once, not after the time */
    cr_assert_null(ring_reserve_wait(ring));
    ring_free(ring);
}

Test(ring, waits_no_longer_than_told)
{
    struct ring *ring = make_ring(4);
    uint64_t before = timestamp_monotonic();
    cr_assert_null(ring_peek_wait(ring, 30));
    uint64_t waited = timestamp_monotonic() - before;
    cr_assert(waited >= 30000000u && waited < 5000000000u);
    ring_free(ring);
}

static void *produce(void *context)
{
    struct ring *ring = context;
    for (uint64_t i = 0; i < RECORDS; i++) {
        uint64_t *slot = ring_reserve_wait(ring);
        if (!slot)
            return NULL;
        *slot = i;
        ring_push(ring);
    }
    ring_close(ring);
    return NULL;
}

/* Takes everything; returns how many came in the right order. */
static uint64_t consume(struct ring *ring)
{
    uint64_t expected = 0;
    while (!ring_finished(ring)) {
        const uint64_t *record = ring_peek_wait(ring, 1000);
        if (!record)
            continue;
        if (*record != expected)
            break;
        expected++;
        ring_pop(ring);
    }
    return expected;
}

Test(ring, carries_every_record_between_two_threads)
{
    static const size_t sizes[] = {1, 2, 64, 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct ring *ring = make_ring(sizes[i]);
        pthread_t producer;
        cr_assert_eq(pthread_create(&producer, NULL, produce, ring), 0);
        cr_expect_eq(consume(ring), RECORDS);
        pthread_join(producer, NULL);
        ring_free(ring);
    }
}

static void *push_later(void *context)
{
    usleep(20000);
    (void)push_number(context, 7);
    return NULL;
}

Test(ring, wakes_a_sleeping_consumer)
{
    struct ring *ring = make_ring(4);
    pthread_t producer;
    cr_assert_eq(pthread_create(&producer, NULL, push_later, ring), 0);
    uint64_t before = timestamp_monotonic();
    const uint64_t *record = ring_peek_wait(ring, 60000);
    uint64_t waited = timestamp_monotonic() - before;
    cr_assert(record && *record == 7);
    cr_assert_lt(waited, 10000000000u);
    pthread_join(producer, NULL);
    ring_free(ring);
}

Test(ring, joins_two_processes)
{
    struct ring *ring = make_ring(64);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        (void)produce(ring);
        _exit(0);
    }
    cr_assert_eq(consume(ring), RECORDS);
    int status = 0;
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
    ring_free(ring);
}
