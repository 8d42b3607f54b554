/* SPDX-License-Identifier: Apache-2.0 */
/* hiredis older than 1.0 (Debian 12) has no TLS: rediss is refused, with the way around it. */
#include "emit/redis_tls.h"

enum ajar_status redis_tls_check(struct problem *problem)
{
    return problem_set(
        problem, AJAR_ERR_USAGE,
        "this build's hiredis has no TLS, so rediss:// cannot be used: put stunnel "
        "before Redis and give its local address as redis:// (docs/redis.md), or run "
        "ajar on Debian 13");
}

enum ajar_status redis_tls_new(const struct redis_options *options, struct redis_tls **tls,
                               struct problem *problem)
{
    (void)options;
    (void)tls;
    return redis_tls_check(problem);
}

void redis_tls_free(struct redis_tls *tls)
{
    (void)tls;
}

enum ajar_status redis_tls_start(struct redis_tls *tls, struct redisContext *context,
                                 const char *host, uint64_t deadline, struct problem *cause)
{
    (void)tls;
    (void)context;
    (void)host;
    (void)deadline;
    (void)redis_tls_check(cause);
    return AJAR_ERR_SYSTEM;
}

const char *redis_tls_last_error(void)
{
    return "";
}
