/* SPDX-License-Identifier: Apache-2.0 */
/* The flow table as its own source files see it; others use flow/table.h. */
#ifndef AJAR_FLOW_STATE_H
#define AJAR_FLOW_STATE_H

#include "flow/ages.h"
#include "flow/handshake.h"
#include "flow/region.h"
#include "flow/segments.h"
#include "flow/table.h"

#include <stdbool.h>

struct flow_table {
    struct flow_limits limits;
    struct flow_listener listener;
    struct flow_counters counters;
    uint64_t seed;
    uint64_t clock_ns;     /* highest packet time seen */
    uint64_t last_ordinal; /* of the packet given last */
    struct region flow_memory;
    struct region bucket_memory;
    struct flow *flows;   /* slot 0 means none */
    uint32_t *buckets;    /* first flow of each */
    uint32_t bucket_mask; /* buckets - 1 */
    uint32_t fresh;       /* slots above this were never used */
    uint32_t spare;       /* chain of slots given back */
    struct age_list ages[FLOW_STAGES];
    struct handshake_table handshakes;
    struct segment_pool segments;
};

/* The packet clock in the unit of flow->touched. */
static inline uint32_t table_clock_units(const struct flow_table *table)
{
    return (uint32_t)(table->clock_ns >> 30);
}

/* Whether payload of this flow is still told to the listener. */
static inline bool flow_delivers(const struct flow *flow)
{
    return flow->stage == FLOW_UNDECIDED || flow->stage == FLOW_INSPECTED;
}

/* An empty packet of the flow, from `side`, for what the clock or a limit makes happen. */
struct packet table_empty_packet(const struct flow_table *table, const struct flow *flow,
                                 unsigned side, uint64_t time_ns);

/* Takes the flow out of its bucket and its age list and frees its slot. Tells nobody. */
void table_remove(struct flow_table *table, struct flow *flow);

#endif
