/* SPDX-License-Identifier: Apache-2.0 */
/* The five values by which both directions of a conversation meet. */
#ifndef AJAR_FLOW_KEY_H
#define AJAR_FLOW_KEY_H

#include "ajar/flow.h"
#include "ajar/packet.h"

#include <stdbool.h>
#include <stdint.h>

struct flow_key {
    uint64_t hash;       /* keyed; the same for both directions */
    bool source_is_high; /* the sender is the higher of the two ends (address, then port) */
};

/* The key of a packet. `seed` is secret, so that nobody can choose tuples that share a bucket. */
struct flow_key flow_key_of_packet(const struct packet *packet, uint64_t seed);

/* The hash of a flow's tuple: the same as that of its packets. */
uint64_t flow_key_hash(const struct flow *flow, uint64_t seed);

/* Whether the packet belongs to the flow; *side is then its sender. */
bool flow_key_matches(const struct flow *flow, const struct packet *packet, unsigned *side);

#endif
