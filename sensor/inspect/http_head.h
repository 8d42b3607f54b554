/* SPDX-License-Identifier: Apache-2.0 */
/* Whole HTTP/1.x heads: recognising and reading them. Pure, any thread. */
#ifndef AJAR_INSPECT_HTTP_HEAD_H
#define AJAR_INSPECT_HTTP_HEAD_H

#include "inspect/http_headers.h"

enum http_head_kind { HTTP_HEAD_REQUEST, HTTP_HEAD_REPLY };

/* What first bytes can be. */
enum http_start {
    HTTP_START_NO,     /* no start line */
    HTTP_START_MAYBE,  /* too few bytes to say */
    HTTP_START_YES,    /* a request line or status line of HTTP/1.x */
    HTTP_START_SIMPLE, /* an HTTP/0.9 request: a GET line without version, which is the whole head
                        */
};

/* Looks at the beginning of a line of which `length` bytes are there (more may follow it). */
enum http_start http_head_recognise(enum http_head_kind kind, const uint8_t *data, size_t length);

/* Bytes up to and with the empty line that ends the head; 0 if it is not there. The first `from`
 * bytes are known to hold no line end that could begin it. */
size_t http_head_length(const uint8_t *data, size_t length, size_t from);

/*
 * Reads a whole request head. `path` holds the decoded path when it differs from what was sent.
 * Slices point into `data` and `path`. False: not a request of HTTP/1.x or 0.9; *request and
 * *framing are then undefined. Does not fill `resynced`.
 */
bool http_head_parse_request(const uint8_t *data, size_t length, char path[static HTTP_PATH_MAX],
                             struct http_request *request, struct http_framing *framing);

/* Reads a whole reply head. Does not fill `request_seen` and `resynced`. */
bool http_head_parse_reply(const uint8_t *data, size_t length, struct http_reply *reply,
                           struct http_framing *framing);

/*
 * Splits a request target in any of its four forms (RFC 9112 3.2) into the path, percent-decoded
 * once (an escape that is none stays as it is) with one slash for several in a row (nothing else is
 * normalised) and cut at HTTP_PATH_MAX, and the raw query. A fragment belongs to neither.
 * `is_authority`: the target of a CONNECT, which has no path.
 */
void http_target_split(struct slice target, bool is_authority, char scratch[static HTTP_PATH_MAX],
                       struct slice *path, struct slice *query);

#endif
