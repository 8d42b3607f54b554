/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes reports of documents that came through a Redis which anybody may have written to: whatever
 * is in them, all three forms are written, the page holds no tag that is not ours, and neither it
 * nor the text holds a control character.
 */
#include "report/report.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPOSURES_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One document a line. */
static void add_lines(struct report *report, const char *text, size_t size)
{
    const char *end = text + size;
    for (unsigned i = 0; i < EXPOSURES_MAX && text < end; i++) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((line_end ? line_end : end) - text);
        (void)report_add_exposure(report, text, length);
        text += length + 1;
    }
}

static void check_text(const char *text)
{
    for (const char *c = text; *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\n') || *c == 0x7f)
            abort();
}

/* Tags that are never ours, and the one attribute that could do something. */
static void check_page(const char *page)
{
    static const char *const foreign[] = {"<script", "<img", "<iframe", "<x", "href=\"j"};
    check_text(page);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        if (strstr(page, foreign[i]))
            abort();
}

static char *written(const struct report *report,
                     enum ajar_status (*write)(const struct report *, FILE *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out || write(report, out) != AJAR_OK || fclose(out) != 0)
        abort();
    return text;
}

static enum ajar_status write_plain_text(const struct report *report, FILE *out)
{
    return report_write_text(report, out, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct report_options options = {
        .site = "hq", .sensor = "span-1", .source = "a Redis", .all = true};
    struct report *report = NULL;
    if (report_new(&options, &report) != AJAR_OK)
        abort();
    add_lines(report, (const char *)data, size);
    if (report_finish(report) != AJAR_OK)
        abort();
    char *json = written(report, report_write_json);
    char *text = written(report, write_plain_text);
    char *page = written(report, report_write_html);
    check_text(text);
    check_page(page);
    free(json);
    free(text);
    free(page);
    report_free(report);
    return 0;
}
