/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Redis thread's side: accepted events in order, and what Redis has confirmed. It has a
 * connection of its own, so that neither waits for the other; a batch is copied before its
 * statement ends, because a reader that stays in the log keeps it from being begun anew.
 */
#include "journal/inside.h"

#include "base/timestamp.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_MS 1000000ULL
#define PAUSE_MS  50          /* after a failure */
#define TEXT_ROOM (64u << 10) /* of a batch beyond JOURNAL_BATCH_BYTES, for the last event */

/* The columns of a row in the order of the query. */
enum { SEQUENCE, TIME, SEVERITY, LONGITUDE, LATITUDE, ID, TEXTS = 10 };

enum ajar_status reader_prepare(struct reader *reader)
{
    enum ajar_status status = statement_new(
        reader->database,
        "SELECT sequence, time, severity, longitude, latitude, id, action, store, verdict, source,"
        " server, country, exposure, import_id, json FROM events WHERE sequence > ?1"
        " ORDER BY sequence LIMIT ?2",
        &reader->events);
    return status == AJAR_OK ? exposures_prepare(reader) : status;
}

void reader_finalize(struct reader *reader)
{
    statement_free(reader->events);
    statement_free(reader->find_exposure);
    statement_free(reader->next_open);
    statement_free(reader->count_group);
    lists_finalize(&reader->lists);
    reader->events = reader->find_exposure = reader->next_open = reader->count_group = NULL;
}

void reader_notify(struct journal *journal)
{
    (void)pthread_mutex_lock(&journal->waiting);
    (void)pthread_cond_broadcast(&journal->arrived);
    (void)pthread_mutex_unlock(&journal->waiting);
}

void journal_wake_reader(struct journal *journal)
{
    atomic_store(&journal->awake, true);
    reader_notify(journal);
}

static void wait_until(struct journal *journal, uint64_t above, int wait_ms)
{
    uint64_t patience = wait_ms > 0 ? (uint64_t)wait_ms : 0;
    const struct timespec until =
        timestamp_to_timespec(timestamp_monotonic() + patience * NS_PER_MS);
    int result = 0;
    (void)pthread_mutex_lock(&journal->waiting);
    while (result == 0 && wait_ms > 0 && atomic_load(&journal->last_sequence) <= above &&
           !atomic_load(&journal->awake))
        result =
            pthread_cond_clockwait(&journal->arrived, &journal->waiting, CLOCK_MONOTONIC, &until);
    (void)pthread_mutex_unlock(&journal->waiting);
}

/* Waits for an event above `after`. Numbers that were looked for and are not there (they went at a
 * bound, or were refused) are not worth a second look. */
static bool wait_for_events(struct journal *journal, uint64_t after, int wait_ms)
{
    if (after >= journal->empty_after && after < journal->empty_last)
        after = journal->empty_last;
    wait_until(journal, after, wait_ms);
    return atomic_load(&journal->last_sequence) > after;
}

void journal_batch_clear(struct journal_batch *batch)
{
    free(batch->memory);
    batch->memory = NULL;
    batch->memory_size = 0;
    batch->count = 0;
}

/* Room for `bytes` of text. Memory that texts already lie in must not move. */
static enum ajar_status make_room(struct journal_batch *batch, size_t used, size_t bytes)
{
    if (used + bytes <= batch->memory_size)
        return AJAR_OK;
    if (batch->count)
        return AJAR_ERR_LIMIT;
    size_t size = bytes > JOURNAL_BATCH_BYTES ? bytes : JOURNAL_BATCH_BYTES + TEXT_ROOM;
    char *memory = realloc(batch->memory, size);
    if (!memory)
        return AJAR_ERR_MEMORY;
    batch->memory = memory;
    batch->memory_size = size;
    return AJAR_OK;
}

