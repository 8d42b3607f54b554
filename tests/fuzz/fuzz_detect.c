/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes detection: one connection through the HTTP inspector and the detector with the shipped
 * signatures. First byte: switches; two bytes: length of the client's bytes; these, then the
 * server's. Detector and inspector live on, so that evidence is reused.
 */
#include "detect/detect.h"
#include "inspect/http.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    SWITCH_TARGET = 1, /* the client's bytes are a method and target, not a whole request */
    SWITCH_HEAD = 2,   /* the server's bytes are a body */
    SWITCH_PIECES = 4, /* small packets */
    SWITCH_GAP = 8,    /* bytes of the server are lost in the middle */
    SWITCH_TWICE = 16, /* the same exchange again */
    SWITCH_SLOW = 32,  /* time passes between packets */
    SWITCH_TEXT = 64,  /* ... a body in plain text */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *count, char ***arguments);

static struct detector *detector;
static struct http_inspector *http;
static uint64_t returned_told;
static uint64_t gave_told;

#define check(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)
#define check_text(text) check(memchr((text), '\0', sizeof(text)))

static void on_finding(void *context, const struct finding *finding)
{
    (void)context;
    check(finding->verdict > VERDICT_NONE && finding->verdict < VERDICTS);
    check(finding->credentials < CREDENTIALS_PROVEN && finding->identity <= IDENTITY_PROVEN);
    check(finding->evidence_count <= FINDING_EVIDENCE_MAX);
    check(finding->dataset_count <= FINDING_DATASETS_MAX);
    for (size_t i = 0; i < finding->evidence_count; i++)
        check_text(finding->evidence[i]);
    for (size_t i = 0; i < finding->dataset_count; i++)
        check_text(finding->datasets[i].name);
    check_text(finding->store);
    check_text(finding->product);
    check_text(finding->version);
    check_text(finding->cluster_id);
    check_text(finding->cluster_name);
    check_text(finding->protection);
    check_text(finding->method);
    check_text(finding->url);
    check_text(finding->host);
    check_text(finding->user_agent);
    /* What is new adds up to the whole. */
    returned_told += finding->returned_new;
    gave_told += finding->gave_bytes_new;
    check(returned_told == finding->returned && gave_told == finding->gave_bytes);
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    static struct signature_set *set; /* for the whole run */
    struct problem problem = {.text = ""};
    struct http_limits limits = HTTP_LIMITS_DEFAULT;
    (void)count;
    (void)arguments;
    if (signature_set_load(&(struct signature_sources){.folder = SIGNATURES}, &set, &problem) !=
        AJAR_OK) {
        (void)fprintf(stderr, "%s\n", problem.text);
        return 1;
    }
    struct detect_options options = {.signatures = set, .listener = on_finding};
    limits.connections = 2;
    limits.inflates = limits.brotlis = 2;
    check(detector_new(&options, &detector) == AJAR_OK);
    struct http_listener listener = detector_http_listener(detector);
    check(http_inspector_new(&limits, &listener, &http) == AJAR_OK);
    return 0;
}

struct input {
    struct flow flow;
    struct packet packet;
    uint8_t switches;
};

static void send(struct input *in, unsigned side, const void *bytes, size_t length)
{
    const uint8_t *data = bytes;
    size_t piece = in->switches & SWITCH_PIECES ? 3 : length;
    for (size_t at = 0; at < length; at += piece) {
        in->packet.ordinal++;
        in->packet.time_ns += in->switches & SWITCH_SLOW ? 30000000 : 1;
        detector_tick(detector, in->packet.time_ns);
        (void)http_bytes(http, &in->flow, side, data + at,
                         length - at < piece ? length - at : piece, &in->packet);
    }
}

static void send_text(struct input *in, unsigned side, const char *text)
{
    send(in, side, text, strlen(text));
}

static void ask(struct input *in, const uint8_t *data, size_t length)
{
    send(in, 0, data, length);
    if (in->switches & SWITCH_TARGET)
        send_text(in, 0, " HTTP/1.1\r\nHost: x\r\n\r\n");
}

static void answer(struct input *in, const uint8_t *data, size_t length)
{
    char head[128];
    if (in->switches & SWITCH_HEAD) {
        const char *type = in->switches & SWITCH_TEXT ? "text/plain" : "application/json";
        (void)snprintf(head, sizeof head,
                       "HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %zu\r\n\r\n", type,
                       length);
        send_text(in, 1, head);
    }
    size_t half = in->switches & SWITCH_GAP ? length / 2 : length;
    send(in, 1, data, half);
    if (half == length)
        return;
    uint32_t lost = (uint32_t)((length - half) / 2);
    detector_note_gap(detector, &in->flow);
    http_gap(http, &in->flow, 1, lost, &in->packet);
    send(in, 1, data + half + lost, length - half - lost);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || !http)
        return 0;
    struct input in = {.flow = {.protocol = PACKET_TCP}, .switches = data[0]};
    size_t client = ((size_t)data[1] | (size_t)data[2] << 8) % (size - 2);
    returned_told = 0;
    gave_told = 0;
    check(http_open(http, &in.flow) == AJAR_OK);
    for (int turn = 0; turn < (in.switches & SWITCH_TWICE ? 2 : 1); turn++) {
        ask(&in, data + 3, client);
        answer(&in, data + 3 + client, size - 3 - client);
    }
    http_close(http, &in.flow);
    detector_close(detector, &in.flow, FLOW_END_FIN, in.packet.time_ns);
    return 0;
}
