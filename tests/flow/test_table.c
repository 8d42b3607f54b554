/* SPDX-License-Identifier: Apache-2.0 */
/* The flow table: what makes a flow, who is the client, what ends it. */
#include "flow/table.h"

#include "flow/play.h"

#include <sys/resource.h>

static struct play play;

static void set_up(void)
{
    struct flow_limits limits = play_limits();
    play_begin(&play, &limits);
}

static void tear_down(void)
{
    play_end(&play);
}

TestSuite(flow_table, .init = set_up, .fini = tear_down);

Test(flow_table, makes_no_flow_of_packets_without_payload)
{
    play_handshake(&play);
    play_flags(&play, CLIENT, TCP_ACK, 0, 0);
    play_flags(&play, CLIENT, TCP_FIN | TCP_ACK, 0, 0);
    play_flags(&play, SERVER, TCP_RST, 0, 0);
    cr_assert_eq(play_counters(&play)->flows, 0);
    cr_assert_eq(play_counters(&play)->syns, 1);
    cr_assert_eq(play_counters(&play)->handshakes, 1);
    cr_assert_eq(play_counters(&play)->packets, 6);
    play_say(&play, CLIENT, 0, "x");
    cr_assert_eq(play_counters(&play)->flows, 1);
}

Test(flow_table, makes_no_flow_of_a_reset_with_payload)
{
    play_send(&play, play_packet(&play, SERVER, TCP_RST, 0, 0), "go away");
    cr_assert_eq(play_counters(&play)->flows, 0);
}

Test(flow_table, knows_the_client_from_the_handshake_even_if_the_server_speaks_first)
{
    play_handshake(&play);
    play_say(&play, SERVER, 0, "220 ready");
    cr_assert_eq(play.last.client, 1);
    cr_assert_eq(play.last.client_by, CLIENT_BY_HANDSHAKE);
    cr_assert_eq(play.last.port[play.last.client], CLIENT_PORT);
    cr_assert_eq(play.last.midstream, 0);
    cr_assert_eq(play_counters(&play)->midstream, 0);
}

Test(flow_table, knows_the_client_when_it_speaks_first)
{
    play_handshake(&play);
    play_say(&play, CLIENT, 0, "GET");
    cr_assert_eq(play.last.client, 0);
    cr_assert_eq(play.last.client_by, CLIENT_BY_HANDSHAKE);
}

Test(flow_table, sees_that_the_first_segment_was_lost)
{
    play_handshake(&play);
    play_say(&play, CLIENT, 4, "/index");
    play_expect(&play, "");
    play_answer(&play, SERVER, 0, 10, "200");
    play_expect(&play, "c~4 c</index>s<200>");
}

Test(flow_table, guesses_the_client_midstream)
{
    play_answer(&play, SERVER, 1000, 500, "data");
    cr_assert_eq(play.last.client, 0);
    cr_assert_eq(play.last.client_by, CLIENT_BY_FIRST_PACKET);
    cr_assert_eq(play.last.midstream, 1);
    play_answer(&play, CLIENT, 500, 1004, "next");
    play_expect(&play, "s<data>c<next>");
    cr_assert_eq(play_counters(&play)->midstream, 1);
    cr_assert_eq(play_counters(&play)->gaps, 0);
}

Test(flow_table, tells_the_bytes_of_a_mirror_that_shows_one_direction)
{
    play_flags(&play, SERVER, TCP_SYN | TCP_ACK, UINT32_MAX, 0);
    play_answer(&play, SERVER, 0, 100, "one");
    play_answer(&play, SERVER, 3, 100, "two");
    play_answer(&play, SERVER, 6, 200, "three");
    play_expect(&play, "c~100 s<one>s<two>c~100 s<three>");
}

Test(flow_table, ends_a_flow_whose_tuple_begins_again)
{
    play_handshake(&play);
    play_say(&play, CLIENT, 0, "old");
    play_flags(&play, CLIENT, TCP_SYN, 5000, 0);
    play_expect(&play, "c<old>[reused]");
    play_flags(&play, SERVER, TCP_SYN | TCP_ACK, 9000, 5001);
    play_say(&play, CLIENT, 5001, "new");
    play_expect(&play, "c<new>");
    cr_assert_eq(play.last.midstream, 0);
    cr_assert_eq(play_counters(&play)->flows, 2);
}

Test(flow_table, ends_a_flow_whose_tuple_begins_again_with_a_syn_ack)
{
    play_handshake(&play);
    play_say(&play, CLIENT, 0, "old");
    play_flags(&play, SERVER, TCP_SYN | TCP_ACK, 9000, 5001);
    play_expect(&play, "c<old>[reused]");
}

