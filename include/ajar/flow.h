/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flow: one TCP connection (or UDP conversation) as both directions of packets. Side 0 is the
 * sender of the first packet seen, side 1 the other. Which side is the client is said by content
 * first, then by SYN/SYN-ACK, never by port.
 */
#ifndef AJAR_FLOW_H
#define AJAR_FLOW_H

#include "ajar/packet.h"

#include <stdbool.h>
#include <stdint.h>

/* How sure we are which side is the client; a later, higher one replaces a lower. */
enum client_by {
    CLIENT_BY_FIRST_PACKET = 0, /* a guess: who was seen first */
    CLIENT_BY_HANDSHAKE,        /* SYN or SYN-ACK seen */
    CLIENT_BY_CONTENT,          /* a recogniser read a request or a reply */
};

/* How far the flow's payload is looked at; the order is the order of worth under pressure (first
 * evicted first). */
enum flow_stage {
    FLOW_GIVEN_UP = 0, /* nothing more can be proven: counted only */
    FLOW_UNDECIDED,    /* the recognisers still wait for bytes */
    FLOW_INSPECTED,    /* an inspector reads it */
    FLOW_CLOSED,       /* ended; kept shortly so that late packets do not make a new flow */
    FLOW_STAGES
};

/* Why a flow ended. */
enum flow_end {
    FLOW_END_FIN,      /* both sides sent FIN */
    FLOW_END_RST,      /* a side reset it */
    FLOW_END_TIMEOUT,  /* silent for too long, by packet time */
    FLOW_END_EVICTED,  /* the table was full */
    FLOW_END_REUSED,   /* a new SYN took the same addresses and ports */
    FLOW_END_SHUTDOWN, /* the run ended */
};

#define FLOW_PREFIX_MAX 16 /* first bytes of a side, kept while no recogniser has decided */

/* One direction of a flow: what this side sent. */
struct flow_side {
    uint32_t next_sequence; /* TCP: sequence number of the next in-order byte */
    uint32_t packets;
    uint64_t bytes; /* payload bytes on the wire, retransmissions included */
    uint32_t held;  /* index of the first out-of-order segment held, 0 = none */
    uint8_t synced; /* next_sequence is valid */
    uint8_t fin;    /* FIN seen */
    uint8_t gapped; /* at least one gap was reported */
    uint8_t prefix_length;
    uint8_t prefix[FLOW_PREFIX_MAX];
};

/* 192 bytes, three cache lines; what finding a flow reads lies in the first. */
struct flow {
    uint32_t chain; /* flow table: next in the bucket */
    uint32_t older; /* flow table: age list of the stage */
    uint32_t newer;
    uint32_t touched;    /* flow table: packet clock of the last packet, in units of 2^30 ns */
    struct addr addr[2]; /* of side 0 and side 1 */
    uint16_t port[2];
    uint8_t protocol;         /* enum packet_protocol */
    uint8_t client;           /* side that is the client: 0 or 1 */
    uint8_t client_by;        /* enum client_by */
    uint8_t stage;            /* enum flow_stage; changed by flow_set_stage() only */
    uint8_t midstream;        /* first seen after its handshake */
    uint8_t classify_packets; /* payload packets shown to nDPI */
    uint16_t application;     /* nDPI's protocol number, 0 = unknown */
    uint32_t index;           /* own number in the table, from 1 */
    uint64_t risks;           /* nDPI's flow risk bits */
    uint64_t first_ns;
    uint64_t last_ns;
    struct flow_side side[2];
    void *engine;    /* classify's slot: nDPI's flow, owned by classify */
    void *inspector; /* inspect's slot, owned by inspect */
    void *evidence;  /* detect's slot, owned by detect */
};

/* The side that is not `side`. */
static inline unsigned flow_other_side(unsigned side)
{
    return side ^ 1u;
}

#endif
