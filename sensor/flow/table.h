/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flow table: packets in, flows and in-order bytes out. Fixed memory (reserved once, touched
 * as used), keyed hash with a secret seed, eviction by age and worth, timeouts by packet time.
 * A bare SYN allocates nothing; a SYN-ACK leaves 16 bytes in a fixed table that says who is the
 * server and where both sequences begin. One worker thread owns a table; nothing here locks.
 */
#ifndef AJAR_FLOW_TABLE_H
#define AJAR_FLOW_TABLE_H

#include "ajar/flow.h"
#include "ajar/packet.h"
#include "ajar/problem.h"

#include <stdint.h>

/* What the table tells its user, always from inside flow_table_add/_tick/_finish. */
struct flow_listener {
    void *context;
    /*
     * Payload of `side`, in order, each byte once (first-wins where segments overlap). `data` is
     * borrowed until the call returns. May call flow_set_stage(). UDP: one call per datagram.
     * `packet`, here and in gap(), is what made it happen: never NULL, always of this flow, but
     * perhaps a later packet than the one that brought the bytes, of either side; when the packet
     * clock or a limit made it happen, an empty one that bears the time (of the deadline).
     */
    void (*bytes)(void *context, struct flow *flow, unsigned side, const uint8_t *data,
                  uint32_t length, const struct packet *packet);
    /* `length` bytes of `side` were never seen and will not come (0 = unknown how many). */
    void (*gap)(void *context, struct flow *flow, unsigned side, uint32_t length,
                const struct packet *packet);
    /* The flow ends: free what hangs on engine, inspector and evidence. Last call for it. */
    void (*closed)(void *context, struct flow *flow, enum flow_end end, uint64_t time_ns);
};

struct flow_limits {
    uint32_t flows;           /* most flows at once */
    uint32_t segments;        /* out-of-order segments held over all flows (2 KiB each) */
    uint32_t segments_a_flow; /* held for one direction of one flow */
    uint32_t handshakes;      /* entries of the SYN-ACK table, a power of two */
};

#define FLOW_LIMITS_DEFAULT                                                                        \
    ((struct flow_limits){                                                                         \
        .flows = 262144, .segments = 16384, .segments_a_flow = 64, .handshakes = 65536})

struct flow_counters {
    uint64_t packets; /* TCP and UDP packets given */
    uint64_t flows;   /* flows made */
    uint64_t flows_now;
    uint64_t flows_evicted;
    uint64_t handshakes; /* SYN-ACKs remembered */
    uint64_t syns;       /* bare SYNs seen */
    uint64_t midstream;  /* flows picked up without handshake */
    uint64_t gaps;       /* gaps reported */
    uint64_t gap_bytes;
    uint64_t retransmitted; /* segments that brought nothing new */
    uint64_t overlaps;      /* segments that partly repeated bytes */
    uint64_t out_of_order;  /* segments held */
    uint64_t held_dropped;  /* holes given up early because a limit was reached */
};

struct flow_table;

/* Reserves everything. `seed` is secret (from the kernel), or fixed in tests. The listener is
 * copied. Caller frees with flow_table_free(). */
enum ajar_status flow_table_new(const struct flow_limits *limits, uint64_t seed,
                                const struct flow_listener *listener, struct flow_table **table);

/* Frees the table without telling the listener; accepts NULL. */
void flow_table_free(struct flow_table *table);

/* One decoded TCP or UDP packet. Also moves the packet clock (highest time seen) and expires what
 * is due. */
void flow_table_add(struct flow_table *table, const struct packet *packet);

/* Moves the packet clock without a packet (an idle live link) and expires what is due. */
void flow_table_tick(struct flow_table *table, uint64_t time_ns);

/* Ends every flow with FLOW_END_SHUTDOWN, oldest first. */
void flow_table_finish(struct flow_table *table);

/* Moves a flow to another stage (the age list it waits in for eviction). A flow that becomes
 * FLOW_GIVEN_UP holds no segments any more and gives no more bytes. */
void flow_set_stage(struct flow_table *table, struct flow *flow, enum flow_stage stage);

/* The counters; borrowed, same thread. */
const struct flow_counters *flow_table_counters(const struct flow_table *table);

#endif
