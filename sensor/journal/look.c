/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a journal that belongs to somebody else: no lock, no migration, no write-ahead log begun or
 * copied, one transaction, so that all rows are of the same moment.
 */
#include "journal/look.h"

#include "journal/database.h"
#include "journal/rows.h"
#include "journal/schema.h"
#include "ledger/servers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 5000

/* A look under way. */
struct looking {
    const char *path;
    const char *scope;
    const struct journal_look *look;
    struct database *database;
    struct exposure_room room;
    struct server server;
};

static enum ajar_status look_at_exposures(struct looking *l)
{
    struct statement *rows = NULL;
    struct exposure_lists lists = {.actors = NULL};
    enum ajar_status status = statement_new(l->database, ROWS_SELECT "ORDER BY number", &rows);
    if (status == AJAR_OK)
        status = lists_prepare(l->database, &lists);
    if (status == AJAR_OK) {
        statement_bind_text(rows, 1, l->scope, strlen(l->scope));
        status = statement_step(rows);
    }
    for (; status == AJAR_OK; status = statement_step(rows)) {
        int64_t number;
        if (!rows_take_exposure(rows, &l->room, &number))
            continue;
        status = rows_take_lists(&lists, number, &l->room);
        if (status != AJAR_OK)
            break;
        l->look->exposure(l->look->context, &l->room.exposure);
    }
    lists_finalize(&lists);
    statement_free(rows);
    return status == AJAR_END ? AJAR_OK : status;
}

static enum ajar_status look_at_servers(struct looking *l)
{
    struct statement *rows = NULL;
    enum ajar_status status = statement_new(l->database, ROWS_SELECT_SERVERS, &rows);
    if (status == AJAR_OK) {
        statement_bind_text(rows, 1, l->scope, strlen(l->scope));
        statement_bind_number(rows, 2, LEDGER_SERVERS_MAX);
        status = statement_step(rows);
    }
    for (; status == AJAR_OK; status = statement_step(rows))
        if (rows_take_server(rows, &l->server))
            l->look->server(l->look->context, &l->server);
    statement_free(rows);
    return status == AJAR_END ? AJAR_OK : status;
}

/* It comes every half minute, so that it is among the newest events, or of no use. */
static enum ajar_status look_at_status(struct looking *l)
{
    struct statement *row = NULL;
    size_t length = 0;
    enum ajar_status status =
        statement_new(l->database,
                      "SELECT json FROM events WHERE action = 'sensor-status' AND import_id = ''"
                      " AND sequence > (SELECT max(sequence) FROM events) - 20000"
                      " ORDER BY sequence DESC LIMIT 1",
                      &row);
    if (status == AJAR_OK)
        status = statement_step(row);
    if (status == AJAR_OK) {
        const char *json = statement_text(row, 0, &length);
        l->look->status(l->look->context, json, length);
    }
    statement_free(row);
    return status == AJAR_END ? AJAR_OK : status;
}

/* Only rows of this version can be read; to bring an older one up to date is the sensor's. */
static enum ajar_status check_version(struct looking *l, struct problem *problem)
{
    int64_t version = 0;
    enum ajar_status status = schema_check(l->database, l->path, &version, problem);
    if (status != AJAR_OK || version == SCHEMA_VERSION)
        return status;
    if (version == 0)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: holds nothing yet", l->path);
    return problem_set(problem, AJAR_ERR_USAGE,
                       "%s: is of version %" PRId64
                       ", this ajar reads %d; start the sensor once, which brings it up to date",
                       l->path, version, SCHEMA_VERSION);
}

static enum ajar_status look_at_all(struct looking *l, struct problem *problem)
{
    enum ajar_status status = database_run(l->database, "BEGIN");
    if (status == AJAR_OK)
        status = check_version(l, problem);
    if (status == AJAR_OK)
        status = look_at_exposures(l);
    if (status == AJAR_OK)
        status = look_at_servers(l);
    if (status == AJAR_OK && strcmp(l->scope, SCOPE_LIVE) == 0)
        status = look_at_status(l);
    if (status != AJAR_OK)
        (void)problem_set(problem, status, "%s: %s", l->path, database_text(l->database));
    (void)database_run(l->database, "ROLLBACK");
    return status;
}

enum ajar_status journal_look(const char *path, bool readings, const struct journal_look *look,
                              struct problem *problem)
{
    if (access(path, R_OK) != 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s; name the journal with --journal",
                           path, strerror(errno));
    struct looking *l = calloc(1, sizeof *l);
    if (!l)
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    l->path = path;
    l->scope = readings ? SCOPE_READING : SCOPE_LIVE;
    l->look = look;
    enum ajar_status status = database_open_read_only(path, PATIENCE_MS, &l->database, problem);
    if (status == AJAR_OK)
        status = look_at_all(l, problem);
    database_close(l->database);
    free(l);
    return status;
}
