/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of an HTTP/2 message (RFC 9113 section 8.3), kept from its decoding until it is told:
 * pseudo-headers and header lines as text in one block of fixed size. Pure, any thread.
 */
#ifndef AJAR_INSPECT_HTTP2_HEAD_H
#define AJAR_INSPECT_HTTP2_HEAD_H

#include "inspect/http_headers.h"

#define HTTP2_REQUEST_BODY_MAX 2048 /* bytes of a request's body kept until the request is told */

/* Where a piece of text lies. */
struct http2_text {
    uint16_t at;
    uint16_t length;
};

struct http2_head {
    uint16_t used;    /* of text[] */
    uint16_t count;   /* of lines */
    uint16_t body;    /* bytes of body[] */
    uint16_t status;  /* of a reply, 0 = none or no number */
    uint32_t dropped; /* lines over HTTP_HEADERS_MAX or HTTP_HEAD_MAX bytes of text */
    struct http2_text method;
    struct http2_text target;
    struct http2_text authority;
    struct {
        struct http2_text name;
        struct http2_text value;
    } lines[HTTP_HEADERS_MAX];
    char text[HTTP_HEAD_MAX];
    uint8_t kept[HTTP2_REQUEST_BODY_MAX]; /* first bytes of a request's body */
};

/* Empties it. */
void http2_head_init(struct http2_head *head);

/* Keeps a decoded line. */
void http2_head_add(struct http2_head *head, struct slice name, struct slice value);

/* Keeps bytes of a request's body while there is room. */
void http2_head_add_body(struct http2_head *head, struct slice data);

/*
 * The request as the listener is told it: :authority stands as the header line "host" unless there
 * is one, minor_version is 1. `path` holds the decoded path when it had escapes; slices point into
 * the head and `path`. False: no request (no method or target).
 */
bool http2_head_request(const struct http2_head *head, char path[static HTTP_PATH_MAX],
                        struct http_request *request, struct http_framing *framing);

/* The reply as the listener is told it. Does not fill `request_seen`. */
void http2_head_reply(const struct http2_head *head, struct http_reply *reply,
                      struct http_framing *framing);

#endif
