/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the journal sees of the ledger: changes, and a ledger put together again from them. The
 * journal here is a list in memory that knows nothing but the changes it was told.
 */
#include "ledger/book.h"
#include "ledger/same.h"
#include "ledger/story.h"

#include <stdlib.h>

#define STORY_LENGTH   240
#define EVENTS_MAX     (4 * STORY_LENGTH)
#define KEPT_MAX       64
#define KEPT_PAIRS_MAX 1024

struct kept {
    struct exposure exposures[KEPT_MAX];
    struct server servers[KEPT_MAX];
    size_t exposure_count;
    size_t server_count;
    uint64_t sequence;
    struct pair_state pairs[KEPT_PAIRS_MAX]; /* by slot */
    bool has_pair[KEPT_PAIRS_MAX];
    unsigned exposure_calls;
    unsigned server_calls;
};

struct heard {
    char ids[EVENTS_MAX][EVENT_ID_HEX];
    uint64_t sequences[EVENTS_MAX];
    uint64_t folded[EVENTS_MAX];
    size_t count;
};

static struct netset home;
static struct enricher *enricher;
static struct finding story[STORY_LENGTH];
static struct heard heard;
static uint32_t per_minute;

static void listen(void *context, const struct event *event)
{
    struct heard *h = context;
    cr_assert_lt(h->count, EVENTS_MAX);
    memcpy(h->ids[h->count], event->id, EVENT_ID_HEX);
    h->folded[h->count] = event->folded;
    h->sequences[h->count++] = event->sequence;
}

static struct ledger *make_ledger(uint64_t sequence, struct heard *to)
{
    struct ledger_options options = {.site = "hq",
                                     .home = &home,
                                     .servers_max = 16,
                                     .exposures_max = 16,
                                     .sequence = sequence,
                                     .events_per_minute = per_minute};
    struct ledger *ledger;
    cr_assert_eq(ledger_new(&options, enricher, listen, to, &ledger), AJAR_OK);
    return ledger;
}

static void setup(void)
{
    struct story teller = {
        .random = 7, .time_ns = WHEN, .stores = 5, .clients = 200, .step_ns = SECOND};
    netset_init_private(&home);
    cr_assert_eq(enricher_new(&enricher), AJAR_OK);
    for (size_t i = 0; i < STORY_LENGTH; i++)
        story[i] = story_next(&teller);
    memset(&heard, 0, sizeof heard);
}

static void teardown(void)
{
    enricher_free(enricher);
}

TestSuite(restore, .init = setup, .fini = teardown);

static void *copy_of(const void *from, size_t bytes)
{
    if (!from || bytes == 0)
        return NULL;
    void *to = malloc(bytes);
    cr_assert(to);
    memcpy(to, from, bytes);
    return to;
}

static void forget_tables(struct exposure *exposure)
{
    free(exposure->actors);
    free(exposure->sketch);
    free(exposure->classes);
    free(exposure->holdings.datasets);
}

static void keep_exposure(void *context, const struct exposure *exposure)
{
    struct kept *kept = context;
    size_t at = 0;
    while (at < kept->exposure_count && strcmp(kept->exposures[at].id, exposure->id) != 0)
        at++;
    cr_assert_lt(at, KEPT_MAX);
    if (at == kept->exposure_count)
        kept->exposure_count++;
    else
        forget_tables(&kept->exposures[at]);
    struct exposure *copy = &kept->exposures[at];
    *copy = *exposure;
    copy->actors = copy_of(exposure->actors, exposure->actor_rows * sizeof *exposure->actors);
    copy->classes = copy_of(exposure->classes, exposure->class_count * sizeof *exposure->classes);
    copy->sketch = copy_of(exposure->sketch, ACTOR_SKETCH_BYTES);
    copy->holdings.datasets =
        copy_of(exposure->holdings.datasets, exposure->holdings.count * sizeof(struct dataset));
    kept->exposure_calls++;
}

