/* SPDX-License-Identifier: Apache-2.0 */
/* Test support: lists what the JSON scanner tells. */
#include "json_listing.h"

#include "inspect/json.h"

#include <stdlib.h>
#include <string.h>

const struct listing_limits json_listing_limits = {JSON_KEY_MAX, JSON_TEXT_MAX, JSON_DEPTH_MAX};

void json_listing_write(FILE *out, const struct listed *event)
{
    fprintf(out, "%u %s depth %u ", event->tag, event->kind, event->depth);
    fwrite(event->key, 1, event->key_length, out);
    if (event->text) {
        fputs(" = ", out);
        fwrite(event->text, 1, event->length, out);
    }
    fputs(event->cut ? " cut\n" : "\n", out);
}

/* A number in one form, whatever it was written like. */
static size_t normalise(const struct json_event *event, char *number, size_t size)
{
    char text[JSON_TEXT_MAX + 1];
    memcpy(text, event->text, event->length);
    text[event->length] = 0;
    return (size_t)snprintf(number, size, "%.17g", strtod(text, NULL));
}

static bool hear(void *context, const struct json_event *event)
{
    static const char *const kinds[] = {"{",      "}",    "[",     "]",   "string",
                                        "number", "true", "false", "null"};
    char number[64];
    bool has_text = event->kind == JSON_STRING || event->kind == JSON_NUMBER;
    struct listed listed = {event->tag,    kinds[event->kind], event->depth,
                            event->key,    event->key_length,  has_text ? event->text : NULL,
                            event->length, event->cut};
    if (event->kind == JSON_NUMBER) {
        listed.length = normalise(event, number, sizeof(number));
        listed.text = number;
    }
    json_listing_write(context, &listed);
    return true;
}

static struct json_paths *make_paths(const char *const *list)
{
    struct json_paths *paths = NULL;
    struct problem problem = {""};
    if (json_paths_new(&paths))
        abort();
    for (uint16_t i = 0; list[i]; i++) {
        uint16_t tag = (uint16_t)(i + 1);
        if (json_paths_add(paths, list[i], &tag, &problem))
            abort();
    }
    return paths;
}

/* Feeds from a block of its own, so that a read past it is seen by the sanitizer. */
static void feed(struct json_scan *scan, const char *text, size_t length)
{
    uint8_t *copy = malloc(length ? length : 1);
    memcpy(copy, text, length);
    json_scan_feed(scan, copy, length);
    free(copy);
}

static const char *outcome(const struct json_scan *scan)
{
    if (json_scan_broken(scan))
        return "broken\n";
    return json_scan_complete(scan) ? "complete\n" : "open\n";
}

char *json_listing_scan(const char *const *list, const char *text, size_t length, size_t cut,
                        unsigned seed)
{
    struct json_paths *paths = make_paths(list);
    struct json_scan scan;
    char *listing = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&listing, &size);
    json_scan_init(&scan, paths, hear, out);
    for (size_t at = 0, next; at < length; at = next) {
        next = length;
        if (seed)
            next = at + 1 + (size_t)rand_r(&seed) % (1u << rand_r(&seed) % 10);
        else if (cut > at)
            next = cut;
        next = next > length ? length : next;
        feed(&scan, text + at, next - at);
    }
    json_scan_finish(&scan);
    fputs(outcome(&scan), out);
    fclose(out);
    json_paths_free(paths);
    return listing;
}
