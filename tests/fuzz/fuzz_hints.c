/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Input: lines. Each is taken for what a signature may name (a header, a text, a path): the pattern
 * made of it must be one that the engine takes. All of it is a reply, too, in which the hints of
 * the shipped signatures are searched for.
 */
#include "detect/expression.h"
#include "detect/hints.h"
#include "scan/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static struct signature_set *set;
static struct hints_scratch *scratch;

static void check(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    struct problem problem = {.text = ""};
    (void)count;
    (void)arguments;
    if (signature_set_load(&(struct signature_sources){.folder = SIGNATURES}, &set, &problem) !=
        AJAR_OK) {
        (void)fprintf(stderr, "%s\n", problem.text);
        return 1;
    }
    check(hints_scratch_new(set->hints, &scratch) == AJAR_OK);
    return 0;
}

static void check_expression(const struct expression *expression)
{
    struct engine_pattern pattern = {.expression = expression->text,
                                     .any_case = expression->any_case,
                                     .by_line = expression->by_line,
                                     .once = true};
    unsigned shortest = 0;
    check(strlen(expression->text) == expression->length);
    check(expression->weight == 0 || engine_measure(&pattern, &shortest, NULL) == AJAR_OK);
    check(expression->weight == 0 || shortest > 0);
}

static void check_line(const char *line)
{
    static const enum test_kind kinds[] = {TEST_NONE, TEST_EQUALS, TEST_STARTS, TEST_CONTAINS,
                                           TEST_ABOVE};
    struct expression expression;
    struct expression steps[EXPRESSION_STEPS_MAX];
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        bool has_text = kinds[i] != TEST_NONE && kinds[i] != TEST_ABOVE;
        struct fact fact = {.test = {.kind = kinds[i], .text = has_text ? line : NULL}};
        expression_of_header(line, &fact.test, &expression);
        check_expression(&expression);
        expression_of_place(PATH_JSON, line, &fact, &expression);
        check_expression(&expression);
        expression_of_place(PATH_XML, line, &fact, &expression);
        check_expression(&expression);
    }
    expression_of_beginning(line, &expression);
    check_expression(&expression);
    expression_of_words(line, &expression);
    check_expression(&expression);
    expression_of_binary_key(line, &expression);
    check_expression(&expression);
    size_t count = expression_of_steps(PATH_XML, line, steps);
    for (size_t i = 0; i < count; i++)
        check_expression(&steps[i]);
}

static void check_hits(const struct hint_hits *hits)
{
    check(hits->count <= HINTS_MAX);
    for (size_t i = 0; i < hits->count; i++) {
        check(hits->list[i].signature < set->count && hits->list[i].kinds != 0);
        for (size_t k = 0; k < i; k++)
            check(hits->list[k].signature != hits->list[i].signature);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    struct hint_hits hits = {.count = 0};
    char line[512];
    size_t used = 0;
    hints_search_head(set->hints, scratch, (const char *)data, length, &hits);
    check_hits(&hits);
    hints_search_body(set->hints, scratch, data, length, &hits);
    check_hits(&hits);
    for (size_t i = 0; i < length && i < 2048; i++) {
        if (data[i] != '\n' && data[i] != '\0' && used + 1 < sizeof line) {
            line[used++] = (char)data[i];
            continue;
        }
        line[used] = '\0';
        check_line(line);
        used = 0;
    }
    return 0;
}
