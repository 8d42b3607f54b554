/* SPDX-License-Identifier: Apache-2.0 */
/* Folding, seen from outside of the ledger: whatever the story, nothing is lost from the counts. */
#include "ledger/book.h"
#include "ledger/story.h"

#define STORY_LENGTH 3000
#define SEEDS        12

struct tally {
    uint64_t told;   /* findings told one by one */
    uint64_t folded; /* sum of what the events carry */
    uint64_t opened;
    uint64_t summaries; /* EVENT_EVENTS_FOLDED */
    uint64_t last_sequence;
    char last_id[EVENT_ID_HEX];
    struct event last;
    struct finding finding;
    bool last_has_exposure;
};

static struct tally tally;

/* What may be told of a pair, counted by a table of its own: stores by port, clients by address. */
struct allowance {
    uint64_t minute;
    uint32_t told;
    uint8_t best[2];
};

#define PORTS   8
#define CLIENTS 8
static struct allowance allowances[PORTS][CLIENTS][2];
static uint32_t allowed; /* a minute; 0 = not looked at */
static uint64_t above;   /* told though the minute's were used up */

static struct netset home;
static struct enricher *enricher;
static struct ledger *ledger;

/* What is told beyond the number has a reason. */
static void check_allowance(const struct event *event)
{
    const struct finding *f = event->finding;
    bool exposing = event->exposure && event->credentials == CREDENTIALS_NONE && !f->weak &&
                    verdict_exposes((enum verdict)f->verdict);
    struct allowance *a =
        &allowances[f->server_port - 9200][f->client.bytes[15]][f->client.bytes[12] == 10];
    uint64_t minute = f->time_ns / (60 * SECOND);
    if (a->minute != minute)
        *a = (struct allowance){minute, 0, {a->best[0], a->best[1]}};
    bool opens = exposing && event->exposure->first_ns == f->time_ns;
    bool has_reason = f->verdict > a->best[exposing] || f->verdict == VERDICT_TAMPERED || opens;
    cr_assert(a->told < allowed || has_reason, "verdict %u, told %u", f->verdict, a->told);
    above += a->told >= allowed;
    a->told++;
    if (f->verdict > a->best[exposing])
        a->best[exposing] = f->verdict;
}

static void listen(void *context, const struct event *event)
{
    struct tally *t = context;
    if (allowed && t == &tally &&
        (event->action == EVENT_STORE_QUERY || event->action == EVENT_STORE_SESSION))
        check_allowance(event);
    t->told += event->action == EVENT_STORE_QUERY || event->action == EVENT_STORE_SESSION;
    t->opened += event->action == EVENT_EXPOSURE_OPENED;
    t->summaries += event->action == EVENT_EVENTS_FOLDED;
    cr_assert(event->action != EVENT_EVENTS_FOLDED || event->folded > 0);
    cr_assert(event->action != EVENT_EXPOSURE_OPENED || event->folded == 0);
    t->folded += event->folded;
    cr_assert_eq(event->sequence, t->last_sequence + 1);
    t->last_sequence = event->sequence;
    if (event->action == EVENT_STORE_REACHABLE || event->action == EVENT_EXPOSURE_UPDATED ||
        event->action == EVENT_EXPOSURE_CLOSED)
        return;
    t->last = *event;
    t->last_has_exposure = event->exposure != NULL;
    memcpy(t->last_id, event->id, EVENT_ID_HEX);
    if (event->finding)
        t->finding = *event->finding;
}

static struct ledger *make_ledger(uint32_t per_minute, struct tally *to)
{
    struct ledger_options options = {.site = "hq",
                                     .home = &home,
                                     .servers_max = 64,
                                     .exposures_max = 64,
                                     .events_per_minute = per_minute};
    struct ledger *made;
    memset(to, 0, sizeof *to);
    cr_assert_eq(ledger_new(&options, enricher, listen, to, &made), AJAR_OK);
    return made;
}

static void setup(void)
{
    netset_init_private(&home);
    cr_assert_eq(enricher_new(&enricher), AJAR_OK);
    ledger = make_ledger(2, &tally);
}

