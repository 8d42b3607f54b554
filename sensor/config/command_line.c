/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: COMMAND, then options and arguments in any order; "--" ends the options.
 * Forms: --flag VALUE, --flag=VALUE, -i VALUE, -iVALUE; switches stand alone or with =true.
 */
#include "config/command_line.h"

#include <stdlib.h>
#include <string.h>

/* The words not yet read. */
struct words {
    char **at;
    char **end;
    struct problem *problem;
};

static enum ajar_status fail_command(const char *word, struct problem *problem)
{
    const char *near = schema_nearest_command(word);
    if (word[0] == '-')
        return problem_set(problem, AJAR_ERR_USAGE,
                           "\"%s\" comes before the command; write for example \"%s\"", word,
                           schema_commands[COMMAND_READ].example);
    if (near)
        return problem_set(problem, AJAR_ERR_USAGE, "unknown command \"%s\"; did you mean \"%s\"?",
                           word, near);
    return problem_set(problem, AJAR_ERR_USAGE,
                       "unknown command \"%s\"; \"ajar help\" lists the commands", word);
}

static enum ajar_status parse_command(const char *word, enum command *command,
                                      struct problem *problem)
{
    if (!word)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "no command given; \"ajar help\" lists the commands");
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        *command = COMMAND_HELP;
    else if (strcmp(word, "--version") == 0)
        *command = COMMAND_VERSION;
    else if (command_find(word, command) != AJAR_OK)
        return fail_command(word, problem);
    return AJAR_OK;
}

static enum ajar_status fail_option(const char *word, struct problem *problem)
{
    size_t name = strcspn(word, "=");
    char flag[64] = "";
    if (word[1] == '-' && name - 2 < sizeof flag)
        memcpy(flag, word + 2, name - 2);
    const char *near = flag[0] ? schema_nearest_flag(flag) : NULL;
    if (near)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "unknown option \"%.*s\"; did you mean \"--%s\"?", (int)name, word,
                           near);
    return problem_set(problem, AJAR_ERR_USAGE,
                       "unknown option \"%.*s\"; \"ajar help\" lists the options", (int)name, word);
}

/* "read, watch and check" */
static void list_commands(unsigned commands, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < COMMANDS; i++) {
        if (!(commands & (1u << i)))
            continue;
        bool last = commands >> (i + 1) == 0;
        int more = snprintf(text + used, size - used, "%s%s",
                            used == 0 ? "" : (last ? " and " : ", "), schema_commands[i].name);
        used += (size_t)more < size - used ? (size_t)more : 0;
    }
}

static enum ajar_status check_command(const struct command_line *line, const struct option *option,
                                      struct problem *problem)
{
    if (option->commands & (1u << line->command))
        return AJAR_OK;
    char commands[64];
    list_commands(option->commands, commands, sizeof commands);
    return problem_set(problem, AJAR_ERR_USAGE,
                       "--%s is not an option of \"ajar %s\"; it belongs to %s", option->flag,
                       command_name(line->command), commands);
}

/* The value of an option that needs one: behind '=' (or the letter), or the next word. */
static enum ajar_status take_value(struct words *words, const char *attached, const char *name,
                                   const char *value, const char **text)
{
    if (attached) {
        *text = attached;
        return AJAR_OK;
    }
    if (words->at == words->end || strncmp(*words->at, "--", 2) == 0)
        return problem_set(words->problem, AJAR_ERR_USAGE, "%s needs a value: %s %s", name, name,
                           value);
    *text = *words->at++;
    return AJAR_OK;
}

static enum ajar_status add_option(struct command_line *line, struct words *words,
                                   const struct option *option, const char *attached)
{
    enum ajar_status status = check_command(line, option, words->problem);
    if (status != AJAR_OK)
        return status;
    const char *text = attached ? attached : "true";
    if (option->value) {
        char name[40];
        (void)snprintf(name, sizeof name, "--%s", option->flag);
        status = take_value(words, attached, name, option->value, &text);
    }
    if (status == AJAR_OK)
        line->assignments[line->assignment_count++] =
            (struct assignment){.option = option, .text = text};
    return status;
}

static enum ajar_status set_file(struct command_line *line, struct words *words,
                                 const char *attached)
{
    if (line->file)
        return problem_set(words->problem, AJAR_ERR_USAGE, "--config is said twice; keep one");
    return take_value(words, attached, "--config", "FILE", &line->file);
}