static void keep_server(void *context, const struct server *server)
{
    struct kept *kept = context;
    size_t at = 0;
    while (at < kept->server_count && kept->servers[at].port != server->port)
        at++;
    cr_assert_lt(at, KEPT_MAX);
    if (at == kept->server_count)
        kept->server_count++;
    kept->servers[at] = *server;
    kept->server_calls++;
}

static void keep_pair(void *context, uint32_t slot, const void *state, size_t size)
{
    struct kept *kept = context;
    cr_assert_lt(slot, KEPT_PAIRS_MAX);
    cr_assert_eq(size, sizeof kept->pairs[0]);
    memcpy(&kept->pairs[slot], state, size);
    kept->has_pair[slot] = true;
}

static void commit(struct kept *kept, struct ledger *ledger, uint64_t sequence)
{
    const struct ledger_changes changes = {
        .exposure = keep_exposure, .server = keep_server, .pair = keep_pair, .context = kept};
    ledger_visit_changes(ledger, &changes);
    ledger_forget_changes(ledger);
    cr_assert_not(ledger_has_changes(ledger));
    kept->sequence = sequence;
}

static void forget(struct kept *kept)
{
    for (size_t i = 0; i < kept->exposure_count; i++)
        forget_tables(&kept->exposures[i]);
    free(kept);
}

static struct kept *make_kept(void)
{
    struct kept *kept = calloc(1, sizeof *kept);
    cr_assert(kept);
    return kept;
}

static struct ledger *restore(const struct kept *kept, struct heard *to)
{
    struct ledger *ledger = make_ledger(kept->sequence, to);
    for (size_t i = 0; i < kept->exposure_count; i++)
        cr_assert_eq(ledger_restore_exposure(ledger, &kept->exposures[i]), AJAR_OK);
    for (size_t i = 0; i < kept->server_count; i++)
        cr_assert_eq(ledger_restore_server(ledger, &kept->servers[i]), AJAR_OK);
    for (uint32_t i = 0; i < KEPT_PAIRS_MAX; i++)
        if (kept->has_pair[i])
            cr_assert_eq(ledger_restore_pair(ledger, i, &kept->pairs[i], sizeof kept->pairs[i]),
                         AJAR_OK);
    cr_assert_not(ledger_has_changes(ledger));
    return ledger;
}

static void check_server(void *context, const struct server *server)
{
    struct ledger *whole = context;
    struct finding f = make_finding(VERDICT_DATA);
    f.server_port = server->port;
    const struct server *same = servers_find(whole->servers, &f);
    cr_assert(same);
    assert_same_server(same, server);
}

static void assert_same_books(struct ledger *whole, struct ledger *cut)
{
    cr_assert_eq(ledger_exposures(whole), ledger_exposures(cut));
    cr_assert_eq(ledger_exposures_outside(whole), ledger_exposures_outside(cut));
    assert_same_exposures(whole, cut);
    servers_visit(cut->servers, check_server, whole);
}

static struct ledger *run_whole(struct heard *to)
{
    struct ledger *whole = make_ledger(0, to);
    for (size_t i = 0; i < STORY_LENGTH; i++)
        ledger_add(whole, &story[i]);
    while (ledger_tick(whole, UINT64_MAX))
        ;
    return whole;
}

static void assert_heard_same(const struct heard *whole, const struct heard *cut)
{
    cr_assert_eq(cut->count, whole->count);
    for (size_t i = 0; i < whole->count; i++) {
        cr_assert_str_eq(cut->ids[i], whole->ids[i]);
        cr_assert_eq(cut->sequences[i], whole->sequences[i]);
        cr_assert_eq(cut->folded[i], whole->folded[i]);
    }
}

/* Runs to the cut, committing after every `every` findings; what came after the last commit is
 * forgotten and done again by the second ledger. */
