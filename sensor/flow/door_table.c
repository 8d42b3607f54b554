/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the doors: endpoints by a keyed hash, in the order of their last proof; the networks
 * that they lie in; queues of SYNs that wait. What is done with them is in doors.c.
 */
#include "flow/door_table.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS         (2 * (uint32_t)DOORS_MAX) /* of doors, and as many of networks */
#define IPV4_HOST_BYTES 1                         /* /24 */
#define IPV6_HOST_BYTES 8                         /* /64 */

_Static_assert((BUCKETS & (BUCKETS - 1)) == 0, "a power of two");

struct endpoint {
    struct addr addr;
    uint16_t port;
};

static enum ajar_status reserve(struct door_table *table)
{
    size_t slots = (size_t)DOORS_MAX + 1;
    enum ajar_status status = region_init(&table->door_memory, slots * sizeof(struct doorway));
    if (status == AJAR_OK)
        status = region_init(&table->network_memory, slots * sizeof(struct door_network));
    if (status == AJAR_OK)
        status = region_init(&table->bucket_memory, (size_t)2 * BUCKETS * sizeof(uint32_t));
    if (status != AJAR_OK)
        return status;
    table->doors = table->door_memory.base;
    table->networks = table->network_memory.base;
    table->door_buckets = table->bucket_memory.base;
    table->network_buckets = table->door_buckets + BUCKETS;
    return AJAR_OK;
}

enum ajar_status door_table_new(uint64_t seed, struct door_table **table)
{
    struct door_table *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->seed = seed;
    enum ajar_status status = reserve(made);
    if (status == AJAR_OK)
        *table = made;
    else
        door_table_free(made);
    return status;
}

void door_table_free(struct door_table *table)
{
    if (!table)
        return;
    region_clear(&table->door_memory);
    region_clear(&table->network_memory);
    region_clear(&table->bucket_memory);
    free(table);
}

static uint32_t *door_bucket(const struct door_table *table, const struct addr *addr, uint16_t port)
{
    struct endpoint key;
    memset(&key, 0, sizeof key);
    key.addr = *addr;
    key.port = port;
    return &table->door_buckets[hash_keyed(table->seed, &key, sizeof key) & (BUCKETS - 1)];
}

