/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams to a log daemon on a unix socket, without ever being held by it: what it does not take
 * now waits in a bounded buffer and goes later, in order. Delivery thread.
 */
#ifndef AJAR_EMIT_LOG_SOCKET_H
#define AJAR_EMIT_LOG_SOCKET_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_WAITING_BYTES (256u << 10) /* of datagrams that the daemon has not taken yet */
#define LOG_RETRY_MS      100          /* between two tries to reach a daemon that is away */
#define LOG_WARN_MS       60000        /* between two warnings of the same socket */
#define LOG_PATIENCE_MS   1000         /* waited for at the end, and in `read` for room */

struct log_socket {
    const char *path; /* borrowed */
    int file;         /* -1 while the daemon is away */
    bool patient;     /* waits for room: `read`, until that was in vain once */
    uint64_t sent;
    uint64_t dropped;
    uint64_t retry_ns; /* by the monotonic clock */
    uint64_t warn_ns;
    size_t used; /* of `waiting`: lengths and datagrams */
    unsigned char *waiting;
};

/*
 * Connects; `path` stays borrowed. A daemon that is not there is a warning live, where it is tried
 * again, else AJAR_ERR_SYSTEM and one sentence. Close with log_socket_close() in any case but
 * failure.
 */
enum ajar_status log_socket_open(struct log_socket *s, const char *path, bool live,
                                 struct problem *problem);

/*
 * Sends a datagram of at most 64 KiB, or keeps it for later, or counts it as dropped. Live: returns
 * at once, whatever the daemon does. Else: waits up to LOG_PATIENCE_MS for room; where that was in
 * vain, not again.
 */
void log_socket_send(struct log_socket *s, const void *datagram, size_t length);

/* Sends what waits, as far as the daemon takes it. */
void log_socket_flush(struct log_socket *s);

/* Waits up to LOG_PATIENCE_MS for the rest, drops it, closes. */
void log_socket_close(struct log_socket *s);

#endif
