/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The address of a Redis as people write it:
 *   redis://[user[:password]@]host[:port][,host[:port]...][/database]
 *   redis+sentinel://[user[:password]@]host[:port][,host[:port]...]/MASTER[/database]
 *   unix://[user[:password]@]/path/of/socket[?db=N]
 * rediss and rediss+sentinel are the same through TLS. Several hosts of one redis:// are nodes of a
 * cluster, or alternatives. User and password are those of the Redis, not of the Sentinels.
 * Characters with a meaning in a URL are percent-encoded (RFC 3986).
 */
#ifndef AJAR_EMIT_REDIS_URL_H
#define AJAR_EMIT_REDIS_URL_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDIS_PORT          6379
#define REDIS_SENTINEL_PORT 26379
#define REDIS_DATABASE_MAX  65535
#define REDIS_HOSTS_MAX     16 /* in one URL; more is a usage error */
#define REDIS_USER_MAX      128
#define REDIS_PASSWORD_MAX  512

struct redis_host {
    char name[256]; /* name or address; IPv6 without brackets */
    uint16_t port;
};

struct redis_url {
    bool is_unix;
    bool tls;
    bool sentinel; /* the hosts are Sentinels */
    struct redis_host hosts[REDIS_HOSTS_MAX];
    unsigned host_count;
    char path[108];            /* of the unix socket (sockaddr_un) */
    char master[128];          /* what the Sentinels call the master */
    char user[REDIS_USER_MAX]; /* "" = none */
    char password[REDIS_PASSWORD_MAX];
    uint32_t database;
    char name[300]; /* for messages: without user, password and database */
};

/* Pure. AJAR_ERR_USAGE leaves *url alone; *problem says what would be right and never repeats a
 * password. */
enum ajar_status redis_url_parse(const char *text, struct redis_url *url, struct problem *problem);

/* "host:port", an IPv6 address in brackets; cut. */
void redis_host_format(const struct redis_host *host, char *text, size_t size);

#endif
