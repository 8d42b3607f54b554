/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands, and the two commands that only write text.
 */
#include "run.h"

#include "base/log.h"

#include <string.h>

static enum exit_status run_help(const struct config *config)
{
    const char *about = config->argument_count ? config->arguments[0] : "help";
    enum command command = COMMAND_HELP;
    if (strcmp(about, "config") == 0) {
        config_write_sample(stdout);
        return EXIT_NOTHING;
    }
    if (command_find(about, &command) != AJAR_OK) {
        log_error("no help about \"%s\"; \"ajar help\" lists the commands", about);
        return EXIT_USAGE;
    }
    config_write_help(command, stdout);
    return EXIT_NOTHING;
}

static enum exit_status run_version(const struct config *config)
{
    (void)config;
    (void)printf("ajar %s\n", AJAR_VERSION);
    return EXIT_NOTHING;
}

static enum exit_status (*const commands[COMMANDS])(const struct config *config) = {
    [COMMAND_REPORT] = run_report,         [COMMAND_READ] = run_read,
    [COMMAND_WATCH] = run_watch,           [COMMAND_CHECK] = run_check,
    [COMMAND_SIGNATURES] = run_signatures, [COMMAND_HELP] = run_help,
    [COMMAND_VERSION] = run_version,
};

enum exit_status run_command(const struct config *config)
{
    if (config->quiet)
        log_set_level(LOG_LEVEL_WARNING);
    return commands[config->command](config);
}
