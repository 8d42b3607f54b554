/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Age lists: doubly linked by index inside the flows themselves, so that moving a flow to the
 * newest end costs a few stores and no memory.
 */
#include "flow/ages.h"

void ages_insert(struct flow *flows, struct age_list *lists, struct flow *flow)
{
    struct age_list *list = &lists[flow->stage];
    flow->older = list->newest;
    flow->newer = 0;
    if (list->newest)
        flows[list->newest].newer = flow->index;
    else
        list->oldest = flow->index;
    list->newest = flow->index;
}

void ages_remove(struct flow *flows, struct age_list *lists, struct flow *flow)
{
    struct age_list *list = &lists[flow->stage];
    if (flow->older)
        flows[flow->older].newer = flow->newer;
    else
        list->oldest = flow->newer;
    if (flow->newer)
        flows[flow->newer].older = flow->older;
    else
        list->newest = flow->older;
}
