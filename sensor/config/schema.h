/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options and the table of commands: what one row says. Inside config/ only. */
#ifndef AJAR_CONFIG_SCHEMA_H
#define AJAR_CONFIG_SCHEMA_H

#include "config/config.h"

#define FOR_READ       (1u << COMMAND_READ)
#define FOR_WATCH      (1u << COMMAND_WATCH)
#define FOR_CHECK      (1u << COMMAND_CHECK)
#define FOR_REPORT     (1u << COMMAND_REPORT)
#define FOR_SIGNATURES (1u << COMMAND_SIGNATURES)

enum option_type {
    OPTION_TEXT,   /* char member[size] */
    OPTION_NUMBER, /* uint32_t or uint64_t, by size */
    OPTION_SWITCH, /* bool, words[] for false and true */
    OPTION_NETS,   /* struct netset */
    OPTION_LIST,   /* char *member[CONFIG_LIST_MAX], its count at count_offset */
};

struct option {
    const char *key;  /* in the file, sections joined by dots */
    const char *flag; /* on the command line, without the dashes */
    char letter;      /* short flag, 0 = none */
    enum option_type type;
    const char *value;   /* what the help calls the value */
    size_t offset;       /* in struct config */
    size_t size;         /* of the member */
    size_t count_offset; /* OPTION_LIST */
    uint64_t minimum;    /* OPTION_NUMBER, as people write it */
    uint64_t maximum;
    uint64_t unit;        /* OPTION_NUMBER: what one of it is in the struct */
    const char *words[2]; /* OPTION_SWITCH */
    const char *initial;  /* default as text; NULL: worked out, described by initial_note */
    const char *initial_note;
    const char *sample;     /* for the sample file where initial is NULL */
    unsigned commands;      /* that take the flag */
    unsigned file_commands; /* that take the key from a file; others pass over it */
    /* Further rules of the value; NULL = none. */
    enum ajar_status (*check)(const char *value, struct problem *problem);
    const char *help;
};

/* A row of the table of commands. */
struct command_row {
    const char *name;
    const char *arguments; /* as the help shows them */
    const char *help;
    const char *example; /* of a right use, for usage errors */
    size_t fewest, most; /* arguments besides the options */
    bool default_file; /* reads CONFIG_FILE_DEFAULT when there is no -c (report: and no captures) */
};

extern const struct option schema_options[];
extern const size_t schema_option_count;

/* What a key may have before its dot. */
#define SCHEMA_SECTIONS 7
extern const char *const schema_sections[SCHEMA_SECTIONS];

extern const struct command_row schema_commands[COMMANDS];

/* The row of that key, flag or letter; NULL if there is none. */
const struct option *schema_find_key(const char *key);
const struct option *schema_find_flag(const char *flag, size_t length);
const struct option *schema_find_letter(char letter);

/* Whether keys lie in a section of that name ("redis"). */
bool schema_has_section(const char *section);

/* The known key or flag that looks most like the one given; NULL when none is close. */
const char *schema_nearest_key(const char *key);
const char *schema_nearest_flag(const char *flag);
const char *schema_nearest_command(const char *name);

#endif
