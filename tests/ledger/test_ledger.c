/* SPDX-License-Identifier: Apache-2.0 */
/* Findings in, events out: which ones follow, and what they say. */
#include "ledger/book.h"
#include "ledger/findings.h"

#define TOLD_MAX 64

/* What stays of an event after the listener has returned. */
struct told {
    struct event event;
    struct finding finding;
    struct exposure_view exposure;
    bool has_exposure;
    char countries[64];
};

static struct told told[TOLD_MAX];
static size_t told_count;
static struct ledger *ledger;
static struct enricher *enricher;
static struct netset home;

/* Of findings; what becomes of a store is told besides, and heard where a test is about it. */
static bool hears_all;

static void listen(void *context, const struct event *event)
{
    (void)context;
    bool is_besides = event->action == EVENT_STORE_REACHABLE ||
                      event->action == EVENT_EXPOSURE_UPDATED ||
                      event->action == EVENT_EXPOSURE_CLOSED;
    if (is_besides && !hears_all)
        return;
    cr_assert_lt(told_count, TOLD_MAX);
    struct told *t = &told[told_count++];
    t->event = *event;
    if (event->finding)
        t->finding = *event->finding;
    t->has_exposure = event->exposure != NULL;
    if (event->exposure) {
        t->exposure = *event->exposure;
        SET(t->countries, event->exposure->countries);
    }
    cr_assert(event->source);
    cr_assert(event->target);
}

static void setup(void)
{
    netset_init_private(&home);
    struct ledger_options options = {
        .site = "hq", .home = &home, .servers_max = 8, .exposures_max = 4};
    cr_assert_eq(enricher_new(&enricher), AJAR_OK);
    cr_assert_eq(ledger_new(&options, enricher, listen, NULL, &ledger), AJAR_OK);
    told_count = 0;
}

static void teardown(void)
{
    ledger_free(ledger);
    enricher_free(enricher);
}

TestSuite(ledger, .init = setup, .fini = teardown);

/* Each as another exchange, as if it came by another way than the one before. */
static void add(struct finding f)
{
    static uint32_t exchange;
    f.exchange = ++exchange;
    ledger_add(ledger, &f);
}

Test(ledger, tells_a_query_and_the_exposure_it_opens)
{
    add(make_finding(VERDICT_DATA));
    cr_assert_eq(told_count, 2);
    cr_assert_eq(told[0].event.action, EVENT_STORE_QUERY);
    cr_assert_eq(told[1].event.action, EVENT_EXPOSURE_OPENED);
    cr_assert_str_neq(told[0].event.id, told[1].event.id);
    cr_assert_eq(told[0].event.sequence, 1);
    cr_assert_eq(told[1].event.sequence, 2);
    cr_assert(told[0].has_exposure && told[1].has_exposure);
    cr_assert_str_eq(told[0].exposure.id, told[1].exposure.id);
    cr_assert_eq(told[0].event.direction, DIRECTION_INBOUND);
    cr_assert_eq(told[0].event.time_ns, WHEN);
    cr_assert_eq(ledger_exposures(ledger), 1);
    cr_assert_eq(ledger_exposures_outside(ledger), 1);
}

Test(ledger, opens_an_exposure_only_once)
{
    struct finding f = make_finding(VERDICT_DATA);
    add(f);
    f.verdict = VERDICT_DRAINED;
    f.time_ns += SECOND;
    add(f);
    f.kind = FINDING_SESSION;
    f.time_ns += SECOND;
    add(f);
    cr_assert_eq(told_count, 4);
    cr_assert_eq(told[2].event.action, EVENT_STORE_QUERY);
    cr_assert_eq(told[3].event.action, EVENT_STORE_SESSION);
    cr_assert(told[3].has_exposure);
}

Test(ledger, opens_nothing_below_open)
{
    add(make_finding(VERDICT_REVEALED));
    add(make_finding(VERDICT_REFUSED));
    cr_assert_eq(told_count, 2);
    cr_assert_eq(ledger_exposures(ledger), 0);
    cr_assert_not(told[0].has_exposure);
}

