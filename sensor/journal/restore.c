/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows back into the ledger, when the program starts. A row that cannot be what it says (somebody
 * edited it) is left out; the ledger checks what it is given.
 */
#include "journal/inside.h"

#include "base/text.h"
#include "ledger/exposures.h"
#include "ledger/servers.h"

#include <stdlib.h>
#include <string.h>

/* What one row is read into. */
struct restored {
    struct exposure exposure;
    struct server server;
    struct actor actors[LEDGER_ACTORS_MAX];
    struct dataset datasets[LEDGER_DATASETS_MAX];
    uint8_t sketch[ACTOR_SKETCH_BYTES];
};

static uint64_t take_count(struct statement *row, int column)
{
    return statement_is_null(row, column) ? FINDING_NO_COUNT
                                          : (uint64_t)statement_number(row, column);
}

static uint8_t take_verdict(struct statement *row, int column)
{
    char word[16];
    statement_copy_text(row, column, word, sizeof word);
    for (int i = 0; i < VERDICTS; i++)
        if (strcmp(verdict_name((enum verdict)i), word) == 0)
            return (uint8_t)i;
    return VERDICT_NONE;
}

static bool take_address(struct statement *row, int column, struct addr *addr)
{
    char text[ADDR_TEXT_MAX];
    statement_copy_text(row, column, text, sizeof text);
    return addr_parse(text, addr) == AJAR_OK;
}

static void take_countries(struct statement *row, int column, struct exposure *exposure)
{
    char list[sizeof exposure->countries];
    char *rest = list, *code;
    statement_copy_text(row, column, list, sizeof list);
    while ((code = strsep(&rest, ",")) && exposure->country_count < EXPOSURE_COUNTRIES_MAX)
        if (code[0] != '\0')
            (void)text_copy(exposure->countries[exposure->country_count++],
                            sizeof exposure->countries[0], code, strlen(code));
}

static void take_sides(struct statement *row, int column, struct exposure *exposure)
{
    exposure->times = 1;
    exposure->zone = take_verdict(row, column + 3) == VERDICT_NONE ? ZONE_INTERNAL : ZONE_OUTSIDE;
}

static const char select_exposures[] =
    "SELECT number, id, store, address, port, server_outside, outside, verdict, first, last,"
    " returned, bytes, requests, severity, product, version, cluster_id, actors, actors_outside,"
    " countries, inside_verdict, inside_returned, inside_bytes, outside_verdict, outside_returned,"
    " outside_bytes, total, total_source, datasets_dropped, sketch FROM exposures"
    " WHERE import_id = '' ORDER BY number";

static bool take_exposure(struct statement *row, struct restored *restored)
{
    struct exposure *e = &restored->exposure;
    size_t length;
    *e = (struct exposure){.port = (uint16_t)statement_number(row, 4),
                           .server_outside = statement_number(row, 5) != 0,
                           .outside = statement_number(row, 6) != 0,
                           .verdict = take_verdict(row, 7),
                           .first_ns = (uint64_t)statement_number(row, 8),
                           .last_ns = (uint64_t)statement_number(row, 9),
                           .returned = (uint64_t)statement_number(row, 10),
                           .gave_bytes = (uint64_t)statement_number(row, 11),
                           .requests = (uint32_t)statement_number(row, 12),
                           .severity.value = (int)statement_number(row, 13),
                           .actor_count = (uint32_t)statement_number(row, 17),
                           .outside_count = (uint32_t)statement_number(row, 18),
                           .actors = restored->actors};
    statement_copy_text(row, 1, e->id, sizeof e->id);
    statement_copy_text(row, 2, e->store, sizeof e->store);
    statement_copy_text(row, 14, e->product, sizeof e->product);
    statement_copy_text(row, 15, e->version, sizeof e->version);
    statement_copy_text(row, 16, e->cluster_id, sizeof e->cluster_id);
    take_countries(row, 19, e);
    take_sides(row, 20, e);
    e->holdings = (struct holdings){.datasets = restored->datasets,
                                    .total = (uint64_t)statement_number(row, 26),
                                    .total_source = (uint8_t)statement_number(row, 27),
                                    .dropped = (uint32_t)statement_number(row, 28)};
    const void *sketch = statement_blob(row, 29, &length);
    if (length == sizeof restored->sketch) {
        memcpy(restored->sketch, sketch, length);
        e->sketch = restored->sketch;
    }
    return take_address(row, 3, &e->addr);
}

