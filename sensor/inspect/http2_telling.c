/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From streams, which overlap, to exchanges, which the listener hears one after the other: a
 * request is told when its reply begins, the next reply when the one before is over. Ends the road
 * of HTTP/2 through inspect.
 */
#include "inspect/http2_connection.h"

/* Tells a request that was kept; false: it is not known. */
static bool tell_request(const struct http_call *call, struct http2_stream *stream)
{
    struct http_inspector *inspector = call->inspector;
    const struct http_listener *listener = &inspector->listener;
    struct http_half *half = &call->connection->requests;
    struct http2_head *head = stream->request;
    struct http_request request;
    struct http_framing framing;
    if (!head || !http2_head_request(head, inspector->path, &request, &framing))
        return false;
    http_connection_sign(call->connection, &request);
    inspector->counters.headers_dropped += framing.dropped;
    inspector->counters.requests++;
    listener->request(listener->context, call->flow, &request, call->packet);
    if (head->body && listener->request_body) {
        half->body = (struct http_body){0};
        http_content_begin(call, half, framing.coding, true);
        http_content_pass(call, half, (struct slice){(const char *)head->kept, head->body});
        http_content_finish(call, half, HTTP_END_CUT);
    }
    http_pool_return(&inspector->http2_blocks, head);
    stream->request = NULL;
    stream->asked = true;
    return true;
}

void http2_tell_lost(const struct http_call *call, struct http2_stream *stream)
{
    const struct http_listener *listener = &call->inspector->listener;
    if (stream->asked || tell_request(call, stream))
        listener->lost_reply(listener->context, call->flow);
    http2_stream_remove(call, stream);
}

void http2_tell_data(const struct http_call *call, struct slice data)
{
    struct http_half *half = &call->connection->replies;
    if (call->packet)
        call->connection->http2->told_ns = call->packet->time_ns;
    if (data.length == 0)
        return;
    if (!data.text) {
        uint32_t length = data.length < UINT32_MAX ? (uint32_t)data.length : UINT32_MAX;
        (void)http_body_gap(&half->body, length);
        http_content_gap(call, half, length);
        return;
    }
    half->body.wire_bytes += data.length;
    http_content_pass(call, half, data);
}

void http2_tell_end(const struct http_call *call, enum http_end end)
{
    struct http2 *http2 = call->connection->http2;
    struct http2_stream *stream = http2_stream_find(http2, http2->told);
    http_content_finish(call, &call->connection->replies, end);
    http2_stream_remove(call, stream);
    http2->told = HTTP2_NO_STREAM;
}

/* What of the body came while others were told. */
static void tell_waiting_body(const struct http_call *call, const struct http2_stream *stream)
{
    for (const struct http2_chunk *chunk = stream->first; chunk; chunk = chunk->next)
        http2_tell_data(call, (struct slice){(const char *)chunk->bytes, chunk->length});
    http2_tell_data(call, (struct slice){NULL, stream->lost});
}

static void tell_reply(const struct http_call *call, struct http2_stream *stream)
{
    struct http_inspector *inspector = call->inspector;
    const struct http_listener *listener = &inspector->listener;
    struct http2 *http2 = call->connection->http2;
    struct http_half *half = &call->connection->replies;
    struct http_framing framing;
    struct http_reply reply;
    (void)tell_request(call, stream);
    http2_head_reply(stream->reply, &reply, &framing);
    reply.request_seen = stream->asked;
    inspector->counters.headers_dropped += framing.dropped;
    inspector->counters.replies++;
    inspector->counters.unpaired_replies += !reply.request_seen;
    http2->told = stream->id;
    bool wanted = listener->reply(listener->context, call->flow, &reply, call->packet);
    struct http_framing until_end = {0};
    http_body_begin_reply(&half->body, &until_end, 200, false);
    http_content_begin(call, half, framing.coding, wanted);
    http_pool_return(&inspector->http2_blocks, stream->reply);
    stream->reply = NULL;
    tell_waiting_body(call, stream);
    if (stream->ended)
        http2_tell_end(call, (enum http_end)stream->end);
}

/* The listener was told the request of an upgrade already, and hears replies in the order of
 * requests: the others wait for it. */
static struct http2_stream *asked_before(struct http2 *http2)
{
    struct http2_stream *first = http2_stream_find(http2, 1);
    return first && first->asked ? first : NULL;
}

static struct http2_stream *next_reply(struct http2 *http2)
{
    struct http2_stream *first = asked_before(http2);
    struct http2_stream *next = NULL;
    if (first)
        return first->replied ? first : NULL;
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++) {
        struct http2_stream *stream = &http2->streams[i];
        if (stream->id && stream->replied && (!next || stream->turn < next->turn))
            next = stream;
    }
    return next;
}

void http2_tell_next(const struct http_call *call)
{
    struct http2 *http2 = call->connection->http2;
    while (http2->told == HTTP2_NO_STREAM) {
        struct http2_stream *stream = next_reply(http2);
        if (!stream)
            return;
        tell_reply(call, stream);
    }
}

static bool is_overdue(const struct http2 *http2, uint64_t now_ns)
{
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++) {
        const struct http2_stream *stream = &http2->streams[i];
        if (stream->id && stream->replied && stream->ended && stream->id != http2->told &&
            now_ns >= stream->since_ns + HTTP2_PATIENCE_NS)
            return true;
    }
    return false;
}

void http2_tell_overdue(const struct http_call *call)
{
    struct http2 *http2 = call->connection->http2;
    uint64_t now_ns = call->packet ? call->packet->time_ns : 0;
    if (http2->complete == 0 || !is_overdue(http2, now_ns))
        return;
    struct http2_stream *first = asked_before(http2);
    if (http2->told == HTTP2_NO_STREAM && first) {
        const struct http_listener *listener = &call->inspector->listener;
        listener->lost_reply(listener->context, call->flow);
        first->asked = false;
    } else if (http2->told != HTTP2_NO_STREAM && now_ns >= http2->told_ns + HTTP2_PATIENCE_NS) {
        call->inspector->counters.http2_bodies_cut++;
        http2_tell_end(call, HTTP_END_CUT);
    }
    http2_tell_next(call);
}
