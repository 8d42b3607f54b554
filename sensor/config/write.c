/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the option table says to people: the help, the sample file, the effective configuration.
 */
#include "config/value.h"

#include <string.h>

#define HELP_COLUMN 34
#define HELP_WIDTH  100

/* Words wrapped at `width`, each line but the first begun with `indent`. */
static void write_wrapped(const char *text, size_t column, size_t width, const char *indent,
                          FILE *out)
{
    size_t at = column;
    for (const char *word = text; *word;) {
        size_t length = strcspn(word, " ");
        if (word != text && at + 1 + length > width) {
            (void)fprintf(out, "\n%s", indent);
            at = strlen(indent);
        } else if (word != text) {
            (void)fputc(' ', out);
            at++;
        }
        (void)fprintf(out, "%.*s", (int)length, word);
        at += length;
        word += length;
        word += strspn(word, " ");
    }
    (void)fputc('\n', out);
}

/* "1 to 9, default 5": what the help adds to an option's sentence; "" for nothing. */
static void describe_default(const struct option *option, char *text, size_t size)
{
    char range[96] = "";
    if (option->type == OPTION_NUMBER)
        (void)snprintf(range, sizeof range, "%llu to %llu, ", (unsigned long long)option->minimum,
                       (unsigned long long)option->maximum);
    const char *initial = option->initial_note ? option->initial_note : option->initial;
    (void)snprintf(text, size, "%sdefault: %s", range, initial[0] ? initial : "none");
}

static void write_option(const struct option *option, FILE *out)
{
    char names[96], note[192], text[512];
    char letter[8] = "";
    if (option->letter)
        (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
    bool on = option->initial && strcmp(option->initial, "true") == 0;
    (void)snprintf(names, sizeof names, "  %s--%s%s%s", letter, option->flag,
                   option->value ? " " : "", option->value ? option->value : (on ? "=false" : ""));
    describe_default(option, note, sizeof note);
    bool off = option->initial && (!option->initial[0] || strcmp(option->initial, "false") == 0);
    bool noted = !off && option->type != OPTION_LIST; /* a default of nothing need not be said */
    (void)snprintf(text, sizeof text, "%s%s%s%s%s", option->help,
                   option->type == OPTION_LIST ? "; may be repeated" : "", noted ? " (" : "",
                   noted ? note : "", noted ? ")" : "");
    (void)fprintf(out, "%-*s", HELP_COLUMN, names);
    if (strlen(names) >= HELP_COLUMN)
        (void)fprintf(out, "\n%*s", HELP_COLUMN, "");
    char indent[HELP_COLUMN + 1];
    (void)snprintf(indent, sizeof indent, "%*s", HELP_COLUMN, "");
    write_wrapped(text, HELP_COLUMN, HELP_WIDTH, indent, out);
}

static void write_options(enum command about, FILE *out)
{
    (void)fprintf(out, "  %-*s%s\n", HELP_COLUMN - 2, "-c, --config FILE",
                  about == COMMAND_HELP || schema_commands[about].default_file
                      ? "configuration file (watch, check, report: " CONFIG_FILE_DEFAULT ")"
                      : "configuration file (default: none)");
    for (size_t i = 0; i < schema_option_count; i++)
        if (about == COMMAND_HELP || schema_options[i].commands & (1u << about))
            write_option(&schema_options[i], out);
}

static void write_command(const struct command_row *row, FILE *out)
{
    char usage[96];
    (void)snprintf(usage, sizeof usage, "  ajar %s %s", row->name, row->arguments);
    char indent[HELP_COLUMN + 1];
    (void)snprintf(indent, sizeof indent, "%*s", HELP_COLUMN, "");
    (void)fprintf(out, "%-*s", HELP_COLUMN, usage);
    if (strlen(usage) >= HELP_COLUMN)
        (void)fprintf(out, "\n%s", indent);
    write_wrapped(row->help, HELP_COLUMN, HELP_WIDTH, indent, out);
}

void config_write_help(enum command about, FILE *out)
{
    (void)fprintf(out, "ajar %s: a passive sensor for data stores that stand open\n\n",
                  AJAR_VERSION);
    for (unsigned i = 0; i < COMMANDS; i++)
        if (about == COMMAND_HELP || about == (enum command)i)
            write_command(&schema_commands[i], out);
    if (about == COMMAND_VERSION)
        return;
    (void)fputs("\n", out);
    write_options(about, out);
    if (about == COMMAND_HELP || about == COMMAND_READ)
        (void)fputs("\nExit status of read: 0 nothing stands open, 1 error, 2 wrong usage, 3 at "
                    "least one store\nstands open to a client that is not internal.\n",
                    out);
}

/* The section part of a key ("redis" of "redis.url") with its length; 0 for none. */
static size_t section_length(const char *key)
{
    const char *dot = strchr(key, '.');
    return dot ? (size_t)(dot - key) : 0;
}

/* Writes the heading of a section where a new one begins and returns the key's own name. */
static const char *open_section(size_t number, const char *comment, FILE *out)
{
    const char *key = schema_options[number].key;
    size_t length = section_length(key);
    if (!length)
        return key;
    const char *before = number ? schema_options[number - 1].key : "";
    if (section_length(before) != length || strncmp(before, key, length) != 0)
        (void)fprintf(out, "%s%.*s:\n", comment, (int)length, key);
    return key + length + 1;
}

/* The default, or an example where it is worked out, as YAML. */
static void write_sample_value(const struct option *option, FILE *out)
{
    static const struct origin origin = {.file = "sample"};
    struct config config;
    memset(&config, 0, sizeof config);
    const char *text = option->initial ? option->initial : option->sample;
    if (value_set(option, &config, text, &origin, NULL) == AJAR_OK)
        value_write(option, &config, out);
    config_clear(&config);
}

static void write_sample_option(size_t number, FILE *out)
{
    const struct option *option = &schema_options[number];
    char note[192], text[512];
    const char *name = open_section(number, "#", out);
    const char *indent = name == option->key ? "# " : "  # ";
    const char *margin = name == option->key ? "#" : "#  ";
    describe_default(option, note, sizeof note);
    (void)snprintf(text, sizeof text, "%s (%s)", option->help, note);
    (void)fputs(indent, out);
    write_wrapped(text, strlen(indent), HELP_WIDTH, indent, out);
    (void)fprintf(out, "%s%s: ", margin, name);
    write_sample_value(option, out);
    (void)fputc('\n', out);
}

void config_write_sample(FILE *out)
{
    (void)fputs("# Configuration of ajar: every key with its default, commented out.\n"
                "# Each can also be said on the command line, which wins (see \"ajar help\").\n"
                "# \"ajar check\" says whether this file is right and prints what is in force.\n",
                out);
    for (size_t i = 0; i < schema_option_count; i++) {
        (void)fputc('\n', out);
        write_sample_option(i, out);
    }
}

void config_write(const struct config *config, FILE *out)
{
    for (size_t i = 0; i < schema_option_count; i++) {
        const struct option *option = &schema_options[i];
        if (!(option->file_commands & (1u << config->command)))
            continue;
        const char *name = open_section(i, "", out);
        (void)fprintf(out, "%s%s: ", name == option->key ? "" : "  ", name);
        value_write(option, config, out);
        (void)fputc('\n', out);
    }
}
