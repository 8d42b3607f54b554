/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/pairs.h"
#include "ledger/story.h"

#define MINUTE PAIRS_MINUTE
#define START  (WHEN / MINUTE * MINUTE)

static struct pairs *pairs;

static void setup(void)
{
    cr_assert_eq(pairs_new(3, 42, &pairs), AJAR_OK);
}

static void teardown(void)
{
    pairs_free(pairs);
}

TestSuite(pairs, .init = setup, .fini = teardown);

static struct pair_state rest;

static bool note_as(const struct finding *f, bool exposing, bool opened)
{
    struct pair_sight sight = {f, (enum credentials)f->credentials, exposing, opened};
    cr_assert_not(pairs_make_room(pairs, f, &rest));
    return pairs_note(pairs, &sight, &rest);
}

static bool note(const struct finding *f)
{
    return note_as(f, false, false);
}

static struct finding make_one(void)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    f.time_ns = START;
    return f;
}

Test(pairs, tell_so_many_a_minute)
{
    struct finding f = make_one();
    for (int i = 0; i < 10; i++, f.time_ns += SECOND)
        cr_assert_eq(note(&f), i < 3);
    f.time_ns = START + MINUTE;
    cr_assert(note(&f), "a new minute");
    cr_assert_eq(rest.folded, 7);
    cr_assert(note(&f));
    cr_assert_eq(rest.folded, 0, "told before");
}

Test(pairs, are_told_apart_by_all_four_parts)
{
    struct finding f = make_one(), other;
    for (int i = 0; i < 4; i++)
        (void)note(&f);
    cr_assert_not(note(&f));
    other = f;
    other.client_port++;
    cr_assert_not(note(&other), "another connection of the same client");
    other = f;
    other.client.bytes[15]++;
    cr_assert(note(&other));
    other = f;
    other.server.bytes[15]++;
    cr_assert(note(&other));
    other = f;
    other.server_port++;
    cr_assert(note(&other));
    other = f;
    SET(other.store, "solr");
    cr_assert(note(&other));
    cr_assert_eq(pairs_count(pairs), 5);
}

Test(pairs, tell_what_rises)
{
    struct finding f = make_one();
    for (int i = 0; i < 5; i++)
        (void)note(&f);
    f.verdict = VERDICT_OPEN;
    cr_assert(note(&f));
    cr_assert_eq(rest.folded, 2);
    cr_assert_not(note(&f), "not a second time");
    f.verdict = VERDICT_REFUSED;
    cr_assert_not(note(&f), "nor what is below");
    f.verdict = VERDICT_DATA;
    cr_assert(note(&f));
    cr_assert_eq(rest.folded, 2);
    cr_assert(note_as(&f, true, false), "the same without credentials");
    cr_assert_not(note_as(&f, true, false));
    cr_assert(note_as(&f, true, true), "what opens an exposure");
    f.verdict = VERDICT_TAMPERED;
    cr_assert(note(&f));
    cr_assert(note(&f), "each destruction");
}

Test(pairs, keep_the_last_untold_one)
{
    struct finding f = make_one();
    for (int i = 0; i < 3; i++)
        (void)note(&f);
    f.time_ns += SECOND;
    (void)note_as(&f, true, true);
    f.verdict = VERDICT_DATA;
    cr_assert(note_as(&f, true, false));
    f.time_ns += SECOND;
    cr_assert_not(note_as(&f, true, false));
    f.time_ns += SECOND;
    f.client_port = 77;
    f.exchange = 9;
    f.verdict = VERDICT_PROBED;
    cr_assert_not(note(&f));
    cr_assert(pairs_take_over(pairs, START + MINUTE, &rest));
    cr_assert_eq(rest.folded, 2);
    cr_assert_eq(rest.first_ns, START + 2 * SECOND);
    cr_assert_eq(rest.time_ns, START + 3 * SECOND);
    cr_assert_eq(rest.client_port, 77);
    cr_assert_eq(rest.exchange, 9);
    cr_assert_eq(rest.verdict, VERDICT_PROBED);
    cr_assert(rest.exposed, "one of them was an exposure");
    cr_assert_str_eq(rest.store, "elasticsearch");
}

Test(pairs, wait_for_the_end_of_the_minute)
{
    struct finding f = make_one();
    for (int i = 0; i < 4; i++)
        (void)note(&f);
    cr_assert_not(pairs_take_over(pairs, START + MINUTE - 1, &rest));
    cr_assert_not(pairs_take_over(pairs, 0, &rest), "no time yet");
    cr_assert(pairs_take_over(pairs, START + MINUTE, &rest));
    cr_assert_eq(rest.folded, 1);
    cr_assert_not(pairs_take_over(pairs, UINT64_MAX, &rest), "once");
}

