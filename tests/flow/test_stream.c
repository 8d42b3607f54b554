/* SPDX-License-Identifier: Apache-2.0 */
/* Reassembly: order, holes, overlaps, limits; and random streams against what was sent. */
#include "flow/stream.h"

#include "flow/play.h"

static struct play play;

static void set_up(void)
{
    struct flow_limits limits = play_limits();
    play_begin(&play, &limits);
    play_handshake(&play);
}

static void tear_down(void)
{
    play_end(&play);
}

TestSuite(flow_stream, .init = set_up, .fini = tear_down);

Test(flow_stream, tells_payload_in_order_at_once)
{
    play_say(&play, CLIENT, 0, "GET ");
    play_say(&play, CLIENT, 4, "/ HTTP/1.1");
    play_answer(&play, SERVER, 0, 14, "HTTP/1.1 200");
    play_expect(&play, "c<GET >c</ HTTP/1.1>s<HTTP/1.1 200>");
    cr_assert_eq(play_counters(&play)->out_of_order, 0);
}

Test(flow_stream, hands_over_the_packets_own_bytes_without_a_copy)
{
    static const char text[] = "abc";
    struct packet packet = play_packet(&play, CLIENT, TCP_PSH, 0, 0);
    play_send(&play, packet, text);
    play_expect(&play, "c<abc>");
    cr_assert_eq(play.last_time_ns, play.now_ns);
}

Test(flow_stream, holds_what_comes_too_early_until_the_hole_is_filled)
{
    play_say(&play, CLIENT, 3, "def");
    play_say(&play, CLIENT, 9, "jkl");
    play_expect(&play, "");
    play_say(&play, CLIENT, 0, "abc");
    play_expect(&play, "c<abc>c<def>");
    play_say(&play, CLIENT, 6, "ghi");
    play_expect(&play, "c<ghi>c<jkl>");
    cr_assert_eq(play_counters(&play)->out_of_order, 2);
    cr_assert_eq(play_counters(&play)->gaps, 0);
}

Test(flow_stream, counts_a_retransmission_and_tells_it_not_again)
{
    play_say(&play, CLIENT, 0, "abcdef");
    play_say(&play, CLIENT, 0, "abcdef");
    play_say(&play, CLIENT, 2, "XX");
    play_say(&play, CLIENT, 5, "X"); /* a keep-alive probe: one old byte */
    play_expect(&play, "c<abcdef>");
    cr_assert_eq(play_counters(&play)->retransmitted, 3);
}

Test(flow_stream, tells_only_the_new_end_of_a_segment_that_overlaps_told_bytes)
{
    play_say(&play, CLIENT, 0, "abc");
    play_say(&play, CLIENT, 1, "XXdef");
    play_expect(&play, "c<abc>c<def>");
    cr_assert_eq(play_counters(&play)->overlaps, 1);
}

Test(flow_stream, lets_held_bytes_win_over_later_ones_in_order)
{
    play_say(&play, CLIENT, 3, "def");
    play_say(&play, CLIENT, 0, "abcXXXghi");
    play_expect(&play, "c<abc>c<def>c<ghi>");
    cr_assert_eq(play_counters(&play)->overlaps, 1);
}

Test(flow_stream, lets_held_bytes_win_over_later_held_ones)
{
    play_say(&play, CLIENT, 4, "ef");
    play_say(&play, CLIENT, 8, "ij");
    play_say(&play, CLIENT, 2, "cdXXghXXkl"); /* begins before, covers, bridges, ends behind */
    play_say(&play, CLIENT, 5, "XX");         /* nothing new */
    play_say(&play, CLIENT, 0, "ab");
    play_expect(&play, "c<ab>c<cd>c<ef>c<gh>c<ij>c<kl>");
    cr_assert_eq(play_counters(&play)->retransmitted, 1);
}

Test(flow_stream, gives_up_a_hole_that_an_answer_acknowledges_before_telling_the_answer)
{
    play_say(&play, CLIENT, 5, "world");
    play_answer(&play, SERVER, 0, 10, "ok");
    play_expect(&play, "c~5 c<world>s<ok>");
    cr_assert_eq(play_counters(&play)->gaps, 1);
    cr_assert_eq(play_counters(&play)->gap_bytes, 5);
}

Test(flow_stream, keeps_a_hole_that_is_acknowledged_in_part_only)
{
    play_say(&play, CLIENT, 5, "world");
    play_flags(&play, SERVER, TCP_ACK, 0, 4);
    play_wait(&play, 10 * MILLISECOND);
    play_flags(&play, SERVER, TCP_ACK, 0, 4);
    play_expect(&play, "");
    play_flags(&play, SERVER, TCP_ACK, 0, 5);
    play_expect(&play, "c~5 c<world>");
}

