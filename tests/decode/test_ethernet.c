/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/guarded.h"

#include <criterion/criterion.h>

static struct frame_builder builder;

Test(ethernet, keeps_the_ids_of_stacked_tags_outermost_first)
{
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 0x88a8);
    frame_build_vlan(&builder, 0x2000 | 100, 0x9100); /* the priority bits are not the id */
    frame_build_vlan(&builder, 200, 0x8100);
    frame_build_vlan(&builder, 4095, 0x0800);
    build_tcp4(&builder, "x");
    struct packet p;
    struct decode_counters counters = {0};
    cr_assert(decode_guarded(frame_build_end(&builder), &p, &counters));
    cr_assert_eq(p.vlan_count, 3);
    cr_assert(p.vlans[0] == 100 && p.vlans[1] == 200 && p.vlans[2] == 4095);
    cr_assert_eq(p.payload_length, 1);
}

Test(ethernet, keeps_no_more_tags_than_fit)
{
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 0x8100);
    for (uint16_t id = 1; id < 5; id++)
        frame_build_vlan(&builder, id, 0x8100);
    frame_build_vlan(&builder, 5, 0x0800);
    build_tcp4(&builder, "x");
    struct packet p;
    struct decode_counters counters = {0};
    cr_assert(decode_guarded(frame_build_end(&builder), &p, &counters));
    cr_assert(p.vlan_count == PACKET_VLANS_MAX && p.vlans[2] == 3);
}

Test(ethernet, takes_a_priority_tag_for_no_vlan)
{
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 0x8100);
    frame_build_vlan(&builder, 0xe000, 0x0800);
    build_tcp4(&builder, "x");
    struct packet p;
    struct decode_counters counters = {0};
    cr_assert(decode_guarded(frame_build_end(&builder), &p, &counters));
    cr_assert_eq(p.vlan_count, 0);
}

Test(ethernet, follows_snap_to_ip)
{
    frame_build_begin(&builder, 1);
    frame_build_ethernet(&builder, 8 + 20 + 20 + 3); /* an 802.3 length */
    frame_build_bytes(&builder, "\xaa\xaa\x03\0\0\0\x08\0", 8);
    build_tcp4(&builder, "abc");
    struct packet p;
    struct decode_counters counters = {0};
    cr_assert(decode_guarded(frame_build_end(&builder), &p, &counters));
    cr_assert_eq(p.payload_length, 3);
}

Test(ethernet, passes_over_snap_of_another_organisation_and_plain_llc)
{
    static const char *const headers[] = {"\xaa\xaa\x03\0\0\x0c\x20\0", "\x42\x42\x03\0\0\0\x08\0"};
    for (size_t i = 0; i < 2; i++) {
        frame_build_begin(&builder, 1);
        frame_build_ethernet(&builder, 8 + 20 + 20 + 3);
        frame_build_bytes(&builder, headers[i], 8);
        build_tcp4(&builder, "abc");
        struct packet p;
        struct decode_counters counters = {0};
        cr_expect_not(decode_guarded(frame_build_end(&builder), &p, &counters));
        cr_expect_eq(counters.other, 1);
    }
}

Test(ethernet, counts_headers_that_are_cut)
{
    static const char headers[] = "\2\0\0\0\0\1\2\0\0\0\0\2\x81\0\0\7\x08\0";
    for (uint32_t length = 0; length < 18; length++) {
        struct frame frame = {.data = (const uint8_t *)headers,
                              .captured = length,
                              .on_wire = length,
                              .link_type = 1};
        struct packet p;
        struct decode_counters counters = {0};
        cr_expect_not(decode_guarded(frame, &p, &counters));
        cr_expect_eq(counters.anomalies[ANOMALY_FRAME_TRUNCATED], 1, "%u", length);
    }
}
