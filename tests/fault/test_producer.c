/* SPDX-License-Identifier: Apache-2.0 */
/* The findings of the fault harness: always the same, and of every kind. */
#include "fault/producer.h"

#include <criterion/criterion.h>

#define MANY 20480

static struct finding one, other;

Test(producer, makes_the_same_finding_of_a_number_every_time)
{
    for (uint64_t i = 0; i < MANY; i += 37) {
        memset(&one, 0, sizeof one);
        memset(&other, 0, sizeof other);
        producer_make_finding(7, i, &one);
        producer_make_finding(7, i + 1, &other); /* what came between must not matter */
        memset(&other, 0, sizeof other);
        producer_make_finding(7, i, &other);
        cr_assert_eq(memcmp(&one, &other, sizeof one), 0, "finding %d", (int)i);
    }
}

Test(producer, makes_others_of_another_seed)
{
    unsigned same = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        producer_make_finding(7, i, &one);
        producer_make_finding(8, i, &other);
        same += addr_compare(&one.server, &other.server) == 0 &&
                addr_compare(&one.client, &other.client) == 0;
    }
    cr_assert_lt(same, MANY / 100);
}

Test(producer, reaches_every_rung_and_both_kinds)
{
    unsigned rungs[VERDICTS] = {0}, sessions = 0, presented = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        producer_make_finding(1, i, &one);
        rungs[one.verdict]++;
        sessions += one.kind == FINDING_SESSION;
        presented += one.credentials == CREDENTIALS_PRESENTED;
    }
    for (unsigned verdict = VERDICT_PROBED; verdict < VERDICTS; verdict++)
        cr_assert_gt(rungs[verdict], MANY / 100, "%s", verdict_name((enum verdict)verdict));
    cr_assert_eq(sessions, MANY / PRODUCER_STEPS, "%u", sessions);
    cr_assert_gt(presented, MANY / 100);
}

/* The steps of a conversation are the same flow, and their new numbers add up to the last sum. */
Test(producer, counts_a_conversation_as_detect_would)
{
    for (uint64_t start = 0; start < PRODUCER_WOVEN; start++) {
        uint64_t returned = 0, requests = 0;
        uint16_t port = 0;
        for (uint64_t step = 0; step < PRODUCER_STEPS; step++) {
            producer_make_finding(3, start + step * PRODUCER_WOVEN, &one);
            cr_assert_eq(one.exchange, step + 1);
            cr_assert(step == 0 || one.client_port == port);
            port = one.client_port;
            returned += one.returned_new;
            requests += one.requests_new;
        }
        cr_assert_eq(one.returned, returned);
        cr_assert_eq(one.requests, requests);
        cr_assert_eq(one.kind, FINDING_SESSION);
    }
}

Test(producer, goes_on_in_time_with_each_finding)
{
    uint64_t before = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        producer_make_finding(1, i, &one);
        cr_assert_gt(one.time_ns, before);
        cr_assert_leq(one.first_ns, one.time_ns);
        before = one.time_ns;
    }
}