Test(flow_stream, waits_a_moment_after_a_bare_acknowledgment_for_data_that_a_mirror_shows_late)
{
    play_answer(&play, SERVER, 5, 0, "world");
    play_flags(&play, CLIENT, TCP_ACK, 0, 10);
    play_answer(&play, SERVER, 0, 0, "hello");
    play_expect(&play, "s<hello>s<world>");
    play_answer(&play, SERVER, 15, 0, "again");
    play_flags(&play, CLIENT, TCP_ACK, 0, 20);
    play_wait(&play, 2 * MILLISECOND);
    play_flags(&play, CLIENT, TCP_ACK, 0, 10); /* an old one: the hole is known to be received */
    play_expect(&play, "s~5 s<again>");
}

Test(flow_stream, tells_a_request_nobody_saw_as_a_gap_before_its_answer)
{
    play_answer(&play, SERVER, 0, 120, "HTTP/1.1 200");
    play_expect(&play, "c~120 s<HTTP/1.1 200>");
    play_answer(&play, CLIENT, 120, 12, "GET");
    play_expect(&play, "c<GET>");
}

Test(flow_stream, believes_no_client_that_acknowledges_an_answer_nobody_saw)
{
    play_answer(&play, CLIENT, 0, 0, "GET");
    play_answer(&play, CLIENT, 3, 500, "GET");
    play_answer(&play, SERVER, 0, 6, "secret");
    play_expect(&play, "c<GET>c<GET>s<secret>");
}

Test(flow_stream, gives_up_a_hole_after_two_seconds_without_acknowledgment)
{
    play_say(&play, CLIENT, 5, "world");
    play_wait(&play, 2 * SECOND - 1);
    flow_table_tick(play.table, play.now_ns);
    play_expect(&play, "");
    play_wait(&play, 1);
    flow_table_tick(play.table, play.now_ns);
    play_expect(&play, "c~5 c<world>");
    cr_assert_eq(play.last_time_ns, PLAY_START + 2 * SECOND);
}

Test(flow_stream, gives_up_holes_in_the_order_of_their_deadlines)
{
    play_say(&play, CLIENT, 5, "world");
    play_wait(&play, SECOND);
    play_say(&play, CLIENT, 15, "later");
    play_wait(&play, SECOND);
    flow_table_tick(play.table, play.now_ns);
    play_expect(&play, "c~5 c<world>");
    play_wait(&play, SECOND);
    flow_table_tick(play.table, play.now_ns);
    play_expect(&play, "c~5 c<later>");
}

Test(flow_stream, tells_the_part_that_snaplen_cut_as_a_gap)
{
    play_send_cut(&play, play_packet(&play, CLIENT, TCP_PSH, 0, 0), "hello", 500, 5);
    play_say(&play, CLIENT, 500, "more");
    play_expect(&play, "c<hello>c~495 c<more>");
}

Test(flow_stream, fills_a_snaplen_cut_with_what_is_held)
{
    play_say(&play, CLIENT, 6, "held");
    play_send_cut(&play, play_packet(&play, CLIENT, TCP_PSH, 0, 0), "abc", 20, 3);
    play_expect(&play, "c<abc>c~3 c<held>c~10 ");
}

Test(flow_stream, leaves_a_hole_for_what_snaplen_cut_of_a_held_segment)
{
    play_send_cut(&play, play_packet(&play, CLIENT, TCP_PSH, 3, 0), "def", 6, 3);
    play_say(&play, CLIENT, 9, "jkl");
    play_say(&play, CLIENT, 0, "abc");
    play_expect(&play, "c<abc>c<def>");
    play_answer(&play, SERVER, 0, 12, "ok");
    play_expect(&play, "c~3 c<jkl>s<ok>");
}

Test(flow_stream, starts_again_where_the_sequence_jumps_out_of_reach)
{
    play_say(&play, CLIENT, 0, "abc");
    play_say(&play, CLIENT, 0x50000000, "far");
    play_expect(&play, "c<abc>c~0 c<far>");
    play_say(&play, CLIENT, 3, "back");
    play_expect(&play, "c~0 c<back>");
    cr_assert_eq(play_counters(&play)->gaps, 2);
    cr_assert_eq(play_counters(&play)->gap_bytes, 0);
}

Test(flow_stream, is_not_led_astray_by_a_fin_far_away)
{
    play_say(&play, CLIENT, 0, "abc");
    play_flags(&play, CLIENT, TCP_FIN, 0x50000000, 0);
    play_say(&play, CLIENT, 3, "def");
    play_expect(&play, "c<abc>c<def>");
}

