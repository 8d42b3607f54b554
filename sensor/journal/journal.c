/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening and closing a journal, and what it says of itself.
 */
#include "journal/inside.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void init_locks(struct journal *journal)
{
    (void)pthread_mutex_init(&journal->stating, NULL);
    (void)pthread_mutex_init(&journal->reading, NULL);
    (void)pthread_mutex_init(&journal->waiting, NULL);
    (void)pthread_cond_init(&journal->arrived, NULL);
}

static enum ajar_status journal_new(const struct journal_options *options, struct journal **journal)
{
    struct journal *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->options = *options;
    made->lock.fd = -1;
    made->disk_bound = UINT64_MAX;
    made->name = "the journal in memory";
    (void)text_copy(made->trouble, sizeof made->trouble, "ok", 2);
    made->options.sensor = strdup(options->sensor);
    made->path = options->path ? strdup(options->path) : NULL;
    if (!made->options.sensor || (options->path && !made->path)) {
        free((char *)made->options.sensor);
        free(made->path);
        free(made);
        return AJAR_ERR_MEMORY;
    }
    init_locks(made);
    if (made->path)
        made->name = made->path;
    *journal = made;
    return AJAR_OK;
}

static void journal_free(struct journal *journal)
{
    pending_clear(&journal->pending);
    shadow_clear(&journal->shadow);
    (void)pthread_mutex_destroy(&journal->stating);
    (void)pthread_mutex_destroy(&journal->reading);
    (void)pthread_mutex_destroy(&journal->waiting);
    (void)pthread_cond_destroy(&journal->arrived);
    free((char *)journal->options.sensor);
    free(journal->path);
    free(journal);
}

static enum ajar_status open_file(struct journal *journal, struct problem *problem)
{
    enum ajar_status status = store_make_folder(journal->path, problem);
    if (status == AJAR_OK)
        status = lock_open(journal->path, &journal->lock, problem);
    if (status == AJAR_OK)
        status = checkpointer_new(&journal->checkpointer, problem);
    return status;
}

enum ajar_status journal_open(const struct journal_options *options, struct journal **journal,
                              struct problem *problem)
{
    struct journal *made = NULL;
    enum ajar_status status = journal_new(options, &made);
    if (status != AJAR_OK)
        return problem_set(problem, status, "the journal: out of memory");
    if (made->path)
        status = open_file(made, problem);
    if (status == AJAR_OK)
        status = store_open(made, problem);
    if (status == AJAR_OK) {
        *journal = made;
        return AJAR_OK;
    }
    checkpointer_free(made->checkpointer);
    lock_close(&made->lock, made->path, !made->lock.was_there);
    journal_free(made);
    return status;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    if (journal->writer.database)
        (void)writer_finish(journal);
    store_close(journal);
    checkpointer_free(journal->checkpointer);
    lock_close(&journal->lock, journal->path, false);
    journal_free(journal);
}

const char *journal_uuid(const struct journal *journal)
{
    return journal->uuid;
}

const char *journal_sensor(const struct journal *journal)
{
    return journal->sensor;
}

uint64_t journal_last_sequence(const struct journal *journal)
{
    return atomic_load(&journal->last_sequence);
}

const char *journal_moved_aside(const struct journal *journal)
{
    return journal->moved_aside[0] != '\0' ? journal->moved_aside : NULL;
}

uint64_t journal_ring_position(const struct journal *journal, uint64_t ring_id)
{
    return journal->ring_id == ring_id ? journal->ring_position : 0;
}

void journal_say(struct journal *journal, const char *format, ...)
{
    char text[JOURNAL_TROUBLE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)pthread_mutex_lock(&journal->stating);
    (void)text_copy(journal->trouble, sizeof journal->trouble, text, strlen(text));
    (void)pthread_mutex_unlock(&journal->stating);
}

void journal_trouble(struct journal *journal, char *text, size_t size)
{
    (void)pthread_mutex_lock(&journal->stating);
    (void)text_copy(text, size, journal->trouble, strlen(journal->trouble));
    (void)pthread_mutex_unlock(&journal->stating);
}

void journal_read_counters(struct journal *journal, struct journal_counters *counters)
{
    uint64_t last = atomic_load(&journal->last_sequence), delivered = trim_delivered(journal);
    uint64_t gone = atomic_load(&journal->gone);
    if (gone > delivered)
        delivered = gone;
    (void)pthread_mutex_lock(&journal->stating);
    *counters = journal->counters;
    (void)pthread_mutex_unlock(&journal->stating);
    counters->undelivered = last > delivered ? last - delivered : 0;
}
