/* SPDX-License-Identifier: Apache-2.0 */
/* The life of exposures as it is told, and what doors, proxies, scanners and the policy do to it.
 */
#include "ledger/book.h"
#include "ledger/proofs.h"

#define TOLD_MAX 64
#define MINUTE   (60 * SECOND)

struct told {
    struct event event;
    struct finding finding;
    struct exposure_view exposure;
    struct actor_view actor;
    struct sensor_status status;
    char datasets[64];
};

static struct told told[TOLD_MAX];
static size_t told_count;
static struct ledger *ledger;
static struct enricher *enricher;
static struct policy *policy;
static struct netset home, trusted, proxies;

static void listen(void *context, const struct event *event)
{
    (void)context;
    cr_assert_lt(told_count, TOLD_MAX);
    struct told *t = &told[told_count++];
    t->event = *event;
    if (event->finding)
        t->finding = *event->finding;
    if (event->status)
        t->status = *event->status;
    if (event->actor)
        t->actor = *event->actor;
    if (event->exposure) {
        t->exposure = *event->exposure;
        SET(t->datasets, event->exposure->datasets);
    }
}

static void setup(void)
{
    static const char *const public_parts[] = {"10.20.30.11:9200 dataset=products"};
    netset_init_private(&home);
    cr_assert_eq(netset_parse("203.0.113.7", &trusted, NULL), AJAR_OK);
    cr_assert_eq(netset_parse("10.20.40.1", &proxies, NULL), AJAR_OK);
    struct policy_options rules = {
        .trusted = &trusted, .proxies = &proxies, .public_parts = public_parts, .public_count = 1};
    cr_assert_eq(policy_new(&rules, &policy, NULL), AJAR_OK);
    struct ledger_options options = {
        .site = "hq", .home = &home, .servers_max = 8, .exposures_max = 8, .policy = policy};
    cr_assert_eq(enricher_new(&enricher), AJAR_OK);
    cr_assert_eq(ledger_new(&options, enricher, listen, NULL, &ledger), AJAR_OK);
    told_count = 0;
}

static void teardown(void)
{
    ledger_free(ledger);
    enricher_free(enricher);
    policy_free(policy);
}

TestSuite(telling, .init = setup, .fini = teardown);

/* Each as a flow of its own, so many seconds after the first. */
static void add_at(struct finding f, uint64_t seconds)
{
    f.time_ns = WHEN + seconds * SECOND;
    f.first_ns = f.time_ns;
    ledger_add(ledger, &f);
}

static void knock(enum door door, const char *client, uint64_t seconds)
{
    struct finding f = make_finding(VERDICT_NONE);
    f.kind = FINDING_DOOR;
    f.door = (uint8_t)door;
    f.client = address(client);
    SET(f.store, door == DOOR_OPAQUE ? "elasticsearch" : "");
    add_at(f, seconds);
}

static size_t count_told(enum event_action action)
{
    size_t count = 0;
    for (size_t i = 0; i < told_count; i++)
        count += told[i].event.action == action;
    return count;
}

static const struct told *last_told(enum event_action action)
{
    for (size_t i = told_count; i > 0; i--)
        if (told[i - 1].event.action == action)
            return &told[i - 1];
    cr_assert_fail("%s was not told", event_action_name(action));
    return NULL;
}

static struct finding give(uint64_t records)
{
    struct finding f = make_finding(VERDICT_DATA);
    f.returned = f.returned_new = records;
    f.requests = f.requests_new = 1;
    add_dataset(&f, "customers", 1237, COUNT_LISTING);
    return f;
}

