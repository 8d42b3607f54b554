/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packet side of one run: signatures, pipeline and what its sources counted. In `watch` it is a
 * process of its own, in `read` the main thread. Where frames come from is the caller's.
 */
#ifndef AJAR_PACKET_SIDE_H
#define AJAR_PACKET_SIDE_H

#include "ajar/event.h"
#include "base/ring.h"
#include "capture/capture.h"
#include "config/config.h"
#include "detect/signature.h"
#include "pipeline.h"

struct packet_side {
    struct signature_set *signatures;
    struct scan_set *classes;
    struct pipeline *pipeline;
    struct capture_statistics ended; /* of the sources that were closed */
    uint64_t ordinal;                /* of the last frame */
};

/*
 * Loads signatures and data classes and makes the pipeline; findings go into the ring, both
 * borrowed. `live`: a full ring is a counted drop. One sentence in *problem on failure;
 * packet_side_close() in any case.
 */
enum ajar_status packet_side_open(struct packet_side *side, const struct config *config,
                                  struct ring *findings, bool live, struct problem *problem);

/* Hands over what the source has now: one call of capture_run(). */
enum ajar_status packet_side_run(struct packet_side *side, struct capture *source, int most,
                                 int timeout_ms, struct problem *problem);

/* Adds the counters of a source that is about to be closed. */
void packet_side_end_source(struct packet_side *side, struct capture *source);

/* Its numbers up to now; `source` may be NULL. Fields of delivery are zero. */
void packet_side_read_status(const struct packet_side *side, struct capture *source,
                             struct sensor_status *status);

/* Ends all flows and closes the ring. */
void packet_side_finish(struct packet_side *side, struct ring *findings);

/* Frees everything. */
void packet_side_close(struct packet_side *side);

#endif
