/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `ajar check`: a line each on standard output. Inside sensor/run_check*.c only. */
#ifndef AJAR_RUN_CHECK_H
#define AJAR_RUN_CHECK_H

#include "config/config.h"

#include <stdbool.h>

/* The settings and how it went so far; one error makes the exit status. */
struct checking {
    const struct config *config;
    bool failed;
};

/* One line each, printf-like; control characters become '?'. */
void check_say_ok(const char *format, ...) __attribute__((format(printf, 1, 2)));
void check_say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void check_say_error(struct checking *checking, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The journal and everything that events go to, tried with the rights that this process has. */
void check_outputs(struct checking *checking);

#endif
