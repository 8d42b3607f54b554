/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes the journal smaller: delivered events that were kept long enough, events beyond the
 * age, and at the bound of bytes the oldest ones. All go from the oldest end, a portion with each
 * commit, so that no commit gets long.
 */
#include "journal/inside.h"

#include "base/timestamp.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define PORTION        256 /* events that go with a commit at least, */
#define PORTION_FACTOR 2   /* and this many for each that comes */
#define NS_PER_S       1000000000ULL
#define MARK_EVERY_NS  (60 * NS_PER_S)
#define DISK_RESERVE   (16u << 20)  /* left on the disk for the log, */
#define DISK_PART      4            /* but at most this part of what the journal could have */
#define LOG_WANTED     (8u << 20)   /* the write-ahead log is copied when it has grown to this, */
#define LOG_PART       4            /* or to this part of the bound */
#define LOG_MAX        (256u << 20) /* it gets no longer, whoever reads meanwhile */
#define LOG_MAX_LEAST  (16u << 20)

uint64_t trim_delivered(const struct journal *journal)
{
    return journal->options.feeds_redis ? atomic_load(&journal->confirmed) : UINT64_MAX;
}

/* Notes what is confirmed now, about once a minute. Marks above it are of a Redis that has lost
 * its tail since. */
static void note_mark(struct journal *journal, uint64_t now)
{
    uint64_t confirmed = atomic_load(&journal->confirmed);
    while (journal->mark_count && journal->marks[journal->mark_count - 1].sequence > confirmed)
        journal->mark_count--;
    if (journal->mark_count &&
        now - journal->marks[journal->mark_count - 1].time_ns < MARK_EVERY_NS)
        return;
    if (journal->mark_count == JOURNAL_MARKS) {
        journal->mark_count--;
        for (unsigned i = 0; i < journal->mark_count; i++)
            journal->marks[i] = journal->marks[i + 1];
    }
    journal->marks[journal->mark_count++] = (struct mark){.sequence = confirmed, .time_ns = now};
}

