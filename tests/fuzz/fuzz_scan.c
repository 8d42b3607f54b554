/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the search for data classes: the first byte says how the rest is cut. Whatever the cut,
 * the same values must be counted; and a text that is masked keeps within its room.
 */
#include "scan/scan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct scanner *scanner;
static struct scan_set *set;

static void release(void)
{
    scanner_free(scanner);
    scan_set_free(set);
}

static struct scanner *the_scanner(void)
{
    if (scanner)
        return scanner;
    if (scan_set_load(NULL, &set, NULL) != AJAR_OK)
        abort();
    struct scan_options options = {.set = set, .samples = true, .replies_max = 1};
    if (scanner_new(&options, &scanner) != AJAR_OK)
        abort();
    (void)atexit(release);
    return scanner;
}

static void search(const uint8_t *data, size_t size, size_t piece, struct finding *finding)
{
    struct scan_book book = {.count = 0};
    struct scan_reply *reply = scan_begin(scanner, UINT64_C(1577836800000000000));
    for (size_t at = 0; at < size; at += piece)
        scan_feed(scanner, reply, data + at, size - at < piece ? size - at : piece);
    scan_finish(scanner, reply);
    scan_keep(scanner, reply, &book, true);
    scan_give(scanner, reply);
    scan_book_fill(scanner, &book, finding);
    scan_book_clear(scanner, &book);
}

static void compare(const struct finding *one, const struct finding *other)
{
    if (one->class_count != other->class_count || one->oldest_s != other->oldest_s ||
        one->newest_s != other->newest_s)
        abort();
    for (unsigned i = 0; i < one->class_count; i++) {
        const struct finding_class *a = &one->classes[i];
        const struct finding_class *b = &other->classes[i];
        if (strcmp(a->name, b->name) != 0 || a->values != b->values || a->odd_new != b->odd_new ||
            a->masked_new != b->masked_new || a->hashed_new != b->hashed_new ||
            strcmp(a->sample, b->sample) != 0)
            abort();
    }
}

static void mask(const uint8_t *data, size_t size)
{
    char text[512];
    size_t length = size < sizeof text - 1 ? size : sizeof text - 1;
    memcpy(text, data, length);
    text[length] = '\0';
    scan_mask(scanner, text, sizeof text);
    if (memchr(text, '\0', sizeof text) == NULL)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct finding whole;
    static struct finding cut;
    (void)the_scanner();
    if (size == 0)
        return 0;
    search(data + 1, size - 1, size, &whole);
    search(data + 1, size - 1, data[0] % 64u + 1, &cut);
    compare(&whole, &cut);
    mask(data + 1, size - 1);
    return 0;
}
