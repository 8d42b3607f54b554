/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints of the write-ahead log on a thread and a connection of their own: first all that can
 * be copied while others write, then the small rest with the writer kept out, since only a log
 * that was copied whole is begun anew.
 */
#include "journal/checkpoint.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define REST_PAGES 256 /* 2 MiB: what may be copied with the writer kept out */
#define ROUNDS     4   /* of copying before the rest is small, or is not */

struct checkpointer {
    pthread_t thread;
    sem_t asked;
    atomic_bool stop;
    atomic_bool busy;
    pthread_mutex_t lock; /* of database */
    struct database *database;
};

static void copy_log(struct checkpointer *checkpointer)
{
    int64_t left = 0;
    for (int i = 0; i < ROUNDS; i++) {
        if (database_checkpoint(checkpointer->database, CHECKPOINT_PASSIVE, &left) != AJAR_OK)
            return;
        if (left <= REST_PAGES)
            break;
    }
    if (left > REST_PAGES)
        return;
    atomic_store(&checkpointer->busy, true);
    (void)database_checkpoint(checkpointer->database, CHECKPOINT_RESTART, &left);
    atomic_store(&checkpointer->busy, false);
}

static void *run(void *context)
{
    struct checkpointer *checkpointer = context;
    for (;;) {
        while (sem_wait(&checkpointer->asked) != 0 && errno == EINTR)
            ;
        if (atomic_load(&checkpointer->stop))
            return NULL;
        while (sem_trywait(&checkpointer->asked) == 0)
            ; /* several requests are one */
        (void)pthread_mutex_lock(&checkpointer->lock);
        if (checkpointer->database && !atomic_load(&checkpointer->stop))
            copy_log(checkpointer);
        (void)pthread_mutex_unlock(&checkpointer->lock);
    }
}

enum ajar_status checkpointer_new(struct checkpointer **checkpointer, struct problem *problem)
{
    struct checkpointer *made = calloc(1, sizeof *made);
    if (!made)
        return problem_set(problem, AJAR_ERR_MEMORY, "the journal: out of memory");
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)sem_init(&made->asked, 0, 0);
    int error = pthread_create(&made->thread, NULL, run, made);
    if (error != 0) {
        (void)pthread_mutex_destroy(&made->lock);
        (void)sem_destroy(&made->asked);
        free(made);
        return problem_set(problem, AJAR_ERR_SYSTEM, "the journal's thread: %s", strerror(error));
    }
    *checkpointer = made;
    return AJAR_OK;
}

void checkpointer_free(struct checkpointer *checkpointer)
{
    if (!checkpointer)
        return;
    atomic_store(&checkpointer->stop, true);
    (void)sem_post(&checkpointer->asked);
    (void)pthread_join(checkpointer->thread, NULL);
    database_close(checkpointer->database);
    (void)pthread_mutex_destroy(&checkpointer->lock);
    (void)sem_destroy(&checkpointer->asked);
    free(checkpointer);
}

void checkpointer_give(struct checkpointer *checkpointer, struct database *database)
{
    (void)pthread_mutex_lock(&checkpointer->lock);
    checkpointer->database = database;
    (void)pthread_mutex_unlock(&checkpointer->lock);
}

struct database *checkpointer_take(struct checkpointer *checkpointer)
{
    (void)pthread_mutex_lock(&checkpointer->lock);
    struct database *database = checkpointer->database;
    checkpointer->database = NULL;
    (void)pthread_mutex_unlock(&checkpointer->lock);
    return database;
}

void checkpointer_ask(struct checkpointer *checkpointer)
{
    (void)sem_post(&checkpointer->asked);
}

bool checkpointer_is_busy(const struct checkpointer *checkpointer)
{
    return atomic_load(&checkpointer->busy);
}
