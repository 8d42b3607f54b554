/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exchanges of one HTTP/1.x connection (RFC 9112): heads from the readers, bodies from the
 * framing, contents through the decoder, replies paired with requests, all told to the listener
 * in the order of the bytes. Nothing is stored beyond the segment but a head that is split.
 */
#include "inspect/http_connection.h"

static void release_inflate(const struct http_call *call, struct http_half *half)
{
    http_pool_return(&call->inspector->inflates, half->inflate);
    half->inflate = NULL;
}

static bool is_reply_half(const struct http_call *call, const struct http_half *half)
{
    return half == &call->connection->replies;
}

/* Where content goes that is ready to be told. */
struct delivery {
    const struct http_call *call;
    struct http_half *half;
};

static bool deliver(void *context, const uint8_t *data, size_t length)
{
    const struct delivery *to = context;
    const struct http_call *call = to->call;
    const struct http_listener *listener = &call->inspector->listener;
    to->half->decoded_bytes += length;
    if (is_reply_half(call, to->half))
        return listener->body(listener->context, call->flow, data, length, call->packet);
    listener->request_body(listener->context, call->flow, data, length);
    return true;
}

/* The content cannot be told any further. */
static void give_up_content(const struct http_call *call, struct http_half *half)
{
    half->undecodable = true;
    half->wanted = false;
    release_inflate(call, half);
}

static void decode_content(const struct http_call *call, struct http_half *half, struct slice data)
{
    struct http_inspector *inspector = call->inspector;
    struct delivery to = {call, half};
    switch (http_inflate_feed(half->inflate, data, inspector->out, deliver, &to)) {
    case HTTP_INFLATE_OK:
        return;
    case HTTP_INFLATE_ENOUGH:
        half->wanted = false;
        release_inflate(call, half);
        return;
    case HTTP_INFLATE_BOMB:
        inspector->counters.inflate_bombs++;
        break;
    case HTTP_INFLATE_BROKEN:
        inspector->counters.inflate_failed++;
        break;
    }
    give_up_content(call, half);
}

static void pass_content(const struct http_call *call, struct http_half *half, struct slice data)
{
    struct delivery to = {call, half};
    if (!half->wanted)
        return;
    if (half->inflate)
        decode_content(call, half, data);
    else
        half->wanted = deliver(&to, (const uint8_t *)data.text, data.length);
    if (half->wanted)
        half->read_bytes += data.length;
}

/* The body that just began is coded: finds a decoder for it, if its content is wanted. */
static void begin_decoding(const struct http_call *call, struct http_half *half)
{
    struct http_inspector *inspector = call->inspector;
    struct http_inflate_limits limits = {.ratio = inspector->limits.inflate_ratio,
                                         .bytes = inspector->limits.inflate_bytes};
    half->undecodable = half->coding == HTTP_CODING_UNKNOWN;
    if (half->coding == HTTP_CODING_NONE || !half->wanted || half->undecodable) {
        half->wanted = half->wanted && !half->undecodable;
        return;
    }
    void *block = http_pool_take(&inspector->inflates);
    if (!block) {
        inspector->counters.inflate_refused++;
        give_up_content(call, half);
        return;
    }
    half->inflate = http_inflate_begin(block, (enum http_coding)half->coding, &limits);
}

/* The body of the message whose framing was read begins. */
static void begin_body(const struct http_call *call, struct http_half *half,
                       const struct http_framing *framing, bool wanted)
{
    bool mixed = framing->chunked && framing->other_transfer;
    half->coding = mixed ? HTTP_CODING_UNKNOWN : framing->coding;
    half->decoded_bytes = 0;
    half->read_bytes = 0;
    half->in_body = true;
    half->wanted = wanted;
    begin_decoding(call, half);
}