Test(ledger, opens_nothing_for_clients_with_credentials)
{
    struct finding f = make_finding(VERDICT_DRAINED);
    f.credentials = CREDENTIALS_PRESENTED;
    add(f);
    cr_assert_eq(told_count, 1);
    cr_assert_eq(told[0].event.credentials, CREDENTIALS_PRESENTED);
    cr_assert_eq(ledger_exposures(ledger), 0);
    f.credentials = CREDENTIALS_NONE;
    add(f);
    cr_assert_eq(ledger_exposures(ledger), 1);
}

Test(ledger, credentials_are_proven_once_the_server_refused_without)
{
    struct finding with = make_finding(VERDICT_DATA), refused = make_finding(VERDICT_REFUSED);
    with.credentials = CREDENTIALS_PRESENTED;
    add(with);
    add(refused);
    with.time_ns += SECOND;
    add(with);
    cr_assert_eq(told[0].event.credentials, CREDENTIALS_PRESENTED);
    cr_assert_eq(told[2].event.credentials, CREDENTIALS_PROVEN);
    cr_assert_lt(told[2].event.severity, told[0].event.severity);
}

Test(ledger, credentials_are_not_proven_by_a_refusal_of_themselves)
{
    struct finding wrong = make_finding(VERDICT_REFUSED), with = make_finding(VERDICT_DATA);
    wrong.credentials = CREDENTIALS_PRESENTED;
    with.credentials = CREDENTIALS_PRESENTED;
    add(wrong);
    add(with);
    cr_assert_eq(told[0].event.credentials, CREDENTIALS_PRESENTED);
    cr_assert_eq(told[1].event.credentials, CREDENTIALS_PRESENTED);
}

Test(ledger, refused_credentials_are_never_proven)
{
    struct finding wrong = make_finding(VERDICT_REFUSED);
    add(wrong);
    wrong.credentials = CREDENTIALS_PRESENTED;
    add(wrong);
    cr_assert_eq(told[1].event.credentials, CREDENTIALS_PRESENTED);
}

Test(ledger, drops_what_could_be_anything)
{
    struct finding f = make_finding(VERDICT_DATA);
    f.identity = IDENTITY_NONE;
    add(f);
    cr_assert_eq(told_count, 0);
    cr_assert_eq(ledger_counters(ledger)->unidentified, 1);
    cr_assert_eq(ledger_counters(ledger)->findings, 1);
    f.identity = IDENTITY_LIKELY;
    add(f);
    cr_assert_eq(told_count, 2);
}

Test(ledger, counts_it_fully_for_a_known_store)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    add(f);
    f = make_finding(VERDICT_DATA);
    f.identity = IDENTITY_NONE;
    add(f);
    cr_assert_eq(told_count, 3);
    cr_assert_eq(ledger_exposures(ledger), 1);
    f.server_port = 9999;
    add(f);
    cr_assert_eq(told_count, 3, "another port is another server");
    SET(f.store, "solr");
    f.server_port = 9200;
    add(f);
    cr_assert_eq(told_count, 3, "and another store too");
}

/* Whose a login is that something in front demands, nobody can say from the request. */
Test(ledger, takes_a_login_in_front_for_one_of_the_store_that_is_known_there)
{
    struct finding refused = make_finding(VERDICT_REFUSED);
    refused.identity = IDENTITY_NONE;
    SET(refused.store, "otherstore");
    add(refused);
    cr_assert_eq(told_count, 0);
    add(make_finding(VERDICT_DATA));
    told_count = 0;
    hears_all = true;
    refused.time_ns += 1000;
    add(refused);
    hears_all = false;
    cr_assert_geq(told_count, 1);
    cr_expect_str_eq(told[0].finding.store, make_finding(VERDICT_DATA).store);
    refused.verdict = VERDICT_DATA;
    told_count = 0;
    add(refused);
    cr_expect_eq(told_count, 0);
}

