/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's exposures, actors, data sets and servers as rows. Written is only what differs from
 * what the shadow knows; texts of the wire become valid UTF-8 here, counts that are not known
 * NULL.
 */
#include "journal/inside.h"

#include "base/hash.h"
#include "base/text.h"
#include "ledger/exposures.h"
#include "ledger/servers.h"

#include <string.h>

#define UTF8_GROWTH 3 /* U+FFFD in place of one byte */

/* Times and counts of ajar are unsigned; SQLite's numbers are not. */
static void bind_count(struct statement *statement, int parameter, uint64_t count)
{
    if (count == FINDING_NO_COUNT)
        statement_bind_null(statement, parameter);
    else
        statement_bind_number(statement, parameter, count > INT64_MAX ? INT64_MAX : (int64_t)count);
}

static void bind_amount(struct statement *statement, int parameter, uint64_t amount)
{
    statement_bind_number(statement, parameter, amount > INT64_MAX ? INT64_MAX : (int64_t)amount);
}

static void bind_text(struct statement *statement, int parameter, const char *text)
{
    statement_bind_text(statement, parameter, text, strlen(text));
}

/* `room` has to live until the statement is finished. */
static void bind_wire(struct statement *statement, int parameter, const char *text, char *room,
                      size_t size)
{
    statement_bind_text(statement, parameter, room, text_make_utf8(room, size, text, strlen(text)));
}

/* What the values of an exposure's row are made in. */
struct exposure_row {
    char address[ADDR_TEXT_MAX];
    char product[32 * UTF8_GROWTH], version[32 * UTF8_GROWTH], cluster_id[48 * UTF8_GROWTH];
    char datasets[512 * UTF8_GROWTH];
    struct exposure_texts texts;
    struct exposure_view view;
};

static void bind_sides(struct statement *s, const struct exposure *exposure, int parameter)
{
    for (unsigned i = 0; i < 2; i++) {
        bool mine = (exposure->zone == ZONE_OUTSIDE) == (i == 1);
        bind_text(s, parameter++, verdict_name(mine ? exposure->verdict : VERDICT_NONE));
        bind_amount(s, parameter++, mine ? exposure->returned : 0);
        bind_amount(s, parameter++, mine ? exposure->gave_bytes : 0);
    }
}

/* In the order of the columns in schema.c. */
static void bind_exposure(struct statement *s, const struct exposure *e, struct exposure_row *row)
{
    exposure_fill_view(e, &row->texts, &row->view);
    addr_format(&e->addr, row->address);
    bind_text(s, 4, e->store);
    bind_text(s, 5, row->address);
    statement_bind_number(s, 6, e->port);
    statement_bind_number(s, 7, e->server_outside);
    statement_bind_number(s, 8, e->outside);
    bind_text(s, 9, verdict_name((enum verdict)e->verdict));
    bind_amount(s, 10, e->first_ns);
    bind_amount(s, 11, e->last_ns);
    bind_count(s, 12, row->view.records);
    bind_amount(s, 13, e->returned);
    bind_amount(s, 14, e->gave_bytes);
    statement_bind_number(s, 15, e->requests);
    statement_bind_number(s, 16, e->severity.value);
    bind_wire(s, 17, e->product, row->product, sizeof row->product);
    bind_wire(s, 18, e->version, row->version, sizeof row->version);
    bind_wire(s, 19, e->cluster_id, row->cluster_id, sizeof row->cluster_id);
    statement_bind_number(s, 20, e->actor_count);
    statement_bind_number(s, 21, e->outside_count);
    bind_text(s, 22, row->texts.countries);
    bind_wire(s, 23, row->texts.datasets, row->datasets, sizeof row->datasets);
    bind_sides(s, e, 24);
    bind_amount(s, 30, e->holdings.total);
    statement_bind_number(s, 31, e->holdings.total_source);
    statement_bind_number(s, 32, e->holdings.dropped);
    if (e->sketch)
        statement_bind_blob(s, 33, e->sketch, ACTOR_SKETCH_BYTES);
    else
        statement_bind_null(s, 33);
}

