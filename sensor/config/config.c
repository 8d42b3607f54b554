/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the sources together: the table's defaults, then the file, then the command line, then
 * what follows from the machine and the command. The result is handed over only when all of it is
 * right.
 */
#include "config/config.h"

#include "config/command_line.h"
#include "config/folder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WATCH_EVENTS_PER_MINUTE 120

static enum ajar_status apply_defaults(struct config *config, struct problem *problem)
{
    static const struct origin origin = {.file = "default"};
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; i < schema_option_count && status == AJAR_OK; i++) {
        const struct option *option = &schema_options[i];
        if (option->initial)
            status = value_set(option, config, option->initial, &origin, problem);
    }
    return status;
}

static enum ajar_status apply_file(const char *path, struct config *config, struct said *said,
                                   struct problem *problem)
{
    struct yaml_file *file = NULL;
    if (strlen(path) >= sizeof config->file)
        return problem_set(problem, AJAR_ERR_USAGE, "--config: %zu bytes long; give at most %zu",
                           strlen(path), sizeof config->file - 1);
    enum ajar_status status = yaml_open(path, &file, problem);
    if (status != AJAR_OK)
        return status;
    memcpy(config->file, path, strlen(path) + 1);
    status = file_apply(file, config, said, problem);
    yaml_close(file);
    return status;
}

/* The file that -c names, or the one that lies where a service looks for it. */
static const char *choose_file(const struct command_line *line)
{
    if (line->file)
        return line->file;
    bool of_captures = line->command == COMMAND_REPORT && line->argument_count > 0;
    if (schema_commands[line->command].default_file && !of_captures &&
        access(CONFIG_FILE_DEFAULT, F_OK) == 0)
        return CONFIG_FILE_DEFAULT;
    return NULL;
}

/* The host name with what check_name() would not take replaced. */
static void set_host_name(char *name, size_t size)
{
    static const char known[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    if (gethostname(name, size) != 0 || name[0] == '\0')
        (void)snprintf(name, size, "ajar");
    name[size - 1] = '\0';
    for (char *c = name; *c; c++)
        if (!strchr(known, *c))
            *c = '-';
}

static bool was_said(const struct said *said, const char *key)
{
    return said->option[schema_find_key(key) - schema_options];
}

static bool reads_captures(enum command command)
{
    return command == COMMAND_READ || command == COMMAND_REPORT;
}

/* Defaults that are worked out: from the machine, the command, or other options. */
static void complete(struct config *config, const struct said *said)
{
    if (!was_said(said, "sensor"))
        set_host_name(config->sensor, sizeof config->sensor);
    if (!was_said(said, "site"))
        memcpy(config->site, config->sensor, sizeof config->site);
    if (!was_said(said, "scan"))
        config->scan_full = reads_captures(config->command);
    if (!was_said(said, "signatures"))
        folder_find_signatures(config->signatures, sizeof config->signatures);
    if (!was_said(said, "cache"))
        folder_find_cache(config->cache, sizeof config->cache);
    if (!was_said(said, "journal.path") && config->command != COMMAND_READ)
        (void)snprintf(config->journal, sizeof config->journal, "%s", CONFIG_JOURNAL_DEFAULT);
    if (!was_said(said, "events.per_minute") && !reads_captures(config->command))
        config->events_per_minute = WATCH_EVENTS_PER_MINUTE;
    config->home_given = was_said(said, "home");
    if (!config->home_given)
        netset_init_private(&config->home);
}

static enum ajar_status check_redis_together(const struct config *config, struct problem *problem)
{
    bool certificate = config->redis_certificate_file[0];
    if (config->redis_password_file[0] && !config->redis_url[0])
        return problem_set(problem, AJAR_ERR_USAGE,
                           "a Redis password file without a Redis; give its URL with --redis");
    if (certificate != (config->redis_key_file[0] != '\0'))
        return problem_set(problem, AJAR_ERR_USAGE,
                           "--redis-certificate-file and --redis-key-file belong together; give "
                           "--redis-%s-file too",
                           certificate ? "key" : "certificate");
    if (config->redis_url[0] && !config->redis_stream && !config->redis_list[0])
        return problem_set(problem, AJAR_ERR_USAGE,
                           "with redis.stream off and no list nothing would go to Redis; name one "
                           "with --redis-list");
    return AJAR_OK;
}

/* What several options together make impossible. */
static enum ajar_status check_together(const struct config *config, struct problem *problem)
{
    if (config->command == COMMAND_WATCH && config->interface_count == 0)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "no interface to listen on; give one with -i, for example \"%s\"",
                           schema_commands[COMMAND_WATCH].example);
    if (config->command == COMMAND_WATCH && config->interface_count > 1)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "%zu interfaces are given and one can be watched; leave one, and start "
                           "a sensor for each of the others",
                           config->interface_count);
    if (strcmp(config->output, "-") == 0)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "--output: \"-\" is not a file; --json writes to standard output");
    if (config->json && config->output[0])
        return problem_set(problem, AJAR_ERR_USAGE,
                           "--json and --output together; the events go to one place, keep one");
    return check_redis_together(config, problem);
}

/* One source; and one form on standard output. A journal or Redis of the file is no second source
 * but the place where one would look without captures. */
static enum ajar_status check_report(const struct config *config, bool captures,
                                     struct problem *problem)
{
    if (config->json && strcmp(config->report_html, "-") == 0)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "--json and --html - both write to standard output; give --html a file");
    if (captures && config->redis_url[0])
        return problem_set(problem, AJAR_ERR_USAGE,
                           "captures and --redis together; a report has one source, keep one");
    if (config->report_reads && captures)
        return problem_set(
            problem, AJAR_ERR_USAGE,
            "--reads is about what a journal or Redis keeps; leave out the captures");
    if (!captures && !config->redis_url[0] && strcmp(config->journal, CONFIG_JOURNAL_MEMORY) == 0)
        return problem_set(
            problem, AJAR_ERR_USAGE,
            "the journal is \"memory\": nothing is kept; name a file with --journal");
    return AJAR_OK;
}

static enum ajar_status read_sources(const struct command_line *line, struct config *config,
                                     struct problem *problem)
{
    struct said said = {.option = {false}};
    config->command = line->command;
    enum ajar_status status = apply_defaults(config, problem);
    if (status != AJAR_OK)
        return status;
    const char *path = choose_file(line);
    if (path)
        status = apply_file(path, config, &said, problem);
    if (status == AJAR_OK)
        status = command_line_apply(line, config, &said, problem);
    if (status != AJAR_OK)
        return status;
    complete(config, &said);
    if (config->command == COMMAND_REPORT)
        status = check_report(config, line->argument_count > 0, problem);
    return status == AJAR_OK ? check_together(config, problem) : status;
}

enum ajar_status config_read(int argc, char **argv, struct config *config, struct problem *problem)
{
    struct command_line line;
    struct config new_config;
    memset(&new_config, 0, sizeof new_config);
    enum ajar_status status = command_line_parse(argc, argv, &line, problem);
    if (status == AJAR_OK)
        status = read_sources(&line, &new_config, problem);
    if (status == AJAR_OK) {
        new_config.arguments = line.arguments;
        new_config.argument_count = line.argument_count;
        line.arguments = NULL;
        *config = new_config;
    } else {
        config_clear(&new_config);
    }
    command_line_clear(&line);
    return status;
}

void config_clear(struct config *config)
{
    for (size_t i = 0; i < schema_option_count; i++)
        value_reset(&schema_options[i], config);
    free(config->arguments);
    memset(config, 0, sizeof *config);
}
