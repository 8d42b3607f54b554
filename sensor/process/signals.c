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
static void (*volatile stop_function)(void *context);
static void *volatile stop_context;

static void handle(int number)
{
    if (stopped)
        _exit(128 + number);
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

void signals_hold(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
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