static void run_cut(struct ledger *whole, size_t cut, size_t every)
{
    static struct heard parts;
    struct kept *kept = make_kept();
    struct ledger *ledger = make_ledger(0, &parts);
    size_t committed = 0, committed_events = 0;
    parts.count = 0;
    for (size_t i = 0; i < cut; i++) {
        ledger_add(ledger, &story[i]);
        if ((i + 1) % every != 0)
            continue;
        commit(kept, ledger, parts.count);
        committed = i + 1;
        committed_events = parts.count;
    }
    ledger_free(ledger);
    parts.count = committed_events;
    ledger = restore(kept, &parts);
    for (size_t i = committed; i < STORY_LENGTH; i++)
        ledger_add(ledger, &story[i]);
    while (ledger_tick(ledger, UINT64_MAX))
        ;
    assert_heard_same(&heard, &parts);
    assert_same_books(whole, ledger);
    ledger_free(ledger);
    forget(kept);
}

Test(restore, run_cut_anywhere_tells_the_same_as_one_run)
{
    struct ledger *whole = run_whole(&heard);
    cr_assert_gt(ledger_exposures(whole), 3);
    const struct exposure *first = exposures_first(whole->exposures);
    cr_assert(first->holdings.count > 8, "the story has data sets");
    for (size_t cut = 0; cut <= STORY_LENGTH; cut++)
        run_cut(whole, cut, 1);
    for (size_t cut = 0; cut <= STORY_LENGTH; cut += 11)
        run_cut(whole, cut, 7);
    ledger_free(whole);
}

Test(restore, run_cut_anywhere_folds_the_same)
{
    struct story teller = {
        .random = 11, .time_ns = WHEN, .stores = 2, .clients = 3, .step_ns = SECOND / 2};
    uint64_t folded = 0;
    per_minute = 2;
    for (size_t i = 0; i < STORY_LENGTH; i++)
        story[i] = story_next(&teller);
    struct ledger *whole = run_whole(&heard);
    for (size_t i = 0; i < heard.count; i++)
        folded += heard.folded[i];
    cr_assert_gt(folded, 20, "it is a story of folding");
    for (size_t cut = 0; cut <= STORY_LENGTH; cut++)
        run_cut(whole, cut, 1);
    for (size_t cut = 0; cut <= STORY_LENGTH; cut += 11)
        run_cut(whole, cut, 7);
    ledger_free(whole);
}

Test(restore, run_cut_anywhere_counts_actors_without_rows_once)
{
    for (size_t i = 0; i < STORY_LENGTH; i++) {
        story[i] = make_finding(VERDICT_DATA);
        story[i].exchange = (uint32_t)i;
        story[i].client.bytes[15] = (uint8_t)(i % (LEDGER_ACTORS_MAX + 30));
    }
    struct ledger *whole = run_whole(&heard);
    const struct exposure *exposure = exposures_first(whole->exposures);
    cr_assert(exposure->sketch, "more actors than rows");
    cr_assert_gt(exposure->actor_count, LEDGER_ACTORS_MAX);
    for (size_t cut = 0; cut <= STORY_LENGTH; cut += 3)
        run_cut(whole, cut, 1);
    ledger_free(whole);
}

Test(restore, second_proof_after_a_restart_opens_nothing)
{
    struct finding f = make_finding(VERDICT_DATA);
    struct kept *kept = make_kept();
    struct ledger *ledger = make_ledger(0, &heard);
    ledger_add(ledger, &f);
    cr_assert_eq(heard.count, 3, "the query, the opening, and that it is reachable");
    commit(kept, ledger, heard.count);
    ledger_free(ledger);
    ledger = restore(kept, &heard);
    f.time_ns += SECOND;
    ledger_add(ledger, &f);
    cr_assert_eq(heard.count, 4);
    cr_assert_eq(heard.sequences[3], 4);
    ledger_free(ledger);
    forget(kept);
}