static void take_actor(struct statement *row, struct restored *restored)
{
    struct exposure *e = &restored->exposure;
    struct actor *actor = &e->actors[e->actor_rows];
    *actor = (struct actor){.outside = statement_number(row, 1) != 0,
                            .as_number = (uint32_t)statement_number(row, 4),
                            .verdicts = (uint16_t)statement_number(row, 7),
                            .first_ns = (uint64_t)statement_number(row, 8),
                            .last_ns = (uint64_t)statement_number(row, 9)};
    statement_copy_text(row, 2, actor->country_code, sizeof actor->country_code);
    statement_copy_text(row, 3, actor->city_name, sizeof actor->city_name);
    statement_copy_text(row, 5, actor->as_name, sizeof actor->as_name);
    statement_copy_text(row, 6, actor->user_agent, sizeof actor->user_agent);
    e->actor_rows += take_address(row, 0, &actor->addr);
}

static void take_dataset(struct statement *row, struct restored *restored)
{
    struct holdings *holdings = &restored->exposure.holdings;
    struct dataset *dataset = &holdings->datasets[holdings->count++];
    *dataset = (struct dataset){.records = take_count(row, 1),
                                .bytes = take_count(row, 2),
                                .source = (uint8_t)statement_number(row, 3)};
    statement_copy_text(row, 0, dataset->name, sizeof dataset->name);
}

/* Takes the rows of a statement whose only parameter is the number of an exposure. */
static enum ajar_status take_rows(struct statement *rows, int64_t number, struct restored *restored,
                                  void (*take)(struct statement *row, struct restored *restored))
{
    statement_bind_number(rows, 1, number);
    enum ajar_status status = statement_step(rows);
    for (; status == AJAR_OK; status = statement_step(rows))
        take(rows, restored);
    statement_reset(rows);
    return status == AJAR_END ? AJAR_OK : status;
}

struct rows {
    struct statement *exposures, *actors, *datasets, *servers, *pairs;
};

static enum ajar_status prepare_rows(struct database *database, struct rows *rows)
{
    enum ajar_status status = statement_new(database, select_exposures, &rows->exposures);
    if (status == AJAR_OK)
        status = statement_new(database,
                               "SELECT address, outside, country, city, as_number, as_name,"
                               " user_agent, verdicts, first, last FROM actors WHERE exposure = ?1"
                               " ORDER BY row LIMIT 64",
                               &rows->actors);
    if (status == AJAR_OK)
        status = statement_new(database,
                               "SELECT name, records, bytes, source FROM datasets"
                               " WHERE exposure = ?1 ORDER BY row LIMIT 64",
                               &rows->datasets);
    if (status == AJAR_OK)
        status = statement_new(database,
                               "SELECT store, address, port, product, version, cluster_id,"
                               " cluster_name, protection, identified, refuses, open,"
                               " served_credentials, verdict, refusal_status FROM"
                               " (SELECT * FROM servers WHERE import_id = ''"
                               " ORDER BY number DESC LIMIT ?1) ORDER BY number",
                               &rows->servers);
    if (status == AJAR_OK)
        status = statement_new(database, "SELECT slot, state FROM pairs", &rows->pairs);
    return status;
}

static void free_rows(struct rows *rows)
{
    statement_free(rows->exposures);
    statement_free(rows->actors);
    statement_free(rows->datasets);
    statement_free(rows->servers);
    statement_free(rows->pairs);
}

