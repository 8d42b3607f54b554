/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON documents by jansson (RFC 8259), behind functions that give nothing where nothing is: a
 * document that came through a Redis may lack anything.
 */
#include "report/document.h"

#include "base/timestamp.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *json_of(const struct node *node)
{
    return (json_t *)(uintptr_t)node;
}

static struct node *node_of(json_t *json)
{
    return (struct node *)json;
}

enum ajar_status node_parse(const char *text, size_t length, struct node **node)
{
    json_error_t error;
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        return json_error_code(&error) == json_error_out_of_memory ? AJAR_ERR_MEMORY
                                                                   : AJAR_ERR_FORMAT;
    if (!json_is_object(json)) {
        json_decref(json);
        return AJAR_ERR_FORMAT;
    }
    *node = node_of(json);
    return AJAR_OK;
}

struct node *node_new_object(void)
{
    return node_of(json_object());
}

struct node *node_new_list(void)
{
    return node_of(json_array());
}

struct node *node_new_text(const char *text)
{
    return node_of(json_string(text));
}

void node_free(struct node *node)
{
    json_decref(json_of(node));
}

struct node *node_keep(struct node *node)
{
    return node_of(json_incref(json_of(node)));
}

bool node_put(struct node *object, const char *name, struct node *value)
{
    return json_object_set_new(json_of(object), name, json_of(value)) == 0;
}

bool node_put_text(struct node *object, const char *name, const char *text)
{
    return json_object_set_new(json_of(object), name, json_string(text)) == 0;
}

bool node_put_number(struct node *object, const char *name, uint64_t number)
{
    return json_object_set_new(json_of(object), name, json_integer((json_int_t)number)) == 0;
}

bool node_put_true(struct node *object, const char *name, bool value)
{
    return !value || json_object_set_new(json_of(object), name, json_true()) == 0;
}

bool node_remove(struct node *object, const char *name)
{
    (void)json_object_del(json_of(object), name);
    return true;
}

bool node_append(struct node *list, struct node *value)
{
    return json_array_append_new(json_of(list), json_of(value)) == 0;
}

struct node *node_get(const struct node *object, const char *name)
{
    return node_of(json_object_get(json_of(object), name));
}

bool node_has(const struct node *object, const char *name)
{
    return node_get(object, name) != NULL;
}

const char *node_text(const struct node *object, const char *name)
{
    const char *text = json_string_value(json_of(node_get(object, name)));
    return text ? text : "";
}

bool node_is(const struct node *object, const char *name)
{
    return json_is_true(json_of(node_get(object, name)));
}

uint64_t node_number(const struct node *object, const char *name, uint64_t otherwise)
{
    const json_t *value = json_of(node_get(object, name));
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return otherwise;
    return (uint64_t)json_integer_value(value);
}

uint64_t node_time(const struct node *object, const char *name)
{
    uint64_t time_ns = 0;
    (void)timestamp_parse(node_text(object, name), &time_ns);
    return time_ns;
}

size_t node_count(const struct node *list)
{
    return json_array_size(json_of(list));
}

struct node *node_at(const struct node *list, size_t index)
{
    return node_of(json_array_get(json_of(list), index));
}

const char *node_word(const struct node *list, size_t index)
{
    const char *text = json_string_value(json_of(node_at(list, index)));
    return text ? text : "";
}

/* Insertion by halving would be quicker to write down, but lists may have 100,000 elements. */
static void merge(struct node **from, struct node **to, size_t count,
                  int (*compare)(const struct node *a, const struct node *b))
{
    if (count < 2)
        return;
    size_t half = count / 2, left = 0, right = half;
    merge(from, to, half, compare);
    merge(from + half, to + half, count - half, compare);
    for (size_t i = 0; i < count; i++) {
        bool first = right == count || (left < half && compare(from[left], from[right]) <= 0);
        to[i] = first ? from[left++] : from[right++];
    }
    memcpy(from, to, count * sizeof(struct node *));
}

bool node_sort(struct node *list, int (*compare)(const struct node *a, const struct node *b))
{
    size_t count = node_count(list);
    struct node **nodes = calloc(2 * count + 1, sizeof(struct node *));
    if (!nodes)
        return false;
    for (size_t i = 0; i < count; i++)
        nodes[i] = node_of(json_incref(json_of(node_at(list, i))));
    merge(nodes, nodes + count, count, compare);
    for (size_t i = 0; i < count; i++)
        (void)json_array_set_new(json_of(list), i, json_of(nodes[i]));
    free(nodes);
    return true;
}

enum ajar_status node_write(const struct node *node, FILE *out)
{
    if (json_dumpf(json_of(node), out, JSON_INDENT(1) | JSON_ENSURE_ASCII) != 0 ||
        fputc('\n', out) == EOF)
        return AJAR_ERR_SYSTEM;
    return AJAR_OK;
}