Test(flow_stream, takes_the_fin_only_when_everything_before_it_came)
{
    play_say(&play, CLIENT, 0, "abc");
    play_flags(&play, CLIENT, TCP_FIN, 6, 0);
    play_flags(&play, SERVER, TCP_FIN, 0, 0);
    play_expect(&play, "c<abc>");
    play_say(&play, CLIENT, 3, "def");
    play_expect(&play, "c<def>[fin]");
}

Test(flow_stream, ignores_data_behind_a_fin)
{
    play_send(&play, play_packet(&play, CLIENT, TCP_FIN, 0, 0), "abc");
    play_say(&play, CLIENT, 3, "more");
    play_expect(&play, "c<abc>");
    play_say(&play, SERVER, 5, "held");
    play_flags(&play, SERVER, TCP_FIN, 2, 0);
    play_say(&play, SERVER, 0, "ok");
    play_expect(&play, "s<ok>[fin]");
}

Test(flow_stream, takes_a_fin_inside_of_held_bytes_behind_them)
{
    play_say(&play, CLIENT, 3, "defg");
    play_flags(&play, CLIENT, TCP_FIN, 5, 0);
    play_say(&play, CLIENT, 9, "never");
    play_flags(&play, SERVER, TCP_FIN, 0, 0);
    play_say(&play, CLIENT, 0, "abc");
    play_expect(&play, "c<abc>c<defg>[fin]");
}

Test(flow_stream, spreads_a_long_segment_over_several_buffers)
{
    static char text[3 * SEGMENT_BYTES];
    memset(text, 'x', sizeof text - 1);
    play_say(&play, CLIENT, 1, text);
    play_say(&play, CLIENT, 0, "a");
    cr_assert_eq(strlen(play.heard), sizeof text - 1 + strlen("c<a>c<>c<>c<>"));
    cr_assert_eq(play_counters(&play)->out_of_order, 1);
}

Test(flow_stream, gives_up_a_hole_when_one_direction_holds_too_much)
{
    for (uint32_t i = 0; i < 8; i++)
        play_say(&play, CLIENT, 1 + 2 * i, "x");
    play_expect(&play, "");
    play_say(&play, CLIENT, 17, "y");
    play_expect(&play, "c~1 c<x>");
    cr_assert_eq(play_counters(&play)->held_dropped, 1);
}

Test(flow_stream, hears_the_listener_that_gives_up_while_held_bytes_are_told)
{
    play_say(&play, CLIENT, 3, "def");
    play_say(&play, CLIENT, 6, "ghi");
    play.give_up_after = 2;
    play_say(&play, CLIENT, 0, "abcXXXXXXXXX");
    play_expect(&play, "c<abc>c<def>");
    play_say(&play, CLIENT, 12, "more");
    play_expect(&play, "");
    flow_table_finish(play.table);
    play_expect(&play, "[shutdown]");
}

/* Another client port: its first byte is known from its own handshake. */
static void play_other_flow(struct play *other_play, uint16_t port)
{
    other_play->client_port = port;
    play_handshake(other_play);
}

Test(flow_stream, lets_the_hole_open_longest_go_when_the_pool_is_empty)
{
    for (uint16_t flow = 0; flow < 4; flow++) {
        play_other_flow(&play, (uint16_t)(1000 + flow));
        for (uint32_t i = 0; i < 8; i++)
            play_say(&play, CLIENT, 1 + 2 * i, "x");
    }
    play_expect(&play, "");
    play_other_flow(&play, 2000);
    play_say(&play, CLIENT, 1, "y");
    play_expect(&play, "c~1 c<x>");
    cr_assert_eq(play.last.port[0], 1000);
    cr_assert_eq(play_counters(&play)->held_dropped, 1);
}

Test(flow_stream, tells_a_gap_at_once_when_nothing_may_be_held)
{
    struct play bare;
    struct flow_limits limits = play_limits();
    limits.segments = 0;
    play_begin(&bare, &limits);
    play_handshake(&bare);
    play_say(&bare, CLIENT, 5, "world");
    play_say(&bare, CLIENT, 0, "hello");
    play_expect(&bare, "c~5 c<world>");
    play_end(&bare);
}

/* --- random streams --- */

#define STREAM_BYTES 3000

struct cut {
    uint32_t start;
    uint32_t length;
    bool lost;
};

static uint32_t random_below(uint32_t limit)
{
    static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % limit;
}

