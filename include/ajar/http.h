/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the HTTP inspector says about an exchange, of HTTP/1.x and of HTTP/2 in clear text alike
 * (RFC 9110, RFC 9112, RFC 9113). All text is borrowed
 * and valid until the callback that carries it returns; nothing is NUL-terminated.
 */
#ifndef AJAR_HTTP_H
#define AJAR_HTTP_H

#include "ajar/flow.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEADERS_MAX 64    /* header lines kept of one head; more are counted, not kept */
#define HTTP_HEAD_MAX    16384 /* bytes of one head; a longer one is an anomaly and a resync */
#define HTTP_PATH_MAX    2048  /* bytes of the normalised path; a longer one is cut */
#define HTTP_PENDING_MAX 16384 /* requests waiting for their reply on one connection */

/* A borrowed piece of text. */
struct slice {
    const char *text;
    size_t length;
};

struct http_header {
    struct slice name;
    struct slice value; /* without the blanks around it */
};

/* The header lines of a head, in order. */
struct http_headers {
    struct http_header lines[HTTP_HEADERS_MAX];
    size_t count;
};

struct http_request {
    struct slice method;
    struct slice target; /* as sent */
    struct slice path;   /* of the target: absolute form stripped, percent-decoded, no query, no
                            fragment, no doubled slashes; case kept */
    struct slice query;  /* raw text after '?', without it */
    struct http_headers headers;
    uint8_t minor_version; /* HTTP/1.minor; 1 for HTTP/2 */
    uint32_t head_bytes;
    bool resynced;           /* found after a gap: what came before is not known */
    bool proxied;            /* a PROXY protocol prefix says for whom the connection is: */
    struct addr proxied_for; /* a claim of the sender, as X-Forwarded-For is */
};

struct http_reply {
    uint16_t status;
    struct http_headers headers;
    uint8_t minor_version;
    uint32_t head_bytes;
    bool request_seen; /* paired with a request that was told before */
    bool resynced;     /* found after a gap */
};

/* How a message's body ended. */
enum http_end {
    HTTP_END_COMPLETE, /* all of it passed */
    HTTP_END_CUT,      /* the connection or the capture ended inside it */
    HTTP_END_GAP,      /* bytes of it were never seen */
};

struct http_body_totals {
    enum http_end end;
    uint64_t wire_bytes;    /* body bytes as sent, transfer coding removed, content coding not */
    uint64_t read_bytes;    /* of wire_bytes, those whose content was given to body() in full */
    uint64_t decoded_bytes; /* bytes given to body() */
    bool encoded;           /* it had a content coding (gzip, deflate) */
    bool undecodable;       /* a content coding we do not read, or broken, or over the bomb cap */
};

/*
 * What detect gives the inspector to be called with. Every callback is called by the worker's
 * thread, in the order of the connection's bytes. Callbacks must not keep pointers.
 */
struct http_listener {
    void *context;
    /* A request head is complete. */
    void (*request)(void *context, struct flow *flow, const struct http_request *request,
                    const struct packet *packet);
    /* Bytes of the body of the request told last (transfer coding removed, content coding too);
     * nothing behind lost bytes. May be NULL. */
    void (*request_body)(void *context, struct flow *flow, const uint8_t *data, size_t length);
    /*
     * A final reply head (1xx are passed over) is complete. Replies come in the order of requests;
     * requests for which no reply will come any more are told with lost_reply() first. Returns
     * whether the body is wanted; a body not wanted is skipped and only counted.
     */
    bool (*reply)(void *context, struct flow *flow, const struct http_reply *reply,
                  const struct packet *packet);
    /* Bytes of the reply's body, all codings removed. Returns whether more is wanted. */
    bool (*body)(void *context, struct flow *flow, const uint8_t *data, size_t length,
                 const struct packet *packet);
    /*
     * `length` bytes of the reply's body (0 = unknown how many) were never seen. Returns whether
     * more is wanted: body() then goes on behind them. What reads across body() calls must start
     * anew or stop. NULL: nothing of a body is told behind lost bytes.
     */
    bool (*body_gap)(void *context, struct flow *flow, uint32_t length);
    /* The reply told last is over. Called once for every reply(). `packet` is NULL when the
     * connection was closed. */
    void (*reply_end)(void *context, struct flow *flow, const struct http_body_totals *totals,
                      const struct packet *packet);
    /* The oldest request that waits will not get a reply any more (lost in a gap, or the connection
     * ended). */
    void (*lost_reply)(void *context, struct flow *flow);
    /* The connection turned into something else (101, CONNECT, rubbish): nothing more will be told.
     */
    void (*ended)(void *context, struct flow *flow);
};

/* The value of the first header line of that name (ASCII case ignored); {NULL, 0} if there is none.
 */
struct slice http_header_find(const struct http_headers *headers, const char *name);

/* The slice without the blanks (space, tab, line ends) around it. */
struct slice slice_trim(struct slice slice);

/* Whether the slice equals the text, ASCII case ignored. */
bool slice_equals_nocase(struct slice slice, const char *text);

/* Whether the slice equals the text exactly. */
bool slice_equals(struct slice slice, const char *text);

/* Whether the slice begins with the text, ASCII case ignored. */
bool slice_starts_nocase(struct slice slice, const char *text);

#endif
