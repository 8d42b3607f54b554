/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows back into the ledger, when the program starts. A row that cannot be what it says (somebody
 * edited it) is left out; the ledger checks what it is given.
 */
#include "journal/inside.h"

#include "journal/rows.h"
#include "ledger/servers.h"

#include <stdlib.h>
#include <string.h>

/* What rows are read into. */
struct restored {
    struct exposure_room room;
    struct server server;
};

struct rows {
    struct statement *exposures, *servers, *pairs, *flows;
    struct exposure_lists lists;
};

static enum ajar_status prepare_rows(struct database *database, struct rows *rows)
{
    enum ajar_status status =
        statement_new(database, ROWS_SELECT "ORDER BY number", &rows->exposures);
    if (status == AJAR_OK)
        status = lists_prepare(database, &rows->lists);
    if (status == AJAR_OK)
        status = statement_new(database, ROWS_SELECT_SERVERS, &rows->servers);
    if (status == AJAR_OK)
        status = statement_new(database, "SELECT slot, state FROM pairs", &rows->pairs);
    if (status == AJAR_OK)
        status = statement_new(database, "SELECT slot, state FROM flows", &rows->flows);
    return status;
}

static void free_rows(struct rows *rows)
{
    statement_free(rows->exposures);
    lists_finalize(&rows->lists);
    statement_free(rows->servers);
    statement_free(rows->pairs);
    statement_free(rows->flows);
}

static enum ajar_status restore_exposures(struct rows *rows, const char *scope,
                                          struct restored *restored, struct ledger *ledger)
{
    statement_bind_text(rows->exposures, 1, scope, strlen(scope));
    enum ajar_status status = statement_step(rows->exposures);
    for (; status == AJAR_OK; status = statement_step(rows->exposures)) {
        int64_t number;
        if (!rows_take_exposure(rows->exposures, &restored->room, &number))
            continue;
        status = rows_take_lists(&rows->lists, number, &restored->room);
        if (status != AJAR_OK)
            return status;
        status = ledger_restore_exposure(ledger, &restored->room.exposure);
        if (status != AJAR_OK && status != AJAR_ERR_FORMAT)
            return status;
    }
    return status == AJAR_END ? AJAR_OK : status;
}

static enum ajar_status restore_servers(struct rows *rows, const char *scope,
                                        struct restored *restored, struct ledger *ledger)
{
    statement_bind_text(rows->servers, 1, scope, strlen(scope));
    statement_bind_number(rows->servers, 2, LEDGER_SERVERS_MAX);
    enum ajar_status status = statement_step(rows->servers);
    for (; status == AJAR_OK; status = statement_step(rows->servers)) {
        if (!rows_take_server(rows->servers, &restored->server))
            continue;
        status = ledger_restore_server(ledger, &restored->server);
        if (status != AJAR_OK && status != AJAR_ERR_FORMAT)
            return status;
    }
    return status == AJAR_END ? AJAR_OK : status;
}

/* Rows of a slot and its state, which the ledger knows to judge. */
static enum ajar_status restore_slots(struct statement *rows, struct ledger *ledger,
                                      enum ajar_status (*restore)(struct ledger *ledger,
                                                                  uint32_t slot, const void *state,
                                                                  size_t size))
{
    enum ajar_status status = statement_step(rows);
    for (; status == AJAR_OK; status = statement_step(rows)) {
        size_t size;
        const void *state = statement_blob(rows, 1, &size);
        int64_t slot = statement_number(rows, 0);
        if (!state || slot < 0 || slot > UINT32_MAX)
            continue;
        status = restore(ledger, (uint32_t)slot, state, size);
        if (status != AJAR_OK && status != AJAR_ERR_FORMAT)
            return status;
    }
    return status == AJAR_END ? AJAR_OK : status;
}

enum ajar_status journal_restore(struct journal *journal, struct ledger *ledger,
                                 const char *import_id, struct problem *problem)
{
    bool is_live = import_id[0] == '\0';
    const char *scope = is_live ? SCOPE_LIVE : SCOPE_READING;
    struct rows rows = {.exposures = NULL};
    struct restored *restored = calloc(1, sizeof *restored);
    enum ajar_status status =
        restored ? prepare_rows(journal->writer.database, &rows) : AJAR_ERR_MEMORY;
    if (status == AJAR_OK)
        status = restore_exposures(&rows, scope, restored, ledger);
    if (status == AJAR_OK || status == AJAR_ERR_LIMIT)
        status = restore_servers(&rows, scope, restored, ledger);
    if (status == AJAR_OK || status == AJAR_ERR_LIMIT)
        status = is_live ? restore_slots(rows.pairs, ledger, ledger_restore_pair)
                         : restore_slots(rows.flows, ledger, ledger_restore_flow);
    free_rows(&rows);
    free(restored);
    if (status == AJAR_ERR_FORMAT) {
        ledger_change_all(ledger); /* what could be read goes into the new one */
        return store_renew(journal, problem);
    }
    /* A ledger that holds less than it used to takes what it can. */
    if (status == AJAR_OK || status == AJAR_ERR_LIMIT)
        return AJAR_OK;
    return problem_set(problem, status, "%s: cannot put back what was known: %s", journal->name,
                       status == AJAR_ERR_MEMORY ? "out of memory"
                                                 : database_text(journal->writer.database));
}