Test(telling, tells_at_most_one_update_an_interval)
{
    add_at(give(1), 0);
    for (unsigned i = 1; i <= 50; i++)
        add_at(give(1), i);
    cr_assert_eq(count_told(EVENT_EXPOSURE_UPDATED), 0);
    add_at(give(1), 62);
    cr_assert_eq(count_told(EVENT_EXPOSURE_UPDATED), 1);
    const struct told *update = last_told(EVENT_EXPOSURE_UPDATED);
    cr_assert_eq(update->event.time_ns, WHEN + 61 * SECOND, "the interval after the first change");
    cr_assert_eq(update->exposure.returned, 51, "as it was then");
    cr_assert_str_eq(update->datasets, "customers");
    cr_assert_eq(update->finding.verdict, VERDICT_DATA);
    cr_assert_eq(update->event.direction, DIRECTION_INBOUND);
    while (ledger_tick(ledger, UINT64_MAX))
        ;
    cr_assert_eq(count_told(EVENT_EXPOSURE_UPDATED), 2);
    cr_assert_eq(last_told(EVENT_EXPOSURE_UPDATED)->event.time_ns, WHEN + 122 * SECOND);
    cr_assert_eq(last_told(EVENT_EXPOSURE_UPDATED)->exposure.returned, 52);
}

Test(telling, tells_at_once_what_makes_it_worse)
{
    add_at(give(1), 0);
    struct finding f = make_finding(VERDICT_DRAINED);
    add_at(f, 1);
    cr_assert_eq(count_told(EVENT_EXPOSURE_UPDATED), 1);
    cr_assert_eq(last_told(EVENT_EXPOSURE_UPDATED)->event.time_ns, WHEN + SECOND);
    cr_assert_eq(last_told(EVENT_EXPOSURE_UPDATED)->event.severity, 90);
}

Test(telling, tells_nothing_of_what_says_nothing_new)
{
    struct finding f = make_finding(VERDICT_DATA);
    add_at(f, 0);
    add_at(f, 10);
    while (ledger_tick(ledger, UINT64_MAX))
        ;
    cr_assert_eq(count_told(EVENT_EXPOSURE_UPDATED), 0);
}

Test(telling, store_is_reachable_once)
{
    struct finding f = make_finding(VERDICT_REFUSED);
    f.client = address("10.0.0.9");
    add_at(f, 0);
    cr_assert_eq(count_told(EVENT_STORE_REACHABLE), 0, "not to the outside");
    f.client = address("203.0.113.61");
    f.verdict = VERDICT_PROBED;
    add_at(f, 1);
    cr_assert_eq(count_told(EVENT_STORE_REACHABLE), 0, "it did not answer");
    f.verdict = VERDICT_REFUSED;
    add_at(f, 2);
    cr_assert_eq(count_told(EVENT_STORE_REACHABLE), 1, "even by refusing");
    add_at(give(1), 3);
    cr_assert_eq(count_told(EVENT_STORE_REACHABLE), 1);
    cr_assert_eq(last_told(EVENT_STORE_REACHABLE)->event.time_ns, WHEN + 2 * SECOND);
}

Test(telling, exposure_says_since_when_it_only_greeted)
{
    add_at(make_finding(VERDICT_REVEALED), 0);
    add_at(give(1), 5000);
    cr_assert_eq(last_told(EVENT_EXPOSURE_OPENED)->exposure.reachable_ns, WHEN);
    struct finding other = give(1);
    other.server_port++;
    add_at(other, 5001);
    cr_assert_eq(last_told(EVENT_EXPOSURE_OPENED)->exposure.reachable_ns, 0,
                 "not before the proof");
    struct finding inside = give(1);
    inside.client = address("10.0.0.9");
    add_at(inside, 5002);
    cr_assert_eq(last_told(EVENT_EXPOSURE_OPENED)->exposure.reachable_ns, 0, "of the outside");
}

Test(telling, store_behind_tls_is_reachable_too)
{
    knock(DOOR_OPAQUE, "10.0.0.9", 0);
    cr_assert_eq(told_count, 0);
    knock(DOOR_OPAQUE, "203.0.113.61", 1);
    knock(DOOR_OPAQUE, "203.0.113.62", 2);
    cr_assert_eq(told_count, 1);
    cr_assert_eq(told[0].event.action, EVENT_STORE_REACHABLE);
    cr_assert_eq(told[0].finding.door, DOOR_OPAQUE);
    cr_assert_eq(told[0].finding.verdict, VERDICT_NONE);
}

