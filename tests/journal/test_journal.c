/* SPDX-License-Identifier: Apache-2.0 */
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

TestSuite(journal, .init = setup, .fini = teardown);

Test(journal, has_an_identity_that_stays)
{
    struct journal *journal = open_at(place.path);
    char uuid[JOURNAL_UUID_HEX];
    (void)snprintf(uuid, sizeof uuid, "%s", journal_uuid(journal));
    cr_assert_eq(strspn(uuid, "0123456789abcdef"), JOURNAL_UUID_HEX - 1);
    journal_close(journal);
    journal = open_at(place.path);
    cr_assert_str_eq(journal_uuid(journal), uuid);
    journal_close(journal);
}

Test(journal, gives_another_identity_to_another_file)
{
    char other[128];
    (void)snprintf(other, sizeof other, "%s/other.db", place.folder);
    struct journal *one = open_at(place.path), *two = open_at(other);
    cr_assert_str_neq(journal_uuid(one), journal_uuid(two));
    journal_close(one);
    journal_close(two);
}

Test(journal, keeps_the_name_it_was_created_with)
{
    struct journal_options options = options_for(place.path);
    journal_close(open_with(&options));
    options.sensor = "renamed";
    struct journal *journal = open_with(&options);
    cr_assert_str_eq(journal_sensor(journal), "north");
    journal_close(journal);
}

Test(journal, goes_on_from_the_last_sequence)
{
    struct journal *journal = open_at(place.path);
    cr_assert_eq(journal_last_sequence(journal), 0);
    accept_range(journal, 1, 5);
    cr_assert_eq(journal_last_sequence(journal), 5);
    journal_close(journal);
    journal = open_at(place.path);
    cr_assert_eq(journal_last_sequence(journal), 5);
    journal_close(journal);
}

Test(journal, remembers_the_place_in_its_ring_only)
{
    struct journal *journal = open_at(place.path);
    cr_assert_eq(journal_commit(journal, NULL, "", 77, 1234), AJAR_OK);
    journal_close(journal);
    journal = open_at(place.path);
    cr_assert_eq(journal_ring_position(journal, 77), 1234);
    cr_assert_eq(journal_ring_position(journal, 78), 0);
    journal_close(journal);
}

Test(journal, commits_what_waits_when_it_is_closed)
{
    struct journal *journal = open_at(place.path);
    add_range(journal, 1, 3);
    journal_close(journal);
    journal = open_at(place.path);
    cr_assert_eq(count_after(journal, 0), 3);
    journal_close(journal);
}

Test(journal, makes_file_and_folder_for_its_own_group_only)
{
    struct stat file;
    char path[160];
    (void)umask(0);
    (void)snprintf(path, sizeof path, "%s/state/journal.db", place.folder);
    journal_close(open_at(path));
    cr_assert_eq(stat(path, &file), 0);
    cr_assert_eq(file.st_mode & 0777, 0640);
    *strrchr(path, '/') = '\0';
    cr_assert_eq(stat(path, &file), 0);
    cr_assert_eq(file.st_mode & 0777, 0750);
}

Test(journal, says_which_folder_cannot_be_made)
{
    struct journal_options options = options_for("/proc/no/such/journal.db");
    struct journal *journal = NULL;
    struct problem problem = {.text = ""};
    cr_assert_eq(journal_open(&options, &journal, &problem), AJAR_ERR_SYSTEM);
    cr_assert_null(journal);
    cr_assert_not_null(strstr(problem.text, "/proc/no/such"), "%s", problem.text);
}

Test(journal, lives_in_memory_without_a_path)
{
    struct journal *journal = open_at(NULL);
    accept_range(journal, 1, 1000);
    cr_assert_eq(count_after(journal, 0), 1000);
    cr_assert_null(journal_moved_aside(journal));
    journal_close(journal);
}

Test(journal, closes_nothing)
{
    journal_close(NULL);
}

Test(journal, counts_what_is_not_confirmed)
{
    struct journal *journal = open_at(place.path);
    accept_range(journal, 1, 10);
    cr_assert_eq(counters_of(journal).undelivered, 10);
    journal_confirm(journal, 4);
    cr_assert_eq(counters_of(journal).undelivered, 6);
    cr_assert_eq(counters_of(journal).accepted, 10);
    journal_close(journal);
}

Test(journal, counts_every_event_as_delivered_without_redis)
{
    struct journal_options options = options_for(place.path);
    options.feeds_redis = false;
    struct journal *journal = open_with(&options);
    accept_range(journal, 1, 10);
    cr_assert_eq(counters_of(journal).undelivered, 0);
    journal_close(journal);
}
