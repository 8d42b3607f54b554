/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sensor's own connections (to Redis, to Sentinels), so that the sensor never reports itself
 * when the mirror shows them. The last few tuples are remembered. Written by the Redis thread, read
 * by the delivery thread.
 */
#ifndef AJAR_EMIT_REDIS_OWN_H
#define AJAR_EMIT_REDIS_OWN_H

#include "ajar/addr.h"

#include <stdbool.h>
#include <stdint.h>

#define REDIS_OWN_MAX 64 /* connections remembered; the oldest goes first */

/* Notes both ends of a connected socket; other families than IPv4 and IPv6 are ignored. */
void redis_own_add(int socket);

/* Whether client and server are the ends of one of them. Any thread. */
bool redis_own_has(const struct addr *client, uint16_t client_port, const struct addr *server,
                   uint16_t server_port);

#endif
