/* SPDX-License-Identifier: Apache-2.0 */
/* Test support: finds paths in a document the simple way, over the tree that jansson reads. */
#include "json_listing.h"

#include <jansson.h>
#include <string.h>

#define PATHS_MAX 32

/* The paths that lead to a value: what is left of each, and its tag. */
struct leads {
    const char *rest[PATHS_MAX];
    unsigned tag[PATHS_MAX];
    size_t count;
};

struct walk {
    FILE *out;
    unsigned depth;
};

static void walk_value(struct walk *w, const struct leads *leads, json_t *value, const char *key,
                       size_t key_length);

/* Where the path goes on behind this step; NULL if its next step is another one. */
static const char *take_step(const char *path, const char *step, size_t length)
{
    size_t i = 0;
    if (path[0] != '/' || !path[1])
        return NULL;
    for (path++; *path && *path != '/'; path++, i++) {
        char c = *path != '~' ? *path : *++path == '0' ? '~' : '/';
        if (i >= length || step[i] != c)
            return NULL;
    }
    return i == length ? path : NULL;
}

static struct leads follow(const struct leads *from, const char *step, size_t length)
{
    struct leads to = {.count = 0};
    for (size_t i = 0; i < from->count; i++) {
        const char *rest = take_step(from->rest[i], step, length);
        if (!rest)
            continue;
        to.rest[to.count] = rest;
        to.tag[to.count++] = from->tag[i];
    }
    return to;
}

/* A member's leads: those of its exact name, else those of '*'. */
static struct leads follow_name(const struct leads *from, const char *name, size_t length)
{
    struct leads to = {.count = 0};
    bool special = (length == 2 && memcmp(name, "[]", 2) == 0) || (length == 1 && *name == '*');
    if (length <= json_listing_limits.key && !special)
        to = follow(from, name, length);
    return to.count ? to : follow(from, "*", 1);
}

static void tell(struct walk *w, const struct leads *leads, struct listed event)
{
    for (size_t i = 0; i < leads->count; i++) {
        if (*leads->rest[i])
            continue;
        event.tag = leads->tag[i];
        event.depth = w->depth;
        event.cut = event.length > json_listing_limits.text;
        event.length = event.cut ? json_listing_limits.text : event.length;
        if (event.key_length > json_listing_limits.key)
            event.key_length = json_listing_limits.key;
        json_listing_write(w->out, &event);
        return;
    }
}

static void walk_elements(struct walk *w, const struct leads *leads, json_t *array)
{
    struct leads below = follow(leads, "[]", 2);
    for (size_t i = 0; i < json_array_size(array); i++)
        walk_value(w, &below, json_array_get(array, i), "", 0);
}

static void walk_members(struct walk *w, const struct leads *leads, json_t *object)
{
    const char *name;
    size_t length;
    json_t *member;
    json_object_keylen_foreach(object, name, length, member)
    {
        struct leads below = follow_name(leads, name, length);
        walk_value(w, &below, member, name, length);
    }
}

static void walk_container(struct walk *w, const struct leads *leads, json_t *value,
                           struct listed event)
{
    bool array = json_is_array(value);
    event.kind = array ? "[" : "{";
    tell(w, leads, event);
    if (w->depth < json_listing_limits.depth) {
        w->depth++;
        if (array)
            walk_elements(w, leads, value);
        else
            walk_members(w, leads, value);
        w->depth--;
    }
    tell(w, leads, (struct listed){.kind = array ? "]" : "}", .key = ""});
}

static void walk_value(struct walk *w, const struct leads *leads, json_t *value, const char *key,
                       size_t key_length)
{
    static const char *const kinds[] = {"{",      "[",    "string", "number",
                                        "number", "true", "false",  "null"};
    char number[64];
    struct listed event = {.kind = kinds[json_typeof(value)], .key = key, .key_length = key_length};
    if (json_is_object(value) || json_is_array(value)) {
        walk_container(w, leads, value, event);
        return;
    }
    if (json_is_string(value)) {
        event.text = json_string_value(value);
        event.length = json_string_length(value);
    } else if (json_is_number(value)) {
        event.length = (size_t)snprintf(number, sizeof(number), "%.17g", json_number_value(value));
        event.text = number;
    }
    tell(w, leads, event);
}

char *json_listing_walk(const char *const *paths, const char *text, size_t length)
{
    json_t *top =
        json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
    char *listing = NULL;
    size_t size = 0;
    struct leads leads = {.count = 0};
    if (!top)
        return NULL;
    struct walk w = {.out = open_memstream(&listing, &size)};
    for (size_t i = 0; paths[i] && i < PATHS_MAX; i++) {
        leads.rest[i] = paths[i][1] ? paths[i] : "";
        leads.tag[i] = (unsigned)i + 1;
        leads.count++;
    }
    walk_value(&w, &leads, top, "", 0);
    fputs("complete\n", w.out);
    fclose(w.out);
    json_decref(top);
    return listing;
}
