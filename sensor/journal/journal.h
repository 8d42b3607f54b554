/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: every event, in order, in a SQLite database (WAL), with the exposures and what Redis
 * has confirmed. An event is accepted once its transaction commits; what is accepted survives
 * kill -9 at any instruction, and with JOURNAL_FULL a power cut. It is also where people without
 * Redis look: docs/journal.md describes the views.
 *
 * One process writes a journal (a lock says so); other programs may read it at any time. Two
 * threads: the delivery thread adds and commits; the Redis thread reads and confirms. Capture never
 * waits for it: while the file cannot be written (locked, disk full), events gather in memory up to
 * JOURNAL_PENDING_BYTES; then new ones are refused and counted.
 */
#ifndef AJAR_JOURNAL_H
#define AJAR_JOURNAL_H

#include "ajar/event.h"
#include "ajar/problem.h"
#include "ledger/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_UUID_HEX      33
#define JOURNAL_PENDING_BYTES (32u << 20)
#define JOURNAL_BATCH_EVENTS  512        /* most that journal_read() gives */
#define JOURNAL_BATCH_BYTES   (1u << 20) /* and most text in them */
#define JOURNAL_COMMIT_MS     10         /* oldest event not committed yet, when all is well */

/* Confirmed events stay this long: a Redis can lose its tail. */
#define JOURNAL_KEEP_DELIVERED_S 3600

enum journal_durability {
    JOURNAL_NORMAL, /* survives the end of the process at any instruction */
    JOURNAL_FULL,   /* and a power cut: every transaction is on the disk before it counts */
};

struct journal_options {
    const char *path;   /* NULL: in memory, gone with the process */
    const char *sensor; /* name of the sensor; part of what an event is known by in Redis */
    enum journal_durability durability;
    uint64_t bytes_max; /* of the database file; at the bound the oldest events go */
    uint64_t age_max_s; /* older events go, by the time of acceptance; 0 = no such bound */
    bool feeds_redis;   /* events stay until confirmed; else every event counts as delivered */
    bool was_checked;   /* since the machine started, by the same program: a process that dies
                           harms no file, and its successor is in a hurry */
};

struct journal_counters {
    uint64_t accepted; /* by this run */
    uint64_t refused;  /* not taken: JOURNAL_PENDING_BYTES were waiting */
    uint64_t trimmed;  /* undelivered events that went at a bound: lost to Redis */
    uint64_t expired;  /* delivered events that went: age, bound or JOURNAL_KEEP_DELIVERED_S */
    uint64_t commits;
    uint64_t failed_commits;
    uint64_t pending;     /* added, not committed */
    uint64_t undelivered; /* accepted, not confirmed */
    uint64_t bytes;       /* of the database */
};

struct journal;

/*
 * Opens or creates (file 0640, missing folder 0750), migrates an older schema, checks it quickly. A
 * corrupt file is moved aside as PATH.corrupt-TIME, a new one begun, and journal_moved_aside() says
 * so. (One that breaks while in use likewise, at a commit: uuid and numbers go on, what waits and
 * what the ledger knows goes into the new one, the lost events count as trimmed.) A newer schema, a
 * file that is no journal of ajar, one that another ajar writes, or a folder without rights:
 * AJAR_ERR_USAGE or AJAR_ERR_SYSTEM and one sentence. One locked by somebody else's transaction
 * opens when that ends, at most some seconds. Free with journal_close().
 */
enum ajar_status journal_open(const struct journal_options *options, struct journal **journal,
                              struct problem *problem);

/* Commits what is left (as far as the file lets it; see journal_commit_last()), closes, frees;
 * accepts NULL. */
void journal_close(struct journal *journal);

/* Identity of this journal, 32 hex digits, drawn when it was created; borrowed. */
const char *journal_uuid(const struct journal *journal);

/* The sensor's name when this journal was created: with the uuid it is what Redis knows its events
 * by, whatever the sensor is called today. Borrowed. */
const char *journal_sensor(const struct journal *journal);

/* The last sequence ever used, 0 = none: the ledger goes on from it. */
uint64_t journal_last_sequence(const struct journal *journal);

/* Where a corrupt file went, or NULL; borrowed. */
const char *journal_moved_aside(const struct journal *journal);

/*
 * Puts exposures and servers back into an empty ledger: those of live runs, with what is being
 * folded (`import_id` ""), or those of all readings so far, with which this one goes on. Delivery
 * thread.
 */
enum ajar_status journal_restore(struct journal *journal, struct ledger *ledger,
                                 const char *import_id, struct problem *problem);

