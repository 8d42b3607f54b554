/* SPDX-License-Identifier: Apache-2.0 */
/* What redis_link_open() works with; others see it through redis_link.h. */
#ifndef AJAR_EMIT_REDIS_ACCESS_H
#define AJAR_EMIT_REDIS_ACCESS_H

#include "emit/redis_link.h"
#include "emit/redis_tls.h"
#include "emit/redis_url.h"

struct redis_access {
    struct redis_url url; /* with the user and the password that are in force */
    char sentinel_password[REDIS_PASSWORD_MAX]; /* "" = none */
    struct redis_tls *tls;                      /* NULL = none */
    unsigned next;                              /* the host of the URL to begin with */
    struct redis_host here;    /* the node of the last connection; "" = a unix socket */
    struct redis_host learned; /* where a MOVED or ASK pointed */
    bool has_learned;
    bool asking; /* it was an ASK */
};

#endif
