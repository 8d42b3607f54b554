/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of a signature as patterns of the engine: each matches at least wherever the fact holds,
 * and weighs how much that tells. Pure; used only while hints are made.
 */
#ifndef AJAR_DETECT_EXPRESSION_H
#define AJAR_DETECT_EXPRESSION_H

#include "detect/signature.h"

#define EXPRESSION_MAX       512 /* bytes of a pattern, with the NUL */
#define EXPRESSION_STEPS_MAX 8   /* names of one path that are looked for */
#define EXPRESSION_GOOD      10  /* weight from which on a pattern tells enough alone */

struct expression {
    char text[EXPRESSION_MAX];
    size_t length;
    bool any_case;
    bool by_line;
    unsigned weight; /* 0 = says nothing, there is no text then */
};

/* A header line of that name that passes the test. Lines that every server sends say nothing
 * without a test. */
void expression_of_header(const char *name, const struct test *test, struct expression *expression);

/* A body of which the text fact holds; a regular expression is weighed only, for it is a pattern
 * itself. */
void expression_of_text(const struct text_fact *fact, struct expression *expression);

/* A body that begins with the text; blanks before it are passed over. */
void expression_of_beginning(const char *text, struct expression *expression);

/* A body that has the text somewhere, or in a JSON string somewhere. */
void expression_of_words(const char *words, struct expression *expression);

/* Where a path leads through. */
enum path_kind { PATH_JSON, PATH_XML };

/* A JSON or XML body that has what stands at the path, or something on the way to it that tells
 * more. */
void expression_of_place(enum path_kind kind, const char *path, const struct fact *fact,
                         struct expression *expression);

/* All names on the way to a place and at its end, one pattern each; returns how many. */
size_t expression_of_steps(enum path_kind kind, const char *path,
                           struct expression expressions[static EXPRESSION_STEPS_MAX]);

/* A line of a text listing that begins with one of the first words and then one of the second. */
void expression_of_row(const struct table *table, struct expression *expression);

/* A YAML, CBOR or SMILE body that has a member of that name. */
void expression_of_binary_key(const char *key, struct expression *expression);

#endif
