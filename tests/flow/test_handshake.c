/* SPDX-License-Identifier: Apache-2.0 */
/* SYN-ACK memory: what it remembers, for how long, and that it never grows. */
#include "flow/handshake.h"

#include <criterion/criterion.h>

#define NOW (UINT64_C(1700000000) * UINT64_C(1000000000))

static struct handshake_table table;

static void set_up(void)
{
    cr_assert_eq(handshake_table_init(&table, 4), AJAR_OK);
}

static void tear_down(void)
{
    handshake_table_clear(&table);
}

TestSuite(flow_handshake, .init = set_up, .fini = tear_down);

/* Key number n of set 0 of 2; the low bits choose the set, the high bits are the tag. */
static struct flow_key key_number(uint32_t n, bool source_is_high)
{
    return (struct flow_key){.hash = (uint64_t)(n * 2) << 32, .source_is_high = source_is_high};
}

static struct packet syn_ack(uint32_t server_isn, uint32_t client_isn)
{
    return (struct packet){.tcp_sequence = server_isn, .tcp_acknowledgment = client_isn + 1};
}

static struct packet payload_at(uint32_t sequence)
{
    return (struct packet){.tcp_sequence = sequence, .payload_on_wire = 1};
}

static bool take(uint32_t n, bool from_high, uint32_t sequence, uint64_t now,
                 struct handshake *found)
{
    struct flow_key key = key_number(n, from_high);
    struct packet packet = payload_at(sequence);
    return handshake_take(&table, &key, &packet, now, found);
}

static void insert(uint32_t n, bool server_is_high, uint32_t server_isn, uint32_t client_isn,
                   uint64_t now)
{
    struct flow_key key = key_number(n, server_is_high);
    struct packet packet = syn_ack(server_isn, client_isn);
    handshake_insert(&table, &key, &packet, now);
}

Test(flow_handshake, tells_the_server_and_both_beginnings_to_the_clients_first_payload)
{
    struct handshake found;
    insert(1, true, 5000, 1000, NOW);
    cr_assert(take(1, false, 1001, NOW, &found));
    cr_assert_eq(found.client_isn, 1000);
    cr_assert_eq(found.server_isn, 5000);
    cr_assert(found.server_is_high);
}

Test(flow_handshake, tells_it_to_the_servers_first_payload_too)
{
    struct handshake found;
    insert(1, false, 5000, 1000, NOW);
    cr_assert(take(1, false, 5001, NOW, &found));
    cr_assert_not(found.server_is_high);
}

Test(flow_handshake, forgets_what_it_told)
{
    struct handshake found;
    insert(1, true, 5000, 1000, NOW);
    cr_assert(take(1, false, 1001, NOW, &found));
    cr_assert_not(take(1, false, 1001, NOW, &found));
}

Test(flow_handshake, knows_nothing_of_another_tuple)
{
    struct handshake found;
    insert(1, true, 5000, 1000, NOW);
    cr_assert_not(take(2, false, 1001, NOW, &found));
    cr_assert(take(1, false, 1001, NOW, &found));
}

Test(flow_handshake, accepts_a_first_payload_after_lost_ones_but_not_of_another_connection)
{
    struct handshake found;
    insert(1, true, 5000, 1000, NOW);
    cr_assert_not(take(1, false, 1000, NOW, &found), "before the first byte");
    cr_assert_not(take(1, false, 1001 + (17 << 20), NOW, &found), "beyond any window");
    cr_assert(take(1, false, 1001 + (1 << 20), NOW, &found));
}

Test(flow_handshake, expires_by_the_packet_clock)
{
    struct handshake found;
    insert(1, true, 5000, 1000, NOW);
    insert(2, true, 5000, 1000, NOW);
    cr_assert(take(1, false, 1001, NOW + HANDSHAKE_TIMEOUT_NS - 2000000000, &found));
    cr_assert_not(take(2, false, 1001, NOW + HANDSHAKE_TIMEOUT_NS + 2000000000, &found));
}

Test(flow_handshake, replaces_the_older_of_two_when_its_place_is_full)
{
    struct handshake found;
    insert(1, true, 5000, 1000, NOW);
    insert(2, true, 5000, 1000, NOW + 2000000000);
    insert(3, true, 5000, 1000, NOW + 4000000000);
    cr_assert_not(take(1, false, 1001, NOW, &found));
    cr_assert(take(2, false, 1001, NOW + 4000000000, &found));
    cr_assert(take(3, false, 1001, NOW + 4000000000, &found));
}

Test(flow_handshake, keeps_one_entry_for_a_repeated_syn_ack)
{
    struct handshake found;
    insert(1, true, 5000, 1000, NOW);
    insert(2, true, 6000, 2000, NOW);
    insert(2, true, 6000, 2000, NOW + 2000000000);
    cr_assert(take(1, false, 1001, NOW, &found));
}
