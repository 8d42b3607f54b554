/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The address of a Redis as people write it:
 *   redis://[user[:password]@]host[:port][/database]
 *   unix://[user[:password]@]/path/of/socket[?db=N]
 * Characters with a meaning in a URL are percent-encoded (RFC 3986).
 */
#ifndef AJAR_EMIT_REDIS_URL_H
#define AJAR_EMIT_REDIS_URL_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <stdint.h>

#define REDIS_PORT         6379
#define REDIS_DATABASE_MAX 65535

struct redis_url {
    bool is_unix;
    char host[256]; /* name or address; IPv6 without brackets */
    uint16_t port;
    char path[108]; /* of the unix socket (sockaddr_un) */
    char user[128]; /* "" = none */
    char password[512];
    uint32_t database;
    char name[300]; /* for messages: without user, password and database */
};

/* Pure. AJAR_ERR_USAGE leaves *url alone; *problem says what would be right and never repeats a
 * password. */
enum ajar_status redis_url_parse(const char *text, struct redis_url *url, struct problem *problem);

#endif
