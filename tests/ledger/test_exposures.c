/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/ledger.h"
#include "ledger/life.h"
#include "ledger/proofs.h"

static struct exposures *exposures;
static const struct place nowhere;

static void setup(void)
{
    exposures = make_exposures(3);
}

static void teardown(void)
{
    exposures_free(exposures);
}

TestSuite(exposures, .init = setup, .fini = teardown);

static enum exposure_change change;

static struct exposure *add_from(const struct finding *f, enum direction direction,
                                 const struct place *place)
{
    return add_proof(exposures, f, direction, place, &change);
}

static struct exposure *add(const struct finding *f)
{
    return add_from(f, DIRECTION_INBOUND, &nowhere);
}

Test(exposures, open_once_per_store)
{
    struct finding f = make_finding(VERDICT_OPEN);
    struct exposure *exposure = add(&f);
    cr_assert_eq(change, EXPOSURE_OPENED);
    f.time_ns += SECOND;
    cr_assert_eq(add(&f), exposure);
    cr_assert_neq(change, EXPOSURE_OPENED);
    f.server_port = 9201;
    cr_assert_neq(add(&f), exposure);
    cr_assert_eq(change, EXPOSURE_OPENED);
    cr_assert_eq(exposures_count(exposures), 2);
}

Test(exposures, add_up_what_was_new)
{
    struct finding f = make_finding(VERDICT_DATA);
    f.returned = f.returned_new = 10;
    f.gave_bytes = f.gave_bytes_new = 1000;
    f.requests = f.requests_new = 1;
    (void)add(&f);
    f.verdict = VERDICT_DRAINED;
    f.time_ns += SECOND;
    f.returned = 25;
    f.returned_new = 15;
    f.gave_bytes = 2500;
    f.gave_bytes_new = 1500;
    struct exposure *exposure = add(&f);
    cr_assert_eq(exposure->returned, 25);
    cr_assert_eq(exposure->gave_bytes, 2500);
    cr_assert_eq(exposure->requests, 2);
    cr_assert_eq(exposure->verdict, VERDICT_DRAINED);
    cr_assert_eq(exposure->first_ns, WHEN);
    cr_assert_eq(exposure->last_ns, WHEN + SECOND);
}

Test(exposures, last_proof_is_not_the_end_of_an_idle_flow)
{
    struct finding f = make_finding(VERDICT_DATA);
    (void)add(&f);
    f.kind = FINDING_SESSION;
    f.time_ns += 300 * SECOND;
    cr_assert_eq(add(&f)->last_ns, WHEN);
    f.proof_ns = WHEN + 7 * SECOND;
    cr_assert_eq(add(&f)->last_ns, WHEN + 7 * SECOND, "but its last reply is one");
}

Test(exposures, know_their_actors)
{
    struct place place = {.country_code = "NL", .city_name = "Amsterdam", .as_number = 64500};
    struct finding f = make_finding(VERDICT_METADATA);
    SET(f.user_agent, "curl/7.88");
    (void)add_from(&f, DIRECTION_INBOUND, &place);
    f.verdict = VERDICT_DATA;
    f.time_ns += SECOND;
    struct exposure *exposure = add_from(&f, DIRECTION_INBOUND, &place);
    cr_assert_eq(exposure->actor_count, 1);
    const struct actor *actor = &exposure->actors[0];
    cr_assert_eq(actor->verdicts, 1u << VERDICT_METADATA | 1u << VERDICT_DATA);
    cr_assert_str_eq(actor->country_code, "NL");
    cr_assert_str_eq(actor->city_name, "Amsterdam");
    cr_assert_str_eq(actor->user_agent, "curl/7.88");
    cr_assert_eq(actor->first_ns, WHEN);
    cr_assert_eq(actor->last_ns, WHEN + SECOND);
    cr_assert(actor->outside);
    f.client = address("10.0.0.9");
    struct exposure *inside = add_from(&f, DIRECTION_INTERNAL, &nowhere);
    cr_assert_neq(inside, exposure, "the doors of a store are apart");
    cr_assert_eq(inside->actor_count, 1);
    cr_assert_eq(inside->outside_count, 0);
    cr_assert_eq(exposure->actor_count, 1);
    cr_assert_eq(exposure->outside_count, 1);
}

