/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/2 in clear text (RFC 9113): the frames of both directions, header blocks through HPACK (RFC
 * 7541), and what becomes of each stream. Both directions keep a state of their own, which a lost
 * byte outside DATA destroys: from there on nothing of that direction is read.
 */
#include "inspect/http2.h"

#include "inspect/http2_connection.h"

#include <string.h>

size_t http2_size(void)
{
    return sizeof(struct http2);
}

size_t http2_block_size(void)
{
    return sizeof(struct http2_head) > sizeof(struct http2_chunk) ? sizeof(struct http2_head)
                                                                  : sizeof(struct http2_chunk);
}

/* The state of the connection, made when the first direction needs it. */
static struct http2 *state_of(const struct http_call *call)
{
    struct http_inspector *inspector = call->inspector;
    struct http_connection *connection = call->connection;
    if (connection->http2)
        return connection->http2;
    struct http2 *http2 = http_pool_take(&inspector->http2s);
    if (!http2) {
        inspector->counters.http2_refused++;
        return NULL;
    }
    memset(http2, 0, sizeof *http2);
    connection->http2 = http2;
    inspector->counters.http2_connections++;
    return http2;
}

static bool begin_side(const struct http_call *call, struct http2_side *side)
{
    side->on = true;
    if (hpack_open(call->inspector->hpack, &side->hpack) == AJAR_OK)
        return true;
    call->inspector->counters.http2_refused++;
    side->broken = true;
    return false;
}

bool http2_begin_requests(const struct http_call *call)
{
    struct http2 *http2 = state_of(call);
    return http2 && begin_side(call, &http2->requests);
}

bool http2_begin_replies(const struct http_call *call)
{
    struct http2 *http2 = state_of(call);
    return http2 && begin_side(call, &http2->replies);
}

bool http2_begin_upgraded(const struct http_call *call, bool asked)
{
    if (!http2_begin_replies(call))
        return false;
    struct http2_stream *stream = http2_stream_add(call, 1);
    if (stream)
        stream->asked = asked;
    if (call->connection->http2->newest < 1)
        call->connection->http2->newest = 1;
    return true;
}

bool http2_speaks(const struct http_connection *connection, bool from_client)
{
    const struct http2 *http2 = connection->http2;
    return http2 && (from_client ? http2->requests.on : http2->replies.on);
}

static void release_side(struct http_inspector *inspector, struct http2_side *side)
{
    http_pool_return(&inspector->http2_blocks, side->head);
    side->head = NULL;
    hpack_close(inspector->hpack, &side->hpack);
}

/* Nothing more of this direction can be read. Returns whether the connection can go on: replies to
 * known requests can still be told without further requests. */
static bool break_side(const struct http_call *call, struct http2_side *side)
{
    call->inspector->counters.http2_broken++;
    side->broken = true;
    release_side(call->inspector, side);
    return side == &call->connection->http2->requests;
}

static void take_line(void *context, struct slice name, struct slice value)
{
    if (context)
        http2_head_add(context, name, value);
}

/* Whether the head that begins here will be told: not a trailer section, not a pushed request or
 * its reply, which nobody asked for. */
static bool is_wanted(struct http2 *http2, bool from_client, const struct http2_piece *piece)
{
    if (piece->promised || piece->stream % 2 == 0)
        return false;
    if (from_client)
        return piece->stream > http2->newest && !http2_stream_find(http2, piece->stream);
    const struct http2_stream *stream = http2_stream_find(http2, piece->stream);
    bool unknown = !http2->requests.on || http2->requests.broken || piece->stream > http2->newest;
    return stream ? !stream->replied : unknown;
}

/* A request's head is whole; NULL: it was not kept. */
static void take_request(const struct http_call *call, const struct http2_piece *piece,
                         struct http2_head *head)
{
    struct http2 *http2 = call->connection->http2;
    http2->newest = piece->stream;
    struct http2_stream *stream = http2_stream_add(call, piece->stream);
    if (stream)
        stream->request = head;
    else
        http_pool_return(&call->inspector->http2_blocks, head);
}

static void end_reply(const struct http_call *call, struct http2_stream *stream, enum http_end end)
{
    struct http2 *http2 = call->connection->http2;
    if (http2->told == stream->id) {
        http2_tell_end(call, end);
        http2_tell_next(call);
        return;
    }
    http2_stream_end(call, stream, end);
}

/* A reply's head is whole. */
static void take_reply(const struct http_call *call, const struct http2_piece *piece,
                       struct http2_head *head)
{
    struct http2 *http2 = call->connection->http2;
    struct http2_stream *stream = http2_stream_find(http2, piece->stream);
    uint16_t status = head ? head->status : 0;
    if (status < 200) { /* not kept, malformed, or 1xx: the final one follows */
        call->inspector->counters.heads_malformed += head && status == 0;
        http_pool_return(&call->inspector->http2_blocks, head);
        if (stream && status == 0)
            http2_tell_lost(call, stream);
        return;
    }
    if (!stream)
        stream = http2_stream_add(call, piece->stream);
    if (!stream) {
        http_pool_return(&call->inspector->http2_blocks, head);
        return;
    }
    http2->any_reply = true;
    stream->reply = head;
    stream->replied = true;
    stream->turn = http2->turns++;
    if (piece->last)
        end_reply(call, stream, HTTP_END_COMPLETE);
    http2_tell_next(call);
}

