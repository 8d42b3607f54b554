/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SYN-ACK memory (RFC 9293 3.5): who is the server and where both sequences begin, before a flow
 * exists. Two-way set associative: scanners and floods overwrite the oldest, nothing grows.
 */
#include "flow/handshake.h"

#define WAYS 2
/* Farther from the handshake than any window a client fills before its first byte is seen. */
#define FIRST_PAYLOAD_REACH (UINT32_C(16) << 20)
#define SERVER_IS_HIGH      UINT32_C(1)

struct entry {
    uint32_t tag;  /* high bits of the hash; the lowest bit says who is the server */
    uint32_t time; /* packet clock in units of 2^30 ns; 0 = free */
    uint32_t client_isn;
    uint32_t server_isn;
};

static uint32_t clock_units(uint64_t clock_ns)
{
    uint32_t units = (uint32_t)(clock_ns >> 30);
    return units ? units : 1;
}

static uint32_t entry_tag(const struct flow_key *key)
{
    return (uint32_t)(key->hash >> 32) & ~SERVER_IS_HIGH;
}

static struct entry *entry_set(const struct handshake_table *table, const struct flow_key *key)
{
    struct entry *entries = table->memory.base;
    return entries + (size_t)((uint32_t)key->hash & table->mask) * WAYS;
}

static struct entry *entry_find(const struct handshake_table *table, const struct flow_key *key)
{
    struct entry *set = entry_set(table, key);
    for (unsigned way = 0; way < WAYS; way++)
        if (set[way].time && (set[way].tag & ~SERVER_IS_HIGH) == entry_tag(key))
            return &set[way];
    return NULL;
}

static struct entry *entry_oldest(const struct handshake_table *table, const struct flow_key *key)
{
    struct entry *set = entry_set(table, key);
    return set[0].time <= set[1].time ? &set[0] : &set[1];
}

enum ajar_status handshake_table_init(struct handshake_table *table, uint32_t entries)
{
    enum ajar_status status = region_init(&table->memory, (size_t)entries * sizeof(struct entry));
    if (status == AJAR_OK)
        table->mask = entries / WAYS - 1;
    return status;
}

void handshake_table_clear(struct handshake_table *table)
{
    region_clear(&table->memory);
}

void handshake_insert(struct handshake_table *table, const struct flow_key *key,
                      const struct packet *packet, uint64_t clock_ns)
{
    struct entry *entry = entry_find(table, key);
    if (!entry)
        entry = entry_oldest(table, key);
    *entry = (struct entry){.tag = entry_tag(key) | (key->source_is_high ? SERVER_IS_HIGH : 0),
                            .time = clock_units(clock_ns),
                            .client_isn = packet->tcp_acknowledgment - 1,
                            .server_isn = packet->tcp_sequence};
}

bool handshake_take(struct handshake_table *table, const struct flow_key *key,
                    const struct packet *packet, uint64_t clock_ns, struct handshake *handshake)
{
    struct entry *entry = entry_find(table, key);
    if (!entry || clock_units(clock_ns) - entry->time > HANDSHAKE_TIMEOUT_NS >> 30)
        return false;
    struct handshake found = {.client_isn = entry->client_isn,
                              .server_isn = entry->server_isn,
                              .server_is_high = (entry->tag & SERVER_IS_HIGH) != 0};
    bool from_server = found.server_is_high == key->source_is_high;
    uint32_t first = (from_server ? found.server_isn : found.client_isn) + 1;
    if (packet->tcp_sequence - first > FIRST_PAYLOAD_REACH)
        return false;
    *entry = (struct entry){.time = 0};
    *handshake = found;
    return true;
}