Test(exposures, count_actors_beyond_their_rows)
{
    struct finding f = make_finding(VERDICT_DATA);
    struct exposure *exposure = NULL;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < LEDGER_ACTORS_MAX + 40; i++) {
            f.client.bytes[15] = (uint8_t)i;
            exposure = add(&f);
        }
    }
    cr_assert_eq(exposure->actor_rows, LEDGER_ACTORS_MAX);
    cr_assert_leq(exposure->actor_count, LEDGER_ACTORS_MAX + 40, "never too many");
    cr_assert_geq(exposure->actor_count, LEDGER_ACTORS_MAX + 36, "few lost to equal bits");
    cr_assert_eq(exposures_dropped_actors(exposures), exposure->actor_count - LEDGER_ACTORS_MAX);
}

Test(exposures, list_countries_sorted_and_once)
{
    struct exposure_texts texts;
    struct exposure_view view;
    struct finding f = make_finding(VERDICT_DATA);
    const char *const codes[] = {"US", "NL", "US", "", "DE"};
    struct exposure *exposure = NULL;
    for (int i = 0; i < 5; i++) {
        struct place place = {.as_number = 0};
        SET(place.country_code, codes[i]);
        f.client.bytes[15] = (uint8_t)i;
        exposure = add_from(&f, DIRECTION_INBOUND, &place);
    }
    exposure_fill_view(exposure, &texts, &view);
    cr_assert_str_eq(view.countries, "DE,NL,US");
    cr_assert_eq(view.actors, 5);
}

Test(exposures, view_ends_lists_at_a_whole_name)
{
    struct exposure_texts texts;
    struct exposure_view view;
    struct finding f = make_finding(VERDICT_METADATA);
    char name[96];
    for (int i = 0; i < 10; i++) {
        memset(name, 'a' + i, sizeof name - 1);
        name[sizeof name - 1] = '\0';
        add_dataset(&f, name, 1, COUNT_LISTING);
    }
    exposure_fill_view(add(&f), &texts, &view);
    cr_assert_eq(strlen(view.datasets), 5 * 95 + 4, "five names of 95 and their commas fit in 512");
    cr_assert_eq(view.records, 10);
}

Test(exposures, judge_clients_inside_and_outside_apart)
{
    struct finding backup = make_finding(VERDICT_DRAINED);
    backup.returned_new = 1000000;
    struct exposure *inside = add_from(&backup, DIRECTION_INTERNAL, &nowhere);
    struct finding look = make_finding(VERDICT_OPEN);
    struct exposure *outside = add_from(&look, DIRECTION_INBOUND, &nowhere);
    cr_assert_eq(inside->verdict, VERDICT_DRAINED);
    cr_assert_eq(outside->verdict, VERDICT_OPEN);
    cr_assert_eq(outside->returned, 0, "a look is not the theft of what a backup read");
    cr_assert_str_neq(inside->id, outside->id);
    struct finding theft = make_finding(VERDICT_DRAINED);
    outside = add_from(&theft, DIRECTION_INBOUND, &nowhere);
    cr_assert_geq(outside->severity.value, 90);
}

Test(exposures, count_those_with_clients_that_are_not_internal)
{
    struct finding f = make_finding(VERDICT_DATA);
    (void)add_from(&f, DIRECTION_INTERNAL, &nowhere);
    cr_assert_eq(exposures_count_outside(exposures), 0);
    (void)add_from(&f, DIRECTION_INBOUND, &nowhere);
    (void)add_from(&f, DIRECTION_INBOUND, &nowhere);
    cr_assert_eq(exposures_count_outside(exposures), 1);
    cr_assert_eq(exposures_count(exposures), 2);
    cr_assert_eq(exposures_count_open(exposures), 2);
}

