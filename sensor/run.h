/* SPDX-License-Identifier: Apache-2.0 */
/* The commands. Each takes the options, does its work and gives the exit status. */
#ifndef AJAR_RUN_H
#define AJAR_RUN_H

#include "ajar/event.h"
#include "config/config.h"
#include "ledger/ledger.h"

enum exit_status {
    EXIT_NOTHING = 0, /* nothing stands open; all well */
    EXIT_ERROR = 1,   /* said in one sentence on standard error */
    EXIT_USAGE = 2,   /* the command line or the configuration cannot be used */
    EXIT_EXPOSED = 3, /* `read`: a store stands open to a client that is not internal */
};

/* What `config_read()` named, looked up in the table of commands and run. */
enum exit_status run_command(const struct config *config);

/* Captures, from the first packet to the table or the events. */
enum exit_status run_read(const struct config *config);

/* What is made of captures once they are read, in place of the table. */
struct reading_end {
    /* Gives the exit status, unless the reading itself failed. Numbers are those of the run. */
    enum exit_status (*tell)(void *context, const struct ledger *ledger,
                             const struct sensor_status *numbers);
    void *context;
};

/* run_read() with another end. */
enum exit_status run_reading(const struct config *config, const struct reading_end *end);

/* Exposures, from a journal, from Redis or from captures. */
enum exit_status run_report(const struct config *config);

/* An interface, until a signal. */
enum exit_status run_watch(const struct config *config);

/* What would go wrong, a line each; EXIT_ERROR if any line is an error. */
enum exit_status run_check(const struct config *config);

/* list, show NAME, test. */
enum exit_status run_signatures(const struct config *config);

#endif
