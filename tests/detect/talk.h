/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection between 192.0.2.1:40000 (client) and 10.0.0.5:9200 (server) through the HTTP
 * inspector and the detector with the shipped signatures; what it finds is kept:
 *
 *     static struct talk t;
 *     talk_begin(&t);
 *     talk_ask(&t, "GET /_search");
 *     talk_answer(&t, 200, "", "{...}");
 *     talk_end(&t);
 *
 * expect_verdict() does all of it for one exchange.
 */
#ifndef AJAR_TESTS_DETECT_TALK_H
#define AJAR_TESTS_DETECT_TALK_H

#include "detect/detect.h"
#include "inspect/http.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TALK_FINDINGS_MAX 32
#define TALK_START        UINT64_C(1700000000000000000)
#define MILLISECOND       UINT64_C(1000000)

enum { CLIENT = 0, SERVER = 1 };

struct talk {
    struct signature_set *set;
    struct detector *detector;
    struct http_inspector *http;
    struct flow flow;
    struct packet packet;
    size_t piece; /* bytes a packet, 0 = all in one */
    size_t count;
    struct finding found[TALK_FINDINGS_MAX];
};

static inline void talk_hear(void *context, const struct finding *finding)
{
    struct talk *t = context;
    cr_assert_lt(t->count, TALK_FINDINGS_MAX);
    t->found[t->count++] = *finding;
}

static inline void talk_open(struct talk *t)
{
    t->flow = (struct flow){.protocol = PACKET_TCP,
                            .port = {40000, 9200},
                            .first_ns = TALK_START,
                            .last_ns = t->packet.time_ns};
    t->flow.addr[CLIENT].bytes[15] = 1;
    t->flow.addr[SERVER].bytes[15] = 5;
    cr_assert_eq(http_open(t->http, &t->flow), AJAR_OK);
}

static inline void talk_start(struct talk *t, struct signature_set *set,
                              const struct scan_set *classes, bool scan_full)
{
    struct http_limits limits = HTTP_LIMITS_DEFAULT;
    struct detect_options options = {.signatures = set,
                                     .scan_full = scan_full,
                                     .classes = classes,
                                     .listener = talk_hear,
                                     .context = t};
    limits.connections = 4;
    limits.inflates = 4;
    *t = (struct talk){.set = set, .packet = {.time_ns = TALK_START}};
    if (!set->catalogue)
        cr_assert_eq(signature_set_complete(set, NULL, NULL), AJAR_OK);
    cr_assert_eq(detector_new(&options, &t->detector), AJAR_OK);
    struct http_listener listener = detector_http_listener(t->detector);
    cr_assert_eq(http_inspector_new(&limits, &listener, &t->http), AJAR_OK);
    talk_open(t);
}

static inline struct signature_set *talk_signatures(void)
{
    struct signature_set *set = NULL;
    struct problem problem = {.text = ""};
    cr_assert_eq(
        signature_set_load(&(struct signature_sources){.folder = SIGNATURES}, &set, &problem),
        AJAR_OK, "%s", problem.text);
    return set;
}

static inline void talk_begin_with(struct talk *t, struct signature_set *set, bool scan_full)
{
    talk_start(t, set, NULL, scan_full);
}

/* Replies are searched for these classes of data, which are borrowed. */
static inline void talk_begin_classes(struct talk *t, const struct scan_set *classes,
                                      bool scan_full)
{
    talk_start(t, talk_signatures(), classes, scan_full);
}

static inline void talk_begin(struct talk *t)
{
    talk_begin_with(t, talk_signatures(), true);
}

static inline void talk_packet(struct talk *t, unsigned side, const void *data, size_t length)
{
    t->packet.ordinal++;
    t->flow.side[side].bytes += length;
    t->flow.last_ns = t->packet.time_ns;
    (void)http_bytes(t->http, &t->flow, side, data, length, &t->packet);
}

static inline void talk_bytes(struct talk *t, unsigned side, const void *data, size_t length)
{
    size_t piece = t->piece ? t->piece : length;
    for (size_t at = 0; at < length; at += piece)
        talk_packet(t, side, (const char *)data + at, length - at < piece ? length - at : piece);
}

