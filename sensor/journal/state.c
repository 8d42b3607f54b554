/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's exposures, actors, data sets and servers as rows. Written is only what differs from
 * what the shadow knows; texts of the wire become valid UTF-8 here, counts that are not known
 * NULL.
 */
#include "journal/inside.h"

#include "base/hash.h"
#include "base/text.h"
#include "journal/rows.h"
#include "ledger/policy.h"
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

/* A time of which 0 is none. */
static void bind_time(struct statement *statement, int parameter, uint64_t time_ns)
{
    bind_count(statement, parameter, time_ns ? time_ns : FINDING_NO_COUNT);
}

/* Seconds of which 0 is none. */
static void bind_date(struct statement *statement, int parameter, int64_t seconds)
{
    if (seconds)
        statement_bind_number(statement, parameter, seconds);
    else
        statement_bind_null(statement, parameter);
}

static void bind_blob(struct statement *statement, int parameter, const void *bytes, size_t size)
{
    if (bytes)
        statement_bind_blob(statement, parameter, bytes, size);
    else
        statement_bind_null(statement, parameter);
}

/* What the values of an exposure's row are made in. */
struct exposure_row {
    char address[ADDR_TEXT_MAX];
    char product[32 * UTF8_GROWTH], version[32 * UTF8_GROWTH], cluster_id[48 * UTF8_GROWTH];
    char indexed[SCANNER_NAME_MAX * UTF8_GROWTH];
    char datasets[512 * UTF8_GROWTH];
    struct exposure_texts texts;
    struct exposure_view view;
};

static void bind_life(struct statement *s, const struct exposure *e)
{
    statement_bind_number(s, 9, e->server_outside);
    statement_bind_number(s, 10, e->outside);
    bind_text(s, 11, verdict_name((enum verdict)e->verdict));
    bind_text(s, 12, e->closing == CLOSING_NONE ? "open" : "closed");
    bind_text(s, 13, closing_name((enum closing)e->closing));
    statement_bind_number(s, 14, e->times);
    bind_amount(s, 15, e->first_ns);
    bind_amount(s, 16, e->last_ns);
    bind_time(s, 17, e->before_ns);
    bind_time(s, 18, e->closed_ns);
    bind_amount(s, 19, e->told_ns);
    bind_amount(s, 20, e->due_ns);
}

static void bind_texts(struct statement *s, const struct exposure *e, struct exposure_row *row)
{
    bind_wire(s, 27, e->product, row->product, sizeof row->product);
    bind_wire(s, 28, e->version, row->version, sizeof row->version);
    bind_wire(s, 29, e->cluster_id, row->cluster_id, sizeof row->cluster_id);
    bind_wire(s, 30, e->indexed, row->indexed, sizeof row->indexed);
    bind_text(s, 35, row->texts.countries);
    bind_wire(s, 36, row->texts.datasets, row->datasets, sizeof row->datasets);
}

/* In the order of the columns in schema.c, the marks left out. */
static void bind_exposure(struct statement *s, const struct exposure *e, struct exposure_row *row)
{
    exposure_fill_view(e, &row->texts, &row->view);
    addr_format(&e->addr, row->address);
    bind_text(s, 5, e->store);
    bind_text(s, 6, row->address);
    statement_bind_number(s, 7, e->port);
    bind_text(s, 8, zone_name((enum zone)e->zone));
    bind_life(s, e);
    bind_count(s, 21, row->view.records);
    bind_text(s, 22, count_source_name(row->view.records_source));
    bind_amount(s, 23, e->returned);
    bind_amount(s, 24, e->gave_bytes);
    statement_bind_number(s, 25, e->requests);
    statement_bind_number(s, 26, e->severity.value);
    bind_texts(s, e, row);
    bind_date(s, 31, e->oldest_s);
    bind_date(s, 32, e->newest_s);
    statement_bind_number(s, 33, e->actor_count);
    statement_bind_number(s, 34, e->outside_count);
    bind_amount(s, 37, e->holdings.total);
    statement_bind_number(s, 38, e->holdings.total_source);
    statement_bind_number(s, 39, e->holdings.dropped);
    bind_blob(s, 40, e->silence.syns ? &e->silence : NULL, sizeof e->silence);
    bind_blob(s, 41, e->sketch, ACTOR_SKETCH_BYTES);
    bind_time(s, 42, e->reachable_ns);
}

static const char *scope_of(const char *import_id)
{
    return import_id[0] == '\0' ? SCOPE_LIVE : SCOPE_READING;
}