Test(exposures, say_what_a_proof_changed)
{
    struct finding f = make_finding(VERDICT_DATA);
    (void)add(&f);
    cr_assert_eq(change, EXPOSURE_OPENED);
    f.time_ns += SECOND;
    (void)add(&f);
    cr_assert_eq(change, EXPOSURE_SAME);
    f.returned_new = 5;
    (void)add(&f);
    cr_assert_eq(change, EXPOSURE_GREW);
    f.returned_new = 0;
    f.client.bytes[15]++;
    (void)add(&f);
    cr_assert_eq(change, EXPOSURE_GREW, "somebody else");
    add_dataset(&f, "customers", 12, COUNT_LISTING);
    (void)add(&f);
    cr_assert_eq(change, EXPOSURE_GREW, "it holds something");
    (void)add(&f);
    cr_assert_eq(change, EXPOSURE_SAME, "and the same still");
    add_class(&f, "email", 3);
    (void)add(&f);
    cr_assert_eq(change, EXPOSURE_WORSE);
    f.verdict = VERDICT_DRAINED;
    (void)add(&f);
    cr_assert_eq(change, EXPOSURE_WORSE);
}

Test(exposures, close_and_open_again)
{
    struct finding f = make_finding(VERDICT_DATA);
    struct exposure *exposure = add(&f);
    cr_assert_not(exposures_close(exposures, exposure, CLOSING_REFUSED, WHEN, WHEN),
                  "not newer than the proof");
    cr_assert(exposures_close(exposures, exposure, CLOSING_REFUSED, WHEN + SECOND, WHEN + SECOND));
    cr_assert_not(exposures_close(exposures, exposure, CLOSING_RESET, WHEN + 2 * SECOND, 0));
    cr_assert_eq(exposures_count_open(exposures), 0);
    cr_assert_eq(exposures_count_outside(exposures), 1, "it did stand open");
    f.time_ns = WHEN + SECOND / 2;
    (void)add(&f);
    cr_assert_eq(exposure->closing, CLOSING_REFUSED, "an old proof opens nothing");
    f.time_ns = WHEN + 5 * SECOND;
    (void)add(&f);
    cr_assert_eq(change, EXPOSURE_OPENED);
    cr_assert_eq(exposures_count_open(exposures), 1);
    cr_assert_eq(exposure->times, 2);
    cr_assert_eq(exposure->window_count, 1);
    cr_assert_eq(exposure->first_ns, WHEN + 5 * SECOND);
    cr_assert_eq(exposure->before_ns, WHEN + SECOND);
}

Test(exposures, know_stores_with_the_same_data_once_each)
{
    struct finding f = make_finding(VERDICT_METADATA);
    struct group_view group;
    add_dataset(&f, "customers", 1237, COUNT_LISTING);
    struct exposure *one = add(&f);
    (void)add_from(&f, DIRECTION_INTERNAL, &nowhere);
    exposures_fill_group(exposures, one, &group);
    cr_assert_eq(group.servers, 1, "two doors of one store are one server");
    f.server_port = 9201;
    struct exposure *other = add(&f);
    exposures_fill_group(exposures, one, &group);
    cr_assert_eq(group.servers, 2);
    cr_assert(group.same_data);
    char id[EXPOSURE_ID_HEX];
    SET(id, group.id);
    exposures_fill_group(exposures, other, &group);
    cr_assert_str_eq(group.id, id);
    add_dataset(&f, "invoices", 5000, COUNT_LISTING);
    (void)add(&f);
    exposures_fill_group(exposures, one, &group);
    cr_assert_eq(group.servers, 1, "it holds something else than was thought");
}

