/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the XML scanner: the first byte says how the rest is cut. Whatever the cut, the same
 * events must come, at places that exist, with text inside its limits.
 */
#include "inspect/xml_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const wanted[] = {
    "/list", "/list/item", "/list/item/name", "/list/item/@id",
    "/*/*",  "/*/*/*",     "/a/a/a/a/a",      "/list/@xmlns",
};

/* The events so far as one number. */
struct digest {
    uint64_t value;
    uint64_t events;
};

static void mix(struct digest *digest, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++)
        digest->value = (digest->value ^ at[i]) * UINT64_C(0x100000001B3);
    digest->value = (digest->value ^ length) * UINT64_C(0x100000001B3);
}

static bool hear(void *context, const struct json_event *event)
{
    struct digest *digest = context;
    if (event->tag == JSON_TAG_NONE || event->depth > JSON_DEPTH_MAX ||
        event->key_length > JSON_KEY_MAX || event->length > JSON_TEXT_MAX)
        abort();
    mix(digest, &event->tag, sizeof(event->tag));
    mix(digest, &event->kind, sizeof(event->kind));
    mix(digest, &event->depth, sizeof(event->depth));
    mix(digest, event->key, event->key_length);
    mix(digest, event->text, event->length);
    mix(digest, &event->cut, sizeof(event->cut));
    digest->events++;
    return digest->events < 100000;
}

static struct json_paths *make_paths(void)
{
    struct json_paths *paths = NULL;
    if (json_paths_new(&paths))
        abort();
    for (uint16_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
        uint16_t tag = (uint16_t)(i + 1);
        if (json_paths_add(paths, wanted[i], &tag, NULL))
            abort();
    }
    return paths;
}

/* Scans in pieces of at most `piece` bytes. */
static struct digest scan(const struct json_paths *paths, const uint8_t *data, size_t size,
                          size_t piece)
{
    struct xml_scan state;
    struct digest digest = {0};
    xml_scan_init(&state, paths, hear, &digest);
    for (size_t at = 0; at < size; at += piece)
        xml_scan_feed(&state, data + at, size - at < piece ? size - at : piece);
    bool outcome[2] = {xml_scan_broken(&state), xml_scan_complete(&state)};
    mix(&digest, outcome, sizeof(outcome));
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t piece = 1 + (size_t)data[0] % 130;
    struct json_paths *paths = make_paths();
    struct digest whole = scan(paths, data + 1, size - 1, size);
    struct digest pieces = scan(paths, data + 1, size - 1, piece);
    if (whole.value != pieces.value || whole.events != pieces.events)
        abort();
    json_paths_free(paths);
    return 0;
}
