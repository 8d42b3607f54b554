/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of an HTTP/2 connection, shared by its files: http2.c turns frames into heads and
 * bodies of streams, http2_streams.c keeps what waits, http2_telling.c tells the listener one
 * exchange after the other.
 */
#ifndef AJAR_INSPECT_HTTP2_CONNECTION_H
#define AJAR_INSPECT_HTTP2_CONNECTION_H

#include "inspect/http2_frames.h"
#include "inspect/http2_head.h"
#include "inspect/http2_hpack.h"
#include "inspect/http_connection.h"

#define HTTP2_CHUNK_MAX   16384 /* body bytes in one block */
#define HTTP2_NO_STREAM   0
#define HTTP2_PATIENCE_NS UINT64_C(1000000000)

/* Body bytes that wait; one block. */
struct http2_chunk {
    struct http2_chunk *next;
    uint32_t length;
    uint8_t bytes[HTTP2_CHUNK_MAX];
};

/* A request and its reply, from the request's head until the reply was told. */
struct http2_stream {
    uint32_t id;                /* HTTP2_NO_STREAM = this place is free */
    uint32_t turn;              /* when its reply's head came, in order */
    struct http2_head *request; /* until it is told; NULL = not known, or told */
    struct http2_head *reply;   /* its final head, until it is told */
    struct http2_chunk *first;  /* of the body, until it is told */
    struct http2_chunk *newest;
    uint64_t lost;     /* bytes of the body behind those, not kept */
    uint64_t since_ns; /* when the reply ended */
    uint32_t kept;     /* bytes in the chunks */
    uint8_t end;       /* enum http_end, with `ended` */
    bool asked;        /* the listener was told the request already */
    bool replied;      /* the final head came */
    bool ended;        /* nothing more will come */
    bool gapped;       /* bytes of the body are missing from here on */
};

struct http2_side {
    struct http2_frames frames;
    struct hpack hpack;
    struct http2_head *head; /* of the block being read, NULL = not kept */
    bool on;                 /* this direction speaks HTTP/2 */
    bool broken;             /* nothing more of it can be read */
};

struct http2 {
    struct http2_side requests;
    struct http2_side replies;
    uint32_t newest; /* highest stream that the client began */
    uint32_t told;   /* stream whose reply is being told */
    uint32_t turns;
    uint32_t complete; /* streams whose reply ended before it was told */
    bool any_reply;
    uint64_t told_ns; /* when it last said something */
    struct http2_stream streams[HTTP2_STREAMS_MAX];
};

/* A stream by its number, NULL if there is none. */
struct http2_stream *http2_stream_find(struct http2 *http2, uint32_t id);

/* A new stream, NULL (counted) if all places are taken. While no reply was ever seen the oldest
 * gives way and is told as lost. */
struct http2_stream *http2_stream_add(const struct http_call *call, uint32_t id);

/* Gives back what a stream holds, and its place. */
void http2_stream_remove(const struct http_call *call, struct http2_stream *stream);

/* A reply that waits, or is being told, will say nothing more. */
void http2_stream_end(const struct http_call *call, struct http2_stream *stream, enum http_end end);

/* Keeps bytes of a body that waits; data.text NULL: bytes that were lost. What is over
 * HTTP2_WAITING_MAX is counted as missing. */
void http2_stream_keep(const struct http_call *call, struct http2_stream *stream,
                       struct slice data);

/* Tells replies whose turn it is. */
void http2_tell_next(const struct http_call *call);

/* Bytes (text NULL: lost ones) of the body being told. */
void http2_tell_data(const struct http_call *call, struct slice data);

/* The reply being told is over, or is not waited for any longer. */
void http2_tell_end(const struct http_call *call, enum http_end end);

/* What waits for a reply that stalls is not kept waiting forever. */
void http2_tell_overdue(const struct http_call *call);

/* No reply will come: tells the request and that it is lost, removes the stream. */
void http2_tell_lost(const struct http_call *call, struct http2_stream *stream);

#endif
