/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which option or command a person meant.
 */
#include "base/nearest.h"
#include "config/schema.h"

#include <string.h>

/* The part behind the last dot: what people write who forgot the section. */
static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

const char *schema_nearest_key(const char *key)
{
    struct nearest best = NEAREST_NONE;
    for (size_t i = 0; i < schema_option_count; i++)
        nearest_consider(&best, key, schema_options[i].key);
    for (size_t i = 0; i < schema_option_count && !best.word; i++)
        if (strcmp(last_part(schema_options[i].key), last_part(key)) == 0)
            best.word = schema_options[i].key;
    for (size_t i = 0; i < schema_option_count && !best.word; i++)
        if (strcmp(schema_options[i].flag, key) == 0)
            best.word = schema_options[i].key;
    for (size_t i = 0; i < SCHEMA_SECTIONS && !best.word; i++)
        nearest_consider(&best, key, schema_sections[i]);
    return best.word;
}

const char *schema_nearest_flag(const char *flag)
{
    struct nearest best = NEAREST_NONE;
    for (size_t i = 0; i < schema_option_count; i++)
        nearest_consider(&best, flag, schema_options[i].flag);
    nearest_consider(&best, flag, "config");
    nearest_consider(&best, flag, "help");
    return best.word;
}

const char *schema_nearest_command(const char *name)
{
    struct nearest best = NEAREST_NONE;
    for (unsigned i = 0; i < COMMANDS; i++)
        nearest_consider(&best, name, schema_commands[i].name);
    return best.word;
}
