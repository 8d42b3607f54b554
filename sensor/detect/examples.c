/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The examples of signatures, run through the real inspector and detector against all signatures
 * of a set: a request and a reply as they stand on the wire, and the finding they must give.
 */
#include "detect/detect.h"
#include "inspect/http.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define EXAMPLE_BYTES_MAX 131072
#define DIFFERENCE_MAX    256

/* What is run again and again. */
struct bench {
    struct detector *detector;
    struct http_inspector *http;
    const char *store; /* whose findings the example is about */
    struct finding best;
    char others[64]; /* another store that something was said of, "" = none */
};

/* Bytes of a message; beyond EXAMPLE_BYTES_MAX it is no example. */
struct message {
    char text[EXAMPLE_BYTES_MAX];
    size_t used;
    bool full;
};

static void add_bytes(struct message *message, const void *bytes, size_t length)
{
    if (message->full || length > sizeof message->text - message->used) {
        message->full = true;
        return;
    }
    memcpy(message->text + message->used, bytes, length);
    message->used += length;
}

static void add_line(struct message *message, const char *name, const char *value)
{
    add_bytes(message, name, strlen(name));
    add_bytes(message, value, strlen(value));
    add_bytes(message, "\r\n", 2);
}

static bool has_header(const char *const *headers, const char *name)
{
    for (size_t i = 0; headers[i]; i++)
        if (strncasecmp(headers[i], name, strlen(name)) == 0)
            return true;
    return false;
}

static void add_headers(struct message *message, const char *const *headers, size_t body_length)
{
    char length[32];
    for (size_t i = 0; headers[i]; i++)
        add_line(message, headers[i], "");
    (void)snprintf(length, sizeof length, "%zu", body_length);
    if (!has_header(headers, "Content-Length:") && !has_header(headers, "Transfer-Encoding:"))
        add_line(message, "Content-Length: ", length);
    add_line(message, "", "");
}

