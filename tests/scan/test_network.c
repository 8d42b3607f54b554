/* SPDX-License-Identifier: Apache-2.0 */
#include "scanned.h"

#include <criterion/criterion.h>

#define V4(text) values_of("ipv4", text)
#define V6(text) values_of("ipv6", text)

Test(network, finds_ipv4)
{
    cr_expect_eq(V4("{\"ip_address\":\"198.18.4.238\",\"x\":1}"), 1);
    cr_expect_eq(V4("from 10.20.30.11:9200 to 192.168.1.1, 203.0.113.61."), 3);
    cr_expect_eq(V4("http://198.51.100.9/x"), 1);
    cr_expect_eq(V4("{\"client_ip\":\"8.8.8.8\"}"), 1);
}

Test(network, versions_are_no_ipv4)
{
    cr_expect_eq(V4("{\"version\":\"10.2.3.4\"}"), 0);
    cr_expect_eq(V4("{\"address\":\"10.2.3.4\"}"), 1);
    cr_expect_eq(V4("Chrome/79.0.39.88 Safari/537.36 v10.2.3.4 pkg-10.2.3.4"), 0);
    cr_expect_eq(V4("section 1.2.3.4 says"), 0);
    cr_expect_eq(V4("1.3.6.1.4.1.311"), 0);
    cr_expect_eq(V4("libfoo-10.2.3.4.tar.gz 10.2.3.4rc1 10.2.3.4-beta"), 0);
}

Test(network, octets_must_be_octets)
{
    cr_expect_eq(V4("298.18.4.238 198.18.4.256 198.018.4.2 198.18.4"), 0);
    cr_expect_eq(V4("0.0.0.0 127.0.0.1 255.255.255.0 239.255.255.250"), 0);
    cr_expect_eq(V4("128.0.0.1"), 1);
}

Test(network, finds_ipv6)
{
    cr_expect_eq(V6("{\"ip\":\"2001:db8::17\"}"), 1);
    cr_expect_eq(V6("from 2001:db8:0:1:2:3:4:5 and fe80::1."), 2);
    cr_expect_eq(V6("[2001:db8::5]:443"), 1);
}

Test(network, times_scopes_and_macs_are_no_ipv6)
{
    cr_expect_eq(V6("2019-12-05T10:11:12Z 10:11:12 {\"a\":1,\"b\":2}"), 0);
    cr_expect_eq(V6("std::vector a::b Face::Dead ::after ::before"), 0);
    cr_expect_eq(V6("00:1b:44:11:3a:b7"), 0);
    cr_expect_eq(V6("::1 ::"), 0);
    cr_expect_eq(V6("2001:db8::g"), 0);
}

Test(network, writings_of_one_address_are_one_distinct)
{
    const struct finding *finding = scanned("2001:DB8::17 2001:db8:0:0:0:0:0:17");
    const struct finding_class *row = class_in(finding, "ipv6");
    cr_assert_not_null(row);
    cr_expect_eq(row->values, 2);
    cr_expect_eq(sketch_estimate(&row->distinct), 1);
}