/* The number of the row of an exposure; 0 if there is none yet. */
static enum ajar_status find_number(struct journal *journal, const char *id, const char *import_id,
                                    int64_t *number)
{
    struct statement *find = journal->writer.find_exposure;
    bind_text(find, 1, import_id);
    bind_text(find, 2, id);
    enum ajar_status status = statement_step(find);
    *number = status == AJAR_OK ? statement_number(find, 0) : 0;
    statement_reset(find);
    return status == AJAR_END ? AJAR_OK : status;
}

static enum ajar_status write_row(struct journal *journal, const struct exposure *exposure,
                                  const char *import_id, int64_t *number)
{
    struct exposure_row row;
    bool is_new = *number == 0;
    struct statement *statement =
        is_new ? journal->writer.insert_exposure : journal->writer.update_exposure;
    if (is_new)
        statement_bind_null(statement, 1);
    else
        statement_bind_number(statement, 1, *number);
    bind_text(statement, 2, import_id);
    bind_text(statement, 3, exposure->id);
    bind_exposure(statement, exposure, &row);
    enum ajar_status status = statement_finish(statement);
    if (status == AJAR_OK && is_new)
        *number = database_last_number(journal->writer.database);
    return status;
}

static enum ajar_status write_actor(struct statement *s, int64_t number, uint32_t row,
                                    const struct actor *actor)
{
    char address[ADDR_TEXT_MAX], city[sizeof actor->city_name * UTF8_GROWTH],
        as_name[sizeof actor->as_name * UTF8_GROWTH],
        user_agent[sizeof actor->user_agent * UTF8_GROWTH];
    addr_format(&actor->addr, address);
    statement_bind_number(s, 1, number);
    statement_bind_number(s, 2, row);
    bind_text(s, 3, address);
    statement_bind_number(s, 4, actor->outside);
    bind_text(s, 5, actor->country_code);
    bind_wire(s, 6, actor->city_name, city, sizeof city);
    statement_bind_number(s, 7, actor->as_number);
    bind_wire(s, 8, actor->as_name, as_name, sizeof as_name);
    bind_wire(s, 9, actor->user_agent, user_agent, sizeof user_agent);
    statement_bind_number(s, 10, actor->verdicts);
    bind_amount(s, 11, actor->first_ns);
    bind_amount(s, 12, actor->last_ns);
    return statement_finish(s);
}

static enum ajar_status write_dataset(struct statement *s, int64_t number, uint32_t row,
                                      const struct dataset *dataset)
{
    char name[sizeof dataset->name * UTF8_GROWTH];
    statement_bind_number(s, 1, number);
    statement_bind_number(s, 2, row);
    bind_wire(s, 3, dataset->name, name, sizeof name);
    bind_count(s, 4, dataset->records);
    bind_count(s, 5, dataset->bytes);
    statement_bind_number(s, 6, dataset->source);
    return statement_finish(s);
}

static bool differs(struct shadow_entry *entry, enum shadow_rows kind, uint32_t row,
                    const void *bytes, size_t length)
{
    return !entry || shadow_note(entry, kind, row, hash_keyed(0, bytes, length));
}

static enum ajar_status write_rows(struct journal *journal, const struct exposure *exposure,
                                   struct shadow_entry *entry, int64_t number)
{
    enum ajar_status status = AJAR_OK;
    for (uint32_t i = 0; i < exposure->actor_rows && status == AJAR_OK; i++)
        if (differs(entry, SHADOW_ACTORS, i, &exposure->actors[i], sizeof exposure->actors[i]))
            status = write_actor(journal->writer.put_actor, number, i, &exposure->actors[i]);
    const struct holdings *holdings = &exposure->holdings;
    for (uint32_t i = 0; i < holdings->count && status == AJAR_OK; i++)
        if (differs(entry, SHADOW_DATASETS, i, &holdings->datasets[i],
                    sizeof holdings->datasets[i]))
            status = write_dataset(journal->writer.put_dataset, number, i, &holdings->datasets[i]);
    return status;
}