static bool same_addr(const struct addr *a, const struct addr *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static uint16_t mark_of(const struct addr *addr, uint16_t port)
{
    return (uint16_t)((unsigned)addr->bytes[14] << 8 ^ addr->bytes[15] ^ port);
}

struct doorway *door_find(const struct door_table *table, const struct addr *addr, uint16_t port)
{
    uint16_t mark = mark_of(addr, port);
    if (!(table->marks[mark / 8] & 1u << mark % 8))
        return NULL;
    for (uint32_t at = *door_bucket(table, addr, port); at; at = table->doors[at].chain) {
        struct doorway *door = &table->doors[at];
        if (door->port == port && same_addr(&door->addr, addr))
            return door;
    }
    return NULL;
}

static uint32_t number_of(const struct door_table *table, const struct doorway *door)
{
    return (uint32_t)(door - table->doors);
}

static void age_insert(struct door_table *table, struct doorway *door)
{
    uint32_t number = number_of(table, door);
    door->newer = 0;
    door->older = table->newest;
    if (table->newest)
        table->doors[table->newest].newer = number;
    else
        table->oldest = number;
    table->newest = number;
}

static void age_remove(struct door_table *table, const struct doorway *door)
{
    if (door->older)
        table->doors[door->older].newer = door->newer;
    else
        table->oldest = door->newer;
    if (door->newer)
        table->doors[door->newer].older = door->older;
    else
        table->newest = door->older;
}

void door_renew(struct door_table *table, struct doorway *door)
{
    age_remove(table, door);
    age_insert(table, door);
}

static struct addr network_base(const struct addr *addr)
{
    size_t host = addr_is_ipv4(addr) ? IPV4_HOST_BYTES : IPV6_HOST_BYTES;
    struct addr base = *addr;
    memset(base.bytes + sizeof base.bytes - host, 0, host);
    return base;
}

/* Networks of one organisation differ in these bytes. */
static uint64_t filter_bit(const struct addr *base)
{
    return UINT64_C(1) << ((base->bytes[7] ^ base->bytes[6] ^ base->bytes[14] ^ base->bytes[13]) &
                           63);
}

static uint32_t *network_bucket(const struct door_table *table, const struct addr *base)
{
    return &table->network_buckets[hash_keyed(table->seed, base, sizeof *base) & (BUCKETS - 1)];
}

static uint32_t network_search(const struct door_table *table, const struct addr *base)
{
    uint32_t at = *network_bucket(table, base);
    while (at && !same_addr(&table->networks[at].base, base))
        at = table->networks[at].chain;
    return at;
}

struct door_network *door_network_find(const struct door_table *table, const struct addr *addr)
{
    struct addr base = network_base(addr);
    if (!(table->filter & filter_bit(&base)))
        return NULL;
    uint32_t at = network_search(table, &base);
    return at ? &table->networks[at] : NULL;
}

/* There are never more networks than doors, so there is a slot. */
static uint32_t network_join(struct door_table *table, const struct addr *addr)
{
    struct addr base = network_base(addr);
    uint32_t at = network_search(table, &base);
    if (!at) {
        at = table->network_spare ? table->network_spare : ++table->network_fresh;
        if (at == table->network_spare)
            table->network_spare = table->networks[at].chain;
        uint32_t *bucket = network_bucket(table, &base);
        table->networks[at] = (struct door_network){.chain = *bucket, .base = base};
        *bucket = at;
        table->filter |= filter_bit(&base);
    }
    table->networks[at].doors++;
    return at;
}

static void network_leave(struct door_table *table, uint32_t at)
{
    struct door_network *network = &table->networks[at];
    if (--network->doors > 0)
        return;
    uint32_t *link = network_bucket(table, &network->base);
    while (*link != at)
        link = &table->networks[*link].chain;
    *link = network->chain;
    network->chain = table->network_spare;
    table->network_spare = at;
}

struct doorway *door_insert(struct door_table *table, const struct addr *addr, uint16_t port,
                            struct doorway *again)
{
    struct doorway *door = again ? again : &table->doors[++table->door_fresh];
    uint32_t *bucket = door_bucket(table, addr, port);
    *door = (struct doorway){.chain = *bucket, .addr = *addr, .port = port};
    *bucket = number_of(table, door);
    door->network = network_join(table, addr);
    uint16_t mark = mark_of(addr, port);
    table->marks[mark / 8] |= (uint8_t)(1u << mark % 8);
    age_insert(table, door);
    return door;
}

void door_remove(struct door_table *table, struct doorway *door)
{
    uint32_t *link = door_bucket(table, &door->addr, door->port);
    while (*link != number_of(table, door))
        link = &table->doors[*link].chain;
    *link = door->chain;
    age_remove(table, door);
    network_leave(table, door->network);
}

struct doorway *door_of_wait(const struct door_table *table, uint32_t number)
{
    return &table->doors[number / DOORS_WAITING_MAX];
}

struct door_wait *door_wait_at(const struct door_table *table, uint32_t number)
{
    return &door_of_wait(table, number)->waits[number % DOORS_WAITING_MAX];
}

void door_queue_append(const struct door_table *table, struct door_queue *queue, uint32_t number)
{
    struct door_wait *wait = door_wait_at(table, number);
    wait->newer = 0;
    wait->older = queue->newest;
    if (queue->newest)
        door_wait_at(table, queue->newest)->newer = number;
    else
        queue->oldest = number;
    queue->newest = number;
}

void door_queue_remove(const struct door_table *table, struct door_queue *queue, uint32_t number)
{
    const struct door_wait *wait = door_wait_at(table, number);
    if (wait->older)
        door_wait_at(table, wait->older)->newer = wait->newer;
    else
        queue->oldest = wait->newer;
    if (wait->newer)
        door_wait_at(table, wait->newer)->older = wait->older;
    else
        queue->newest = wait->older;
}
