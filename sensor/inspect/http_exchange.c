/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exchanges of one HTTP/1.x connection (RFC 9112): heads from the readers, bodies from the
 * framing, contents through the decoder, replies paired with requests, all told to the listener
 * in the order of the bytes. Nothing is stored beyond the segment but a head that is split.
 */
#include "inspect/http2.h"
#include "inspect/http_connection.h"

#include <string.h>

/* The body of the message whose framing was read begins. */
static void begin_body(const struct http_call *call, struct http_half *half,
                       const struct http_framing *framing, bool wanted)
{
    bool mixed = framing->chunked && framing->other_transfer;
    http_content_begin(call, half, mixed ? HTTP_CODING_UNKNOWN : framing->coding, wanted);
}

static void tell_lost(const struct http_call *call, unsigned count)
{
    const struct http_listener *listener = &call->inspector->listener;
    for (unsigned i = 0; i < count; i++)
        listener->lost_reply(listener->context, call->flow);
}

void http_exchange_finish(const struct http_call *call, bool complete)
{
    struct http_connection *connection = call->connection;
    struct http_half *replies = &connection->replies;
    if (connection->ended)
        return;
    http2_finish(call);
    if (replies->in_body) {
        bool whole = complete && http_body_until_close(&replies->body);
        http_content_finish(call, replies, whole ? HTTP_END_COMPLETE : HTTP_END_CUT);
    }
    if (connection->requests.in_body)
        http_content_finish(call, &connection->requests, HTTP_END_CUT);
    tell_lost(call, connection->pending.count);
    connection->ended = true;
}

/* The connection is no HTTP/1 any more. */
static void turn_away(const struct http_call *call)
{
    const struct http_listener *listener = &call->inspector->listener;
    http_exchange_finish(call, false);
    listener->ended(listener->context, call->flow);
}

/* A server whose packets are seen will be heard: its first reply may only be late. */
static enum http_reply_side reply_side(const struct http_connection *connection,
                                       const struct flow *flow)
{
    bool seen = flow->side[flow_other_side(connection->client)].packets > 0;
    const struct http_reader *reader = &connection->replies.reader;
    if (connection->replies.in_body || http_reader_inside_head(reader))
        return HTTP_REPLIES_BUSY;
    return reader->proven || seen ? HTTP_REPLIES_IDLE : HTTP_REPLIES_UNSEEN;
}

/* Puts a request into its place among those that wait, and tells it. */
static void tell_request(const struct http_call *call, const struct http_request *request)
{
    struct http_inspector *inspector = call->inspector;
    const struct http_listener *listener = &inspector->listener;
    enum http_pending_kind kind = slice_equals(request->method, "HEAD")      ? HTTP_PENDING_HEAD
                                  : slice_equals(request->method, "CONNECT") ? HTTP_PENDING_CONNECT
                                                                             : HTTP_PENDING_PLAIN;
    enum http_pending_result result = http_pending_push(&call->connection->pending, kind,
                                                        reply_side(call->connection, call->flow));
    inspector->counters.requests++;
    if (result == HTTP_PENDING_OVERFLOW) {
        inspector->counters.pending_overflow++;
        return;
    }
    if (result == HTTP_PENDING_MAKES_ROOM)
        tell_lost(call, 1);
    listener->request(listener->context, call->flow, request, call->packet);
    if (result == HTTP_PENDING_UNSURE)
        tell_lost(call, 1);
}

static void note_head(struct http_counters *counters, const struct http_framing *framing)
{
    counters->headers_dropped += framing->dropped;
    counters->heads_malformed += framing->contradictory;
}

void http_connection_sign(const struct http_connection *connection, struct http_request *request)
{
    request->proxied = connection->opening.proxied;
    request->proxied_for = connection->opening.proxied_for;
}

/* Whether the message asks for, or agrees to, HTTP/2 in clear text ("Upgrade: h2c", RFC 7540 3.2,
 * which servers still speak though RFC 9113 gave it up). */
static bool names_http2(const struct http_headers *headers)
{
    struct slice list = http_header_find(headers, "upgrade");
    struct slice item;
    while (http_list_next(&list, &item))
        if (slice_equals_nocase(item, "h2c"))
            return true;
    return false;
}

static void take_request(const struct http_call *call, struct slice head)
{
    struct http_inspector *inspector = call->inspector;
    struct http_half *half = &call->connection->requests;
    struct http_request request;
    struct http_framing framing;
    if (!http_head_parse_request((const uint8_t *)head.text, head.length, inspector->path, &request,
                                 &framing))
        return;
    request.resynced = half->reader.resynced;
    http_connection_sign(call->connection, &request);
    note_head(&inspector->counters, &framing);
    uint32_t overflow = call->connection->pending.overflow;
    tell_request(call, &request);
    bool told = call->connection->pending.overflow == overflow;
    if (names_http2(&request.headers)) {
        call->connection->upgrade_asked = true;
        call->connection->opening_over = false;
    }
    http_body_begin_request(&half->body, &framing);
    half->waits = framing.waits;
    begin_body(call, half, &framing, told && inspector->listener.request_body);
}

