/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to the Redis that takes writes: found (Sentinel, Cluster), resolved, connected,
 * logged in, in its database. Every wait has a timeout, the name service included. One thread at a
 * time; with redis_tls.c the only part of ajar that knows hiredis.
 */
#ifndef AJAR_EMIT_REDIS_LINK_H
#define AJAR_EMIT_REDIS_LINK_H

#include "ajar/problem.h"
#include "emit/emit.h"

#include <stdbool.h>
#include <stddef.h>

#define REDIS_RESOLVE_TIMEOUT_MS 3000
#define REDIS_CONNECT_TIMEOUT_MS 2000
#define REDIS_COMMAND_TIMEOUT_MS 3000

/*
 * Where Redis is, with the passwords and certificates, and what was learned of it: which node of a
 * cluster has our slot. Made once; used by one thread.
 */
struct redis_access;

/*
 * Reads password and certificate files; connects to nothing. From here on SIGPIPE is ignored: a
 * server that hangs up must be an error of a write, not the end of the process. AJAR_ERR_USAGE and
 * what would be right, never with a password in it. Free with redis_access_free(), which forgets
 * passwords.
 */
enum ajar_status redis_access_new(const struct redis_options *options, struct redis_access **access,
                                  struct problem *problem);
void redis_access_free(struct redis_access *access);

/* Checks an address without files and without connecting: AJAR_ERR_USAGE and what would be right.
 */
enum ajar_status redis_access_check(const char *url, struct problem *problem);

/* Its name for messages: without user, password and database. Borrowed. */
const char *redis_access_name(const struct redis_access *access);

/*
 * Takes the error of a command: a MOVED or ASK makes the next redis_link_open() go where it points
 * (ASK: with ASKING before each command). True if it was one; the caller opens again without
 * back-off, a few times in a row at most.
 */
bool redis_access_redirect(struct redis_access *access, const char *error);

struct redis_link;

/* What a command gave. */
struct redis_reply {
    bool is_error;
    bool is_nil;
    char error[160];   /* "OOM command not allowed ..." */
    long long integer; /* of an integer reply, or of a text that is a number; else 0 */
    char text[64];     /* of a string or status reply, cut; else "" */
    size_t count;      /* of an array reply of integers: */
    long long integers[8];
};

/*
 * Connects to the node that takes writes: asks the Sentinels for the master, tries the seeds of a
 * cluster in turn (after the node that was learned), resolves names with a timeout, starts TLS,
 * logs in, selects the database, makes sure that a Redis answers and that it is no replica (where
 * ROLE may be asked). AJAR_AGAIN: it is there and still loads its data. AJAR_ERR_SYSTEM: *problem
 * says why and what would be right, without the password.
 */
enum ajar_status redis_link_open(struct redis_access *access, struct redis_link **link,
                                 struct problem *problem);
void redis_link_close(struct redis_link *link);

/* What it is, as far as we may know: "Redis 7.0.15, master". AJAR_ERR_SYSTEM: it is dead. */
enum ajar_status redis_link_describe(struct redis_link *link, char *text, size_t size,
                                     struct problem *problem);

/* Adds one command (RESP) to what redis_link_read() sends first. AJAR_ERR_MEMORY. */
enum ajar_status redis_link_append(struct redis_link *link, const char *wire, size_t length);

/* The reply to the oldest command without one. AJAR_ERR_SYSTEM: the connection is dead. */
enum ajar_status redis_link_read(struct redis_link *link, struct redis_reply *reply);

/* A text of a reply: nested arrays are told flat, `index` counts them all. `text` has a NUL behind
 * it; NULL = nil. Borrowed. */
typedef void (*redis_text_taker)(void *context, size_t index, const char *text, size_t length);

/* Sends one command (words, NULL at the end) and hands over all texts of its reply; of an error
 * only *reply tells. AJAR_ERR_SYSTEM: the connection is dead; AJAR_ERR_MEMORY. */
enum ajar_status redis_link_fetch(struct redis_link *link, const char *const *words,
                                  struct redis_reply *reply, redis_text_taker take, void *context);

/* Why the connection is dead, for people. */
const char *redis_link_error(const struct redis_link *link);

/* The socket, for shutdown() by another thread when waiting has to end. */
int redis_link_socket(const struct redis_link *link);

#endif
