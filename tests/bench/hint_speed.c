/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ajar-bench-hints FOLDER CACHE: what hints cost with the signatures of a folder: to load them
 * (with their patterns, of which those that are not shipped are compiled and kept in the folder
 * CACHE), to derive the patterns again and open what is compiled of them, to read these databases
 * alone, and to search the head and the first bytes of four usual replies. One thread, its own
 * time; the best of several rounds. One line of JSON.
 */
#include "detect/hint_base.h"
#include "detect/hints.h"
#include "detect/signature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS   9
#define SEARCHES 20000

struct reply_text {
    const char *name;
    const char *head;
    const char *body;
};

static const struct reply_text replies[] = {
    {"search", "content-type: application/json; charset=UTF-8\r\ncontent-length: 1024\r\n\r\n",
     "{\"took\":3,\"timed_out\":false,\"_shards\":{\"total\":5,\"successful\":5,\"skipped\":0,"
     "\"failed\":0},\"hits\":{\"total\":{\"value\":10000,\"relation\":\"gte\"},\"max_score\":1.0,"
     "\"hits\":[{\"_index\":\"customers\",\"_type\":\"_doc\",\"_id\":\"1\",\"_score\":1.0,"
     "\"_source\":{\"name\":\"Anna Jones\",\"city\":\"Amsterdam\",\"status\":\"resolved\",\"note\":"
     "\"asked for a call back next week\"}},{\"_index\":\"customers\",\"_type\":\"_doc\",\"_id\":"
     "\"2\",\"_score\":1.0,\"_source\":{\"name\":\"Ben Smith\",\"city\":\"Leeds\"}}]}}"},
    {"page",
     "Server: nginx/1.18.0\r\nDate: Mon, 01 Jul 2024 10:00:00 GMT\r\nContent-Type: text/html; "
     "charset=utf-8\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\nVary: "
     "Accept-Encoding\r\nX-Frame-Options: SAMEORIGIN\r\nSet-Cookie: session=7c1f; Path=/; "
     "HttpOnly\r\n\r\n",
     "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Welcome to our shop"
     "</title><link rel=\"stylesheet\" href=\"/static/css/site.css?v=1207\"><meta "
     "name=\"viewport\" "
     "content=\"width=device-width, initial-scale=1\"><script src=\"/static/js/app.js\" defer>"
     "</script></head><body><div class=\"nav\"><a href=\"/products\">Products</a><a href=\"/about"
     "\">About us</a></div><p>The quick brown fox jumps over the lazy dog.</p></body></html>"},
    {"api",
     "Server: gunicorn\r\nDate: Mon, 01 Jul 2024 10:00:00 GMT\r\nContent-Type: "
     "application/json\r\nContent-Length: 400\r\nVia: 1.1 proxy\r\n\r\n",
     "{\"status\":\"success\",\"data\":{\"user\":{\"id\":17,\"name\":\"Anna\",\"email\":\"anna@"
     "example.com\",\"created_at\":\"2024-01-01T00:00:00Z\"},\"items\":[{\"id\":1,\"title\":\"A "
     "book\",\"price\":12.5,\"count\":2,\"tags\":[\"new\"]},{\"id\":2,\"title\":\"A "
     "pen\",\"price\":"
     "1.5,\"count\":10,\"tags\":[]}],\"total\":2,\"next\":null,\"version\":\"v2\"},\"message\":"
     "null,\"errors\":[]}"},
    {"metrics",
     "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\nDate: Mon, 01 Jul 2024 10:00:00 "
     "GMT\r\n\r\n",
     "# HELP go_gc_duration_seconds A summary of the pause duration of garbage collection cycles.\n"
     "# TYPE go_gc_duration_seconds summary\ngo_gc_duration_seconds{quantile=\"0\"} 4.1e-05\n"
     "go_gc_duration_seconds{quantile=\"0.5\"} 8.9e-05\ngo_gc_duration_seconds_count 3124\n"
     "# HELP go_goroutines Number of goroutines that currently exist.\n# TYPE go_goroutines gauge\n"
     "go_goroutines 113\nprocess_cpu_seconds_total 123.4\n"},
};

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* Nanoseconds for one reply; *found is how many signatures it speaks of. */
static double measure_search(const struct hints *hints, struct hints_scratch *scratch,
                             const struct reply_text *reply, unsigned *found)
{
    struct hint_hits hits = {.count = 0};
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double begin = now();
        for (int i = 0; i < SEARCHES; i++) {
            hits.count = hits.dropped = 0;
            hints_search_head(hints, scratch, reply->head, strlen(reply->head), &hits);
            hints_search_body(hints, scratch, (const uint8_t *)reply->body, strlen(reply->body),
                              &hits);
        }
        best = least(best, now() - begin);
    }
    *found = hits.count;
    return best / SEARCHES * 1e9;
}

/* Seconds to derive the patterns and open what is compiled of them. */
static double measure_open(const struct signature_set *set, const char *cache)
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        struct hints *again = NULL;
        double begin = now();
        if (hints_new(set, cache, &again, NULL) != AJAR_OK)
            return 0;
        best = least(best, now() - begin);
        hints_free(again);
    }
    return best;
}

/* Seconds to make databases of the bytes of those that were compiled or kept. */
static double measure_read(const struct signature_set *set)
{
    char *bytes = NULL;
    size_t length = 0;
    double best = 1e9;
    if (hints_write(set->hints, &bytes, &length) != AJAR_OK)
        return 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct hint_base base;
        double begin = now();
        if (hint_base_read(bytes, length, &base) != AJAR_OK)
            break;
        best = least(best, now() - begin);
        hint_base_clear(&base);
    }
    free(bytes);
    return best;
}

int main(int argc, char **argv)
{
    struct signature_set *set = NULL;
    struct hints_scratch *scratch = NULL;
    struct problem problem = {.text = ""};
    if (argc != 3) {
        fprintf(stderr, "usage: ajar-bench-hints FOLDER CACHE\n");
        return 2;
    }
    struct signature_sources sources = {.folder = argv[1], .cache_folder = argv[2]};
    double begin = now();
    if (signature_set_load(&sources, &set, &problem) != AJAR_OK) {
        fprintf(stderr, "%s\n", problem.text);
        return 1;
    }
    double load = now() - begin;
    if (hints_scratch_new(set->hints, &scratch) != AJAR_OK)
        return 1;
    printf("{\"signatures\":%zu,\"load_ms\":%.2f,\"open_ms\":%.3f,\"read_ms\":%.3f", set->count,
           load * 1e3, measure_open(set, argv[2]) * 1e3, measure_read(set) * 1e3);
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        unsigned found = 0;
        double cost = measure_search(set->hints, scratch, &replies[i], &found);
        printf(",\"%s_ns\":%.0f,\"%s_hints\":%u", replies[i].name, cost, replies[i].name, found);
    }
    printf("}\n");
    hints_scratch_free(scratch);
    signature_set_free(set);
    return 0;
}
