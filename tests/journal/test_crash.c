/* SPDX-License-Identifier: Apache-2.0 */
/* A writer that is killed at a random moment, many times: what it said was accepted is there. */
#include "journal/journals.h"
#include "journal/ledgers.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define ROUNDS 100

static struct place_of_test place;

static void setup(void)
{
    make_place(&place);
}

static void teardown(void)
{
    remove_place(&place);
}

TestSuite(crash, .init = setup, .fini = teardown, .timeout = 240);

/* Adds, commits and reports to the pipe what was committed, until it is killed. Every event goes
 * with a finding, so that the exposure counts as many requests as there are events. */
static void write_until_killed(int report, unsigned seed)
{
    struct journal *journal = open_at(place.path);
    struct ledger *ledger = new_ledger();
    uint64_t sequence = journal_last_sequence(journal);
    cr_assert_eq(journal_restore(journal, ledger, "", NULL), AJAR_OK);
    for (;;) {
        unsigned count = 1 + (unsigned)rand_r(&seed) % 40;
        for (unsigned i = 0; i < count; i++) {
            cr_assert_eq(add_sized(journal, ++sequence, 120), AJAR_OK);
            prove(ledger, 1);
        }
        while (journal_commit(journal, ledger, "", 7, sequence) != AJAR_OK)
            ;
        if (write(report, &sequence, sizeof sequence) != (ssize_t)sizeof sequence)
            _exit(1);
    }
}

static void wait_randomly(unsigned *seed)
{
    struct timespec wait = {.tv_nsec = (long)rand_r(seed) % 25 * 1000000L + rand_r(seed) % 1000000};
    (void)nanosleep(&wait, NULL);
}

/* The last number that came through the pipe before its writer died; 0 = none. */
static uint64_t run_and_kill(unsigned *seed, bool once_it_writes)
{
    int ends[2];
    uint64_t reported = 0, number;
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0)
        write_until_killed(ends[1], *seed);
    (void)close(ends[1]);
    struct pollfd first = {.fd = ends[0], .events = POLLIN};
    if (once_it_writes)
        cr_assert_eq(poll(&first, 1, 20000), 1);
    wait_randomly(seed);
    cr_assert_eq(kill(pid, SIGKILL), 0);
    while (read(ends[0], &number, sizeof number) == (ssize_t)sizeof number)
        reported = number;
    (void)close(ends[0]);
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    return reported;
}

static void check_state(struct journal *journal, uint64_t last)
{
    struct ledger *ledger = new_ledger();
    cr_assert_eq(journal_restore(journal, ledger, "", NULL), AJAR_OK);
    const struct exposure *exposure = exposures_first(ledger->exposures);
    cr_assert_eq(exposure ? exposure->requests : 0, last);
    cr_assert_eq(exposure ? exposure->actor_count : 0, last ? 1 : 0);
    ledger_free(ledger);
}

static void check_after(uint64_t reported)
{
    struct journal *journal = open_at(place.path);
    uint64_t last = journal_last_sequence(journal);
    cr_assert_geq(last, reported);
    cr_assert_eq(count_after(journal, 0), last);
    cr_assert_eq(journal_ring_position(journal, 7), last);
    cr_assert_null(journal_moved_aside(journal));
    check_state(journal, last);
    journal_close(journal);
}

Test(crash, keeps_all_that_was_accepted_whenever_it_is_killed)
{
    unsigned seed = 20191229;
    uint64_t reported = 0;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t now = run_and_kill(&seed, i % 2);
        reported = now ? now : reported;
        check_after(reported);
    }
    cr_assert_gt(reported, ROUNDS);
}

Test(crash, begins_anew_after_it_was_killed_at_the_start)
{
    unsigned seed = 4;
    for (int i = 0; i < 60; i++) {
        char other[128];
        pid_t pid = fork();
        if (pid == 0) {
            journal_close(open_at(place.path));
            _exit(0);
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = (long)rand_r(&seed) % 12000000}, NULL);
        (void)kill(pid, SIGKILL);
        cr_assert_eq(waitpid(pid, NULL, 0), pid);
        check_after(0);
        (void)snprintf(other, sizeof other, "rm -f '%s'*", place.path);
        cr_assert_eq(system(other), 0);
    }
}
