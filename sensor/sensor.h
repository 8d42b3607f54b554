/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole road put together for one run: signatures, packet side, ring, delivery side. What
 * `read` and `watch` have in common; where frames come from is theirs.
 */
#ifndef AJAR_SENSOR_H
#define AJAR_SENSOR_H

#include "capture/capture.h"
#include "config/config.h"
#include "delivery.h"
#include "detect/signature.h"
#include "pipeline.h"

struct sensor {
    const struct config *config; /* borrowed */
    struct signature_set *signatures;
    struct ring *findings;
    struct pipeline *pipeline;
    struct delivery *delivery;
    struct capture_statistics ended; /* of the sources that were closed */
    uint64_t ordinal;                /* of the last frame */
    uint64_t start_ns;               /* by the monotonic clock */
};

/*
 * Makes everything but a source; `import_id` for an offline run that goes to Redis, else NULL,
 * borrowed. One sentence in *problem on failure. sensor_close() in any case.
 */
enum ajar_status sensor_open(struct sensor *sensor, const struct config *config, bool live,
                             const char *import_id, struct problem *problem);

/* Starts the delivery thread, after which signals may be caught. */
enum ajar_status sensor_start(struct sensor *sensor, struct problem *problem);

/* Hands over what the source has now: one call of capture_run(). */
enum ajar_status sensor_run(struct sensor *sensor, struct capture *source, int most, int timeout_ms,
                            struct problem *problem);

/* Adds the counters of a source that is about to be closed. */
void sensor_end_source(struct sensor *sensor, struct capture *source);

/* The packet side's numbers; `source` may be NULL. */
void sensor_read_status(const struct sensor *sensor, struct capture *source,
                        struct sensor_status *status);

/*
 * Ends all flows, delivers everything and, if `tell`, makes the last status event. AJAR_ERR_LIMIT:
 * some events could not be delivered.
 */
enum ajar_status sensor_finish(struct sensor *sensor, bool tell, struct problem *problem);

/* The table for people, after sensor_finish(). */
void sensor_write_table(const struct sensor *sensor, FILE *out, uint64_t files);

/* Frees everything. */
void sensor_close(struct sensor *sensor);

#endif
