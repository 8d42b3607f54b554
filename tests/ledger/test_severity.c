/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/findings.h"
#include "ledger/severity.h"

static struct severity judge(struct severity_facts facts)
{
    struct severity severity;
    severity_judge(&facts, &severity);
    return severity;
}

static bool has_reason(const struct severity *severity, const char *reason)
{
    for (unsigned i = 0; i < severity->reason_count; i++)
        if (strcmp(severity->reasons[i], reason) == 0)
            return true;
    return false;
}

Test(severity, rises_with_what_an_outsider_got)
{
    int before = -1;
    const enum verdict rising[] = {VERDICT_PROBED,  VERDICT_REFUSED,  VERDICT_REVEALED,
                                   VERDICT_OPEN,    VERDICT_METADATA, VERDICT_DATA,
                                   VERDICT_DRAINED, VERDICT_TAMPERED};
    for (size_t i = 0; i < sizeof rising / sizeof rising[0]; i++) {
        struct severity s = judge((struct severity_facts){.verdict = rising[i]});
        cr_assert_gt(s.value, before, "%s", verdict_name(rising[i]));
        cr_assert_str_eq(s.reasons[0], verdict_name(rising[i]));
        before = s.value;
    }
    cr_assert_leq(before, 100);
}

Test(severity, alerts_on_metadata_to_outside_but_not_on_a_refusal)
{
    cr_assert_geq(judge((struct severity_facts){.verdict = VERDICT_METADATA}).value, 70);
    cr_assert_lt(judge((struct severity_facts){.verdict = VERDICT_REFUSED}).value, 70);
    cr_assert_lt(judge((struct severity_facts){.verdict = VERDICT_REVEALED}).value, 70);
}

Test(severity, is_lower_inside)
{
    struct severity_facts facts = {.verdict = VERDICT_DATA, .direction = DIRECTION_INBOUND};
    struct severity outside = judge(facts);
    facts.direction = DIRECTION_INTERNAL;
    struct severity inside = judge(facts);
    cr_assert_lt(inside.value, outside.value);
    cr_assert(has_reason(&outside, "outside"));
    cr_assert(has_reason(&inside, "internal"));
    facts.direction = DIRECTION_EXTERNAL;
    cr_assert_eq(judge(facts).value, outside.value);
}

Test(severity, counts_volume_from_the_limit_on)
{
    struct severity_facts facts = {.verdict = VERDICT_DATA, .returned = 999};
    int base = judge(facts).value;
    cr_assert_eq(base, 80);
    facts.returned = 1000;
    cr_assert_eq(judge(facts).value, base + 3);
    facts.returned = 100000;
    cr_assert_eq(judge(facts).value, base + 6);
    facts.bytes = 10u << 20;
    cr_assert_eq(judge(facts).value, base + 9);
    facts.bytes--;
    cr_assert_eq(judge(facts).value, base + 6);
}

Test(severity, stays_within_100)
{
    struct severity_facts facts = {
        .verdict = VERDICT_TAMPERED, .returned = UINT64_MAX, .bytes = UINT64_MAX};
    cr_assert_eq(judge(facts).value, 100);
}

Test(severity, sinks_with_credentials)
{
    struct severity_facts facts = {.verdict = VERDICT_DRAINED,
                                   .credentials = CREDENTIALS_PRESENTED};
    struct severity presented = judge(facts);
    cr_assert_lt(presented.value, 70);
    cr_assert(has_reason(&presented, "credentials presented"));
    facts.credentials = CREDENTIALS_PROVEN;
    struct severity proven = judge(facts);
    cr_assert_eq(proven.value, 10);
    cr_assert(has_reason(&proven, "credentials proven"));
}

Test(severity, of_a_weak_proof_wakes_nobody)
{
    struct severity_facts facts = {.verdict = VERDICT_OPEN};
    cr_assert_eq(judge(facts).value, 60);
    facts.weak = true;
    struct severity weak = judge(facts);
    cr_assert_eq(weak.value, 30);
    cr_assert(has_reason(&weak, "weak proof"));
}

Test(severity, weighs_the_kind_of_store_that_stands_open)
{
    struct severity_facts facts = {.verdict = VERDICT_METADATA, .direction = DIRECTION_INTERNAL};
    const int usual = judge(facts).value;
    static const struct {
        int weight;
        const char *reason;
    } kinds[] = {{-10, "harmless kind of store"},
                 {10, "sensitive kind of store"},
                 {20, "critical kind of store"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        facts.kind_weight = kinds[i].weight;
        struct severity s = judge(facts);
        cr_expect_eq(s.value, usual + kinds[i].weight);
        cr_expect(has_reason(&s, kinds[i].reason));
    }
    facts.verdict = VERDICT_REFUSED;
    cr_expect_eq(judge(facts).value, 10);
}

Test(severity, is_never_below_0)
{
    struct severity s = judge((struct severity_facts){.verdict = VERDICT_OPEN,
                                                      .direction = DIRECTION_INTERNAL,
                                                      .kind_weight = -10,
                                                      .weak = true,
                                                      .credentials = CREDENTIALS_PRESENTED});
    cr_expect_eq(s.value, 0);
}
