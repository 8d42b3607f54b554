/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of flows. Time is packet time, so that a capture gives the same result whenever it is
 * read; only the oldest ends of the age lists are looked at, so that every flow is paid for once.
 */
#include "flow/expiry.h"

#include "flow/stream.h"

static const uint64_t expiry_ns[FLOW_STAGES] = {
    [FLOW_GIVEN_UP] = EXPIRY_GIVEN_UP_NS,
    [FLOW_UNDECIDED] = EXPIRY_UNDECIDED_NS,
    [FLOW_INSPECTED] = EXPIRY_INSPECTED_NS,
    [FLOW_CLOSED] = EXPIRY_CLOSED_NS,
};

static void linger(struct flow_table *table, struct flow *flow)
{
    ages_remove(table->flows, table->ages, flow);
    flow->stage = FLOW_CLOSED;
    flow->touched = table_clock_units(table);
    ages_insert(table->flows, table->ages, flow);
}

void expiry_end_flow(struct flow_table *table, struct flow *flow, enum flow_end end,
                     uint64_t time_ns, const struct packet *packet)
{
    unsigned client = flow->client;
    struct packet empty = table_empty_packet(table, flow, client, time_ns);
    const struct packet *reason = packet ? packet : &empty;
    stream_drain(table, flow, client, reason);
    stream_drain(table, flow, flow_other_side(client), reason);
    table->listener.closed(table->listener.context, flow, end, time_ns);
    table->counters.flows_now--;
    if (end == FLOW_END_FIN || end == FLOW_END_RST)
        linger(table, flow);
    else
        table_remove(table, flow);
}

/* A hole that nobody acknowledged: the clock gives it up at its deadline. */
static void expire_holes(struct flow_table *table)
{
    const struct segment_pool *pool = &table->segments;
    while (pool->oldest) {
        const struct segment *oldest = segments_at(pool, pool->oldest);
        uint64_t deadline_ns = oldest->time_ns + STREAM_HOLE_NS;
        if (deadline_ns > table->clock_ns)
            return;
        struct flow *flow = &table->flows[oldest->flow];
        unsigned side = oldest->side;
        struct packet empty = table_empty_packet(table, flow, side, deadline_ns);
        stream_skip_hole(table, flow, side, &empty);
        if (flow->side[0].fin && flow->side[1].fin)
            expiry_end_flow(table, flow, FLOW_END_FIN, deadline_ns, &empty);
    }
}

static bool is_due(const struct flow_table *table, const struct flow *flow)
{
    uint32_t silent = table_clock_units(table) - flow->touched;
    return silent > expiry_ns[flow->stage] >> 30;
}

static void expire_flows(struct flow_table *table, enum flow_stage stage)
{
    while (table->ages[stage].oldest) {
        struct flow *flow = &table->flows[table->ages[stage].oldest];
        if (!is_due(table, flow))
            return;
        if (stage == FLOW_CLOSED)
            table_remove(table, flow);
        else
            expiry_end_flow(table, flow, FLOW_END_TIMEOUT, flow->last_ns + expiry_ns[stage], NULL);
    }
}

void expiry_advance(struct flow_table *table, uint64_t time_ns)
{
    if (time_ns <= table->clock_ns)
        return;
    uint32_t before = table_clock_units(table);
    table->clock_ns = time_ns;
    expire_holes(table);
    if (table_clock_units(table) == before)
        return; /* the age lists are no finer than this */
    for (enum flow_stage stage = FLOW_GIVEN_UP; stage < FLOW_STAGES; stage++)
        expire_flows(table, stage);
}

void expiry_evict(struct flow_table *table)
{
    if (table->ages[FLOW_CLOSED].oldest) {
        table_remove(table, &table->flows[table->ages[FLOW_CLOSED].oldest]);
        return;
    }
    enum flow_stage stage = FLOW_GIVEN_UP;
    while (!table->ages[stage].oldest)
        stage++;
    table->counters.flows_evicted++;
    expiry_end_flow(table, &table->flows[table->ages[stage].oldest], FLOW_END_EVICTED,
                    table->clock_ns, NULL);
}

/* Of the open flows the longest silent; NULL when there are none. */
static struct flow *find_oldest(struct flow_table *table)
{
    struct flow *oldest = NULL;
    for (enum flow_stage stage = FLOW_GIVEN_UP; stage < FLOW_CLOSED; stage++) {
        if (!table->ages[stage].oldest)
            continue;
        struct flow *flow = &table->flows[table->ages[stage].oldest];
        if (!oldest || flow->last_ns < oldest->last_ns)
            oldest = flow;
    }
    return oldest;
}

void expiry_end_all(struct flow_table *table)
{
    for (struct flow *flow = find_oldest(table); flow; flow = find_oldest(table))
        expiry_end_flow(table, flow, FLOW_END_SHUTDOWN, table->clock_ns, NULL);
    while (table->ages[FLOW_CLOSED].oldest)
        table_remove(table, &table->flows[table->ages[FLOW_CLOSED].oldest]);
}
