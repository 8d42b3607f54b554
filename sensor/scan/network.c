/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of machines, which are personal data when they are a customer's (GDPR recital 30). Not
 * versions, not times, not names of C++.
 */
#include "scan/recognise.h"

#include "base/hash.h"

#include <arpa/inet.h>
#include <string.h>

#define IPV6_TEXT_MAX 46
#define VERSIONS_END  100 /* no version begins with such a number */

static const char *const version_words[] = {"version", "build", "release", "revision", "oid", NULL};
static const char *const address_words[] = {"ip",  "addr", "host",   "client", "src",    "dst",
                                            "dns", "peer", "server", "remote", "source", NULL};

/* One octet, no leading zero; its length or 0. */
static int read_octet(const uint8_t *at, int from, uint8_t *octet)
{
    int count = near_digits(at, from, 4);
    unsigned number = 0;
    for (int i = 0; i < count; i++)
        number = number * 10 + (near_byte(at, from + i) - (unsigned)'0');
    if (count == 0 || count > 3 || number > 255 || (count > 1 && near_byte(at, from) == '0'))
        return 0;
    *octet = (uint8_t)number;
    return count;
}

static bool read_octets(const uint8_t *at, int begin, uint8_t octets[static 4], int *end)
{
    int i = begin;
    for (int k = 0; k < 4; k++) {
        int length = read_octet(at, i, &octets[k]);
        if (length == 0 || (k < 3 && near_byte(at, i + length) != '.'))
            return false;
        i += length + (k < 3);
    }
    *end = i;
    return true;
}

/* "Name/1.2.3.4", "package-1.2.3.4", "v1.2.3.4": a version. */
static bool looks_like_version(const uint8_t *at, int begin, int end, uint8_t first)
{
    uint8_t before = near_byte(at, begin - 1);
    uint8_t behind = near_byte(at, end);
    if ((before == '-' && is_word(near_byte(at, begin - 2))))
        return true;
    if (before == '/' && is_word(near_byte(at, begin - 2)))
        return true;
    if (is_word(behind) || (behind == '.' && is_alnum(near_byte(at, end + 1))))
        return true;
    if (behind == '-' && is_alnum(near_byte(at, end + 1)) && !is_digit(near_byte(at, end + 1)))
        return true;
    if (first >= VERSIONS_END)
        return false;
    return near_is(at, begin - 8, "version ") || near_key_contains(at, begin, version_words);
}

bool ipv4_read(const uint8_t *at, struct scan_value *value)
{
    uint8_t octets[4];
    int end;
    int begin = -near_digits_before(at, 0, 4);
    if (near_byte(at, begin - 1) == '.' || !near_word_begins(at, begin) ||
        !read_octets(at, begin, octets, &end) || looks_like_version(at, begin, end, octets[0]))
        return false;
    if (octets[0] == 0 || octets[0] == 127 || octets[0] >= 224)
        return false;
    bool small = octets[0] < 10 && octets[1] < 10 && octets[2] < 10 && octets[3] < 10;
    if (small && !near_key_contains(at, begin, address_words))
        return false;
    *value = (struct scan_value){begin, end, hash_keyed(0, octets, sizeof octets), false};
    return true;
}

static bool is_run_byte(uint8_t c)
{
    return is_hex(c) || c == ':' || c == '.';
}

/* The text is an address that machines have: global unicast, local, multicast. */
static bool is_used(const struct in6_addr *address)
{
    uint8_t first = address->s6_addr[0];
    uint8_t second = address->s6_addr[1];
    return (first & 0xe0) == 0x20 || (first & 0xfe) == 0xfc || first == 0xff ||
           (first == 0xfe && (second & 0xc0) == 0x80);
}

bool ipv6_read(const uint8_t *at, struct scan_value *value)
{
    char text[IPV6_TEXT_MAX + 1];
    int begin = 0;
    while (begin > -5 && is_hex(near_byte(at, begin - 1)))
        begin--;
    if (near_byte(at, begin - 1) == ':' || !near_word_begins(at, begin) || begin == -5)
        return false;
    int end = begin;
    int colons = 0;
    bool shortened = false;
    while (end - begin < IPV6_TEXT_MAX && is_run_byte(near_byte(at, end))) {
        uint8_t c = near_byte(at, end);
        shortened |= c == ':' && near_byte(at, end + 1) == ':';
        colons += c == ':';
        text[end - begin] = (char)c;
        end++;
    }
    while (end > begin && (text[end - begin - 1] == '.' ||
                           (text[end - begin - 1] == ':' && text[end - begin - 2] != ':')))
        end--;
    if (end == begin || is_word(near_byte(at, end)) || colons < 2 || (!shortened && colons < 6))
        return false;
    text[end - begin] = '\0';
    struct in6_addr address;
    if (inet_pton(AF_INET6, text, &address) != 1 || !is_used(&address))
        return false;
    *value = (struct scan_value){begin, end, hash_keyed(0, &address, sizeof address), false};
    return true;
}

static bool is_host_byte(uint8_t c)
{
    return is_digit(c) || c == '.' || c == '-' || (is_letter(c) && !is_upper(c));
}

/* Two labels or more, the last of letters; with a port or as "localhost" one is enough. */
static bool is_host_name(const uint8_t *at, struct scan_span name, bool port)
{
    int top = name.begin;
    for (int i = name.begin; i < name.end; i++) {
        if (!is_host_byte(near_byte(at, i)))
            return false;
        top = near_byte(at, i) == '.' ? i + 1 : top;
    }
    if (top == name.begin)
        return port || (name.end - name.begin == 9 && near_is(at, name.begin, "localhost"));
    for (int i = top; i < name.end; i++)
        if (!is_letter(near_byte(at, i)))
            return false;
    return name.end - top >= 2;
}

static bool is_literal(int family, const uint8_t *at, struct scan_span span)
{
    char text[IPV6_TEXT_MAX + 1];
    struct in6_addr address;
    int length = span.end - span.begin;
    if (length < 2 || length > IPV6_TEXT_MAX)
        return false;
    memcpy(text, at + span.begin, (size_t)length);
    text[length] = '\0';
    return inet_pton(family, text, &address) == 1;
}

/* Rare, so kept out of the loop over marks. */
__attribute__((cold, noinline)) bool machine_is_named(const uint8_t *at, struct scan_span span)
{
    if (memchr(at + span.begin, ' ', (size_t)(span.end - span.begin)))
        return false;
    bool url = memmem(at + span.begin, (size_t)(span.end - span.begin), "://", 3) != NULL;
    if (url || is_literal(AF_INET6, at, span))
        return true;
    int digits = near_digits_before(at, span.end, 6);
    bool port = digits >= 2 && digits <= 5 && near_byte(at, span.end - digits - 1) == ':';
    struct scan_span host = {span.begin, port ? span.end - digits - 1 : span.end};
    struct scan_span inside = {host.begin + 1, host.end - 1};
    if (near_byte(at, host.begin) == '[' && near_byte(at, host.end - 1) == ']')
        return is_literal(AF_INET6, at, inside) || is_literal(AF_INET, at, inside);
    return is_literal(AF_INET, at, host) || is_host_name(at, host, port);
}
