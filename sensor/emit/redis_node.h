/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to one node, Redis or Sentinel, as redis_link_open() makes it step by step: here is
 * what only the steps need.
 */
#ifndef AJAR_EMIT_REDIS_NODE_H
#define AJAR_EMIT_REDIS_NODE_H

#include "emit/redis_link.h"
#include "emit/redis_tls.h"
#include "emit/redis_url.h"

#include <stdint.h>

#define REDIS_REPLY_TIMEOUT_MS 30000 /* of one reply that comes in drips */
#define REDIS_OPEN_TIMEOUT_MS  10000 /* after that no further host is tried in one go */
#define REDIS_WORDS_MAX        3

/* The first texts of an array, or the text of a string reply, each cut. */
struct redis_words {
    size_t count;
    char list[REDIS_WORDS_MAX][256];
};

/* Takes over a connected socket, also on failure. AJAR_ERR_MEMORY. */
enum ajar_status redis_link_adopt(int socket, struct redis_link **link);

/* TLS on it; see redis_tls_start(). */
enum ajar_status redis_link_start_tls(struct redis_link *link, struct redis_tls *tls,
                                      const char *host, uint64_t deadline, struct problem *cause);

/* From here on ASKING goes before each command that is appended (a slot that moves in a cluster).
 */
void redis_link_start_asking(struct redis_link *link);

/* One command and its reply; `words` end with NULL. `texts` may be NULL. AJAR_ERR_SYSTEM: the
 * connection is dead, *cause says why. */
enum ajar_status redis_link_ask(struct redis_link *link, const char *const *words,
                                struct redis_reply *reply, struct redis_words *texts,
                                struct problem *cause);

/* Who logs in where. */
struct redis_login {
    const char *user; /* "" = none, as are the following */
    const char *password;
    uint32_t database;
    bool is_sentinel; /* a Sentinel's password comes from elsewhere */
};

/* Logs in, selects the database, sees that something answers. AJAR_AGAIN: it loads its data.
 * AJAR_ERR_SYSTEM: *cause says why and what would be right. */
enum ajar_status redis_login(struct redis_link *link, const struct redis_login *login,
                             struct problem *cause);

/*
 * Makes sure that the node takes writes. A replica does not; but a replica of a cluster will say
 * who does (MOVED). Who may not ask ROLE will see from the first write. AJAR_ERR_SYSTEM: *cause.
 */
enum ajar_status redis_check_role(struct redis_link *link, struct problem *cause);

/*
 * Connects to one node up to TLS: a host's, or a path's if `host` is NULL. AJAR_ERR_SYSTEM: *cause.
 */
enum ajar_status redis_node_connect(struct redis_access *access, const struct redis_host *host,
                                    uint64_t deadline, struct redis_link **link,
                                    struct problem *cause);

/* Asks one Sentinel who the master is. AJAR_ERR_SYSTEM: *cause says why it did not help. */
enum ajar_status redis_sentinel_ask(struct redis_access *access, const struct redis_host *sentinel,
                                    uint64_t deadline, struct redis_host *master,
                                    struct problem *cause);

#endif
