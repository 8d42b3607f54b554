/* SPDX-License-Identifier: Apache-2.0 */
/* The first signal asks, the second ends. Each test is a process of its own. */
#include "process/signals.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void count(void *context)
{
    ++*(volatile int *)context;
}

Test(signals, asks_for_the_end_once)
{
    volatile int calls = 0;
    signals_hold();
    signals_catch(count, (void *)&calls);
    cr_assert_not(signals_stopped());
    cr_assert_eq(raise(SIGTERM), 0);
    cr_assert(signals_stopped());
    cr_assert_eq(calls, 1);
}

Test(signals, holds_signals_back_until_they_are_caught)
{
    signals_hold();
    cr_assert_eq(raise(SIGINT), 0);
    cr_assert_not(signals_stopped());
    signals_catch(NULL, NULL);
    cr_assert(signals_stopped());
}

Test(signals, ends_at_the_second_signal, .exit_code = 128 + SIGINT)
{
    signals_hold();
    signals_catch(NULL, NULL);
    cr_assert_eq(raise(SIGTERM), 0);
    (void)raise(SIGINT);
    cr_assert_fail("still here after the second signal");
}

Test(signals, calls_what_it_was_turned_to)
{
    volatile int first = 0, second = 0;
    signals_hold();
    signals_catch(count, (void *)&first);
    signals_retarget(count, (void *)&second);
    cr_assert_eq(raise(SIGINT), 0);
    cr_assert_eq(first, 0);
    cr_assert_eq(second, 1);
}

Test(signals, makes_a_lost_reader_a_failed_write)
{
    int ends[2];
    signals_hold();
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(close(ends[0]), 0);
    cr_assert_eq(write(ends[1], "x", 1), -1);
    cr_assert_eq(errno, EPIPE);
}

static void *wait_for_pipe(void *argument)
{
    char byte;
    ssize_t got = read(*(int *)argument, &byte, 1);
    return got == 1 ? argument : NULL;
}

Test(signals, leaves_other_threads_alone)
{
    int ends[2];
    pthread_t thread;
    void *result = NULL;
    signals_hold();
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(pthread_create(&thread, NULL, wait_for_pipe, &ends[0]), 0);
    signals_catch(NULL, NULL);
    cr_assert_eq(kill(getpid(), SIGTERM), 0);
    while (!signals_stopped())
        (void)usleep(1000);
    cr_assert_eq(write(ends[1], "x", 1), 1);
    cr_assert_eq(pthread_join(thread, &result), 0);
    cr_assert_not_null(result, "the other thread's read was interrupted");
}

Test(signals, obeys_a_parent_as_often_as_it_asks)
{
    volatile int calls = 0;
    signals_hold();
    signals_obey(count, (void *)&calls);
    cr_assert_eq(raise(SIGINT), 0);
    cr_assert_eq(raise(SIGHUP), 0);
    cr_assert_not(signals_stopped());
    cr_assert_eq(raise(SIGTERM), 0);
    cr_assert_eq(raise(SIGTERM), 0);
    cr_assert(signals_stopped());
    cr_assert_eq(calls, 1);
}

Test(signals, ignores_what_others_decide)
{
    signals_hold();
    signals_ignore();
    cr_assert_eq(raise(SIGTERM), 0);
    cr_assert_eq(raise(SIGINT), 0);
    cr_assert_eq(raise(SIGHUP), 0);
    cr_assert_not(signals_stopped());
}
