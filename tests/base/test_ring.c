/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#include "base/timestamp.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
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
    cr_assert_eq(ring_slots(ring), 4);
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
    cr_assert_eq(ring_new(2, 4097, &ring), AJAR_OK);
    first = ring_reserve(ring);
    ring_push(ring);
    second = ring_reserve(ring);
    cr_assert((uintptr_t)first % 4096 == 0 && second - first == 8192);
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

Test(ring, keeps_the_slots_of_records_that_were_only_taken)
{
    struct ring *ring = make_ring(4);
    for (uint64_t i = 0; i < 4; i++)
        cr_assert(push_number(ring, i));
    for (uint64_t i = 0; i < 3; i++) {
        const uint64_t *record = ring_peek(ring);
        cr_assert(record && *record == i);
        ring_take(ring);
    }
    cr_assert_eq(ring_position(ring), 3);
    cr_assert_not(push_number(ring, 4));
    cr_assert_not(ring_is_broken(ring));
    ring_release(ring);
    for (uint64_t i = 4; i < 7; i++)
        cr_assert(push_number(ring, i));
    cr_assert_not(push_number(ring, 7));
    const uint64_t *record = ring_peek(ring);
    cr_assert(record && *record == 3);
    ring_free(ring);
}

/* Takes `count` records from *expected on; false if another came. */
static bool take_numbers(struct ring *ring, uint64_t *expected, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t *record = ring_peek_wait(ring, 10000);
        if (!record || *record != *expected)
            return false;
        ++*expected;
        ring_take(ring);
    }
    return true;
}

static pid_t start(void (*child)(struct ring *ring), struct ring *ring)
{
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        child(ring);
        _exit(1);
    }
    return pid;
}

