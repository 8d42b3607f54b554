/* SPDX-License-Identifier: Apache-2.0 */
/* Journals as a person may find them: fresh, full, in use, damaged, somebody else's. */
#include "journal/inspect.h"

#include "journal/journals.h"

static struct place_of_test place;

static void setup(void)
{
    make_place(&place);
}

static void teardown(void)
{
    remove_place(&place);
}

TestSuite(inspect, .init = setup, .fini = teardown, .timeout = 60);

static struct journal_facts inspect(void)
{
    struct journal_facts facts;
    struct problem problem = {.text = ""};
    memset(&facts, 0x5a, sizeof facts);
    cr_assert_eq(journal_inspect(place.path, &facts, &problem), AJAR_OK, "%s", problem.text);
    return facts;
}

static void refuse(enum ajar_status wanted, const char *words)
{
    struct journal_facts facts;
    struct problem problem = {.text = ""};
    enum ajar_status status = journal_inspect(place.path, &facts, &problem);
    cr_assert_eq(status, wanted, "%d: %s", (int)status, problem.text);
    cr_assert(strstr(problem.text, words), "%s", problem.text);
}

static void run_sql(const char *sql)
{
    char command[512];
    (void)snprintf(command, sizeof command, "sqlite3 '%s' \"%s\" >/dev/null", place.path, sql);
    cr_assert_eq(system(command), 0);
}

/* Overwrites a part of the file. */
static void damage(off_t at, size_t length)
{
    char noise[4096];
    memset(noise, 0xa5, sizeof noise);
    int file = open(place.path, O_WRONLY | O_CREAT, 0640);
    cr_assert_geq(file, 0);
    for (size_t done = 0; done < length; done += sizeof noise)
        cr_assert_eq(pwrite(file, noise, sizeof noise, at + (off_t)done), sizeof noise);
    close(file);
}

Test(inspect, says_that_there_is_none_and_makes_none)
{
    struct journal_facts facts;
    struct problem problem = {.text = ""};
    cr_assert_eq(journal_inspect(place.path, &facts, &problem), AJAR_ERR_NOT_FOUND);
    cr_assert_str_empty(problem.text);
    cr_assert_neq(access(place.path, F_OK), 0);
    char lock[128];
    (void)snprintf(lock, sizeof lock, "%s.lock", place.path);
    cr_assert_neq(access(lock, F_OK), 0);
}

Test(inspect, counts_what_waits_for_redis)
{
    struct journal *journal = open_at(place.path);
    accept_range(journal, 1, 100);
    journal_confirm(journal, 60);
    accept_range(journal, 101, 110);
    journal_close(journal);
    struct journal_facts facts = inspect();
    cr_assert_eq(facts.events, 110);
    cr_assert_eq(facts.undelivered, 50);
    cr_assert_lt(facts.waiting_s, 10);
    cr_assert_gt(facts.bytes, 110 * 1300);
    cr_assert(facts.ended_in_order);
    cr_assert_not(facts.in_use);
    cr_assert_not(facts.corrupt);
}

Test(inspect, says_how_long_the_oldest_event_has_been_waiting)
{
    struct journal *journal = open_at(place.path);
    accept_range(journal, 1, 10);
    journal_confirm(journal, 4);
    accept_range(journal, 11, 11);
    journal_close(journal);
    run_sql("UPDATE events SET accepted = accepted - 7200000000000 WHERE sequence <= 4;"
            "UPDATE events SET accepted = accepted - 3600000000000 WHERE sequence = 5");
    struct journal_facts facts = inspect();
    cr_assert_geq(facts.waiting_s, 3600);
    cr_assert_lt(facts.waiting_s, 3700);
}

Test(inspect, counts_only_what_is_still_there)
{
    struct journal *journal = open_at(place.path);
    accept_range(journal, 1, 100);
    journal_confirm(journal, 60);
    accept_range(journal, 101, 110);
    journal_close(journal);
    run_sql("DELETE FROM events WHERE sequence <= 70");
    cr_assert_eq(inspect().events, 40);
    cr_assert_eq(inspect().undelivered, 40);
}

Test(inspect, counts_nothing_as_undelivered_without_a_redis)
{
    struct journal_options options = options_for(place.path);
    options.feeds_redis = false;
    struct journal *journal = open_with(&options);
    accept_range(journal, 1, 10);
    journal_close(journal);
    struct journal_facts facts = inspect();
    cr_assert_eq(facts.events, 10);
    cr_assert_eq(facts.undelivered, 0);
    cr_assert_eq(facts.waiting_s, 0);
}

Test(inspect, names_the_writer_and_does_not_disturb_it)
{
    struct journal *journal = open_at(place.path);
    accept_range(journal, 1, 10);
    struct journal_facts facts = inspect();
    cr_assert(facts.in_use);
    cr_assert_eq(facts.writer, getpid());
    cr_assert_eq(facts.events, 10);
    cr_assert_not(facts.ended_in_order);
    accept_range(journal, 11, 20);
    cr_assert_eq(inspect().events, 20);
    journal_close(journal);
    cr_assert_not(inspect().in_use);
    journal = open_at(place.path);
    cr_assert_eq(journal_last_sequence(journal), 20);
    journal_close(journal);
}

Test(inspect, tells_a_damaged_journal_from_a_file_that_is_none)
{
    struct journal *journal = open_at(place.path);
    accept_range(journal, 1, 1000);
    journal_close(journal);
    cr_assert_not(inspect().corrupt);
    damage(8192 * 80, 8192); /* where neither the first nor the last event is */
    cr_assert(inspect().corrupt);
    remove_place(&place);
    make_place(&place);
    damage(0, 65536);
    refuse(AJAR_ERR_USAGE, "is no journal of ajar; name another file");
}

Test(inspect, refuses_the_databases_of_others)
{
    run_sql("CREATE TABLE t (x)");
    refuse(AJAR_ERR_USAGE, "is a database, but no journal of ajar; name another file");
    remove_place(&place);
    make_place(&place);
    journal_close(open_at(place.path));
    run_sql("PRAGMA user_version = 99");
    refuse(AJAR_ERR_USAGE, "was written by a newer ajar (schema 99, this one knows ");
}

Test(inspect, takes_an_empty_file_for_none)
{
    close(open(place.path, O_WRONLY | O_CREAT, 0640));
    struct journal_facts facts;
    struct problem problem = {.text = ""};
    cr_assert_eq(journal_inspect(place.path, &facts, &problem), AJAR_ERR_NOT_FOUND);
}

/* As a run leaves it that ended before its first transaction. */
Test(inspect, takes_a_database_without_tables_for_none)
{
    run_sql("PRAGMA journal_mode = WAL");
    struct journal_facts facts;
    struct problem problem = {.text = ""};
    cr_assert_eq(journal_inspect(place.path, &facts, &problem), AJAR_ERR_NOT_FOUND, "%s",
                 problem.text);
    cr_assert_str_eq(problem.text, "");
    journal_close(open_at(place.path));
    cr_assert_eq(inspect().events, 0);
}
