/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forwarded.h"

#include <criterion/criterion.h>
#include <string.h>

typedef bool (*reader)(struct slice value, struct addr *client);

static const char *read_text(reader read, const char *value, size_t length)
{
    static char text[ADDR_TEXT_MAX];
    struct addr client;
    memset(&client, 0xa5, sizeof client);
    struct addr before = client;
    if (!read((struct slice){value, length}, &client)) {
        cr_assert_eq(addr_compare(&client, &before), 0, "changed by %s", value);
        return "none";
    }
    addr_format(&client, text);
    return text;
}

static void expect(reader read, const char *value, const char *address)
{
    cr_expect_str_eq(read_text(read, value, strlen(value)), address, "%s", value);
}

Test(forwarded, takes_the_last_address_of_a_list)
{
    expect(forwarded_read_list, "203.0.113.5", "203.0.113.5");
    expect(forwarded_read_list, "203.0.113.5, 198.51.100.7", "198.51.100.7");
    expect(forwarded_read_list, "203.0.113.5,2001:db8::17", "2001:db8::17");
    expect(forwarded_read_list, " 203.0.113.5 ,\t198.51.100.7\r\n ", "198.51.100.7");
}

Test(forwarded, reads_ports_brackets_quotes_and_zones)
{
    expect(forwarded_read_list, "203.0.113.5:47011", "203.0.113.5");
    expect(forwarded_read_list, "[2001:db8::17]:47011", "2001:db8::17");
    expect(forwarded_read_list, "[2001:db8::17]", "2001:db8::17");
    expect(forwarded_read_list, "\"[2001:db8::17]:1\"", "2001:db8::17");
    expect(forwarded_read_list, "fe80::1%eth0", "fe80::1");
    expect(forwarded_read_list, "[fe80::1%eth0]:80", "fe80::1");
    expect(forwarded_read_list, "::ffff:203.0.113.5", "203.0.113.5");
}

Test(forwarded, passes_over_what_is_no_address)
{
    expect(forwarded_read_list, "203.0.113.5, unknown", "203.0.113.5");
    expect(forwarded_read_list, "203.0.113.5,,", "203.0.113.5");
    expect(forwarded_read_list, "203.0.113.5, 300.1.1.1", "203.0.113.5");
    expect(forwarded_read_list, "203.0.113.5, [2001:db8::1", "203.0.113.5");
    expect(forwarded_read_list, "203.0.113.5, [2001:db8::1]x", "203.0.113.5");
    expect(forwarded_read_list, "unknown", "none");
    expect(forwarded_read_list, "", "none");
    expect(forwarded_read_list, ", ,", "none");
    expect(forwarded_read_list, "\"", "none");
    expect(forwarded_read_list, "\"\"", "none");
    cr_expect_str_eq(read_text(forwarded_read_list, "203.0.113.5\0x", 13), "none");
    cr_expect_str_eq(read_text(forwarded_read_list, "203.0.113.5\0x", 11), "203.0.113.5");
}

Test(forwarded, reads_the_examples_of_rfc_7239)
{
    expect(forwarded_read_elements, "for=\"_gazonk\"", "none");
    expect(forwarded_read_elements, "For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17");
    expect(forwarded_read_elements, "for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60");
    expect(forwarded_read_elements, "for=192.0.2.43, for=198.51.100.17", "198.51.100.17");
    expect(forwarded_read_elements, "for=192.0.2.43,for=\"[2001:db8:cafe::17]\",for=unknown",
           "2001:db8:cafe::17");
    expect(forwarded_read_elements, "for=_hidden, for=_SEVKISEK", "none");
}

Test(forwarded, takes_for_alone)
{
    expect(forwarded_read_elements, "by=203.0.113.43;proto=https", "none");
    expect(forwarded_read_elements, "forward=203.0.113.43", "none");
    expect(forwarded_read_elements, "for=203.0.113.43;host=example", "203.0.113.43");
    expect(forwarded_read_elements, "by=1.1.1.1; FOR = 203.0.113.43", "203.0.113.43");
    expect(forwarded_read_elements, "for", "none");
    expect(forwarded_read_elements, "for=", "none");
}

Test(forwarded, finds_no_delimiter_in_quotes)
{
    expect(forwarded_read_elements, "host=\"a,for=1.1.1.1\";for=2.2.2.2", "2.2.2.2");
    expect(forwarded_read_elements, "host=\"a\\\",for=1.1.1.1\"", "none");
    expect(forwarded_read_elements, "host=\"a\\\\\",for=1.1.1.1", "1.1.1.1");
    expect(forwarded_read_elements, "for=\"1.1.\\1.1\"", "1.1.1.1");
    expect(forwarded_read_elements, "for=\"1.1.1.1", "1.1.1.1"); /* never closed: the end does */
    expect(forwarded_read_elements, "for=\"1.1.1.1\\", "none");
}

Test(forwarded, refuses_what_is_longer_than_any_address)
{
    char value[200] = "203.0.113.5, [";
    memset(value + 14, '0', 150);
    expect(forwarded_read_list, value, "203.0.113.5");
    memcpy(value, "for=\"", 5);
    memset(value + 5, '1', 150);
    expect(forwarded_read_elements, value, "none");
}

static const char *find(const struct http_header *lines, size_t count)
{
    static char text[ADDR_TEXT_MAX];
    struct http_headers headers = {.count = count};
    struct addr client;
    memcpy(headers.lines, lines, count * sizeof *lines);
    if (!forwarded_find(&headers, &client))
        return "none";
    addr_format(&client, text);
    return text;
}

#define TEXT(x)           {x, sizeof(x) - 1}
#define LINE(name, value) {TEXT(name), TEXT(value)}

Test(forwarded, takes_the_last_of_several_lines)
{
    const struct http_header lines[] = {
        LINE("Host", "db"), LINE("X-Forwarded-For", "1.1.1.1, 2.2.2.2"),
        LINE("x-forwarded-for", "3.3.3.3"), LINE("X-Forwarded-For", "unknown"),
        LINE("X-Forwarded-Host", "4.4.4.4")};
    cr_expect_str_eq(find(lines, 5), "3.3.3.3");
    cr_expect_str_eq(find(lines, 2), "2.2.2.2");
    cr_expect_str_eq(find(lines, 1), "none");
}

Test(forwarded, prefers_the_line_that_most_proxies_write)
{
    const struct http_header lines[] = {LINE("X-Real-IP", "1.1.1.1"),
                                        LINE("Forwarded", "for=2.2.2.2"),
                                        LINE("X-Forwarded-For", "3.3.3.3")};
    cr_expect_str_eq(find(lines, 3), "3.3.3.3");
    cr_expect_str_eq(find(lines, 2), "2.2.2.2");
    cr_expect_str_eq(find(lines, 1), "1.1.1.1");
}
