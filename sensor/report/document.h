/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON document in memory: what a report is made of, wherever it comes from. All that ajar knows
 * of jansson is in document.c. Readers take NULL for a member that is not there and give nothing.
 * One thread.
 */
#ifndef AJAR_REPORT_DOCUMENT_H
#define AJAR_REPORT_DOCUMENT_H

#include "ajar/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct node; /* a value in it */

/* Reads a document; free it with node_free(). AJAR_ERR_FORMAT: it is no JSON object, or has a name
 * twice; AJAR_ERR_MEMORY. */
enum ajar_status node_parse(const char *text, size_t length, struct node **node);

/* Empty ones, to be freed or given to another node. NULL: out of memory. */
struct node *node_new_object(void);
struct node *node_new_list(void);
struct node *node_new_text(const char *text);
void node_free(struct node *node); /* accepts NULL */

/* The same node for one more owner, who frees it or gives it away. */
struct node *node_keep(struct node *node);

/*
 * Give an object a member. False: out of memory, or `object` is NULL. node_put() and node_append()
 * take `value` over, also when they fail. Text has to be valid UTF-8.
 */
bool node_put(struct node *object, const char *name, struct node *value);
bool node_put_text(struct node *object, const char *name, const char *text);
bool node_put_number(struct node *object, const char *name, uint64_t number);
bool node_put_true(struct node *object, const char *name, bool value); /* false is left out */
bool node_remove(struct node *object, const char *name); /* true, if it was there or not */
bool node_append(struct node *list, struct node *value);

/* Members of an object, borrowed. */
struct node *node_get(const struct node *object, const char *name);
const char *node_text(const struct node *object, const char *name); /* "" = none */
bool node_has(const struct node *object, const char *name);
bool node_is(const struct node *object, const char *name); /* present and true */
uint64_t node_number(const struct node *object, const char *name, uint64_t otherwise);
uint64_t node_time(const struct node *object, const char *name); /* ns since 1970, 0 = none */

/* Elements of a list, borrowed. */
size_t node_count(const struct node *list);
struct node *node_at(const struct node *list, size_t index);
const char *node_word(const struct node *list, size_t index); /* an element that is text, or "" */

/* Sorts a list, as qsort() does; equal ones keep their order. False: out of memory. */
bool node_sort(struct node *list, int (*compare)(const struct node *a, const struct node *b));

/* Writes it as JSON for people: indented, in the order of its members, ASCII, with a newline. */
enum ajar_status node_write(const struct node *node, FILE *out);

#endif
