/* SPDX-License-Identifier: Apache-2.0 */
/* What a set of paths finds in an XML document, one line an event, cut as a test likes. */
#ifndef AJAR_TESTS_INSPECT_XML_LISTING_H
#define AJAR_TESTS_INSPECT_XML_LISTING_H

#include "inspect/xml_scan.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline bool xml_hear(void *context, const struct json_event *event)
{
    FILE *out = context;
    (void)fprintf(out, "%u%s %.*s", event->tag,
                  event->kind == JSON_OBJECT       ? "<"
                  : event->kind == JSON_OBJECT_END ? ">"
                                                   : "=",
                  (int)event->key_length, event->key);
    if (event->kind == JSON_STRING)
        (void)fprintf(out, " '%.*s'%s", (int)event->length, event->text, event->cut ? "..." : "");
    (void)fputs("; ", out);
    return true;
}

/* `paths` ends with NULL; the tag of a path is its number from 1. The text is cut behind byte
 * `cut`, and then into pieces of `piece` bytes (0 = none). Caller frees. */
static inline char *xml_listing(const char *const *paths, const char *text, size_t length,
                                size_t cut, size_t piece)
{
    struct json_paths *set = NULL;
    struct xml_scan scan;
    char *listing = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&listing, &size);
    cr_assert_eq(json_paths_new(&set), AJAR_OK);
    for (uint16_t i = 0; paths[i]; i++) {
        uint16_t tag = (uint16_t)(i + 1);
        cr_assert_eq(json_paths_add(set, paths[i], &tag, NULL), AJAR_OK);
    }
    xml_scan_init(&scan, set, xml_hear, out);
    (void)xml_scan_feed(&scan, (const uint8_t *)text, cut);
    size_t step = piece ? piece : length + 1;
    for (size_t at = cut; at < length; at += step)
        (void)xml_scan_feed(&scan, (const uint8_t *)text + at,
                            length - at < step ? length - at : step);
    (void)fputs(xml_scan_broken(&scan)     ? "broken"
                : xml_scan_complete(&scan) ? "complete"
                                           : "open",
                out);
    (void)fclose(out);
    json_paths_free(set);
    return listing;
}

/* The events of a text in one piece are these, and the same wherever it is cut. */
static inline void expect_xml(const char *const *paths, const char *text, const char *wanted)
{
    size_t length = strlen(text);
    for (size_t cut = 0; cut <= length; cut++) {
        char *listing = xml_listing(paths, text, length, cut, 0);
        cr_expect_str_eq(listing, wanted, "cut at %zu of %.200s\n  %s\n  %s", cut, text, listing,
                         wanted);
        free(listing);
    }
    for (size_t piece = 1; piece < 4; piece++) {
        char *listing = xml_listing(paths, text, length, 0, piece);
        cr_expect_str_eq(listing, wanted, "pieces of %zu of %.200s\n  %s", piece, text, listing);
        free(listing);
    }
}

#endif
