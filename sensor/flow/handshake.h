/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SYN-ACKs said, kept in a table of fixed size until payload comes: 16 bytes each, so that a
 * flood of half-open connections costs no flows.
 */
#ifndef AJAR_FLOW_HANDSHAKE_H
#define AJAR_FLOW_HANDSHAKE_H

#include "flow/key.h"
#include "flow/region.h"

#include <stdbool.h>
#include <stdint.h>

/* How long a handshake waits for its first payload (HTTP clients keep spare connections open). */
#define HANDSHAKE_TIMEOUT_NS UINT64_C(300000000000)

struct handshake_table {
    struct region memory;
    uint32_t mask; /* pairs of entries - 1 */
};

/* Where both directions begin. */
struct handshake {
    uint32_t client_isn;
    uint32_t server_isn;
    bool server_is_high; /* the server is the higher of the two ends */
};

/* Reserves `entries` (a power of two, at least 2). */
enum ajar_status handshake_table_init(struct handshake_table *table, uint32_t entries);
void handshake_table_clear(struct handshake_table *table);

/* Remembers a SYN-ACK; of two in its place the older gives way. */
void handshake_insert(struct handshake_table *table, const struct flow_key *key,
                      const struct packet *packet, uint64_t clock_ns);

/*
 * Finds what is known of the connection of `packet`, its first with payload, and forgets it.
 * False if there is nothing, or if it does not fit the packet's sequence number (left over from an
 * earlier connection of the same tuple): *handshake is then unchanged.
 */
bool handshake_take(struct handshake_table *table, const struct flow_key *key,
                    const struct packet *packet, uint64_t clock_ns, struct handshake *handshake);

#endif
