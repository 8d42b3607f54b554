/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of SQLite as the journal needs: a connection, statements prepared once, and one status
 * for each way to fail. A connection belongs to one thread at a time.
 */
#ifndef AJAR_JOURNAL_DATABASE_H
#define AJAR_JOURNAL_DATABASE_H

#include "ajar/problem.h"
#include "ajar/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct database;
struct statement;

/*
 * What functions here return beside AJAR_OK: AJAR_END (a statement has no more rows), AJAR_AGAIN
 * (somebody else has it locked), AJAR_ERR_LIMIT (disk full), AJAR_ERR_FORMAT (corrupt, or not a
 * database), AJAR_ERR_MEMORY, AJAR_ERR_SYSTEM (everything else). database_text() says it in words.
 */

/* Opens or creates the file; NULL: in memory. Waits up to `busy_ms` for locks. *database is NULL
 * after an error, which *problem tells. Free with database_close(). */
enum ajar_status database_open(const char *path, int busy_ms, struct database **database,
                               struct problem *problem);

/* The same of a file that is there, for reading alone: nothing of it changes, and no other file is
 * left behind. */
enum ajar_status database_open_read_only(const char *path, int busy_ms, struct database **database,
                                         struct problem *problem);

/* Accepts NULL. Its statements have to be freed before. */
void database_close(struct database *database);

/* How long to wait for locks from now on. */
void database_set_patience(struct database *database, int busy_ms);

/* Why the last call failed, as SQLite says it; borrowed until the next call. */
const char *database_text(const struct database *database);

/* Runs statements that give no rows. */
enum ajar_status database_run(struct database *database, const char *sql);

/* The first column of the first row as a number. AJAR_END: no row. */
enum ajar_status database_read_number(struct database *database, const char *sql, int64_t *number);

/* The same as text, cut at `size` bytes. */
enum ajar_status database_read_text(struct database *database, const char *sql, char *text,
                                    size_t size);

/* PRAGMA quick_check for at most `milliseconds`. AJAR_ERR_FORMAT: something is wrong; what was not
 * reached in time counts as sound. */
enum ajar_status database_check(struct database *database, int milliseconds);

/* Rows that the last INSERT, UPDATE or DELETE changed. */
int64_t database_changes(const struct database *database);

/* The rowid that the last INSERT gave. */
int64_t database_last_number(const struct database *database);

/* How a checkpoint treats readers and the writer. */
enum checkpoint_mode {
    CHECKPOINT_PASSIVE, /* in nobody's way: what can be copied now */
    CHECKPOINT_RESTART, /* all of it, and the next transaction begins the log anew */
};

/* Copies the write-ahead log into the database; *left pages are still only in the log. */
enum ajar_status database_checkpoint(struct database *database, enum checkpoint_mode mode,
                                     int64_t *left);

/* Calls back after each commit of this connection with the pages in the write-ahead log; there are
 * no checkpoints from then on but by database_checkpoint(). */
void database_watch_log(struct database *database, void (*watch)(void *context, int64_t pages),
                        void *context);

/* Prepares a statement for good. Free with statement_free(), which accepts NULL. */
enum ajar_status statement_new(struct database *database, const char *sql,
                               struct statement **statement);
void statement_free(struct statement *statement);

/* Values of the parameters, from 1 on. Texts and blobs are borrowed until the statement is reset.
 * A failure (memory) makes the next step fail. */
void statement_bind_number(struct statement *statement, int parameter, int64_t number);
void statement_bind_real(struct statement *statement, int parameter, double number);
void statement_bind_text(struct statement *statement, int parameter, const char *text,
                         size_t length);
void statement_bind_blob(struct statement *statement, int parameter, const void *bytes,
                         size_t length);
void statement_bind_null(struct statement *statement, int parameter);

/* The next row: AJAR_OK, AJAR_END after the last. */
enum ajar_status statement_step(struct statement *statement);

/* Ready for other values; those given are forgotten. */
void statement_reset(struct statement *statement);

/* Steps a statement that gives no rows, and resets it. */
enum ajar_status statement_finish(struct statement *statement);

/* Columns of the row, from 0 on. Texts are borrowed until the next step or reset, never NULL. */
int64_t statement_number(struct statement *statement, int column);
double statement_real(struct statement *statement, int column);
const char *statement_text(struct statement *statement, int column, size_t *length);
const void *statement_blob(struct statement *statement, int column, size_t *length);
bool statement_is_null(struct statement *statement, int column);

/* The text of a column, copied: cut at `size` bytes, not inside a character. */
void statement_copy_text(struct statement *statement, int column, char *text, size_t size);

#endif
