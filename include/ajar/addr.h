/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses and networks. IPv4 is kept in its IPv6-mapped form (::ffff:a.b.c.d, RFC 4291
 * 2.5.5.2), so one type serves both and a flow key has one shape.
 */
#ifndef AJAR_ADDR_H
#define AJAR_ADDR_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ADDR_TEXT_MAX 46 /* INET6_ADDRSTRLEN */

struct addr {
    uint8_t bytes[16]; /* network order */
};

/* One network: an address whose host bits are zero, and a prefix length in bits of the mapped form
 * (96 + n for IPv4). */
struct net {
    struct addr base;
    uint8_t prefix;
};

#define NETSET_MAX 256 /* networks in one option; more is a usage error */

/* A list of networks; `any` matches everything. */
struct netset {
    struct net nets[NETSET_MAX];
    size_t count;
    bool any;
};

/* From 4 bytes in network order. Here, as it runs twice for every packet. */
static inline struct addr addr_from_ipv4(const uint8_t bytes[static 4])
{
    struct addr addr = {.bytes = {[10] = 0xff, [11] = 0xff}};
    memcpy(addr.bytes + 12, bytes, 4);
    return addr;
}

/* From 16 bytes in network order. */
static inline struct addr addr_from_ipv6(const uint8_t bytes[static 16])
{
    struct addr addr;
    memcpy(addr.bytes, bytes, sizeof addr.bytes);
    return addr;
}

/* Whether this is an IPv4 address in mapped form. */
bool addr_is_ipv4(const struct addr *addr);

/* memcmp order: <0, 0, >0. */
int addr_compare(const struct addr *a, const struct addr *b);

/*
 * Whether the address can be looked up in a geo database: false for private, loopback,
 * link-local, ULA, multicast, unspecified and reserved ranges (RFC 6890). The documentation
 * ranges (RFC 5737, RFC 3849) count as public: captures for tests live in them.
 */
bool addr_is_public(const struct addr *addr);

/* Writes the usual text form, NUL-terminated, without the ::ffff: prefix for IPv4. */
void addr_format(const struct addr *addr, char text[static ADDR_TEXT_MAX]);

/* Reads the text form of an IPv4 or IPv6 address; AJAR_ERR_FORMAT leaves *addr alone. */
enum ajar_status addr_parse(const char *text, struct addr *addr);

/*
 * Reads one network without spaces: an address with or without /prefix, as in netset_parse(). On
 * failure *net is unchanged and *problem says what would be right.
 */
enum ajar_status net_parse(const char *text, struct net *net, struct problem *problem);

/*
 * Reads "NET[,NET]" where NET is an address with or without /prefix, or the word "any".
 * Bits set below the prefix are an error that names the network meant. On failure *set is
 * unchanged and *problem says which item is wrong and what would be right.
 */
enum ajar_status netset_parse(const char *text, struct netset *set, struct problem *problem);

/* The networks that are home when nobody says otherwise: RFC 1918, ULA, link-local, loopback. */
void netset_init_private(struct netset *set);

/* Whether the address lies in one of the networks. */
bool netset_contains(const struct netset *set, const struct addr *addr);

#endif
