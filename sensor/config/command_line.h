/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the command line, sorted into options and arguments. Inside config/ only. */
#ifndef AJAR_CONFIG_COMMAND_LINE_H
#define AJAR_CONFIG_COMMAND_LINE_H

#include "config/file.h"

/* One option with its value, as said. */
struct assignment {
    const struct option *option;
    const char *text;
};

/* What was said; texts are borrowed from argv. */
struct command_line {
    enum command command;
    const char *file; /* -c, NULL = not said */
    struct assignment *assignments;
    size_t assignment_count;
    char **arguments;
    size_t argument_count;
};

/* Sorts the words; *line is written in any case and freed with command_line_clear(). */
enum ajar_status command_line_parse(int argc, char **argv, struct command_line *line,
                                    struct problem *problem);
void command_line_clear(struct command_line *line);

/* Stores the values in *config, where they win over what is there, and marks them in *said. */
enum ajar_status command_line_apply(const struct command_line *line, struct config *config,
                                    struct said *said, struct problem *problem);

#endif
