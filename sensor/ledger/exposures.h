/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stores that stand open, or stood: one exposure for each store and zone of clients, opened at
 * the first proof without credentials, with who asked, what the store holds and what it gave. A
 * closed one is kept, so that the same door opened again is the same exposure.
 */
#ifndef AJAR_LEDGER_EXPOSURES_H
#define AJAR_LEDGER_EXPOSURES_H

#include "ajar/event.h"
#include "enrich/enrich.h"
#include "ledger/holdings.h"
#include "ledger/severity.h"
#include "ledger/silence.h"

#include <stdbool.h>
#include <stdint.h>

#define EXPOSURES_ROWS_MAX     262144 /* rows of actors, and of data sets, of all exposures */
#define EXPOSURE_COUNTRIES_MAX 32
#define ACTOR_SKETCH_BYTES     256 /* tells further actors apart once their rows are full */

/* What somebody did, in rising order; the first time of each is kept. */
enum step { STEP_LOOKED, STEP_LISTED, STEP_READ, STEP_DRAINED, STEP_DESTROYED, STEPS };

struct actor {
    struct addr addr;
    char country_code[4];
    char city_name[48];
    char as_name[48];
    char user_agent[64];
    struct actor_view who;
    uint32_t as_number;
    uint16_t verdicts; /* a bit for each verdict reached */
    uint8_t allowed;   /* enum policy_reason, ZONE_ALLOWED only */
    bool outside;      /* of home */
    uint32_t requests;
    uint64_t returned;
    uint64_t gave_bytes;
    uint64_t first_ns;
    uint64_t last_ns;
    uint64_t step_ns[STEPS]; /* 0 = did not */
};

/* An earlier time that the store stood open. */
struct exposure_window {
    uint64_t first_ns;
    uint64_t last_ns;
    uint64_t before_ns; /* as in struct exposure_view */
    uint64_t closed_ns;
    uint8_t closing; /* enum closing */
};

#define EXPOSURE_WINDOWS_MAX 8 /* of more the oldest but the first go */
#define EXPOSURE_CLASSES_MAX 24

struct exposure {
    /* Runtime only, not kept. */
    struct exposure *bucket_next;
    struct exposure *next; /* in the order of opening */
    struct exposure *next_changed;
    bool changed;                /* since exposures_forget_changes() */
    size_t place;                /* on the agenda, 0 = none */
    struct exposure *store_next; /* the other zones of the same store, in a ring */
    uint64_t marks[2];           /* of the cluster and of the data, see groups.h; 0 = none */
    /* What it is. */
    char id[EXPOSURE_ID_HEX];
    char store[32];
    struct addr addr;
    uint16_t port;
    uint8_t zone;        /* enum zone */
    bool server_outside; /* the store is not in home */
    bool outside;        /* some client was not internal */
    /* Its life, by packet time. */
    uint8_t verdict;   /* highest so far */
    uint8_t closing;   /* enum closing; CLOSING_NONE = it stands open */
    uint32_t times;    /* opened, reopenings included */
    uint64_t first_ns; /* first and last proof of the window that is, or was last, open */
    uint64_t last_ns;
    uint64_t before_ns;    /* last seen shut before first_ns, 0 = unknown */
    uint64_t closed_ns;    /* 0 = open */
    uint64_t reachable_ns; /* first answer to an outside client before first_ns, 0 = none */
    uint64_t told_ns;      /* last event about it */
    uint64_t due_ns;       /* an update is to be told then, 0 = none */
    struct exposure_window windows[EXPOSURE_WINDOWS_MAX]; /* the earlier ones, in order */
    uint32_t window_count;
    struct silence silence;
    /* What was shown. */
    uint64_t returned;
    uint64_t gave_bytes;
    uint32_t requests;
    int64_t oldest_s, newest_s; /* dates in records handed out, 0 = none seen */
    char product[32];           /* as the server was known at the last proof */
    char version[32];
    char cluster_id[48];
    char indexed[SCANNER_NAME_MAX]; /* search engine that found it first, "" = none */
    int8_t kind_weight;             /* of the last finding; not kept */
    struct severity severity;
    struct holdings holdings;
    struct exposure_class *classes; /* most values first */
    uint32_t class_count;
    uint32_t class_capacity;
    /* To whom. */
    struct actor *actors;
    uint32_t actor_rows;
    uint32_t actor_capacity;
    uint32_t actor_count;                      /* distinct; a lower bound once the rows are full */
    uint32_t outside_count;                    /* of them, outside of home */
    uint8_t *sketch;                           /* of actors without a row, or NULL */
    char countries[EXPOSURE_COUNTRIES_MAX][4]; /* of the actors, sorted */
    uint32_t country_count;
};

/* What an exposing finding adds, beside itself. Borrowed. */
struct exposure_proof {
    const struct finding *finding;
    enum direction direction;
    enum zone zone;
    uint8_t allowed;            /* enum policy_reason, ZONE_ALLOWED only */
    uint64_t before_ns;         /* last seen shut to such clients, 0 = never */
    uint64_t reachable_ns;      /* first answer to an outside client since, 0 = none */
    const struct addr *client;  /* who asked: the finding's, or whom a proxy names */
    const struct place *source; /* of the client */
    const struct actor_view *who;
};

/* What a proof changed, the weightiest word. */
enum exposure_change {
    EXPOSURE_SAME,   /* nothing but the time of the last proof, and how often it was asked */
    EXPOSURE_GREW,   /* more evidence */
    EXPOSURE_WORSE,  /* its severity rose */
    EXPOSURE_OPENED, /* for the first time, or again */
};

