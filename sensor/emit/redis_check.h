/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a Redis will take what a run sends; for `ajar check`. Inside emit/ only. */
#ifndef AJAR_EMIT_REDIS_CHECK_H
#define AJAR_EMIT_REDIS_CHECK_H

#include "emit/emit.h"
#include "emit/redis_link.h"

/*
 * Asks, without writing a key, whether scripts may be run and whether our user may do what the
 * script does (Redis 7 and newer can be asked that). AJAR_ERR_USAGE: *problem names what is missing
 * and what would be right. AJAR_ERR_SYSTEM: the connection is dead.
 */
enum ajar_status redis_check_rights(struct redis_link *link, const struct redis_options *options,
                                    struct problem *problem);

#endif
