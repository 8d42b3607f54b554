/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are damaged, or are no journal at all. */
#include "journal/journals.h"
#include "journal/ledgers.h"

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

TestSuite(store, .init = setup, .fini = teardown, .timeout = 60);

static void overwrite(const char *path, long offset, size_t bytes)
{
    FILE *file = fopen(path, "r+");
    cr_assert_not_null(file);
    cr_assert_eq(fseek(file, offset, SEEK_SET), 0);
    for (size_t i = 0; i < bytes; i++)
        (void)fputc((int)(i * 7 % 251), file);
    cr_assert_eq(fclose(file), 0);
}

static long size_of(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 ? (long)file.st_size : -1;
}

static void make_journal(uint64_t events)
{
    struct journal *journal = open_at(place.path);
    accept_range(journal, 1, events);
    journal_close(journal);
}

/* Opens, and says what was moved aside; checks that the new journal is new and works. */
static void check_moved_aside(long old_size)
{
    struct journal *journal = open_at(place.path);
    char pattern[128];
    const char *aside = journal_moved_aside(journal);
    cr_assert_not_null(aside);
    (void)snprintf(pattern, sizeof pattern, "%s.corrupt-2", place.path);
    cr_assert_eq(strncmp(aside, pattern, strlen(pattern)), 0, "%s", aside);
    cr_assert_eq(size_of(aside), old_size);
    cr_assert_eq(journal_last_sequence(journal), 0);
    accept_range(journal, 1, 3);
    cr_assert_eq(count_after(journal, 0), 3);
    journal_close(journal);
    journal = open_at(place.path);
    cr_assert_null(journal_moved_aside(journal));
    journal_close(journal);
}

Test(store, takes_a_sound_file_as_it_is)
{
    make_journal(100);
    struct journal *journal = open_at(place.path);
    cr_assert_null(journal_moved_aside(journal));
    cr_assert_eq(count_after(journal, 0), 100);
    journal_close(journal);
}

Test(store, moves_a_file_with_a_broken_header_aside)
{
    make_journal(100);
    overwrite(place.path, 0, 100);
    check_moved_aside(size_of(place.path));
}

Test(store, moves_a_file_that_was_cut_aside)
{
    make_journal(100);
    long size = size_of(place.path) / 2 + 1000;
    cr_assert_eq(truncate(place.path, size), 0);
    check_moved_aside(size);
}

Test(store, moves_a_file_with_a_broken_page_aside)
{
    make_journal(500);
    overwrite(place.path, size_of(place.path) / 2 / 8192 * 8192, 8192);
    check_moved_aside(size_of(place.path));
}

/* What opening alone does not come across is found when it is read, as at any other time. */
Test(store, does_not_check_what_was_checked)
{
    make_journal(500);
    overwrite(place.path, size_of(place.path) / 2 / 8192 * 8192, 8192);
    struct journal_options options = options_for(place.path);
    options.was_checked = true;
    struct journal *journal = open_with(&options);
    cr_assert_null(journal_moved_aside(journal));
    journal_close(journal);
}

Test(store, moves_a_file_without_its_identity_aside)
{
    make_journal(5);
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, "DELETE FROM journal", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(other);
    check_moved_aside(size_of(place.path));
}

Test(store, begins_anew_in_an_empty_file)
{
    FILE *file = fopen(place.path, "w");
    (void)fclose(file);
    make_journal(3);
    struct journal *journal = open_at(place.path);
    cr_assert_null(journal_moved_aside(journal));
    cr_assert_eq(count_after(journal, 0), 3);
    journal_close(journal);
}

static void check_refused(const char *words)
{
    struct journal_options options = options_for(place.path);
    struct journal *journal = NULL;
    struct problem problem = {.text = ""};
    char lock[128];
    long size = size_of(place.path);
    /* Twice: what the first attempt leaves may not make the second one bolder. */
    for (int i = 0; i < 2; i++) {
        problem.text[0] = '\0';
        cr_assert_eq(journal_open(&options, &journal, &problem), AJAR_ERR_USAGE);
        cr_assert_not_null(strstr(problem.text, words), "%s", problem.text);
        cr_assert_not_null(strstr(problem.text, place.path), "%s", problem.text);
    }
    cr_assert_eq(size_of(place.path), size);
    (void)snprintf(lock, sizeof lock, "%s.lock", place.path);
    cr_assert_eq(size_of(lock), -1);
}

Test(store, refuses_a_file_that_never_was_a_journal)
{
    FILE *file = fopen(place.path, "w");
    (void)fputs("{\"event\":1}\n", file);
    (void)fclose(file);
    check_refused("is no journal of ajar");
}

