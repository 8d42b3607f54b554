/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals of a run. Only one thread has them unblocked, so what the handler calls cannot be freed
 * by that thread at the same time.
 */
#include "process/signals.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;
static volatile sig_atomic_t patient; /* more signals change nothing */
static void (*volatile stop_function)(void *context);
static void *volatile stop_context;

static void handle(int number)
{
    if (stopped && !patient)
        _exit(128 + number);
    if (stopped)
        return;
    stopped = 1;
    if (stop_function)
        stop_function(stop_context);
}

static void change_mask(int how)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)pthread_sigmask(how, &set, NULL);
}

static void ignore(int number)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    (void)sigaction(number, &action, NULL);
}

void signals_hold(void)
{
    ignore(SIGPIPE);
    change_mask(SIG_BLOCK);
}

void signals_catch(void (*stop)(void *context), void *context)
{
    signals_retarget(stop, context);
    struct sigaction action = {.sa_handler = handle}; /* no SA_RESTART: a read that waits ends */
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    change_mask(SIG_UNBLOCK);
}

void signals_obey(void (*stop)(void *context), void *context)
{
    patient = 1;
    signals_retarget(stop, context);
    ignore(SIGHUP);
    ignore(SIGINT);
    struct sigaction action = {.sa_handler = handle};
    (void)sigaction(SIGTERM, &action, NULL);
    change_mask(SIG_UNBLOCK);
}

void signals_ignore(void)
{
    ignore(SIGHUP);
    ignore(SIGINT);
    ignore(SIGTERM);
    change_mask(SIG_UNBLOCK);
}

void signals_retarget(void (*stop)(void *context), void *context)
{
    sigset_t before;
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &set, &before);
    stop_context = context;
    stop_function = stop;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool signals_stopped(void)
{
    return stopped != 0;
}
