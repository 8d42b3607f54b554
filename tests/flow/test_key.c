/* SPDX-License-Identifier: Apache-2.0 */
/* Flow keys: both directions meet, everything else does not. */
#include "flow/key.h"

#include <criterion/criterion.h>

static struct packet packet_between(uint8_t source, uint16_t source_port, uint8_t destination,
                                    uint16_t destination_port)
{
    struct packet packet = {
        .source_port = source_port, .destination_port = destination_port, .protocol = PACKET_TCP};
    packet.source.bytes[15] = source;
    packet.destination.bytes[15] = destination;
    return packet;
}

static struct flow flow_of(const struct packet *packet)
{
    return (struct flow){.addr = {packet->source, packet->destination},
                         .port = {packet->source_port, packet->destination_port},
                         .protocol = packet->protocol};
}

static struct packet reversed(struct packet packet)
{
    struct packet back = packet;
    back.source = packet.destination;
    back.destination = packet.source;
    back.source_port = packet.destination_port;
    back.destination_port = packet.source_port;
    return back;
}

Test(flow_key, both_directions_have_one_hash_and_different_ends)
{
    struct packet there = packet_between(1, 40000, 2, 9200);
    struct packet back = reversed(there);
    struct flow_key a = flow_key_of_packet(&there, 7);
    struct flow_key b = flow_key_of_packet(&back, 7);
    cr_assert_eq(a.hash, b.hash);
    cr_assert_not(a.source_is_high);
    cr_assert(b.source_is_high);
}

Test(flow_key, ports_order_the_ends_of_one_address)
{
    struct packet there = packet_between(1, 9200, 1, 40000);
    struct packet back = reversed(there);
    cr_assert_eq(flow_key_of_packet(&there, 7).hash, flow_key_of_packet(&back, 7).hash);
    cr_assert_neq(flow_key_of_packet(&there, 7).source_is_high,
                  flow_key_of_packet(&back, 7).source_is_high);
}

Test(flow_key, every_value_of_the_tuple_and_the_seed_change_the_hash)
{
    struct packet base = packet_between(1, 40000, 2, 9200);
    uint64_t hash = flow_key_of_packet(&base, 7).hash;
    struct packet others[] = {packet_between(3, 40000, 2, 9200), packet_between(1, 40001, 2, 9200),
                              packet_between(1, 40000, 3, 9200), packet_between(1, 40000, 2, 9201),
                              packet_between(1, 9200, 2, 40000), base};
    others[5].protocol = PACKET_UDP;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_assert_neq(flow_key_of_packet(&others[i], 7).hash, hash, "tuple %zu", i);
    cr_assert_neq(flow_key_of_packet(&base, 8).hash, hash);
}

Test(flow_key, a_flow_hashes_like_its_packets)
{
    struct packet there = packet_between(9, 40000, 2, 9200);
    struct flow flow = flow_of(&there);
    cr_assert_eq(flow_key_hash(&flow, 7), flow_key_of_packet(&there, 7).hash);
    struct packet back = reversed(there);
    flow = flow_of(&back);
    cr_assert_eq(flow_key_hash(&flow, 7), flow_key_of_packet(&there, 7).hash);
}

Test(flow_key, matches_packets_of_both_sides_and_names_the_sender)
{
    struct packet there = packet_between(1, 40000, 2, 9200);
    struct packet back = reversed(there);
    struct flow flow = flow_of(&there);
    unsigned side = 9;
    cr_assert(flow_key_matches(&flow, &there, &side));
    cr_assert_eq(side, 0);
    cr_assert(flow_key_matches(&flow, &back, &side));
    cr_assert_eq(side, 1);
}

Test(flow_key, matches_no_packet_that_differs_in_one_value)
{
    struct packet there = packet_between(1, 40000, 2, 9200);
    struct flow flow = flow_of(&there);
    struct packet crossed = packet_between(2, 40000, 1, 9200); /* ports do not move along */
    struct packet udp = there;
    udp.protocol = PACKET_UDP;
    unsigned side = 9;
    cr_assert_not(flow_key_matches(&flow, &crossed, &side));
    cr_assert_not(flow_key_matches(&flow, &udp, &side));
    cr_assert_eq(side, 9, "the side is written for a match only");
}
