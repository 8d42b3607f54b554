/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which request a reply answers: the requests of one connection that wait, in order (RFC 9112
 * 9.3.2), and what is done when bytes were lost. The rules lean to "not known": a reply told for
 * the wrong request would be a false proof.
 */
#ifndef AJAR_INSPECT_HTTP_PENDING_H
#define AJAR_INSPECT_HTTP_PENDING_H

#include "ajar/http.h"

#define HTTP_PENDING_PER_BYTE 4

/* What must be remembered of a request to read its reply. */
enum http_pending_kind {
    HTTP_PENDING_PLAIN = 0,
    HTTP_PENDING_HEAD,    /* the reply has no body */
    HTTP_PENDING_CONNECT, /* a 2xx reply turns the connection into a tunnel */
};

struct http_pending {
    uint32_t overflow; /* requests beyond the ring, newer than all in it, not told */
    uint16_t first;    /* index of the oldest */
    uint16_t count;    /* waiting */
    uint16_t certain;  /* with doubt: of them, those from before the gap */
    bool doubt;        /* an unseen request may wait too */
    bool early;        /* a reply came for which no request was waiting */
    bool pipelines;    /* the client was seen to send before it had its reply */
    uint8_t kinds[HTTP_PENDING_MAX / HTTP_PENDING_PER_BYTE]; /* a ring of two bits each */
};

/* What becomes of a new request. */
enum http_pending_result {
    HTTP_PENDING_WAITS,      /* it waits for its reply */
    HTTP_PENDING_MAKES_ROOM, /* it waits, and the oldest gave way: tell that one as lost first */
    HTTP_PENDING_UNSURE,     /* its reply cannot be told from another's: tell it, then as lost */
    HTTP_PENDING_OVERFLOW,   /* too many wait: do not tell it, its reply will be unpaired */
};

/* Where the reply side stands when a request comes. */
enum http_reply_side {
    HTTP_REPLIES_UNSEEN, /* no packet of it was ever seen: the mirror may have one direction only */
    HTTP_REPLIES_IDLE,   /* between two replies */
    HTTP_REPLIES_BUSY,   /* inside one */
};

/* Nothing waits. */
void http_pending_init(struct http_pending *pending);

/* A request head was read. */
enum http_pending_result http_pending_push(struct http_pending *pending,
                                           enum http_pending_kind kind,
                                           enum http_reply_side replies);

/*
 * A final reply head was read. Returns whether it answers the oldest waiting request, then taken
 * off, with its kind. Otherwise it is unpaired. Call http_pending_drop() first.
 */
bool http_pending_pop(struct http_pending *pending, enum http_pending_kind *kind);

/*
 * How many of the oldest requests can get no reply any more now that a reply head was read
 * (`resynced`: after lost bytes of the reply side); they are taken off.
 */
unsigned http_pending_drop(struct http_pending *pending, bool resynced);

/* Bytes of the request side outside a body were lost: whole requests may be among them. */
void http_pending_gap(struct http_pending *pending);

#endif
