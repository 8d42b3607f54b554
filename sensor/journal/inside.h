/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the journal, shared by the files of this folder, and which thread may touch what.
 */
#ifndef AJAR_JOURNAL_INSIDE_H
#define AJAR_JOURNAL_INSIDE_H

#include "journal/checkpoint.h"
#include "journal/database.h"
#include "journal/journal.h"
#include "journal/lock.h"
#include "journal/pending.h"
#include "journal/rows.h"
#include "journal/shadow.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#define JOURNAL_SENSOR_MAX  128
#define JOURNAL_IMPORT_MAX  48
#define JOURNAL_ASIDE_MAX   8  /* times one run gives a corrupt file up and begins a new one */
#define JOURNAL_PATIENCE_MS 20 /* the writer's, for locks of others */
#define JOURNAL_TROUBLE_MAX 160
#define JOURNAL_MARKS       64 /* when which events were confirmed, for JOURNAL_KEEP_DELIVERED_S */

/* Up to which sequence Redis had confirmed at which time (monotonic). */
struct mark {
    uint64_t sequence;
    uint64_t time_ns;
};

/* The writer's connection and statements. Delivery thread; in memory under `reading`. */
struct writer {
    struct database *database;
    struct statement *begin, *commit;
    struct statement *insert_event, *update_journal, *delete_events, *find_aged, *oldest;
    struct statement *page_count, *free_count;
    struct statement *insert_exposure, *update_exposure, *find_exposure;
    struct statement *put_actor, *put_dataset, *put_class, *put_window, *put_marks;
    struct statement *put_server, *put_pair, *put_flow;
};

/* The reader's; under `reading`. In memory its connection is the writer's. */
struct reader {
    struct database *database;
    struct statement *events, *find_exposure, *next_open, *count_group;
    struct exposure_lists lists;
};

struct journal {
    struct journal_options options; /* with texts of our own */
    char *path;                     /* NULL in memory */
    const char *name;               /* for sentences */
    struct lock lock;
    char moved_aside[PATH_MAX]; /* "" = nothing was */
    char uuid[JOURNAL_UUID_HEX];
    char sensor[JOURNAL_SENSOR_MAX];

    /* Delivery thread. */
    unsigned asides; /* corrupt files given up by this run */
    bool is_away;    /* the corrupt file was moved, and there is no new one yet */
    struct writer writer;
    struct pending pending;
    struct shadow shadow;
    char import_id[JOURNAL_IMPORT_MAX]; /* of what the shadow knows */
    uint64_t ring_id, ring_position;    /* as committed */
    uint64_t kept_confirmed;            /* as committed */
    uint64_t retry_ns;                  /* monotonic: not before, after a failure */
    uint64_t back_off_ns;
    uint64_t failing_since_ns; /* monotonic, 0 = it does not */
    uint64_t asked_ns;         /* for a checkpoint; monotonic */
    uint64_t last_commit_ns;   /* monotonic */
    uint64_t disk_bound;       /* of the database: what the disk has room for */
    uint64_t page_bytes;
    uint64_t live_bytes;       /* of it without its free pages */
    uint64_t state_trimmed_ns; /* monotonic */
    bool is_behind;            /* more has to go than one commit may take */
    bool state_waits;          /* a commit failed that had changes of the ledger in it */
    struct mark marks[JOURNAL_MARKS];
    unsigned mark_count;

    /* Any thread. */
    atomic_uint_fast64_t last_sequence; /* of the last event committed, or ever used */
    atomic_uint_fast64_t confirmed;
    atomic_uint_fast64_t gone;     /* up to here events are no longer kept */
    atomic_int_fast64_t log_pages; /* of the write-ahead log */
    atomic_bool is_corrupt;        /* the reader saw it */
    pthread_mutex_t stating;       /* of counters and trouble */
    struct journal_counters counters;
    char trouble[JOURNAL_TROUBLE_MAX];

    /* Redis thread. */
    uint64_t empty_after, empty_last; /* between them there was nothing */
    struct exposure_room room;        /* of the exposure found last */
    struct exposure_texts room_texts;
    pthread_mutex_t reading;
    struct reader reader;
    pthread_mutex_t waiting; /* of `arrived` */
    pthread_cond_t arrived;
    atomic_bool awake; /* nobody waits any more */

    struct checkpointer *checkpointer; /* NULL in memory */
};

/* store.c: the file and the connections. */

/* Makes the folder of the file, if it is missing. */
enum ajar_status store_make_folder(const char *path, struct problem *problem);

/* Opens connections to the journal's file, or makes it; AJAR_ERR_FORMAT: corrupt. */
enum ajar_status store_open(struct journal *journal, struct problem *problem);
void store_close(struct journal *journal);

/* Moves a corrupt file aside and begins a new one, whose identity and numbers go on: what Redis
 * knows of it stays true. Delivery thread. */
enum ajar_status store_renew(struct journal *journal, struct problem *problem);

/* writer.c, reader.c: prepare and free their statements. */
enum ajar_status writer_prepare(struct writer *writer);
void writer_finalize(struct writer *writer);
enum ajar_status reader_prepare(struct reader *reader);
void reader_finalize(struct reader *reader);

/* Commits what waits and marks the journal as closed in order. */
enum ajar_status writer_finish(struct journal *journal);

/* exposures.c: prepares the reader's statements on exposures. */
enum ajar_status exposures_prepare(struct reader *reader);

/* What a query of the reader that gave nothing is to its caller; notes a corrupt file. */
enum ajar_status reader_judge(struct journal *journal, enum ajar_status status);

/* Wakes a reader that waits for events. */
void reader_notify(struct journal *journal);

/* Says what is wrong from now on, "ok" = nothing. Any thread. */
void journal_say(struct journal *journal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* state.c: writes what changed of the ledger into the open transaction. */
enum ajar_status state_write(struct journal *journal, const struct ledger *ledger,
                             const char *import_id);
enum ajar_status state_write_exposure(struct journal *journal, const struct exposure *exposure,
                                      const char *import_id);
enum ajar_status state_write_server(struct journal *journal, const struct server *server,
                                    const char *import_id);

/* trim.c */

/* What a transaction let go; counted once it is committed. */
struct trimming {
    uint64_t trimmed;
    uint64_t expired;
    uint64_t gone;  /* up to this sequence; 0 = nothing went */
    bool is_behind; /* more has to go */
};

/* Deletes a portion of the oldest events in the open transaction, if a bound asks for it. */
enum ajar_status trim_delete(struct journal *journal, struct trimming *trimming);

/* Notes which events there are, at the start. */
enum ajar_status trim_begin(struct journal *journal);

/* Measures the database after a transaction. */
enum ajar_status trim_measure(struct journal *journal);

/* What counts against the bound. */
uint64_t trim_bytes(const struct journal *journal);

/* The write-ahead log: its length, from where on it is to be copied, and how long it may get. */
uint64_t trim_log_bytes(const struct journal *journal);
uint64_t trim_log_wanted(const struct journal *journal);
uint64_t trim_log_max(const struct journal *journal);

/* The sequence up to which events count as delivered. */
uint64_t trim_delivered(const struct journal *journal);

#endif
