/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/2 in clear text (RFC 9113; h2c by prior knowledge and by upgrade) for the HTTP inspector:
 * http.c and http_exchange.c hand the bytes of a direction here once it speaks HTTP/2.
 */
#ifndef AJAR_INSPECT_HTTP2_H
#define AJAR_INSPECT_HTTP2_H

#include "inspect/http_connection.h"

/* Bytes that the state of one connection needs, and those of one block. */
size_t http2_size(void);
size_t http2_block_size(void);

/* The client's preface was read. False: all HTTP/2 connections are in use (counted). */
bool http2_begin_requests(const struct http_call *call);

/* The server speaks HTTP/2 from here on. */
bool http2_begin_replies(const struct http_call *call);

/* ... because it agreed to an upgrade (101): its stream 1 answers the request that asked for it,
 * which the listener was told if `asked`. */
bool http2_begin_upgraded(const struct http_call *call, bool asked);

/* Whether this direction speaks HTTP/2. */
bool http2_speaks(const struct http_connection *connection, bool from_client);

/* The next bytes of such a direction. False: nothing more can be told of the connection. */
bool http2_bytes(const struct http_call *call, bool from_client, struct cursor *c);

/* Lost bytes of such a direction, 0 = unknown how many. Returns as http2_bytes(). */
bool http2_gap(const struct http_call *call, bool from_client, uint32_t length);

/* Tells what is open as cut and what waits as lost. Accepts a connection without HTTP/2. */
void http2_finish(const struct http_call *call);

/* Gives back all memory; tells nothing. Accepts a connection without HTTP/2. */
void http2_close(struct http_inspector *inspector, struct http_connection *connection);

#endif