static void wait_killed(pid_t pid)
{
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Gives two slots back, takes three records more and dies. */
static void take_and_die(struct ring *ring)
{
    uint64_t expected = 0;
    ring_adopt(ring, 0);
    if (!take_numbers(ring, &expected, 2))
        return;
    ring_release(ring);
    if (take_numbers(ring, &expected, 3))
        (void)kill(getpid(), SIGKILL);
}

Test(ring, shows_the_next_consumer_what_a_dead_one_only_took)
{
    struct ring *ring = make_ring(8);
    for (uint64_t i = 0; i < 8; i++)
        cr_assert(push_number(ring, i));
    wait_killed(start(take_and_die, ring));
    cr_assert(push_number(ring, 8) && push_number(ring, 9)); /* what went back can be used */
    cr_assert_not(push_number(ring, 10));

    uint64_t expected = 2;
    ring_adopt(ring, 0);
    cr_assert_eq(ring_position(ring), 2);
    cr_assert(take_numbers(ring, &expected, 8));
    cr_assert_null(ring_peek(ring));
    ring_free(ring);
}

Test(ring, goes_on_where_the_dead_consumer_is_known_to_have_been)
{
    struct ring *ring = make_ring(8);
    for (uint64_t i = 0; i < 8; i++)
        cr_assert(push_number(ring, i));
    wait_killed(start(take_and_die, ring));

    static const struct {
        uint64_t known, begins;
    } cases[] = {{4, 4}, {8, 8}, {2, 2}, {1, 2}, {9, 2}, {UINT64_MAX, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ring_adopt(ring, cases[i].known);
        cr_expect_eq(ring_position(ring), cases[i].begins, "case %zu", i);
        const uint64_t *record = ring_peek(ring);
        cr_expect(cases[i].begins == 8 ? !record : record && *record == cases[i].begins);
        cr_expect_not(ring_is_broken(ring));
    }
    ring_free(ring);
}

/* Fills the ring over its end and dies in the middle of a record. */
static void push_and_die(struct ring *ring)
{
    ring_join(ring);
    for (uint64_t i = 0; i < 5; i++)
        (void)push_number(ring, i);
    uint64_t *slot = ring_reserve_wait(ring);
    if (slot) {
        *slot = 99;
        (void)kill(getpid(), SIGKILL);
    }
}

static void push_and_close(struct ring *ring)
{
    ring_join(ring);
    for (uint64_t i = 5; i < 5 + RECORDS; i++) {
        uint64_t *slot = ring_reserve_wait(ring);
        if (!slot)
            return;
        *slot = i;
        ring_push(ring);
    }
    ring_close(ring);
    _exit(0);
}

Test(ring, is_open_for_the_next_producer_after_the_death_of_one)
{
    struct ring *ring = make_ring(64);
    wait_killed(start(push_and_die, ring));
    uint64_t expected = 0;
    ring_adopt(ring, 0);
    cr_assert(take_numbers(ring, &expected, 5));
    cr_assert_null(ring_peek(ring)); /* the record that was never pushed */
    ring_renew(ring);
    cr_assert_eq(ring_position(ring), 5);
    cr_assert_not(ring_finished(ring));

    pid_t next = start(push_and_close, ring);
    while (expected < 5 + RECORDS && take_numbers(ring, &expected, 1))
        ring_release(ring);
    cr_assert_eq(expected, 5 + RECORDS);
    int status = 0;
    cr_assert(waitpid(next, &status, 0) == next && status == 0);
    cr_assert(ring_finished(ring));
    ring_renew(ring); /* also what was closed */
    cr_assert_not(ring_finished(ring));
    ring_free(ring);
}

/* The counters lie in cache lines of the page before the slots: head, tail, flags. A producer that
 * has a slot's address can write there. */
static void write_counter(void *first_slot, size_t line, uint64_t value)
{
    memcpy((char *)first_slot - 4096 + line * 64, &value, sizeof value);
}

Test(ring, follows_no_counter_that_a_hostile_producer_makes_up)
{
    struct ring *ring = make_ring(4);
    void *first_slot = ring_reserve(ring);
    static const uint64_t heads[] = {5, 1000, UINT64_MAX, (uint64_t)1 << 63};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        write_counter(first_slot, 0, heads[i]);
        cr_expect_null(ring_peek(ring));
        cr_expect(ring_is_broken(ring));
        cr_expect(ring_finished(ring));
        cr_expect_null(ring_peek_wait(ring, 1000000));
        cr_expect_leq(ring_count(ring), 4);
        ring_renew(ring);
        cr_expect_not(ring_is_broken(ring));
        cr_expect_not(ring_finished(ring));
    }
    ring_join(ring);
    cr_assert(push_number(ring, 7));
    const uint64_t *record = ring_peek(ring);
    cr_assert(record && *record == 7);
    ring_free(ring);
}

Test(ring, does_not_believe_that_taken_slots_were_given_back)
{
    struct ring *ring = make_ring(4);
    void *first_slot = ring_reserve(ring);
    for (uint64_t i = 0; i < 4; i++)
        cr_assert(push_number(ring, i));
    for (int i = 0; i < 2; i++) {
        cr_assert_not_null(ring_peek(ring));
        ring_take(ring);
    }
    write_counter(first_slot, 1, 2); /* the tail: as if two slots were free */
    write_counter(first_slot, 0, 6); /* and were filled */
    uint64_t expected = 2;
    cr_assert(take_numbers(ring, &expected, 2));
    cr_assert_null(ring_peek(ring));
    cr_assert(ring_is_broken(ring));
    ring_free(ring);
}

Test(ring, is_taken_over_at_the_known_place_when_its_counters_are_nonsense)
{
    struct ring *ring = make_ring(4);
    void *first_slot = ring_reserve(ring);
    for (uint64_t i = 0; i < 3; i++)
        cr_assert(push_number(ring, i));
    write_counter(first_slot, 1, 77777); /* the tail, beyond the head */
    ring_adopt(ring, 2);
    cr_assert_eq(ring_position(ring), 2);
    const uint64_t *record = ring_peek(ring);
    cr_assert(record && *record == 2);
    write_counter(first_slot, 0, 99999999);
    ring_adopt(ring, 3);
    cr_assert_eq(ring_position(ring), 3);
    cr_assert(ring_is_broken(ring));
    ring_renew(ring);
    cr_assert_eq(ring_position(ring), 3);
    cr_assert_not(ring_is_broken(ring));
    ring_free(ring);
}
