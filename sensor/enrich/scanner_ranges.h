/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks with owners, made into a sorted array of addresses at which the owner changes: networks
 * in networks cost nothing when asked, and one binary search answers for both families.
 */
#ifndef AJAR_ENRICH_SCANNER_RANGES_H
#define AJAR_ENRICH_SCANNER_RANGES_H

#include "ajar/addr.h"

#define SCANNER_NOBODY UINT16_MAX

/* Networks as they are read; all zero = none. */
struct scanner_net {
    struct net net;
    uint16_t owner;
};
struct scanner_nets {
    struct scanner_net *items;
    size_t count, room;
};

/* Appends one; AJAR_ERR_LIMIT beyond `most`, AJAR_ERR_MEMORY. */
enum ajar_status scanner_nets_add(struct scanner_nets *nets, const struct net *net, uint16_t owner,
                                  size_t most);
void scanner_nets_clear(struct scanner_nets *nets);

/* From starts[i] up to starts[i + 1] all addresses are of owners[i]; below starts[0] of nobody. */
struct scanner_ranges {
    struct addr *starts;
    uint16_t *owners;
    size_t count;
};

/*
 * Makes ranges of the networks, which are sorted by it and lose repeats. The narrowest network owns
 * an address; of equal networks the one of the lowest owner. Free with scanner_ranges_clear().
 */
enum ajar_status scanner_ranges_init(struct scanner_ranges *ranges, struct scanner_nets *nets);
void scanner_ranges_clear(struct scanner_ranges *ranges);

/* The owner or SCANNER_NOBODY. Pure. */
uint16_t scanner_ranges_find(const struct scanner_ranges *ranges, const struct addr *addr);

#endif