/* Up to where events were confirmed long enough ago. */
static uint64_t kept_long(const struct journal *journal, uint64_t now)
{
    uint64_t sequence = 0;
    for (unsigned i = 0; i < journal->mark_count; i++)
        if (now - journal->marks[i].time_ns >= JOURNAL_KEEP_DELIVERED_S * NS_PER_S)
            sequence = journal->marks[i].sequence;
    return sequence;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t trim_log_bytes(const struct journal *journal)
{
    return (uint64_t)atomic_load(&journal->log_pages) * journal->page_bytes;
}

uint64_t trim_log_wanted(const struct journal *journal)
{
    return smaller(LOG_WANTED, smaller(journal->options.bytes_max, journal->disk_bound) / LOG_PART);
}

uint64_t trim_log_max(const struct journal *journal)
{
    return smaller(LOG_MAX, larger(LOG_MAX_LEAST, journal->options.bytes_max));
}

/* A log that somebody's long reading keeps from being begun anew is not mended by letting events
 * go: only what it takes in good times counts. */
uint64_t trim_bytes(const struct journal *journal)
{
    return journal->live_bytes + smaller(trim_log_bytes(journal), trim_log_wanted(journal));
}

/* A disk that gets full bounds the database too, so that pages are used again before there is no
 * room. Some is left for the log to grow. */
static void look_at_room(struct journal *journal)
{
    struct statvfs disk;
    struct stat file;
    journal->disk_bound = UINT64_MAX;
    if (!journal->path || statvfs(journal->path, &disk) != 0 || stat(journal->path, &file) != 0)
        return;
    uint64_t room = (uint64_t)file.st_size + (uint64_t)disk.f_bavail * disk.f_frsize;
    journal->disk_bound = room - smaller(DISK_RESERVE, room / DISK_PART);
}

/* Up to where events may go because the database is too large. Undelivered ones go only for the
 * bound that a person set: on a full disk, refusing new ones is no worse. */
static uint64_t beyond_bytes(const struct journal *journal)
{
    if (trim_bytes(journal) > journal->options.bytes_max)
        return UINT64_MAX;
    return journal->live_bytes > journal->disk_bound ? trim_delivered(journal) : 0;
}

static enum ajar_status delete_up_to(struct journal *journal, uint64_t sequence, uint64_t *count)
{
    struct statement *delete = journal->writer.delete_events;
    statement_bind_number(delete, 1, (int64_t)sequence);
    enum ajar_status status = statement_finish(delete);
    if (status == AJAR_OK)
        *count += (uint64_t)database_changes(journal->writer.database);
    return status;
}

/* Deletes up to `sequence`, counting what Redis never had apart. */
static enum ajar_status let_go(struct journal *journal, uint64_t sequence,
                               struct trimming *trimming)
{
    uint64_t delivered = trim_delivered(journal);
    enum ajar_status status =
        delete_up_to(journal, sequence < delivered ? sequence : delivered, &trimming->expired);
    if (status == AJAR_OK && sequence > delivered)
        status = delete_up_to(journal, sequence, &trimming->trimmed);
    return status;
}

/* Of the events below `end`, the last that is older than the age allows; 0 = none. */
static enum ajar_status find_aged(struct journal *journal, uint64_t oldest_accepted_ns,
                                  uint64_t end, uint64_t *sequence)
{
    uint64_t now = timestamp_now(), age = journal->options.age_max_s * NS_PER_S;
    *sequence = 0;
    if (age == 0 || now < age || oldest_accepted_ns >= now - age)
        return AJAR_OK;
    struct statement *aged = journal->writer.find_aged;
    statement_bind_number(aged, 1, (int64_t)end);
    statement_bind_number(aged, 2, (int64_t)(now - age));
    enum ajar_status status = statement_step(aged);
    if (status == AJAR_OK)
        *sequence = (uint64_t)statement_number(aged, 0);
    statement_reset(aged);
    return status;
}

/* The oldest event; AJAR_END: there is none. */
static enum ajar_status find_oldest(struct journal *journal, uint64_t *sequence,
                                    uint64_t *accepted_ns)
{
    struct statement *oldest = journal->writer.oldest;
    enum ajar_status status = statement_step(oldest);
    if (status == AJAR_OK) {
        *sequence = (uint64_t)statement_number(oldest, 0);
        *accepted_ns = (uint64_t)statement_number(oldest, 1);
    }
    statement_reset(oldest);
    return status;
}

static enum ajar_status delete_events(struct journal *journal, struct trimming *trimming)
{
    uint64_t oldest = 0, accepted_ns = 0, aged = 0;
    enum ajar_status status = find_oldest(journal, &oldest, &accepted_ns);
    if (status != AJAR_OK)
        return status == AJAR_END ? AJAR_OK : status;
    uint64_t end = oldest + larger(PORTION, journal->pending.count * PORTION_FACTOR);
    status = find_aged(journal, accepted_ns, end, &aged);
    if (status != AJAR_OK)
        return status;
    uint64_t now = timestamp_monotonic();
    uint64_t limit = larger(aged, beyond_bytes(journal));
    if (journal->options.feeds_redis)
        limit = larger(limit, kept_long(journal, now));
    trimming->is_behind = limit >= end || aged;
    limit = limit < end ? limit : end - 1;
    if (limit < oldest)
        return AJAR_OK;
    trimming->gone = limit;
    return let_go(journal, limit, trimming);
}

enum ajar_status trim_begin(struct journal *journal)
{
    uint64_t oldest = 0, accepted_ns = 0;
    enum ajar_status status = find_oldest(journal, &oldest, &accepted_ns);
    if (status == AJAR_OK)
        atomic_store(&journal->gone, oldest - 1);
    else if (status == AJAR_END)
        atomic_store(&journal->gone, atomic_load(&journal->last_sequence));
    return status == AJAR_END ? AJAR_OK : status;
}

/* What is known of servers and of old readings is bounded by rows; both go a portion a minute. */
static enum ajar_status delete_state(struct journal *journal, uint64_t now)
{
    static const char sql[] =
        "DELETE FROM servers WHERE number IN (SELECT number FROM servers ORDER BY number"
        " LIMIT max(0, (SELECT count(*) FROM servers) - 200000));"
        "CREATE TEMP TABLE IF NOT EXISTS gone (number INTEGER PRIMARY KEY);"
        "INSERT INTO gone SELECT number FROM exposures WHERE scope <> '' ORDER BY number"
        " LIMIT max(0, (SELECT count(*) FROM exposures) - 200000);"
        "DELETE FROM actors WHERE exposure IN (SELECT number FROM gone);"
        "DELETE FROM datasets WHERE exposure IN (SELECT number FROM gone);"
        "DELETE FROM classes WHERE exposure IN (SELECT number FROM gone);"
        "DELETE FROM windows WHERE exposure IN (SELECT number FROM gone);"
        "DELETE FROM exposures WHERE number IN (SELECT number FROM gone);"
        "DELETE FROM gone;";
    if (journal->state_trimmed_ns && now - journal->state_trimmed_ns < MARK_EVERY_NS)
        return AJAR_OK;
    journal->state_trimmed_ns = now;
    return database_run(journal->writer.database, sql);
}

enum ajar_status trim_delete(struct journal *journal, struct trimming *trimming)
{
    uint64_t now = timestamp_monotonic();
    *trimming = (struct trimming){.trimmed = 0};
    note_mark(journal, now);
    look_at_room(journal);
    enum ajar_status status = delete_state(journal, now);
    return status == AJAR_OK ? delete_events(journal, trimming) : status;
}

static enum ajar_status read_pages(struct statement *statement, int64_t *pages)
{
    enum ajar_status status = statement_step(statement);
    if (status == AJAR_OK)
        *pages = statement_number(statement, 0);
    statement_reset(statement);
    return status;
}

enum ajar_status trim_measure(struct journal *journal)
{
    int64_t pages = 0, unused = 0;
    enum ajar_status status = read_pages(journal->writer.page_count, &pages);
    if (status == AJAR_OK)
        status = read_pages(journal->writer.free_count, &unused);
    if (status != AJAR_OK)
        return status;
    journal->live_bytes = (uint64_t)(pages - unused) * journal->page_bytes;
    return AJAR_OK;
}