Test(telling, refusal_closes_the_door_it_is_at)
{
    struct finding refused = make_finding(VERDICT_REFUSED);
    refused.asked = VERDICT_DATA;
    add_at(give(1), 0);
    add_at(refused, 60);
    const struct told *closed = last_told(EVENT_EXPOSURE_CLOSED);
    cr_assert_eq(closed->exposure.closing, CLOSING_REFUSED);
    cr_assert_eq(closed->exposure.last_ns, WHEN);
    cr_assert_eq(closed->exposure.closed_ns, WHEN + MINUTE);
    cr_assert_eq(ledger_exposures(ledger), 0);
    cr_assert_eq(ledger_exposures_outside(ledger), 1, "there was one");
}

Test(telling, refusal_to_others_closes_nothing)
{
    struct finding refused = make_finding(VERDICT_REFUSED);
    add_at(give(1), 0);
    refused.client = address("10.0.0.9");
    add_at(refused, 60);
    refused.client = address("203.0.113.61");
    refused.credentials = CREDENTIALS_PRESENTED;
    add_at(refused, 61);
    cr_assert_eq(count_told(EVENT_EXPOSURE_CLOSED), 0);
}

Test(telling, refusal_of_more_than_was_ever_given_closes_nothing)
{
    struct finding refused = make_finding(VERDICT_REFUSED);
    add_at(make_finding(VERDICT_METADATA), 0);
    refused.asked = VERDICT_TAMPERED;
    add_at(refused, 60);
    refused.asked = VERDICT_DATA;
    add_at(refused, 61);
    cr_assert_eq(count_told(EVENT_EXPOSURE_CLOSED), 0, "lists may still be had");
    refused.asked = VERDICT_METADATA;
    add_at(refused, 62);
    cr_assert_eq(count_told(EVENT_EXPOSURE_CLOSED), 1);
}

Test(telling, refused_write_is_no_shut_door)
{
    struct finding refused = make_finding(VERDICT_REFUSED);
    refused.asked = VERDICT_TAMPERED;
    add_at(refused, 0);
    add_at(give(1), 60);
    cr_assert_eq(last_told(EVENT_EXPOSURE_OPENED)->exposure.before_ns, 0);
    refused.asked = VERDICT_DATA;
    refused.server_port++;
    add_at(refused, 61);
    struct finding other = give(1);
    other.server_port++;
    add_at(other, 120);
    cr_assert_eq(last_told(EVENT_EXPOSURE_OPENED)->exposure.before_ns, WHEN + 61 * SECOND);
}

Test(telling, opened_again_is_the_same_exposure_with_its_history)
{
    struct finding refused = make_finding(VERDICT_REFUSED);
    add_at(give(1), 0);
    char id[EXPOSURE_ID_HEX];
    SET(id, last_told(EVENT_EXPOSURE_OPENED)->exposure.id);
    add_at(refused, 60);
    add_at(give(1), 120);
    cr_assert_eq(count_told(EVENT_EXPOSURE_OPENED), 2);
    const struct told *again = last_told(EVENT_EXPOSURE_OPENED);
    cr_assert_str_eq(again->exposure.id, id);
    cr_assert_eq(again->exposure.times, 2);
    cr_assert_eq(again->exposure.first_ns, WHEN + 120 * SECOND);
    cr_assert_eq(again->exposure.before_ns, WHEN + 60 * SECOND);
    cr_assert_eq(again->exposure.returned, 2);
}

Test(telling, reset_closes)
{
    add_at(give(1), 0);
    knock(DOOR_RESET, "10.0.0.9", 59);
    cr_assert_eq(count_told(EVENT_EXPOSURE_CLOSED), 0, "to a client inside");
    knock(DOOR_RESET, "198.51.100.1", 60);
    cr_assert_eq(last_told(EVENT_EXPOSURE_CLOSED)->exposure.closing, CLOSING_RESET);
    cr_assert_eq(last_told(EVENT_EXPOSURE_CLOSED)->finding.server_port, 9200);
    add_at(give(1), 120);
    cr_assert_eq(count_told(EVENT_STORE_REACHABLE), 2, "again, after it was not");
}