/* The number of the row of an exposure; 0 if there is none yet. */
static enum ajar_status find_number(struct journal *journal, const char *id, const char *import_id,
                                    int64_t *number)
{
    struct statement *find = journal->writer.find_exposure;
    bind_text(find, 1, scope_of(import_id));
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
    bind_text(statement, 2, scope_of(import_id));
    bind_text(statement, 3, import_id);
    bind_text(statement, 4, exposure->id);
    bind_exposure(statement, exposure, &row);
    enum ajar_status status = statement_finish(statement);
    if (status == AJAR_OK && is_new)
        *number = database_last_number(journal->writer.database);
    return status;
}

/* What the texts of an actor are made in. */
struct actor_row {
    char address[ADDR_TEXT_MAX], via[ADDR_TEXT_MAX];
    char city[48 * UTF8_GROWTH], as_name[48 * UTF8_GROWTH], user_agent[64 * UTF8_GROWTH];
    char claimed[SCANNER_NAME_MAX * UTF8_GROWTH], confirmed[SCANNER_NAME_MAX * UTF8_GROWTH];
    char tool[16 * UTF8_GROWTH];
};

static void bind_who(struct statement *s, const struct actor *actor, struct actor_row *row)
{
    const struct actor_view *who = &actor->who;
    row->via[0] = '\0';
    if (who->proxied)
        addr_format(&who->via, row->via);
    bind_wire(s, 10, who->claimed, row->claimed, sizeof row->claimed);
    bind_wire(s, 11, who->confirmed, row->confirmed, sizeof row->confirmed);
    bind_wire(s, 12, who->tool, row->tool, sizeof row->tool);
    statement_bind_number(s, 13, who->search_engine);
    bind_text(s, 14, row->via);
    bind_text(s, 15, policy_reason_name((enum policy_reason)actor->allowed));
}

static enum ajar_status write_actor(struct statement *s, int64_t number, uint32_t at,
                                    const void *element)
{
    const struct actor *actor = element;
    struct actor_row row;
    addr_format(&actor->addr, row.address);
    statement_bind_number(s, 1, number);
    statement_bind_number(s, 2, at);
    bind_text(s, 3, row.address);
    statement_bind_number(s, 4, actor->outside);
    bind_text(s, 5, actor->country_code);
    bind_wire(s, 6, actor->city_name, row.city, sizeof row.city);
    statement_bind_number(s, 7, actor->as_number);
    bind_wire(s, 8, actor->as_name, row.as_name, sizeof row.as_name);
    bind_wire(s, 9, actor->user_agent, row.user_agent, sizeof row.user_agent);
    bind_who(s, actor, &row);
    statement_bind_number(s, 16, actor->verdicts);
    statement_bind_number(s, 17, actor->requests);
    bind_amount(s, 18, actor->returned);
    bind_amount(s, 19, actor->gave_bytes);
    bind_amount(s, 20, actor->first_ns);
    bind_amount(s, 21, actor->last_ns);
    for (int i = 0; i < STEPS; i++)
        bind_time(s, 22 + i, actor->step_ns[i]);
    return statement_finish(s);
}

static enum ajar_status write_dataset(struct statement *s, int64_t number, uint32_t at,
                                      const void *element)
{
    const struct dataset *dataset = element;
    char name[sizeof dataset->name * UTF8_GROWTH];
    statement_bind_number(s, 1, number);
    statement_bind_number(s, 2, at);
    bind_wire(s, 3, dataset->name, name, sizeof name);
    bind_count(s, 4, dataset->records);
    bind_count(s, 5, dataset->bytes);
    bind_amount(s, 6, dataset->returned);
    statement_bind_number(s, 7, dataset->source);
    return statement_finish(s);
}

static enum ajar_status write_class(struct statement *s, int64_t number, uint32_t at,
                                    const void *element)
{
    const struct exposure_class *class = element;
    char name[sizeof class->name * UTF8_GROWTH], sample[sizeof class->sample * UTF8_GROWTH];
    statement_bind_number(s, 1, number);
    statement_bind_number(s, 2, at);
    bind_wire(s, 3, class->name, name, sizeof name);
    bind_amount(s, 4, class->values);
    bind_amount(s, 5, class_distinct(class->values, &class->distinct));
    bind_amount(s, 6, class->odd);
    bind_amount(s, 7, class->masked);
    bind_amount(s, 8, class->hashed);
    statement_bind_number(s, 9, class->by_name);
    bind_wire(s, 10, class->sample, sample, sizeof sample);
    statement_bind_blob(s, 11, &class->distinct, sizeof class->distinct);
    return statement_finish(s);
}

