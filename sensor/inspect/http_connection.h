/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the HTTP inspector, shared by its files: http.c owns pools and connections,
 * http_exchange.c turns the bytes of one direction into calls of the listener, http2*.c do so for
 * HTTP/2, http_content.c hands the bodies of both on.
 */
#ifndef AJAR_INSPECT_HTTP_CONNECTION_H
#define AJAR_INSPECT_HTTP_CONNECTION_H

#include "inspect/http.h"
#include "inspect/http2_hpack.h"
#include "inspect/http_body.h"
#include "inspect/http_brotli.h"
#include "inspect/http_inflate.h"
#include "inspect/http_opening.h"
#include "inspect/http_pending.h"
#include "inspect/http_pool.h"
#include "inspect/http_reader.h"

/* One direction: a head is looked for, or a body passes. */
struct http_half {
    struct http_reader reader;
    struct http_body body;
    struct http_inflate *inflate; /* while a body in gzip or deflate is decoded */
    struct http_brotli *brotli;   /* while one in br is */
    uint64_t decoded_bytes;
    uint64_t read_bytes; /* body bytes whose content was delivered */
    uint8_t coding;      /* enum http_coding of the body */
    bool in_body;
    bool wanted;      /* the listener wants its content */
    bool undecodable; /* its content cannot be told */
    bool waits;       /* a request that announced to send its body only after 100 Continue */
    bool may_omit;    /* ... and was answered without: the body may never come */
};

struct http_connection {
    struct http_half requests;
    struct http_half replies;
    struct http2 *http2;         /* while it speaks HTTP/2 in at least one direction, else NULL */
    struct http_opening opening; /* of the client: prefix, preface */
    bool opening_over;           /* what comes at the begin of a message is no opening */
    bool server_began;           /* bytes of the server were read */
    bool upgrade_asked;          /* a request asked to go on in HTTP/2 */
    struct http_pending pending;
    uint8_t client; /* side that sends requests */
    bool ended;     /* nothing more is told */
};

struct http_inspector {
    struct http_limits limits;
    struct http_listener listener;
    struct http_counters counters;
    struct http_pool connections;
    struct http_pool heads;
    struct http_pool inflates;
    struct http_pool brotlis;
    struct http_pool http2s;
    struct http_pool http2_blocks;
    struct hpack_heap *hpack;
    uint8_t *out;             /* where bodies are decoded, HTTP_INFLATE_OUT_MAX bytes */
    char path[HTTP_PATH_MAX]; /* the decoded path of the request being told */
};

/* What every step needs to know; lives for one call of the inspector. */
struct http_call {
    struct http_inspector *inspector;
    struct http_connection *connection;
    struct flow *flow;
    const struct packet *packet; /* NULL when the connection is closed */
};

/* The next bytes of one direction. */
void http_exchange_bytes(const struct http_call *call, bool from_client, struct cursor *c);

/* Lost bytes of one direction, 0 = unknown how many. */
void http_exchange_gap(const struct http_call *call, bool from_client, uint32_t length);

/* What is known of the client beside what the request says. */
void http_connection_sign(const struct http_connection *connection, struct http_request *request);

/* Whether this is the half of replies. */
bool http_is_reply_half(const struct http_call *call, const struct http_half *half);

/* A body begins; `coding` is an enum http_coding. */
void http_content_begin(const struct http_call *call, struct http_half *half, uint8_t coding,
                        bool wanted);

/* Bytes of it, transfer coding removed. */
void http_content_pass(const struct http_call *call, struct http_half *half, struct slice data);

/* `length` bytes of it were lost (0 = unknown how many): a coded one cannot be told behind them. */
void http_content_gap(const struct http_call *call, struct http_half *half, uint32_t length);

/* It is over: tells the end of a reply. */
void http_content_finish(const struct http_call *call, struct http_half *half, enum http_end end);

/* Tells what is open as cut and what waits as lost; nothing is told after it. `complete`: the
 * server said it has sent all (FIN), which is how a body without length ends. */
void http_exchange_finish(const struct http_call *call, bool complete);

#endif