Test(telling, silence_closes_by_inference_from_its_first)
{
    add_at(give(1), 0);
    knock(DOOR_SILENT, "198.51.100.1", 100);
    knock(DOOR_SILENT, "198.51.100.2", 400);
    cr_assert_eq(count_told(EVENT_EXPOSURE_CLOSED), 0);
    knock(DOOR_SILENT, "198.51.100.1", 700);
    const struct told *closed = last_told(EVENT_EXPOSURE_CLOSED);
    cr_assert_eq(closed->exposure.closing, CLOSING_SILENCE);
    cr_assert_eq(closed->exposure.closed_ns, WHEN + 100 * SECOND);
    cr_assert_eq(closed->event.time_ns, WHEN + 700 * SECOND);
}

Test(telling, answer_ends_silence)
{
    add_at(give(1), 0);
    knock(DOOR_SILENT, "198.51.100.1", 100);
    knock(DOOR_SILENT, "198.51.100.2", 400);
    knock(DOOR_ANSWERED, "198.51.100.3", 500);
    knock(DOOR_SILENT, "198.51.100.1", 700);
    knock(DOOR_SILENT, "198.51.100.2", 900);
    cr_assert_eq(count_told(EVENT_EXPOSURE_CLOSED), 0);
    knock(DOOR_SILENT, "198.51.100.1", 1300);
    cr_assert_eq(count_told(EVENT_EXPOSURE_CLOSED), 1);
}

Test(telling, silence_inside_infers_nothing)
{
    struct finding inside = give(1);
    inside.client = address("10.0.0.9");
    add_at(inside, 0);
    knock(DOOR_SILENT, "10.0.0.1", 100);
    knock(DOOR_SILENT, "10.0.0.2", 400);
    knock(DOOR_SILENT, "10.0.0.1", 1700);
    cr_assert_eq(count_told(EVENT_EXPOSURE_CLOSED), 0);
}

Test(telling, door_that_was_silent_before_says_since_when_at_most)
{
    struct finding inside = give(1);
    inside.client = address("10.0.0.9");
    add_at(inside, 0);
    knock(DOOR_SILENT, "198.51.100.1", 100);
    knock(DOOR_SILENT, "198.51.100.2", 800);
    knock(DOOR_SILENT, "198.51.100.1", 900);
    add_at(give(1), 5000);
    cr_assert_eq(last_told(EVENT_EXPOSURE_OPENED)->exposure.zone, ZONE_OUTSIDE);
    cr_assert_eq(last_told(EVENT_EXPOSURE_OPENED)->exposure.before_ns, WHEN + 900 * SECOND);
}

Test(telling, what_nobody_knows_to_be_a_store_has_no_door)
{
    knock(DOOR_RESET, "198.51.100.1", 1);
    knock(DOOR_SILENT, "198.51.100.1", 2);
    knock(DOOR_ANSWERED, "198.51.100.1", 3);
    cr_assert_eq(told_count, 0);
}

Test(telling, client_of_a_proxy_that_is_trusted_counts_as_who_it_is_said_to_be)
{
    struct finding f = give(1);
    f.client = address("10.20.40.1");
    f.forwarded = true;
    f.forwarded_for = address("203.0.113.99");
    add_at(f, 0);
    cr_assert_eq(told[0].event.direction, DIRECTION_INBOUND);
    cr_assert(told[0].actor.proxied);
    cr_assert_eq(addr_compare(&told[0].actor.via, &f.client), 0);
    const struct exposure *exposure = exposures_first(ledger->exposures);
    cr_assert_eq(exposure->zone, ZONE_OUTSIDE);
    cr_assert_eq(addr_compare(&exposure->actors[0].addr, &f.forwarded_for), 0);
    cr_assert(exposure->actors[0].outside);
}