Test(pairs, are_taken_over_in_the_order_of_their_folding)
{
    struct finding f = make_one();
    for (uint8_t client = 0; client < 5; client++) {
        f.client.bytes[15] = client;
        for (int i = 0; i < 4 + client; i++)
            (void)note(&f);
    }
    for (uint8_t client = 0; client < 5; client++) {
        cr_assert(pairs_take_over(pairs, UINT64_MAX, &rest));
        cr_assert_eq(rest.client.bytes[15], client);
        cr_assert_eq(rest.folded, 1 + client);
    }
    cr_assert_not(pairs_take_over(pairs, UINT64_MAX, &rest));
}

Test(pairs, clock_that_steps_back_a_little_begins_no_minute)
{
    struct finding f = make_one();
    for (int i = 0; i < 4; i++)
        (void)note(&f);
    f.time_ns = START - 1;
    cr_assert_not(note(&f));
    f.time_ns = START;
    cr_assert_not(note(&f));
    f.time_ns = START - 10 * MINUTE;
    cr_assert(note(&f), "but one that was set back does");
}

Test(pairs, without_a_limit_all_are_told_and_none_remembered)
{
    struct finding f = make_one();
    teardown();
    cr_assert_eq(pairs_new(0, 42, &pairs), AJAR_OK);
    for (int i = 0; i < 100; i++)
        cr_assert(note(&f));
    cr_assert_eq(pairs_count(pairs), 0);
    cr_assert_not(pairs_have_changes(pairs));
}

static void set_client(struct finding *f, uint32_t number)
{
    f->client.bytes[13] = (uint8_t)(number >> 16);
    f->client.bytes[14] = (uint8_t)(number >> 8);
    f->client.bytes[15] = (uint8_t)number;
}

/* The first folds once, then the table is filled up. */
static void fill_table(struct finding *f)
{
    set_client(f, 0);
    for (int i = 0; i < 4; i++)
        (void)note(f);
    for (uint32_t i = 1; i < PAIRS_MAX; i++) {
        set_client(f, i);
        cr_assert(note(f));
    }
    cr_assert_eq(pairs_count(pairs), PAIRS_MAX);
}

Test(pairs, full_table_lets_the_one_unseen_longest_go)
{
    struct finding f = make_one();
    struct pair_sight sight = {.finding = &f};
    fill_table(&f);
    set_client(&f, PAIRS_MAX);
    cr_assert(pairs_make_room(pairs, &f, &rest));
    cr_assert_eq(rest.folded, 1, "its rest is not lost");
    cr_assert_eq(rest.client.bytes[15], 0);
    cr_assert(pairs_note(pairs, &sight, &rest));
    cr_assert_eq(pairs_count(pairs), PAIRS_MAX);
    set_client(&f, 1);
    cr_assert_not(pairs_make_room(pairs, &f, &rest), "this one is still known");
    cr_assert(pairs_note(pairs, &sight, &rest));
    set_client(&f, PAIRS_MAX + 1);
    cr_assert_not(pairs_make_room(pairs, &f, &rest), "the next had nothing untold");
    cr_assert(pairs_note(pairs, &sight, &rest));
    cr_assert_eq(pairs_count(pairs), PAIRS_MAX);
    cr_assert_not(pairs_take_over(pairs, UINT64_MAX, &rest));
}

struct kept {
    struct pair_state states[16];
    bool has[16];
    unsigned calls;
};

static void keep(void *context, uint32_t slot, const void *state, size_t size)
{
    struct kept *kept = context;
    cr_assert_lt(slot, 16);
    cr_assert_eq(size, sizeof kept->states[0]);
    memcpy(&kept->states[slot], state, size);
    kept->has[slot] = true;
    kept->calls++;
}

Test(pairs, changes_are_told_once)
{
    static struct kept kept;
    struct finding f = make_one();
    cr_assert_not(pairs_have_changes(pairs));
    for (int i = 0; i < 10; i++)
        (void)note(&f);
    cr_assert(pairs_have_changes(pairs));
    pairs_visit_changes(pairs, keep, &kept);
    cr_assert_eq(kept.calls, 1);
    cr_assert_eq(kept.states[0].folded, 7);
    pairs_forget_changes(pairs);
    cr_assert_not(pairs_have_changes(pairs));
    cr_assert(pairs_take_over(pairs, UINT64_MAX, &rest));
    cr_assert(pairs_have_changes(pairs), "it is told now, and not again after a restart");
}

