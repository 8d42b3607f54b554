/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/exposures.h"
#include "ledger/findings.h"
#include "ledger/ledger.h"

static struct exposures *exposures;
static const struct place nowhere;

static void setup(void)
{
    cr_assert_eq(exposures_new(3, 42, "hq", &exposures), AJAR_OK);
}

static void teardown(void)
{
    exposures_free(exposures);
}

TestSuite(exposures, .init = setup, .fini = teardown);

static bool opened;

static struct exposure *add_from(const struct finding *f, enum direction direction,
                                 const struct place *place)
{
    struct exposure_proof proof = {f, direction, place};
    return exposures_add(exposures, &proof, &opened);
}

static struct exposure *add(const struct finding *f)
{
    return add_from(f, DIRECTION_INBOUND, &nowhere);
}

Test(exposures, open_once_per_store)
{
    struct finding f = make_finding(VERDICT_OPEN);
    struct exposure *exposure = add(&f);
    cr_assert(opened);
    f.time_ns += SECOND;
    cr_assert_eq(add(&f), exposure);
    cr_assert_not(opened);
    f.server_port = 9201;
    cr_assert_neq(add(&f), exposure);
    cr_assert(opened);
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
    f.returned_new = 1;
    cr_assert_eq(add(&f)->last_ns, WHEN + 300 * SECOND, "but it is when more was given");
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
    exposure = add_from(&f, DIRECTION_INTERNAL, &nowhere);
    cr_assert_eq(exposure->actor_count, 2);
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
    struct exposure *exposure = add_from(&backup, DIRECTION_INTERNAL, &nowhere);
    int inside = exposure->severity.value;
    struct finding look = make_finding(VERDICT_OPEN);
    exposure = add_from(&look, DIRECTION_INBOUND, &nowhere);
    cr_assert_eq(exposure->verdict, VERDICT_DRAINED);
    cr_assert_eq(exposure->severity.value, inside, "a look is not the theft of what a backup read");
    struct finding theft = make_finding(VERDICT_DRAINED);
    exposure = add_from(&theft, DIRECTION_INBOUND, &nowhere);
    cr_assert_geq(exposure->severity.value, 90);
}

Test(exposures, count_those_with_clients_that_are_not_internal)
{
    struct finding f = make_finding(VERDICT_DATA);
    (void)add_from(&f, DIRECTION_INTERNAL, &nowhere);
    cr_assert_eq(exposures_count_outside(exposures), 0);
    (void)add_from(&f, DIRECTION_INBOUND, &nowhere);
    (void)add_from(&f, DIRECTION_INBOUND, &nowhere);
    cr_assert_eq(exposures_count_outside(exposures), 1);
    cr_assert_eq(exposures_count(exposures), 1);
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
