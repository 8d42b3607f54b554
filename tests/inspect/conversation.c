/* SPDX-License-Identifier: Apache-2.0 */
/* Test support: a listener that writes a trace, and a player that cuts conversations anywhere. */
#include "conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char *bytes;
    size_t length;
    size_t room;
};

struct recorder {
    const struct play *play;
    struct text trace;
    struct text request_body;
    struct text body;
};

static void add(struct text *text, const void *bytes, size_t length)
{
    if (text->room < text->length + length + 1) {
        text->room = 2 * (text->length + length + 1);
        text->bytes = realloc(text->bytes, text->room);
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

static void add_word(struct text *text, const char *word)
{
    add(text, word, strlen(word));
}

static void add_clean(struct text *text, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        add(text, (unsigned char)bytes[i] < 0x20 ? "." : &bytes[i], 1);
}

static void flush(struct text *trace, struct text *body, const char *mark)
{
    if (body->length == 0)
        return;
    add_word(trace, mark);
    add_clean(trace, body->bytes, body->length);
    add_word(trace, "\n");
    body->length = 0;
}

static void hear_request(void *context, struct flow *flow, const struct http_request *request,
                         const struct packet *packet)
{
    struct recorder *r = context;
    (void)flow, (void)packet;
    flush(&r->trace, &r->request_body, ">> ");
    add_word(&r->trace, "> ");
    add_clean(&r->trace, request->method.text, request->method.length);
    add_word(&r->trace, " ");
    add_clean(&r->trace, request->path.text, request->path.length);
    if (request->query.length) {
        add_word(&r->trace, " ?");
        add_clean(&r->trace, request->query.text, request->query.length);
    }
    if (request->proxied) {
        char text[ADDR_TEXT_MAX];
        addr_format(&request->proxied_for, text);
        add_word(&r->trace, " for ");
        add_word(&r->trace, text);
    }
    add_word(&r->trace, request->resynced ? " resynced\n" : "\n");
}

static void hear_request_body(void *context, struct flow *flow, const uint8_t *data, size_t length)
{
    struct recorder *r = context;
    (void)flow;
    add(&r->request_body, data, length);
}

static bool hear_reply(void *context, struct flow *flow, const struct http_reply *reply,
                       const struct packet *packet)
{
    struct recorder *r = context;
    char line[32];
    (void)flow, (void)packet;
    snprintf(line, sizeof(line), "< %u", reply->status);
    add_word(&r->trace, line);
    add_word(&r->trace, reply->request_seen ? "" : " unpaired");
    add_word(&r->trace, reply->resynced ? " resynced\n" : "\n");
    return !r->play->refuse_bodies;
}

static bool hear_body(void *context, struct flow *flow, const uint8_t *data, size_t length,
                      const struct packet *packet)
{
    struct recorder *r = context;
    (void)flow, (void)packet;
    add(&r->body, data, length);
    return r->play->enough == 0 || r->body.length < r->play->enough;
}

static bool hear_body_gap(void *context, struct flow *flow, uint32_t length)
{
    struct recorder *r = context;
    char text[32];
    (void)flow;
    snprintf(text, sizeof(text), "[%u]", length);
    add_word(&r->body, text);
    return true;
}

static void hear_reply_end(void *context, struct flow *flow, const struct http_body_totals *totals,
                           const struct packet *packet)
{
    static const char *const ends[] = {"complete", "cut", "gap"};
    struct recorder *r = context;
    char line[96];
    (void)flow, (void)packet;
    flush(&r->trace, &r->body, "<< ");
    snprintf(line, sizeof(line), "<. %s wire %llu%s%s\n", ends[totals->end],
             (unsigned long long)totals->wire_bytes, totals->encoded ? " coded" : "",
             totals->undecodable ? " undecodable" : "");
    add_word(&r->trace, line);
}

static void hear_lost_reply(void *context, struct flow *flow)
{
    struct recorder *r = context;
    (void)flow;
    add_word(&r->trace, "lost\n");
}

static void hear_ended(void *context, struct flow *flow)
{
    struct recorder *r = context;
    (void)flow;
    add_word(&r->trace, "ended\n");
}

/* Gives one piece in a block of its own, so that a read past it is seen by the sanitizer. */
static bool give(struct http_inspector *inspector, struct flow *flow, const struct turn *turn,
                 size_t from, size_t length)
{
    struct packet packet = {.protocol = PACKET_TCP, .time_ns = turn->time_ns};
    uint8_t *copy = malloc(length ? length : 1);
    memcpy(copy, turn->bytes + from, length);
    bool more = http_bytes(inspector, flow, turn->who == TURN_SERVER, copy, length, &packet);
    free(copy);
    return more;
}

static bool play_turn(const struct play *play, struct http_inspector *inspector, struct flow *flow,
                      const struct turn *turn)
{
    struct packet packet = {.protocol = PACKET_TCP};
    bool more = true;
    if (!turn->bytes) {
        http_gap(inspector, flow, turn->who == TURN_SERVER_GAP, (uint32_t)turn->length, &packet);
        return true;
    }
    for (size_t at = 0, next; at < turn->length && more; at = next) {
        next = turn->length;
        if (play->seed)
            next = at + 1 + (size_t)rand() % (1u << rand() % 9);
        else if (play->cut > at)
            next = play->cut;
        next = next > turn->length ? turn->length : next;
        more = give(inspector, flow, turn, at, next - at);
    }
    return more;
}

char *conversation_play(const struct play *play, struct http_counters *counters)
{
    struct recorder r = {.play = play};
    struct http_listener listener = {
        .context = &r,
        .request = hear_request,
        .request_body = hear_request_body,
        .reply = hear_reply,
        .body = hear_body,
        .body_gap = hear_body_gap,
        .reply_end = hear_reply_end,
        .lost_reply = hear_lost_reply,
        .ended = hear_ended,
    };
    struct http_limits limits = play->limits.connections ? play->limits : HTTP_LIMITS_DEFAULT;
    struct flow flow = {.client = 0, .midstream = play->midstream};
    struct http_inspector *inspector = NULL;
    limits.connections = play->limits.connections ? limits.connections : 2;
    limits.inflates = play->limits.connections ? limits.inflates : 2;
    limits.http2_connections = play->limits.connections ? limits.http2_connections : 1;
    limits.http2_blocks = play->limits.connections ? limits.http2_blocks : 300;
    flow.side[1].fin = !play->open_end;
    flow.side[1].packets = play->server_seen;
    srand(play->seed);
    add_word(&r.trace, "");
    if (http_inspector_new(&limits, &listener, &inspector) || http_open(inspector, &flow))
        abort();
    for (size_t i = 0; i < play->count; i++) {
        if (!play_turn(play, inspector, &flow, &play->turns[i]))
            break;
    }
    http_close(inspector, &flow);
    flush(&r.trace, &r.request_body, ">> ");
    if (counters)
        *counters = *http_inspector_counters(inspector);
    http_inspector_free(inspector);
    free(r.request_body.bytes);
    free(r.body.bytes);
    return r.trace.bytes;
}
