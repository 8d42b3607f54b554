/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/findings.h"
#include "ledger/flows.h"

static struct flows *flows;

static void setup(void)
{
    cr_assert_eq(flows_new(&flows), AJAR_OK);
}

static void teardown(void)
{
    flows_free(flows);
}

TestSuite(flows, .init = setup, .fini = teardown);

static bool note(struct finding f)
{
    return flows_note(flows, &f);
}

/* What a flow tells: two rungs and its end. */
static void make_flow(struct finding story[static 3])
{
    story[0] = make_finding(VERDICT_METADATA);
    story[1] = make_finding(VERDICT_DATA);
    story[1].time_ns += SECOND;
    story[2] = make_finding(VERDICT_DATA);
    story[2].kind = FINDING_SESSION;
    story[2].time_ns += 2 * SECOND;
}

Test(flows, know_one_that_is_read_again)
{
    struct finding story[3];
    make_flow(story);
    for (int i = 0; i < 3; i++)
        cr_assert_not(note(story[i]), "%d", i);
    for (int i = 0; i < 3; i++)
        cr_assert(note(story[i]), "%d", i);
}

Test(flows, know_one_whose_second_capture_begins_in_its_middle)
{
    struct finding story[3];
    make_flow(story);
    for (int i = 0; i < 3; i++)
        (void)note(story[i]);
    story[1].first_ns = story[2].first_ns = story[1].time_ns;
    cr_assert(note(story[1]));
    cr_assert(note(story[2]));
}

Test(flows, take_what_a_second_capture_has_more)
{
    struct finding story[3];
    make_flow(story);
    for (int i = 0; i < 3; i++)
        (void)note(story[i]);
    struct finding more = make_finding(VERDICT_DRAINED);
    more.time_ns += SECOND;
    cr_assert_not(note(more), "a higher verdict");
    struct finding later = story[2];
    later.time_ns += SECOND;
    cr_assert_not(note(later), "a later end");
}

Test(flows, take_the_same_ends_at_another_time)
{
    struct finding story[3];
    make_flow(story);
    for (int i = 0; i < 3; i++)
        (void)note(story[i]);
    for (int i = 0; i < 3; i++) {
        story[i].first_ns += 60 * SECOND;
        story[i].time_ns += 60 * SECOND;
        cr_assert_not(note(story[i]), "%d", i);
    }
    struct finding before = make_finding(VERDICT_DATA);
    before.first_ns -= 60 * SECOND;
    before.time_ns -= 60 * SECOND;
    cr_assert_not(note(before), "an older capture read late");
}

Test(flows, take_other_ends_and_what_others_showed)
{
    struct finding f = make_finding(VERDICT_DATA);
    cr_assert_not(note(f));
    f.client_port++;
    cr_assert_not(note(f));
    f.server.bytes[15]++;
    cr_assert_not(note(f));
    f.credentials = CREDENTIALS_PRESENTED;
    cr_assert_not(note(f), "the same verdict with credentials is another fact");
    cr_assert(note(f));
}

Test(flows, take_a_proof_after_a_weak_one)
{
    struct finding f = make_finding(VERDICT_OPEN);
    f.weak = true;
    cr_assert_not(note(f));
    cr_assert(note(f));
    f.weak = false;
    cr_assert_not(note(f));
}

Test(flows, forget_the_one_used_longest_ago)
{
    struct finding f = make_finding(VERDICT_DATA);
    (void)note(f);
    struct finding other = f;
    for (uint32_t i = 1; i < 4 * FLOWS_REMEMBERED; i++) {
        other.client.bytes[12] = (uint8_t)(i >> 16);
        other.client.bytes[13] = (uint8_t)(i >> 8);
        other.client.bytes[14] = (uint8_t)i;
        other.client.bytes[15] = 0xee;
        cr_assert_not(note(other));
    }
    cr_assert_not(note(f));
    cr_assert(note(other));
}

struct kept {
    uint32_t slot;
    struct flow_state state;
};

static struct kept kept[8];
static size_t kept_count;

static void keep(void *context, uint32_t slot, const void *state, size_t size)
{
    (void)context;
    cr_assert_eq(size, sizeof kept[0].state);
    cr_assert_lt(kept_count, 8);
    kept[kept_count].slot = slot;
    memcpy(&kept[kept_count++].state, state, size);
}

Test(flows, are_known_again_in_another_run)
{
    struct finding story[3];
    make_flow(story);
    cr_assert_not(flows_have_changes(flows));
    for (int i = 0; i < 3; i++)
        (void)note(story[i]);
    cr_assert(flows_have_changes(flows));
    flows_visit_changes(flows, keep, NULL);
    cr_assert_eq(kept_count, 1, "one flow, however often");
    flows_forget_changes(flows);
    cr_assert_not(flows_have_changes(flows));
    flows_free(flows);
    setup();
    cr_assert_eq(flows_restore(flows, kept[0].slot, &kept[0].state, sizeof kept[0].state), AJAR_OK);
    cr_assert_not(flows_have_changes(flows));
    for (int i = 0; i < 3; i++)
        cr_assert(note(story[i]));
    flows_change_all(flows);
    flows_visit_changes(flows, keep, NULL);
    cr_assert_eq(kept_count, 2);
}

Test(flows, refuse_states_that_cannot_be)
{
    (void)note(make_finding(VERDICT_DATA));
    flows_visit_changes(flows, keep, NULL);
    flows_free(flows);
    setup();
    struct flow_state good = kept[0].state, bad = good;
    uint32_t slot = kept[0].slot;
    cr_assert_eq(flows_restore(flows, slot, &good, sizeof good - 1), AJAR_ERR_FORMAT);
    cr_assert_eq(flows_restore(flows, FLOWS_REMEMBERED, &good, sizeof good), AJAR_ERR_FORMAT);
    cr_assert_eq(flows_restore(flows, (slot + 4) % FLOWS_REMEMBERED, &good, sizeof good),
                 AJAR_ERR_FORMAT);
    bad.tag = 0;
    cr_assert_eq(flows_restore(flows, slot, &bad, sizeof bad), AJAR_ERR_FORMAT);
    bad = good;
    bad.first_ns = bad.last_ns + 1;
    cr_assert_eq(flows_restore(flows, slot, &bad, sizeof bad), AJAR_ERR_FORMAT);
    cr_assert_eq(flows_restore(flows, slot, &good, sizeof good), AJAR_OK, "their accepted twin");
    cr_assert_eq(flows_restore(flows, slot, &good, sizeof good), AJAR_ERR_FORMAT, "twice");
}
