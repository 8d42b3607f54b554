/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchanges -> findings: which store, what was asked, what the reply proves. No memory beyond the
 * flow, no life cycle: that is the ledger's. One detector a worker, one thread.
 */
#ifndef AJAR_DETECT_H
#define AJAR_DETECT_H

#include "ajar/finding.h"
#include "ajar/flow.h"
#include "ajar/http.h"
#include "ajar/problem.h"
#include "detect/signature.h"
#include "scan/scan.h"

#define DETECT_FLOWS_MAX                                                                           \
    8192 /* flows with evidence at once; of more, exchanges are counted and not judged */
#define DETECT_TELL_AFTER_NS UINT64_C(50000000) /* a proof waits this long for its reply to end */
#define DETECT_TRIAL_NS      UINT64_C(10000000000) /* and a reply so long for its first bytes */
#define DETECT_UNKNOWN_BYTES 4096 /* of a reply that nothing but its shape could make a store's */
#define DETECT_ACTORS_MAX                                                                          \
    64 /* times that somebody else behind a proxy is told apart in one flow                        \
        */
/* --scan sampled: decoded bytes read of one reply; what follows is estimated from its size. */
#define DETECT_SAMPLE_REPLY   8192   /* of a reply that hands out records */
#define DETECT_SAMPLE_LISTING 262144 /* of any other */
#define DETECT_SAMPLE_FLOW    262144 /* of a flow, before each further reply gets the least */
#define DETECT_SAMPLE_LEAST   2048
/* And of what is read, searched for classes of data. */
#define DETECT_SCAN_REPLY 16384 /* of one reply */
#define DETECT_SCAN_FLOW  262144

/* Called for every finding, which is borrowed until it returns. */
typedef void (*detect_listener)(void *context, const struct finding *finding);

struct detect_options {
    const struct signature_set *signatures; /* borrowed for the detector's life */
    bool scan_full;
    const struct scan_set *classes; /* of data; borrowed; NULL = replies are not searched */
    bool samples;                   /* one masked value of each class */
    detect_listener listener;
    void *context;
    /* nDPI's name for flow->application, "" = unknown; NULL = no names. */
    const char *(*application_name)(void *context, uint16_t application);
    void *application_context;
};

struct detect_counters {
    uint64_t requests;     /* that fit a signature */
    uint64_t replies_read; /* whose body was looked at */
    uint64_t findings;
    uint64_t flows_refused;      /* DETECT_FLOWS_MAX reached */
    uint64_t waiting_dropped;    /* requests whose text could not be kept */
    uint64_t actors_merged;      /* changes of who is behind a proxy beyond DETECT_ACTORS_MAX */
    uint64_t trials_refused;     /* replies chosen for by their head alone: too many at once */
    uint64_t candidates_dropped; /* signatures that might have fit a reply: too many for it */
    uint64_t scans_refused;      /* replies not searched: too many at once */
    uint64_t classes_refused;    /* classes of flows not counted: too many in all flows */
};

struct detector;

/* Reserves everything; `options` is copied. Free with detector_free(), which accepts NULL. */
enum ajar_status detector_new(const struct detect_options *options, struct detector **detector);
void detector_free(struct detector *detector);

/* What the HTTP inspector calls; valid as long as the detector. */
struct http_listener detector_http_listener(struct detector *detector);

/* Packet time moves on: proofs that waited long enough are told. */
void detector_tick(struct detector *detector, uint64_t time_ns);

/* The flow ends (after its inspector was closed): the session is told, flow->evidence freed. */
void detector_close(struct detector *detector, struct flow *flow, enum flow_end end,
                    uint64_t time_ns);

/* Bytes of the flow are missing: what is proven from now on is a lower bound. */
void detector_note_gap(struct detector *detector, struct flow *flow);

/* The counters; borrowed. */
const struct detect_counters *detector_counters(struct detector *detector);

#endif
