/* SPDX-License-Identifier: Apache-2.0 */
#include "ajar/addr.h"

#include <criterion/criterion.h>
#include <string.h>

static struct addr parse(const char *text)
{
    struct addr addr = {{0}};
    cr_assert_eq(addr_parse(text, &addr), AJAR_OK, "%s", text);
    return addr;
}

Test(addr, formats_what_it_parsed)
{
    static const char *const texts[] = {"0.0.0.0", "192.0.2.1",   "255.255.255.255",
                                        "::",      "2001:db8::1", "fe80::1:2:3:4"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct addr addr = parse(texts[i]);
        char text[ADDR_TEXT_MAX];
        addr_format(&addr, text);
        cr_expect_str_eq(text, texts[i]);
        cr_expect_eq(addr_is_ipv4(&addr), strchr(texts[i], ':') == NULL);
    }
}

Test(addr, takes_a_mapped_address_for_ipv4)
{
    struct addr mapped = parse("::ffff:192.0.2.1");
    struct addr plain = parse("192.0.2.1");
    cr_assert_eq(addr_compare(&mapped, &plain), 0);
    cr_assert(addr_is_ipv4(&mapped));
}

Test(addr, leaves_the_result_alone_when_the_text_is_wrong)
{
    static const char *const wrong[] = {"",        "10.0.0",       "10.0.0.256", "10.0.0.1/8",
                                        "2001:::", "fe80::1%eth0", "host",       " 10.0.0.1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct addr addr = parse("192.0.2.9");
        cr_expect_eq(addr_parse(wrong[i], &addr), AJAR_ERR_FORMAT, "%s", wrong[i]);
        cr_expect_eq(addr.bytes[15], 9);
    }
}

Test(addr, comes_from_bytes_of_the_wire)
{
    uint8_t four[4] = {192, 0, 2, 1};
    uint8_t sixteen[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    struct addr ipv4 = addr_from_ipv4(four);
    struct addr ipv6 = addr_from_ipv6(sixteen);
    struct addr expected4 = parse("192.0.2.1");
    struct addr expected6 = parse("2001:db8::1");
    cr_assert_eq(addr_compare(&ipv4, &expected4), 0);
    cr_assert_eq(addr_compare(&ipv6, &expected6), 0);
}

Test(addr, orders_by_bytes)
{
    struct addr low = parse("10.0.0.1");
    struct addr high = parse("10.0.1.0");
    cr_assert_lt(addr_compare(&low, &high), 0);
    cr_assert_gt(addr_compare(&high, &low), 0);
}

Test(addr, counts_reachable_and_documentation_addresses_as_public)
{
    static const char *const texts[] = {
        "8.8.8.8",        "1.1.1.1",        "172.15.255.255",  "172.32.0.0",
        "100.63.255.255", "100.128.0.0",    "192.0.2.1",       "198.51.100.1",
        "203.0.113.1",    "198.17.255.255", "198.20.0.0",      "223.255.255.255",
        "2001:db8::1",    "2606:4700::1",   "2001:4860::8888", "64:ff9b::808:808"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct addr addr = parse(texts[i]);
        cr_expect(addr_is_public(&addr), "%s", texts[i]);
    }
}

Test(addr, counts_special_ranges_as_not_public)
{
    static const char *const texts[] = {
        "0.0.0.0",        "10.255.255.255", "100.64.0.1",      "127.0.0.1",   "169.254.1.1",
        "172.16.0.1",     "172.31.255.255", "192.0.0.1",       "192.168.0.1", "198.18.0.1",
        "198.19.255.255", "224.0.0.1",      "255.255.255.255", "::",          "::1",
        "fc00::1",        "fdff::1",        "fe80::1",         "ff02::1",     "fec0::1",
        "2001:2::1",      "2001:20::1",     "64:ff9b::a00:1",  "100::1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct addr addr = parse(texts[i]);
        cr_expect_not(addr_is_public(&addr), "%s", texts[i]);
    }
}
