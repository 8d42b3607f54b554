/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of networks as people write them: "10.0.0.0/8,fc00::/7" or "any". Read from options and
 * configuration at start-up, asked once per flow.
 */
#include "ajar/addr.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ITEM_MAX     (ADDR_TEXT_MAX + 4) /* an address and "/128" */
#define IPV4_OFFSET  96                  /* bits before the IPv4 address in mapped form */
#define EXAMPLE_TEXT "write for example 10.0.0.0/8"

/* Clears every bit after the first `prefix`. */
static void mask_addr(struct addr *addr, unsigned prefix)
{
    for (unsigned i = 0; i < sizeof addr->bytes; i++) {
        unsigned bits = prefix > 8 * i ? prefix - 8 * i : 0;
        if (bits < 8)
            addr->bytes[i] &= (uint8_t)(0xff00u >> bits);
    }
}

static bool prefix_parse(const char *text, unsigned limit, unsigned *prefix)
{
    unsigned value = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 3 || text[digits] != '\0')
        return false;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (unsigned)(text[i] - '0');
    if (value > limit)
        return false;
    *prefix = value;
    return true;
}

/* `item` is one network without spaces; it is cut at its slash. */
static enum ajar_status parse_item(char *item, struct net *net, struct problem *problem)
{
    char *slash = strchr(item, '/');
    if (slash)
        *slash = '\0';
    struct addr addr;
    if (addr_parse(item, &addr) != AJAR_OK)
        return problem_set(problem, AJAR_ERR_FORMAT, "\"%s\" is not an IP address: " EXAMPLE_TEXT,
                           item);
    bool ipv4 = addr_is_ipv4(&addr) && !strchr(item, ':');
    unsigned limit = ipv4 ? 32 : 128;
    unsigned prefix = limit;
    if (slash && !prefix_parse(slash + 1, limit, &prefix))
        return problem_set(problem, AJAR_ERR_FORMAT,
                           "%s/%s: \"%s\" is not a prefix length: write a number from 0 to %u",
                           item, slash + 1, slash + 1, limit);
    struct net parsed = {.base = addr, .prefix = (uint8_t)(prefix + (ipv4 ? IPV4_OFFSET : 0))};
    mask_addr(&parsed.base, parsed.prefix);
    if (addr_compare(&parsed.base, &addr) != 0) {
        char meant[ADDR_TEXT_MAX];
        addr_format(&parsed.base, meant);
        return problem_set(problem, AJAR_ERR_FORMAT,
                           "%s/%u has bits set below the prefix: write %s/%u", item, prefix, meant,
                           prefix);
    }
    *net = parsed;
    return AJAR_OK;
}

/* Copies the item that ends at `end` without the spaces around it. */
static enum ajar_status take_item(const char *begin, const char *end, char item[static ITEM_MAX],
                                  struct problem *problem)
{
    while (begin < end && isspace((unsigned char)*begin))
        begin++;
    while (end > begin && isspace((unsigned char)end[-1]))
        end--;
    size_t length = (size_t)(end - begin);
    if (length == 0)
        return problem_set(problem, AJAR_ERR_FORMAT,
                           "an empty item is not a network: " EXAMPLE_TEXT);
    if (length >= ITEM_MAX)
        return problem_set(problem, AJAR_ERR_FORMAT, "\"%.*s...\" is not an IP address: %s",
                           ITEM_MAX - 1, begin, EXAMPLE_TEXT);
    memcpy(item, begin, length);
    item[length] = '\0';
    return AJAR_OK;
}

enum ajar_status net_parse(const char *text, struct net *net, struct problem *problem)
{
    char item[ITEM_MAX];
    enum ajar_status status = take_item(text, text + strlen(text), item, problem);
    return status == AJAR_OK ? parse_item(item, net, problem) : status;
}

static enum ajar_status add_item(struct netset *set, char *item, struct problem *problem)
{
    bool is_any = strcmp(item, "any") == 0;
    if (set->any || (is_any && set->count > 0))
        return problem_set(problem, AJAR_ERR_FORMAT,
                           "\"any\" stands for every network: write it alone");
    if (is_any) {
        set->any = true;
        return AJAR_OK;
    }
    if (set->count == NETSET_MAX)
        return problem_set(problem, AJAR_ERR_LIMIT,
                           "more than %d networks: write fewer, larger ones", NETSET_MAX);
    enum ajar_status status = parse_item(item, &set->nets[set->count], problem);
    if (status == AJAR_OK)
        set->count++;
    return status;
}

enum ajar_status netset_parse(const char *text, struct netset *set, struct problem *problem)
{
    struct netset parsed = {.count = 0, .any = false};
    for (const char *at = text;;) {
        const char *end = strchrnul(at, ',');
        char item[ITEM_MAX];
        enum ajar_status status = take_item(at, end, item, problem);
        if (status == AJAR_OK)
            status = add_item(&parsed, item, problem);
        if (status != AJAR_OK)
            return status;
        if (*end == '\0')
            break;
        at = end + 1;
    }
    *set = parsed;
    return AJAR_OK;
}

void netset_init_private(struct netset *set)
{
    set->any = false;
    set->count = 0;
    (void)netset_parse("10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,127.0.0.0/8,"
                       "fc00::/7,fe80::/10,::1",
                       set, NULL);
}

static bool net_contains(const struct net *net, const struct addr *addr)
{
    unsigned whole = net->prefix / 8;
    unsigned bits = net->prefix % 8;
    if (memcmp(net->base.bytes, addr->bytes, whole) != 0)
        return false;
    if (bits == 0)
        return true;
    return ((net->base.bytes[whole] ^ addr->bytes[whole]) & (0xff00u >> bits) & 0xff) == 0;
}

bool netset_contains(const struct netset *set, const struct addr *addr)
{
    if (set->any)
        return true;
    for (size_t i = 0; i < set->count; i++)
        if (net_contains(&set->nets[i], addr))
            return true;
    return false;
}
