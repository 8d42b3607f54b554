/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journals.h"
#include "journal/lock.h"

#include <signal.h>
#include <sys/wait.h>

static struct place_of_test place;

static void setup(void)
{
    make_place(&place);
}

static void teardown(void)
{
    remove_place(&place);
}

TestSuite(lock, .init = setup, .fini = teardown);

Test(lock, refuses_a_second_writer_and_names_the_first)
{
    struct journal *journal = open_at(place.path), *second = NULL;
    struct journal_options options = options_for(place.path);
    struct problem problem = {.text = ""};
    char holder[32];
    cr_assert_eq(journal_open(&options, &second, &problem), AJAR_ERR_USAGE);
    (void)snprintf(holder, sizeof holder, "(process %ld)", (long)getpid());
    cr_assert_not_null(strstr(problem.text, holder), "%s", problem.text);
    cr_assert_not_null(strstr(problem.text, place.path), "%s", problem.text);
    journal_close(journal);
}

Test(lock, lets_the_next_writer_in_after_the_first)
{
    journal_close(open_at(place.path));
    journal_close(open_at(place.path));
}

Test(lock, ends_with_the_process_that_holds_it)
{
    int ends[2];
    char byte;
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)open_at(place.path);
        (void)!write(ends[1], "x", 1);
        for (;;)
            (void)pause();
    }
    cr_assert_eq(read(ends[0], &byte, 1), 1);
    cr_assert_eq(kill(pid, SIGKILL), 0);
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    journal_close(open_at(place.path));
}

Test(lock, knows_whether_there_was_a_journal_before)
{
    struct lock lock;
    cr_assert_eq(lock_open(place.path, &lock, NULL), AJAR_OK);
    cr_assert_not(lock.was_there);
    lock_close(&lock, place.path, false);
    cr_assert_eq(lock_open(place.path, &lock, NULL), AJAR_OK);
    cr_assert(lock.was_there);
    lock_close(&lock, place.path, true);
    cr_assert_eq(lock_open(place.path, &lock, NULL), AJAR_OK);
    cr_assert_not(lock.was_there);
    lock_close(&lock, place.path, false);
}

Test(lock, follows_no_link)
{
    char name[128];
    struct lock lock;
    struct problem problem = {.text = ""};
    (void)snprintf(name, sizeof name, "%s.lock", place.path);
    cr_assert_eq(symlink("/tmp/elsewhere", name), 0);
    cr_assert_eq(lock_open(place.path, &lock, &problem), AJAR_ERR_SYSTEM);
    cr_assert_not_null(strstr(problem.text, name), "%s", problem.text);
}

Test(lock, closes_nothing)
{
    struct lock lock = {.fd = -1};
    lock_close(&lock, place.path, true);
    cr_assert_eq(lock.fd, -1);
}