/* Cuts the stream into segments, some of which reach back over the one before. */
static size_t cut_stream(struct cut *cuts, size_t room)
{
    size_t count = 0;
    for (uint32_t at = 0; at < STREAM_BYTES && count < room; count++) {
        uint32_t length = 1 + random_below(120);
        uint32_t back = random_below(4) == 0 && at > 20 ? random_below(20) : 0;
        if (at + length > STREAM_BYTES)
            length = STREAM_BYTES - at;
        cuts[count] = (struct cut){at - back, length + back, false};
        at += length;
    }
    return count;
}

/* Swaps neighbours up to three places apart. */
static void shuffle(struct cut *cuts, size_t count)
{
    for (size_t i = 0; i + 4 < count; i++) {
        size_t other = i + random_below(4);
        struct cut saved = cuts[i];
        cuts[i] = cuts[other];
        cuts[other] = saved;
    }
}

struct tally {
    const uint8_t *sent;
    uint32_t at; /* offset in the stream: told and missing bytes */
    uint32_t told;
    uint32_t missing;
    unsigned closed;
};

static void tally_bytes(void *context, struct flow *flow, unsigned side, const uint8_t *data,
                        uint32_t length, const struct packet *packet)
{
    (void)flow, (void)packet;
    struct tally *tally = context;
    cr_assert_eq(side, 0);
    cr_assert_leq(tally->at + length, STREAM_BYTES);
    cr_assert_arr_eq(data, tally->sent + tally->at, length);
    tally->at += length;
    tally->told += length;
}

static void tally_gap(void *context, struct flow *flow, unsigned side, uint32_t length,
                      const struct packet *packet)
{
    (void)flow, (void)side, (void)packet;
    struct tally *tally = context;
    tally->at += length;
    tally->missing += length;
}

static void tally_closed(void *context, struct flow *flow, enum flow_end end, uint64_t time_ns)
{
    (void)flow, (void)end, (void)time_ns;
    ((struct tally *)context)->closed++;
}

static void send_cut(struct flow_table *table, const uint8_t *sent, const struct cut *cut,
                     uint32_t base)
{
    struct packet packet = {.time_ns = PLAY_START,
                            .protocol = PACKET_TCP,
                            .source_port = 1,
                            .destination_port = 2,
                            .tcp_sequence = base + cut->start,
                            .payload = sent + cut->start,
                            .payload_length = cut->length,
                            .payload_on_wire = cut->length};
    flow_table_add(table, &packet);
}

/* Sends a random stream; the first segment begins it, since there is no handshake. */
static struct tally send_random_stream(unsigned lost_percent, const struct flow_limits *limits)
{
    static uint8_t sent[STREAM_BYTES];
    static struct cut cuts[STREAM_BYTES];
    struct tally tally = {.sent = sent};
    struct flow_listener listener = {&tally, tally_bytes, tally_gap, tally_closed};
    struct flow_table *table = NULL;
    cr_assert_eq(flow_table_new(limits, 1, &listener, &table), AJAR_OK);
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)random_below(256);
    size_t count = cut_stream(cuts, STREAM_BYTES);
    shuffle(cuts + 1, count - 1);
    uint32_t base = UINT32_MAX - random_below(2 * STREAM_BYTES);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && random_below(100) < lost_percent)
            continue;
        send_cut(table, sent, &cuts[i], base);
        if (random_below(5) == 0)
            send_cut(table, sent, &cuts[random_below((uint32_t)i + 1)], base);
    }
    flow_table_finish(table);
    flow_table_free(table);
    return tally;
}

Test(flow_stream, tells_every_byte_of_a_shuffled_repeated_stream_once_and_in_order)
{
    struct flow_limits limits = play_limits();
    limits.segments = limits.segments_a_flow = 200;
    for (unsigned round = 0; round < 500; round++) {
        struct tally tally = send_random_stream(0, &limits);
        cr_assert_eq(tally.told, STREAM_BYTES, "round %u", round);
        cr_assert_eq(tally.missing, 0);
        cr_assert_eq(tally.closed, 1);
    }
}

Test(flow_stream, accounts_for_every_byte_of_a_stream_with_losses)
{
    uint32_t missing = 0;
    for (unsigned round = 0; round < 500; round++) {
        struct flow_limits limits = play_limits();
        limits.segments = random_below(32);
        limits.segments_a_flow = random_below(16);
        struct tally tally = send_random_stream(10, &limits);
        cr_assert_eq(tally.told + tally.missing, tally.at, "round %u", round);
        cr_assert_leq(tally.at, STREAM_BYTES);
        cr_assert_gt(tally.at, STREAM_BYTES * 3 / 4, "only the end may be lost silently");
        cr_assert_eq(tally.closed, 1);
        missing += tally.missing;
    }
    cr_assert_gt(missing, 0);
}
