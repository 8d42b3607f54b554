/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One list of flows per stage, the longest silent first: what expiry and eviction look at, only
 * ever at the oldest end.
 */
#ifndef AJAR_FLOW_AGES_H
#define AJAR_FLOW_AGES_H

#include "ajar/flow.h"

struct age_list {
    uint32_t oldest; /* index of a flow, 0 = the list is empty */
    uint32_t newest;
};

/* Puts the flow, in no list, at the newest end of the list of its stage. `flows` is the table's
 * array, `lists` one list per stage. */
void ages_insert(struct flow *flows, struct age_list *lists, struct flow *flow);

/* Takes the flow out of the list of its stage. */
void ages_remove(struct flow *flows, struct age_list *lists, struct flow *flow);

#endif