Test(store, refuses_a_database_of_somebody_else)
{
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(other);
    check_refused("is a database, but no journal of ajar");
}

Test(store, refuses_a_journal_of_a_newer_ajar)
{
    make_journal(5);
    char lock[128];
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(other);
    (void)snprintf(lock, sizeof lock, "%s.lock", place.path);
    cr_assert_eq(unlink(lock), 0);
    check_refused("newer ajar");
}

/* Gives the file up while it is written: a page in its middle breaks, and a reader comes upon it.
 */
Test(store, gives_a_file_up_that_breaks_while_it_is_written)
{
    struct journal *journal = open_at(place.path);
    struct ledger *ledger = new_ledger();
    struct journal_batch *batch = calloc(1, sizeof *batch);
    char uuid[JOURNAL_UUID_HEX];
    add_range(journal, 1, 3000);
    prove(ledger, 1);
    cr_assert_eq(journal_commit(journal, ledger, "", 7, 3000), AJAR_OK);
    (void)snprintf(uuid, sizeof uuid, "%s", journal_uuid(journal));
    journal_confirm(journal, 1000);
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other,
                              "SELECT count(*) FROM journal; PRAGMA wal_checkpoint(TRUNCATE)", NULL,
                              NULL, NULL),
                 SQLITE_OK);
    (void)sqlite3_close(other);
    overwrite(place.path, size_of(place.path) / 2 / 8192 * 8192, 200 * 8192);
    add_range(journal, 3001, 3010);
    uint64_t last = 0;
    while (journal_read(journal, last, 0, batch) == AJAR_OK)
        last = batch->events[batch->count - 1].sequence;
    cr_assert_lt(last, 3000);
    cr_assert(journal_is_due(journal));
    cr_assert_eq(journal_commit(journal, ledger, "", 7, 3010), AJAR_OK);
    cr_assert_not_null(journal_moved_aside(journal));
    cr_assert_str_eq(journal_uuid(journal), uuid, "Redis goes on with the mark it has");
    cr_assert_eq(journal_confirmed(journal), 1000);
    cr_assert_eq(journal_last_sequence(journal), 3010);
    cr_assert_eq(count_after(journal, 0), 10, "those that waited are in the new one");
    cr_assert_eq(counters_of(journal).trimmed, 2000);
    struct journal_exposure exposure;
    cr_assert_eq(journal_next_open(journal, "", &exposure), AJAR_OK,
                 "what the ledger knows is too");
    cr_assert_eq(counters_of(journal).undelivered, 10);
    journal_batch_clear(batch);
    free(batch);
    journal_close(journal);
    ledger_free(ledger);
}

static void *end_transaction(void *context)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    (void)sqlite3_exec(context, "COMMIT", NULL, NULL, NULL);
    return NULL;
}

Test(store, gives_a_broken_file_up_though_nothing_comes)
{
    struct journal *journal = open_at(place.path);
    struct journal_batch *batch = calloc(1, sizeof *batch);
    accept_range(journal, 1, 1000);
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other,
                              "SELECT count(*) FROM journal; PRAGMA wal_checkpoint(TRUNCATE)", NULL,
                              NULL, NULL),
                 SQLITE_OK);
    (void)sqlite3_close(other);
    overwrite(place.path, 20 * 8192, 20 * 8192);
    cr_assert_eq(journal_read(journal, 100, 0, batch), AJAR_AGAIN);
    cr_assert(journal_is_due(journal));
    cr_assert_eq(commit_at(journal, 1000), AJAR_OK);
    cr_assert_not(journal_is_due(journal));
    cr_assert_not_null(journal_moved_aside(journal));
    journal_batch_clear(batch);
    free(batch);
    journal_close(journal);
}

Test(store, opens_once_a_transaction_of_somebody_else_ends)
{
    make_journal(5);
    sqlite3 *other;
    pthread_t thread;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    cr_assert_eq(pthread_create(&thread, NULL, end_transaction, other), 0);
    struct journal *journal = open_at(place.path);
    cr_assert_eq(count_after(journal, 0), 5);
    journal_close(journal);
    (void)pthread_join(thread, NULL);
    (void)sqlite3_close(other);
}

Test(store, says_who_keeps_it_from_opening)
{
    make_journal(5);
    struct journal_options options = options_for(place.path);
    struct journal *journal = NULL;
    struct problem problem = {.text = ""};
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    cr_assert_eq(journal_open(&options, &journal, &problem), AJAR_ERR_SYSTEM);
    cr_assert_not_null(strstr(problem.text, "another program has kept it locked"), "%s",
                       problem.text);
    (void)sqlite3_close(other);
}
