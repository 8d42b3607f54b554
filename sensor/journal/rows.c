/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exposures out of their rows: for the ledger when the program starts, and for Redis after each
 * change. Rows may have been edited by anybody; numbers are held to their arrays here, everything
 * else by whoever takes the exposure.
 */
#include "journal/rows.h"

#include "base/text.h"
#include "ledger/policy.h"
#include "ledger/servers.h"

#include <string.h>

uint64_t rows_take_count(struct statement *row, int column)
{
    return statement_is_null(row, column) ? FINDING_NO_COUNT
                                          : (uint64_t)statement_number(row, column);
}

uint64_t rows_take_time(struct statement *row, int column)
{
    return statement_is_null(row, column) ? 0 : (uint64_t)statement_number(row, column);
}

uint8_t rows_take_verdict(struct statement *row, int column)
{
    char word[16];
    statement_copy_text(row, column, word, sizeof word);
    for (int i = 0; i < VERDICTS; i++)
        if (strcmp(verdict_name((enum verdict)i), word) == 0)
            return (uint8_t)i;
    return VERDICT_NONE;
}

bool rows_take_address(struct statement *row, int column, struct addr *addr)
{
    char text[ADDR_TEXT_MAX];
    statement_copy_text(row, column, text, sizeof text);
    return addr_parse(text, addr) == AJAR_OK;
}

static uint8_t take_zone(struct statement *row, int column)
{
    char word[16];
    statement_copy_text(row, column, word, sizeof word);
    uint8_t zone = 0;
    while (zone < ZONES && strcmp(zone_name((enum zone)zone), word) != 0)
        zone++;
    return zone;
}

