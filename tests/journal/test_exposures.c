/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journals.h"
#include "journal/ledgers.h"

#include "base/text.h"

static struct place_of_test place;
static struct journal *journal;
static struct ledger *ledger;

static void setup(void)
{
    make_place(&place);
    journal = open_at(place.path);
    ledger = new_ledger();
}

static void teardown(void)
{
    ledger_free(ledger);
    journal_close(journal);
    remove_place(&place);
}

TestSuite(journal_exposures, .init = setup, .fini = teardown);

static void commit_as(const char *import_id)
{
    static uint64_t position;
    cr_assert_eq(journal_commit(journal, ledger, import_id, 7, ++position), AJAR_OK);
}

Test(journal_exposures, finds_one_as_dashboards_show_it)
{
    struct finding f = make_finding(VERDICT_DATA);
    struct journal_exposure e;
    SET(f.product, "elasticsearch");
    SET(f.version, "6.8.23");
    SET(f.cluster_id, "abc");
    f.requests_new = 3;
    f.returned_new = 12;
    f.gave_bytes_new = 3400;
    add_dataset(&f, "customers", 250000000, COUNT_COUNT);
    add_dataset(&f, "cases", 1000, COUNT_COUNT);
    ledger_add(ledger, &f);
    commit_as("");
    const struct exposure *expected = exposures_first(ledger->exposures);
    cr_assert_eq(journal_find_exposure(journal, expected->id, "", true, &e), AJAR_OK);
    cr_assert_str_eq(e.state->id, expected->id);
    cr_assert_str_eq(e.import_id, "");
    cr_assert_str_eq(e.state->store, "elasticsearch");
    cr_assert_eq(e.state->port, 9200);
    cr_assert_eq(e.state->zone, ZONE_OUTSIDE);
    cr_assert_eq(e.state->closing, CLOSING_NONE);
    cr_assert_eq(e.state->verdict, VERDICT_DATA);
    cr_assert_str_eq(e.state->product, "elasticsearch");
    cr_assert_str_eq(e.state->version, "6.8.23");
    cr_assert_str_eq(e.state->cluster_id, "abc");
    cr_assert_eq(e.state->holdings.count, 2);
    cr_assert_str_eq(e.state->holdings.datasets[1].name, "cases");
    cr_assert_eq(e.state->first_ns, WHEN);
    cr_assert_eq(e.state->last_ns, WHEN);
    cr_assert_eq(holdings_estimate(&e.state->holdings).records, 250001000);
    cr_assert_eq(e.state->returned, 12);
    cr_assert_eq(e.state->gave_bytes, 3400);
    cr_assert_eq(e.state->actor_rows, 1);
    cr_assert_eq(e.state->requests, 3);
    cr_assert_eq(e.state->severity.value, expected->severity.value);
    cr_assert_eq(e.view.group.servers, 1);
    cr_assert_str_eq(e.view.group.id, "");
}

Test(journal_exposures, tells_the_same_of_one_without_its_lists)
{
    struct journal_exposure e;
    prove(ledger, 1);
    commit_as("");
    const char *id = exposures_first(ledger->exposures)->id;
    cr_assert_eq(journal_find_exposure(journal, id, "", false, &e), AJAR_OK);
    cr_assert_eq(e.state->holdings.count, 0);
    cr_assert_eq(e.view.records, 1000);
    cr_assert_eq(e.view.records_source, COUNT_COUNT);
    cr_assert_str_eq(e.view.datasets, "customers");
    cr_assert_eq(e.view.returned, 10);
    cr_assert_eq(journal_find_exposure(journal, id, "", true, &e), AJAR_OK);
    cr_assert_eq(e.state->holdings.count, 1);
    cr_assert_eq(e.view.records, 1000);
}