Test(pairs, put_back_go_on_as_before)
{
    static struct kept kept;
    struct finding f = make_one();
    for (uint8_t client = 0; client < 6; client++) {
        f.client.bytes[15] = (uint8_t)(client ^ 5); /* not the order of the slots below */
        for (int i = 0; i < 4; i++)
            (void)note(&f);
    }
    pairs_visit_changes(pairs, keep, &kept);
    teardown();
    setup();
    for (uint32_t slot = 16; slot-- > 0;)
        if (kept.has[slot])
            cr_assert_eq(pairs_restore(pairs, slot, &kept.states[slot], sizeof kept.states[slot]),
                         AJAR_OK);
    cr_assert_not(pairs_have_changes(pairs));
    f.client.bytes[15] = 5;
    cr_assert_not(note(&f), "the first one's minute is not over");
    for (uint8_t client = 0; client < 6; client++) {
        cr_assert(pairs_take_over(pairs, UINT64_MAX, &rest));
        cr_assert_eq(rest.client.bytes[15], client ^ 5, "in the order of their folding");
        cr_assert_eq(rest.folded, client ? 1 : 2);
    }
    f.client.bytes[15] = 100;
    cr_assert(note(&f), "a new one finds a slot");
    cr_assert_eq(pairs_count(pairs), 7);
}

Test(pairs, reject_states_that_cannot_be)
{
    static struct kept kept;
    struct finding f = make_one();
    (void)note(&f);
    pairs_visit_changes(pairs, keep, &kept);
    teardown();
    setup();
    struct pair_state good = kept.states[0], bad = good;
    cr_assert_eq(pairs_restore(pairs, 0, &good, sizeof good - 1), AJAR_ERR_FORMAT);
    cr_assert_eq(pairs_restore(pairs, PAIRS_MAX, &good, sizeof good), AJAR_ERR_FORMAT);
    bad.layout++;
    cr_assert_eq(pairs_restore(pairs, 0, &bad, sizeof bad), AJAR_ERR_FORMAT);
    bad = good;
    bad.verdict = VERDICTS;
    cr_assert_eq(pairs_restore(pairs, 0, &bad, sizeof bad), AJAR_ERR_FORMAT);
    bad = good;
    bad.folded = UINT64_MAX;
    cr_assert_eq(pairs_restore(pairs, 0, &bad, sizeof bad), AJAR_ERR_FORMAT);
    bad = good;
    bad.exposed = 2;
    cr_assert_eq(pairs_restore(pairs, 0, &bad, sizeof bad), AJAR_ERR_FORMAT);
    bad = good;
    memset(bad.store, 'x', sizeof bad.store);
    cr_assert_eq(pairs_restore(pairs, 0, &bad, sizeof bad), AJAR_ERR_FORMAT);
    cr_assert_eq(pairs_restore(pairs, 0, &good, sizeof good), AJAR_OK);
    cr_assert_eq(pairs_restore(pairs, 0, &good, sizeof good), AJAR_ERR_FORMAT, "slot taken");
    cr_assert_eq(pairs_restore(pairs, 1, &good, sizeof good), AJAR_ERR_FORMAT, "pair known");
    cr_assert_eq(pairs_count(pairs), 1);
}

Test(pairs, go_on_after_whatever_bytes_were_kept)
{
    struct story story = {.random = 5};
    struct finding f = make_one();
    unsigned taken = 0;
    for (uint32_t slot = 0; slot < 2000; slot++) {
        struct pair_state state;
        for (size_t i = 0; i < sizeof state; i++)
            ((uint8_t *)&state)[i] = (uint8_t)(story_draw(&story, 2) ? story_draw(&story, 256) : 0);
        state.layout = 1;
        state.verdict %= VERDICTS;
        state.weak = state.exposed = state.best[0] = state.best[1] = 0;
        state.credentials = state.identity = 0;
        state.folded >>= story_draw(&story, 64);
        state.last_use >>= 1 + story_draw(&story, 60);
        state.store[31] = '\0';
        taken += pairs_restore(pairs, slot, &state, sizeof state) == AJAR_OK;
    }
    cr_assert_gt(taken, 500);
    for (int i = 0; i < 10; i++)
        (void)note(&f);
    uint64_t untold = 0;
    while (pairs_take_over(pairs, UINT64_MAX, &rest))
        untold++;
    cr_assert_leq(untold, taken + 1);
    cr_assert_eq(pairs_count(pairs), taken + 1);
}