static inline void talk_say(struct talk *t, unsigned side, const char *text)
{
    talk_bytes(t, side, text, strlen(text));
}

static inline void talk_wait(struct talk *t, uint64_t time_ns)
{
    t->packet.time_ns += time_ns;
}

/* `request` is "GET /path"; `headers` are whole lines. */
static inline void talk_ask_with(struct talk *t, const char *request, const char *headers,
                                 const char *body)
{
    char length[64] = "";
    char *text = NULL;
    if (body[0])
        (void)snprintf(length, sizeof length, "content-length: %zu\r\n", strlen(body));
    cr_assert(asprintf(&text, "%s HTTP/1.1\r\nHost: db\r\n%s%s\r\n%s", request, headers, length,
                       body) > 0);
    talk_say(t, CLIENT, text);
    free(text);
}

static inline void talk_ask(struct talk *t, const char *request)
{
    talk_ask_with(t, request, "", "");
}

/* The type is JSON or plain text unless the headers name one; the length is added. */
static inline char *talk_reply_text(unsigned status, const char *headers, const char *body)
{
    const char *type = body[0] == '{' || body[0] == '[' ? "application/json" : "text/plain";
    char line[64] = "";
    char *text = NULL;
    if (!strcasestr(headers, "content-type:"))
        (void)snprintf(line, sizeof line, "content-type: %s; charset=UTF-8\r\n", type);
    cr_assert(asprintf(&text, "HTTP/1.1 %u X\r\n%s%scontent-length: %zu\r\n\r\n%s", status, headers,
                       line, strlen(body), body) > 0);
    return text;
}

static inline void talk_answer(struct talk *t, unsigned status, const char *headers,
                               const char *body)
{
    char *text = talk_reply_text(status, headers, body);
    talk_say(t, SERVER, text);
    free(text);
}

static inline void talk_hang_up(struct talk *t, enum flow_end end)
{
    http_close(t->http, &t->flow);
    detector_close(t->detector, &t->flow, end, t->packet.time_ns);
}

static inline void talk_free(struct talk *t)
{
    http_inspector_free(t->http);
    detector_free(t->detector);
    signature_set_free(t->set);
}

static inline void talk_end(struct talk *t)
{
    talk_hang_up(t, FLOW_END_FIN);
    talk_free(t);
}

/* The highest finding of a kind that is about a store; one of verdict NONE where there is none. */
static inline const struct finding *talk_best(const struct talk *t)
{
    static const struct finding none;
    const struct finding *best = &none;
    for (size_t i = 0; i < t->count; i++)
        if (t->found[i].kind == FINDING_QUERY && t->found[i].identity != IDENTITY_NONE &&
            t->found[i].verdict >= best->verdict)
            best = &t->found[i];
    return best;
}

/* One exchange on a connection of its own. */
static inline const struct finding *talk_once(const char *request, unsigned status,
                                              const char *headers, const char *body)
{
    static struct talk t;
    talk_begin(&t);
    if (request)
        talk_ask(&t, request);
    talk_answer(&t, status, headers, body);
    talk_end(&t);
    return talk_best(&t);
}

static inline const struct finding_dataset *talk_dataset(const struct finding *finding,
                                                         const char *name)
{
    for (size_t i = 0; i < finding->dataset_count; i++)
        if (strcmp(finding->datasets[i].name, name) == 0)
            return &finding->datasets[i];
    return NULL;
}

#define cr_assert_verdict(finding, wanted, ...)                                                    \
    cr_assert_str_eq(verdict_name((enum verdict)(finding)->verdict), verdict_name(wanted),         \
                     "" __VA_ARGS__)

/* The verdict of one exchange, from a fresh connection. */
#define expect_verdict(wanted, request, status, headers, body)                                     \
    do {                                                                                           \
        const char *asked_ = (request);                                                            \
        const struct finding *judged_ = talk_once(asked_, status, headers, body);                  \
        cr_assert_str_eq(verdict_name((enum verdict)judged_->verdict), verdict_name(wanted),       \
                         "%s %d %s%s: %s, not %s", asked_ ? asked_ : "(unseen)", (status),         \
                         (headers), (body), verdict_name((enum verdict)judged_->verdict),          \
                         verdict_name(wanted));                                                    \
    } while (0)

#endif
