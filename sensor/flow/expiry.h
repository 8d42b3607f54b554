/* SPDX-License-Identifier: Apache-2.0 */
/* How flows end: by the packet clock, for want of room, or because their packets say so. */
#ifndef AJAR_FLOW_EXPIRY_H
#define AJAR_FLOW_EXPIRY_H

#include "flow/state.h"

/* Silence, in packet time, after which a flow of a stage is over. */
#define EXPIRY_GIVEN_UP_NS  UINT64_C(60000000000)
#define EXPIRY_UNDECIDED_NS UINT64_C(60000000000)
#define EXPIRY_INSPECTED_NS UINT64_C(300000000000)
#define EXPIRY_CLOSED_NS    UINT64_C(10000000000) /* after its end, for stragglers */

/*
 * Ends an open flow: tells what is held, then closed(). `packet` is the flow's packet that ends
 * it, or NULL. A flow that ended by FIN or RST lingers as FLOW_CLOSED; any other is removed, and
 * the pointer is dead.
 */
void expiry_end_flow(struct flow_table *table, struct flow *flow, enum flow_end end,
                     uint64_t time_ns, const struct packet *packet);

/* Moves the packet clock to `time_ns`, unless that is in its past, and ends what is due. */
void expiry_advance(struct flow_table *table, uint64_t time_ns);

/* Frees one slot: a lingering flow, or else the one of the least worth that is silent longest. The
 * table must not be empty. */
void expiry_evict(struct flow_table *table);

/* Ends every flow with FLOW_END_SHUTDOWN, the longest silent first. */
void expiry_end_all(struct flow_table *table);

#endif
