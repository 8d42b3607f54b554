/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/guarded.h"

#include <criterion/criterion.h>

static struct frame_builder builder;
static struct packet p;
static struct decode_counters counters;

/* Ethernet, IPv6 with the extension headers given, TCP. */
static struct frame build(uint8_t next, const char *extensions, size_t length)
{
    counters = (struct decode_counters){0};
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 0x86dd);
    frame_build_ipv6(&builder, "2001:db8::1", "fd00::5", next);
    frame_build_bytes(&builder, extensions, length);
    frame_build_tcp(&builder, 40000, 9200, TCP_PSH | TCP_ACK, 1000, 2000);
    frame_build_bytes(&builder, "abc", 3);
    return frame_build_end(&builder);
}

Test(ipv6, cuts_link_padding_off)
{
    struct frame frame = build(PACKET_TCP, "", 0);
    frame_build_bytes(&builder, "\0\0\0\0\0\0\0\0", 8);
    frame.captured += 8;
    frame.on_wire += 8;
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert(p.payload_length == 3 && p.network_length == 40 + 20 + 3);
}

Test(ipv6, takes_what_is_there_when_the_payload_length_is_zero)
{
    struct frame frame = build(PACKET_TCP, "", 0);
    builder.bytes[14 + 4] = 0;
    builder.bytes[14 + 5] = 0;
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert_eq(p.payload_length, 3);
}

Test(ipv6, knows_what_the_snaplen_cut)
{
    struct frame frame = build(PACKET_TCP, "", 0);
    frame.captured -= 2;
    cr_assert(decode_guarded(frame, &p, &counters));
    cr_assert(p.payload_length == 1 && p.payload_on_wire == 3);
}

Test(ipv6, rejects_another_version)
{
    struct frame frame = build(PACKET_TCP, "", 0);
    builder.bytes[14] = 0x50;
    cr_assert_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_IPV6_HEADER], 1);
}

Test(ipv6, skips_each_kind_of_extension_header)
{
    static const struct {
        uint8_t kind;
        const char *bytes;
        size_t length;
    } kinds[] = {
        {0, "\x06\0\1\4\0\0\0\0", 8},                       /* hop-by-hop: padding */
        {60, "\x06\1\1\4\0\0\0\0\1\6\0\0\0\0\0\0", 16},     /* destination options */
        {43, "\x06\0\4\0\0\0\0\0", 8},                      /* routing */
        {51, "\x06\4\0\0\0\0\0\1\0\0\0\1abcdefghijkl", 24}, /* authentication, ICV of 12 */
        {135, "\x3b\0\0\0\0\0\0\0", 8},                     /* mobility: nothing follows */
        {139, "\x06\0\0\0\0\0\0\0", 8},                     /* host identity */
        {140, "\x06\0\0\0\0\0\0\0", 8},                     /* shim6 */
        {44, "\x06\xff\0\0\0\0\0\1", 8},                    /* fragment: the only one */
        {44, "\x06\0\0\6\0\0\0\1", 8},                      /* the same, reserved bits set */
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        bool ends = kinds[i].bytes[0] == 59;
        struct frame frame = build(kinds[i].kind, kinds[i].bytes, kinds[i].length);
        cr_expect_eq(decode_guarded(frame, &p, &counters), !ends, "case %zu", i);
        cr_expect_eq(counters.other, ends ? 1 : 0, "case %zu", i);
        if (!ends)
            cr_expect(p.payload_length == 3 && p.source_port == 40000, "case %zu", i);
    }
}

Test(ipv6, counts_fragments)
{
    static const char *const fragments[] = {"\x06\0\0\1\0\0\0\1", "\x06\0\0\x08\0\0\0\1",
                                            "\x06\0\xff\xf8\0\0\0\1"};
    for (size_t i = 0; i < 3; i++) {
        struct frame frame = build(44, fragments[i], 8);
        cr_expect_not(decode_guarded(frame, &p, &counters));
        cr_expect_eq(counters.anomalies[ANOMALY_FRAGMENT], 1, "case %zu", i);
    }
}

Test(ipv6, follows_eight_extension_headers_and_no_more)
{
    char chain[9 * 8];
    for (size_t count = 8; count <= 9; count++) {
        for (size_t i = 0; i < count; i++)
            memcpy(chain + 8 * i, "\x3c\0\1\4\0\0\0\0", 8);
        chain[8 * (count - 1)] = PACKET_TCP;
        struct frame frame = build(60, chain, 8 * count);
        cr_expect_eq(decode_guarded(frame, &p, &counters), count == 8);
        cr_expect_eq(counters.anomalies[ANOMALY_IPV6_EXTENSION], count == 8 ? 0 : 1);
    }
}

Test(ipv6, rejects_an_extension_header_longer_than_the_packet)
{
    struct frame frame = build(60, "\x06\xff\1\4\0\0\0\0", 8);
    cr_assert_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_IPV6_EXTENSION], 1);
    frame = build(51, "\x06\xff\0\0\0\0\0\1", 8);
    cr_assert_not(decode_guarded(frame, &p, &counters));
    cr_assert_eq(counters.anomalies[ANOMALY_IPV6_EXTENSION], 1);
}
