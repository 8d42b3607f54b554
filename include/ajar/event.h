/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event: what the ledger says to the world. Emit turns it into one JSON document
 * (docs/event.schema.json) and into Redis keys. Borrowed until the emitter returns.
 */
#ifndef AJAR_EVENT_H
#define AJAR_EVENT_H

#include "ajar/finding.h"

#include <stdbool.h>
#include <stdint.h>

struct place;

#define EVENT_ID_HEX      33 /* 32 hex digits and NUL */
#define EVENT_REASONS_MAX 8
#define EXPOSURE_ID_HEX   33

enum event_action {
    EVENT_STORE_QUERY,
    EVENT_STORE_SESSION,
    EVENT_EXPOSURE_OPENED,
    EVENT_SENSOR_STATUS,
};

/* Where client and store are, seen from home. */
enum direction {
    DIRECTION_INBOUND,  /* client outside, store in home */
    DIRECTION_INTERNAL, /* both in home */
    DIRECTION_OUTBOUND, /* store outside, client in home */
    DIRECTION_EXTERNAL, /* both outside */
};

/* The state of a store that stands open, as the dashboards show it. */
struct exposure_view {
    char id[EXPOSURE_ID_HEX];
    uint64_t first_ns; /* first proof */
    uint64_t last_ns;  /* last proof */
    uint8_t verdict;   /* highest so far */
    uint64_t records;  /* held, FINDING_NO_COUNT = unknown */
    uint64_t returned;
    uint64_t gave_bytes;
    uint32_t actors; /* distinct client addresses */
    uint32_t requests;
    const char *countries; /* "NL,US", sorted, bounded; borrowed */
    const char *datasets;  /* "customers,cases", bounded; borrowed */
    int severity;
};

struct event {
    enum event_action action;
    enum direction direction;
    char id[EVENT_ID_HEX]; /* stable across runs and restarts */
    uint64_t sequence;     /* of this sensor run */
    uint64_t time_ns;
    int severity;                           /* 0-100 */
    const char *reasons[EVENT_REASONS_MAX]; /* static words */
    unsigned reason_count;
    enum credentials credentials;         /* after what the ledger knows of the server */
    const struct finding *finding;        /* NULL for EVENT_SENSOR_STATUS */
    const struct place *source;           /* of the client; never NULL with a finding */
    const struct place *target;           /* of the store when it is outside, else empty */
    const struct exposure_view *exposure; /* NULL where the event has none */
    const struct sensor_status *status;   /* EVENT_SENSOR_STATUS only */
};

/* The sensor's own numbers, for the status event and the heartbeat. */
struct sensor_status {
    uint64_t packets, bytes, dropped_kernel, dropped_interface;
    uint64_t flows, flows_now, gaps, anomalies;
    uint64_t findings, findings_dropped, events, events_dropped;
    uint64_t memory_bytes;
    uint32_t open_exposures;
    uint64_t packet_time_ns;
};

/* The words of the events: "store-query", "inbound", "none"; never NULL. */
const char *event_action_name(enum event_action action);
const char *direction_name(enum direction direction);
const char *credentials_name(enum credentials credentials);

/* Which direction a client and a store have, seen from home. */
enum direction direction_between(const struct netset *home, const struct addr *client,
                                 const struct addr *server);

#endif