enum ajar_status state_write_exposure(struct journal *journal, const struct exposure *exposure,
                                      const char *import_id)
{
    struct shadow_entry *entry = shadow_find(&journal->shadow, exposure->id);
    int64_t number = entry ? entry->number : 0;
    enum ajar_status status = AJAR_OK;
    if (number == 0)
        status = find_number(journal, exposure->id, import_id, &number);
    if (status == AJAR_OK)
        status = write_row(journal, exposure, import_id, &number);
    if (status == AJAR_OK && entry)
        entry->number = number;
    return status == AJAR_OK ? write_rows(journal, exposure, entry, number) : status;
}

enum ajar_status state_write_server(struct journal *journal, const struct server *server,
                                    const char *import_id)
{
    struct statement *s = journal->writer.put_server;
    char address[ADDR_TEXT_MAX], product[sizeof server->product * UTF8_GROWTH],
        version[sizeof server->version * UTF8_GROWTH],
        cluster_id[sizeof server->cluster_id * UTF8_GROWTH],
        cluster_name[sizeof server->cluster_name * UTF8_GROWTH],
        protection[sizeof server->protection * UTF8_GROWTH];
    addr_format(&server->addr, address);
    bind_text(s, 1, import_id);
    bind_text(s, 2, server->store);
    bind_text(s, 3, address);
    statement_bind_number(s, 4, server->port);
    bind_wire(s, 5, server->product, product, sizeof product);
    bind_wire(s, 6, server->version, version, sizeof version);
    bind_wire(s, 7, server->cluster_id, cluster_id, sizeof cluster_id);
    bind_wire(s, 8, server->cluster_name, cluster_name, sizeof cluster_name);
    bind_wire(s, 9, server->protection, protection, sizeof protection);
    statement_bind_number(s, 10, server->identified);
    statement_bind_number(s, 11, server->refuses);
    statement_bind_number(s, 12, server->open);
    statement_bind_number(s, 13, server->served_credentials);
    bind_text(s, 14, verdict_name((enum verdict)server->verdict));
    statement_bind_number(s, 15, server->refusal_status);
    return statement_finish(s);
}

/* Carries the first failure through the callbacks of the ledger. */
struct visit {
    struct journal *journal;
    const char *import_id;
    enum ajar_status status;
};

static void visit_exposure(void *context, const struct exposure *exposure)
{
    struct visit *visit = context;
    if (visit->status == AJAR_OK)
        visit->status = state_write_exposure(visit->journal, exposure, visit->import_id);
}

static void visit_server(void *context, const struct server *server)
{
    struct visit *visit = context;
    if (visit->status == AJAR_OK)
        visit->status = state_write_server(visit->journal, server, visit->import_id);
}

static void visit_pair(void *context, uint32_t slot, const void *state, size_t size)
{
    struct visit *visit = context;
    struct statement *s = visit->journal->writer.put_pair;
    if (visit->status != AJAR_OK)
        return;
    statement_bind_number(s, 1, slot);
    statement_bind_blob(s, 2, state, size);
    visit->status = statement_finish(s);
}

enum ajar_status state_write(struct journal *journal, const struct ledger *ledger,
                             const char *import_id)
{
    struct visit visit = {.journal = journal, .import_id = import_id, .status = AJAR_OK};
    struct ledger_changes changes = {
        .exposure = visit_exposure,
        .server = visit_server,
        .pair = import_id[0] == '\0' ? visit_pair : NULL, /* a reading is not gone on with */
        .context = &visit};
    if (strncmp(journal->import_id, import_id, sizeof journal->import_id) != 0) {
        shadow_clear(&journal->shadow);
        (void)text_copy(journal->import_id, sizeof journal->import_id, import_id,
                        strlen(import_id));
    }
    ledger_visit_changes(ledger, &changes);
    return visit.status;
}
