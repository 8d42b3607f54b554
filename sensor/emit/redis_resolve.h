/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to addresses, within a time. getaddrinfo() can neither be given a timeout nor be stopped,
 * so a thread asks; when it takes too long the thread is left to itself, and as long as it has no
 * answer no other name is asked: there is never more than one.
 */
#ifndef AJAR_EMIT_REDIS_RESOLVE_H
#define AJAR_EMIT_REDIS_RESOLVE_H

#include "ajar/problem.h"
#include "emit/redis_url.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define REDIS_ADDRESSES_MAX 8 /* of one name that are tried */

struct redis_address {
    struct sockaddr_storage name; /* with the port */
    socklen_t length;
};

struct redis_addresses {
    struct redis_address list[REDIS_ADDRESSES_MAX];
    size_t count;
};

/*
 * The addresses of the host, in the order in which they should be tried. `deadline` is a time of
 * timestamp_monotonic(); addresses (instead of names) need no wait. AJAR_ERR_SYSTEM: *cause says
 * why. One thread at a time.
 */
enum ajar_status redis_resolve(const struct redis_host *host, uint64_t deadline,
                               struct redis_addresses *addresses, struct problem *cause);

#endif
