/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Masking: a request's target and other short texts lose what a class matches, and keep the rest.
 * The same searches as for replies, so nothing is masked here that would not count there.
 */
#include "scan/inside.h"
#include "scan/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MASK_TEXT_MAX 512
#define MASK          "***"

/* A text without percent encoding, and where each of its bytes began. */
struct plain {
    size_t length;
    char text[MASK_TEXT_MAX];
    uint16_t from[MASK_TEXT_MAX + 1];
};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode(const char *text, size_t length, struct plain *plain)
{
    plain->length = 0;
    for (size_t i = 0; i < length && plain->length < MASK_TEXT_MAX;) {
        int high = text[i] == '%' && i + 2 < length ? hex_value(text[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text[i + 2]) : -1;
        plain->from[plain->length] = (uint16_t)i;
        plain->text[plain->length++] = (char)(low >= 0 ? high << 4 | low : text[i]);
        i += low >= 0 ? 3 : 1;
    }
    plain->from[plain->length] =
        (uint16_t)(plain->length < MASK_TEXT_MAX ? length : plain->from[plain->length - 1] + 1u);
}

static void add_span(struct mask_spans *mask, size_t begin, size_t end)
{
    if (mask->count == MASK_SPANS_MAX || begin == end)
        return;
    mask->spans[mask->count].begin = begin;
    mask->spans[mask->count++].end = end;
}

/* Values of parameters whose name speaks of a class: "?email=...&password=...". */
static void find_parameters(const struct plain *plain, struct mask_spans *mask)
{
    const char *question = memchr(plain->text, '?', plain->length);
    size_t at = question ? (size_t)(question - plain->text) + 1 : plain->length;
    while (at < plain->length) {
        const char *amp = memchr(plain->text + at, '&', plain->length - at);
        size_t end = amp ? (size_t)(amp - plain->text) : plain->length;
        const char *sign = memchr(plain->text + at, '=', end - at);
        size_t name = sign ? (size_t)(sign - plain->text) - at : 0;
        const struct field_name *known = sign ? names_find(plain->text + at, name) : NULL;
        if (known && known->class_of < CLASSES_BUILTIN)
            add_span(mask, at + name + 1, end);
        at = end + 1;
    }
}

static int by_begin(const void *left, const void *right)
{
    const size_t *a = left;
    const size_t *b = right;
    return (*a > *b) - (*a < *b);
}

/* Where the path begins: an authority in front of it is the store's own address. */
static size_t path_begin(const char *text)
{
    const char *scheme = strstr(text, "://");
    if (text[0] == '/' || !scheme)
        return 0;
    const char *slash = strchr(scheme + 3, '/');
    return slash ? (size_t)(slash - text) : strlen(text);
}

/* Where in the text a byte of the plain one began; its end for what lies behind. */
static size_t place_of(const struct plain *plain, size_t at)
{
    return plain->from[at < plain->length ? at : plain->length];
}

/* Copies what no span covers; overlapping spans become one mask. */
static size_t write_masked(const char *text, size_t length, const struct plain *plain,
                           const struct mask_spans *mask, char *masked, size_t size)
{
    size_t used = 0;
    size_t from = 0;
    for (size_t i = 0; i < mask->count; i++) {
        size_t begin = place_of(plain, mask->spans[i].begin);
        size_t end = place_of(plain, mask->spans[i].end);
        if (end <= from)
            continue;
        if (begin >= from)
            used += (size_t)snprintf(masked + used, size - used, "%.*s" MASK, (int)(begin - from),
                                     text + from);
        from = end;
        if (used >= size)
            return size - 1;
    }
    used += (size_t)snprintf(masked + used, size - used, "%.*s", (int)(length - from), text + from);
    return used < size ? used : size - 1;
}

void scan_mask(struct scanner *scanner, char *text, size_t size)
{
    struct mask_spans mask = {.count = 0};
    struct plain plain;
    char masked[2 * MASK_TEXT_MAX];
    struct scan_counters before = scanner->counters;
    size_t skipped = path_begin(text);
    char *path = text + skipped;
    size_t length = strlen(path);
    decode(path, length, &plain);
    if (plain.length == 0)
        return;
    scanner->masking->mask = &mask;
    scanner->masking->begun = false;
    scan_feed(scanner, scanner->masking, plain.text, plain.length);
    scan_finish(scanner, scanner->masking);
    scanner->masking->mask = NULL;
    scanner->counters = before;
    find_parameters(&plain, &mask);
    if (mask.count == 0)
        return;
    qsort(mask.spans, mask.count, sizeof mask.spans[0], by_begin);
    size_t used = write_masked(path, length, &plain, &mask, masked, sizeof masked);
    size_t room = size - 1 - skipped;
    used = used < room ? used : room;
    memcpy(path, masked, used);
    path[used] = '\0';
}

/* The last `count` bytes of a value. */
static const char *tail_of(const uint8_t *at, const struct scan_value *value, int count,
                           char text[static 8])
{
    int begin = value->end - count;
    for (int i = 0; i < count; i++) {
        uint8_t c = near_byte(at, begin + i);
        text[i] = c > ' ' && c < 0x7f ? (char)c : '?';
    }
    text[count] = '\0';
    return text;
}

static int top_level_length(const uint8_t *at, const struct scan_value *value)
{
    int length = 0;
    while (length < 6 && is_letter(near_byte(at, value->end - 1 - length)))
        length++;
    return length;
}

void mask_sample(const uint8_t *at, const struct scan_value *value, enum scan_class class_of,
                 char *sample, size_t size)
{
    char tail[8];
    uint8_t first = near_byte(at, value->begin);
    char begin = first > ' ' && first < 0x7f ? (char)first : '?';
    switch (class_of) {
    case CLASS_EMAIL:
        (void)snprintf(sample, size, "%c***@***.%s", begin,
                       tail_of(at, value, top_level_length(at, value), tail));
        break;
    case CLASS_PAYMENT_CARD:
    case CLASS_IBAN:
        (void)snprintf(sample, size, "***%s", tail_of(at, value, 4, tail));
        break;
    case CLASS_PHONE:
    case CLASS_SSN:
    case CLASS_CASE_NUMBER:
        (void)snprintf(sample, size, "***%s", tail_of(at, value, 2, tail));
        break;
    case CLASS_IPV4:
    case CLASS_IPV6:
    case CLASS_PERSON_NAME:
        (void)snprintf(sample, size, "%c***", begin);
        break;
    default:
        (void)snprintf(sample, size, MASK);
    }
}
