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
#define EVENT_REASONS_MAX 12
#define EXPOSURE_ID_HEX   33
#define SCANNER_NAME_MAX  32

enum event_action {
    EVENT_STORE_QUERY,
    EVENT_STORE_SESSION,
    EVENT_EXPOSURE_OPENED,
    EVENT_EXPOSURE_UPDATED, /* evidence rose; at most one an interval unless it is worse now */
    EVENT_EXPOSURE_CLOSED,
    EVENT_STORE_REACHABLE, /* a store answered an outside client for the first time */
    EVENT_EVENTS_FOLDED,   /* how many events of one store and client were not told one by one */
    EVENT_SENSOR_STATUS,
    EVENT_SENSOR_TROUBLE, /* something happened to the sensor itself; see struct trouble */
};

/* What can happen to the sensor that whoever reads its events has to know. */
enum trouble_kind {
    TROUBLE_PACKET_SIDE_DIED,    /* and was started again: flows under way were lost */
    TROUBLE_DELIVERY_SIDE_DIED,  /* and was started again */
    TROUBLE_JOURNAL_MOVED_ASIDE, /* it was corrupt; a new one was begun */
    TROUBLE_JOURNAL_TRIMMED,     /* at its bound: `count` events went, see `text` */
    TROUBLE_EVENTS_NOT_ACCEPTED, /* the journal could not be written for long: `count` were lost */
    TROUBLE_KINDS
};

struct trouble {
    enum trouble_kind kind;
    uint64_t count;   /* how many (events, deaths so far) */
    const char *text; /* one sentence for people; borrowed */
};

/* Where client and store are, seen from home. */
enum direction {
    DIRECTION_INBOUND,  /* client outside, store in home */
    DIRECTION_INTERNAL, /* both in home */
    DIRECTION_OUTBOUND, /* store outside, client in home */
    DIRECTION_EXTERNAL, /* both outside */
};

/* To whom a store stands open: the doors of one store are judged apart, since a backup that reads
 * all from inside must not make a look from outside a theft. */
enum zone {
    ZONE_OUTSIDE,  /* clients outside home */
    ZONE_INTERNAL, /* clients in home */
    ZONE_ALLOWED,  /* what the policy allows, from anywhere: counted, not told */
    ZONES
};

/* What proved that a store is closed. */
enum closing {
    CLOSING_NONE,    /* it is open */
    CLOSING_REFUSED, /* it refused a client without credentials */
    CLOSING_RESET,   /* a connection was reset before it began */
    CLOSING_SILENCE, /* inferred: nobody outside got an answer any more */
    CLOSINGS
};

/* One class of data that a store handed out, over all flows. */
struct exposure_class {
    char name[24];
    char sample[48]; /* one value, masked; "" unless samples are asked for */
    bool by_name;    /* some field is called so */
    uint64_t values; /* handed out, repeats counted */
    uint64_t odd;    /* of them, written so that a filter would miss them */
    uint64_t masked; /* values that look masked already, or hashed; not in `values` */
    uint64_t hashed;
    struct sketch distinct;
};

/* How many different values of a class there were, about: an estimate, but never more than all. */
static inline uint64_t class_distinct(uint64_t values, const struct sketch *distinct)
{
    uint64_t estimate = sketch_estimate(distinct);
    return estimate < values ? estimate : values;
}

/* What is known of who asked, beside its address. Texts "" = not known; borrowed nothing. */
struct actor_view {
    char claimed[SCANNER_NAME_MAX];   /* scanner that it says it is (User-Agent) */
    char confirmed[SCANNER_NAME_MAX]; /* scanner whose address it is, by the lists */
    char tool[16];                    /* "masscan", "zmap", by its SYN */
    bool search_engine;               /* that scanner publishes what it finds */
    bool proxied;                     /* the address is what a trusted proxy says; `via` is it */
    struct addr via;
};

/* Which exposed stores are the same thing. */
struct group_view {
    char id[EXPOSURE_ID_HEX]; /* "" = alone */
    uint32_t servers;         /* in it, this one included */
    bool same_data;           /* equal data sets; else nodes of one cluster */
};

