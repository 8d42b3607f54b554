/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP inspector: incremental, gap-tolerant, both directions of one connection. Requests and
 * replies are paired in order (HTTP/1.x) or by stream (HTTP/2 in clear text, by prior knowledge and
 * by upgrade); heads may be cut at any byte. A PROXY protocol prefix is read through.
 */
#ifndef AJAR_INSPECT_HTTP_H
#define AJAR_INSPECT_HTTP_H

#include "ajar/http.h"
#include "ajar/problem.h"

#define HTTP2_STREAMS_MAX 128   /* of one connection: asked for and not told yet */
#define HTTP2_WAITING_MAX 65536 /* body bytes of one stream kept while another is told */

struct http_limits {
    uint32_t connections; /* inspected at once; one more gets none and is counted */
    uint32_t inflates;    /* inflate contexts at once over all connections */
    uint32_t brotlis;     /* the same for br, 9 MiB each */
    uint32_t
        inflate_ratio; /* bomb cap: decoded bytes per wire byte (after the first 64 KiB decoded) */
    uint64_t inflate_bytes;     /* bomb cap: decoded bytes of one body */
    uint32_t http2_connections; /* of them, those that speak HTTP/2; more are not read, counted */
    uint32_t http2_blocks; /* over all of them: heads and pieces of bodies that wait, 19 KiB each */
};

#define HTTP_LIMITS_DEFAULT                                                                        \
    ((struct http_limits){.connections = 8192,                                                     \
                          .inflates = 1024,                                                        \
                          .brotlis = 4,                                                            \
                          .inflate_ratio = 200,                                                    \
                          .inflate_bytes = UINT64_C(1) << 30,                                      \
                          .http2_connections = 512,                                                \
                          .http2_blocks = 1024})

struct http_counters {
    uint64_t connections;
    uint64_t connections_now;
    uint64_t connections_refused; /* limit reached */
    uint64_t requests;
    uint64_t replies;
    uint64_t heads_too_long;
    uint64_t heads_malformed;
    uint64_t headers_dropped;  /* over HTTP_HEADERS_MAX */
    uint64_t pending_overflow; /* requests over HTTP_PENDING_MAX */
    uint64_t chunks_malformed;
    uint64_t inflate_failed;
    uint64_t inflate_refused; /* no context free, or a window larger than it has */
    uint64_t inflate_bombs;
    uint64_t resyncs;
    uint64_t unpaired_replies;
    uint64_t proxied; /* connections that began with a PROXY protocol prefix */
    uint64_t http2_connections;
    uint64_t http2_refused;         /* connections over a limit: not read */
    uint64_t http2_broken;          /* directions given up: bytes lost or malformed, HPACK */
    uint64_t http2_streams_refused; /* over HTTP2_STREAMS_MAX */
    uint64_t http2_blocks_refused;  /* heads not kept: no block free */
    uint64_t http2_bodies_cut;      /* over HTTP2_WAITING_MAX, or no block free, or stalled */
};

struct http_inspector; /* one per worker: pools, limits, counters */

/* Makes the pools. The listener is copied. Free with http_inspector_free(). */
enum ajar_status http_inspector_new(const struct http_limits *limits,
                                    const struct http_listener *listener,
                                    struct http_inspector **inspector);

/* Frees the pools and every connection still open, without telling the listener; accepts NULL. */
void http_inspector_free(struct http_inspector *inspector);

/*
 * Makes the connection object of a flow and stores it in flow->inspector. flow->client must say
 * which side sends requests. AJAR_ERR_LIMIT: all connections are in use.
 */
enum ajar_status http_open(struct http_inspector *inspector, struct flow *flow);

/* In-order bytes of a side. Returns false when nothing more can be read from this connection (not
 * HTTP any more): the caller gives the flow up after http_close(). */
bool http_bytes(struct http_inspector *inspector, struct flow *flow, unsigned side,
                const uint8_t *data, size_t length, const struct packet *packet);

/* `length` bytes of a side are missing (0 = unknown how many). */
void http_gap(struct http_inspector *inspector, struct flow *flow, unsigned side, uint32_t length,
              const struct packet *packet);

/* Ends the connection: open messages are told as cut, waiting requests as lost; frees it, sets
 * flow->inspector NULL. Accepts a flow without one. */
void http_close(struct http_inspector *inspector, struct flow *flow);

/* The counters; borrowed, same thread. */
const struct http_counters *http_inspector_counters(const struct http_inspector *inspector);

#endif
