/* SPDX-License-Identifier: Apache-2.0 */
/* Reads options from words and from the text of a file, as a person would give them. */
#ifndef AJAR_TESTS_CONFIG_READING_H
#define AJAR_TESTS_CONFIG_READING_H

#include "config/config.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 32

/* One reading: the words, the result, the sentence. */
struct reading {
    char line[2048];
    char *words[WORDS_MAX];
    int count;
    struct config config;
    struct problem problem;
    enum ajar_status status;
};

/* Reads the command line, whose words are separated by single blanks. */
static inline void reading_run(struct reading *r, const char *line)
{
    memset(r, 0, sizeof *r);
    cr_assert_lt(strlen(line), sizeof r->line);
    memcpy(r->line, line, strlen(line) + 1);
    char *rest = r->line;
    for (char *word = strsep(&rest, " "); word; word = strsep(&rest, " ")) {
        cr_assert_lt(r->count, WORDS_MAX);
        r->words[r->count++] = word;
    }
    r->status = config_read(r->count, r->words, &r->config, &r->problem);
}

static inline void assert_accepted(struct reading *r, const char *line)
{
    reading_run(r, line);
    cr_assert_eq(r->status, AJAR_OK, "\"%s\" was rejected: %s", line, r->problem.text);
    cr_assert_str_eq(r->problem.text, "");
}

static inline void assert_rejected(const char *line, const char *sentence)
{
    struct reading r;
    reading_run(&r, line);
    cr_assert_eq(r.status, AJAR_ERR_USAGE, "\"%s\" gave status %d", line, (int)r.status);
    cr_assert_str_eq(r.problem.text, sentence);
}

#endif
