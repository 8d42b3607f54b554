/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the HTTP inspector, shared by its two files: http.c owns pools and connections,
 * http_exchange.c turns the bytes of one direction into calls of the listener.
 */
#ifndef AJAR_INSPECT_HTTP_CONNECTION_H
#define AJAR_INSPECT_HTTP_CONNECTION_H

#include "inspect/http.h"
#include "inspect/http_body.h"
#include "inspect/http_inflate.h"
#include "inspect/http_pending.h"
#include "inspect/http_pool.h"
#include "inspect/http_reader.h"

/* One direction: a head is looked for, or a body passes. */
struct http_half {
    struct http_reader reader;
    struct http_body body;
    struct http_inflate *inflate; /* while a coded body is decoded */
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

/* Tells what is open as cut and what waits as lost; nothing is told after it. `complete`: the
 * server said it has sent all (FIN), which is how a body without length ends. */
void http_exchange_finish(const struct http_call *call, bool complete);

#endif