static const char *default_type(const char *body, size_t length)
{
    static const struct {
        const char *start, *type;
    } types[] = {{"{", "application/json; charset=UTF-8"},
                 {"[", "application/json; charset=UTF-8"},
                 {"<html", "text/html; charset=UTF-8"},
                 {"<!doctype html", "text/html"},
                 {"<", "application/xml"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (length >= strlen(types[i].start) &&
            strncasecmp(body, types[i].start, strlen(types[i].start)) == 0)
            return types[i].type;
    bool text = memchr(body, '\0', length) == NULL;
    for (size_t i = 0; i < length && text; i++)
        text = (uint8_t)body[i] < 0x80;
    return text ? "text/plain; charset=UTF-8" : "application/octet-stream";
}

static void write_request(const struct example *example, struct message *message)
{
    const char *body = example->request_body ? example->request_body : "";
    *message = (struct message){.used = 0};
    add_line(message, example->request, " HTTP/1.1");
    if (!has_header(example->request_headers, "Host:"))
        add_line(message, "Host: x", "");
    add_headers(message, example->request_headers, strlen(body));
    add_bytes(message, body, strlen(body));
}

static void write_reply(const struct example *example, struct message *message)
{
    char first[32];
    const char *body = (const char *)example->body;
    (void)snprintf(first, sizeof first, "HTTP/1.1 %u X", (unsigned)example->status);
    *message = (struct message){.used = 0};
    add_line(message, first, "");
    if (!has_header(example->headers, "Content-Type:"))
        add_line(message, "Content-Type: ", default_type(body, example->body_length));
    add_headers(message, example->headers, example->body_length);
    add_bytes(message, body, example->body_length);
}

static void on_finding(void *context, const struct finding *finding)
{
    struct bench *bench = context;
    if (finding->identity == IDENTITY_NONE)
        return;
    if (strcmp(finding->store, bench->store) == 0 && finding->verdict >= bench->best.verdict)
        finding_copy(&bench->best, finding);
    else if (strcmp(finding->store, bench->store) != 0)
        (void)snprintf(bench->others, sizeof bench->others, "%s of %s",
                       verdict_name((enum verdict)finding->verdict), finding->store);
}

static enum ajar_status open_bench(const struct signature_set *set, struct bench *bench)
{
    struct http_limits limits = HTTP_LIMITS_DEFAULT;
    struct detect_options options = {
        .signatures = set, .scan_full = true, .listener = on_finding, .context = bench};
    *bench = (struct bench){.store = ""};
    limits.connections = 1;
    limits.inflates = 1;
    enum ajar_status status = detector_new(&options, &bench->detector);
    if (status != AJAR_OK)
        return status;
    struct http_listener listener = detector_http_listener(bench->detector);
    return http_inspector_new(&limits, &listener, &bench->http);
}

static void close_bench(struct bench *bench)
{
    http_inspector_free(bench->http);
    detector_free(bench->detector);
}

/* One exchange on a connection of its own. */
static enum ajar_status run_example(struct bench *bench, const struct example *example)
{
    static struct message messages[2]; /* request, reply */
    struct packet packet = {.time_ns = 1, .ordinal = 1};
    struct flow flow = {.protocol = PACKET_TCP, .client = 0};
    write_request(example, &messages[0]);
    write_reply(example, &messages[1]);
    if (messages[0].full || messages[1].full)
        return AJAR_ERR_LIMIT;
    enum ajar_status status = http_open(bench->http, &flow);
    if (status != AJAR_OK)
        return status;
    for (uint8_t side = 0; side < 2; side++)
        (void)http_bytes(bench->http, &flow, side, (const uint8_t *)messages[side].text,
                         messages[side].used, &packet);
    http_close(bench->http, &flow);
    detector_close(bench->detector, &flow, FLOW_END_FIN, 2);
    return AJAR_OK;
}

static bool names_dataset(const struct finding *finding, const char *name)
{
    for (size_t i = 0; i < finding->dataset_count; i++)
        if (strcmp(finding->datasets[i].name, name) == 0)
            return true;
    return false;
}

static uint64_t dataset_bytes(const struct finding *finding)
{
    uint64_t sum = FINDING_NO_COUNT;
    for (size_t i = 0; i < finding->dataset_count; i++)
        if (finding->datasets[i].bytes != FINDING_NO_COUNT)
            sum = (sum == FINDING_NO_COUNT ? 0 : sum) + finding->datasets[i].bytes;
    return sum;
}

/* Each writes what was expected and what came and returns true, if they differ. */
static bool texts_differ(const char *what, const char *wanted, const char *got, char *difference)
{
    if (!wanted || strcmp(wanted, got) == 0)
        return false;
    (void)snprintf(difference, DIFFERENCE_MAX, "expected %s '%s', got '%s'", what, wanted, got);
    return true;
}

static bool numbers_differ(const char *what, uint64_t wanted, uint64_t got, char *difference)
{
    char number[32] = "none";
    if (wanted == FINDING_NO_COUNT || wanted == got)
        return false;
    if (got != FINDING_NO_COUNT)
        (void)snprintf(number, sizeof number, "%" PRIu64, got);
    (void)snprintf(difference, DIFFERENCE_MAX, "expected %" PRIu64 " %s, got %s", wanted, what,
                   number);
    return true;
}

static bool verdicts_differ(const struct example *example, const struct bench *bench,
                            char *difference)
{
    if (bench->best.verdict == example->verdict)
        return false;
    (void)snprintf(difference, DIFFERENCE_MAX, "expected %s, got %s%s%s",
                   verdict_name(example->verdict), verdict_name((enum verdict)bench->best.verdict),
                   bench->others[0] ? " and " : "", bench->others);
    return true;
}

static bool datasets_differ(const struct example *example, const struct finding *got,
                            char *difference)
{
    for (size_t i = 0; example->datasets[i]; i++)
        if (!names_dataset(got, example->datasets[i])) {
            (void)snprintf(difference, DIFFERENCE_MAX, "expected data set '%s', got %s%s%s",
                           example->datasets[i], got->dataset_count ? "'" : "none",
                           got->dataset_count ? got->datasets[0].name : "",
                           got->dataset_count > 1 ? "' and others"
                           : got->dataset_count   ? "'"
                                                  : "");
            return true;
        }
    return false;
}

static bool differs(const struct example *example, const struct bench *bench, char *difference)
{
    const struct finding *got = &bench->best;
    return verdicts_differ(example, bench, difference) ||
           texts_differ("product", example->product, got->product, difference) ||
           texts_differ("version", example->version, got->version, difference) ||
           numbers_differ("records", example->records, got->records, difference) ||
           numbers_differ("returned", example->returned, got->returned, difference) ||
           numbers_differ("bytes", example->bytes, dataset_bytes(got), difference) ||
           datasets_differ(example, got, difference);
}

/* Whether the example gives another result; writes which. */
static bool fails(struct bench *bench, const struct signature *signature,
                  const struct example *example, FILE *out)
{
    char difference[DIFFERENCE_MAX] = "";
    bench->store = example->store ? example->store : signature->name;
    bench->best = (struct finding){.records = FINDING_NO_COUNT};
    bench->others[0] = '\0';
    enum ajar_status status = run_example(bench, example);
    if (status != AJAR_OK)
        (void)snprintf(difference, sizeof difference, "%s", ajar_status_text(status));
    else if (!differs(example, bench, difference))
        return false;
    (void)fprintf(out, "%s:%d: %s: %s\n", signature->file, example->line, example->request,
                  difference);
    return true;
}

size_t signature_test(const struct signature_set *set, const struct signature *signature, FILE *out,
                      size_t *run)
{
    static struct bench bench; /* findings are large */
    size_t differing = 0;
    enum ajar_status status = open_bench(set, &bench);
    if (status != AJAR_OK)
        (void)fprintf(out, "%s: %s\n", signature->file, ajar_status_text(status));
    for (size_t i = 0; i < signature->example_count; i++)
        differing += status != AJAR_OK || fails(&bench, signature, &signature->examples[i], out);
    close_bench(&bench);
    *run += signature->example_count;
    return differing;
}

size_t signature_set_test(const struct signature_set *set, FILE *out, size_t *run)
{
    size_t differing = 0;
    *run = 0;
    for (size_t i = 0; i < set->count; i++)
        differing += signature_test(set, set->signatures[i], out, run);
    return differing;
}
