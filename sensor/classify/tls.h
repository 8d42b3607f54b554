/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS by its first record (RFC 8446 5.1, RFC 5246 6.2). Nothing in it is read: at the usual port of
 * a store it only says that something answers there. And which servers that was said of.
 */
#ifndef AJAR_CLASSIFY_TLS_H
#define AJAR_CLASSIFY_TLS_H

#include "ajar/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tls_message {
    TLS_NONE = 0, /* no TLS, or too few bytes (6, an alert 7) */
    TLS_CLIENT_HELLO,
    TLS_SERVER_HELLO,
    TLS_ALERT, /* in clear: also what a TLS server says to a client that does not speak it */
};

/* What these bytes, the first of a side, begin with. Pure. */
enum tls_message tls_recognise(const uint8_t *data, size_t length);

#define TLS_SERVERS_MAX                                                                            \
    16384 /* servers and sides of home remembered; then the oldest is told again */

/* Servers that answered with TLS; a table of fixed size, one worker thread. */
struct tls_servers {
    uint64_t seed;    /* secret */
    uint64_t evicted; /* of two in its place the older goes */
    uint64_t marks[TLS_SERVERS_MAX];
};

/* Whether this server and side of home were not seen before; they are from now on. */
bool tls_servers_note(struct tls_servers *servers, const struct addr *server, uint16_t port,
                      bool client_is_home);

#endif
