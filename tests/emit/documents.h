/* SPDX-License-Identifier: Apache-2.0 */
/* One event, its document, and what is in that: for the tests of the writers of documents. */
#ifndef AJAR_TESTS_DOCUMENTS_H
#define AJAR_TESTS_DOCUMENTS_H

#include "emit/events.h"
#include "emit/json.h"
#include "emit/json_sensor.h"

#include <jansson.h>

static const struct emit_options options = {.sensor = "span-1", .site = "hq"};
static struct sample sample;
static char text[EMIT_JSON_MAX + 1];
static size_t length;
static json_t *root;

static inline void setup(void)
{
    make_sample(&sample, VERDICT_DRAINED, 4711);
}

static inline void teardown(void)
{
    json_decref(root);
}

static inline void write_with(const struct emit_options *chosen)
{
    json_error_t error;
    cr_assert_eq(json_write_event(chosen, &sample.event, text, EMIT_JSON_MAX, &length), AJAR_OK);
    cr_assert_leq(length, EMIT_JSON_MAX);
    text[length] = '\0';
    cr_assert_not(strchr(text, '\n'));
    json_decref(root);
    root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    cr_assert(root, "%s in %s", error.text, text);
}

static inline void write_event(void)
{
    write_with(&options);
}

/* The value at "a.b.c", or NULL. */
static inline json_t *at(const char *path)
{
    char name[64];
    json_t *value = root;
    while (*path && value) {
        size_t part = strcspn(path, ".");
        (void)snprintf(name, sizeof name, "%.*s", (int)part, path);
        value = json_object_get(value, name);
        path += part + (path[part] == '.');
    }
    return value;
}

static inline void assert_text(const char *path, const char *want)
{
    const char *have = json_string_value(at(path));
    cr_assert(have, "%s is missing in %s", path, text);
    cr_assert_str_eq(have, want, "%s: %s", path, have);
}

static inline void assert_number(const char *path, long long want)
{
    cr_assert(json_is_integer(at(path)), "%s is missing in %s", path, text);
    cr_assert_eq(json_integer_value(at(path)), want, "%s", path);
}

static inline void assert_absent(const char *path)
{
    cr_assert_null(at(path), "%s is there", path);
}

static inline void assert_list(const char *path, const char *want)
{
    char have[1024] = "";
    size_t index;
    json_t *item;
    json_array_foreach(at(path), index, item)
    {
        size_t used = strlen(have);
        (void)snprintf(have + used, sizeof have - used, "%s%s", index ? "," : "",
                       json_string_value(item));
    }
    cr_assert_str_eq(have, want, "%s: %s", path, have);
}

#endif