static void teardown(void)
{
    ledger_free(ledger);
    enricher_free(enricher);
}

TestSuite(folding, .init = setup, .fini = teardown);

static uint64_t identified(const struct ledger *l)
{
    return ledger_counters(l)->findings - ledger_counters(l)->unidentified -
           ledger_counters(l)->findings_repeated;
}

static void assert_same_amounts(const struct ledger *a, const struct ledger *b)
{
    const struct exposure *x = exposures_first(a->exposures), *y = exposures_first(b->exposures);
    cr_assert_eq(ledger_exposures(a), ledger_exposures(b));
    for (; x && y; x = x->next, y = y->next) {
        cr_assert_str_eq(x->id, y->id);
        cr_assert_eq(x->returned, y->returned);
        cr_assert_eq(x->gave_bytes, y->gave_bytes);
        cr_assert_eq(x->requests, y->requests);
        cr_assert_eq(x->verdict, y->verdict);
        cr_assert_eq(x->actor_count, y->actor_count);
        cr_assert_eq(x->severity.value, y->severity.value);
    }
}

/* One story with and without folding; ticks come now and then. */
static void check_story(uint64_t seed)
{
    struct story teller = {.random = seed,
                           .time_ns = WHEN,
                           .stores = 2 + (unsigned)(seed % 5),
                           .clients = 1 + (unsigned)(seed % 7),
                           .step_ns = SECOND * (1 + seed % 9) / 8};
    struct tally all;
    struct ledger *unfolded = make_ledger(0, &all);
    ledger_free(ledger);
    allowed = 1 + (uint32_t)(seed % 4);
    memset(allowances, 0, sizeof allowances);
    ledger = make_ledger(allowed, &tally);
    for (int i = 0; i < STORY_LENGTH; i++) {
        struct finding f = story_next(&teller);
        ledger_add(ledger, &f);
        ledger_add(unfolded, &f);
        if (story_draw(&teller, 50) == 0)
            (void)ledger_tick(ledger, f.time_ns + story_draw(&teller, 100) * SECOND);
    }
    while (ledger_tick(ledger, UINT64_MAX))
        ;
    cr_assert_gt(tally.folded, 100, "the story is one of folding");
    cr_assert_gt(tally.summaries, 0);
    cr_assert_eq(tally.told + tally.folded, identified(ledger));
    cr_assert_eq(ledger_counters(ledger)->events_folded, tally.folded);
    cr_assert_eq(ledger_counters(ledger)->events, tally.last_sequence);
    cr_assert_eq(all.told, identified(unfolded));
    cr_assert_eq(all.folded, 0);
    cr_assert_eq(all.opened, tally.opened, "every opening is told");
    assert_same_amounts(ledger, unfolded);
    ledger_free(unfolded);
}

Test(folding, loses_nothing_from_the_counts_whatever_the_story)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        check_story(seed);
    cr_assert_gt(above, 0, "some were told for a reason");
}

Test(folding, is_the_same_in_every_run)
{
    char id[EVENT_ID_HEX];
    check_story(3);
    memcpy(id, tally.last_id, sizeof id);
    uint64_t events = tally.last_sequence;
    check_story(3);
    cr_assert_str_eq(tally.last_id, id);
    cr_assert_eq(tally.last_sequence, events);
}

/* Each as another exchange: the same one twice is no second one. */
static void add(struct finding f, unsigned times)
{
    static uint32_t exchange;
    for (unsigned i = 0; i < times; i++) {
        f.exchange = ++exchange;
        ledger_add(ledger, &f);
    }
}

Test(folding, next_event_of_the_pair_carries_the_count)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    add(f, 7);
    cr_assert_eq(tally.told, 2);
    f.verdict = VERDICT_DATA;
    add(f, 1);
    cr_assert_eq(tally.told, 3);
    cr_assert_eq(tally.folded, 5);
    cr_assert_eq(tally.opened, 1);
    while (ledger_tick(ledger, UINT64_MAX))
        ;
    cr_assert_eq(tally.summaries, 0, "nothing is left");
}