static enum ajar_status copy_texts(struct statement *row, struct journal_batch *batch,
                                   struct journal_event *event, size_t *used)
{
    const char **const to[TEXTS] = {
        &event->id,     &event->action,  &event->store,    &event->verdict,   &event->source,
        &event->server, &event->country, &event->exposure, &event->import_id, &event->json};
    const char *texts[TEXTS];
    size_t lengths[TEXTS], bytes = 0;
    for (int i = 0; i < TEXTS; i++) {
        texts[i] = statement_text(row, ID + i, &lengths[i]);
        bytes += lengths[i] + 1;
    }
    enum ajar_status status = make_room(batch, *used, bytes);
    if (status != AJAR_OK)
        return status;
    for (int i = 0; i < TEXTS; i++) {
        char *text = batch->memory + *used;
        memcpy(text, texts[i], lengths[i]);
        text[lengths[i]] = '\0';
        *to[i] = text;
        *used += lengths[i] + 1;
    }
    event->json_length = lengths[TEXTS - 1];
    return AJAR_OK;
}

static enum ajar_status copy_row(struct statement *row, struct journal_batch *batch, size_t *used)
{
    struct journal_event event = {.sequence = (uint64_t)statement_number(row, SEQUENCE),
                                  .time_ns = (uint64_t)statement_number(row, TIME),
                                  .severity = (int)statement_number(row, SEVERITY),
                                  .has_location = !statement_is_null(row, LONGITUDE)};
    event.longitude = statement_real(row, LONGITUDE);
    event.latitude = statement_real(row, LATITUDE);
    enum ajar_status status = copy_texts(row, batch, &event, used);
    if (status == AJAR_OK)
        batch->events[batch->count++] = event;
    return status;
}

/* AJAR_END: all there was, or the batch is full. */
static enum ajar_status fill(struct statement *rows, struct journal_batch *batch)
{
    size_t used = 0;
    enum ajar_status status = AJAR_OK;
    while (status == AJAR_OK && batch->count < JOURNAL_BATCH_EVENTS && used < JOURNAL_BATCH_BYTES) {
        status = statement_step(rows);
        if (status == AJAR_OK)
            status = copy_row(rows, batch, &used);
    }
    return status;
}

enum ajar_status reader_judge(struct journal *journal, enum ajar_status status)
{
    if (status == AJAR_ERR_FORMAT)
        atomic_store(&journal->is_corrupt, true); /* the delivery thread gives the file up */
    return status == AJAR_ERR_NOT_FOUND || status == AJAR_END ? status : AJAR_AGAIN;
}

/* One query. AJAR_END: nothing is there. */
static enum ajar_status read_batch(struct journal *journal, uint64_t after,
                                   struct journal_batch *batch)
{
    enum ajar_status status = AJAR_AGAIN;
    uint64_t last = atomic_load(&journal->last_sequence);
    (void)pthread_mutex_lock(&journal->reading);
    struct statement *rows = journal->reader.events;
    if (rows) {
        statement_bind_number(rows, 1, (int64_t)after);
        statement_bind_number(rows, 2, JOURNAL_BATCH_EVENTS);
        status = fill(rows, batch);
        statement_reset(rows);
    }
    (void)pthread_mutex_unlock(&journal->reading);
    if (status == AJAR_END && batch->count == 0) {
        journal->empty_after = after;
        journal->empty_last = last;
    }
    return batch->count ? AJAR_OK : reader_judge(journal, status);
}

enum ajar_status journal_read(struct journal *journal, uint64_t after, int wait_ms,
                              struct journal_batch *batch)
{
    batch->after = after;
    batch->count = 0;
    if (!wait_for_events(journal, after, wait_ms))
        return AJAR_AGAIN;
    enum ajar_status status = read_batch(journal, after, batch);
    if (status == AJAR_AGAIN) /* a file that cannot be read now */
        wait_until(journal, UINT64_MAX, wait_ms < PAUSE_MS ? wait_ms : PAUSE_MS);
    return status == AJAR_OK ? AJAR_OK : AJAR_AGAIN;
}

void journal_confirm(struct journal *journal, uint64_t sequence)
{
    atomic_store(&journal->confirmed, sequence);
}

uint64_t journal_confirmed(const struct journal *journal)
{
    return atomic_load(&journal->confirmed);
}