/* A trailer section, or a head that is not told, is over. */
static void pass_over(const struct http_call *call, bool from_client,
                      const struct http2_piece *piece)
{
    struct http2_stream *stream = http2_stream_find(call->connection->http2, piece->stream);
    if (!from_client && !piece->promised && piece->last && stream && stream->replied)
        end_reply(call, stream, HTTP_END_COMPLETE);
}

static bool read_block(const struct http_call *call, bool from_client, struct http2_side *side,
                       const struct http2_piece *piece)
{
    struct http_inspector *inspector = call->inspector;
    struct http2 *http2 = call->connection->http2;
    if (piece->begins && is_wanted(http2, from_client, piece)) {
        side->head = http_pool_take(&inspector->http2_blocks);
        inspector->counters.http2_blocks_refused += !side->head;
        if (side->head)
            http2_head_init(side->head);
    }
    if (hpack_read(inspector->hpack, &side->hpack, piece->data, piece->whole, take_line,
                   side->head) != AJAR_OK)
        return false;
    if (!piece->whole)
        return true;
    struct http2_head *head = side->head;
    side->head = NULL;
    if (!head && !is_wanted(http2, from_client, piece))
        pass_over(call, from_client, piece);
    else if (from_client)
        take_request(call, piece, head);
    else
        take_reply(call, piece, head);
    return true;
}

static void read_data(const struct http_call *call, bool from_client,
                      const struct http2_piece *piece)
{
    struct http2 *http2 = call->connection->http2;
    bool told = !from_client && piece->stream == http2->told;
    if (told)
        http2_tell_data(call, piece->data);
    if (told && !piece->last)
        return;
    struct http2_stream *stream = http2_stream_find(http2, piece->stream);
    if (!stream)
        return;
    if (from_client) {
        if (stream->request && piece->data.text)
            http2_head_add_body(stream->request, piece->data);
        return;
    }
    if (!stream->replied || stream->ended)
        return;
    if (!told)
        http2_stream_keep(call, stream, piece->data);
    if (piece->last)
        end_reply(call, stream, HTTP_END_COMPLETE);
}

static void cancel(const struct http_call *call, struct http2_stream *stream)
{
    if (stream->replied && !stream->ended)
        end_reply(call, stream, HTTP_END_CUT);
    else if (!stream->replied)
        http2_tell_lost(call, stream);
}

/* The server answers no stream over `last` (RFC 9113 6.8). */
static void refuse_above(const struct http_call *call, uint32_t last)
{
    struct http2 *http2 = call->connection->http2;
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++) {
        struct http2_stream *stream = &http2->streams[i];
        if (stream->id > last && !stream->replied)
            cancel(call, stream);
    }
}

bool http2_bytes(const struct http_call *call, bool from_client, struct cursor *c)
{
    struct http2 *http2 = call->connection->http2;
    struct http2_side *side = from_client ? &http2->requests : &http2->replies;
    struct http2_piece piece;
    while (!side->broken) {
        struct http2_stream *stream;
        switch (http2_frames_next(&side->frames, c, &piece)) {
        case HTTP2_MORE:
            http2_tell_overdue(call);
            return true;
        case HTTP2_BLOCK:
            if (!read_block(call, from_client, side, &piece))
                return break_side(call, side);
            break;
        case HTTP2_DATA:
            read_data(call, from_client, &piece);
            break;
        case HTTP2_RESET:
            stream = http2_stream_find(http2, piece.stream);
            if (stream)
                cancel(call, stream);
            break;
        case HTTP2_GOAWAY:
            if (!from_client)
                refuse_above(call, piece.stream);
            break;
        case HTTP2_BROKEN:
            return break_side(call, side);
        }
    }
    cursor_skip(c, cursor_left(c));
    return from_client;
}

bool http2_gap(const struct http_call *call, bool from_client, uint32_t length)
{
    struct http2 *http2 = call->connection->http2;
    struct http2_side *side = from_client ? &http2->requests : &http2->replies;
    struct http2_piece piece;
    if (side->broken)
        return from_client;
    switch (http2_frames_gap(&side->frames, length, &piece)) {
    case HTTP2_MORE:
        return true;
    case HTTP2_DATA:
        read_data(call, from_client, &piece);
        return true;
    default:
        return break_side(call, side);
    }
}

void http2_finish(const struct http_call *call)
{
    struct http2 *http2 = call->connection->http2;
    if (!http2)
        return;
    if (http2->told != HTTP2_NO_STREAM)
        http2_tell_end(call, HTTP_END_CUT);
    struct http2_stream *first = http2_stream_find(http2, 1);
    if (first && first->asked && !first->replied)
        http2_tell_lost(call, first);
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++) {
        struct http2_stream *stream = &http2->streams[i];
        if (stream->id && stream->replied && !stream->ended)
            http2_stream_end(call, stream, HTTP_END_CUT);
    }
    http2_tell_next(call);
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++)
        if (http2->streams[i].id)
            http2_tell_lost(call, &http2->streams[i]);
}

void http2_close(struct http_inspector *inspector, struct http_connection *connection)
{
    struct http2 *http2 = connection->http2;
    struct http_call call = {inspector, connection, NULL, NULL};
    if (!http2)
        return;
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++)
        http2_stream_remove(&call, &http2->streams[i]);
    release_side(inspector, &http2->requests);
    release_side(inspector, &http2->replies);
    http_pool_return(&inspector->http2s, http2);
    connection->http2 = NULL;
}
