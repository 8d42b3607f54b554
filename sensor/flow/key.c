/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flow keys: addresses and ports ordered so that both directions have one shape, hashed with a
 * secret seed, because who sends the packets chooses the tuples. First step of the flow
 * stage for every packet, so it neither branches per byte nor allocates.
 */
#include "flow/key.h"

#include "base/hash.h"

#include <string.h>

/* What is hashed: no padding inside, so that equal tuples are equal bytes. */
struct canonical {
    struct addr low;
    struct addr high;
    uint16_t low_port;
    uint16_t high_port;
    uint32_t protocol;
};

/* One end of a conversation. */
struct end {
    const struct addr *addr;
    uint16_t port;
};

static bool addr_equal(const struct addr *a, const struct addr *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static bool end_is_higher(struct end a, struct end b)
{
    int order = memcmp(a.addr->bytes, b.addr->bytes, sizeof a.addr->bytes);
    return order > 0 || (order == 0 && a.port > b.port);
}

static uint64_t hash_ends(struct end low, struct end high, uint8_t protocol, uint64_t seed)
{
    struct canonical canonical = {.low = *low.addr,
                                  .high = *high.addr,
                                  .low_port = low.port,
                                  .high_port = high.port,
                                  .protocol = protocol};
    return hash_keyed(seed, &canonical, sizeof canonical);
}

struct flow_key flow_key_of_packet(const struct packet *packet, uint64_t seed)
{
    struct end source = {&packet->source, packet->source_port};
    struct end destination = {&packet->destination, packet->destination_port};
    struct flow_key key = {.source_is_high = end_is_higher(source, destination)};
    key.hash = key.source_is_high ? hash_ends(destination, source, packet->protocol, seed)
                                  : hash_ends(source, destination, packet->protocol, seed);
    return key;
}

uint64_t flow_key_hash(const struct flow *flow, uint64_t seed)
{
    struct end a = {&flow->addr[0], flow->port[0]};
    struct end b = {&flow->addr[1], flow->port[1]};
    return end_is_higher(a, b) ? hash_ends(b, a, flow->protocol, seed)
                               : hash_ends(a, b, flow->protocol, seed);
}

bool flow_key_matches(const struct flow *flow, const struct packet *packet, unsigned *side)
{
    if (flow->protocol != packet->protocol)
        return false;
    for (unsigned from = 0; from < 2; from++) {
        unsigned to = flow_other_side(from);
        if (flow->port[from] == packet->source_port && flow->port[to] == packet->destination_port &&
            addr_equal(&flow->addr[from], &packet->source) &&
            addr_equal(&flow->addr[to], &packet->destination)) {
            *side = from;
            return true;
        }
    }
    return false;
}
