/* SPDX-License-Identifier: Apache-2.0 */
/* Age lists: order, and removal at both ends and in the middle. */
#include "flow/ages.h"

#include <criterion/criterion.h>

#define FLOWS 4

static struct flow flows[FLOWS + 1];
static struct age_list lists[FLOW_STAGES];

static void set_up(void)
{
    memset(lists, 0, sizeof lists);
    for (uint32_t i = 1; i <= FLOWS; i++) {
        flows[i] = (struct flow){.index = i, .stage = FLOW_INSPECTED};
        ages_insert(flows, lists, &flows[i]);
    }
}

TestSuite(flow_ages, .init = set_up);

/* The list as a decimal number, oldest first; checks that it reads the same backwards. */
static unsigned listed(enum flow_stage stage)
{
    unsigned forwards = 0;
    unsigned backwards = 0;
    unsigned place = 1;
    for (uint32_t at = lists[stage].oldest; at; at = flows[at].newer)
        forwards = forwards * 10 + at;
    for (uint32_t at = lists[stage].newest; at; at = flows[at].older, place *= 10)
        backwards += at * place;
    cr_assert_eq(forwards, backwards);
    return forwards;
}

Test(flow_ages, keeps_the_order_of_insertion)
{
    cr_assert_eq(listed(FLOW_INSPECTED), 1234);
    cr_assert_eq(listed(FLOW_UNDECIDED), 0);
}

Test(flow_ages, removes_at_both_ends_and_in_the_middle)
{
    ages_remove(flows, lists, &flows[2]);
    cr_assert_eq(listed(FLOW_INSPECTED), 134);
    ages_remove(flows, lists, &flows[1]);
    cr_assert_eq(listed(FLOW_INSPECTED), 34);
    ages_remove(flows, lists, &flows[4]);
    cr_assert_eq(listed(FLOW_INSPECTED), 3);
    ages_remove(flows, lists, &flows[3]);
    cr_assert_eq(listed(FLOW_INSPECTED), 0);
}

Test(flow_ages, moves_a_flow_between_the_lists_of_stages)
{
    ages_remove(flows, lists, &flows[2]);
    flows[2].stage = FLOW_GIVEN_UP;
    ages_insert(flows, lists, &flows[2]);
    cr_assert_eq(listed(FLOW_INSPECTED), 134);
    cr_assert_eq(listed(FLOW_GIVEN_UP), 2);
}
