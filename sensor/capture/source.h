/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of capture: what every kind of source has, and the one place where a frame is
 * handed over. A kind embeds struct capture as its first member. Private to capture.
 */
#ifndef AJAR_CAPTURE_SOURCE_H
#define AJAR_CAPTURE_SOURCE_H

#include "capture/capture.h"

#include <signal.h>

/* One kind of source: file, pcapng, live. All members but `stop` and `position` must be there;
 * all are called with the capture that the kind made. */
struct capture_kind {
    /* Hands over up to `most` frames with capture_deliver(); results as capture_run(). */
    enum ajar_status (*run)(struct capture *capture, int most, int timeout_ms,
                            struct problem *problem);
    void (*stop)(struct capture *capture); /* async-signal-safe */
    void (*read_statistics)(struct capture *capture, struct capture_statistics *statistics);
    uint64_t (*position)(const struct capture *capture);
    void (*close)(struct capture *capture); /* frees it */
};

struct capture {
    const struct capture_kind *kind;
    volatile sig_atomic_t stopped;
    uint64_t frames;
    uint64_t bytes; /* on the wire */

    /* During capture_run() */
    uint64_t ordinal;
    capture_listener listener;
    void *context;
};

/* Says, as AJAR_ERR_FORMAT, that a file is damaged after so many packets. */
enum ajar_status capture_report_damage(const char *path, uint64_t packets, const char *what,
                                       struct problem *problem);

/* Compiles a pcap filter and sets it on a handle; AJAR_ERR_USAGE and one sentence if it is not one.
 * `name` is the file or interface, for the sentence. */
struct pcap;
enum ajar_status capture_set_filter(struct pcap *pcap, const char *filter, const char *name,
                                    struct problem *problem);

/* The same for sources without a handle: a filter for frames of one link type. Free with
 * capture_filter_free(), which accepts NULL. */
struct capture_filter;
enum ajar_status capture_filter_new(const char *filter, int link_type, const char *name,
                                    struct capture_filter **made, struct problem *problem);
void capture_filter_free(struct capture_filter *filter);

/* Whether the frame passes. */
bool capture_filter_matches(const struct capture_filter *filter, const struct frame *frame);

/* Hands one frame to the listener; `frame` lacks nothing but its ordinal. */
static inline void capture_deliver(struct capture *capture, struct frame *frame)
{
    capture->frames++;
    capture->bytes += frame->on_wire;
    frame->ordinal = ++capture->ordinal;
    capture->listener(capture->context, frame);
}

/* Seconds and nanoseconds as one number; times beyond 64 bits become the highest. */
static inline uint64_t capture_time(uint64_t seconds, uint64_t nanoseconds)
{
    if (seconds > UINT64_MAX / 1000000000u - 10 || nanoseconds > 4000000000u)
        return UINT64_MAX;
    return seconds * 1000000000u + nanoseconds;
}

#endif
