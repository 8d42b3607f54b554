/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/checkpoint.h"
#include "journal/inside.h"
#include "journal/journals.h"

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

TestSuite(checkpoint, .init = setup, .fini = teardown, .timeout = 60);

static void pause_ms(long ms)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* 60 MiB go through a log that is copied from 8 MiB on. */
Test(checkpoint, keeps_the_log_short_while_events_come)
{
    struct journal *journal = open_at(place.path);
    int64_t longest = 0;
    for (uint64_t i = 0; i < 400; i++) {
        accept_range(journal, i * 100 + 1, i * 100 + 100);
        int64_t pages = atomic_load(&journal->log_pages);
        longest = pages > longest ? pages : longest;
        pause_ms(2);
    }
    cr_assert_lt(longest * 8192, 40 << 20, "%lld pages", (long long)longest);
    cr_assert_eq(count_after(journal, 0), 40000);
    journal_close(journal);
}

Test(checkpoint, does_what_it_was_asked_on_its_thread)
{
    struct checkpointer *checkpointer = NULL;
    struct database *writer = NULL, *copier = NULL;
    char mode[8];
    int64_t one, left = 1;
    struct stat file;
    cr_assert_eq(database_open(place.path, 10, &writer, NULL), AJAR_OK);
    cr_assert_eq(database_read_text(writer, "PRAGMA journal_mode = WAL", mode, sizeof mode),
                 AJAR_OK);
    cr_assert_eq(database_run(writer, "PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x);"
                                      "INSERT INTO t VALUES (zeroblob(1000000))"),
                 AJAR_OK);
    cr_assert_eq(database_open(place.path, 10, &copier, NULL), AJAR_OK);
    cr_assert_eq(database_read_number(copier, "SELECT count(*) FROM t", &one), AJAR_OK);
    cr_assert_eq(checkpointer_new(&checkpointer, NULL), AJAR_OK);
    checkpointer_ask(checkpointer); /* without a database: nothing happens */
    checkpointer_give(checkpointer, copier);
    cr_assert_eq(stat(place.path, &file), 0);
    cr_assert_lt(file.st_size, 100000);
    checkpointer_ask(checkpointer);
    for (int i = 0; i < 500 && file.st_size < 1000000; i++) {
        pause_ms(10);
        cr_assert_eq(stat(place.path, &file), 0);
    }
    cr_assert_geq(file.st_size, 1000000);
    cr_assert_eq(checkpointer_take(checkpointer), copier);
    cr_assert_eq(database_checkpoint(writer, CHECKPOINT_PASSIVE, &left), AJAR_OK);
    cr_assert_eq(left, 0);
    checkpointer_free(checkpointer);
    database_close(copier);
    database_close(writer);
}

Test(checkpoint, ends_with_a_database_or_without)
{
    struct checkpointer *checkpointer = NULL;
    struct database *database = NULL;
    cr_assert_eq(checkpointer_new(&checkpointer, NULL), AJAR_OK);
    cr_assert_not(checkpointer_is_busy(checkpointer));
    checkpointer_free(checkpointer);
    cr_assert_eq(checkpointer_new(&checkpointer, NULL), AJAR_OK);
    cr_assert_eq(database_open(place.path, 10, &database, NULL), AJAR_OK);
    checkpointer_give(checkpointer, database);
    checkpointer_free(checkpointer);
    checkpointer_free(NULL);
}