/* A final reply that came before the request's body was sent: the client may leave the body out
 * (RFC 9110 10.1.1). */
static void release_waiting_body(struct http_connection *connection)
{
    struct http_half *requests = &connection->requests;
    requests->may_omit = requests->waits && requests->in_body && requests->body.wire_bytes == 0 &&
                         connection->pending.count == 0;
}

/* Tells a final reply; returns whether the connection is a tunnel from here on. */
static bool tell_reply(const struct http_call *call, struct http_reply *reply,
                       const struct http_framing *framing)
{
    struct http_inspector *inspector = call->inspector;
    const struct http_listener *listener = &inspector->listener;
    struct http_half *half = &call->connection->replies;
    struct http_pending *pending = &call->connection->pending;
    enum http_pending_kind kind = HTTP_PENDING_PLAIN;
    tell_lost(call, http_pending_drop(pending, reply->resynced));
    reply->request_seen = http_pending_pop(pending, &kind);
    inspector->counters.replies++;
    inspector->counters.unpaired_replies += !reply->request_seen;
    release_waiting_body(call->connection);
    bool tunnel = reply->status == 101 ||
                  (kind == HTTP_PENDING_CONNECT && reply->status >= 200 && reply->status < 300);
    bool bodyless = kind == HTTP_PENDING_HEAD || tunnel;
    bool wanted = listener->reply(listener->context, call->flow, reply, call->packet);
    http_body_begin_reply(&half->body, framing, reply->status, bodyless);
    begin_body(call, half, framing, wanted);
    return tunnel;
}

/* The server agreed to go on in HTTP/2: the request that asked for it is answered there. */
static bool upgrade(const struct http_call *call, const struct http_reply *reply)
{
    struct http_connection *connection = call->connection;
    struct http_pending *pending = &connection->pending;
    enum http_pending_kind kind;
    if (reply->status != 101 || !names_http2(&reply->headers) || pending->count > 1)
        return false;
    tell_lost(call, http_pending_drop(pending, reply->resynced));
    bool asked = http_pending_pop(pending, &kind);
    if (http2_begin_upgraded(call, asked))
        return true;
    tell_lost(call, asked);
    turn_away(call);
    return true;
}

/* Returns whether it was a final one: what was lost before an interim reply is lost before the
 * final one too. */
static bool take_reply(const struct http_call *call, struct slice head)
{
    struct http_half *half = &call->connection->replies;
    struct http_reply reply;
    struct http_framing framing;
    if (!http_head_parse_reply((const uint8_t *)head.text, head.length, &reply, &framing))
        return true;
    reply.resynced = half->reader.resynced;
    note_head(&call->inspector->counters, &framing);
    if (reply.status < 200 && reply.status != 101) {
        call->connection->requests.waits = false;
        return false;
    }
    if (upgrade(call, &reply))
        return true;
    if (tell_reply(call, &reply, &framing)) {
        http_content_finish(call, half, HTTP_END_COMPLETE);
        turn_away(call);
    }
    return true;
}

/* Where this direction stands is not known any more. */
static void lose(const struct http_call *call, struct http_half *half)
{
    call->inspector->counters.resyncs++;
    http_reader_lose(&half->reader, &call->inspector->heads);
    if (!http_is_reply_half(call, half))
        http_pending_gap(&call->connection->pending);
}

static void take_head(const struct http_call *call, struct http_half *half, struct slice head)
{
    bool resynced = half->reader.resynced;
    bool final = true;
    if (http_is_reply_half(call, half))
        final = take_reply(call, head);
    else
        take_request(call, head);
    http_reader_done(&half->reader, &call->inspector->heads);
    half->reader.resynced = resynced && !final;
}

static void read_head(const struct http_call *call, struct http_half *half, struct cursor *c)
{
    struct http_inspector *inspector = call->inspector;
    struct slice head;
    switch (http_reader_next(&half->reader, &inspector->heads, c, &head)) {
    case HTTP_READER_MORE:
        return;
    case HTTP_READER_HEAD:
        take_head(call, half, head);
        return;
    case HTTP_READER_LOST:
        inspector->counters.heads_malformed++;
        break;
    case HTTP_READER_TOO_LONG:
        inspector->counters.heads_too_long++;
        break;
    case HTTP_READER_RUBBISH:
        inspector->counters.heads_malformed++;
        turn_away(call);
        return;
    }
    inspector->counters.resyncs++;
    if (!http_is_reply_half(call, half))
        http_pending_gap(&call->connection->pending);
}

