/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/guarded.h"

#include <criterion/criterion.h>

static struct frame_builder builder;

Test(decode, fills_every_field_of_a_tcp_view)
{
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 0x0800);
    build_tcp4(&builder, "GET / HTTP/1.1\r\n");
    struct frame frame = frame_build_end(&builder);
    frame.time_ns = 1577614272123456789;
    frame.ordinal = 42;

    struct packet p;
    struct decode_counters counters = {0};
    cr_assert(decode_frame(&frame, &p, &counters));
    cr_assert(p.time_ns == frame.time_ns && p.ordinal == 42);
    char text[ADDR_TEXT_MAX];
    addr_format(&p.source, text);
    cr_assert_str_eq(text, "192.0.2.1");
    addr_format(&p.destination, text);
    cr_assert_str_eq(text, "10.0.0.5");
    cr_assert(p.source_port == 40000 && p.destination_port == 9200);
    cr_assert(p.protocol == PACKET_TCP && p.tcp_flags == (TCP_PSH | TCP_ACK));
    cr_assert(p.tcp_sequence == 1000 && p.tcp_acknowledgment == 2000 && p.tcp_window == 64240);
    cr_assert(p.network == frame.data + 14 && p.network_length == 20 + 20 + 16);
    cr_assert(p.payload == frame.data + 54 && p.payload_length == 16 && p.payload_on_wire == 16);
    cr_assert(p.vlan_count == 0);
    cr_assert(counters.frames == 1 && counters.packets == 1 && counters.other == 0);
}

Test(decode, fills_every_field_of_a_udp_view)
{
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 0x86dd);
    frame_build_ipv6(&builder, "2001:db8::1", "fd00::5", PACKET_UDP);
    frame_build_udp(&builder, 40000, 11211);
    frame_build_bytes(&builder, "stats", 5);
    struct frame frame = frame_build_end(&builder);

    struct packet p;
    memset(&p, 0xa5, sizeof p);
    struct decode_counters counters = {0};
    cr_assert(decode_frame(&frame, &p, &counters));
    char text[ADDR_TEXT_MAX];
    addr_format(&p.destination, text);
    cr_assert_str_eq(text, "fd00::5");
    cr_assert(p.protocol == PACKET_UDP && p.source_port == 40000 && p.destination_port == 11211);
    cr_assert(p.tcp_flags == 0 && p.tcp_sequence == 0 && p.tcp_acknowledgment == 0);
    cr_assert(p.payload == frame.data + 14 + 40 + 8 && p.payload_length == 5);
}

Test(decode, follows_as_many_layers_as_the_limit)
{
    /* Ethernet, tags, IPv4, TCP: DECODE_LAYERS_MAX handlers in all. */
    for (int tags = DECODE_LAYERS_MAX - 3; tags <= DECODE_LAYERS_MAX - 2; tags++) {
        frame_build_begin(&builder, 1);
        frame_build_ethernet(&builder, 0x8100);
        for (int i = 1; i < tags; i++)
            frame_build_vlan(&builder, 7, 0x8100);
        frame_build_vlan(&builder, 7, 0x0800);
        build_tcp4(&builder, "");
        struct packet p;
        struct decode_counters counters = {0};
        bool within = tags == DECODE_LAYERS_MAX - 3;
        cr_expect_eq(decode_guarded(frame_build_end(&builder), &p, &counters), within);
        cr_expect_eq(counters.anomalies[ANOMALY_TOO_MANY_LAYERS], within ? 0 : 1);
    }
}

Test(decode, counts_a_link_type_that_it_does_not_know)
{
    frame_build_begin(&builder, 147);
    frame_build_ethernet(&builder, 0x0800);
    build_tcp4(&builder, "x");
    struct packet p;
    struct decode_counters counters = {0};
    cr_assert_not(decode_guarded(frame_build_end(&builder), &p, &counters));
    cr_assert(counters.anomalies[ANOMALY_LINK_UNKNOWN] == 1 && counters.frames == 1);
}

Test(decode, counts_what_is_neither_tcp_nor_udp)
{
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 0x0806);
    struct packet p;
    struct decode_counters counters = {0};
    cr_assert_not(decode_guarded(frame_build_end(&builder), &p, &counters));
    cr_assert(counters.other == 1 && counters.packets == 0);
}

Test(decode, never_reads_past_the_end_at_any_length)
{
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 0x88a8);
    frame_build_vlan(&builder, 7, 0x86dd);
    frame_build_ipv6(&builder, "2001:db8::1", "2001:db8::2", 0);
    frame_build_bytes(&builder, "\x3c\0\1\4\0\0\0\0", 8); /* hop-by-hop, then destination options */
    frame_build_bytes(&builder, "\x06\0\1\4\0\0\0\0", 8); /* then TCP */
    frame_build_tcp(&builder, 1, 2, TCP_ACK, 1, 1);
    frame_build_bytes(&builder, "data", 4);
    struct frame frame = frame_build_end(&builder);
    uint32_t header_end = frame.captured - 4;
    for (uint32_t length = 0; length <= frame.captured; length++) {
        struct frame cut = frame;
        cut.captured = length;
        struct packet p;
        struct decode_counters counters = {0};
        cr_expect_eq(decode_guarded(cut, &p, &counters), length >= header_end, "%u", length);
        cut.on_wire = length; /* the same, by a tool that forgot the length */
        cr_expect_eq(decode_guarded(cut, &p, &counters), length >= header_end, "%u", length);
    }
}
