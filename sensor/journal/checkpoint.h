/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that copies the write-ahead log into the database, so that the writer need not.
 */
#ifndef AJAR_JOURNAL_CHECKPOINT_H
#define AJAR_JOURNAL_CHECKPOINT_H

#include "journal/database.h"

#include <stdbool.h>

struct checkpointer;

/* Starts the thread, without a database yet. Free with checkpointer_free(), which stops it. */
enum ajar_status checkpointer_new(struct checkpointer **checkpointer, struct problem *problem);
void checkpointer_free(struct checkpointer *checkpointer);

/* Gives it a database, and takes it away again; waits for a checkpoint under way. */
void checkpointer_give(struct checkpointer *checkpointer, struct database *database);
struct database *checkpointer_take(struct checkpointer *checkpointer);

/* Asks for a checkpoint; never waits. */
void checkpointer_ask(struct checkpointer *checkpointer);

/* Whether one is under way that keeps the writer out for a moment. */
bool checkpointer_is_busy(const struct checkpointer *checkpointer);

#endif