static enum ajar_status write_window(struct statement *s, int64_t number, uint32_t at,
                                     const void *element)
{
    const struct exposure_window *window = element;
    statement_bind_number(s, 1, number);
    statement_bind_number(s, 2, at);
    bind_amount(s, 3, window->first_ns);
    bind_amount(s, 4, window->last_ns);
    bind_time(s, 5, window->before_ns);
    bind_time(s, 6, window->closed_ns);
    bind_text(s, 7, closing_name((enum closing)window->closing));
    return statement_finish(s);
}

static enum ajar_status write_marks(struct statement *s, int64_t number, uint32_t at,
                                    const void *element)
{
    const uint64_t *marks = element;
    (void)at;
    statement_bind_number(s, 1, number);
    for (int i = 0; i < 2; i++)
        if (marks[i])
            statement_bind_number(s, 2 + i, (int64_t)marks[i]);
        else
            statement_bind_null(s, 2 + i);
    return statement_finish(s);
}

/* One of the lists of an exposure. */
struct list {
    enum shadow_rows kind;
    const void *elements;
    size_t size;
    uint32_t count;
    struct statement *put;
    enum ajar_status (*write)(struct statement *s, int64_t number, uint32_t at,
                              const void *element);
};

static enum ajar_status write_list(const struct list *list, struct shadow_entry *entry,
                                   int64_t number)
{
    enum ajar_status status = AJAR_OK;
    const char *element = list->elements;
    for (uint32_t i = 0; i < list->count && status == AJAR_OK; i++, element += list->size)
        if (!entry || shadow_note(entry, list->kind, i, hash_keyed(0, element, list->size)))
            status = list->write(list->put, number, i, element);
    return status;
}

static enum ajar_status write_lists(struct journal *journal, const struct exposure *e,
                                    struct shadow_entry *entry, int64_t number)
{
    const struct writer *w = &journal->writer;
    const struct holdings *holdings = &e->holdings;
    const struct list lists[] = {
        {SHADOW_ACTORS, e->actors, sizeof *e->actors, e->actor_rows, w->put_actor, write_actor},
        {SHADOW_DATASETS, holdings->datasets, sizeof *holdings->datasets, holdings->count,
         w->put_dataset, write_dataset},
        {SHADOW_CLASSES, e->classes, sizeof *e->classes, e->class_count, w->put_class, write_class},
        {SHADOW_WINDOWS, e->windows, sizeof *e->windows, e->window_count, w->put_window,
         write_window},
        {SHADOW_MARKS, e->marks, sizeof e->marks, 1, w->put_marks, write_marks},
    };
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && status == AJAR_OK; i++)
        status = write_list(&lists[i], entry, number);
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
    return status == AJAR_OK ? write_lists(journal, exposure, entry, number) : status;
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
    bind_text(s, 1, scope_of(import_id));
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
    bind_time(s, 16, server->reachable_ns);
    bind_time(s, 17, server->shut_ns[ZONE_OUTSIDE]);
    bind_time(s, 18, server->shut_ns[ZONE_INTERNAL]);
    bind_blob(s, 19, server->silence.syns ? &server->silence : NULL, sizeof server->silence);
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

static void put_slot(struct visit *visit, struct statement *put, uint32_t slot, const void *state,
                     size_t size)
{
    if (visit->status != AJAR_OK)
        return;
    statement_bind_number(put, 1, slot);
    statement_bind_blob(put, 2, state, size);
    visit->status = statement_finish(put);
}

static void visit_pair(void *context, uint32_t slot, const void *state, size_t size)
{
    struct visit *visit = context;
    put_slot(visit, visit->journal->writer.put_pair, slot, state, size);
}

static void visit_flow(void *context, uint32_t slot, const void *state, size_t size)
{
    struct visit *visit = context;
    put_slot(visit, visit->journal->writer.put_flow, slot, state, size);
}

enum ajar_status state_write(struct journal *journal, const struct ledger *ledger,
                             const char *import_id)
{
    struct visit visit = {.journal = journal, .import_id = import_id, .status = AJAR_OK};
    bool is_live = import_id[0] == '\0';
    struct ledger_changes changes = {.exposure = visit_exposure, .server = visit_server};
    changes.context = &visit;
    /* A reading tells all; its packets may be read again in another one. What is live comes once.
     */
    if (is_live)
        changes.pair = visit_pair;
    else if (journal->path)
        changes.flow = visit_flow;
    if (strncmp(journal->import_id, import_id, sizeof journal->import_id) != 0) {
        shadow_clear(&journal->shadow);
        (void)text_copy(journal->import_id, sizeof journal->import_id, import_id,
                        strlen(import_id));
    }
    ledger_visit_changes(ledger, &changes);
    return visit.status;
}