/* Where in the ring of this id (drawn for each start of the program) accepted findings end; 0 = not
 * known. */
uint64_t journal_ring_position(const struct journal *journal, uint64_t ring_id);

/* An event as it is kept. Texts are borrowed and valid UTF-8. */
struct journal_event {
    uint64_t sequence; /* rising */
    uint64_t time_ns;
    const char *id;
    const char *action;
    int severity;
    const char *store; /* "" = none, also of those below */
    const char *verdict;
    const char *source; /* addresses */
    const char *server;
    const char *country;
    const char *exposure; /* id of the exposure whose state it changed */
    const char *import_id;
    bool has_location; /* of the client, for the geo set */
    double longitude, latitude;
    const char *json;
    size_t json_length;
};

/*
 * Adds an event to those waiting for the next commit; copies it. AJAR_ERR_LIMIT: no room, counted
 * as refused. Delivery thread.
 */
enum ajar_status journal_add(struct journal *journal, const struct journal_event *event);

/* Whether it is time to commit: the oldest waiting event is JOURNAL_COMMIT_MS old, or many wait, or
 * a failed commit is due again. Delivery thread; cheap. */
bool journal_is_due(const struct journal *journal);

/*
 * One transaction: the waiting events, what changed in the ledger, the ring position; also trims
 * when bounds ask for it. AJAR_AGAIN: nothing was committed (locked, disk full; journal_trouble()
 * says what), all of it stays and is tried again. `import_id` ("" live): the reading that the
 * ledger's exposures are of; all readings of a journal share them. Delivery thread.
 */
enum ajar_status journal_commit(struct journal *journal, struct ledger *ledger,
                                const char *import_id, uint64_t ring_id, uint64_t ring_position);

/*
 * journal_commit() for the end of a run: waits up to 2 s for somebody else's lock. What is not
 * committed after it is refused by journal_close(), as events must not be accepted without the
 * state of the ledger that belongs to them.
 */
enum ajar_status journal_commit_last(struct journal *journal, struct ledger *ledger,
                                     const char *import_id, uint64_t ring_id,
                                     uint64_t ring_position);

/* What is wrong now, "ok" if nothing; copied, at most `size` bytes. Any thread. */
void journal_trouble(struct journal *journal, char *text, size_t size);

/* The counters, copied. Any thread. */
void journal_read_counters(struct journal *journal, struct journal_counters *counters);

/* Accepted events in order. Memory of the batch is reused by the next journal_read() with it. */
struct journal_batch {
    uint64_t after; /* as asked for: these events are all that follow it, up to the last */
    size_t count;
    struct journal_event events[JOURNAL_BATCH_EVENTS]; /* texts lie in memory */
    char *memory;
    size_t memory_size;
};
void journal_batch_clear(struct journal_batch *batch);

/*
 * Accepted events with a sequence above `after`, at most JOURNAL_BATCH_EVENTS and
 * JOURNAL_BATCH_BYTES (at least one if there is any). Waits up to `wait_ms` for the first.
 * AJAR_AGAIN: none. Redis thread.
 */
enum ajar_status journal_read(struct journal *journal, uint64_t after, int wait_ms,
                              struct journal_batch *batch);

/* Ends a wait of journal_read() now, and every later one at once. Any thread. */
void journal_wake_reader(struct journal *journal);

/* The state of an exposure as the journal has it. */
struct exposure;
struct journal_exposure {
    const struct exposure *state; /* borrowed until the next one is found; its texts are UTF-8 */
    struct exposure_view view;    /* likewise; its group is of all that the journal has now */
    char import_id[48];           /* the reading that it was asked for; "" = live */
};

/* One exposure, `whole` with its clients, data sets, classes, windows and group, which cost more
 * than all the rest. AJAR_ERR_NOT_FOUND. Redis thread. */
enum ajar_status journal_find_exposure(struct journal *journal, const char *id,
                                       const char *import_id, bool whole,
                                       struct journal_exposure *exposure);

/* The open exposures of live runs but those that the policy allows, in order of id, one at a time:
 * the first one above `after_id` ("" for the first). AJAR_END: no more. For a Redis that lost them.
 * Redis thread. */
enum ajar_status journal_next_open(struct journal *journal, const char *after_id,
                                   struct journal_exposure *exposure);

/* The highest sequence that Redis is known to hold. May go back, when a Redis lost its tail. Kept
 * with the next commit. Redis thread. */
void journal_confirm(struct journal *journal, uint64_t sequence);
uint64_t journal_confirmed(const struct journal *journal);

#endif
