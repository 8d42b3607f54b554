/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flow table: finds the flow of a packet or makes it, and tells its parts what the packet
 * means. Flows are made by payload only: SYNs, ACKs, FINs and RSTs of unknown tuples leave nothing
 * behind (but the 16 bytes of a SYN-ACK), so that scans and floods cost a look-up.
 */
#include "flow/expiry.h"
#include "flow/key.h"
#include "flow/stream.h"

#include <stdlib.h>

/* A reset this far beyond a hole is believed. */
#define RESET_REACH (INT32_C(1) << 20)

static enum ajar_status reserve(struct flow_table *table)
{
    const struct flow_limits *limits = &table->limits;
    size_t buckets = 2; /* twice the flows: most look-ups of unknown tuples end at once */
    while (buckets < 2 * (size_t)limits->flows)
        buckets *= 2;
    enum ajar_status status =
        region_init(&table->flow_memory, ((size_t)limits->flows + 1) * sizeof(struct flow));
    if (status == AJAR_OK)
        status = region_init(&table->bucket_memory, buckets * sizeof(uint32_t));
    if (status == AJAR_OK)
        status = handshake_table_init(&table->handshakes, limits->handshakes);
    if (status == AJAR_OK)
        status = segments_init(&table->segments, limits->segments);
    table->flows = table->flow_memory.base;
    table->buckets = table->bucket_memory.base;
    table->bucket_mask = (uint32_t)(buckets - 1);
    return status;
}

static bool limits_usable(const struct flow_limits *limits)
{
    return limits->flows > 0 && limits->flows < UINT32_MAX / 4 && limits->handshakes >= 2 &&
           (limits->handshakes & (limits->handshakes - 1)) == 0 && limits->segments < UINT32_MAX;
}

enum ajar_status flow_table_new(const struct flow_limits *limits, uint64_t seed,
                                const struct flow_listener *listener, struct flow_table **table)
{
    if (!limits_usable(limits))
        return AJAR_ERR_USAGE;
    struct flow_table *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->limits = *limits;
    made->listener = *listener;
    made->seed = seed;
    enum ajar_status status = reserve(made);
    if (status == AJAR_OK)
        *table = made;
    else
        flow_table_free(made);
    return status;
}

void flow_table_free(struct flow_table *table)
{
    if (!table)
        return;
    region_clear(&table->flow_memory);
    region_clear(&table->bucket_memory);
    handshake_table_clear(&table->handshakes);
    segments_clear(&table->segments);
    free(table);
}

const struct flow_counters *flow_table_counters(const struct flow_table *table)
{
    return &table->counters;
}

struct packet table_empty_packet(const struct flow_table *table, const struct flow *flow,
                                 unsigned side, uint64_t time_ns)
{
    unsigned other = flow_other_side(side);
    return (struct packet){.time_ns = time_ns,
                           .ordinal = table->last_ordinal,
                           .source = flow->addr[side],
                           .destination = flow->addr[other],
                           .source_port = flow->port[side],
                           .destination_port = flow->port[other],
                           .protocol = flow->protocol};
}

static uint32_t *bucket_of(const struct flow_table *table, uint64_t hash)
{
    return &table->buckets[(uint32_t)hash & table->bucket_mask];
}

static struct flow *find(const struct flow_table *table, const struct flow_key *key,
                         const struct packet *packet, unsigned *side)
{
    for (uint32_t at = *bucket_of(table, key->hash); at; at = table->flows[at].chain)
        if (flow_key_matches(&table->flows[at], packet, side))
            return &table->flows[at];
    return NULL;
}

void table_remove(struct flow_table *table, struct flow *flow)
{
    uint32_t *link = bucket_of(table, flow_key_hash(flow, table->seed));
    while (*link != flow->index)
        link = &table->flows[*link].chain;
    *link = flow->chain;
    ages_remove(table->flows, table->ages, flow);
    flow->chain = table->spare;
    table->spare = flow->index;
}

static uint32_t take_slot(struct flow_table *table)
{
    if (!table->spare && table->fresh == table->limits.flows)
        expiry_evict(table);
    if (!table->spare)
        return ++table->fresh;
    uint32_t index = table->spare;
    table->spare = table->flows[index].chain;
    return index;
}

