/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets to a Redis or a Sentinel: connected within a time, and set so that a peer that vanished
 * is noticed. Their ends are noted with redis_own_add().
 */
#ifndef AJAR_EMIT_REDIS_SOCKET_H
#define AJAR_EMIT_REDIS_SOCKET_H

#include "ajar/problem.h"
#include "emit/redis_url.h"

#include <stdint.h>

#define REDIS_KEEPALIVE_IDLE_S     15
#define REDIS_KEEPALIVE_INTERVAL_S 5
#define REDIS_KEEPALIVE_PROBES     3
#define REDIS_UNACKNOWLEDGED_MS    30000 /* TCP_USER_TIMEOUT: as long as keepalive takes */

/*
 * Connects to the first of the host's addresses that accepts; all of them together have
 * REDIS_CONNECT_TIMEOUT_MS, after at most REDIS_RESOLVE_TIMEOUT_MS for the name, and nothing lasts
 * beyond `deadline` (timestamp_monotonic()). Reads and writes of *socket, which the caller closes,
 * wait REDIS_COMMAND_TIMEOUT_MS at most. AJAR_ERR_SYSTEM: *cause says why.
 */
enum ajar_status redis_socket_connect(const struct redis_host *host, uint64_t deadline, int *socket,
                                      struct problem *cause);

/* The same for the path of a unix socket. */
enum ajar_status redis_socket_connect_unix(const char *path, int *socket, struct problem *cause);

#endif
