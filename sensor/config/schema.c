/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections and the table of commands, and looking rows up. The options are in schema_options.c.
 */
#include "config/schema.h"

#include <string.h>

const char *const schema_sections[SCHEMA_SECTIONS] = {"policy", "capture", "classify", "journal",
                                                      "events", "redis",   "report"};

const struct command_row schema_commands[COMMANDS] = {
    [COMMAND_READ] = {.name = "read",
                      .arguments = "FILE|DIR|- ...",
                      .help = "read captures; a table of what stands open, or events with --json",
                      .example = "ajar read captures/",
                      .fewest = 1,
                      .most = SIZE_MAX},
    [COMMAND_WATCH] = {.name = "watch",
                       .arguments = "-i IFACE",
                       .help = "listen on a mirror port until stopped",
                       .example = "ajar watch -i eth1 --json",
                       .default_file = true},
    [COMMAND_CHECK] = {.name = "check",
                       .arguments = "",
                       .help = "say what would go wrong: configuration, signatures, databases, "
                               "Redis, interface",
                       .example = "ajar check -c /etc/ajar/ajar.yaml",
                       .default_file = true},
    [COMMAND_REPORT] = {.name = "report",
                        .arguments = "[FILE|DIR|- ...]",
                        .help = "since when, to whom, what and how much: from the journal, from "
                                "Redis or from captures",
                        .example = "ajar report --html report.html",
                        .most = SIZE_MAX,
                        .default_file = true},
    [COMMAND_SIGNATURES] = {.name = "signatures",
                            .arguments = "list | show NAME | test [NAME|FILE ...]",
                            .help = "what is known of the stores, and whether its examples hold",
                            .example = "ajar signatures list",
                            .fewest = 1,
                            .most = SIZE_MAX},
    [COMMAND_HELP] = {.name = "help",
                      .arguments = "[COMMAND|config]",
                      .help = "this text; \"help config\" writes a sample configuration file",
                      .example = "ajar help read",
                      .most = 1},
    [COMMAND_VERSION] = {.name = "version",
                         .arguments = "",
                         .help = "the version of ajar",
                         .example = "ajar version"},
};

const struct option *schema_find_key(const char *key)
{
    for (size_t i = 0; i < schema_option_count; i++)
        if (strcmp(schema_options[i].key, key) == 0)
            return &schema_options[i];
    return NULL;
}

const struct option *schema_find_flag(const char *flag, size_t length)
{
    for (size_t i = 0; i < schema_option_count; i++) {
        const char *known = schema_options[i].flag;
        if (strlen(known) == length && memcmp(known, flag, length) == 0)
            return &schema_options[i];
    }
    return NULL;
}

const struct option *schema_find_letter(char letter)
{
    for (size_t i = 0; i < schema_option_count; i++)
        if (letter && schema_options[i].letter == letter)
            return &schema_options[i];
    return NULL;
}

bool schema_has_section(const char *section)
{
    for (size_t i = 0; i < SCHEMA_SECTIONS; i++)
        if (strcmp(schema_sections[i], section) == 0)
            return true;
    return false;
}

const char *command_name(enum command command)
{
    return schema_commands[command].name;
}

enum ajar_status command_find(const char *name, enum command *command)
{
    for (unsigned i = 0; i < COMMANDS; i++) {
        if (strcmp(schema_commands[i].name, name) == 0) {
            *command = (enum command)i;
            return AJAR_OK;
        }
    }
    return AJAR_ERR_NOT_FOUND;
}
