/* SPDX-License-Identifier: Apache-2.0 */
/* Times as ajar keeps them: nanoseconds since 1970-01-01 UTC in 64 bits (up to the year 2554). */
#ifndef AJAR_BASE_TIMESTAMP_H
#define AJAR_BASE_TIMESTAMP_H

#include "ajar/status.h"

#include <stdint.h>
#include <time.h>

#define TIMESTAMP_TEXT_MAX 28 /* "2019-12-29T10:11:12.123456Z" and a NUL */

/* Writes the time as RFC 3339 with microseconds (cut, not rounded), in UTC. Pure; any thread. */
void timestamp_format(uint64_t time_ns, char text[static TIMESTAMP_TEXT_MAX]);

/*
 * Reads a day or a time in UTC (ISO 8601): "2019-12-29", "2019-12-29T10:11", with seconds, with
 * parts of a second, with or without the Z. AJAR_ERR_FORMAT leaves *time_ns alone. Pure; any
 * thread.
 */
enum ajar_status timestamp_parse(const char *text, uint64_t *time_ns);

/* The wall clock, in ns since 1970. Any thread. */
uint64_t timestamp_now(void);

/* A clock that never jumps, in ns since some point: for durations and timeouts only. Any thread. */
uint64_t timestamp_monotonic(void);

/* A time in ns as the C library takes it. */
static inline struct timespec timestamp_to_timespec(uint64_t time_ns)
{
    return (struct timespec){.tv_sec = (time_t)(time_ns / 1000000000),
                             .tv_nsec = (long)(time_ns % 1000000000)};
}

#endif
