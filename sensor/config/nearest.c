/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which known word a person meant: the one at the smallest edit distance (Levenshtein's, and a
 * swap of neighbours counts as one), if that is at most a third of the word.
 */
#include "config/schema.h"

#include <string.h>

#define WORD_MAX 48 /* longer words are like nothing we know */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance; both words at most WORD_MAX long. */
static size_t word_distance(const char *a, const char *b)
{
    size_t rows = strlen(a), columns = strlen(b);
    size_t d[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= rows; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= columns; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        for (size_t j = 1; j <= columns; j++) {
            size_t change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = smaller(change, 1 + smaller(d[i - 1][j], d[i][j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = smaller(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[rows][columns];
}

/* The best word so far. */
struct candidate {
    const char *word;
    size_t distance;
};

static void consider(struct candidate *best, const char *given, const char *known)
{
    if (strlen(given) > WORD_MAX || strlen(known) > WORD_MAX)
        return;
    size_t distance = word_distance(given, known);
    size_t allowed = smaller(strlen(given), strlen(known)) / 3;
    if (distance <= (allowed ? allowed : 1) && distance < best->distance)
        *best = (struct candidate){.word = known, .distance = distance};
}

/* The part behind the last dot: what people write who forgot the section. */
static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

const char *schema_nearest_key(const char *key)
{
    struct candidate best = {.distance = SIZE_MAX};
    for (size_t i = 0; i < schema_option_count; i++)
        consider(&best, key, schema_options[i].key);
    for (size_t i = 0; i < schema_option_count && !best.word; i++)
        if (strcmp(last_part(schema_options[i].key), last_part(key)) == 0)
            best.word = schema_options[i].key;
    for (size_t i = 0; i < schema_option_count && !best.word; i++)
        if (strcmp(schema_options[i].flag, key) == 0)
            best.word = schema_options[i].key;
    for (size_t i = 0; i < SCHEMA_SECTIONS && !best.word; i++)
        consider(&best, key, schema_sections[i]);
    return best.word;
}

const char *schema_nearest_flag(const char *flag)
{
    struct candidate best = {.distance = SIZE_MAX};
    for (size_t i = 0; i < schema_option_count; i++)
        consider(&best, flag, schema_options[i].flag);
    consider(&best, flag, "config");
    consider(&best, flag, "help");
    return best.word;
}

const char *schema_nearest_command(const char *name)
{
    struct candidate best = {.distance = SIZE_MAX};
    for (unsigned i = 0; i < COMMANDS; i++)
        consider(&best, name, schema_commands[i].name);
    return best.word;
}