/* Makes the flow of the packet, whose sender becomes side 0. */
static struct flow *make(struct flow_table *table, const struct flow_key *key,
                         const struct packet *packet)
{
    uint32_t index = take_slot(table);
    uint32_t *bucket = bucket_of(table, key->hash);
    struct flow *flow = &table->flows[index];
    *flow = (struct flow){.chain = *bucket,
                          .touched = table_clock_units(table),
                          .addr = {packet->source, packet->destination},
                          .port = {packet->source_port, packet->destination_port},
                          .protocol = packet->protocol,
                          .stage = FLOW_UNDECIDED,
                          .index = index,
                          .first_ns = packet->time_ns,
                          .last_ns = packet->time_ns};
    *bucket = index;
    ages_insert(table->flows, table->ages, flow);
    table->counters.flows++;
    table->counters.flows_now++;
    return flow;
}

static void side_begin(struct flow_side *side, uint32_t sequence)
{
    side->next_sequence = sequence;
    side->synced = 1;
}

/* Makes the flow of a TCP packet, with what its handshake said, if that was seen. */
static struct flow *make_stream(struct flow_table *table, const struct flow_key *key,
                                const struct packet *packet)
{
    struct handshake handshake;
    bool known = handshake_take(&table->handshakes, key, packet, table->clock_ns, &handshake);
    struct flow *flow = make(table, key, packet);
    if (!known) {
        flow->midstream = 1;
        table->counters.midstream++;
        return flow;
    }
    flow->client = handshake.server_is_high == key->source_is_high;
    flow->client_by = CLIENT_BY_HANDSHAKE;
    side_begin(&flow->side[flow->client], handshake.client_isn + 1);
    side_begin(&flow->side[flow_other_side(flow->client)], handshake.server_isn + 1);
    return flow;
}

static void count_packet(struct flow_table *table, struct flow *flow, unsigned side,
                         const struct packet *packet)
{
    flow->side[side].packets++;
    flow->side[side].bytes += packet->payload_on_wire;
    if (packet->time_ns > flow->last_ns)
        flow->last_ns = packet->time_ns;
    uint32_t now = table_clock_units(table);
    if (flow->touched == now)
        return; /* near enough the newest end already */
    ages_remove(table->flows, table->ages, flow);
    flow->touched = now;
    ages_insert(table->flows, table->ages, flow);
}

static void add_datagram(struct flow_table *table, const struct flow_key *key,
                         const struct packet *packet)
{
    unsigned side = 0;
    struct flow *flow = find(table, key, packet, &side);
    if (!flow && packet->payload_on_wire == 0)
        return;
    if (!flow)
        flow = make(table, key, packet);
    count_packet(table, flow, side, packet);
    const struct flow_listener *listener = &table->listener;
    if (packet->payload_length > 0 && flow_delivers(flow))
        listener->bytes(listener->context, flow, side, packet->payload, packet->payload_length,
                        packet);
    if (packet->payload_on_wire > packet->payload_length && flow_delivers(flow))
        stream_report_gap(table, flow, side, packet->payload_on_wire - packet->payload_length,
                          packet);
}

/* Whether a SYN of `side` begins another connection: the first one began as many bytes before the
 * next expected byte as it has sent, at most. */
static bool opens_anew(const struct flow_side *side, const struct packet *packet)
{
    uint32_t since = side->next_sequence - (packet->tcp_sequence + 1);
    return !side->synced || since > side->bytes;
}

/* A SYN or SYN-ACK: ends what used the tuple before, and makes no flow itself. */
static void add_opening(struct flow_table *table, const struct flow_key *key,
                        const struct packet *packet)
{
    bool answer = (packet->tcp_flags & TCP_ACK) != 0;
    table->counters.syns += !answer;
    unsigned side = 0;
    struct flow *flow = find(table, key, packet, &side);
    if (flow && flow->stage == FLOW_CLOSED)
        table_remove(table, flow);
    else if (flow && opens_anew(&flow->side[side], packet))
        expiry_end_flow(table, flow, FLOW_END_REUSED, packet->time_ns, packet);
    else if (flow)
        return;
    if (answer) {
        handshake_insert(&table->handshakes, key, packet, table->clock_ns);
        table->counters.handshakes++;
    }
}

