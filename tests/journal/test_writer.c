/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journals.h"
#include "journal/ledgers.h"

#include "base/timestamp.h"

#include <pthread.h>
#include <sqlite3.h>
#include <time.h>

static struct place_of_test place;

static void setup(void)
{
    make_place(&place);
}

static void teardown(void)
{
    remove_place(&place);
}

TestSuite(writer, .init = setup, .fini = teardown, .timeout = 60);

static sqlite3 *other_program(const char *sql)
{
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(other));
    return other;
}

static int64_t ask(const char *sql)
{
    sqlite3 *other;
    sqlite3_stmt *row;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(other, sql, -1, &row, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(row), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(row, 0);
    (void)sqlite3_finalize(row);
    (void)sqlite3_close(other);
    return number;
}

static void wait_ms(long ms)
{
    (void)nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Commits until it works; false after `patience_ms`. */
static bool commit_within(struct journal *journal, uint64_t position, int patience_ms)
{
    for (int i = 0; i < patience_ms; i++) {
        if (commit_at(journal, position) == AJAR_OK)
            return true;
        wait_ms(1);
    }
    return false;
}

Test(writer, accepts_what_was_committed_only)
{
    struct journal *journal = open_at(place.path);
    add_range(journal, 1, 5);
    cr_assert_eq(counters_of(journal).pending, 5);
    cr_assert_eq(counters_of(journal).accepted, 0);
    cr_assert_eq(ask("SELECT count(*) FROM events"), 0);
    cr_assert_eq(commit_at(journal, 5), AJAR_OK);
    cr_assert_eq(counters_of(journal).pending, 0);
    cr_assert_eq(counters_of(journal).accepted, 5);
    cr_assert_eq(ask("SELECT count(*) FROM events"), 5);
    cr_assert_eq(ask("SELECT ring_position FROM journal"), 5);
    journal_close(journal);
}

Test(writer, keeps_all_that_an_event_has)
{
    struct journal *journal = open_at(place.path);
    struct journal_batch *batch = calloc(1, sizeof *batch);
    struct journal_event event = {.sequence = 3,
                                  .time_ns = WHEN,
                                  .id = "0123",
                                  .action = "exposure-opened",
                                  .severity = 85,
                                  .store = "mongodb",
                                  .verdict = "drained",
                                  .source = "2001:db8::1",
                                  .server = "10.0.0.9",
                                  .country = "US",
                                  .exposure = "ffff",
                                  .import_id = "import-1",
                                  .has_location = true,
                                  .longitude = -122.25,
                                  .latitude = 37.5,
                                  .json = "{\"a\":1}",
                                  .json_length = 7};
    cr_assert_eq(journal_add(journal, &event), AJAR_OK);
    cr_assert_eq(commit_at(journal, 1), AJAR_OK);
    cr_assert_eq(journal_read(journal, 0, 0, batch), AJAR_OK);
    const struct journal_event *kept = &batch->events[0];
    cr_assert_eq(batch->count, 1);
    cr_assert_eq(kept->sequence, 3);
    cr_assert_eq(kept->time_ns, WHEN);
    cr_assert_eq(kept->severity, 85);
    cr_assert_str_eq(kept->id, "0123");
    cr_assert_str_eq(kept->action, "exposure-opened");
    cr_assert_str_eq(kept->store, "mongodb");
    cr_assert_str_eq(kept->verdict, "drained");
    cr_assert_str_eq(kept->source, "2001:db8::1");
    cr_assert_str_eq(kept->server, "10.0.0.9");
    cr_assert_str_eq(kept->country, "US");
    cr_assert_str_eq(kept->exposure, "ffff");
    cr_assert_str_eq(kept->import_id, "import-1");
    cr_assert_str_eq(kept->json, "{\"a\":1}");
    cr_assert_eq(kept->json_length, 7);
    cr_assert(kept->has_location);
    cr_assert_float_eq(kept->longitude, -122.25, 0);
    cr_assert_float_eq(kept->latitude, 37.5, 0);
    journal_batch_clear(batch);
    free(batch);
    journal_close(journal);
}

Test(writer, is_due_when_an_event_has_waited)
{
    struct journal *journal = open_at(place.path);
    cr_assert_not(journal_is_due(journal));
    add_range(journal, 1, 1);
    cr_assert_not(journal_is_due(journal));
    wait_ms(JOURNAL_COMMIT_MS + 2);
    cr_assert(journal_is_due(journal));
    cr_assert_eq(commit_at(journal, 1), AJAR_OK);
    cr_assert_not(journal_is_due(journal));
    journal_close(journal);
}

Test(writer, is_due_when_many_events_wait)
{
    struct journal *journal = open_at(NULL);
    uint64_t start = timestamp_monotonic(), sequence = 0;
    while (!journal_is_due(journal))
        cr_assert_eq(add_sized(journal, ++sequence, 16000), AJAR_OK);
    cr_assert_lt(sequence, 300);
    cr_assert_lt(timestamp_monotonic() - start, SECOND);
    journal_close(journal);
}

Test(writer, commits_nothing_when_there_is_nothing)
{
    struct journal *journal = open_at(place.path);
    cr_assert_eq(commit_at(journal, 4), AJAR_OK);
    uint64_t commits = counters_of(journal).commits;
    cr_assert_eq(commit_at(journal, 4), AJAR_OK);
    cr_assert_eq(counters_of(journal).commits, commits);
    cr_assert_eq(commit_at(journal, 5), AJAR_OK);
    cr_assert_eq(counters_of(journal).commits, commits + 1);
    journal_close(journal);
}

Test(writer, writes_down_what_was_confirmed)
{
    struct journal *journal = open_at(place.path);
    accept_range(journal, 1, 5);
    journal_confirm(journal, 4);
    cr_assert_not(journal_is_due(journal));
    wait_ms(1020);
    cr_assert(journal_is_due(journal));
    cr_assert_eq(commit_at(journal, 5), AJAR_OK);
    cr_assert_not(journal_is_due(journal));
    journal_close(journal);
    journal = open_at(place.path);
    cr_assert_eq(journal_confirmed(journal), 4);
    journal_close(journal);
}

/* An analyst's transaction: nothing waits for it, and nothing is lost. */
Test(writer, keeps_events_while_somebody_else_has_it_locked)
{
    struct journal *journal = open_at(place.path);
    char trouble[JOURNAL_UUID_HEX * 6];
    accept_range(journal, 1, 5);
    sqlite3 *other = other_program("BEGIN IMMEDIATE");
    uint64_t start = timestamp_monotonic();
    add_range(journal, 6, 10);
    cr_assert_eq(commit_at(journal, 10), AJAR_AGAIN);
    cr_assert_lt(timestamp_monotonic() - start, SECOND / 10);
    cr_assert_eq(counters_of(journal).pending, 5);
    cr_assert_eq(counters_of(journal).failed_commits, 1);
    cr_assert_not(commit_within(journal, 10, 600));
    journal_trouble(journal, trouble, sizeof trouble);
    cr_assert_not_null(strstr(trouble, "keeps it locked"), "%s", trouble);
    cr_assert_eq(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    cr_assert(commit_within(journal, 10, 1500));
    journal_trouble(journal, trouble, sizeof trouble);
    cr_assert_str_eq(trouble, "ok");
    cr_assert_eq(count_after(journal, 0), 10);
    cr_assert_eq(journal_ring_position(journal, 7), 10);
    (void)sqlite3_close(other);
    journal_close(journal);
}

static void *end_transaction(void *context)
{
    wait_ms(300);
    (void)sqlite3_exec(context, "COMMIT", NULL, NULL, NULL);
    return NULL;
}

Test(writer, waits_at_the_end_for_somebody_elses_lock)
{
    struct journal *journal = open_at(place.path);
    pthread_t thread;
    sqlite3 *other = other_program("BEGIN IMMEDIATE");
    add_range(journal, 1, 5);
    cr_assert_eq(pthread_create(&thread, NULL, end_transaction, other), 0);
    journal_close(journal);
    (void)pthread_join(thread, NULL);
    (void)sqlite3_close(other);
    cr_assert_eq(ask("SELECT count(*) FROM events"), 5);
}

Test(writer, keeps_changes_of_the_ledger_while_it_is_locked)
{
    struct journal *journal = open_at(place.path);
    struct ledger *ledger = new_ledger();
    prove(ledger, 1);
    cr_assert_eq(journal_commit(journal, ledger, "", 7, 1), AJAR_OK);
    cr_assert_not(ledger_has_changes(ledger));
    sqlite3 *other = other_program("BEGIN IMMEDIATE");
    prove(ledger, 1);
    prove(ledger, 2);
    cr_assert_eq(journal_commit(journal, ledger, "", 7, 2), AJAR_AGAIN);
    cr_assert(ledger_has_changes(ledger));
    cr_assert_eq(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    wait_ms(50);
    cr_assert_eq(journal_commit(journal, ledger, "", 7, 2), AJAR_OK);
    cr_assert_eq(ask("SELECT sum(requests) FROM exposures"), 3);
    cr_assert_eq(ask("SELECT count(*) FROM datasets"), 2);
    (void)sqlite3_close(other);
    journal_close(journal);
    ledger_free(ledger);
}

/* One event and what it changed, in a journal that is locked. */
static struct journal *wait_with_state(struct ledger *ledger, sqlite3 **other)
{
    struct journal *journal = open_at(place.path);
    *other = other_program("BEGIN IMMEDIATE");
    prove(ledger, 1);
    add_range(journal, 1, 1);
    cr_assert_eq(journal_commit(journal, ledger, "", 7, 1), AJAR_AGAIN);
    return journal;
}

Test(writer, accepts_events_and_their_state_at_the_end)
{
    struct ledger *ledger = new_ledger();
    pthread_t thread;
    sqlite3 *other;
    struct journal *journal = wait_with_state(ledger, &other);
    cr_assert_eq(pthread_create(&thread, NULL, end_transaction, other), 0);
    cr_assert_eq(journal_commit_last(journal, ledger, "", 7, 1), AJAR_OK);
    (void)pthread_join(thread, NULL);
    (void)sqlite3_close(other);
    journal_close(journal);
    ledger_free(ledger);
    cr_assert_eq(ask("SELECT count(*) FROM events"), 1);
    cr_assert_eq(ask("SELECT count(*) FROM exposures"), 1);
}

Test(writer, accepts_no_events_without_their_state)
{
    struct ledger *ledger = new_ledger();
    sqlite3 *other;
    struct journal *journal = wait_with_state(ledger, &other);
    (void)sqlite3_exec(other, "COMMIT", NULL, NULL, NULL);
    (void)sqlite3_close(other);
    journal_close(journal);
    ledger_free(ledger);
    cr_assert_eq(ask("SELECT count(*) FROM events"), 0);
    cr_assert_eq(ask("SELECT count(*) FROM exposures"), 0);
}

Test(writer, refuses_and_counts_what_it_has_no_room_for)
{
    struct journal *journal = open_at(place.path);
    uint64_t sequence = 0;
    sqlite3 *other = other_program("BEGIN IMMEDIATE");
    while (add_sized(journal, sequence + 1, 16000) == AJAR_OK)
        sequence++;
    cr_assert_gt(sequence, 1900);
    cr_assert_lt(sequence, 2100);
    cr_assert_eq(add_sized(journal, sequence + 2, 16000), AJAR_ERR_LIMIT);
    cr_assert_eq(counters_of(journal).refused, 2);
    cr_assert_eq(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    cr_assert(commit_within(journal, sequence, 1500));
    cr_assert_eq(add_sized(journal, sequence + 3, 16000), AJAR_OK);
    cr_assert(commit_within(journal, sequence, 100));
    cr_assert_eq(count_after(journal, 0), sequence + 1);
    (void)sqlite3_close(other);
    journal_close(journal);
}

/* A reader that never ends keeps the log from being begun anew: its length has a bound. */
Test(writer, waits_when_the_log_has_grown_to_its_bound)
{
    struct journal_options options = options_for(place.path);
    char trouble[200];
    uint64_t sequence = 0;
    options.bytes_max = 16u << 20;
    options.feeds_redis = false;
    struct journal *journal = open_with(&options);
    accept_range(journal, 1, 1);
    sqlite3 *other = other_program("BEGIN; SELECT count(*) FROM events");
    do
        cr_assert_eq(add_sized(journal, ++sequence + 1, 16000), AJAR_OK);
    while (commit_at(journal, sequence) == AJAR_OK && sequence < 3000);
    cr_assert_lt(sequence, 2000, "%llu", (unsigned long long)sequence);
    journal_trouble(journal, trouble, sizeof trouble);
    cr_assert_not_null(strstr(trouble, "reading it for long"), "%s", trouble);
    (void)sqlite3_close(other);
    cr_assert(commit_within(journal, sequence, 2000));
    cr_assert_eq(journal_last_sequence(journal), sequence + 1);
    journal_close(journal);
}
