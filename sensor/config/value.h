/* SPDX-License-Identifier: Apache-2.0 */
/* One value of the table: from text into struct config with all its rules, and back. */
#ifndef AJAR_CONFIG_VALUE_H
#define AJAR_CONFIG_VALUE_H

#include "config/schema.h"

/* Where a value was written, for the beginning of an error. */
struct origin {
    const char *file; /* NULL: the command line */
    int line;
    int column;
};

/*
 * Checks the text and stores it in *config; lists and networks are added to. On failure *config is
 * as before and *problem names the place, the value and what would be right.
 */
enum ajar_status value_set(const struct option *option, struct config *config, const char *text,
                           const struct origin *origin, struct problem *problem);

/* AJAR_ERR_USAGE with the place and the option in front of the sentence, printf-like. */
enum ajar_status value_fail(const struct option *option, const struct origin *origin,
                            struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Empties a list or a set of networks before another source gives it anew. */
void value_reset(const struct option *option, struct config *config);

/* Writes the value as YAML on one line, without a newline. A password in a URL becomes "***". */
void value_write(const struct option *option, const struct config *config, FILE *out);

/* Writes "a whole number from 1 to 9": what would be right for this option. */
void value_describe(const struct option *option, char *text, size_t size);

#endif