Test(flow_table, ignores_retransmitted_openings)
{
    play_handshake(&play);
    play_say(&play, CLIENT, 0, "old");
    play_flags(&play, CLIENT, TCP_SYN, UINT32_MAX, 0);
    play_flags(&play, SERVER, TCP_SYN | TCP_ACK, UINT32_MAX, 0);
    play_say(&play, CLIENT, 3, "more");
    play_expect(&play, "c<old>c<more>");
    cr_assert_eq(play_counters(&play)->flows, 1);
}

Test(flow_table, ends_once_when_both_sides_sent_fin)
{
    play_handshake(&play);
    play_send(&play, play_packet(&play, CLIENT, TCP_FIN | TCP_ACK, 0, 0), "bye");
    play_flags(&play, CLIENT, TCP_FIN | TCP_ACK, 3, 0);
    play_expect(&play, "c<bye>");
    play_flags(&play, SERVER, TCP_FIN | TCP_ACK, 0, 4);
    play_flags(&play, SERVER, TCP_FIN | TCP_ACK, 0, 4);
    play_flags(&play, CLIENT, TCP_ACK, 4, 1);
    play_expect(&play, "[fin]");
    flow_table_finish(play.table);
    play_expect(&play, "");
    cr_assert_eq(play.closed, 1);
}

Test(flow_table, makes_no_new_flow_of_stragglers_but_of_what_comes_later)
{
    play_say(&play, CLIENT, 0, "x");
    play_flags(&play, CLIENT, TCP_RST, 1, 0);
    play_say(&play, CLIENT, 0, "x");
    play_expect(&play, "c<x>[rst]");
    play_wait(&play, 15 * SECOND);
    play_say(&play, CLIENT, 0, "y");
    play_expect(&play, "c<y>");
}

Test(flow_table, lets_a_syn_use_the_tuple_of_an_ended_flow_at_once)
{
    play_say(&play, CLIENT, 0, "x");
    play_flags(&play, CLIENT, TCP_RST, 1, 0);
    play_flags(&play, CLIENT, TCP_SYN, 5000, 0);
    play_say(&play, CLIENT, 5001, "new");
    play_expect(&play, "c<x>[rst]c<new>");
}

Test(flow_table, believes_a_reset_at_the_next_byte_only_as_its_receiver_does)
{
    play_handshake(&play);
    play_say(&play, CLIENT, 0, "x");
    play_flags(&play, CLIENT, TCP_RST, 2, 0);
    play_flags(&play, CLIENT, TCP_RST, 0, 0);
    play_flags(&play, SERVER, TCP_RST, 0x10000000, 0);
    play_expect(&play, "c<x>");
    play_flags(&play, CLIENT, TCP_RST, 1, 0);
    play_expect(&play, "[rst]");
}

Test(flow_table, believes_a_reset_behind_a_fin)
{
    play_handshake(&play);
    play_say(&play, CLIENT, 0, "x");
    play_flags(&play, CLIENT, TCP_FIN, 1, 0);
    play_flags(&play, CLIENT, TCP_RST, 3, 0);
    play_expect(&play, "c<x>");
    play_flags(&play, CLIENT, TCP_RST, 2, 0);
    play_expect(&play, "[rst]");
}

Test(flow_table, believes_a_reset_beyond_a_hole_within_reach)
{
    play_handshake(&play);
    play_say(&play, SERVER, 4, "tail");
    play_flags(&play, SERVER, TCP_RST, 0x10000000, 0);
    play_expect(&play, "");
    play_flags(&play, SERVER, TCP_RST, 20, 0);
    play_expect(&play, "s~4 s<tail>[rst]");
}

Test(flow_table, tells_what_is_held_before_a_reset_ends_the_flow)
{
    play_handshake(&play);
    play_say(&play, SERVER, 4, "tail");
    play_flags(&play, SERVER, TCP_RST, 8, 0);
    play_expect(&play, "s~4 s<tail>[rst]");
}

Test(flow_table, tells_datagrams_one_by_one)
{
    struct packet packet = play_packet(&play, CLIENT, 0, 0, 0);
    packet.protocol = PACKET_UDP;
    play_send(&play, packet, "one");
    play_send(&play, packet, "one");
    struct packet back = play_packet(&play, SERVER, 0, 0, 0);
    back.protocol = PACKET_UDP;
    play_send_cut(&play, back, "two", 10, 3);
    play_expect(&play, "c<one>c<one>s<two>s~7 ");
    cr_assert_eq(play_counters(&play)->flows, 1);
    cr_assert_eq(play.last.midstream, 0);
}