/* The state of a store that stands, or stood, open, as the dashboards show it. */
struct exposure_view {
    char id[EXPOSURE_ID_HEX];
    uint8_t zone;       /* enum zone */
    uint8_t closing;    /* enum closing; CLOSING_NONE = open */
    uint8_t verdict;    /* highest so far */
    uint64_t first_ns;  /* first proof: open at least since */
    uint64_t last_ns;   /* last proof: and at least until */
    uint64_t before_ns; /* last seen shut before the first proof: open at most since; 0 = unknown */
    uint64_t reachable_ns;  /* first answer to an outside client, if before the first proof; or 0 */
    uint64_t closed_ns;     /* proof of closing: open at most until; 0 = open */
    uint32_t times;         /* opened, reopenings included */
    uint64_t records;       /* held, FINDING_NO_COUNT = unknown */
    uint8_t records_source; /* enum count_source */
    uint64_t returned;
    uint64_t gave_bytes;
    uint32_t actors; /* distinct client addresses */
    uint32_t requests;
    const char *countries;                /* "NL,US", sorted, bounded; borrowed */
    const char *datasets;                 /* "customers,cases", bounded; borrowed */
    const char *indexed;                  /* search engine that found it, "" = none; borrowed */
    const struct exposure_class *classes; /* most values first; borrowed */
    uint32_t class_count;
    int64_t oldest_s, newest_s; /* dates in records handed out, 0 = none seen */
    struct group_view group;
    int severity;
};

struct event {
    enum event_action action;
    enum direction direction;
    char id[EVENT_ID_HEX]; /* stable across runs and restarts */
    uint64_t sequence;     /* of this sensor and journal, rising; never used twice */
    uint64_t time_ns;
    int severity;                           /* 0-100 */
    const char *reasons[EVENT_REASONS_MAX]; /* static words */
    unsigned reason_count;
    enum credentials credentials;         /* after what the ledger knows of the server */
    const struct finding *finding;        /* NULL for EVENT_SENSOR_STATUS */
    const struct place *source;           /* of the client; never NULL with a finding */
    const struct place *target;           /* of the store when it is outside, else empty */
    const struct actor_view *actor;       /* NULL where the event has none */
    const struct exposure_view *exposure; /* NULL where the event has none */
    const struct sensor_status *status;   /* EVENT_SENSOR_STATUS only */
    const struct trouble *trouble;        /* EVENT_SENSOR_TROUBLE only */
    uint64_t folded; /* events of this store and client not told since the last that was */
};

/* The sensor's own numbers, for the status event and the heartbeat. */
struct sensor_status {
    uint64_t packets, bytes, dropped_kernel, dropped_interface;
    uint64_t flows, flows_now, gaps, anomalies;
    uint64_t findings, findings_dropped, events, events_dropped;
    uint64_t memory_bytes;
    uint32_t open_exposures;
    uint64_t packet_time_ns;
    /* Of delivery; filled in on its side. */
    uint64_t events_folded;       /* not told one by one, see event.folded */
    uint64_t events_accepted;     /* committed to the journal by this run */
    uint64_t events_not_accepted; /* lost before that: the journal could not be written for long */
    uint64_t events_trimmed;      /* undelivered ones that went at the journal's bound */
    uint64_t queue;               /* accepted, not yet confirmed by Redis */
    uint64_t journal_bytes;
    uint64_t events_suppressed; /* of what the policy allows: counted, not told */
    uint64_t own_findings;      /* of the sensor's own connections, not told */
    uint64_t log_dropped;       /* events that syslog or journald did not take */
    uint64_t list_dropped;      /* entries that went from the Redis list at its cap */
    uint32_t packet_deaths, delivery_deaths;
    char redis[160];   /* "" = none configured, "ok", or what is wrong now */
    char journal[160]; /* likewise */
};

/* The words of the events: "store-query", "inbound", "none"; never NULL. */
const char *event_action_name(enum event_action action);
const char *trouble_name(enum trouble_kind kind); /* "packet-side-died", ... */
const char *direction_name(enum direction direction);
const char *zone_name(enum zone zone);          /* "outside", "internal", "allowed" */
const char *closing_name(enum closing closing); /* "" for CLOSING_NONE, "refused", ... */
const char *severity_word(int severity);        /* "info", "low", "medium", "high", "critical" */
const char *credentials_name(enum credentials credentials);
const char *count_source_name(uint8_t source); /* "listing", "at-least"; "" for COUNT_NONE */

/* Which direction a client and a store have, seen from home. */
enum direction direction_between(const struct netset *home, const struct addr *client,
                                 const struct addr *server);

#endif