static void read_body(const struct http_call *call, struct http_half *half, struct cursor *c)
{
    struct slice data;
    switch (http_body_read(&half->body, c, &data)) {
    case HTTP_BODY_MORE:
        break;
    case HTTP_BODY_DATA:
        http_content_pass(call, half, data);
        break;
    case HTTP_BODY_DONE:
        http_content_finish(call, half, HTTP_END_COMPLETE);
        break;
    case HTTP_BODY_BROKEN:
        call->inspector->counters.chunks_malformed++;
        http_content_finish(call, half, HTTP_END_CUT);
        lose(call, half);
        break;
    }
}

/* Ends a body of which all bytes have passed, without waiting for the next segment. */
static void end_body(const struct http_call *call, struct http_half *half)
{
    struct cursor none = cursor_over(NULL, 0);
    struct slice data;
    if (half->in_body && http_body_read(&half->body, &none, &data) == HTTP_BODY_DONE)
        http_content_finish(call, half, HTTP_END_COMPLETE);
}

/* Whether the announced body was left out and the next request stands here. */
static bool body_left_out(const struct http_half *half, const struct cursor *c)
{
    return half->in_body && half->may_omit && half->body.wire_bytes == 0 &&
           http_head_recognise(HTTP_HEAD_REQUEST, c->at, cursor_left(c)) == HTTP_START_YES;
}

static void read_message(const struct http_call *call, struct http_half *half, struct cursor *c)
{
    if (half->in_body)
        read_body(call, half, c);
    else
        read_head(call, half, c);
    end_body(call, half);
}

/* Where the client may turn to HTTP/2: at its first byte, and behind a request to do so. */
static bool awaits_opening(const struct http_connection *connection)
{
    return !connection->opening_over && !connection->requests.in_body &&
           !http_reader_inside_head(&connection->requests.reader);
}

/* Frames where HTTP/1 was expected, or the other way round. */
static bool speaks_two(const struct http_connection *connection)
{
    return http2_speaks(connection, false) != http2_speaks(connection, true);
}

/* The first bytes of a client: what they are no part of is read as HTTP/1. */
static void read_opening(const struct http_call *call, struct cursor *c)
{
    struct http_connection *connection = call->connection;
    struct http_opening *opening = &connection->opening;
    bool prefixed = opening->prefixed;
    enum http_opening_step step = http_opening_read(opening, c);
    call->inspector->counters.proxied += opening->prefixed && !prefixed;
    if (step == HTTP_OPENING_MORE)
        return;
    connection->opening_over = true;
    if (step == HTTP_OPENING_HTTP2) {
        bool begun = http2_begin_requests(call);
        if (begun && !connection->upgrade_asked && !http2_speaks(connection, false))
            begun = http2_begin_replies(call);
        if (!begun)
            turn_away(call);
        return;
    }
    if (speaks_two(connection)) {
        turn_away(call);
        return;
    }
    uint8_t held[HTTP_OPENING_MAX];
    struct cursor again = cursor_over(held, opening->used);
    memcpy(held, opening->bytes, opening->used);
    opening->used = 0;
    while (cursor_left(&again) && !connection->ended)
        read_message(call, &connection->requests, &again);
}

/* The first bytes of a server: one that is spoken to in HTTP/2 may send its SETTINGS before the
 * client's preface was seen, and no reply of HTTP/1 begins with a NUL. */
static void greet(const struct http_call *call, const struct cursor *c)
{
    struct http_connection *connection = call->connection;
    bool first = !connection->server_began && !call->flow->midstream;
    connection->server_began = true;
    if (!first || connection->http2 || *c->at != 0)
        return;
    if (!http2_begin_replies(call))
        turn_away(call);
}

void http_exchange_bytes(const struct http_call *call, bool from_client, struct cursor *c)
{
    struct http_connection *connection = call->connection;
    struct http_half *half = from_client ? &connection->requests : &connection->replies;
    if (cursor_left(c) && from_client && body_left_out(half, c))
        http_content_finish(call, half, HTTP_END_CUT);
    if (cursor_left(c) && !from_client)
        greet(call, c);
    while (cursor_left(c) && !connection->ended) {
        if (http2_speaks(connection, from_client)) {
            if (!http2_bytes(call, from_client, c))
                turn_away(call);
            return;
        }
        if (from_client && awaits_opening(connection))
            read_opening(call, c);
        else
            read_message(call, half, c);
    }
}

void http_exchange_gap(const struct http_call *call, bool from_client, uint32_t length)
{
    struct http_connection *connection = call->connection;
    struct http_half *half = from_client ? &connection->requests : &connection->replies;
    if (http2_speaks(connection, from_client)) {
        if (!http2_gap(call, from_client, length))
            turn_away(call);
        return;
    }
    if (from_client)
        connection->opening_over = true;
    if (!half->in_body) {
        lose(call, half);
        return;
    }
    enum http_body_step step = http_body_gap(&half->body, length);
    http_content_gap(call, half, length);
    if (step == HTTP_BODY_MORE)
        return;
    http_content_finish(call, half, HTTP_END_GAP);
    if (step == HTTP_BODY_BROKEN)
        lose(call, half);
}