Test(exposures, remember_who_indexed_them_first)
{
    struct finding f = make_finding(VERDICT_METADATA);
    struct actor_view who = {.claimed = "Censys", .search_engine = true};
    struct exposure_proof proof = {.finding = &f,
                                   .direction = DIRECTION_INBOUND,
                                   .client = &f.client,
                                   .source = &nowhere,
                                   .who = &who};
    struct exposure *exposure = add(&f);
    int before = exposure->severity.value;
    cr_assert_str_empty(exposure->indexed);
    (void)exposures_add(exposures, &proof, &change);
    cr_assert_eq(change, EXPOSURE_WORSE);
    cr_assert_str_eq(exposure->indexed, "Censys");
    cr_assert_gt(exposure->severity.value, before);
    SET(who.claimed, "Shodan");
    (void)exposures_add(exposures, &proof, &change);
    cr_assert_str_eq(exposure->indexed, "Censys");
}

Test(exposures, are_worse_for_a_sensitive_country)
{
    struct finding f = make_finding(VERDICT_DATA);
    struct place near = {.country_code = "NL"}, far = {.country_code = "KP"};
    (void)add_from(&f, DIRECTION_INBOUND, &near);
    (void)add_from(&f, DIRECTION_INBOUND, &near);
    cr_assert_eq(change, EXPOSURE_SAME);
    f.client.bytes[15]++;
    (void)add_from(&f, DIRECTION_INBOUND, &far);
    cr_assert_eq(change, EXPOSURE_WORSE);
}

Test(exposures, weigh_what_kind_of_store_it_is)
{
    struct finding f = make_finding(VERDICT_METADATA);
    struct place near = {.country_code = "NL"};
    int usual = add_from(&f, DIRECTION_INBOUND, &near)->severity.value;
    f.kind_weight = 20;
    cr_assert_eq(add_from(&f, DIRECTION_INBOUND, &near)->severity.value, usual + 20);
    cr_assert_eq(change, EXPOSURE_WORSE);
}

Test(exposures, keep_what_is_allowed_apart_and_uncounted)
{
    struct finding f = make_finding(VERDICT_DATA);
    static const struct actor_view nobody;
    struct exposure_proof proof = {.finding = &f,
                                   .direction = DIRECTION_INBOUND,
                                   .zone = ZONE_ALLOWED,
                                   .allowed = 1,
                                   .client = &f.client,
                                   .source = &nowhere,
                                   .who = &nobody};
    struct exposure *allowed = exposures_add(exposures, &proof, &change);
    cr_assert(allowed);
    cr_assert_eq(allowed->actors[0].allowed, 1);
    cr_assert_leq(allowed->severity.value, 10);
    cr_assert_eq(exposures_count_open(exposures), 0);
    cr_assert_eq(exposures_count_outside(exposures), 0);
    cr_assert_neq(add(&f), allowed);
    cr_assert_eq(exposures_count_open(exposures), 1);
}

Test(exposures, give_updates_in_the_order_in_which_they_are_due)
{
    struct finding f = make_finding(VERDICT_DATA);
    struct exposure *one = add(&f);
    f.server_port++;
    struct exposure *two = add(&f);
    exposures_schedule(exposures, one, 100);
    exposures_schedule(exposures, two, 110);
    exposures_schedule(exposures, one, 120); /* is due already */
    cr_assert_null(exposures_first_due(exposures, 99));
    cr_assert_eq(exposures_first_due(exposures, 105), one);
    exposures_unschedule(exposures, one);
    exposures_schedule(exposures, one, 160);
    cr_assert_null(exposures_first_due(exposures, 109));
    cr_assert_eq(exposures_first_due(exposures, 110), two);
    exposures_unschedule(exposures, two);
    cr_assert_null(exposures_first_due(exposures, 159));
    cr_assert_eq(exposures_first_due(exposures, UINT64_MAX), one);
}

Test(exposures, end_at_the_limit_and_count_it)
{
    struct finding f = make_finding(VERDICT_DATA);
    for (int i = 0; i < 3; i++) {
        f.server_port = (uint16_t)(1000 + i);
        cr_assert(add(&f));
    }
    f.server_port = 2000;
    cr_assert_null(add(&f));
    cr_assert_eq(exposures_dropped(exposures), 1);
    f.server_port = 1000;
    cr_assert(add(&f), "known ones go on");
    cr_assert_eq(exposures_count(exposures), 3);
}