/* A given-up flow is only followed far enough to see it end. */
static void follow(struct flow_side *side, const struct packet *packet)
{
    uint32_t end = packet->tcp_sequence + packet->payload_on_wire;
    if (!side->synced || (int32_t)(end - side->next_sequence) > 0)
        side_begin(side, end);
    if (packet->tcp_flags & TCP_FIN)
        side->fin = 1;
}

static void read_segment(struct flow_table *table, struct flow *flow, unsigned side,
                         const struct packet *packet)
{
    unsigned other = flow_other_side(side);
    if (packet->tcp_flags & TCP_ACK) {
        if (!flow->side[other].synced)
            side_begin(&flow->side[other], packet->tcp_acknowledgment);
        stream_acknowledge(table, flow, other, packet);
    }
    stream_add(table, flow, side, packet);
}

/* Stacks believe a reset at the very next byte only (RFC 5961 3.2), so a sensor that believed more
 * could be blinded. With a hole open the sender may be farther than what was seen. */
static bool reset_believed(const struct flow_side *side, const struct packet *packet)
{
    int32_t ahead = (int32_t)(packet->tcp_sequence - side->next_sequence);
    if (!side->synced || ahead == 0)
        return true;
    if (side->fin)
        return ahead == 1;
    return side->held && ahead > 0 && ahead <= RESET_REACH;
}

static void add_to_stream(struct flow_table *table, struct flow *flow, unsigned side,
                          const struct packet *packet)
{
    count_packet(table, flow, side, packet);
    if (packet->tcp_flags & TCP_RST) {
        if (reset_believed(&flow->side[side], packet))
            expiry_end_flow(table, flow, FLOW_END_RST, packet->time_ns, packet);
        return;
    }
    if (flow_delivers(flow))
        read_segment(table, flow, side, packet);
    if (!flow_delivers(flow)) /* perhaps given up because of this very packet */
        follow(&flow->side[side], packet);
    if (flow->side[0].fin && flow->side[1].fin)
        expiry_end_flow(table, flow, FLOW_END_FIN, packet->time_ns, packet);
}

static void add_segment(struct flow_table *table, const struct flow_key *key,
                        const struct packet *packet)
{
    unsigned side = 0;
    struct flow *flow = find(table, key, packet, &side);
    bool begins = packet->payload_on_wire > 0 && !(packet->tcp_flags & TCP_RST);
    if (!flow && begins)
        flow = make_stream(table, key, packet);
    if (flow && flow->stage != FLOW_CLOSED)
        add_to_stream(table, flow, side, packet);
}

void flow_table_add(struct flow_table *table, const struct packet *packet)
{
    table->counters.packets++;
    expiry_advance(table, packet->time_ns);
    table->last_ordinal = packet->ordinal;
    struct flow_key key = flow_key_of_packet(packet, table->seed);
    if (packet->protocol == PACKET_UDP)
        add_datagram(table, &key, packet);
    else if (packet->tcp_flags & TCP_SYN)
        add_opening(table, &key, packet);
    else
        add_segment(table, &key, packet);
}

void flow_table_tick(struct flow_table *table, uint64_t time_ns)
{
    expiry_advance(table, time_ns);
}

void flow_table_finish(struct flow_table *table)
{
    expiry_end_all(table);
}

void flow_set_stage(struct flow_table *table, struct flow *flow, enum flow_stage stage)
{
    if (flow->stage == stage || flow->stage == FLOW_CLOSED || stage == FLOW_CLOSED)
        return;
    ages_remove(table->flows, table->ages, flow);
    flow->stage = (uint8_t)stage;
    flow->touched = table_clock_units(table); /* the list stays in order */
    ages_insert(table->flows, table->ages, flow);
    if (stage == FLOW_GIVEN_UP) {
        segments_drop(&table->segments, &flow->side[0]);
        segments_drop(&table->segments, &flow->side[1]);
    }
}
