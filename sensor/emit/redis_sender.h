/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that brings the journal's events to Redis, and what it works with. redis.c starts and
 * ends it; redis_place.c finds out where it has to go on.
 */
#ifndef AJAR_EMIT_REDIS_SENDER_H
#define AJAR_EMIT_REDIS_SENDER_H

#include "emit/emit.h"
#include "emit/redis_batch.h"
#include "emit/redis_link.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum redis_sink_state {
    REDIS_SINK_OPEN,
    REDIS_SINK_CLOSING,   /* nothing more is accepted; what was is still delivered */
    REDIS_SINK_ABANDONED, /* the time for that is over */
};

#define REDIS_FLIGHTS 2 /* while Redis works on one, the next is made */

/* A batch on its way: what was read and what was made of it. */
struct redis_flight {
    struct journal_batch events;
    struct redis_batch batch;
    bool heartbeat, states;
    char last_state[EXPOSURE_ID_HEX]; /* of all open exposures; "" = that was all */
};

struct redis_sink {
    struct emit_options options; /* its texts are borrowed */
    struct redis_batch_options contract;
    struct redis_access *access;
    pthread_t thread;
    bool running;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    enum redis_sink_state state;
    struct redis_link *link;        /* the sender's; others only shut its socket down */
    char trouble[PROBLEM_TEXT_MAX]; /* why nothing goes on; "" = it does */
    char part_trouble[REDIS_KEY_MAX + 64];
    uint64_t part_trouble_end_ns;
    struct sensor_status status; /* the newest numbers, */
    bool has_status;             /* that have not been sent, */
    uint64_t list_dropped_then;  /* and how many this sender had counted then */

    /* The sender's alone. */
    struct redis_flight *flights; /* REDIS_FLIGHTS, used in turn */
    size_t first_flight, flight_count;
    struct journal_batch *look; /* for a look at one event */
    bool has_drained;           /* the journal had nothing more */
    char sha[64];
    char mark[REDIS_MARK_MAX]; /* as Redis has it, */
    uint64_t after;            /* and the sequence it stands for; */
    char next_mark[REDIS_MARK_MAX];
    uint64_t next_after;  /* both when all flights have arrived */
    uint64_t opened_last; /* the journal's last sequence when this run began */
    uint64_t rewound_to;  /* up to here events are sent for a second time */
    bool was_connected, was_placed, told_other_journal, told_list_cap;
    bool troubled;    /* a trouble was told and is not over */
    uint64_t look_ns; /* when Redis is asked next, if nothing else is said to it; monotonic */
    bool state_due;
    uint64_t state_due_ns; /* not before this time (monotonic) */
    uint64_t state_pause_ns;
    char state_after[EXPOSURE_ID_HEX]; /* the exposure whose state was sent last */
    uint64_t untold;           /* events that the journal refused or trimmed, as last seen */
    uint64_t untold_at_commit; /* and how many commits it had then */
    bool state_is_untold;      /* what they changed is still to be sent */
    uint64_t part_told_ns;
    int backoff_ms;
    unsigned retries; /* in a row, without back-off */
    uint64_t random;

    _Atomic uint64_t acknowledged, repeated, rewound, refused, reconnects, list_dropped;
};

/* Makes a connection and finds out where to go on. AJAR_AGAIN: a Redis is there and loads its data.
 * Else *problem says why not. Before the thread starts, or on it. */
enum ajar_status redis_sender_connect(struct redis_sink *sink, struct problem *problem);

/* The thread. */
void *redis_sender_run(void *sink);

/* Ends the connection if there is one; takes `link` in its place. */
void redis_sender_set_link(struct redis_sink *sink, struct redis_link *link);

/*
 * Goes on from this mark of Redis: forward where it holds more than was known, back where it lost
 * events (then the state of all open exposures is due as well). `answered`: the flight that had
 * this for an answer; NULL on a new connection, which ends all flights.
 */
void redis_place(struct redis_sink *sink, const char *mark, struct redis_flight *answered);

/* Fills the flight with what goes out next; waits up to `wait_ms` for the first event if nothing
 * else is due. False: nothing to say. */
bool redis_gather(struct redis_sink *sink, struct redis_flight *flight, int wait_ms);

/* What it carried beside events is due again. */
void redis_gather_again(struct redis_sink *sink, const struct redis_flight *flight);

/* The state of all open exposures is due, not before this time (monotonic). */
void redis_make_state_due(struct redis_sink *sink, uint64_t due_ns);

/* Takes note of the parts that were refused, and of the state that arrived. */
void redis_note_parts(struct redis_sink *sink, const struct redis_flight *flight,
                      const long long *numbers);

enum redis_sink_state redis_sender_state(struct redis_sink *sink);

/* What is wrong: told once, until redis_tell_recovery(). */
void redis_tell_trouble(struct redis_sink *sink, const char *text);
void redis_tell_recovery(struct redis_sink *sink);

/* Waits, or until the state changes. */
void redis_sender_pause(struct redis_sink *sink, int wait_ms);

/* A number drawn by lot. */
uint64_t redis_sender_draw(struct redis_sink *sink);

/* The script's answer: see redis_script.lua. */
enum redis_answer {
    REDIS_TAKEN,
    REDIS_LIST_CUT,
    REDIS_LIST_REFUSED,
    REDIS_ALERTS_REFUSED,
    REDIS_SOURCES_REFUSED,
    REDIS_PARTS_REFUSED,
    REDIS_KEY_REFUSED,
    REDIS_CLASS,
    REDIS_NUMBERS
};

#endif
