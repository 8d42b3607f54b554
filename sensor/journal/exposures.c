/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of exposures as dashboards read it, out of the rows that belong to the events
 * committed last. Redis thread.
 */
#include "journal/inside.h"

#include "base/hash.h"
#include "ledger/groups.h"

#include <stdio.h>
#include <string.h>

#define GROUP_COUNT_MAX "100000" /* of more it is said that there are so many */

/* How many stores have the mark. */
#define COUNT_OF(mark)                                                                             \
    "(SELECT count(*) FROM (SELECT DISTINCT store, address, port FROM exposures"                   \
    " WHERE scope = ?1 AND " mark " LIMIT " GROUP_COUNT_MAX "))"

enum ajar_status exposures_prepare(struct reader *reader)
{
    enum ajar_status status =
        statement_new(reader->database, ROWS_SELECT "AND id = ?2", &reader->find_exposure);
    if (status == AJAR_OK)
        status = statement_new(reader->database,
                               ROWS_SELECT "AND id > ?2 AND status = 'open' AND zone <> 'allowed'"
                                           " ORDER BY id LIMIT 1",
                               &reader->next_open);
    if (status == AJAR_OK)
        status =
            statement_new(reader->database,
                          "SELECT " COUNT_OF("cluster_mark = ?2") ", " COUNT_OF("data_mark = ?3"),
                          &reader->count_group);
    return status == AJAR_OK ? lists_prepare(reader->database, &reader->lists) : status;
}

static void bind_mark(struct statement *s, int parameter, uint64_t mark)
{
    if (mark)
        statement_bind_number(s, parameter, (int64_t)mark);
    else
        statement_bind_null(s, parameter);
}

/* As the ledger does: the larger group of the two. */
static enum ajar_status take_group(struct statement *s, const char *scope,
                                   const struct exposure *exposure, struct group_view *group)
{
    *group = (struct group_view){.servers = 1};
    if (!exposure->marks[MARK_CLUSTER] && !exposure->marks[MARK_DATA])
        return AJAR_OK;
    statement_bind_text(s, 1, scope, strlen(scope));
    bind_mark(s, 2, exposure->marks[MARK_CLUSTER]);
    bind_mark(s, 3, exposure->marks[MARK_DATA]);
    enum ajar_status status = statement_step(s);
    int64_t cluster = status == AJAR_OK ? statement_number(s, 0) : 0;
    int64_t data = status == AJAR_OK ? statement_number(s, 1) : 0;
    statement_reset(s);
    if (cluster >= 2 || data >= 2) {
        group->same_data = data > cluster;
        group->servers = (uint32_t)(group->same_data ? data : cluster);
        const uint64_t *mark = &exposure->marks[group->same_data ? MARK_DATA : MARK_CLUSTER];
        hash_identifier(mark, sizeof *mark, group->id);
    }
    return status;
}

/* Its lists and its group. */
static enum ajar_status take_whole(struct journal *journal, const char *scope, int64_t number,
                                   struct exposure_view *view)
{
    const struct reader *reader = &journal->reader;
    enum ajar_status status = rows_take_lists(&reader->lists, number, &journal->room);
    exposure_fill_view(&journal->room.exposure, &journal->room_texts, view);
    return status == AJAR_OK
               ? take_group(reader->count_group, scope, &journal->room.exposure, &view->group)
               : status;
}

struct search {
    struct statement *const *which; /* a field of the reader: later it may be another statement */
    const char *import_id;
    const char *id;
    bool whole;
};

static enum ajar_status find(struct journal *journal, const struct search *search,
                             struct journal_exposure *exposure)
{
    enum ajar_status status = AJAR_AGAIN;
    const char *scope = search->import_id[0] == '\0' ? SCOPE_LIVE : SCOPE_READING;
    struct exposure_room *room = &journal->room;
    (void)pthread_mutex_lock(&journal->reading);
    struct statement *row = *search->which;
    if (row) {
        int64_t number = 0;
        statement_bind_text(row, 1, scope, strlen(scope));
        statement_bind_text(row, 2, search->id, strlen(search->id));
        status = statement_step(row);
        if (status == AJAR_OK && !rows_take_exposure(row, room, &number))
            status = AJAR_END; /* somebody edited it */
        if (status == AJAR_OK)
            rows_take_view(row, &room->exposure, &journal->room_texts, &exposure->view);
        statement_reset(row);
        if (status == AJAR_OK && search->whole)
            status = take_whole(journal, scope, number, &exposure->view);
    }
    (void)pthread_mutex_unlock(&journal->reading);
    if (status != AJAR_OK)
        return reader_judge(journal, status);
    exposure->state = &room->exposure;
    (void)snprintf(exposure->import_id, sizeof exposure->import_id, "%s", search->import_id);
    return AJAR_OK;
}

enum ajar_status journal_find_exposure(struct journal *journal, const char *id,
                                       const char *import_id, bool whole,
                                       struct journal_exposure *exposure)
{
    struct search search = {&journal->reader.find_exposure, import_id, id, whole};
    enum ajar_status status = find(journal, &search, exposure);
    return status == AJAR_END ? AJAR_ERR_NOT_FOUND : status;
}

enum ajar_status journal_next_open(struct journal *journal, const char *after_id,
                                   struct journal_exposure *exposure)
{
    struct search search = {&journal->reader.next_open, "", after_id, true};
    return find(journal, &search, exposure);
}
