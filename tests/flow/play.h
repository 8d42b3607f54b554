/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A conversation between 198.51.100.7:40000 (client) and 10.0.0.5:9200 (server), told packet by
 * packet to a flow table whose listener writes down what it hears:
 *   c<text>   bytes of the client        s<text>   bytes of the server
 *   c~5       5 missing bytes            [fin]     the flow ended, and why
 * Sequence numbers are relative: the first payload byte of each side is 0.
 */
#ifndef AJAR_TESTS_FLOW_PLAY_H
#define AJAR_TESTS_FLOW_PLAY_H

#include "flow/table.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define CLIENT_ISN   UINT32_C(0xfffffff0) /* wraps soon: every test crosses zero */
#define SERVER_ISN   UINT32_C(70000)
#define CLIENT_PORT  40000
#define SERVER_PORT  9200
#define MILLISECOND  UINT64_C(1000000)
#define SECOND       UINT64_C(1000000000)
#define PLAY_START   (UINT64_C(1700000000) * SECOND)
#define ACK_OF(text) ((uint32_t)(sizeof(text) - 1))

enum speaker { CLIENT, SERVER };

struct play {
    struct flow_table *table;
    uint64_t now_ns;
    uint64_t ordinal;
    uint16_t client_port;
    enum flow_stage want;   /* set at the first bytes */
    unsigned give_up_after; /* callbacks with bytes; 0 = never */
    struct flow last;       /* copy of the flow heard of last */
    uint64_t last_time_ns;  /* of the packet or end heard of last */
    unsigned closed;
    size_t used;
    char heard[8192];
};

static inline void play_note(struct play *play, const char *text, size_t length)
{
    cr_assert_lt(play->used + length, sizeof play->heard);
    memcpy(play->heard + play->used, text, length);
    play->used += length;
    play->heard[play->used] = '\0';
}

static inline void play_note_side(struct play *play, const struct flow *flow, unsigned side)
{
    play_note(play, flow->port[side] == SERVER_PORT ? "s" : "c", 1);
    play->last = *flow;
}

static inline void play_bytes(void *context, struct flow *flow, unsigned side, const uint8_t *data,
                              uint32_t length, const struct packet *packet)
{
    struct play *play = context;
    play_note_side(play, flow, side);
    play_note(play, "<", 1);
    play_note(play, (const char *)data, length);
    play_note(play, ">", 1);
    play->last_time_ns = packet->time_ns;
    if (flow->stage == FLOW_UNDECIDED)
        flow_set_stage(play->table, flow, play->want);
    if (play->give_up_after && --play->give_up_after == 0)
        flow_set_stage(play->table, flow, FLOW_GIVEN_UP);
}

static inline void play_gap(void *context, struct flow *flow, unsigned side, uint32_t length,
                            const struct packet *packet)
{
    struct play *play = context;
    char text[16];
    play_note_side(play, flow, side);
    play_note(play, text, (size_t)snprintf(text, sizeof text, "~%u ", length));
    play->last_time_ns = packet->time_ns;
}

static inline void play_closed(void *context, struct flow *flow, enum flow_end end,
                               uint64_t time_ns)
{
    static const char *const names[] = {
        [FLOW_END_FIN] = "[fin]",         [FLOW_END_RST] = "[rst]",
        [FLOW_END_TIMEOUT] = "[timeout]", [FLOW_END_EVICTED] = "[evicted]",
        [FLOW_END_REUSED] = "[reused]",   [FLOW_END_SHUTDOWN] = "[shutdown]"};
    struct play *play = context;
    play->last = *flow;
    play->last_time_ns = time_ns;
    play->closed++;
    play_note(play, names[end], strlen(names[end]));
}

static inline void play_begin(struct play *play, const struct flow_limits *limits)
{
    struct flow_listener listener = {play, play_bytes, play_gap, play_closed};
    *play = (struct play){.now_ns = PLAY_START, .client_port = CLIENT_PORT, .want = FLOW_INSPECTED};
    cr_assert_eq(flow_table_new(limits, 42, &listener, &play->table), AJAR_OK);
}

