/* SPDX-License-Identifier: Apache-2.0 */
#include "scanned.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define TEST_TIME_NS UINT64_C(1577836800000000000) /* 2020-01-01 */

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
    struct problem problem = {.text = ""};
    cr_assert_eq(scan_set_load(NULL, &set, &problem), AJAR_OK, "%s", problem.text);
    struct scan_options options = {.set = set, .samples = true, .replies_max = 2};
    cr_assert_eq(scanner_new(&options, &scanner), AJAR_OK);
    (void)atexit(release);
    return scanner;
}

const struct finding *scanned_pieces(const void *data, size_t length, size_t piece)
{
    static struct finding finding;
    (void)the_scanner();
    struct scan_book book = {.count = 0};
    struct scan_reply *reply = scan_begin(scanner, TEST_TIME_NS);
    cr_assert_not_null(reply);
    for (size_t at = 0; at < length; at += piece)
        scan_feed(scanner, reply, (const char *)data + at,
                  length - at < piece ? length - at : piece);
    scan_finish(scanner, reply);
    scan_keep(scanner, reply, &book, true);
    scan_give(scanner, reply);
    memset(&finding, 0, sizeof finding);
    scan_book_fill(scanner, &book, &finding);
    scan_book_clear(scanner, &book);
    return &finding;
}

const struct finding *scanned(const char *text)
{
    return scanned_pieces(text, strlen(text), strlen(text) + 1);
}

const struct finding_class *class_in(const struct finding *finding, const char *name)
{
    for (unsigned i = 0; i < finding->class_count; i++)
        if (strcmp(finding->classes[i].name, name) == 0)
            return &finding->classes[i];
    return NULL;
}

unsigned values_of(const char *name, const char *text)
{
    const struct finding_class *row = class_in(scanned(text), name);
    return row ? (unsigned)row->values : 0;
}

unsigned classes_with_values(const char *text)
{
    const struct finding *finding = scanned(text);
    unsigned count = 0;
    for (unsigned i = 0; i < finding->class_count; i++)
        count += finding->classes[i].values > 0;
    return count;
}
