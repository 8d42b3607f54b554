/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks of scanners -> the addresses at which the owner changes. Prefixes either lie in each
 * other or apart, so that one pass over them in order, with the open ones on a stack, is enough.
 */
#include "enrich/scanner_ranges.h"

#include <stdlib.h>

#define FIRST_ROOM  256
#define NESTING_MAX 129 /* prefixes 0 to 128 */
#define STARTS_EACH 2   /* a network makes at most so many starts: its own and that after it */

/* Networks that contain the one at hand, widest first. */
struct sweep {
    struct scanner_ranges *ranges;
    const struct scanner_net *open[NESTING_MAX];
    size_t depth;
};

enum ajar_status scanner_nets_add(struct scanner_nets *nets, const struct net *net, uint16_t owner,
                                  size_t most)
{
    if (nets->count >= most)
        return AJAR_ERR_LIMIT;
    if (nets->count == nets->room) {
        size_t room = nets->room ? nets->room * 2 : FIRST_ROOM;
        struct scanner_net *items = realloc(nets->items, room * sizeof *items);
        if (!items)
            return AJAR_ERR_MEMORY;
        nets->items = items;
        nets->room = room;
    }
    nets->items[nets->count++] = (struct scanner_net){.net = *net, .owner = owner};
    return AJAR_OK;
}

void scanner_nets_clear(struct scanner_nets *nets)
{
    free(nets->items);
    *nets = (struct scanner_nets){.items = NULL};
}

/* By first address, then the wider first, then the owner. */
static int compare_nets(const void *left, const void *right)
{
    const struct scanner_net *a = left, *b = right;
    int order = addr_compare(&a->net.base, &b->net.base);
    if (order == 0)
        order = (int)a->net.prefix - (int)b->net.prefix;
    return order ? order : (int)a->owner - (int)b->owner;
}

static bool is_same_net(const struct net *a, const struct net *b)
{
    return a->prefix == b->prefix && addr_compare(&a->base, &b->base) == 0;
}

/* Of each network the first stays. */
static void drop_repeats(struct scanner_nets *nets)
{
    size_t kept = 0;
    for (size_t i = 0; i < nets->count; i++)
        if (kept == 0 || !is_same_net(&nets->items[kept - 1].net, &nets->items[i].net))
            nets->items[kept++] = nets->items[i];
    nets->count = kept;
}

/* The first address behind a network; false where the address space ends with it. */
static bool find_next(const struct net *net, struct addr *next)
{
    *next = net->base;
    for (unsigned bit = net->prefix; bit > 0; bit--) {
        uint8_t mask = (uint8_t)(0x80u >> ((bit - 1) % 8));
        uint8_t *byte = &next->bytes[(bit - 1) / 8];
        *byte ^= mask; /* adds one to the prefix, carrying to the left */
        if (*byte & mask)
            return true;
    }
    return false;
}

static void add_start(struct scanner_ranges *ranges, const struct addr *start, uint16_t owner)
{
    bool again = ranges->count > 0 && addr_compare(&ranges->starts[ranges->count - 1], start) == 0;
    if (again)
        ranges->count--;
    uint16_t before = ranges->count > 0 ? ranges->owners[ranges->count - 1] : SCANNER_NOBODY;
    if (before == owner)
        return;
    ranges->starts[ranges->count] = *start;
    ranges->owners[ranges->count++] = owner;
}

/* Closes the open networks that end before `address`; NULL: all. */
static void close_before(struct sweep *sweep, const struct addr *address)
{
    while (sweep->depth > 0) {
        struct addr next;
        bool ends = find_next(&sweep->open[sweep->depth - 1]->net, &next);
        if (address && (!ends || addr_compare(&next, address) > 0))
            return;
        sweep->depth--;
        uint16_t owner = sweep->depth > 0 ? sweep->open[sweep->depth - 1]->owner : SCANNER_NOBODY;
        if (ends)
            add_start(sweep->ranges, &next, owner);
    }
}

enum ajar_status scanner_ranges_init(struct scanner_ranges *ranges, struct scanner_nets *nets)
{
    if (nets->count > 0)
        qsort(nets->items, nets->count, sizeof *nets->items, compare_nets);
    drop_repeats(nets);
    size_t room = nets->count * STARTS_EACH + 1;
    struct scanner_ranges made = {
        .starts = malloc(room * sizeof *made.starts),
        .owners = malloc(room * sizeof *made.owners),
    };
    if (!made.starts || !made.owners) {
        scanner_ranges_clear(&made);
        return AJAR_ERR_MEMORY;
    }
    struct sweep sweep = {.ranges = &made};
    for (size_t i = 0; i < nets->count; i++) {
        const struct scanner_net *net = &nets->items[i];
        close_before(&sweep, &net->net.base);
        sweep.open[sweep.depth++] = net;
        add_start(&made, &net->net.base, net->owner);
    }
    close_before(&sweep, NULL);
    *ranges = made;
    return AJAR_OK;
}

void scanner_ranges_clear(struct scanner_ranges *ranges)
{
    free(ranges->starts);
    free(ranges->owners);
    *ranges = (struct scanner_ranges){.starts = NULL};
}

uint16_t scanner_ranges_find(const struct scanner_ranges *ranges, const struct addr *addr)
{
    size_t low = 0, high = ranges->count; /* the answer lies before `low` in the end */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (addr_compare(&ranges->starts[middle], addr) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? ranges->owners[low - 1] : SCANNER_NOBODY;
}
