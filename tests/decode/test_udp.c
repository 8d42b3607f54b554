/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/guarded.h"

#include <criterion/criterion.h>

#define UDP_AT 20 /* where the UDP header is, without a link header */

static struct frame_builder builder;
static struct packet p;
static struct decode_counters counters;

static struct frame build(void)
{
    counters = (struct decode_counters){0};
    frame_build_begin(&builder, 101);
    frame_build_ipv4(&builder, "192.0.2.1", "10.0.0.5", PACKET_UDP);
    frame_build_udp(&builder, 40000, 389);
    frame_build_bytes(&builder, "abcdef", 6);
    return frame_build_end(&builder);
}

static void set_length(unsigned length)
{
    builder.bytes[UDP_AT + 4] = (uint8_t)(length >> 8);
    builder.bytes[UDP_AT + 5] = (uint8_t)length;
}

Test(udp, ends_the_payload_where_its_length_says)
{
    struct frame frame = build();
    set_length(8 + 4);
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert(p.payload_length == 4 && p.payload_on_wire == 4);
}

Test(udp, takes_what_is_there_when_the_length_is_zero)
{
    struct frame frame = build();
    set_length(0);
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert_eq(p.payload_length, 6);
}

Test(udp, rejects_impossible_lengths)
{
    struct frame frame = build();
    set_length(7);
    cr_expect_not(decode_guarded(frame, &p, &counters));
    set_length(8 + 7);
    cr_expect_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_UDP_HEADER], 2);
    set_length(8);
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert_eq(p.payload_length, 0);
}

Test(udp, knows_what_the_snaplen_cut)
{
    struct frame frame = build();
    frame.captured -= 6;
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert(p.payload_length == 0 && p.payload_on_wire == 6);
    cr_assert_eq(counters.anomalies[ANOMALY_SNAPLEN_CUT], 1);
}

Test(udp, rejects_a_header_that_is_cut)
{
    struct frame frame = build();
    frame.captured = UDP_AT + 7;
    cr_assert_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_UDP_HEADER], 1);
}