Test(restore, finding_that_says_nothing_new_of_its_server_changes_no_server)
{
    struct finding f = make_finding(VERDICT_REFUSED);
    struct kept *kept = make_kept();
    struct ledger *ledger = make_ledger(0, &heard);
    f.status = 401;
    ledger_add(ledger, &f);
    commit(kept, ledger, 0);
    cr_assert_eq(kept->server_calls, 1);
    f.client = address("10.0.0.9"); /* when it was last seen shut is kept for each zone */
    f.time_ns += SECOND;
    ledger_add(ledger, &f);
    commit(kept, ledger, 0);
    cr_assert_eq(kept->server_calls, 2);
    f.kind = FINDING_SESSION;
    ledger_add(ledger, &f);
    cr_assert_not(ledger_has_changes(ledger));
    f.kind = FINDING_QUERY;
    f.exchange++;
    f.status = 403;
    ledger_add(ledger, &f);
    commit(kept, ledger, 0);
    cr_assert_eq(kept->server_calls, 3);
    SET(f.version, "8.1.0");
    f.exchange++;
    ledger_add(ledger, &f);
    f.exchange++;
    ledger_add(ledger, &f);
    commit(kept, ledger, 0);
    cr_assert_eq(kept->server_calls, 4);
    cr_assert_eq(kept->exposure_calls, 0);
    ledger_free(ledger);
    forget(kept);
}

Test(restore, change_is_told_once_however_often_it_was_made)
{
    struct finding f = make_finding(VERDICT_DATA);
    struct kept *kept = make_kept();
    struct ledger *ledger = make_ledger(0, &heard);
    for (int i = 0; i < 20; i++, f.exchange++)
        ledger_add(ledger, &f);
    commit(kept, ledger, 0);
    cr_assert_eq(kept->exposure_calls, 1);
    cr_assert_eq(kept->server_calls, 1);
    ledger_add(ledger, &f);
    commit(kept, ledger, 0);
    cr_assert_eq(kept->exposure_calls, 2);
    ledger_free(ledger);
    forget(kept);
}

Test(restore, server_that_was_evicted_is_no_change)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    struct kept *kept = make_kept();
    struct ledger *ledger = make_ledger(0, &heard);
    for (uint16_t i = 0; i < 40; i++) {
        f.server_port = (uint16_t)(9200 + i);
        ledger_add(ledger, &f);
    }
    commit(kept, ledger, 0);
    cr_assert_eq(kept->server_calls, 16, "as many as the table holds");
    cr_assert_eq(kept->servers[0].port, 9200 + 24);
    cr_assert_eq(kept->servers[15].port, 9200 + 39);
    ledger_free(ledger);
    forget(kept);
}

/* An exposure as a journal would hand it back. */
static struct exposure exposure_to_restore(struct ledger *ledger)
{
    struct finding f = make_finding(VERDICT_DATA);
    ledger_add(ledger, &f);
    return *exposures_first(ledger->exposures);
}

Test(restore, makes_the_reasons_of_the_severity_again)
{
    struct ledger *source = make_ledger(0, &heard), *ledger = make_ledger(0, &heard);
    const struct exposure kept = exposure_to_restore(source);
    cr_assert_eq(ledger_restore_exposure(ledger, &kept), AJAR_OK);
    struct exposure *made =
        exposures_find(ledger->exposures, kept.store, &kept.addr, kept.port, (enum zone)kept.zone);
    cr_assert_eq(made->severity.reason_count, 0);
    const struct severity *severity = exposures_severity(ledger->exposures, made);
    cr_assert_eq(severity->value, kept.severity.value);
    cr_assert_eq(severity->reason_count, kept.severity.reason_count);
    for (unsigned i = 0; i < severity->reason_count; i++)
        cr_assert_str_eq(severity->reasons[i], kept.severity.reasons[i]);
    ledger_free(source);
    ledger_free(ledger);
}

