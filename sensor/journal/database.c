/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one file that knows SQLite. Connections are opened without its mutexes: each belongs to one
 * thread at a time. Extended result codes are folded into the few ways to fail that make a
 * difference to the journal: wait, make room, give the file up, or say it.
 */
#include "journal/database.h"

#include "base/text.h"
#include "base/timestamp.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_MS      1000000ULL
#define CHECK_PROGRESS 1000 /* instructions of SQLite between two looks at the clock */

struct database {
    sqlite3 *handle;
    void (*watch)(void *context, int64_t pages);
    void *watch_context;
    uint64_t deadline_ns; /* of a check under way */
};

struct statement {
    sqlite3_stmt *handle;
    int bind_result; /* of the first binding that failed since the last reset */
};

static enum ajar_status status_of(int result)
{
    switch (result & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
        return AJAR_OK;
    case SQLITE_DONE:
        return AJAR_END;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
        return AJAR_AGAIN;
    case SQLITE_FULL:
        return AJAR_ERR_LIMIT;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return AJAR_ERR_FORMAT;
    case SQLITE_NOMEM:
        return AJAR_ERR_MEMORY;
    case SQLITE_IOERR:
        return result == SQLITE_IOERR_NOMEM       ? AJAR_ERR_MEMORY
               : result == SQLITE_IOERR_CORRUPTFS ? AJAR_ERR_FORMAT
                                                  : AJAR_ERR_SYSTEM;
    default:
        return AJAR_ERR_SYSTEM;
    }
}

