/* SPDX-License-Identifier: Apache-2.0 */
#include "ajar/addr.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static bool contains(const struct netset *set, const char *text)
{
    struct addr addr;
    cr_assert_eq(addr_parse(text, &addr), AJAR_OK, "%s", text);
    return netset_contains(set, &addr);
}

/* Fails to parse, leaves the set alone, and says `expected`. */
static void expect_problem(const char *text, const char *expected)
{
    struct netset set = {.count = 7, .any = false};
    struct problem problem = {.text = ""};
    cr_expect_neq(netset_parse(text, &set, &problem), AJAR_OK, "%s", text);
    cr_expect_str_eq(problem.text, expected);
    cr_expect_eq(set.count, 7);
}

Test(net, is_read_alone)
{
    struct net net;
    cr_assert_eq(net_parse("198.51.100.128/25", &net, NULL), AJAR_OK);
    cr_assert_eq(net.prefix, 96 + 25);
    cr_assert_eq(net_parse("2001:db8::", &net, NULL), AJAR_OK);
    cr_assert_eq(net.prefix, 128);
}

Test(net, is_refused_with_what_would_be_right)
{
    struct net net = {.prefix = 7};
    struct problem problem = {.text = ""};
    cr_assert_eq(net_parse("198.51.100.129/25", &net, &problem), AJAR_ERR_FORMAT);
    cr_assert_str_eq(problem.text,
                     "198.51.100.129/25 has bits set below the prefix: write 198.51.100.128/25");
    cr_assert_eq(net_parse("any", &net, NULL), AJAR_ERR_FORMAT);
    cr_assert_eq(net_parse("192.0.2.1,192.0.2.2", &net, NULL), AJAR_ERR_FORMAT);
    cr_assert_eq(net.prefix, 7);
}

Test(netset, holds_the_networks_named)
{
    static struct netset set;
    cr_assert_eq(netset_parse("10.0.0.0/8, 192.0.2.7 ,2001:db8::/33,198.51.100.128/25", &set, NULL),
                 AJAR_OK);
    cr_assert_eq(set.count, 4);
    cr_expect(contains(&set, "10.0.0.0") && contains(&set, "10.255.255.255"));
    cr_expect_not(contains(&set, "11.0.0.0") || contains(&set, "9.255.255.255"));
    cr_expect(contains(&set, "192.0.2.7"));
    cr_expect_not(contains(&set, "192.0.2.6"));
    cr_expect(contains(&set, "2001:db8:7fff::1"));
    cr_expect_not(contains(&set, "2001:db8:8000::1"));
    cr_expect(contains(&set, "198.51.100.200"));
    cr_expect_not(contains(&set, "198.51.100.127"));
}

Test(netset, keeps_the_families_apart)
{
    static struct netset set;
    cr_assert_eq(netset_parse("0.0.0.0/0", &set, NULL), AJAR_OK);
    cr_expect(contains(&set, "8.8.8.8"));
    cr_expect_not(contains(&set, "2001:db8::1"));
    cr_assert_eq(netset_parse("::/0", &set, NULL), AJAR_OK);
    cr_expect(contains(&set, "2001:db8::1"));
}

Test(netset, takes_any_for_everything)
{
    static struct netset set;
    cr_assert_eq(netset_parse("any", &set, NULL), AJAR_OK);
    cr_assert(set.any && contains(&set, "8.8.8.8") && contains(&set, "::1"));
}

Test(netset, has_private_networks_as_home)
{
    static struct netset set;
    netset_init_private(&set);
    static const char *const inside[] = {"10.1.2.3",  "172.20.0.1", "192.168.1.1", "169.254.0.1",
                                         "127.0.0.1", "fd00::1",    "fe80::1",     "::1"};
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        cr_expect(contains(&set, inside[i]), "%s", inside[i]);
    cr_expect_not(contains(&set, "8.8.8.8") || contains(&set, "2001:db8::1"));
}

Test(netset, names_the_network_meant_when_bits_are_set_below_the_prefix)
{
    expect_problem("10.0.0.1/8", "10.0.0.1/8 has bits set below the prefix: write 10.0.0.0/8");
    expect_problem("192.0.2.0/24,2001:db8::1/64",
                   "2001:db8::1/64 has bits set below the prefix: write 2001:db8::/64");
}

Test(netset, says_what_is_wrong_with_an_item)
{
    expect_problem("10.0.0.0/8,lan", "\"lan\" is not an IP address: write for example 10.0.0.0/8");
    expect_problem("10.0.0.0/33",
                   "10.0.0.0/33: \"33\" is not a prefix length: write a number from 0 to 32");
    expect_problem("fd00::/129",
                   "fd00::/129: \"129\" is not a prefix length: write a number from 0 to 128");
    expect_problem("10.0.0.0/", "10.0.0.0/: \"\" is not a prefix length: write a number from 0 "
                                "to 32");
    expect_problem("10.0.0.0/255.0.0.0",
                   "10.0.0.0/255.0.0.0: \"255.0.0.0\" is not a prefix length: "
                   "write a number from 0 to 32");
    expect_problem("", "an empty item is not a network: write for example 10.0.0.0/8");
    expect_problem("10.0.0.0/8,,fd00::/8",
                   "an empty item is not a network: write for example 10.0.0.0/8");
    expect_problem("any,10.0.0.0/8", "\"any\" stands for every network: write it alone");
    expect_problem("10.0.0.0/8,any", "\"any\" stands for every network: write it alone");
}

Test(netset, cuts_a_very_long_item_in_its_message)
{
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct netset set;
    struct problem problem = {.text = ""};
    cr_assert_eq(netset_parse(text, &set, &problem), AJAR_ERR_FORMAT);
    cr_assert_lt(strlen(problem.text), 150u);
}

Test(netset, holds_its_maximum_and_no_more)
{
    static char text[(NETSET_MAX + 1) * 16];
    size_t used = 0;
    for (int i = 0; i < NETSET_MAX; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s10.0.%d.0/24", i ? "," : "", i);
    static struct netset set;
    cr_assert_eq(netset_parse(text, &set, NULL), AJAR_OK);
    cr_assert(set.count == NETSET_MAX && contains(&set, "10.0.255.1"));
    (void)snprintf(text + used, sizeof text - used, ",fd00::/8");
    struct problem problem = {.text = ""};
    cr_assert_eq(netset_parse(text, &set, &problem), AJAR_ERR_LIMIT);
    cr_assert_str_eq(problem.text, "more than 256 networks: write fewer, larger ones");
}
