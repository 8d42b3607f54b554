/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/guarded.h"

#include <criterion/criterion.h>

#define TCP_AT 20 /* where the TCP header is, without a link header */

static struct frame_builder builder;
static struct packet p;
static struct decode_counters counters;

static struct frame build(uint8_t flags, const char *options, size_t option_length)
{
    counters = (struct decode_counters){0};
    frame_build_begin(&builder, 101);
    frame_build_ipv4(&builder, "192.0.2.1", "10.0.0.5", PACKET_TCP);
    frame_build_tcp(&builder, 40000, 9200, flags, 0xfffffffe, 0x80000001);
    frame_build_bytes(&builder, options, option_length);
    builder.bytes[TCP_AT + 12] = (uint8_t)((20 + option_length) / 4 << 4);
    frame_build_bytes(&builder, "abc", 3);
    return frame_build_end(&builder);
}

Test(tcp, reads_numbers_of_all_32_bits)
{
    cr_assert(decode_guarded(build(TCP_ACK, "", 0), &p, &counters));
    cr_assert(p.tcp_sequence == 0xfffffffe && p.tcp_acknowledgment == 0x80000001);
}

Test(tcp, passes_over_options)
{
    cr_assert(decode_guarded(build(TCP_ACK, "\2\4\5\xb4\1\1\4\2", 8), &p, &counters));
    cr_assert(p.payload_length == 3 && p.payload_on_wire == 3);
}

Test(tcp, has_no_payload_when_the_options_are_cut)
{
    struct frame frame = build(TCP_ACK, "\2\4\5\xb4\1\1\4\2", 8);
    frame.captured = TCP_AT + 20 + 5;
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert(p.payload_length == 0 && p.payload_on_wire == 3);
    cr_assert_eq(counters.anomalies[ANOMALY_SNAPLEN_CUT], 1);
}

Test(tcp, rejects_a_header_that_is_cut)
{
    struct frame frame = build(TCP_ACK, "", 0);
    frame.captured = TCP_AT + 19;
    cr_assert_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_TCP_HEADER], 1);
}

Test(tcp, rejects_impossible_data_offsets)
{
    struct frame frame = build(TCP_ACK, "", 0);
    builder.bytes[TCP_AT + 12] = 0x40; /* below five words */
    cr_expect_not(decode_guarded(frame, &p, &counters));
    builder.bytes[TCP_AT + 12] = 0x60; /* beyond the end: 23 bytes are there */
    cr_expect_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_TCP_HEADER], 2);
    builder.bytes[TCP_AT + 12] = 0x50;
    cr_assert(decode_guarded(frame, &p, &counters));
}

Test(tcp, counts_flags_that_no_stack_sends_and_gives_the_packet)
{
    static const uint8_t odd[] = {0, TCP_FIN, TCP_FIN | TCP_PSH, TCP_SYN | TCP_FIN,
                                  TCP_SYN | TCP_RST};
    for (size_t i = 0; i < sizeof odd; i++) {
        cr_expect(decode_guarded(build(odd[i], "", 0), &p, &counters));
        cr_expect_eq(p.tcp_flags, odd[i]);
        cr_expect_eq(counters.anomalies[ANOMALY_TCP_FLAGS], 1, "flags %u", odd[i]);
    }
}

Test(tcp, counts_no_flags_of_usual_packets)
{
    static const uint8_t usual[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK,       TCP_FIN | TCP_ACK,
                                    TCP_RST, TCP_RST | TCP_ACK, TCP_SYN | 0xc0 /* with ECN */};
    for (size_t i = 0; i < sizeof usual; i++) {
        cr_expect(decode_guarded(build(usual[i], "", 0), &p, &counters));
        cr_expect_eq(counters.anomalies[ANOMALY_TCP_FLAGS], 0, "flags %u", usual[i]);
    }
}
