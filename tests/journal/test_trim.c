/* SPDX-License-Identifier: Apache-2.0 */
/* What happens at the bounds, and that it is counted. */
#include "journal/inside.h"
#include "journal/journals.h"

#include "base/timestamp.h"

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

TestSuite(trim, .init = setup, .fini = teardown, .timeout = 60);

#define BOUND (2u << 20)

static struct journal *open_small(bool feeds_redis)
{
    struct journal_options options = options_for(place.path);
    options.bytes_max = BOUND;
    options.feeds_redis = feeds_redis;
    return open_with(&options);
}

/* Commits until nothing more has to go. */
static void settle(struct journal *journal, uint64_t position)
{
    for (int i = 0; i < 1000; i++) {
        if (commit_at(journal, position + 1 + (uint64_t)i) == AJAR_OK && !journal->is_behind)
            return;
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    cr_assert_fail("there is always more to let go");
}

static uint64_t oldest_of(struct journal *journal)
{
    struct journal_batch *batch = calloc(1, sizeof *batch);
    uint64_t oldest = journal_read(journal, 0, 0, batch) == AJAR_OK ? batch->events[0].sequence : 0;
    journal_batch_clear(batch);
    free(batch);
    return oldest;
}

Test(trim, keeps_everything_below_the_bounds)
{
    struct journal *journal = open_small(true);
    for (uint64_t i = 0; i < 10; i++)
        accept_range(journal, i * 50 + 1, i * 50 + 50);
    cr_assert_eq(count_after(journal, 0), 500);
    cr_assert_eq(counters_of(journal).trimmed + counters_of(journal).expired, 0);
    journal_close(journal);
}

Test(trim, stays_at_its_bound_of_bytes_without_redis)
{
    struct journal *journal = open_small(false);
    struct stat file;
    for (uint64_t i = 0; i < 300; i++)
        accept_range(journal, i * 100 + 1, i * 100 + 100);
    uint64_t left = count_after(journal, 0);
    cr_assert_gt(left, 500);
    cr_assert_eq(counters_of(journal).trimmed, 0);
    cr_assert_eq(counters_of(journal).expired, 30000 - left);
    cr_assert_leq(journal->live_bytes, BOUND + (1u << 20));
    cr_assert_eq(stat(place.path, &file), 0);
    cr_assert_lt(file.st_size, 2 * BOUND, "pages are used again: %ld", (long)file.st_size);
    cr_assert_eq(oldest_of(journal), 30000 - left + 1);
    journal_close(journal);
}

Test(trim, counts_what_redis_never_had_apart)
{
    struct journal *journal = open_small(true);
    accept_range(journal, 1, 600);
    journal_confirm(journal, 600);
    for (uint64_t i = 6; i < 60; i++)
        accept_range(journal, i * 100 + 1, i * 100 + 100);
    uint64_t left = count_after(journal, 0);
    cr_assert_eq(counters_of(journal).expired, 600);
    cr_assert_eq(counters_of(journal).trimmed, 6000 - 600 - left);
    journal_close(journal);
}

Test(trim, remembers_what_went_in_earlier_runs)
{
    struct journal *journal = open_small(false);
    for (uint64_t i = 0; i < 60; i++)
        accept_range(journal, i * 100 + 1, i * 100 + 100);
    uint64_t expired = counters_of(journal).expired;
    journal_close(journal);
    sqlite3 *other;
    sqlite3_stmt *row;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(
        sqlite3_prepare_v2(other, "SELECT expired, newest FROM v_delivery", -1, &row, NULL),
        SQLITE_OK);
    cr_assert_eq(sqlite3_step(row), SQLITE_ROW);
    cr_assert_geq(sqlite3_column_int64(row, 0), (int64_t)expired);
    cr_assert_eq(sqlite3_column_int64(row, 1), 6000);
    (void)sqlite3_finalize(row);
    (void)sqlite3_close(other);
}

Test(trim, lets_events_go_when_they_are_too_old)
{
    struct journal_options options = options_for(place.path);
    options.age_max_s = 1;
    struct journal *journal = open_with(&options);
    accept_range(journal, 1, 700);
    journal_confirm(journal, 100);
    settle(journal, 1000);
    cr_assert_eq(count_after(journal, 0), 700);
    (void)nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 100000000}, NULL);
    accept_range(journal, 701, 710);
    settle(journal, 3000);
    cr_assert_eq(count_after(journal, 0), 10);
    cr_assert_eq(counters_of(journal).expired, 100);
    cr_assert_eq(counters_of(journal).trimmed, 600);
    journal_close(journal);
}

/* Makes the marks as old as if the time had passed. */
static void age_marks(struct journal *journal, uint64_t seconds)
{
    for (unsigned i = 0; i < journal->mark_count; i++)
        journal->marks[i].time_ns -= seconds * SECOND;
}

