/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packet side, in the order a packet travels: decode, flow, classify, inspect, detect; what it
 * proves leaves through a ring of findings. One pipeline a worker, one thread. The delivery side
 * (enrich, ledger, emit) is in delivery.h.
 */
#ifndef AJAR_PIPELINE_H
#define AJAR_PIPELINE_H

#include "ajar/packet.h"
#include "ajar/problem.h"
#include "base/ring.h"
#include "classify/classify.h"
#include "classify/tls.h"
#include "decode/decode.h"
#include "detect/detect.h"
#include "flow/doors.h"
#include "flow/syn_tool.h"
#include "flow/table.h"
#include "inspect/http.h"

struct pipeline_options {
    const struct netset *home;              /* borrowed */
    const struct signature_set *signatures; /* borrowed */
    const struct scan_set *classes;         /* of data; borrowed; NULL = none are looked for */
    bool samples;                           /* one masked value of each class */
    struct ring *findings;                  /* of struct finding; borrowed */
    struct flow_limits flows;
    uint64_t seed;     /* secret, for tables */
    bool scan_full;    /* read replies in full, else sampled */
    bool classify_all; /* nDPI sees every flow */
    bool live;         /* a full ring is a counted drop; else the ring waits */
};

struct pipeline_counters {
    const struct decode_counters *decode;
    const struct flow_counters *flow;
    const struct classify_counters *classify;
    const struct http_counters *http;
    const struct detect_counters *detect;
    const struct doors_counters *doors;
    uint64_t tool_syns;           /* SYNs that masscan or ZMap wrote */
    uint64_t tls_servers_evicted; /* told as opaque, and forgotten for want of room */
    uint64_t bytes;               /* of all frames, on the wire */
    uint64_t findings_dropped;    /* the ring was full */
};

struct pipeline;

/* Makes all stages; `options` is copied. On failure *problem says which one. Free with
 * pipeline_free(), which accepts NULL. */
enum ajar_status pipeline_new(const struct pipeline_options *options, struct pipeline **pipeline,
                              struct problem *problem);
void pipeline_free(struct pipeline *pipeline);

/* One frame through all stages; a capture_listener whose context is the pipeline. */
void pipeline_frame(void *pipeline, const struct frame *frame);

/* A store stands open at this TCP port, as is known from elsewhere: what SYNs to it come to is
 * told.
 */
void pipeline_add_door(struct pipeline *pipeline, const struct addr *server, uint16_t port);

/* The packet clock moves without a packet (an idle live link): ns since 1970. */
void pipeline_tick(struct pipeline *pipeline, uint64_t time_ns);

/* Ends every flow; their sessions are told, and wait for room in the ring also where frames did
 * not. Nothing may be added after it. */
void pipeline_finish(struct pipeline *pipeline);

/* Counters of all stages; borrowed, valid as long as the pipeline, same thread. */
struct pipeline_counters pipeline_counters(const struct pipeline *pipeline);

/* Highest packet time seen, 0 before the first. */
uint64_t pipeline_time(const struct pipeline *pipeline);

#endif