Test(telling, client_of_anybody_else_is_never_believed)
{
    struct finding f = give(1);
    f.client = address("10.20.40.2");
    f.forwarded = true;
    f.forwarded_for = address("203.0.113.99");
    add_at(f, 0);
    cr_assert_eq(told[0].event.direction, DIRECTION_INTERNAL);
    cr_assert_not(told[0].actor.proxied);
    cr_assert_eq(exposures_first(ledger->exposures)->zone, ZONE_INTERNAL);
}

Test(telling, trusted_client_is_counted_and_not_told)
{
    struct finding f = give(7);
    f.client = address("203.0.113.7");
    add_at(f, 0);
    cr_assert_eq(told_count, 0);
    cr_assert_eq(ledger_counters(ledger)->events_suppressed, 1);
    cr_assert_eq(ledger_exposures(ledger), 0);
    const struct exposure *exposure = exposures_first(ledger->exposures);
    cr_assert_eq(exposure->zone, ZONE_ALLOWED);
    cr_assert_eq(exposure->returned, 7);
    cr_assert_eq(exposure->actors[0].allowed, POLICY_TRUSTED);
    f.client.bytes[15]++;
    add_at(f, 1);
    cr_assert_eq(ledger_exposures(ledger), 1, "its accepted twin");
}

Test(telling, public_part_is_public_and_the_rest_is_not)
{
    struct finding f = make_finding(VERDICT_DATA);
    SET(f.url, "/products/_search");
    add_dataset(&f, "products", 10, COUNT_SEARCH);
    f.datasets[0].returned = f.datasets[0].returned_new = 1;
    add_at(f, 0);
    cr_assert_eq(told_count, 0);
    struct finding list = make_finding(VERDICT_METADATA);
    SET(list.url, "/_cat/indices");
    add_dataset(&list, "products", 10, COUNT_LISTING);
    add_at(list, 1);
    cr_assert_eq(count_told(EVENT_EXPOSURE_OPENED), 1);
}

Test(telling, tools_are_named_by_their_syn)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    f.tool = SYN_TOOL_ZMAP;
    add_at(f, 0);
    cr_assert_str_eq(told[0].actor.tool, "zmap");
    f.tool = SYN_TOOL_NONE;
    add_at(f, 1);
    cr_assert_str_empty(told[2].actor.tool);
}

Test(telling, group_is_told_with_the_exposure)
{
    for (uint8_t i = 11; i < 16; i++) {
        struct finding f = give(1);
        f.server.bytes[15] = i;
        add_at(f, i);
    }
    const struct told *last = last_told(EVENT_EXPOSURE_OPENED);
    cr_assert_eq(last->exposure.group.servers, 5);
    cr_assert(last->exposure.group.same_data);
    cr_assert_eq(strlen(last->exposure.group.id), 32);
    bool said = false;
    for (unsigned i = 0; i < last->event.reason_count; i++)
        said |= strcmp(last->event.reasons[i], "5 servers one data set") == 0;
    cr_assert(said);
}

Test(telling, packets_in_two_captures_count_once)
{
    struct finding f = give(10);
    add_at(f, 0);
    add_at(f, 0);
    cr_assert_eq(ledger_counters(ledger)->findings_repeated, 1);
    cr_assert_eq(exposures_first(ledger->exposures)->returned, 10);
    cr_assert_eq(count_told(EVENT_STORE_QUERY), 1);
}

Test(telling, status_says_how_many_stand_open_and_were_not_told)
{
    struct finding f = give(1), refused = make_finding(VERDICT_REFUSED);
    struct sensor_status status = {.packet_time_ns = WHEN};
    add_at(f, 0);
    f.server_port++;
    add_at(f, 1);
    add_at(refused, 2);
    f.client = address("203.0.113.7");
    add_at(f, 3);
    ledger_add_status(ledger, &status);
    cr_assert_eq(last_told(EVENT_SENSOR_STATUS)->status.open_exposures, 1);
    cr_assert_eq(last_told(EVENT_SENSOR_STATUS)->status.events_suppressed, 1);
}