Test(ledger, keeps_probes_that_say_whose_they_are_or_of_known_stores)
{
    struct finding probe = make_finding(VERDICT_PROBED);
    probe.identity = IDENTITY_NONE;
    add(probe);
    cr_assert_eq(told_count, 0, "nobody knows what was asked");
    probe.identity = IDENTITY_LIKELY;
    add(probe);
    cr_assert_eq(told_count, 1, "the request names what only this store has");
    cr_assert_eq(told[0].finding.verdict, VERDICT_PROBED);
    probe.identity = IDENTITY_NONE;
    add(probe);
    cr_assert_eq(told_count, 1, "to be asked makes nobody a store");
    add(make_finding(VERDICT_REVEALED));
    add(probe);
    cr_assert_eq(told_count, 3, "the store is known");
}

Test(ledger, drops_findings_without_a_verdict)
{
    add(make_finding(VERDICT_NONE));
    add(make_finding((enum verdict)200));
    cr_assert_eq(told_count, 0);
    cr_assert_eq(ledger_counters(ledger)->unidentified, 2);
}

Test(ledger, fills_in_what_it_knows_of_the_server)
{
    struct finding banner = make_finding(VERDICT_REVEALED), f = make_finding(VERDICT_DATA);
    SET(banner.product, "elasticsearch");
    SET(banner.version, "6.8.23");
    SET(banner.cluster_id, "IM-a7ZcLS4ehfuOpBjnFhA");
    SET(banner.cluster_name, "support");
    add(banner);
    add(f);
    cr_assert_str_eq(told[1].finding.version, "6.8.23");
    cr_assert_str_eq(told[1].finding.product, "elasticsearch");
    cr_assert_str_eq(told[1].finding.cluster_id, "IM-a7ZcLS4ehfuOpBjnFhA");
    cr_assert_str_eq(told[1].finding.cluster_name, "support");
    cr_assert_str_empty(f.version, "the finding itself is not touched");
    SET(f.version, "7.10.2");
    add(f);
    cr_assert_str_eq(told[3].finding.version, "7.10.2", "what the finding says goes first");
}

Test(ledger, directions_outside_count_for_the_exit_status)
{
    struct finding f = make_finding(VERDICT_DATA);
    f.client = address("10.0.0.9");
    add(f);
    cr_assert_eq(told[0].event.direction, DIRECTION_INTERNAL);
    cr_assert_eq(ledger_exposures_outside(ledger), 0);
    cr_assert_eq(ledger_exposures(ledger), 1);
    f.server = address("198.51.100.1");
    add(f);
    cr_assert_eq(told[2].event.direction, DIRECTION_OUTBOUND);
    cr_assert_eq(ledger_exposures_outside(ledger), 1);
    f.client = address("203.0.113.1");
    f.server = address("198.51.100.2");
    add(f);
    cr_assert_eq(told[4].event.direction, DIRECTION_EXTERNAL);
    cr_assert_eq(ledger_exposures_outside(ledger), 2);
}

Test(ledger, ids_do_not_depend_on_the_run)
{
    struct finding f = make_finding(VERDICT_DATA);
    ledger_add(ledger, &f);
    struct told first[2] = {told[0], told[1]};
    teardown();
    setup();
    add(make_finding(VERDICT_REVEALED)); /* another history */
    ledger_add(ledger, &f);
    cr_assert_str_eq(told[1].event.id, first[0].event.id);
    cr_assert_str_eq(told[2].event.id, first[1].event.id);
    cr_assert_str_eq(told[2].exposure.id, first[1].exposure.id);
}

Test(ledger, status_carries_the_open_exposures)
{
    struct sensor_status status = {.packets = 7, .packet_time_ns = WHEN};
    add(make_finding(VERDICT_DATA));
    ledger_add_status(ledger, &status);
    cr_assert_eq(told_count, 3);
    cr_assert_eq(told[2].event.action, EVENT_SENSOR_STATUS);
    cr_assert_null(told[2].event.finding);
    cr_assert_eq(told[2].event.time_ns, WHEN);
    cr_assert_eq(told[2].event.sequence, 4, "that it is reachable was told too");
    cr_assert_eq(strlen(told[2].event.id), 32);
}

