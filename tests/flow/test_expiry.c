/* SPDX-License-Identifier: Apache-2.0 */
/* How flows end by the packet clock, for want of room and at shutdown. */
#include "flow/expiry.h"

#include "flow/play.h"

static struct play play;

static void set_up(void)
{
    struct flow_limits limits = play_limits();
    limits.flows = 4;
    play_begin(&play, &limits);
}

static void tear_down(void)
{
    play_end(&play);
}

TestSuite(flow_expiry, .init = set_up, .fini = tear_down);

/* One flow of its own client port and stage. */
static void add_flow(uint16_t port, enum flow_stage stage)
{
    play.client_port = port;
    play.want = stage;
    play_say(&play, CLIENT, 0, "x");
}

static void wait_and_tick(uint64_t time_ns)
{
    play_wait(&play, time_ns);
    flow_table_tick(play.table, play.now_ns);
}

Test(flow_expiry, ends_an_undecided_flow_after_a_minute_of_silence)
{
    add_flow(1, FLOW_UNDECIDED);
    wait_and_tick(55 * SECOND);
    play_expect(&play, "c<x>");
    wait_and_tick(10 * SECOND);
    play_expect(&play, "[timeout]");
    cr_assert_eq(play.last_time_ns, PLAY_START + 60 * SECOND, "it bears its deadline");
    cr_assert_eq(play_counters(&play)->flows_now, 0);
}

Test(flow_expiry, ends_an_inspected_flow_after_five_minutes_of_silence)
{
    add_flow(1, FLOW_INSPECTED);
    wait_and_tick(290 * SECOND);
    play_expect(&play, "c<x>");
    wait_and_tick(20 * SECOND);
    play_expect(&play, "[timeout]");
}

Test(flow_expiry, lets_a_flow_live_that_is_not_silent)
{
    add_flow(1, FLOW_UNDECIDED);
    for (uint32_t i = 1; i <= 4; i++) {
        play_wait(&play, 40 * SECOND);
        play_say(&play, CLIENT, i, "x");
    }
    play_expect(&play, "c<x>c<x>c<x>c<x>c<x>");
}

Test(flow_expiry, tells_what_is_held_before_the_end)
{
    add_flow(1, FLOW_INSPECTED);
    play_say(&play, CLIENT, 3, "held");
    play_say(&play, SERVER, 0, "ok");
    play_say(&play, SERVER, 5, "more");
    flow_table_finish(play.table);
    play_expect(&play, "c<x>s<ok>c~2 c<held>s~3 s<more>[shutdown]");
}

Test(flow_expiry, ends_a_flow_whose_last_hole_the_clock_gives_up)
{
    add_flow(1, FLOW_INSPECTED);
    play_flags(&play, CLIENT, TCP_FIN, 4, 0);
    play_say(&play, SERVER, 0, "ok");
    play_flags(&play, SERVER, TCP_FIN, 2, 0);
    play_expect(&play, "c<x>s<ok>");
    wait_and_tick(3 * SECOND);
    play_expect(&play, "c~3 [fin]");
    cr_assert_eq(play.last_time_ns, PLAY_START + 2 * SECOND);
}

Test(flow_expiry, tolerates_time_that_goes_backwards)
{
    add_flow(1, FLOW_UNDECIDED);
    play.now_ns -= 3600 * SECOND;
    add_flow(2, FLOW_UNDECIDED);
    play_say(&play, CLIENT, 1, "y");
    play_expect(&play, "c<x>c<x>c<y>");
    play.now_ns += 3600 * SECOND;
    wait_and_tick(70 * SECOND);
    play_expect(&play, "[timeout][timeout]");
}

Test(flow_expiry, evicts_the_flow_of_least_worth_that_is_silent_longest)
{
    add_flow(1, FLOW_INSPECTED);
    add_flow(2, FLOW_UNDECIDED);
    add_flow(3, FLOW_GIVEN_UP);
    play_wait(&play, 5 * SECOND);
    add_flow(4, FLOW_GIVEN_UP);
    play_expect(&play, "c<x>c<x>c<x>c<x>");
    static const uint16_t order[] = {3, 4, 2, 1};
    for (uint16_t i = 0; i < 4; i++) {
        add_flow((uint16_t)(10 + i), FLOW_INSPECTED);
        play_expect(&play, "[evicted]c<x>");
        cr_assert_eq(play_counters(&play)->flows_evicted, i + 1);
        play.client_port = order[i];
        play_flags(&play, CLIENT, TCP_RST, 1, 0);
        play_expect(&play, ""); /* it is gone */
    }
    cr_assert_eq(play_counters(&play)->flows_now, 4);
}

Test(flow_expiry, prefers_to_forget_a_flow_that_has_ended)
{
    for (uint16_t port = 1; port <= 4; port++)
        add_flow(port, FLOW_GIVEN_UP);
    play_flags(&play, CLIENT, TCP_RST, 1, 0);
    play_expect(&play, "c<x>c<x>c<x>c<x>[rst]");
    add_flow(5, FLOW_INSPECTED);
    play_expect(&play, "c<x>");
    cr_assert_eq(play_counters(&play)->flows_evicted, 0);
}

Test(flow_expiry, keeps_an_active_flow_when_silent_ones_can_go)
{
    for (uint16_t port = 1; port <= 4; port++)
        add_flow(port, FLOW_INSPECTED);
    play_wait(&play, 5 * SECOND);
    play.client_port = 1;
    play_say(&play, CLIENT, 1, "y");
    add_flow(5, FLOW_INSPECTED);
    play_expect(&play, "c<x>c<x>c<x>c<x>c<y>[evicted]c<x>");
    play.client_port = 1;
    play_say(&play, CLIENT, 2, "z");
    play_expect(&play, "c<z>");
}

Test(flow_expiry, ends_all_at_shutdown_the_longest_silent_first)
{
    add_flow(1, FLOW_INSPECTED);
    play_wait(&play, 5 * SECOND);
    add_flow(2, FLOW_GIVEN_UP);
    flow_table_finish(play.table);
    play_expect(&play, "c<x>c<x>[shutdown][shutdown]");
    cr_assert_eq(play.last.port[0], 2);
    cr_assert_eq(play_counters(&play)->flows_now, 0);
    flow_table_finish(play.table); /* nothing is left */
    play_expect(&play, "");
}