Test(trim, lets_delivered_events_go_after_an_hour)
{
    struct journal *journal = open_at(place.path);
    accept_range(journal, 1, 1000);
    journal_confirm(journal, 600);
    settle(journal, 2000);
    age_marks(journal, 61); /* a mark is made once a minute */
    settle(journal, 3000);
    age_marks(journal, JOURNAL_KEEP_DELIVERED_S - 5);
    settle(journal, 4000);
    cr_assert_eq(count_after(journal, 0), 1000);
    age_marks(journal, 10);
    settle(journal, 5000);
    cr_assert_eq(oldest_of(journal), 601);
    cr_assert_eq(counters_of(journal).expired, 600);
    cr_assert_eq(counters_of(journal).trimmed, 0);
    journal_close(journal);
}

Test(trim, keeps_what_a_redis_lost_again)
{
    struct journal *journal = open_at(place.path);
    accept_range(journal, 1, 1000);
    journal_confirm(journal, 600);
    settle(journal, 2000);
    age_marks(journal, 61);
    settle(journal, 3000);
    age_marks(journal, JOURNAL_KEEP_DELIVERED_S);
    journal_confirm(journal, 50); /* a failover */
    settle(journal, 4000);
    cr_assert_eq(count_after(journal, 0), 1000);
    journal_close(journal);
}

Test(trim, keeps_delivered_events_without_redis)
{
    struct journal *journal = open_small(false);
    accept_range(journal, 1, 500);
    settle(journal, 1000);
    age_marks(journal, 2 * JOURNAL_KEEP_DELIVERED_S);
    settle(journal, 2000);
    cr_assert_eq(count_after(journal, 0), 500);
    journal_close(journal);
}

Test(trim, lets_no_commit_get_long)
{
    struct journal *journal = open_small(true);
    accept_range(journal, 1, 5000); /* one commit, far beyond the bound */
    cr_assert_eq(commit_at(journal, 5001), AJAR_OK);
    cr_assert_leq(counters_of(journal).trimmed, 300);
    cr_assert(journal->is_behind);
    (void)nanosleep(&(struct timespec){.tv_nsec = 60000000}, NULL);
    cr_assert(journal_is_due(journal), "the rest goes though nothing comes");
    settle(journal, 6000);
    cr_assert_leq(journal->live_bytes, BOUND);
    journal_close(journal);
}

Test(trim, bounds_servers_and_old_readings)
{
    struct journal *journal = open_at(place.path);
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(
        sqlite3_exec(other,
                     "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE"
                     " i < 200100) INSERT INTO servers SELECT i, '', 's', i, 1, '', '', '', '',"
                     " '', 1, 1, 1, 1, 'open', 0, NULL, NULL, NULL, NULL FROM c;"
                     "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE"
                     " i < 200050) INSERT INTO exposures SELECT i, CASE WHEN i <= 20 THEN '' ELSE"
                     " 'read' END, '', i, 's', 'a', 1, 'outside', 0, 0, 'open', 'open', '', 1, 0,"
                     " 0, NULL, NULL, 0, 0, 0, '', 0, 0, 0, 0, '', '', '', '', NULL, NULL, 0, 0,"
                     " '', '', 0, 0, 0, NULL, NULL, NULL, NULL, NULL FROM c;"
                     "INSERT INTO datasets VALUES (1, 0, '', 0, 0, 0, 0), (21, 0, '', 0, 0, 0, 0);"
                     "INSERT INTO windows VALUES (1, 0, 0, 0, 0, 0, ''), (21, 0, 0, 0, 0, 0, '');"
                     "INSERT INTO classes VALUES (1, 0, '', 0, 0, 0, 0, 0, 0, '', x''),"
                     " (21, 0, '', 0, 0, 0, 0, 0, 0, '', x'');"
                     "INSERT INTO actors VALUES"
                     " (1, 0, '', 0, '', '', 0, '', '', '', '', '', 0, '', '', 0, 0, 0, 0, 0, 0,"
                     " 0, 0, 0, 0, 0),"
                     " (21, 0, '', 0, '', '', 0, '', '', '', '', '', 0, '', '', 0, 0, 0, 0, 0, 0,"
                     " 0, 0, 0, 0, 0)",
                     NULL, NULL, NULL),
        SQLITE_OK, "%s", sqlite3_errmsg(other));
    cr_assert_eq(commit_at(journal, 1), AJAR_OK);
    sqlite3_stmt *row;
    cr_assert_eq(
        sqlite3_prepare_v2(other,
                           "SELECT (SELECT min(number) FROM servers),"
                           " (SELECT count(*) FROM exposures WHERE scope = ''),"
                           " (SELECT min(number) FROM exposures WHERE scope = 'read'),"
                           " (SELECT group_concat(exposure) FROM (SELECT exposure FROM actors"
                           " UNION ALL SELECT exposure FROM datasets UNION ALL SELECT"
                           " exposure FROM classes UNION ALL SELECT exposure FROM windows))",
                           -1, &row, NULL),
        SQLITE_OK);
    cr_assert_eq(sqlite3_step(row), SQLITE_ROW);
    cr_assert_eq(sqlite3_column_int(row, 0), 101);
    cr_assert_eq(sqlite3_column_int(row, 1), 20);
    cr_assert_eq(sqlite3_column_int(row, 2), 71);
    cr_assert_str_eq((const char *)sqlite3_column_text(row, 3), "1,1,1,1");
    (void)sqlite3_finalize(row);
    (void)sqlite3_close(other);
    journal_close(journal);
}