static enum ajar_status open_as(const char *name, int flags, int busy_ms,
                                struct database **database, struct problem *problem)
{
    struct database *made = calloc(1, sizeof *made);
    if (!made)
        return problem_set(problem, AJAR_ERR_MEMORY, "the journal: out of memory");
    int result = sqlite3_open_v2(name ? name : ":memory:", &made->handle,
                                 flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
    if (result != SQLITE_OK) {
        enum ajar_status status =
            problem_set(problem, status_of(result), "%s: %s", name ? name : "journal in memory",
                        made->handle ? sqlite3_errmsg(made->handle) : sqlite3_errstr(result));
        database_close(made);
        return status;
    }
    (void)sqlite3_extended_result_codes(made->handle, 1);
    (void)sqlite3_busy_timeout(made->handle, busy_ms);
    *database = made;
    return AJAR_OK;
}

enum ajar_status database_open(const char *path, int busy_ms, struct database **database,
                               struct problem *problem)
{
    return open_as(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, busy_ms, database, problem);
}

/* The path as SQLite's file: URI, saying that nobody changes it. False: too long. */
static bool make_uri(const char *path, char *uri, size_t size)
{
    size_t used = (size_t)snprintf(uri, size, "file:");
    for (const char *c = path; *c && used + 4 < size; c++)
        used += (size_t)snprintf(uri + used, size - used, strchr("?#%", *c) ? "%%%02x" : "%c",
                                 (unsigned char)*c);
    return snprintf(uri + used, size - used, "?immutable=1") < (int)(size - used);
}

enum ajar_status database_open_read_only(const char *path, int busy_ms, struct database **database,
                                         struct problem *problem)
{
    char name[3 * PATH_MAX];
    (void)snprintf(name, sizeof name, "%s-wal", path);
    if (access(name, F_OK) == 0)
        return open_as(path, SQLITE_OPEN_READONLY, busy_ms, database, problem);
    /* Nobody writes it. Without this SQLite would leave a log behind that it may not remove. */
    if (!make_uri(path, name, sizeof name))
        return problem_set(problem, AJAR_ERR_USAGE, "%s: the path is too long", path);
    return open_as(name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, busy_ms, database, problem);
}

void database_close(struct database *database)
{
    if (!database)
        return;
    (void)sqlite3_close(database->handle);
    free(database);
}

void database_set_patience(struct database *database, int busy_ms)
{
    (void)sqlite3_busy_timeout(database->handle, busy_ms);
}

const char *database_text(const struct database *database)
{
    return sqlite3_errmsg(database->handle);
}

enum ajar_status database_run(struct database *database, const char *sql)
{
    return status_of(sqlite3_exec(database->handle, sql, NULL, NULL, NULL));
}

enum ajar_status database_read_number(struct database *database, const char *sql, int64_t *number)
{
    struct statement *statement = NULL;
    enum ajar_status status = statement_new(database, sql, &statement);
    if (status == AJAR_OK)
        status = statement_step(statement);
    if (status == AJAR_OK)
        *number = statement_number(statement, 0);
    statement_free(statement);
    return status;
}

enum ajar_status database_read_text(struct database *database, const char *sql, char *text,
                                    size_t size)
{
    struct statement *statement = NULL;
    enum ajar_status status = statement_new(database, sql, &statement);
    if (status == AJAR_OK)
        status = statement_step(statement);
    if (status == AJAR_OK)
        statement_copy_text(statement, 0, text, size);
    statement_free(statement);
    return status;
}

static int is_late(void *context)
{
    const struct database *database = context;
    return timestamp_monotonic() > database->deadline_ns;
}

enum ajar_status database_check(struct database *database, int milliseconds)
{
    char text[64] = "";
    database->deadline_ns = timestamp_monotonic() + (unsigned long long)milliseconds * NS_PER_MS;
    sqlite3_progress_handler(database->handle, CHECK_PROGRESS, is_late, database);
    enum ajar_status status =
        database_read_text(database, "PRAGMA quick_check(1)", text, sizeof text);
    sqlite3_progress_handler(database->handle, 0, NULL, NULL);
    if (status == AJAR_OK && strcmp(text, "ok") != 0)
        return AJAR_ERR_FORMAT;
    return status == AJAR_AGAIN && is_late(database) ? AJAR_OK : status;
}

int64_t database_changes(const struct database *database)
{
    return sqlite3_changes64(database->handle);
}

int64_t database_last_number(const struct database *database)
{
    return sqlite3_last_insert_rowid(database->handle);
}

enum ajar_status database_checkpoint(struct database *database, enum checkpoint_mode mode,
                                     int64_t *left)
{
    int pages = 0, copied = 0;
    int result = sqlite3_wal_checkpoint_v2(database->handle, NULL,
                                           mode == CHECKPOINT_RESTART ? SQLITE_CHECKPOINT_RESTART
                                                                      : SQLITE_CHECKPOINT_PASSIVE,
                                           &pages, &copied);
    *left = pages > copied ? pages - copied : 0;
    return status_of(result);
}

static int tell_log(void *context, sqlite3 *handle, const char *name, int pages)
{
    (void)handle;
    (void)name;
    const struct database *database = context;
    database->watch(database->watch_context, pages);
    return SQLITE_OK;
}

void database_watch_log(struct database *database, void (*watch)(void *context, int64_t pages),
                        void *context)
{
    database->watch = watch;
    database->watch_context = context;
    (void)sqlite3_wal_hook(database->handle, tell_log, database);
}

enum ajar_status statement_new(struct database *database, const char *sql,
                               struct statement **statement)
{
    struct statement *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    int result = sqlite3_prepare_v3(database->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                    &made->handle, NULL);
    if (result != SQLITE_OK) {
        free(made);
        return status_of(result);
    }
    *statement = made;
    return AJAR_OK;
}

void statement_free(struct statement *statement)
{
    if (!statement)
        return;
    (void)sqlite3_finalize(statement->handle);
    free(statement);
}

static void note(struct statement *statement, int result)
{
    if (result != SQLITE_OK && statement->bind_result == SQLITE_OK)
        statement->bind_result = result;
}

void statement_bind_number(struct statement *statement, int parameter, int64_t number)
{
    note(statement, sqlite3_bind_int64(statement->handle, parameter, number));
}

void statement_bind_real(struct statement *statement, int parameter, double number)
{
    note(statement, sqlite3_bind_double(statement->handle, parameter, number));
}

void statement_bind_text(struct statement *statement, int parameter, const char *text,
                         size_t length)
{
    note(statement, sqlite3_bind_text64(statement->handle, parameter, text, length, SQLITE_STATIC,
                                        SQLITE_UTF8));
}

void statement_bind_blob(struct statement *statement, int parameter, const void *bytes,
                         size_t length)
{
    note(statement,
         sqlite3_bind_blob64(statement->handle, parameter, bytes, length, SQLITE_STATIC));
}

void statement_bind_null(struct statement *statement, int parameter)
{
    note(statement, sqlite3_bind_null(statement->handle, parameter));
}

enum ajar_status statement_step(struct statement *statement)
{
    if (statement->bind_result != SQLITE_OK)
        return status_of(statement->bind_result);
    return status_of(sqlite3_step(statement->handle));
}

void statement_reset(struct statement *statement)
{
    (void)sqlite3_reset(statement->handle);
    (void)sqlite3_clear_bindings(statement->handle);
    statement->bind_result = SQLITE_OK;
}

enum ajar_status statement_finish(struct statement *statement)
{
    enum ajar_status status = statement_step(statement);
    statement_reset(statement);
    return status == AJAR_END ? AJAR_OK : status;
}

int64_t statement_number(struct statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

double statement_real(struct statement *statement, int column)
{
    return sqlite3_column_double(statement->handle, column);
}

const char *statement_text(struct statement *statement, int column, size_t *length)
{
    const unsigned char *text = sqlite3_column_text(statement->handle, column);
    *length = text ? (size_t)sqlite3_column_bytes(statement->handle, column) : 0;
    return text ? (const char *)text : "";
}

void statement_copy_text(struct statement *statement, int column, char *text, size_t size)
{
    size_t length;
    const char *value = statement_text(statement, column, &length);
    (void)text_copy(text, size, value, length);
}

const void *statement_blob(struct statement *statement, int column, size_t *length)
{
    const void *bytes = sqlite3_column_blob(statement->handle, column);
    *length = bytes ? (size_t)sqlite3_column_bytes(statement->handle, column) : 0;
    return bytes;
}

bool statement_is_null(struct statement *statement, int column)
{
    return sqlite3_column_type(statement->handle, column) == SQLITE_NULL;
}
