/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sensors of a Redis know of exposures (docs/redis.md), for `ajar report`. Reads only:
 * EXISTS, SCAN and HMGET.
 */
#ifndef AJAR_EMIT_REDIS_READER_H
#define AJAR_EMIT_REDIS_READER_H

#include "ajar/problem.h"
#include "emit/emit.h"

#include <stdbool.h>
#include <stddef.h>

/* Fields of the hash of an exposure. */
enum redis_field {
    REDIS_FIELD_REPORT, /* the document, of the sensor that saw the most */
    REDIS_FIELD_STATUS, /* this and the others: as all sensors together know it */
    REDIS_FIELD_FIRST,
    REDIS_FIELD_LAST,
    REDIS_FIELD_SHUT,
    REDIS_FIELD_CLOSED_AT,
    REDIS_FIELD_CLOSED_BY,
    REDIS_FIELD_VERDICT,
    REDIS_FIELD_TIMES,
    REDIS_FIELD_SEVERITY,
    REDIS_FIELD_RECORDS,
    REDIS_FIELD_RETURNED,
    REDIS_FIELD_BYTES,
    REDIS_FIELD_REQUESTS,
    REDIS_FIELD_ACTORS,
    REDIS_FIELD_SENSORS, /* names with commas between */
    REDIS_FIELD_SITE,
    REDIS_FIELDS
};

/* One exposure; texts are borrowed until the callback returns. */
struct redis_exposure {
    const char *fields[REDIS_FIELDS]; /* NULL = there is none */
};

typedef void (*redis_reader_visit)(void *context, const struct redis_exposure *exposure);

/*
 * Calls back for each exposure under the prefix: of what is watched or, with `readings`, of what
 * was read from captures. An exposure that expires meanwhile is passed over. AJAR_ERR_USAGE,
 * AJAR_ERR_SYSTEM: one sentence.
 */
enum ajar_status redis_read_exposures(const struct redis_options *options, bool readings,
                                      redis_reader_visit visit, void *context,
                                      struct problem *problem);

#endif