Test(journal_exposures, counts_the_servers_of_a_group)
{
    struct journal_exposure e;
    struct group_view expected;
    for (unsigned i = 1; i <= 5; i++)
        prove(ledger, i); /* all have the same customers */
    commit_as("");
    const struct exposure *first = exposures_first(ledger->exposures);
    exposures_fill_group(ledger->exposures, first, &expected);
    cr_assert_eq(journal_find_exposure(journal, first->id, "", true, &e), AJAR_OK);
    cr_assert_eq(e.view.group.servers, 5);
    cr_assert(e.view.group.same_data);
    cr_assert_str_eq(e.view.group.id, expected.id);
    cr_assert_eq(e.view.group.servers, expected.servers);
}

Test(journal_exposures, says_when_records_are_not_known)
{
    struct finding f = make_finding(VERDICT_DATA);
    struct journal_exposure e;
    ledger_add(ledger, &f);
    commit_as("");
    cr_assert_eq(
        journal_find_exposure(journal, exposures_first(ledger->exposures)->id, "", true, &e),
        AJAR_OK);
    cr_assert_eq(holdings_estimate(&e.state->holdings).records, FINDING_NO_COUNT);
    cr_assert_str_eq(e.state->product, "");
}

Test(journal_exposures, makes_texts_of_the_wire_valid)
{
    struct finding f = make_finding(VERDICT_DATA);
    struct journal_exposure e;
    SET(f.version, "6.\xff\xfe");
    add_dataset(&f, "kund\xe9n", 1, COUNT_COUNT);
    ledger_add(ledger, &f);
    commit_as("");
    cr_assert_eq(
        journal_find_exposure(journal, exposures_first(ledger->exposures)->id, "", true, &e),
        AJAR_OK);
    cr_assert_str_eq(e.state->version, "6.\xef\xbf\xbd\xef\xbf\xbd");
    cr_assert_str_eq(e.state->holdings.datasets[0].name, "kund\xef\xbf\xbdn");
    cr_assert(text_is_utf8(e.state->holdings.datasets[0].name,
                           strlen(e.state->holdings.datasets[0].name)));
}

Test(journal_exposures, knows_only_those_that_are_there)
{
    struct journal_exposure e;
    prove(ledger, 1);
    commit_as("");
    const char *id = exposures_first(ledger->exposures)->id;
    cr_assert_eq(journal_find_exposure(journal, "0", "", true, &e), AJAR_ERR_NOT_FOUND);
    cr_assert_eq(journal_find_exposure(journal, id, "import-1", true, &e), AJAR_ERR_NOT_FOUND);
    cr_assert_eq(journal_find_exposure(journal, id, "", true, &e), AJAR_OK);
}

Test(journal_exposures, goes_through_the_open_ones_by_id)
{
    struct journal_exposure e;
    char last[EXPOSURE_ID_HEX] = "";
    unsigned count = 0;
    for (unsigned i = 1; i <= 300; i++)
        prove(ledger, i);
    commit_as("");
    while (journal_next_open(journal, last, &e) == AJAR_OK) {
        cr_assert_gt(strcmp(e.state->id, last), 0);
        memcpy(last, e.state->id, sizeof last);
        count++;
    }
    cr_assert_eq(count, 300);
    cr_assert_eq(journal_next_open(journal, last, &e), AJAR_END);
}

Test(journal_exposures, keeps_readings_apart_from_what_is_open)
{
    struct journal_exposure e;
    prove(ledger, 1);
    commit_as("import-1");
    cr_assert_eq(journal_next_open(journal, "", &e), AJAR_END);
    const char *id = exposures_first(ledger->exposures)->id;
    cr_assert_eq(journal_find_exposure(journal, id, "import-1", true, &e), AJAR_OK);
    cr_assert_str_eq(e.import_id, "import-1");
}

Test(journal_exposures, follow_every_commit)
{
    struct journal_exposure e;
    for (unsigned i = 1; i <= 3; i++) {
        prove(ledger, 1);
        commit_as("");
        cr_assert_eq(journal_next_open(journal, "", &e), AJAR_OK);
        cr_assert_eq(e.state->requests, i);
    }
}
