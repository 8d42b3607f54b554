/* SPDX-License-Identifier: Apache-2.0 */
/* Exposures as documents, and reports made of them. */
#ifndef AJAR_TESTS_REPORT_SCENE_H
#define AJAR_TESTS_REPORT_SCENE_H

#include "report/report.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MADE_NS 1577836800000000000ULL /* 2020-01-01 */

/* A store that stood open from 2019-12-05 to 2019-12-31 and still does. The members of `more`
 * (", ...", or "") come behind those that all have. */
static inline void add(struct report *report, const char *address, const char *more)
{
    char json[8192];
    int length = snprintf(json, sizeof json,
                          "{\"id\":\"9d5e\",\"store\":\"elasticsearch\",\"address\":\"%s\","
                          "\"port\":9200,\"open_at_least\":{\"since\":\"2019-12-05T09:14:02Z\","
                          "\"until\":\"2019-12-31T16:40:11.000000Z\"},\"verdict\":\"data\"%s}",
                          address, more);
    cr_assert_lt(length, (int)sizeof json);
    cr_assert_eq(report_add_exposure(report, json, (size_t)length), AJAR_OK, "%s", json);
}

#define OPEN     ",\"status\":\"open\",\"zone\":\"outside\",\"severity\":80"
#define INTERNAL ",\"status\":\"open\",\"zone\":\"internal\",\"severity\":40"
#define ALLOWED  ",\"status\":\"open\",\"zone\":\"allowed\""
#define CLOSED                                                                                     \
    ",\"status\":\"closed\",\"zone\":\"outside\",\"severity\":90,"                                 \
    "\"closed\":{\"at\":\"2019-12-31T17:00:00.000000Z\",\"by\":\"refused\"}"

static inline struct report *make_report(bool all)
{
    struct report_options options = {
        .site = "hq", .sensor = "span-1", .source = "a test", .all = all, .now_ns = MADE_NS};
    struct report *report = NULL;
    cr_assert_eq(report_new(&options, &report), AJAR_OK);
    return report;
}

static inline void finish(struct report *report)
{
    cr_assert_eq(report_finish(report), AJAR_OK);
}

enum form { FORM_TEXT, FORM_HTML, FORM_JSON };

/* What is written, to be freed. */
static inline char *written(const struct report *report, enum form form)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    enum ajar_status status = form == FORM_TEXT   ? report_write_text(report, out, false)
                              : form == FORM_HTML ? report_write_html(report, out)
                                                  : report_write_json(report, out);
    cr_assert_eq(status, AJAR_OK);
    (void)fclose(out);
    return text;
}

static inline void assert_says(const struct report *report, enum form form, const char *part)
{
    char *text = written(report, form);
    cr_assert(strstr(text, part), "\"%s\" is not in:\n%s", part, text);
    free(text);
}

static inline void assert_silent(const struct report *report, enum form form, const char *part)
{
    char *text = written(report, form);
    cr_assert_not(strstr(text, part), "\"%s\" is in:\n%s", part, text);
    free(text);
}

static inline uint64_t total(const struct report *report, const char *name)
{
    return node_number(node_get(report_document(report), "totals"), name, UINT64_MAX);
}

#endif