static void finish_body(const struct http_call *call, struct http_half *half, enum http_end end)
{
    const struct http_listener *listener = &call->inspector->listener;
    struct http_body_totals totals = {
        .end = half->body.gapped ? HTTP_END_GAP : end,
        .wire_bytes = half->body.wire_bytes,
        .read_bytes = half->read_bytes,
        .decoded_bytes = half->decoded_bytes,
        .encoded = half->coding != HTTP_CODING_NONE,
        .undecodable = half->undecodable,
    };
    release_inflate(call, half);
    half->in_body = false;
    half->may_omit = false;
    if (is_reply_half(call, half))
        listener->reply_end(listener->context, call->flow, &totals, call->packet);
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
    if (replies->in_body) {
        bool whole = complete && http_body_until_close(&replies->body);
        finish_body(call, replies, whole ? HTTP_END_COMPLETE : HTTP_END_CUT);
    }
    if (connection->requests.in_body)
        finish_body(call, &connection->requests, HTTP_END_CUT);
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

static enum http_reply_side reply_side(const struct http_connection *connection)
{
    const struct http_reader *reader = &connection->replies.reader;
    if (connection->replies.in_body || http_reader_inside_head(reader))
        return HTTP_REPLIES_BUSY;
    return reader->proven ? HTTP_REPLIES_IDLE : HTTP_REPLIES_UNSEEN;
}

/* Puts a request into its place among those that wait, and tells it. */
static void tell_request(const struct http_call *call, const struct http_request *request)
{
    struct http_inspector *inspector = call->inspector;
    const struct http_listener *listener = &inspector->listener;
    enum http_pending_kind kind = slice_equals(request->method, "HEAD")      ? HTTP_PENDING_HEAD
                                  : slice_equals(request->method, "CONNECT") ? HTTP_PENDING_CONNECT
                                                                             : HTTP_PENDING_PLAIN;
    enum http_pending_result result =
        http_pending_push(&call->connection->pending, kind, reply_side(call->connection));
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
    note_head(&inspector->counters, &framing);
    uint32_t overflow = call->connection->pending.overflow;
    tell_request(call, &request);
    bool told = call->connection->pending.overflow == overflow;
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
    if (tell_reply(call, &reply, &framing)) {
        finish_body(call, half, HTTP_END_COMPLETE);
        turn_away(call);
    }
    return true;
}

/* Where this direction stands is not known any more. */
static void lose(const struct http_call *call, struct http_half *half)
{
    call->inspector->counters.resyncs++;
    http_reader_lose(&half->reader, &call->inspector->heads);
    if (!is_reply_half(call, half))
        http_pending_gap(&call->connection->pending);
}

static void take_head(const struct http_call *call, struct http_half *half, struct slice head)
{
    bool resynced = half->reader.resynced;
    bool final = true;
    if (is_reply_half(call, half))
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
    if (!is_reply_half(call, half))
        http_pending_gap(&call->connection->pending);
}

static void read_body(const struct http_call *call, struct http_half *half, struct cursor *c)
{
    struct slice data;
    switch (http_body_read(&half->body, c, &data)) {
    case HTTP_BODY_MORE:
        break;
    case HTTP_BODY_DATA:
        pass_content(call, half, data);
        break;
    case HTTP_BODY_DONE:
        finish_body(call, half, HTTP_END_COMPLETE);
        break;
    case HTTP_BODY_BROKEN:
        call->inspector->counters.chunks_malformed++;
        finish_body(call, half, HTTP_END_CUT);
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
        finish_body(call, half, HTTP_END_COMPLETE);
}

/* Whether the announced body was left out and the next request stands here. */
static bool body_left_out(const struct http_half *half, const struct cursor *c)
{
    return half->in_body && half->may_omit && half->body.wire_bytes == 0 &&
           http_head_recognise(HTTP_HEAD_REQUEST, c->at, cursor_left(c)) == HTTP_START_YES;
}

void http_exchange_bytes(const struct http_call *call, bool from_client, struct cursor *c)
{
    struct http_connection *connection = call->connection;
    struct http_half *half = from_client ? &connection->requests : &connection->replies;
    if (cursor_left(c) && from_client && body_left_out(half, c))
        finish_body(call, half, HTTP_END_CUT);
    while (cursor_left(c) && !connection->ended) {
        if (half->in_body)
            read_body(call, half, c);
        else
            read_head(call, half, c);
        end_body(call, half);
    }
}

void http_exchange_gap(const struct http_call *call, bool from_client, uint32_t length)
{
    struct http_connection *connection = call->connection;
    const struct http_listener *listener = &call->inspector->listener;
    struct http_half *half = from_client ? &connection->requests : &connection->replies;
    if (!half->in_body) {
        lose(call, half);
        return;
    }
    enum http_body_step step = http_body_gap(&half->body, length);
    if (half->inflate)
        give_up_content(call, half);
    half->wanted = half->wanted && !from_client && listener->body_gap &&
                   listener->body_gap(listener->context, call->flow, length);
    if (step == HTTP_BODY_MORE)
        return;
    finish_body(call, half, HTTP_END_GAP);
    if (step == HTTP_BODY_BROKEN)
        lose(call, half);
}
