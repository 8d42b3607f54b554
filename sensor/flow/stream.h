/* SPDX-License-Identifier: Apache-2.0 */
/* TCP reassembly of one direction: segments in, bytes in order and gaps out. */
#ifndef AJAR_FLOW_STREAM_H
#define AJAR_FLOW_STREAM_H

#include "flow/state.h"

/* A hole that the receiver has acknowledged is given up when what lies behind it was held this
 * long: a mirror may show an acknowledgment a little before the data. */
#define STREAM_ACKNOWLEDGED_NS UINT64_C(1000000)
/* A hole that nobody acknowledges (one-sided mirror) is given up after this time. */
#define STREAM_HOLE_NS UINT64_C(2000000000)
/* A sequence number farther ahead or behind is not this stream's any more: start again there. */
#define STREAM_AHEAD_MAX  INT32_C(0x40000000)
#define STREAM_BEHIND_MAX INT32_C(0x01000000)

/* Takes the packet's payload and FIN as the next of what side `number` sent. */
void stream_add(struct flow_table *table, struct flow *flow, unsigned number,
                const struct packet *packet);

/*
 * The packet acknowledges bytes of side `number`: gives up holes that will not be filled. A packet
 * with payload answers what it acknowledges, so it decides at once, before its own bytes are told.
 */
void stream_acknowledge(struct flow_table *table, struct flow *flow, unsigned number,
                        const struct packet *packet);

/* Gives up the side's first hole and tells what is held behind it. The side must hold something. */
void stream_skip_hole(struct flow_table *table, struct flow *flow, unsigned number,
                      const struct packet *packet);

/* Gives up every hole of the side: afterwards it holds nothing. */
void stream_drain(struct flow_table *table, struct flow *flow, unsigned number,
                  const struct packet *packet);

/* Tells `length` missing bytes of a side to the listener and counts them. */
void stream_report_gap(struct flow_table *table, struct flow *flow, unsigned number,
                       uint32_t length, const struct packet *packet);

#endif