Test(flow_table, makes_no_flow_of_an_empty_datagram)
{
    struct packet packet = play_packet(&play, CLIENT, 0, 0, 0);
    packet.protocol = PACKET_UDP;
    play_send(&play, packet, "");
    cr_assert_eq(play_counters(&play)->flows, 0);
}

Test(flow_table, follows_a_given_up_flow_to_its_end_without_telling_bytes)
{
    play.want = FLOW_GIVEN_UP;
    play_handshake(&play);
    play_say(&play, CLIENT, 0, "x");
    play_say(&play, CLIENT, 1, "y");
    play_say(&play, SERVER, 0, "z");
    play_expect(&play, "c<x>");
    play_flags(&play, CLIENT, TCP_FIN, 2, 0);
    play_flags(&play, SERVER, TCP_FIN, 1, 0);
    play_expect(&play, "[fin]");
    cr_assert_eq(play.last.side[0].packets, 3);
    cr_assert_eq(play.last.side[0].bytes, 2);
    cr_assert_eq(play.last.side[1].bytes, 1);
}

Test(flow_table, sees_the_fin_of_the_packet_that_makes_the_listener_give_up)
{
    play.want = FLOW_GIVEN_UP;
    play_handshake(&play);
    play_send(&play, play_packet(&play, CLIENT, TCP_FIN, 0, 0), "x");
    play_flags(&play, SERVER, TCP_FIN, 0, 0);
    play_expect(&play, "c<x>[fin]");
}

Test(flow_table, keeps_first_and_last_time_of_a_flow)
{
    play_say(&play, CLIENT, 0, "x");
    play_wait(&play, 3 * SECOND);
    play_say(&play, CLIENT, 1, "y");
    flow_table_finish(play.table);
    cr_assert_eq(play.last.first_ns, PLAY_START);
    cr_assert_eq(play.last.last_ns, PLAY_START + 3 * SECOND);
}

Test(flow_table, fits_a_flow_into_three_cache_lines)
{
    cr_assert_eq(sizeof(struct flow), 192);
}

Test(flow_table, finds_every_flow_of_many_and_frees_every_slot)
{
    struct flow_limits limits = play_limits();
    limits.flows = 2000;
    struct play many;
    play_begin(&many, &limits);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint16_t port = 1; port <= 2000; port++) {
            many.client_port = port;
            many.used = 0;
            play_say(&many, CLIENT, round, "x");
        }
        cr_assert_eq(play_counters(&many)->flows, 2000);
    }
    many.used = 0;
    for (uint16_t port = 1; port <= 2000; port++) {
        many.client_port = port;
        many.used = 0;
        play_flags(&many, CLIENT, TCP_RST, 3, 0);
    }
    cr_assert_eq(play_counters(&many)->flows_now, 0);
    cr_assert_eq(many.closed, 2000);
    play_end(&many);
}

Test(flow_table, refuses_limits_that_cannot_be)
{
    static const struct flow_listener none = {NULL, play_bytes, play_gap, play_closed};
    struct flow_table *table = NULL;
    struct flow_limits limits = play_limits();
    limits.handshakes = 100;
    cr_assert_eq(flow_table_new(&limits, 1, &none, &table), AJAR_ERR_USAGE);
    limits = play_limits();
    limits.flows = 0;
    cr_assert_eq(flow_table_new(&limits, 1, &none, &table), AJAR_ERR_USAGE);
    cr_assert_null(table);
    limits = play_limits();
    cr_assert_eq(flow_table_new(&limits, 1, &none, &table), AJAR_OK);
    flow_table_free(table);
    flow_table_free(NULL);
}

Test(flow_table, says_when_memory_cannot_be_reserved)
{
    static const struct flow_listener none = {NULL, play_bytes, play_gap, play_closed};
    struct flow_table *table = NULL;
    struct flow_limits limits = play_limits();
    struct rlimit saved;
    cr_assert_eq(getrlimit(RLIMIT_AS, &saved), 0);
    struct rlimit full = {.rlim_cur = 1, .rlim_max = saved.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_AS, &full), 0); /* no new mapping from here on */
    enum ajar_status status = flow_table_new(&limits, 1, &none, &table);
    cr_assert_eq(setrlimit(RLIMIT_AS, &saved), 0);
    cr_assert_eq(status, AJAR_ERR_MEMORY);
    cr_assert_null(table);
}
