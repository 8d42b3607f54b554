/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger that went through the journal is the ledger that it was. */
#include "journal/journals.h"
#include "journal/ledgers.h"
#include "ledger/same.h"

#include <sqlite3.h>

static struct place_of_test place;

static void setup(void)
{
    make_place(&place);
}

static void teardown(void)
{
    remove_place(&place);
}

TestSuite(restore, .init = setup, .fini = teardown);

/* An exposure with more of everything than there are rows for. */
static void fill(struct ledger *ledger)
{
    struct finding f = make_finding(VERDICT_REFUSED);
    SET(f.protection, "Elastic security");
    f.status = 401;
    ledger_add(ledger, &f);
    char name[32];
    for (unsigned i = 0; i < 200; i++) {
        f = make_finding(i % 3 ? VERDICT_DATA : VERDICT_METADATA);
        f.client.bytes[14] = (uint8_t)(i % 2);
        f.client.bytes[15] = (uint8_t)i;
        f.time_ns = WHEN + i;
        f.returned_new = i;
        f.gave_bytes_new = 100 * i;
        f.requests_new = 1;
        SET(f.product, "elasticsearch");
        SET(f.version, "6.8.23");
        SET(f.cluster_id, "abc");
        SET(f.cluster_name, "support");
        SET(f.user_agent, "curl/7.88");
        (void)snprintf(name, sizeof name, "index-%u", i % 80);
        add_dataset(&f, name, i % 7 ? i : FINDING_NO_COUNT, COUNT_LISTING);
        ledger_add(ledger, &f);
    }
    for (unsigned i = 2; i < 20; i++)
        prove(ledger, i);
}

static struct ledger *pass_through(struct ledger *ledger, const char *import_id)
{
    struct journal *journal = open_at(place.path);
    struct ledger *restored = new_ledger();
    struct problem problem = {.text = ""};
    cr_assert_eq(journal_commit(journal, ledger, import_id, 7, 1), AJAR_OK);
    journal_close(journal);
    journal = open_at(place.path);
    cr_assert_eq(journal_restore(journal, restored, &problem), AJAR_OK, "%s", problem.text);
    journal_close(journal);
    return restored;
}

Test(restore, gives_exposures_back_as_they_were)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger, "");
    const struct exposure *a = exposures_first(ledger->exposures);
    cr_assert_eq(a->actor_rows, LEDGER_ACTORS_MAX, "the test fills all rows");
    cr_assert_not_null(a->sketch);
    cr_assert_eq(a->holdings.count, LEDGER_DATASETS_MAX);
    assert_same_exposures(ledger, restored);
    cr_assert_eq(ledger_exposures(ledger), ledger_exposures(restored));
    cr_assert_not(ledger_has_changes(restored));
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, gives_servers_back_as_they_were)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger, "");
    struct finding f = make_finding(VERDICT_DATA);
    const struct server *a = servers_find(ledger->servers, &f);
    const struct server *b = servers_find(restored->servers, &f);
    cr_assert_not_null(b);
    assert_same_server(a, b);
    cr_assert_str_eq(b->protection, "Elastic security");
    cr_assert_eq(b->refusal_status, 401);
    cr_assert(b->identified && b->refuses && b->open);
    cr_assert_not(b->served_credentials);
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, opens_no_exposure_a_second_time)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger, "");
    uint64_t exposures = ledger_exposures(restored);
    prove(restored, 3);
    cr_assert_eq(ledger_exposures(restored), exposures);
    prove(restored, 99);
    cr_assert_eq(ledger_exposures(restored), exposures + 1);
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, leaves_readings_out)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger, "import-1");
    struct finding f = make_finding(VERDICT_DATA);
    cr_assert_eq(ledger_exposures(restored), 0);
    cr_assert_null(servers_find(restored->servers, &f));
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, leaves_rows_out_that_cannot_be)
{
    struct ledger *ledger = new_ledger(), *restored = new_ledger();
    sqlite3 *other;
    fill(ledger);
    ledger_free(pass_through(ledger, ""));
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other,
                              "UPDATE exposures SET address = 'nowhere' WHERE number = 2;"
                              "UPDATE exposures SET verdict = 'fine' WHERE number = 3;"
                              "UPDATE exposures SET id = 'x' WHERE number = 4;"
                              "UPDATE pairs SET state = x'00' WHERE slot = 0",
                              NULL, NULL, NULL),
                 SQLITE_OK);
    (void)sqlite3_close(other);
    struct journal *journal = open_at(place.path);
    cr_assert_eq(journal_restore(journal, restored, NULL), AJAR_OK);
    cr_assert_eq(ledger_exposures(restored), ledger_exposures(ledger) - 3);
    journal_close(journal);
    ledger_free(ledger);
    ledger_free(restored);
}
