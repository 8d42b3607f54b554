/* SPDX-License-Identifier: Apache-2.0 */
/* What redis_link_open() works with; others see it through redis_link.h. */
#ifndef AJAR_EMIT_REDIS_ACCESS_H
#define AJAR_EMIT_REDIS_ACCESS_H

#include "emit/redis_link.h"
#include "emit/redis_url.h"

struct redis_access {
    struct redis_url url; /* with the user and the password that are in force */
};

#endif