Test(ledger, counts_what_its_limits_cost)
{
    struct finding f = make_finding(VERDICT_DATA);
    for (uint16_t i = 0; i < 10; i++) {
        f.server_port = (uint16_t)(9200 + i);
        add(f);
    }
    const struct ledger_counters *counters = ledger_counters(ledger);
    cr_assert_eq(counters->exposures_dropped, 6);
    cr_assert_eq(counters->servers_evicted, 2);
    cr_assert_eq(told_count, 14, "ten queries are told, four exposures opened");
    cr_assert_eq(ledger_exposures(ledger), 4);
}

Test(ledger, severity_has_its_reasons)
{
    add(make_finding(VERDICT_DATA));
    cr_assert_eq(told[0].event.severity, 80);
    cr_assert_eq(told[0].event.reason_count, 2);
    cr_assert_str_eq(told[0].event.reasons[0], "data");
    cr_assert_str_eq(told[0].event.reasons[1], "outside");
    cr_assert_eq(told[1].event.severity, 80);
}

Test(ledger, weak_proof_opens_nothing_and_says_nothing_of_a_server_that_refuses)
{
    struct finding weak = make_finding(VERDICT_OPEN);
    weak.weak = true;
    add(weak);
    cr_assert_eq(told_count, 1);
    cr_assert_eq(told[0].finding.verdict, VERDICT_OPEN);
    cr_assert_eq(ledger_exposures(ledger), 0);
    add(make_finding(VERDICT_REFUSED));
    add(weak);
    cr_assert_eq(told[2].finding.verdict, VERDICT_REVEALED);
    add(make_finding(VERDICT_OPEN));
    cr_assert_eq(ledger_exposures(ledger), 1, "its accepted twin");
}

Test(ledger, goes_on_from_the_sequence_it_is_given)
{
    struct ledger_options options = {
        .site = "hq", .home = &home, .servers_max = 8, .exposures_max = 4, .sequence = 41};
    struct finding f = make_finding(VERDICT_REVEALED);
    struct ledger *later;
    cr_assert_eq(ledger_new(&options, enricher, listen, NULL, &later), AJAR_OK);
    ledger_add(later, &f);
    cr_assert_eq(told[0].event.sequence, 42);
    ledger_free(later);
}

Test(ledger, tells_of_trouble)
{
    struct trouble trouble = {TROUBLE_PACKET_SIDE_DIED, 2, "the packet side died"};
    ledger_add_trouble(ledger, &trouble, WHEN);
    trouble.kind = TROUBLE_EVENTS_NOT_ACCEPTED;
    ledger_add_trouble(ledger, &trouble, WHEN);
    cr_assert_eq(told_count, 2);
    cr_assert_eq(told[0].event.action, EVENT_SENSOR_TROUBLE);
    cr_assert_eq(told[0].event.time_ns, WHEN);
    cr_assert_eq(told[0].event.severity, 50);
    cr_assert_str_eq(told[0].event.reasons[0], "packet-side-died");
    cr_assert_eq(told[1].event.severity, 60);
    cr_assert_eq(told[1].event.sequence, 2);
    cr_assert_null(told[0].event.finding);
}

Test(ledger, remembers_names_as_valid_text)
{
    struct finding f = make_finding(VERDICT_DATA);
    SET(f.cluster_name, "caf\xe9");
    add_dataset(&f, "a\xff", 3, COUNT_COUNT);
    memset(f.user_agent, 0xff, sizeof f.user_agent - 1);
    add(f);
    cr_assert_str_eq(told[0].finding.cluster_name, "caf\uFFFD");
    cr_assert_str_eq(told[0].finding.datasets[0].name, "a\uFFFD");
    const struct exposure *exposure = exposures_first(ledger->exposures);
    cr_assert_str_eq(exposure->holdings.datasets[0].name, "a\uFFFD");
    cr_assert_eq(strlen(told[0].finding.user_agent) % 3, 0, "cut between characters");
    cr_assert_str_eq(f.cluster_name, "caf\xe9", "the finding itself is not touched");
    SET(f.datasets[0].name, "a\uFFFD");
    add(f);
    cr_assert_eq(exposure->holdings.count, 1, "the same by the name that a journal gives back");
}