static enum ajar_status restore_exposures(struct rows *rows, struct restored *restored,
                                          struct ledger *ledger)
{
    enum ajar_status status = statement_step(rows->exposures);
    for (; status == AJAR_OK; status = statement_step(rows->exposures)) {
        int64_t number = statement_number(rows->exposures, 0);
        if (!take_exposure(rows->exposures, restored))
            continue;
        status = take_rows(rows->actors, number, restored, take_actor);
        if (status == AJAR_OK)
            status = take_rows(rows->datasets, number, restored, take_dataset);
        if (status != AJAR_OK)
            return status;
        status = ledger_restore_exposure(ledger, &restored->exposure);
        if (status != AJAR_OK && status != AJAR_ERR_FORMAT)
            return status;
    }
    return status == AJAR_END ? AJAR_OK : status;
}

static bool take_server(struct statement *row, struct server *server)
{
    *server = (struct server){.port = (uint16_t)statement_number(row, 2),
                              .identified = statement_number(row, 8) != 0,
                              .refuses = statement_number(row, 9) != 0,
                              .open = statement_number(row, 10) != 0,
                              .served_credentials = statement_number(row, 11) != 0,
                              .verdict = take_verdict(row, 12),
                              .refusal_status = (uint16_t)statement_number(row, 13)};
    statement_copy_text(row, 0, server->store, sizeof server->store);
    statement_copy_text(row, 3, server->product, sizeof server->product);
    statement_copy_text(row, 4, server->version, sizeof server->version);
    statement_copy_text(row, 5, server->cluster_id, sizeof server->cluster_id);
    statement_copy_text(row, 6, server->cluster_name, sizeof server->cluster_name);
    statement_copy_text(row, 7, server->protection, sizeof server->protection);
    return take_address(row, 1, &server->addr);
}

static enum ajar_status restore_servers(struct rows *rows, struct restored *restored,
                                        struct ledger *ledger)
{
    statement_bind_number(rows->servers, 1, LEDGER_SERVERS_MAX);
    enum ajar_status status = statement_step(rows->servers);
    for (; status == AJAR_OK; status = statement_step(rows->servers)) {
        if (!take_server(rows->servers, &restored->server))
            continue;
        status = ledger_restore_server(ledger, &restored->server);
        if (status != AJAR_OK && status != AJAR_ERR_FORMAT)
            return status;
    }
    return status == AJAR_END ? AJAR_OK : status;
}

static enum ajar_status restore_pairs(struct rows *rows, struct ledger *ledger)
{
    enum ajar_status status = statement_step(rows->pairs);
    for (; status == AJAR_OK; status = statement_step(rows->pairs)) {
        size_t size;
        const void *state = statement_blob(rows->pairs, 1, &size);
        int64_t slot = statement_number(rows->pairs, 0);
        if (!state || slot < 0 || slot >= LEDGER_PAIRS_MAX)
            continue;
        status = ledger_restore_pair(ledger, (uint32_t)slot, state, size);
        if (status != AJAR_OK && status != AJAR_ERR_FORMAT)
            return status;
    }
    return status == AJAR_END ? AJAR_OK : status;
}

enum ajar_status journal_restore(struct journal *journal, struct ledger *ledger,
                                 struct problem *problem)
{
    struct rows rows = {.exposures = NULL};
    struct restored *restored = calloc(1, sizeof *restored);
    enum ajar_status status =
        restored ? prepare_rows(journal->writer.database, &rows) : AJAR_ERR_MEMORY;
    if (status == AJAR_OK)
        status = restore_exposures(&rows, restored, ledger);
    if (status == AJAR_OK || status == AJAR_ERR_LIMIT)
        status = restore_servers(&rows, restored, ledger);
    if (status == AJAR_OK || status == AJAR_ERR_LIMIT)
        status = restore_pairs(&rows, ledger);
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
