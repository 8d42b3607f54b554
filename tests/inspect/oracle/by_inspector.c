/* SPDX-License-Identifier: Apache-2.0 */
/* Test support: the exchanges of a connection as the HTTP inspector tells them. */
#include "transcript.h"

#include "inspect/http.h"

#include <stdio.h>
#include <stdlib.h>

struct exchange {
    char *request; /* "METHOD target", "?" if unseen */
    unsigned long request_bytes;
    bool coded;      /* the request's body is compressed: its length is not compared */
    unsigned status; /* 0 = no reply */
    unsigned long long reply_bytes;
};

struct told {
    struct exchange *list;
    size_t count;
    size_t oldest; /* request that waits */
    size_t current;
};

/* The oldest request that waits, from now on taken for answered; replies to requests never seen
 * stand in the list too. */
static size_t take_oldest(struct told *told)
{
    while (!told->list[told->oldest].request)
        told->oldest++;
    return told->oldest++;
}

static struct exchange *append(struct told *told)
{
    told->list = realloc(told->list, (told->count + 1) * sizeof(*told->list));
    told->list[told->count] = (struct exchange){0};
    return &told->list[told->count++];
}

static void hear_request(void *context, struct flow *flow, const struct http_request *request,
                         const struct packet *packet)
{
    struct exchange *exchange = append(context);
    (void)flow, (void)packet;
    if (asprintf(&exchange->request, "%.*s %.*s", (int)request->method.length, request->method.text,
                 (int)request->target.length, request->target.text) < 0)
        abort();
    exchange->coded = http_header_find(&request->headers, "content-encoding").text;
}

static void hear_request_body(void *context, struct flow *flow, const uint8_t *data, size_t length)
{
    struct told *told = context;
    (void)flow, (void)data;
    struct exchange *exchange = &told->list[told->count - 1];
    exchange->request_bytes += exchange->coded ? 0 : length;
}

static bool hear_reply(void *context, struct flow *flow, const struct http_reply *reply,
                       const struct packet *packet)
{
    struct told *told = context;
    (void)flow, (void)packet;
    if (!reply->request_seen) {
        append(told)->status = reply->status;
        told->current = told->count - 1;
        return false;
    }
    told->current = take_oldest(told);
    told->list[told->current].status = reply->status;
    return false;
}

static bool hear_body(void *context, struct flow *flow, const uint8_t *data, size_t length,
                      const struct packet *packet)
{
    (void)context, (void)flow, (void)data, (void)length, (void)packet;
    return false;
}

static void hear_reply_end(void *context, struct flow *flow, const struct http_body_totals *totals,
                           const struct packet *packet)
{
    struct told *told = context;
    (void)flow, (void)packet;
    told->list[told->current].reply_bytes = totals->wire_bytes;
}

static void hear_lost_reply(void *context, struct flow *flow)
{
    struct told *told = context;
    (void)flow;
    (void)take_oldest(told);
}

static void hear_ended(void *context, struct flow *flow)
{
    (void)context, (void)flow;
}

static void play(const struct transcript *t, struct told *told)
{
    struct http_listener listener = {
        .context = told,
        .request = hear_request,
        .request_body = hear_request_body,
        .reply = hear_reply,
        .body = hear_body,
        .reply_end = hear_reply_end,
        .lost_reply = hear_lost_reply,
        .ended = hear_ended,
    };
    struct http_limits limits = HTTP_LIMITS_DEFAULT;
    struct http_inspector *inspector = NULL;
    struct flow flow = {.client = 0, .midstream = t->midstream};
    struct packet packet = {.protocol = PACKET_TCP};
    limits.connections = 2;
    limits.inflates = limits.brotlis = 2;
    flow.side[1].fin = t->server_fin;
    if (http_inspector_new(&limits, &listener, &inspector) || http_open(inspector, &flow))
        abort();
    for (size_t i = 0; i < t->count; i++) {
        if (!http_bytes(inspector, &flow, !t->pieces[i].from_client, t->pieces[i].bytes,
                        t->pieces[i].length, &packet))
            break;
    }
    http_close(inspector, &flow);
    http_inspector_free(inspector);
}

struct exchanges exchanges_by_inspector(const struct transcript *transcript)
{
    struct told told = {0};
    struct exchanges exchanges = {0};
    play(transcript, &told);
    for (size_t i = 0; i < told.count; i++) {
        struct exchange *e = &told.list[i];
        char *line = NULL;
        if (asprintf(&line, "%s %lu -> %u %llu", e->request ? e->request : "?", e->request_bytes,
                     e->status, e->reply_bytes) < 0)
            abort();
        exchanges_add(&exchanges, line);
        free(e->request);
    }
    free(told.list);
    return exchanges;
}