struct exposures_options {
    uint32_t limit;
    uint64_t seed;         /* secret */
    const char *site;      /* goes into the ids; borrowed */
    const char *countries; /* sensitive ones, "CN,RU"; "" or NULL = none; borrowed */
};

struct exposures;

/* None yet. Free with exposures_free(). */
enum ajar_status exposures_new(const struct exposures_options *options,
                               struct exposures **exposures);
void exposures_free(struct exposures *exposures);

/*
 * Adds a proof (verdict open or above, no credentials) and says what it changed. NULL: the limit is
 * reached, or memory is out; counted in exposures_dropped().
 */
struct exposure *exposures_add(struct exposures *exposures, const struct exposure_proof *proof,
                               enum exposure_change *change);

/* The exposure of a store to a zone, NULL if there never was one. Borrowed; what changes it says so
 * with exposures_note_change(). */
struct exposure *exposures_find(const struct exposures *exposures, const char *store,
                                const struct addr *server, uint16_t port, enum zone zone);
void exposures_note_change(struct exposures *exposures, struct exposure *exposure);

/* The same for the store of a finding. */
static inline struct exposure *exposures_find_of(const struct exposures *exposures,
                                                 const struct finding *finding, enum zone zone)
{
    return exposures_find(exposures, finding->store, &finding->server, finding->server_port, zone);
}

/* The exposure of the same store to a zone, NULL if there never was one. */
struct exposure *exposure_to_zone(const struct exposure *any, enum zone zone);

/* The exposures at an address and port, whatever the store: calls back for each; it may change
 * them. */
void exposures_visit_door(const struct exposures *exposures, const struct addr *server,
                          uint16_t port, void (*visit)(void *context, struct exposure *exposure),
                          void *context);

/* Closes it at the time of the proof unless it is closed already or was proven open after that.
 * True: it closed. `until_ns`: open at most until. */
bool exposures_close(struct exposures *exposures, struct exposure *exposure, enum closing closing,
                     uint64_t proof_ns, uint64_t until_ns);

/* How many there are that stand open but those that are allowed, how many of them serve a client
 * that is not internal, and how many there are in all. */
uint64_t exposures_count_open(const struct exposures *exposures);
uint64_t exposures_count(const struct exposures *exposures);
/* How many ever served a client that is not internal and were not allowed, closed ones included. */
uint64_t exposures_count_outside(const struct exposures *exposures);
/* What did not fit. */
uint64_t exposures_dropped(const struct exposures *exposures);
uint64_t exposures_dropped_actors(const struct exposures *exposures);
uint64_t exposures_dropped_datasets(const struct exposures *exposures);
uint64_t exposures_dropped_classes(const struct exposures *exposures);

/* The one opened first; the others follow by ->next. NULL if there is none. */
const struct exposure *exposures_first(const struct exposures *exposures);

/* Those that changed, in the order of their first change: the others follow by ->next_changed. NULL
 * if there is none. */
const struct exposure *exposures_first_changed(const struct exposures *exposures);
void exposures_forget_changes(struct exposures *exposures);

/* Makes all count as changed, in the order of their opening if none did. */
void exposures_change_all(struct exposures *exposures);

/* An update is to be told at this packet time, unless one is already. */
void exposures_schedule(struct exposures *exposures, struct exposure *exposure, uint64_t due_ns);

/* Nothing is to be told of it any more: it was told, or it is closed. */
void exposures_unschedule(struct exposures *exposures, struct exposure *exposure);

/* The first whose update is due at this packet time, NULL if there is none. */
struct exposure *exposures_first_due(const struct exposures *exposures, uint64_t time_ns);

/*
 * Puts an exposure back as it was kept: all but what is runtime only and the reasons of its
 * severity; actors, data sets, classes and the sketch are copied, texts are ended. It does not
 * count as changed. AJAR_ERR_FORMAT: it is none (numbers beyond their arrays, an id that its site,
 * store, address and zone do not make) or is there already; AJAR_ERR_LIMIT: no room;
 * AJAR_ERR_MEMORY.
 */
enum ajar_status exposures_restore(struct exposures *exposures, const struct exposure *kept);

/* Its severity with the reasons, which are made again from what is known after it was put back.
 * Borrowed. */
const struct severity *exposures_severity(const struct exposures *exposures,
                                          struct exposure *exposure);

/* The group that an exposure is in, as far as is known now. */
void exposures_fill_group(const struct exposures *exposures, const struct exposure *exposure,
                          struct group_view *group);

/* Whose door a client comes to. */
static inline enum zone zone_of(enum direction direction)
{
    return direction == DIRECTION_INBOUND || direction == DIRECTION_EXTERNAL ? ZONE_OUTSIDE
                                                                             : ZONE_INTERNAL;
}

/* How clients of its zone come to it, seen from home. */
enum direction exposure_direction(const struct exposure *exposure);

/* Whether this is, of the exposures of its store, the one of the first zone. */
bool exposure_is_first_zone(const struct exposure *exposure);

/* The texts of a view; lists that do not fit end at a whole name. */
struct exposure_texts {
    char countries[EXPOSURE_COUNTRIES_MAX * 4];
    char datasets[512];
};

/* The exposure as events carry it, but for its group; the view borrows `texts` and the exposure. */
void exposure_fill_view(const struct exposure *exposure, struct exposure_texts *texts,
                        struct exposure_view *view);

#endif