static inline struct flow_limits play_limits(void)
{
    return (struct flow_limits){
        .flows = 64, .segments = 32, .segments_a_flow = 8, .handshakes = 64};
}

static inline void play_end(struct play *play)
{
    flow_table_free(play->table);
}

/* A packet without payload; the caller may add to it. */
static inline struct packet play_packet(struct play *play, enum speaker from, uint8_t flags,
                                        uint32_t sequence, uint32_t acknowledgment)
{
    static const uint8_t client[4] = {198, 51, 100, 7};
    static const uint8_t server[4] = {10, 0, 0, 5};
    uint32_t isn[2] = {CLIENT_ISN, SERVER_ISN};
    struct addr ends[2] = {{{0}}, {{0}}};
    memcpy(ends[CLIENT].bytes + 12, client, 4);
    memcpy(ends[SERVER].bytes + 12, server, 4);
    uint16_t ports[2] = {play->client_port, SERVER_PORT};
    enum speaker to = from == CLIENT ? SERVER : CLIENT;
    return (struct packet){.time_ns = play->now_ns,
                           .ordinal = ++play->ordinal,
                           .source = ends[from],
                           .destination = ends[to],
                           .source_port = ports[from],
                           .destination_port = ports[to],
                           .protocol = PACKET_TCP,
                           .tcp_flags = flags,
                           .tcp_sequence = isn[from] + 1 + sequence,
                           .tcp_acknowledgment = isn[to] + 1 + acknowledgment};
}

/* Gives a packet with that payload, of which the capture holds `captured` bytes. */
static inline void play_send_cut(struct play *play, struct packet packet, const void *payload,
                                 size_t length, size_t captured)
{
    packet.payload = payload;
    packet.payload_length = (uint32_t)captured;
    packet.payload_on_wire = (uint32_t)length;
    flow_table_add(play->table, &packet);
}

static inline void play_send(struct play *play, struct packet packet, const char *text)
{
    play_send_cut(play, packet, text, strlen(text), strlen(text));
}

/* Payload of a side without an acknowledgment of the other (as a one-sided stack never sends it,
 * but which leaves the other side alone). */
static inline void play_say(struct play *play, enum speaker from, uint32_t sequence,
                            const char *text)
{
    play_send(play, play_packet(play, from, TCP_PSH, sequence, 0), text);
}

/* Payload of a side that acknowledges `acknowledgment` bytes of the other. */
static inline void play_answer(struct play *play, enum speaker from, uint32_t sequence,
                               uint32_t acknowledgment, const char *text)
{
    play_send(play, play_packet(play, from, TCP_ACK, sequence, acknowledgment), text);
}

static inline void play_flags(struct play *play, enum speaker from, uint8_t flags,
                              uint32_t sequence, uint32_t acknowledgment)
{
    play_send(play, play_packet(play, from, flags, sequence, acknowledgment), "");
}

static inline void play_handshake(struct play *play)
{
    play_flags(play, CLIENT, TCP_SYN, UINT32_MAX, 0);
    play_flags(play, SERVER, TCP_SYN | TCP_ACK, UINT32_MAX, 0);
    play_flags(play, CLIENT, TCP_ACK, 0, 0);
}

static inline void play_wait(struct play *play, uint64_t time_ns)
{
    play->now_ns += time_ns;
}

static inline const struct flow_counters *play_counters(const struct play *play)
{
    return flow_table_counters(play->table);
}

/* What was heard since the last check. */
#define play_expect(play, text)                                                                    \
    do {                                                                                           \
        cr_assert_str_eq((play)->heard, (text));                                                   \
        (play)->used = 0;                                                                          \
        (play)->heard[0] = '\0';                                                                   \
    } while (0)

#endif
