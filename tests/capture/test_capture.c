/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/source.h"

#include <criterion/criterion.h>

/* A source of two frames, then the end. */
static enum ajar_status run_two(struct capture *capture, int most, int timeout_ms,
                                struct problem *problem)
{
    (void)timeout_ms;
    if (capture->frames == 2)
        return problem_set(problem, AJAR_END, "over");
    for (int i = 0; i < most && capture->frames < 2; i++) {
        struct frame frame = {.captured = 3, .on_wire = 10};
        capture_deliver(capture, &frame);
    }
    return AJAR_OK;
}

static void no_statistics(struct capture *capture, struct capture_statistics *statistics)
{
    (void)capture;
    statistics->dropped_kernel = 5;
}

static const struct capture_kind two_frames = {.run = run_two, .read_statistics = no_statistics};

static void sum_ordinals(void *context, const struct frame *frame)
{
    *(uint64_t *)context += frame->ordinal;
}

Test(capture, numbers_frames_over_the_whole_run)
{
    struct capture capture = {.kind = &two_frames};
    uint64_t ordinal = 100;
    uint64_t sum = 0;
    cr_assert_eq(capture_run(&capture, 1, 0, &ordinal, sum_ordinals, &sum, NULL), AJAR_OK);
    cr_assert(ordinal == 101 && sum == 101);
    cr_assert_eq(capture_run(&capture, 9, 0, &ordinal, sum_ordinals, &sum, NULL), AJAR_OK);
    cr_assert(ordinal == 102 && sum == 203);
    cr_assert_eq(capture_run(&capture, 9, 0, &ordinal, sum_ordinals, &sum, NULL), AJAR_END);
}

Test(capture, adds_its_own_counters_to_those_of_the_kind)
{
    struct capture capture = {.kind = &two_frames};
    uint64_t ordinal = 0;
    uint64_t sum = 0;
    (void)capture_run(&capture, 9, 0, &ordinal, sum_ordinals, &sum, NULL);
    struct capture_statistics statistics;
    capture_read_statistics(&capture, &statistics);
    cr_assert(statistics.frames == 2 && statistics.bytes == 20 && statistics.dropped_kernel == 5);
    cr_assert_eq(capture_position(&capture), 0);
}

Test(capture, ends_after_a_stop_for_good)
{
    struct capture capture = {.kind = &two_frames};
    uint64_t ordinal = 0;
    uint64_t sum = 0;
    capture_stop(&capture);
    cr_assert_eq(capture_run(&capture, 9, 0, &ordinal, sum_ordinals, &sum, NULL), AJAR_END);
    cr_assert(sum == 0 && ordinal == 0);
}

Test(capture, clamps_times_that_64_bits_do_not_hold)
{
    cr_assert_eq(capture_time(1577614272, 5), 1577614272000000005u);
    cr_assert_eq(capture_time(UINT64_MAX, 0), UINT64_MAX);
    cr_assert_eq(capture_time(18446744073u, 999999999), UINT64_MAX);
    cr_assert_eq(capture_time(1, UINT64_MAX), UINT64_MAX);
}
