/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of literals: words that secrets and markers begin with. Prefixes of keys follow gitleaks
 * and the vendors' own words.
 */
#include "scan/patterns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPRESSION_MAX 160

static const char *const at_words[] = {"[at]", "(at)", "{at}", NULL};
static const char *const card_words[] = {"card", "visa", "amex", "maestro", NULL};
/* The order of both is that of the tables in secret.c. */
static const char *const cloud_words[] = {
    "AKIA",  "ASIA",        "ABIA",     "ACCA",     "AIza",     "ghp_",     "gho_",
    "ghu_",  "ghs_",        "ghr_",     "glpat-",   "xoxb-",    "xoxp-",    "xoxa-",
    "xoxr-", "xoxs-",       "sk_live_", "rk_live_", "sk_test_", "rk_test_", "SG.",
    "npm_",  "github_pat_", "dop_v1_",  "shpat_",   "hvs.",     "sk-ant-",  NULL};
static const char *const hash_words[] = {"$2a$",   "$2b$",       "$2x$", "$2y$", "$1$",
                                         "$5$",    "$6$",        "$y$",  "$P$",  "$argon2",
                                         "{SSHA}", "pbkdf2_sha", NULL};
static const char *const confidential_words[] = {"confidential",
                                                 "internal use only",
                                                 "for internal use",
                                                 "vertraulich",
                                                 "confidentiel",
                                                 "confidencial",
                                                 "trade secret",
                                                 "do not distribute",
                                                 "not for distribution",
                                                 "nur für den internen gebrauch",
                                                 "attorney-client privilege",
                                                 NULL};

static void add(struct pattern_list *list, const char *literal, enum pattern_kind kind,
                size_t number, bool any_case)
{
    if (list->count < PATTERNS_MAX)
        list->patterns[list->count++] =
            (struct pattern){literal, (uint8_t)kind, (uint16_t)number, any_case};
}

static void add_words(struct pattern_list *list, const char *const *words, enum pattern_kind kind,
                      bool any_case)
{
    for (size_t i = 0; words[i]; i++)
        add(list, words[i], kind, i, any_case);
}

void patterns_list(struct pattern_list *list)
{
    *list = (struct pattern_list){.count = 0};
    add_words(list, at_words, PATTERN_AT, true);
    add_words(list, card_words, PATTERN_CARD, true);
    add(list, "eyJ", PATTERN_JWT, 0, false);
    add_words(list, cloud_words, PATTERN_CLOUD_KEY, false);
    add(list, "-----BEGIN ", PATTERN_PRIVATE_KEY, 0, false);
    add_words(list, hash_words, PATTERN_HASH, false);
    add_words(list, confidential_words, PATTERN_CONFIDENTIAL, true);
}

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A literal in the engine's syntax: every byte that is no letter or digit is escaped. */
static void write_expression(const struct pattern *pattern, char *text, size_t size)
{
    size_t used = 0;
    for (const char *c = pattern->literal; *c && used + 8 < size; c++) {
        if (is_plain(*c))
            text[used++] = *c;
        else
            used +=
                (size_t)snprintf(text + used, size - used, "\\x%02x", (unsigned)(unsigned char)*c);
    }
    text[used] = '\0';
}

enum ajar_status patterns_compile(struct engine **engine, struct problem *problem)
{
    struct made {
        struct pattern_list list;
        struct engine_pattern rows[PATTERNS_MAX];
        char text[PATTERNS_MAX][EXPRESSION_MAX];
    } *made = calloc(1, sizeof *made);
    if (!made)
        return problem_set(problem, AJAR_ERR_MEMORY, "no memory for the patterns");
    patterns_list(&made->list);
    for (size_t i = 0; i < made->list.count; i++) {
        write_expression(&made->list.patterns[i], made->text[i], EXPRESSION_MAX);
        made->rows[i] = (struct engine_pattern){.expression = made->text[i],
                                                .id = (uint32_t)i,
                                                .any_case = made->list.patterns[i].any_case};
    }
    enum ajar_status status =
        engine_compile(made->rows, made->list.count, ENGINE_STREAM, engine, NULL, problem);
    free(made);
    return status;
}
