/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses: text forms, order, and which of them a geo database can know (RFC 6890). One form for
 * both families (IPv4 mapped, RFC 4291 2.5.5.2), so that flows and tables have one kind of key.
 */
#include "ajar/addr.h"

#include <arpa/inet.h>
#include <string.h>

#define MAPPED_BYTES 12 /* ten zero bytes, ff ff */

static const uint8_t mapped_prefix[MAPPED_BYTES] = {[10] = 0xff, [11] = 0xff};

bool addr_is_ipv4(const struct addr *addr)
{
    return memcmp(addr->bytes, mapped_prefix, MAPPED_BYTES) == 0;
}

int addr_compare(const struct addr *a, const struct addr *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

struct ipv4_range {
    uint32_t base;
    uint8_t prefix;
};

/* RFC 6890 and its registry: not globally reachable, without the documentation networks. */
static const struct ipv4_range special_ipv4[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* carrier NAT, RFC 6598 */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarking, RFC 2544 */
    {0xe0000000, 4},  /* multicast */
    {0xf0000000, 4},  /* reserved, broadcast */
};

static bool is_public_ipv4(const uint8_t *bytes)
{
    uint32_t value =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    for (size_t i = 0; i < sizeof special_ipv4 / sizeof special_ipv4[0]; i++) {
        uint32_t mask = ~(uint32_t)0 << (32 - special_ipv4[i].prefix);
        if ((value & mask) == special_ipv4[i].base)
            return false;
    }
    return true;
}

/* Global unicast is 2000::/3 (RFC 4291 2.4) and the NAT64 prefix 64:ff9b::/96 (RFC 6052). */
static bool is_public_ipv6(const uint8_t *bytes)
{
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    static const uint8_t benchmark[6] = {0x20, 0x01, 0x00, 0x02};
    if (memcmp(bytes, nat64, sizeof nat64) == 0)
        return is_public_ipv4(bytes + 12);
    if ((bytes[0] & 0xe0) != 0x20)
        return false;
    if (memcmp(bytes, benchmark, sizeof benchmark) == 0)
        return false; /* 2001:2::/48, RFC 5180 */
    bool is_orchid = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x00 &&
                     (bytes[3] & 0xf0) == 0x20; /* 2001:20::/28, RFC 7343 */
    return !is_orchid;
}

bool addr_is_public(const struct addr *addr)
{
    return addr_is_ipv4(addr) ? is_public_ipv4(addr->bytes + MAPPED_BYTES)
                              : is_public_ipv6(addr->bytes);
}

void addr_format(const struct addr *addr, char text[static ADDR_TEXT_MAX])
{
    bool ipv4 = addr_is_ipv4(addr);
    const void *bytes = addr->bytes + (ipv4 ? MAPPED_BYTES : 0);
    if (!inet_ntop(ipv4 ? AF_INET : AF_INET6, bytes, text, ADDR_TEXT_MAX))
        text[0] = '\0'; /* cannot happen: the family is known and the room is enough */
}

enum ajar_status addr_parse(const char *text, struct addr *addr)
{
    uint8_t bytes[16];
    if (inet_pton(AF_INET, text, bytes) == 1)
        *addr = addr_from_ipv4(bytes);
    else if (inet_pton(AF_INET6, text, bytes) == 1)
        *addr = addr_from_ipv6(bytes);
    else
        return AJAR_ERR_FORMAT;
    return AJAR_OK;
}
