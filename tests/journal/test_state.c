/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows are written. That they say the right thing is held by test_restore.c. */
#include "journal/inside.h"
#include "journal/journals.h"
#include "journal/ledgers.h"

#include <sqlite3.h>

static struct place_of_test place;
static struct journal *journal;
static struct ledger *ledger;
static sqlite3 *other;

static void setup(void)
{
    make_place(&place);
    journal = open_at(place.path);
    ledger = new_ledger();
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
}

static void teardown(void)
{
    (void)sqlite3_close(other);
    ledger_free(ledger);
    journal_close(journal);
    remove_place(&place);
}

TestSuite(state, .init = setup, .fini = teardown);

static int ask(const char *sql)
{
    sqlite3_stmt *row;
    cr_assert_eq(sqlite3_prepare_v2(other, sql, -1, &row, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(other));
    cr_assert_eq(sqlite3_step(row), SQLITE_ROW);
    int number = sqlite3_column_int(row, 0);
    (void)sqlite3_finalize(row);
    return number;
}

static void edit(const char *sql)
{
    cr_assert_eq(sqlite3_exec(other, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(other));
}

static void commit_as(const char *import_id)
{
    static uint64_t position;
    cr_assert_eq(journal_commit(journal, ledger, import_id, 7, ++position), AJAR_OK);
}

static void visit(const char *client, const char *dataset)
{
    static uint64_t turn;
    struct finding f = make_finding(VERDICT_DATA);
    f.client = address(client);
    f.time_ns = WHEN + ++turn; /* a packet of its own */
    f.requests_new = 1;
    add_dataset(&f, dataset, 10, COUNT_COUNT);
    ledger_add(ledger, &f);
}

Test(state, writes_rows_that_changed_and_no_others)
{
    visit("203.0.113.1", "a");
    visit("203.0.113.2", "b");
    commit_as("");
    edit("UPDATE actors SET city = 'edited'; UPDATE datasets SET bytes = 42");
    visit("203.0.113.3", "c");
    commit_as("");
    cr_assert_eq(ask("SELECT count(*) FROM actors"), 3);
    cr_assert_eq(ask("SELECT count(*) FROM actors WHERE city = 'edited'"), 2);
    cr_assert_eq(ask("SELECT count(*) FROM datasets"), 3);
    cr_assert_eq(ask("SELECT count(*) FROM datasets WHERE bytes = 42"), 2);
    cr_assert_eq(ask("SELECT requests FROM exposures"), 3);
    cr_assert_eq(ask("SELECT actors FROM exposures"), 3);
}

Test(state, writes_a_row_again_when_it_changed)
{
    visit("203.0.113.1", "a");
    commit_as("");
    edit("UPDATE actors SET city = 'edited'");
    struct finding f = make_finding(VERDICT_DATA);
    f.client = address("203.0.113.1");
    f.time_ns += 2 * SECOND;
    ledger_add(ledger, &f);
    commit_as("");
    cr_assert_eq(ask("SELECT count(*) FROM actors WHERE city = ''"), 1);
    cr_assert_eq(ask("SELECT (last - first) / 1000000000 FROM actors"), 1);
}

/* The room ends in the midst of the rows: those that were written are taken back. */
Test(state, writes_all_rows_again_after_a_failure)
{
    for (unsigned i = 1; i <= 2000; i++)
        prove(ledger, i);
    cr_assert_eq(database_run(journal->writer.database, "PRAGMA max_page_count = 60"), AJAR_OK);
    cr_assert_eq(journal_commit(journal, ledger, "", 7, 100), AJAR_AGAIN);
    cr_assert_eq(ask("SELECT count(*) FROM exposures"), 0);
    cr_assert_eq(database_run(journal->writer.database, "PRAGMA max_page_count = 60000"), AJAR_OK);
    journal->retry_ns = 0;
    commit_as("");
    cr_assert_eq(ask("SELECT count(*) FROM exposures"), 2000);
    cr_assert_eq(ask("SELECT count(*) FROM actors JOIN exposures ON number = exposure"), 2000);
    cr_assert_eq(ask("SELECT count(*) FROM datasets JOIN exposures ON number = exposure"), 2000);
}

Test(state, goes_on_with_the_row_of_an_earlier_run)
{
    visit("203.0.113.1", "a");
    commit_as("");
    shadow_clear(&journal->shadow);
    visit("203.0.113.2", "a");
    commit_as("");
    cr_assert_eq(ask("SELECT count(*) FROM exposures"), 1);
    cr_assert_eq(ask("SELECT count(*) FROM actors"), 2);
}

/* Readings go on from each other; what is live is none of them. */
Test(state, keeps_one_row_for_all_readings)
{
    visit("203.0.113.1", "a");
    commit_as("import-1");
    visit("203.0.113.1", "a");
    commit_as("import-2");
    visit("203.0.113.1", "a");
    commit_as("import-2");
    cr_assert_eq(ask("SELECT count(*) FROM exposures"), 1);
    cr_assert_eq(ask("SELECT requests FROM exposures WHERE import_id = 'import-2'"), 3);
    cr_assert_eq(ask("SELECT count(*) FROM v_open_exposures"), 0);
    cr_assert_eq(ask("SELECT count(*) FROM servers"), 1);
    cr_assert_eq(ask("SELECT count(*) FROM pairs"), 0);
}

Test(state, never_changes_what_is_live_by_a_reading)
{
    visit("203.0.113.1", "a");
    commit_as("");
    ledger_change_all(ledger);
    visit("203.0.113.2", "b");
    commit_as("import-1");
    cr_assert_eq(ask("SELECT count(*) FROM exposures"), 2);
    cr_assert_eq(ask("SELECT requests FROM exposures WHERE scope = ''"), 1);
    cr_assert_eq(ask("SELECT requests FROM exposures WHERE scope = 'read'"), 2);
    cr_assert_eq(ask("SELECT count(*) FROM v_actors WHERE import_id = ''"), 1);
    cr_assert_eq(ask("SELECT count(*) FROM v_datasets WHERE import_id = 'import-1'"), 2);
    cr_assert_eq(ask("SELECT count(*) FROM servers"), 2);
    cr_assert_eq(ask("SELECT count(*) FROM v_open_exposures"), 1);
}

Test(state, keeps_a_server_once_and_by_its_last_change)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    ledger_add(ledger, &f);
    f.server = address("10.20.30.12");
    ledger_add(ledger, &f);
    commit_as("");
    f.server = address("10.20.30.11");
    SET(f.version, "6.8.23");
    f.time_ns += SECOND;
    ledger_add(ledger, &f);
    commit_as("");
    cr_assert_eq(ask("SELECT count(*) FROM servers"), 2);
    cr_assert_eq(ask("SELECT count(*) FROM servers WHERE address = '10.20.30.11' AND version ="
                     " '6.8.23' AND number = (SELECT max(number) FROM servers)"),
                 1);
}

struct told {
    unsigned exposures, servers, pairs;
};

static void count_exposure(void *context, const struct exposure *exposure)
{
    (void)exposure;
    ((struct told *)context)->exposures++;
}

static void count_server(void *context, const struct server *server)
{
    (void)server;
    ((struct told *)context)->servers++;
}

static void count_pair(void *context, uint32_t slot, const void *bytes, size_t size)
{
    (void)slot;
    (void)bytes;
    (void)size;
    ((struct told *)context)->pairs++;
}

Test(state, can_be_told_as_a_whole_again)
{
    struct told told = {0};
    struct ledger_changes changes = {
        .exposure = count_exposure, .server = count_server, .pair = count_pair, .context = &told};
    for (unsigned i = 1; i <= 50; i++)
        prove(ledger, i);
    commit_as("");
    prove(ledger, 7);
    ledger_change_all(ledger);
    ledger_visit_changes(ledger, &changes);
    cr_assert_eq(told.exposures, 50);
    cr_assert_eq(told.servers, 50);
    cr_assert_eq(told.pairs, 50);
    ledger_forget_changes(ledger);
    cr_assert_not(ledger_has_changes(ledger));
}
