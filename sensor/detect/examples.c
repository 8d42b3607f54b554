/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The examples of signatures, run through the real inspector and detector: a request and a reply
 * as they stand on the wire, and the verdict they must give.
 */
#include "detect/detect.h"
#include "inspect/http.h"

#include <string.h>
#include <strings.h>

#define EXAMPLE_BYTES_MAX 65536

/* The best finding of one example. */
struct outcome {
    enum verdict verdict;
    struct finding finding;
};

static void on_finding(void *context, const struct finding *finding)
{
    struct outcome *outcome = context;
    bool judged = finding->identity != IDENTITY_NONE;
    if (!judged || finding->verdict < outcome->verdict)
        return;
    outcome->verdict = (enum verdict)finding->verdict;
    outcome->finding = *finding;
}

static bool has_header(const struct example *example, const char *name)
{
    for (size_t i = 0; example->headers[i]; i++)
        if (strncasecmp(example->headers[i], name, strlen(name)) == 0)
            return true;
    return false;
}

static const char *default_type(const char *body)
{
    return body[0] == '{' || body[0] == '[' ? "application/json; charset=UTF-8"
                                            : "text/plain; charset=UTF-8";
}

/* The reply as bytes; returns its length, 0 if it does not fit. */
static size_t write_reply(const struct example *example, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "HTTP/1.1 %u X\r\n", (unsigned)example->status);
    for (size_t i = 0; example->headers[i] && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s\r\n", example->headers[i]);
    if (used < size && !has_header(example, "Content-Type:"))
        used += (size_t)snprintf(text + used, size - used, "content-type: %s\r\n",
                                 default_type(example->body));
    if (used < size)
        used += (size_t)snprintf(text + used, size - used, "content-length: %zu\r\n\r\n%s",
                                 strlen(example->body), example->body);
    return used < size ? used : 0;
}

static enum ajar_status run_example(const struct signature_set *set, const struct example *example,
                                    struct outcome *outcome)
{
    char text[EXAMPLE_BYTES_MAX];
    struct packet packet = {.time_ns = 1, .ordinal = 1};
    struct flow flow = {.protocol = PACKET_TCP, .client = 0};
    struct detector *detector = NULL;
    struct http_inspector *http = NULL;
    struct http_limits limits = HTTP_LIMITS_DEFAULT;
    struct detect_options options = {
        .signatures = set, .scan_full = true, .listener = on_finding, .context = outcome};
    limits.connections = 1;
    enum ajar_status status = detector_new(&options, &detector);
    if (status == AJAR_OK) {
        struct http_listener listener = detector_http_listener(detector);
        status = http_inspector_new(&limits, &listener, &http);
    }
    if (status == AJAR_OK)
        status = http_open(http, &flow);
    if (status == AJAR_OK) {
        size_t length =
            (size_t)snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: x\r\n\r\n", example->request);
        (void)http_bytes(http, &flow, 0, (const uint8_t *)text, length, &packet);
        length = write_reply(example, text, sizeof text);
        (void)http_bytes(http, &flow, 1, (const uint8_t *)text, length, &packet);
        http_close(http, &flow);
        detector_close(detector, &flow, FLOW_END_FIN, 2);
    }
    http_inspector_free(http);
    detector_free(detector);
    return status;
}

static bool names_dataset(const struct finding *finding, const char *name)
{
    for (size_t i = 0; i < finding->dataset_count; i++)
        if (strcmp(finding->datasets[i].name, name) == 0)
            return true;
    return false;
}

/* What differs, or NULL. */
static const char *compare(const struct example *example, const struct outcome *outcome)
{
    if (outcome->verdict != example->verdict)
        return verdict_name(outcome->verdict);
    if (example->version && strcmp(outcome->finding.version, example->version) != 0)
        return "another version";
    if (example->records != FINDING_NO_COUNT && outcome->finding.records != example->records)
        return "another number of records";
    for (size_t i = 0; example->datasets[i]; i++)
        if (!names_dataset(&outcome->finding, example->datasets[i]))
            return "a data set is missing";
    return NULL;
}

size_t signature_set_test(const struct signature_set *set, FILE *out, size_t *run)
{
    static struct outcome outcome;
    size_t differ = 0;
    *run = 0;
    for (size_t i = 0; i < set->count; i++) {
        struct signature *alone[1] = {set->signatures[i]};
        struct signature_set one = {.signatures = alone, .count = 1};
        for (size_t k = 0; k < alone[0]->example_count; k++) {
            const struct example *example = &alone[0]->examples[k];
            outcome = (struct outcome){.verdict = VERDICT_NONE};
            enum ajar_status status = run_example(&one, example, &outcome);
            const char *difference =
                status == AJAR_OK ? compare(example, &outcome) : ajar_status_text(status);
            ++*run;
            if (!difference)
                continue;
            differ++;
            fprintf(out, "%s:%d: %s: expected %s, got %s\n", alone[0]->file, example->line,
                    example->request, verdict_name(example->verdict), difference);
        }
    }
    return differ;
}
