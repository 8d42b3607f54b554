/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a run is told to stop. The first SIGTERM or SIGINT asks for an orderly end, the second one
 * ends the program at once. SIGPIPE is ignored: a reader that goes away is a failed write.
 */
#ifndef AJAR_PROCESS_SIGNALS_H
#define AJAR_PROCESS_SIGNALS_H

#include <stdbool.h>

/*
 * Holds SIGTERM and SIGINT back and ignores SIGPIPE. Called before any thread is made, so that
 * every thread inherits it and the handler runs on the calling thread alone.
 */
void signals_hold(void);

/*
 * Lets SIGTERM and SIGINT through to the calling thread. `stop` is called with `context` from the
 * signal handler, once, and must be async-signal-safe; NULL for the flag alone. System calls that
 * wait are ended with EINTR.
 */
void signals_catch(void (*stop)(void *context), void *context);

/*
 * Instead, for a process whose parent decides when it ends: SIGTERM asks as often as it comes and
 * never ends it at once; SIGINT and SIGHUP, which a terminal sends to all processes, are ignored.
 */
void signals_obey(void (*stop)(void *context), void *context);

/* Instead, for a process that its parent tells by other means: all three are ignored. */
void signals_ignore(void);

/* Changes what the handler calls; NULL for nothing. Same thread as signals_catch() or
 * signals_obey(). */
void signals_retarget(void (*stop)(void *context), void *context);

/* Whether a signal has asked for the end. Any thread. */
bool signals_stopped(void);

#endif
