/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the flow table: every 8 bytes of the input are one packet between few hosts, with tiny
 * limits, so that all of them are met. Payload is a function of side and sequence number: whatever
 * the packets do, what is told must be that function, in order, and every flow must end once.
 */
#include "flow/table.h"

#include <stdint.h>
#include <stdlib.h>

#define STEP_BYTES   8
#define STEPS_MAX    4096
#define PAYLOAD_MAX  (3 * 2048)
#define FLOWS_MAX    6
#define CLIENT_BASE  UINT32_C(0xffffff00)
#define SERVER_BASE  UINT32_C(0x7fffff00)
#define GIVE_UP_BYTE 0x5a /* a byte told that makes this listener give the flow up */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is known of the flow in that slot of the table. */
struct record {
    uint32_t expected[2]; /* next sequence number to be told */
    uint8_t known[2];
    uint8_t open;
};

struct world {
    struct flow_table *table;
    uint64_t now_ns;
    uint32_t open;
    struct record records[FLOWS_MAX + 1];
};

static void require(int condition)
{
    if (!condition)
        abort();
}

static uint8_t payload_byte(int from_server, uint32_t sequence)
{
    return (uint8_t)(sequence * 7 + (sequence >> 8) + (from_server ? 128 : 0));
}

static struct record *record_of(struct world *world, const struct flow *flow)
{
    require(flow->index >= 1 && flow->index <= FLOWS_MAX);
    struct record *record = &world->records[flow->index];
    if (!record->open) {
        *record = (struct record){.open = 1};
        world->open++;
    }
    return record;
}

/* Every byte and every gap moves the side on by its length. */
static void move_on(struct world *world, const struct flow *flow, unsigned side, uint32_t length)
{
    struct record *record = record_of(world, flow);
    uint32_t next = flow->side[side].next_sequence;
    if (record->known[side])
        require(next == record->expected[side] + length);
    record->expected[side] = next;
    record->known[side] = 1;
}

static void on_bytes(void *context, struct flow *flow, unsigned side, const uint8_t *data,
                     uint32_t length, const struct packet *packet)
{
    struct world *world = context;
    require(packet && length > 0 && flow->stage != FLOW_GIVEN_UP && flow->stage != FLOW_CLOSED);
    if (flow->protocol == PACKET_UDP) {
        (void)record_of(world, flow);
        return;
    }
    move_on(world, flow, side, length);
    uint32_t sequence = flow->side[side].next_sequence - length;
    int give_up = 0;
    for (uint32_t i = 0; i < length; i++) {
        require(data[i] == payload_byte(flow->port[side] == 9200, sequence + i));
        give_up |= data[i] == GIVE_UP_BYTE;
    }
    flow_set_stage(world->table, flow, give_up ? FLOW_GIVEN_UP : FLOW_INSPECTED);
}

static void on_gap(void *context, struct flow *flow, unsigned side, uint32_t length,
                   const struct packet *packet)
{
    struct world *world = context;
    require(packet && flow->stage != FLOW_GIVEN_UP && flow->stage != FLOW_CLOSED);
    if (flow->protocol == PACKET_TCP)
        move_on(world, flow, side, length);
    if (length == 0)
        record_of(world, flow)->known[side] = 0; /* the stream begins anew elsewhere */
}

static void on_closed(void *context, struct flow *flow, enum flow_end end, uint64_t time_ns)
{
    (void)end, (void)time_ns;
    struct world *world = context;
    struct record *record = record_of(world, flow);
    require(!flow->side[0].held && !flow->side[1].held);
    record->open = 0;
    world->open--;
}

static uint16_t read_u16(const uint8_t *at)
{
    return (uint16_t)((unsigned)at[0] << 8 | at[1]);
}

/* A signed step from the side's base: fine, or coarse enough to leave any window. */
static uint32_t offset_of(const uint8_t *at, int coarse)
{
    int32_t offset = (int16_t)read_u16(at);
    return (uint32_t)(coarse ? offset * 32768 : offset);
}

/*
 * Byte 0: side, tuple, protocol, coarse, cut; byte 1: TCP flags; 2-3: sequence; 4-5:
 * acknowledgment; 6: length; 7: time step (signed).
 */
static void step(struct world *world, const uint8_t *at)
{
    static uint8_t payload[PAYLOAD_MAX];
    int from_server = at[0] & 1;
    int coarse = (at[0] >> 4 & 7) == 7;
    uint32_t base[2] = {CLIENT_BASE, SERVER_BASE};
    uint32_t length = at[6] < 250 ? at[6] : (uint32_t)(at[6] - 249) * 1024;
    uint32_t captured = at[0] & 0x80 ? length / 2 : length;
    int8_t pace = (int8_t)at[7];
    world->now_ns += (uint64_t)((int64_t)pace * pace * pace * INT64_C(30000));
    struct packet packet = {.time_ns = world->now_ns,
                            .protocol = (at[0] & 0x70) == 0x60 ? PACKET_UDP : PACKET_TCP,
                            .tcp_flags = at[1],
                            .tcp_sequence = base[from_server] + offset_of(at + 2, coarse),
                            .tcp_acknowledgment = base[!from_server] + offset_of(at + 4, coarse),
                            .payload = payload,
                            .payload_length = captured,
                            .payload_on_wire = length};
    uint16_t client_port = (uint16_t)(1000 + (at[0] >> 1 & 7));
    packet.source_port = from_server ? 9200 : client_port;
    packet.destination_port = from_server ? client_port : 9200;
    packet.source.bytes[15] = from_server ? 2 : 1;
    packet.destination.bytes[15] = from_server ? 1 : 2;
    for (uint32_t i = 0; i < captured; i++)
        payload[i] = payload_byte(from_server, packet.tcp_sequence + i);
    flow_table_add(world->table, &packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    static const struct flow_limits limits = {
        .flows = FLOWS_MAX, .segments = 12, .segments_a_flow = 5, .handshakes = 4};
    world = (struct world){.now_ns = UINT64_C(1700000000000000000)};
    struct flow_listener listener = {&world, on_bytes, on_gap, on_closed};
    if (flow_table_new(&limits, 1, &listener, &world.table) != AJAR_OK)
        return 0;
    for (size_t i = 0; i < size / STEP_BYTES && i < STEPS_MAX; i++)
        step(&world, data + i * STEP_BYTES);
    flow_table_finish(world.table);
    require(world.open == 0 && flow_table_counters(world.table)->flows_now == 0);
    flow_table_free(world.table);
    return 0;
}
