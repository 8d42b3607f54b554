/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that gets full, and has room again: a small tmpfs in a mount namespace of the test. */
#include "journal/inside.h"
#include "journal/journals.h"

#include <sched.h>
#include <sys/mount.h>

static struct place_of_test place;

static void setup(void)
{
    make_place(&place);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", place.folder, "tmpfs", 0, "size=24m") != 0)
        cr_skip_test("no right to mount");
}

static void teardown(void)
{
    (void)umount2(place.folder, MNT_DETACH);
    remove_place(&place);
}

TestSuite(disk, .init = setup, .fini = teardown, .timeout = 60);

/* Fills what is left of the disk, or frees it again. */
static void fill_disk(bool full)
{
    char path[128];
    static const char block[4096] = {1};
    (void)snprintf(path, sizeof path, "%s/filler", place.folder);
    if (!full) {
        cr_assert_eq(unlink(path), 0);
        return;
    }
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    while (write(fd, block, sizeof block) > 0)
        ;
    (void)close(fd);
}

static void pause_ms(long ms)
{
    (void)nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static bool commit_within(struct journal *journal, uint64_t position, int patience_ms)
{
    for (int i = 0; i < patience_ms; i++) {
        if (commit_at(journal, position) == AJAR_OK)
            return true;
        pause_ms(1);
    }
    return false;
}

/* The bound that a person set is far above what the disk has. */
Test(disk, lowers_its_bound_before_the_disk_is_full)
{
    struct journal_options options = options_for(place.path);
    options.feeds_redis = false;
    struct journal *journal = open_with(&options);
    uint64_t sequence = 0;
    for (; sequence < 40000; sequence += 40) { /* 50 MiB at 10,000/s or less */
        accept_range(journal, sequence + 1, sequence + 40);
        pause_ms(3);
    }
    cr_assert_eq(counters_of(journal).refused, 0);
    cr_assert_eq(counters_of(journal).trimmed, 0);
    cr_assert_gt(counters_of(journal).expired, 1000);
    uint64_t left = count_after(journal, 0);
    cr_assert_gt(left, 1000);
    cr_assert_eq(counters_of(journal).expired + left, sequence);
    journal_close(journal);
}

Test(disk, keeps_events_while_it_is_full_and_recovers)
{
    struct journal *journal = open_at(place.path);
    char trouble[200];
    uint64_t sequence = 100;
    accept_range(journal, 1, sequence);
    fill_disk(true);
    do
        add_range(journal, sequence + 1, sequence + 20), sequence += 20;
    while (commit_at(journal, sequence) == AJAR_OK && sequence < 20000);
    cr_assert_lt(sequence, 20000);
    cr_assert_not(commit_within(journal, sequence, 100));
    journal_trouble(journal, trouble, sizeof trouble);
    cr_assert_not_null(strstr(trouble, "full"), "%s", trouble);
    cr_assert_gt(counters_of(journal).failed_commits, 0);
    add_range(journal, sequence + 1, sequence + 500);
    sequence += 500;
    fill_disk(false);
    cr_assert(commit_within(journal, sequence, 3000));
    journal_trouble(journal, trouble, sizeof trouble);
    cr_assert_str_eq(trouble, "ok");
    cr_assert_eq(count_after(journal, 0), sequence);
    cr_assert_eq(counters_of(journal).trimmed, 0);
    journal_close(journal);
}

Test(disk, loses_nothing_accepted_when_it_ends_while_full)
{
    struct journal *journal = open_at(place.path);
    uint64_t sequence = 0, accepted = 0;
    fill_disk(true);
    do {
        add_range(journal, sequence + 1, sequence + 20);
        sequence += 20;
        if (commit_at(journal, sequence) == AJAR_OK)
            accepted = sequence;
    } while (accepted == sequence && sequence < 20000);
    journal_close(journal);
    fill_disk(false);
    journal = open_at(place.path);
    cr_assert_null(journal_moved_aside(journal));
    cr_assert_geq(journal_last_sequence(journal), accepted);
    cr_assert_eq(count_after(journal, 0), journal_last_sequence(journal));
    journal_close(journal);
}

Test(disk, says_that_there_is_no_room_for_a_new_journal)
{
    struct journal_options options = options_for(place.path);
    struct journal *journal = NULL;
    struct problem problem = {.text = ""};
    fill_disk(true);
    cr_assert_eq(journal_open(&options, &journal, &problem), AJAR_ERR_SYSTEM);
    cr_assert_not_null(strstr(problem.text, "full"), "%s", problem.text);
    fill_disk(false);
    journal = open_with(&options);
    accept_range(journal, 1, 3);
    journal_close(journal);
}
