/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to a Redis: connected, logged in, in its database. Every wait has a timeout. One
 * thread at a time; the only part of ajar that knows hiredis.
 */
#ifndef AJAR_EMIT_REDIS_LINK_H
#define AJAR_EMIT_REDIS_LINK_H

#include "ajar/problem.h"
#include "emit/redis_url.h"

#include <stdbool.h>
#include <stddef.h>

#define REDIS_CONNECT_TIMEOUT_MS 2000
#define REDIS_COMMAND_TIMEOUT_MS 3000

struct redis_link;

/* What a command gave. */
struct redis_reply {
    bool is_error;
    char error[160];   /* "OOM command not allowed ..." */
    long long integer; /* of an integer reply, else 0 */
};

/*
 * Connects, logs in with `password` (NULL or "" for none) and the URL's user, selects the database
 * and makes sure that a Redis answers. AJAR_AGAIN: it is there and still loads its data.
 * AJAR_ERR_SYSTEM: *problem says why and what would be right, without the password.
 */
enum ajar_status redis_link_open(const struct redis_url *url, const char *password,
                                 struct redis_link **link, struct problem *problem);
void redis_link_close(struct redis_link *link);

/* Adds commands (RESP) to what redis_link_read() sends first. AJAR_ERR_MEMORY. */
enum ajar_status redis_link_append(struct redis_link *link, const char *wire, size_t length);

/* The reply to the oldest command without one. AJAR_ERR_SYSTEM: the connection is dead. */
enum ajar_status redis_link_read(struct redis_link *link, struct redis_reply *reply);

/* Why the connection is dead, for people. */
const char *redis_link_error(const struct redis_link *link);

/* The socket, for shutdown() by another thread when waiting has to end. */
int redis_link_socket(const struct redis_link *link);

#endif