static enum ajar_status parse_long(struct command_line *line, struct words *words, const char *word)
{
    const char *flag = word + 2;
    size_t length = strcspn(flag, "=");
    const char *attached = flag[length] ? flag + length + 1 : NULL;
    if (length == 6 && memcmp(flag, "config", 6) == 0)
        return set_file(line, words, attached);
    const struct option *option = schema_find_flag(flag, length);
    return option ? add_option(line, words, option, attached) : fail_option(word, words->problem);
}

static enum ajar_status parse_short(struct command_line *line, struct words *words,
                                    const char *word)
{
    const char *attached = word[2] ? word + 2 : NULL;
    if (word[1] == 'c')
        return set_file(line, words, attached);
    const struct option *option = schema_find_letter(word[1]);
    if (!option || (attached && !option->value))
        return fail_option(word, words->problem);
    return add_option(line, words, option, attached);
}

/* "ajar read --help" is "ajar help read". */
static void turn_to_help(struct command_line *line, char *command)
{
    line->argument_count = 0;
    if (line->command != COMMAND_HELP)
        line->arguments[line->argument_count++] = command;
    line->command = COMMAND_HELP;
}

static enum ajar_status parse_words(struct command_line *line, struct words *words, char *command)
{
    enum ajar_status status = AJAR_OK;
    bool options_ended = false;
    while (words->at < words->end && status == AJAR_OK) {
        char *word = *words->at++;
        if (options_ended || word[0] != '-' || word[1] == '\0') {
            line->arguments[line->argument_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            options_ended = true;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            turn_to_help(line, command);
            return AJAR_OK;
        } else if (word[1] == '-') {
            status = parse_long(line, words, word);
        } else {
            status = parse_short(line, words, word);
        }
    }
    return status;
}

static enum ajar_status check_arguments(const struct command_line *line, struct problem *problem)
{
    const struct command_row *row = &schema_commands[line->command];
    if (line->argument_count < row->fewest)
        return problem_set(problem, AJAR_ERR_USAGE, "\"ajar %s\" needs %s; for example \"%s\"",
                           row->name, row->arguments, row->example);
    if (line->argument_count > row->most)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "\"%s\" is one word too many for \"ajar %s\"; for example \"%s\"",
                           line->arguments[row->most], row->name, row->example);
    return AJAR_OK;
}

enum ajar_status command_line_parse(int argc, char **argv, struct command_line *line,
                                    struct problem *problem)
{
    *line = (struct command_line){.command = COMMAND_HELP};
    enum ajar_status status = parse_command(argc > 1 ? argv[1] : NULL, &line->command, problem);
    if (status != AJAR_OK)
        return status;
    line->assignments = calloc((size_t)argc, sizeof *line->assignments);
    line->arguments = calloc((size_t)argc, sizeof *line->arguments);
    if (!line->assignments || !line->arguments)
        return problem_set(problem, AJAR_ERR_MEMORY, "out of memory while reading the options");
    struct words words = {.at = argv + 2, .end = argv + argc, .problem = problem};
    status = parse_words(line, &words, argv[1]);
    return status == AJAR_OK ? check_arguments(line, problem) : status;
}

void command_line_clear(struct command_line *line)
{
    free(line->assignments);
    free(line->arguments);
    *line = (struct command_line){.command = COMMAND_HELP};
}

enum ajar_status command_line_apply(const struct command_line *line, struct config *config,
                                    struct said *said, struct problem *problem)
{
    static const struct origin origin = {.file = NULL};
    struct said here = {.option = {false}};
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; i < line->assignment_count && status == AJAR_OK; i++) {
        const struct option *option = line->assignments[i].option;
        size_t number = (size_t)(option - schema_options);
        bool several = option->type == OPTION_LIST || option->type == OPTION_NETS;
        if (!here.option[number])
            value_reset(option, config);
        else if (!several)
            return problem_set(problem, AJAR_ERR_USAGE, "--%s is said twice; keep one",
                               option->flag);
        here.option[number] = true;
        said->option[number] = true;
        status = value_set(option, config, line->assignments[i].text, &origin, problem);
    }
    return status;
}