static uint8_t take_closing(struct statement *row, int column)
{
    char word[16];
    statement_copy_text(row, column, word, sizeof word);
    uint8_t closing = 0;
    while (closing < CLOSINGS && strcmp(closing_name((enum closing)closing), word) != 0)
        closing++;
    return closing;
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

/* Exactly so many bytes; others are none. */
static bool take_blob(struct statement *row, int column, void *bytes, size_t size)
{
    size_t length;
    const void *blob = statement_blob(row, column, &length);
    if (!blob || length != size)
        return false;
    memcpy(bytes, blob, size);
    return true;
}

static void take_life(struct statement *row, struct exposure *e)
{
    e->zone = take_zone(row, 5);
    e->server_outside = statement_number(row, 6) != 0;
    e->outside = statement_number(row, 7) != 0;
    e->verdict = rows_take_verdict(row, 8);
    e->closing = take_closing(row, 9);
    e->times = (uint32_t)statement_number(row, 10);
    e->first_ns = (uint64_t)statement_number(row, 11);
    e->last_ns = (uint64_t)statement_number(row, 12);
    e->before_ns = rows_take_time(row, 13);
    e->closed_ns = rows_take_time(row, 14);
    e->told_ns = (uint64_t)statement_number(row, 15);
    e->due_ns = (uint64_t)statement_number(row, 16);
    e->reachable_ns = rows_take_time(row, 40);
}

static void take_texts(struct statement *row, struct exposure *e)
{
    statement_copy_text(row, 1, e->id, sizeof e->id);
    statement_copy_text(row, 2, e->store, sizeof e->store);
    statement_copy_text(row, 21, e->product, sizeof e->product);
    statement_copy_text(row, 22, e->version, sizeof e->version);
    statement_copy_text(row, 23, e->cluster_id, sizeof e->cluster_id);
    statement_copy_text(row, 24, e->indexed, sizeof e->indexed);
    take_countries(row, 29, e);
}

bool rows_take_exposure(struct statement *row, struct exposure_room *room, int64_t *number)
{
    struct exposure *e = &room->exposure;
    *number = statement_number(row, 0);
    *e = (struct exposure){.port = (uint16_t)statement_number(row, 4),
                           .returned = (uint64_t)statement_number(row, 17),
                           .gave_bytes = (uint64_t)statement_number(row, 18),
                           .requests = (uint32_t)statement_number(row, 19),
                           .severity.value = (int)statement_number(row, 20),
                           .oldest_s = statement_number(row, 25),
                           .newest_s = statement_number(row, 26),
                           .actor_count = (uint32_t)statement_number(row, 27),
                           .outside_count = (uint32_t)statement_number(row, 28),
                           .actors = room->actors,
                           .classes = room->classes,
                           .marks = {rows_take_time(row, 33), rows_take_time(row, 34)}};
    take_texts(row, e);
    take_life(row, e);
    e->holdings = (struct holdings){.datasets = room->datasets,
                                    .total = (uint64_t)statement_number(row, 30),
                                    .total_source = (uint8_t)statement_number(row, 31),
                                    .dropped = (uint32_t)statement_number(row, 32)};
    (void)take_blob(row, 35, &e->silence, sizeof e->silence);
    if (take_blob(row, 36, room->sketch, sizeof room->sketch))
        e->sketch = room->sketch;
    return rows_take_address(row, 3, &e->addr);
}

static uint8_t take_source(struct statement *row, int column)
{
    char word[16];
    statement_copy_text(row, column, word, sizeof word);
    uint8_t source = COUNT_LISTING;
    while (source > COUNT_NONE && strcmp(count_source_name(source), word) != 0)
        source--;
    return source;
}

void rows_take_view(struct statement *row, const struct exposure *exposure,
                    struct exposure_texts *texts, struct exposure_view *view)
{
    exposure_fill_view(exposure, texts, view);
    view->records = rows_take_count(row, 37);
    view->records_source = take_source(row, 38);
    statement_copy_text(row, 39, texts->datasets, sizeof texts->datasets);
}

static uint8_t take_allowed(struct statement *row, int column)
{
    char word[32];
    statement_copy_text(row, column, word, sizeof word);
    for (int i = 0; i < POLICY_REASONS; i++)
        if (strcmp(policy_reason_name((enum policy_reason)i), word) == 0)
            return (uint8_t)i;
    return POLICY_NONE;
}

static void take_who(struct statement *row, struct actor *actor)
{
    statement_copy_text(row, 7, actor->who.claimed, sizeof actor->who.claimed);
    statement_copy_text(row, 8, actor->who.confirmed, sizeof actor->who.confirmed);
    statement_copy_text(row, 9, actor->who.tool, sizeof actor->who.tool);
    actor->who.search_engine = statement_number(row, 10) != 0;
    actor->who.proxied = rows_take_address(row, 11, &actor->who.via);
    if (!actor->who.proxied)
        memset(&actor->who.via, 0, sizeof actor->who.via);
}

static void take_actor(struct statement *row, struct exposure *e)
{
    struct actor *actor = &e->actors[e->actor_rows];
    *actor = (struct actor){.outside = statement_number(row, 1) != 0,
                            .as_number = (uint32_t)statement_number(row, 4),
                            .allowed = take_allowed(row, 12),
                            .verdicts = (uint16_t)statement_number(row, 13),
                            .requests = (uint32_t)statement_number(row, 14),
                            .returned = (uint64_t)statement_number(row, 15),
                            .gave_bytes = (uint64_t)statement_number(row, 16),
                            .first_ns = (uint64_t)statement_number(row, 17),
                            .last_ns = (uint64_t)statement_number(row, 18)};
    statement_copy_text(row, 2, actor->country_code, sizeof actor->country_code);
    statement_copy_text(row, 3, actor->city_name, sizeof actor->city_name);
    statement_copy_text(row, 5, actor->as_name, sizeof actor->as_name);
    statement_copy_text(row, 6, actor->user_agent, sizeof actor->user_agent);
    take_who(row, actor);
    for (int i = 0; i < STEPS; i++)
        actor->step_ns[i] = rows_take_time(row, 19 + i);
    e->actor_rows += rows_take_address(row, 0, &actor->addr);
}

static void take_dataset(struct statement *row, struct exposure *e)
{
    struct dataset *dataset = &e->holdings.datasets[e->holdings.count++];
    *dataset = (struct dataset){.records = rows_take_count(row, 1),
                                .bytes = rows_take_count(row, 2),
                                .source = (uint8_t)statement_number(row, 3),
                                .returned = (uint64_t)statement_number(row, 4)};
    statement_copy_text(row, 0, dataset->name, sizeof dataset->name);
}

static void take_class(struct statement *row, struct exposure *e)
{
    struct exposure_class *class = &e->classes[e->class_count];
    *class = (struct exposure_class){.values = (uint64_t)statement_number(row, 1),
                                     .odd = (uint64_t)statement_number(row, 2),
                                     .masked = (uint64_t)statement_number(row, 3),
                                     .hashed = (uint64_t)statement_number(row, 4),
                                     .by_name = statement_number(row, 5) != 0};
    statement_copy_text(row, 0, class->name, sizeof class->name);
    statement_copy_text(row, 6, class->sample, sizeof class->sample);
    e->class_count += take_blob(row, 7, &class->distinct, sizeof class->distinct);
}

static void take_window(struct statement *row, struct exposure *e)
{
    e->windows[e->window_count++] =
        (struct exposure_window){.first_ns = (uint64_t)statement_number(row, 0),
                                 .last_ns = (uint64_t)statement_number(row, 1),
                                 .before_ns = rows_take_time(row, 2),
                                 .closed_ns = rows_take_time(row, 3),
                                 .closing = take_closing(row, 4)};
}

/* Takes at most `most` rows of a statement whose only parameter is the number of an exposure. */
static enum ajar_status take_rows(struct statement *rows, int64_t number, unsigned most,
                                  void (*take)(struct statement *row, struct exposure *exposure),
                                  struct exposure *exposure)
{
    statement_bind_number(rows, 1, number);
    enum ajar_status status = statement_step(rows);
    for (unsigned i = 0; i < most && status == AJAR_OK; i++) {
        take(rows, exposure);
        status = statement_step(rows);
    }
    statement_reset(rows);
    return status == AJAR_END ? AJAR_OK : status;
}

enum ajar_status rows_take_lists(const struct exposure_lists *lists, int64_t number,
                                 struct exposure_room *room)
{
    struct exposure *e = &room->exposure;
    enum ajar_status status = take_rows(lists->actors, number, LEDGER_ACTORS_MAX, take_actor, e);
    if (status == AJAR_OK)
        status = take_rows(lists->datasets, number, LEDGER_DATASETS_MAX, take_dataset, e);
    if (status == AJAR_OK)
        status = take_rows(lists->classes, number, EXPOSURE_CLASSES_MAX, take_class, e);
    if (status == AJAR_OK)
        status = take_rows(lists->windows, number, EXPOSURE_WINDOWS_MAX, take_window, e);
    return status;
}

enum ajar_status lists_prepare(struct database *database, struct exposure_lists *lists)
{
    enum ajar_status status =
        statement_new(database,
                      "SELECT address, outside, country, city, as_number, as_name, user_agent,"
                      " claimed, confirmed, tool, search_engine, via, allowed, verdicts, requests,"
                      " returned, bytes, first, last, looked, listed, read, drained, destroyed"
                      " FROM actors WHERE exposure = ?1 ORDER BY row",
                      &lists->actors);
    if (status == AJAR_OK)
        status = statement_new(database,
                               "SELECT name, records, bytes, source, returned FROM datasets"
                               " WHERE exposure = ?1 ORDER BY row",
                               &lists->datasets);
    if (status == AJAR_OK)
        status = statement_new(database,
                               "SELECT name, occurrences, odd, masked, hashed, by_name, sample,"
                               " sketch FROM classes WHERE exposure = ?1 ORDER BY row",
                               &lists->classes);
    if (status == AJAR_OK)
        status = statement_new(database,
                               "SELECT first, last, shut, closed, closed_by FROM windows"
                               " WHERE exposure = ?1 ORDER BY row",
                               &lists->windows);
    return status;
}

void lists_finalize(struct exposure_lists *lists)
{
    statement_free(lists->actors);
    statement_free(lists->datasets);
    statement_free(lists->classes);
    statement_free(lists->windows);
    *lists = (struct exposure_lists){.actors = NULL};
}

bool rows_take_server(struct statement *row, struct server *server)
{
    *server = (struct server){.port = (uint16_t)statement_number(row, 2),
                              .identified = statement_number(row, 8) != 0,
                              .refuses = statement_number(row, 9) != 0,
                              .open = statement_number(row, 10) != 0,
                              .served_credentials = statement_number(row, 11) != 0,
                              .verdict = rows_take_verdict(row, 12),
                              .refusal_status = (uint16_t)statement_number(row, 13),
                              .reachable_ns = rows_take_time(row, 14),
                              .shut_ns = {rows_take_time(row, 15), rows_take_time(row, 16)}};
    (void)take_blob(row, 17, &server->silence, sizeof server->silence);
    statement_copy_text(row, 0, server->store, sizeof server->store);
    statement_copy_text(row, 3, server->product, sizeof server->product);
    statement_copy_text(row, 4, server->version, sizeof server->version);
    statement_copy_text(row, 5, server->cluster_id, sizeof server->cluster_id);
    statement_copy_text(row, 6, server->cluster_name, sizeof server->cluster_name);
    statement_copy_text(row, 7, server->protection, sizeof server->protection);
    return rows_take_address(row, 1, &server->addr);
}
