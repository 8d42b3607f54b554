/* SPDX-License-Identifier: Apache-2.0 */
/* The pool of held segments: rings by sequence, one list by age, nothing lost, nothing grown. */
#include "flow/segments.h"

#include <criterion/criterion.h>

#define CAPACITY 4

static struct segment_pool pool;
static struct flow flow;

static void set_up(void)
{
    pool = (struct segment_pool){.capacity = 0};
    cr_assert_eq(segments_init(&pool, CAPACITY), AJAR_OK);
    flow = (struct flow){.index = 3};
}

static void tear_down(void)
{
    segments_clear(&pool);
}

TestSuite(flow_segments, .init = set_up, .fini = tear_down);

static void insert(unsigned side, uint32_t before, uint32_t sequence, const char *text)
{
    segments_insert(&pool, &flow, side, before,
                    &(struct segment_content){.time_ns = 5,
                                              .sequence = sequence,
                                              .data = (const uint8_t *)text,
                                              .length = (uint16_t)strlen(text)});
}

static uint32_t pop_sequence(unsigned side)
{
    uint32_t number = segments_pop(&pool, &flow.side[side]);
    segments_give(&pool, number);
    return segments_at(&pool, number)->sequence;
}

Test(flow_segments, copies_bytes_and_says_whose_they_are)
{
    char text[] = "held";
    insert(1, 0, 70, text);
    text[0] = 'X';
    uint32_t number = flow.side[1].held;
    cr_assert_eq(segments_at(&pool, number)->flow, 3);
    cr_assert_eq(segments_at(&pool, number)->side, 1);
    cr_assert_arr_eq(segments_data(&pool, number), "held", 4);
}

Test(flow_segments, keeps_the_ring_in_the_order_given_and_counts_it)
{
    insert(0, 0, 20, "b");
    insert(0, 0, 40, "d");
    insert(0, flow.side[0].held, 10, "a"); /* a new first */
    uint32_t last = segments_at(&pool, flow.side[0].held)->previous;
    insert(0, last, 30, "c"); /* between */
    cr_assert_eq(segments_count(&pool, &flow.side[0]), 4);
    for (uint32_t sequence = 10; sequence <= 40; sequence += 10)
        cr_assert_eq(pop_sequence(0), sequence);
    cr_assert_eq(segments_count(&pool, &flow.side[0]), 0);
}

Test(flow_segments, is_exhausted_at_its_capacity_and_not_when_one_is_given_back)
{
    for (uint32_t i = 0; i < CAPACITY; i++) {
        cr_assert_not(segments_exhausted(&pool));
        insert(0, 0, i, "x");
    }
    cr_assert(segments_exhausted(&pool));
    (void)pop_sequence(0);
    cr_assert_not(segments_exhausted(&pool));
}

Test(flow_segments, lists_all_sides_by_age)
{
    insert(0, 0, 20, "first");
    insert(1, 0, 90, "second");
    insert(0, flow.side[0].held, 10, "third");
    cr_assert_eq(segments_at(&pool, pool.oldest)->sequence, 20);
    cr_assert_eq(pop_sequence(0), 10); /* the newest of all */
    cr_assert_eq(segments_at(&pool, pool.newest)->sequence, 90);
    cr_assert_eq(pop_sequence(0), 20);
    cr_assert_eq(segments_at(&pool, pool.oldest)->sequence, 90);
    cr_assert_eq(pop_sequence(1), 90);
    cr_assert_eq(pool.oldest, 0);
    cr_assert_eq(pool.newest, 0);
}

Test(flow_segments, drops_one_side_and_leaves_the_other)
{
    insert(0, 0, 20, "a");
    insert(0, 0, 30, "b");
    insert(1, 0, 90, "c");
    segments_drop(&pool, &flow.side[0]);
    cr_assert_eq(flow.side[0].held, 0);
    cr_assert_eq(segments_count(&pool, &flow.side[1]), 1);
    cr_assert_eq(pool.oldest, flow.side[1].held);
    segments_drop(&pool, &flow.side[0]); /* nothing left to drop */
}

Test(flow_segments, remembers_that_a_hole_is_acknowledged_when_its_front_is_filled)
{
    insert(0, 0, 20, "a");
    segments_at(&pool, flow.side[0].held)->acknowledged = 1;
    insert(0, flow.side[0].held, 10, "b");
    cr_assert(segments_at(&pool, flow.side[0].held)->acknowledged);
    cr_assert_eq(pop_sequence(0), 10);
    insert(0, 0, 30, "c"); /* at the end: another hole */
    cr_assert_not(segments_at(&pool, segments_at(&pool, flow.side[0].held)->next)->acknowledged);
}