Test(restore, rejects_exposures_that_cannot_be)
{
    struct ledger *source = make_ledger(0, &heard), *ledger = make_ledger(0, &heard);
    const struct exposure good = exposure_to_restore(source);
    struct exposure bad = good;
    bad.actor_rows = LEDGER_ACTORS_MAX + 1;
    bad.actor_count = bad.actor_rows;
    cr_assert_eq(ledger_restore_exposure(ledger, &bad), AJAR_ERR_FORMAT);
    bad = good;
    bad.holdings.count = LEDGER_DATASETS_MAX + 1;
    cr_assert_eq(ledger_restore_exposure(ledger, &bad), AJAR_ERR_FORMAT);
    bad = good;
    bad.country_count = EXPOSURE_COUNTRIES_MAX + 1;
    cr_assert_eq(ledger_restore_exposure(ledger, &bad), AJAR_ERR_FORMAT);
    bad = good;
    bad.verdict = VERDICTS;
    cr_assert_eq(ledger_restore_exposure(ledger, &bad), AJAR_ERR_FORMAT);
    bad = good;
    bad.port++; /* the id is of another address then */
    cr_assert_eq(ledger_restore_exposure(ledger, &bad), AJAR_ERR_FORMAT);
    cr_assert_eq(ledger_exposures(ledger), 0);
    cr_assert_eq(ledger_restore_exposure(ledger, &good), AJAR_OK, "their accepted twin");
    cr_assert_eq(ledger_restore_exposure(ledger, &good), AJAR_ERR_FORMAT, "twice");
    cr_assert_eq(ledger_exposures(ledger), 1);
    ledger_free(source);
    ledger_free(ledger);
}

Test(restore, ends_texts_that_have_no_end)
{
    struct ledger *source = make_ledger(0, &heard), *ledger = make_ledger(0, &heard);
    struct exposure kept = exposure_to_restore(source);
    memset(kept.product, 'x', sizeof kept.product);
    memset(kept.actors[0].user_agent, 'x', sizeof kept.actors[0].user_agent);
    cr_assert_eq(ledger_restore_exposure(ledger, &kept), AJAR_OK);
    const struct exposure *made = exposures_first(ledger->exposures);
    cr_assert_eq(strlen(made->product), sizeof made->product - 1);
    cr_assert_eq(strlen(made->actors[0].user_agent), sizeof made->actors[0].user_agent - 1);
    ledger_free(source);
    ledger_free(ledger);
}

Test(restore, stops_at_the_limits)
{
    struct ledger *source = make_ledger(0, &heard), *ledger = make_ledger(0, &heard);
    struct finding f = make_finding(VERDICT_DATA);
    unsigned refused = 0;
    for (uint16_t i = 0; i < 20; i++) {
        f.server_port = (uint16_t)(9200 + i);
        struct ledger *one = make_ledger(0, &heard);
        ledger_add(one, &f);
        const struct exposure *exposure = exposures_first(one->exposures);
        enum ajar_status status = ledger_restore_exposure(ledger, exposure);
        cr_assert_eq(status, i < 16 ? AJAR_OK : AJAR_ERR_LIMIT);
        refused += ledger_restore_server(ledger, servers_find(one->servers, &f)) == AJAR_ERR_LIMIT;
        ledger_free(one);
    }
    cr_assert_eq(refused, 4);
    cr_assert_eq(ledger_exposures(ledger), 16);
    ledger_free(source);
    ledger_free(ledger);
}

Test(restore, rejects_a_server_that_cannot_be)
{
    struct ledger *ledger = make_ledger(0, &heard);
    struct server good = {.addr = address("10.20.30.11"), .port = 9200, .refuses = true}, bad;
    cr_assert_eq(ledger_restore_server(ledger, &good), AJAR_ERR_FORMAT, "of no store");
    SET(good.store, "elasticsearch");
    bad = good;
    bad.verdict = VERDICTS;
    cr_assert_eq(ledger_restore_server(ledger, &bad), AJAR_ERR_FORMAT);
    cr_assert_eq(ledger_restore_server(ledger, &good), AJAR_OK);
    cr_assert_eq(ledger_restore_server(ledger, &good), AJAR_ERR_FORMAT, "twice");
    struct finding with = make_finding(VERDICT_DATA);
    with.credentials = CREDENTIALS_PRESENTED;
    ledger_add(ledger, &with);
    cr_assert_eq(servers_find(ledger->servers, &with)->client_count, 1);
    ledger_free(ledger);
}
