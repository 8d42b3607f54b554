/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The streams of an HTTP/2 connection that are not told yet (RFC 9113 section 5): their heads and
 * the beginnings of their bodies, in blocks of the inspector's pool. Between the frames, which come
 * interleaved, and the telling, which is one exchange at a time.
 */
#include "inspect/http2_connection.h"

#include <string.h>

struct http2_stream *http2_stream_find(struct http2 *http2, uint32_t id)
{
    for (size_t i = 0; i < HTTP2_STREAMS_MAX; i++)
        if (http2->streams[i].id == id)
            return &http2->streams[i];
    return NULL;
}

static struct http2_stream *oldest(struct http2 *http2)
{
    struct http2_stream *found = &http2->streams[0];
    for (size_t i = 1; i < HTTP2_STREAMS_MAX; i++)
        if (http2->streams[i].id < found->id)
            found = &http2->streams[i];
    return found;
}

struct http2_stream *http2_stream_add(const struct http_call *call, uint32_t id)
{
    struct http2 *http2 = call->connection->http2;
    struct http2_stream *place = http2_stream_find(http2, HTTP2_NO_STREAM);
    if (!place && !http2->any_reply) {
        http2_tell_lost(call, oldest(http2));
        place = http2_stream_find(http2, HTTP2_NO_STREAM);
    }
    if (!place) {
        call->inspector->counters.http2_streams_refused++;
        return NULL;
    }
    *place = (struct http2_stream){.id = id};
    return place;
}

void http2_stream_remove(const struct http_call *call, struct http2_stream *stream)
{
    struct http_pool *blocks = &call->inspector->http2_blocks;
    while (stream->first) {
        struct http2_chunk *chunk = stream->first;
        stream->first = chunk->next;
        http_pool_return(blocks, chunk);
    }
    http_pool_return(blocks, stream->request);
    http_pool_return(blocks, stream->reply);
    call->connection->http2->complete -= stream->ended;
    *stream = (struct http2_stream){.id = HTTP2_NO_STREAM};
}

void http2_stream_end(const struct http_call *call, struct http2_stream *stream, enum http_end end)
{
    stream->ended = true;
    stream->end = (uint8_t)end;
    stream->since_ns = call->packet ? call->packet->time_ns : 0;
    call->connection->http2->complete++;
}

/* The chunk with room, a new one if need be; NULL when the pool is used up. */
static struct http2_chunk *chunk_with_room(struct http_pool *blocks, struct http2_stream *stream)
{
    if (stream->newest && stream->newest->length < HTTP2_CHUNK_MAX)
        return stream->newest;
    struct http2_chunk *chunk = http_pool_take(blocks);
    if (!chunk)
        return NULL;
    chunk->next = NULL;
    chunk->length = 0;
    if (stream->newest)
        stream->newest->next = chunk;
    else
        stream->first = chunk;
    stream->newest = chunk;
    return chunk;
}

/* Returns how many of the bytes were kept. */
static size_t keep_some(struct http_pool *blocks, struct http2_stream *stream, struct slice data)
{
    size_t room = HTTP2_WAITING_MAX - stream->kept;
    struct http2_chunk *chunk = room ? chunk_with_room(blocks, stream) : NULL;
    if (!chunk)
        return 0;
    size_t taken = data.length < room ? data.length : room;
    if (taken > HTTP2_CHUNK_MAX - chunk->length)
        taken = HTTP2_CHUNK_MAX - chunk->length;
    memcpy(chunk->bytes + chunk->length, data.text, taken);
    chunk->length += (uint32_t)taken;
    stream->kept += (uint32_t)taken;
    return taken;
}

void http2_stream_keep(const struct http_call *call, struct http2_stream *stream, struct slice data)
{
    if (!data.text && data.length)
        stream->gapped = true;
    while (data.length && !stream->gapped) {
        size_t taken = keep_some(&call->inspector->http2_blocks, stream, data);
        data.text += taken;
        data.length -= taken;
        if (taken == 0) {
            stream->gapped = true;
            call->inspector->counters.http2_bodies_cut++;
        }
    }
    stream->lost += data.length;
}