Test(folding, minute_without_another_event_ends_with_a_summary)
{
    struct finding f = make_finding(VERDICT_DATA);
    add(f, 2);
    f.time_ns += SECOND;
    f.client_port = 50000;
    add(f, 4);
    (void)ledger_tick(ledger, f.time_ns);
    cr_assert_eq(tally.summaries, 0, "the minute is not over");
    (void)ledger_tick(ledger, f.time_ns + 60 * SECOND);
    cr_assert_eq(tally.summaries, 1);
    cr_assert_eq(tally.last.action, EVENT_EVENTS_FOLDED);
    cr_assert_eq(tally.last.folded, 4);
    cr_assert_eq(tally.last.time_ns, f.time_ns);
    cr_assert_eq(tally.last.direction, DIRECTION_INBOUND);
    cr_assert_eq(tally.last.severity, 80);
    cr_assert(tally.last_has_exposure);
    cr_assert_eq(tally.finding.client_port, 50000);
    cr_assert_eq(tally.finding.server_port, 9200);
    cr_assert_eq(tally.finding.verdict, VERDICT_DATA);
    cr_assert_str_eq(tally.finding.store, "elasticsearch");
}

Test(folding, finding_of_another_pair_ends_the_minute_too)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    add(f, 5);
    f.client.bytes[15]++;
    f.time_ns += 61 * SECOND;
    add(f, 1);
    cr_assert_eq(tally.summaries, 1);
    cr_assert_eq(tally.folded, 3);
    cr_assert_not(tally.last_has_exposure);
}

Test(folding, exposure_of_folded_findings_is_named_by_the_event_that_carries_them)
{
    struct finding f = make_finding(VERDICT_DATA);
    add(f, 6);
    f.verdict = VERDICT_REFUSED;
    f.time_ns += 61 * SECOND;
    add(f, 1);
    cr_assert_eq(tally.last.action, EVENT_STORE_QUERY);
    cr_assert_eq(tally.last.folded, 4);
    cr_assert(tally.last_has_exposure, "what reads the state of exposures has to look again");
}

Test(folding, is_off_without_a_number)
{
    ledger_free(ledger);
    ledger = make_ledger(0, &tally);
    add(make_finding(VERDICT_REVEALED), 1000);
    while (ledger_tick(ledger, UINT64_MAX))
        ;
    cr_assert_eq(tally.told, 1000);
    cr_assert_eq(ledger_counters(ledger)->events_folded, 0);
}

static void set_client(struct finding *f, uint32_t number)
{
    f->client.bytes[13] = (uint8_t)(number >> 16);
    f->client.bytes[14] = (uint8_t)(number >> 8);
    f->client.bytes[15] = (uint8_t)number;
}

Test(folding, more_pairs_than_the_table_has_are_still_counted)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    for (uint32_t i = 0; i < LEDGER_PAIRS_MAX + 1000; i++) {
        set_client(&f, i);
        add(f, 3);
    }
    cr_assert_eq(tally.summaries, 1000);
    while (ledger_tick(ledger, UINT64_MAX))
        ;
    cr_assert_eq(tally.summaries, LEDGER_PAIRS_MAX + 1000);
    cr_assert_eq(tally.told + tally.folded, identified(ledger));
}

/* More minutes end at once than anybody could take in one piece. */
Test(folding, tells_many_summaries_in_portions)
{
    struct finding f = make_finding(VERDICT_DATA);
    unsigned pairs = LEDGER_TICK_EVENTS + 10;
    for (unsigned i = 0; i < pairs; i++) {
        f.client.bytes[14] = (uint8_t)(i >> 8);
        f.client.bytes[15] = (uint8_t)i;
        f.client_port = (uint16_t)(1024 + i);
        add(f, 3);
    }
    cr_assert_eq(tally.summaries, 0);
    cr_assert(ledger_tick(ledger, UINT64_MAX));
    cr_assert_eq(tally.summaries, LEDGER_TICK_EVENTS);
    cr_assert_not(ledger_tick(ledger, UINT64_MAX));
    cr_assert_eq(tally.summaries, pairs);
}
