/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ajar-bench-scan [FILE ...]: how fast the shipped data classes are looked for, beside what the
 * machine needs to copy the same bytes and what the pattern matcher needs alone. Without files:
 * search hits of customer records, log lines, and web pages, made here. One thread, its own time;
 * the best of several rounds.
 */
#include "scan/engine.h"
#include "scan/marks.h"
#include "scan/patterns.h"
#include "scan/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT_BYTES (8u << 20)
#define ROUNDS     7
#define PIECE      1448 /* a packet's payload */

struct text {
    const char *name;
    char *bytes;
    size_t length;
};

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static unsigned next_number(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static size_t write_customer(char *to, size_t room, unsigned i, unsigned *state)
{
    return (size_t)snprintf(
        to, room,
        "{\"_index\":\"customers\",\"_type\":\"_doc\",\"_id\":\"%u\",\"_score\":1.0,\"_source\":{"
        "\"case_number\":\"SR%u\",\"customer_email\":\"anna.jones%u@example.com\",\"ip_address\":"
        "\"198.18.%u.%u\",\"location\":\"Amsterdam\",\"opened\":\"2017-%02u-%02uT%02u:%02u:00Z\","
        "\"status\":\"resolved\",\"minutes\":%u,\"notes\":\"Anna called about error 0x%08X; agent "
        "kim remote session, reinstalled the driver and asked for a call back next week. The "
        "printer "
        "was found to be out of paper; the customer was told how to fill it.\"}},",
        i, 119000000 + i * 37, i, i / 250 % 256, i % 250 + 1, i % 12 + 1, i % 28 + 1, i % 24,
        i % 60, i % 97, next_number(state));
}

static size_t write_log(char *to, size_t room, unsigned i, unsigned *state)
{
    return (size_t)snprintf(
        to, room,
        "{\"_index\":\"logs-2019.12\",\"_id\":\"aXb%07x\",\"_source\":{\"@timestamp\":\"2019-12-%"
        "02u"
        "T%02u:%02u:%02u.%03uZ\",\"level\":\"INFO\",\"logger\":\"com.example.shop.OrderService\","
        "\"thread\":\"http-nio-8080-exec-%u\",\"duration_ms\":%u,\"bytes\":%u,\"trace\":"
        "\"%08x-%04x-4%03x-a%03x-%08x%04x\",\"path\":\"/api/v2/orders/%u/items\",\"status\":200,"
        "\"message\":\"order accepted, queue depth %u, took %u ms\"}},",
        next_number(state), i % 28 + 1, i % 24, i % 60, i % 59, i % 1000, i % 64, i % 977,
        next_number(state) % 65536, next_number(state), i & 0xffff, i & 0xfff, i & 0xfff,
        next_number(state), i & 0xffff, next_number(state), i % 100, i % 313);
}

static size_t write_page(char *to, size_t room, unsigned i, unsigned *state)
{
    return (size_t)snprintf(
        to, room,
        "<div class=\"card card-%u\" id=\"item-%u\" data-ts=\"15%08u\"><a "
        "href=\"https://www.example."
        "org/articles/2019/12/%u?ref=home&amp;page=%u\"><img src=\"/static/img/logo@2x.png\" "
        "width=\""
        "%u\"></a><p>The quick brown fox jumps over the lazy dog while %u people watch; see "
        "section "
        "1.%u.3 of the manual.</p></div>\n<script>function f%u(a,b){return a.length>b?a.slice(0,b):"
        "a+\" \"+(b-%u)}</script><style>.c%u{margin:0 %upx;color:#%06x}@media screen{a{top:1.5em}}"
        "</style>\n",
        i % 5, i, next_number(state) % 100000000, i % 31, i % 9, i % 800, i % 99, i % 12, i, i % 17,
        i, i % 40, next_number(state) & 0xffffff);
}

typedef size_t (*writer)(char *to, size_t room, unsigned i, unsigned *state);

static struct text make_text(const char *name, writer write)
{
    struct text text = {name, malloc(TEXT_BYTES), 0};
    unsigned state = 1;
    for (unsigned i = 0; text.bytes && text.length + 2048 < TEXT_BYTES; i++)
        text.length += write(text.bytes + text.length, TEXT_BYTES - text.length, i, &state);
    return text;
}

static struct text read_text(const char *path)
{
    struct text text = {path, NULL, 0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return text;
    text.bytes = malloc(TEXT_BYTES);
    text.length = text.bytes ? fread(text.bytes, 1, TEXT_BYTES, file) : 0;
    (void)fclose(file);
    return text;
}

static bool count_match(void *context, uint32_t id, uint64_t begin, uint64_t end)
{
    uint64_t *count = context;
    (void)id;
    (void)begin;
    (void)end;
    (*count)++;
    return true;
}

struct bench {
    struct scan_set *set;
    struct scanner *scanner;
    struct engine *engine;
    struct engine_scratch *scratch;
    struct engine_stream *stream;
    char *copy;
    uint64_t sum; /* of what was found: keeps the work from being optimised away */
};

static void copy_once(struct bench *bench, const struct text *text)
{
    memcpy(bench->copy, text->bytes, text->length);
    bench->sum += (uint8_t)bench->copy[text->length / 2];
}

static void match_once(struct bench *bench, const struct text *text)
{
    engine_stream_reset(bench->stream);
    for (size_t at = 0; at < text->length; at += PIECE) {
        size_t length = text->length - at < PIECE ? text->length - at : PIECE;
        engine_stream_feed(bench->stream, text->bytes + at, length, bench->scratch, count_match,
                           &bench->sum);
    }
}

static void mark_once(struct bench *bench, const struct text *text)
{
    struct marks_before before = {0, 0, 0};
    uint64_t marks[32];
    for (size_t at = 0; at + 64 * 32 + 2 < text->length; at += sizeof marks * 8) {
        marks_find_all((const uint8_t *)text->bytes + at, 32, &before, marks);
        bench->sum += marks[at / 64 % 32] & 1;
    }
}

static void scan_once(struct bench *bench, const struct text *text)
{
    struct scan_reply *reply = scan_begin(bench->scanner, UINT64_C(1577836800000000000));
    for (size_t at = 0; at < text->length; at += PIECE) {
        size_t length = text->length - at < PIECE ? text->length - at : PIECE;
        scan_feed(bench->scanner, reply, text->bytes + at, length);
    }
    scan_finish(bench->scanner, reply);
    scan_give(bench->scanner, reply);
}

static double measure(struct bench *bench, const struct text *text,
                      void (*once)(struct bench *bench, const struct text *text))
{
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double begun = now();
        once(bench, text);
        double speed = (double)text->length / (now() - begun) / 1e9;
        best = speed > best ? speed : best;
    }
    return best;
}

static bool open_bench(struct bench *bench)
{
    struct problem problem = {.text = ""};
    bool opened = scan_set_load(NULL, &bench->set, &problem) == AJAR_OK;
    struct scan_options options = {.set = bench->set, .replies_max = 4};
    bench->copy = malloc(TEXT_BYTES);
    opened = opened && bench->copy && scanner_new(&options, &bench->scanner) == AJAR_OK &&
             patterns_compile(&bench->engine, &problem) == AJAR_OK &&
             engine_scratch_add(bench->engine, &bench->scratch) == AJAR_OK &&
             engine_stream_open(bench->engine, &bench->stream) == AJAR_OK;
    if (!opened)
        (void)fprintf(stderr, "ajar-bench-scan: %s\n", problem.text);
    return opened;
}

static void close_bench(struct bench *bench)
{
    engine_stream_close(bench->stream);
    engine_scratch_free(bench->scratch);
    engine_free(bench->engine);
    scanner_free(bench->scanner);
    scan_set_free(bench->set);
    free(bench->copy);
}

static void tell(struct bench *bench, struct text text)
{
    if (text.length == 0)
        (void)printf("%-20s cannot be read\n", text.name);
    else
        (void)printf("%-20.20s %8.2f %10.2f %8.2f %8.2f\n", text.name,
                     measure(bench, &text, copy_once), measure(bench, &text, match_once),
                     measure(bench, &text, mark_once), measure(bench, &text, scan_once));
    free(text.bytes);
}

int main(int argc, char **argv)
{
    struct bench bench = {.sum = 0};
    if (!open_bench(&bench))
        return 1;
    (void)printf("GB/s                   memcpy   literals    marks  classes\n");
    for (int i = 1; i < argc; i++)
        tell(&bench, read_text(argv[i]));
    if (argc == 1) {
        tell(&bench, make_text("customer records", write_customer));
        tell(&bench, make_text("log lines", write_log));
        tell(&bench, make_text("web pages", write_page));
    }
    (void)fprintf(stderr, "(%llu)\n", (unsigned long long)bench.sum);
    close_bench(&bench);
    return 0;
}
