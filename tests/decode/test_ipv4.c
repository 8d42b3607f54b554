/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/guarded.h"

#include <criterion/criterion.h>

#define IP_AT 14 /* where the IPv4 header is */

static struct frame_builder builder;
static struct packet p;
static struct decode_counters counters;

static struct frame build(const char *payload)
{
    counters = (struct decode_counters){0};
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 0x0800);
    build_tcp4(&builder, payload);
    return frame_build_end(&builder);
}

static void set_be16(size_t offset, unsigned value)
{
    builder.bytes[IP_AT + offset] = (uint8_t)(value >> 8);
    builder.bytes[IP_AT + offset + 1] = (uint8_t)value;
}

Test(ipv4, cuts_link_padding_off)
{
    struct frame frame = build("abc");
    frame_build_bytes(&builder, "\0\0\0\0\0\0\0\0", 8);
    frame.captured += 8;
    frame.on_wire += 8;
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert(p.payload_length == 3 && p.payload_on_wire == 3 && p.network_length == 43);
}

Test(ipv4, takes_what_is_there_when_the_total_length_is_zero)
{
    struct frame frame = build("abc");
    set_be16(2, 0);
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert(p.payload_length == 3 && p.payload_on_wire == 3);
}

Test(ipv4, knows_what_the_snaplen_cut)
{
    struct frame frame = build("0123456789");
    frame.captured -= 6;
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert(p.payload_length == 4 && p.payload_on_wire == 10);
    cr_assert_eq(counters.anomalies[ANOMALY_SNAPLEN_CUT], 1);
}

Test(ipv4, believes_the_total_length_when_the_frame_is_shorter)
{
    struct frame frame = build("0123456789");
    set_be16(2, 1500);
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert(p.payload_length == 10 && p.payload_on_wire == 1460);
}

Test(ipv4, counts_padding_after_a_cut_as_nothing)
{
    /* The wire had 60 bytes, 57 of them the packet; the snaplen cut the padding and one more. */
    struct frame frame = build("abc");
    frame.on_wire = 60;
    frame.captured -= 1;
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert(p.payload_length == 2 && p.payload_on_wire == 3);
}

Test(ipv4, rejects_a_total_length_below_the_header)
{
    struct frame frame = build("");
    set_be16(2, 19);
    cr_assert_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_IPV4_HEADER], 1);
}

Test(ipv4, rejects_another_version)
{
    struct frame frame = build("");
    builder.bytes[IP_AT] = 0x55;
    cr_assert_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_IPV4_HEADER], 1);
}

Test(ipv4, rejects_a_header_shorter_than_five_words)
{
    struct frame frame = build("");
    builder.bytes[IP_AT] = 0x44;
    cr_assert_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_IPV4_HEADER], 1);
}

Test(ipv4, skips_options)
{
    counters = (struct decode_counters){0};
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 0x0800);
    frame_build_ipv4(&builder, "192.0.2.1", "10.0.0.5", PACKET_UDP);
    builder.bytes[IP_AT] = 0x46;
    frame_build_bytes(&builder, "\x94\4\0\0", 4); /* router alert */
    frame_build_udp(&builder, 1, 2);
    frame_build_bytes(&builder, "abc", 3);
    struct frame frame = frame_build_end(&builder);
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert_eq(p.payload_length, 3);
}

Test(ipv4, rejects_options_longer_than_the_packet)
{
    struct frame frame = build("");
    builder.bytes[IP_AT] = 0x4f;
    set_be16(2, 60);
    cr_assert_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_IPV4_HEADER], 1);
}

Test(ipv4, counts_fragments)
{
    struct frame frame = build("abc");
    static const unsigned fragments[] = {0x2000, 0x0001, 0x1fff, 0x3001};
    for (size_t i = 0; i < 4; i++) {
        set_be16(6, fragments[i]);
        cr_expect_not(decode_guarded(frame, &p, &counters));
        cr_expect_eq(counters.anomalies[ANOMALY_FRAGMENT], i + 1);
    }
    set_be16(6, 0x4000); /* do not fragment */
    cr_assert(decode_guarded(frame, &p, &counters));
    set_be16(6, 0x8000); /* reserved, or evil (RFC 3514) */
    cr_assert(decode_guarded(frame, &p, &counters));
}

Test(ipv4, counts_other_protocols)
{
    struct frame frame = build("");
    builder.bytes[IP_AT + 9] = 1;
    cr_assert_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.other, 1);
}
