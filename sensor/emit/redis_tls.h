/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS to Redis and to Sentinels: 1.2 or newer, the server's certificate and its name verified
 * unless a person said no. Two implementations: redis_tls.c where hiredis has TLS (1.0 or newer),
 * and redis_tls_absent.c, which refuses, where it has not (AJAR_TLS in CMakeLists.txt).
 */
#ifndef AJAR_EMIT_REDIS_TLS_H
#define AJAR_EMIT_REDIS_TLS_H

#include "ajar/problem.h"
#include "emit/emit.h"

#include <stddef.h>
#include <stdint.h>

/* Authorities, certificate and key: read once. */
struct redis_tls;

struct redisContext;

/* AJAR_OK if this build can speak TLS; else AJAR_ERR_USAGE and what would be right. */
enum ajar_status redis_tls_check(struct problem *problem);

/* Reads the files that `options` name. AJAR_ERR_USAGE: *problem names the file. Free with
 * redis_tls_free(), which accepts NULL. */
enum ajar_status redis_tls_new(const struct redis_options *options, struct redis_tls **tls,
                               struct problem *problem);
void redis_tls_free(struct redis_tls *tls);

/*
 * Shakes hands on a connected context; from then on hiredis reads and writes through TLS. `host` is
 * the name or address that the certificate has to be for. Over by `deadline`
 * (timestamp_monotonic()) and one read's timeout. AJAR_ERR_SYSTEM: *cause says why.
 */
enum ajar_status redis_tls_start(struct redis_tls *tls, struct redisContext *context,
                                 const char *host, uint64_t deadline, struct problem *cause);

/* What TLS said when a read or write failed: "certificate required"; "" if it said nothing. Static
 * storage. The thread that read or wrote. */
const char *redis_tls_last_error(void);

#endif
