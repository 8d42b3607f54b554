/* SPDX-License-Identifier: Apache-2.0 */
/* Networks in networks, side by side and at the ends of the address space; asked at their edges. */
#include "enrich/scanner_ranges.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST 100000

static struct scanner_nets nets;
static struct scanner_ranges ranges;

static void setup(void)
{
    nets = (struct scanner_nets){.items = NULL};
    ranges = (struct scanner_ranges){.starts = NULL};
}

static void teardown(void)
{
    scanner_nets_clear(&nets);
    scanner_ranges_clear(&ranges);
}

TestSuite(scanner_ranges, .init = setup, .fini = teardown);

static void add(const char *text, uint16_t owner)
{
    struct net net;
    struct problem problem = {""};
    cr_assert_eq(net_parse(text, &net, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(scanner_nets_add(&nets, &net, owner, MOST), AJAR_OK);
}

static void build(void)
{
    cr_assert_eq(scanner_ranges_init(&ranges, &nets), AJAR_OK);
}

static int owner_of(const char *text)
{
    struct addr addr;
    cr_assert_eq(addr_parse(text, &addr), AJAR_OK);
    uint16_t owner = scanner_ranges_find(&ranges, &addr);
    return owner == SCANNER_NOBODY ? -1 : owner;
}

Test(scanner_ranges, of_no_network_own_nothing)
{
    build();
    cr_assert_eq(owner_of("192.0.2.1"), -1);
    cr_assert_eq(owner_of("::"), -1);
}

Test(scanner_ranges, end_where_the_network_ends)
{
    add("198.51.100.64/26", 3);
    build();
    cr_assert_eq(owner_of("198.51.100.63"), -1);
    cr_assert_eq(owner_of("198.51.100.64"), 3);
    cr_assert_eq(owner_of("198.51.100.127"), 3);
    cr_assert_eq(owner_of("198.51.100.128"), -1);
}

Test(scanner_ranges, hold_a_single_address)
{
    add("198.51.100.255", 1);
    build();
    cr_assert_eq(owner_of("198.51.100.254"), -1);
    cr_assert_eq(owner_of("198.51.100.255"), 1);
    cr_assert_eq(owner_of("198.51.101.0"), -1);
}

Test(scanner_ranges, keep_the_families_apart)
{
    add("2001:db8:1::/48", 2);
    add("192.0.2.0/24", 1);
    build();
    cr_assert_eq(owner_of("2001:db8:0:ffff:ffff:ffff:ffff:ffff"), -1);
    cr_assert_eq(owner_of("2001:db8:1::"), 2);
    cr_assert_eq(owner_of("2001:db8:1:ffff:ffff:ffff:ffff:ffff"), 2);
    cr_assert_eq(owner_of("2001:db8:2::"), -1);
    cr_assert_eq(owner_of("192.0.2.1"), 1);
    cr_assert_eq(owner_of("::192.0.2.1"), -1);
}

Test(scanner_ranges, give_an_address_to_the_narrowest_network)
{
    add("10.0.0.0/8", 1);
    add("10.1.0.0/16", 2);
    add("10.1.2.0/24", 3);
    add("10.1.2.0/32", 4);
    add("10.1.255.0/24", 5);
    build();
    cr_assert_eq(owner_of("10.0.255.255"), 1);
    cr_assert_eq(owner_of("10.1.0.0"), 2);
    cr_assert_eq(owner_of("10.1.2.0"), 4);
    cr_assert_eq(owner_of("10.1.2.1"), 3);
    cr_assert_eq(owner_of("10.1.3.0"), 2);
    cr_assert_eq(owner_of("10.1.255.255"), 5);
    cr_assert_eq(owner_of("10.2.0.0"), 1);
    cr_assert_eq(owner_of("10.255.255.255"), 1);
    cr_assert_eq(owner_of("11.0.0.0"), -1);
}

Test(scanner_ranges, give_equal_networks_to_the_lowest_owner)
{
    add("192.0.2.0/24", 7);
    add("192.0.2.0/24", 2);
    build();
    cr_assert_eq(owner_of("192.0.2.9"), 2);
    cr_assert_eq(nets.count, 1, "a repeat counts once");
}

Test(scanner_ranges, join_neighbours_of_one_owner)
{
    add("192.0.2.0/25", 7);
    add("192.0.2.128/25", 7);
    build();
    cr_assert_eq(ranges.count, 2, "one start and one end, not %zu", ranges.count);
    cr_assert_eq(owner_of("192.0.2.127"), 7);
    cr_assert_eq(owner_of("192.0.2.128"), 7);
    cr_assert_eq(owner_of("192.0.3.0"), -1);
}

Test(scanner_ranges, reach_the_ends_of_the_address_space)
{
    add("::/1", 1);
    add("ff00::/8", 2);
    add("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 3);
    build();
    cr_assert_eq(owner_of("::"), 1);
    cr_assert_eq(owner_of("7fff::"), 1);
    cr_assert_eq(owner_of("8000::"), -1);
    cr_assert_eq(owner_of("ff00::"), 2);
    cr_assert_eq(owner_of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"), 2);
    cr_assert_eq(owner_of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 3);
}

Test(scanner_ranges, take_no_network_beyond_the_limit)
{
    struct net net;
    cr_assert_eq(net_parse("192.0.2.0/24", &net, NULL), AJAR_OK);
    cr_assert_eq(scanner_nets_add(&nets, &net, 0, 1), AJAR_OK);
    cr_assert_eq(scanner_nets_add(&nets, &net, 0, 1), AJAR_ERR_LIMIT);
    cr_assert_eq(nets.count, 1);
}

/* The owner by looking at every network. */
static int owner_by_search(const struct scanner_net *all, size_t count, const struct addr *addr)
{
    const struct scanner_net *best = NULL;
    for (size_t i = 0; i < count; i++) {
        struct netset one = {.nets = {all[i].net}, .count = 1};
        bool better = !best || all[i].net.prefix > best->net.prefix ||
                      (all[i].net.prefix == best->net.prefix && all[i].owner < best->owner);
        if (netset_contains(&one, addr) && better)
            best = &all[i];
    }
    return best ? best->owner : -1;
}

/* Networks crowded into 16 bits, so that they nest and touch. */
Test(scanner_ranges, agree_with_a_search_of_all_networks)
{
    enum { COUNT = 200 };
    static struct scanner_net all[COUNT];
    unsigned seed = 12345;
    for (unsigned i = 0; i < COUNT; i++) {
        char text[32];
        seed = seed * 1103515245 + 12345;
        unsigned bits = 16 + (seed >> 16) % 17;
        seed = seed * 1103515245 + 12345;
        unsigned host = (seed >> 8) & 0xffff & ~((1u << (32 - bits)) - 1);
        snprintf(text, sizeof text, "192.0.%u.%u/%u", host >> 8, host & 255, bits);
        add(text, (uint16_t)(i % 9));
        all[i] = nets.items[i];
    }
    build();
    for (unsigned host = 0; host < 0x10000; host += 3) {
        uint8_t bytes[4] = {192, 0, (uint8_t)(host >> 8), (uint8_t)host};
        struct addr addr = addr_from_ipv4(bytes);
        uint16_t owner = scanner_ranges_find(&ranges, &addr);
        cr_assert_eq(owner == SCANNER_NOBODY ? -1 : owner, owner_by_search(all, COUNT, &addr),
                     "192.0.%u.%u", host >> 8, host & 255);
    }
}
