/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of exposures as dashboards read it, out of the rows that belong to the events
 * committed last. Redis thread.
 */
#include "journal/inside.h"

#include "base/text.h"

#include <string.h>

#define COLUMNS                                                                                    \
    "SELECT id, import_id, first, last, store, address, port, verdict, product, version,"          \
    " cluster_id, datasets, countries, records, returned, bytes, actors, requests, severity"       \
    " FROM exposures WHERE import_id = ?1 AND "

enum {
    ID,
    IMPORT_ID,
    FIRST,
    LAST,
    STORE,
    ADDRESS,
    PORT,
    VERDICT,
    PRODUCT,
    VERSION,
    CLUSTER_ID,
    DATASETS,
    COUNTRIES,
    RECORDS,
    RETURNED,
    BYTES,
    ACTORS,
    REQUESTS,
    SEVERITY
};

enum ajar_status exposures_prepare(struct reader *reader)
{
    enum ajar_status status =
        statement_new(reader->database, COLUMNS "id = ?2", &reader->find_exposure);
    if (status == AJAR_OK)
        status = statement_new(reader->database, COLUMNS "id > ?2 ORDER BY id LIMIT 1",
                               &reader->next_open);
    return status;
}

static void take_address(struct statement *row, struct journal_exposure *exposure)
{
    size_t length;
    const char *address = statement_text(row, ADDRESS, &length);
    text_make_endpoint(exposure->address, sizeof exposure->address, address,
                       (uint16_t)statement_number(row, PORT));
}

static void take_row(struct statement *row, struct journal_exposure *e)
{
    statement_copy_text(row, ID, e->id, sizeof e->id);
    statement_copy_text(row, IMPORT_ID, e->import_id, sizeof e->import_id);
    statement_copy_text(row, STORE, e->store, sizeof e->store);
    statement_copy_text(row, VERDICT, e->verdict, sizeof e->verdict);
    statement_copy_text(row, PRODUCT, e->product, sizeof e->product);
    statement_copy_text(row, VERSION, e->version, sizeof e->version);
    statement_copy_text(row, CLUSTER_ID, e->cluster_id, sizeof e->cluster_id);
    statement_copy_text(row, DATASETS, e->datasets, sizeof e->datasets);
    statement_copy_text(row, COUNTRIES, e->countries, sizeof e->countries);
    take_address(row, e);
    e->first_ns = (uint64_t)statement_number(row, FIRST);
    e->last_ns = (uint64_t)statement_number(row, LAST);
    e->records = statement_is_null(row, RECORDS) ? FINDING_NO_COUNT
                                                 : (uint64_t)statement_number(row, RECORDS);
    e->returned = (uint64_t)statement_number(row, RETURNED);
    e->gave_bytes = (uint64_t)statement_number(row, BYTES);
    e->actors = (uint32_t)statement_number(row, ACTORS);
    e->requests = (uint32_t)statement_number(row, REQUESTS);
    e->severity = (int)statement_number(row, SEVERITY);
}

/* `which` is a field of the reader: under the lock it may be another statement than before. */
static enum ajar_status find(struct journal *journal, struct statement *const *which,
                             const char *import_id, const char *id,
                             struct journal_exposure *exposure)
{
    enum ajar_status status = AJAR_AGAIN;
    (void)pthread_mutex_lock(&journal->reading);
    struct statement *row = *which;
    if (row) {
        statement_bind_text(row, 1, import_id, strlen(import_id));
        statement_bind_text(row, 2, id, strlen(id));
        status = statement_step(row);
        if (status == AJAR_OK)
            take_row(row, exposure);
        statement_reset(row);
    }
    (void)pthread_mutex_unlock(&journal->reading);
    return status == AJAR_OK ? AJAR_OK : reader_judge(journal, status);
}

enum ajar_status journal_find_exposure(struct journal *journal, const char *id,
                                       const char *import_id, struct journal_exposure *exposure)
{
    enum ajar_status status =
        find(journal, &journal->reader.find_exposure, import_id, id, exposure);
    return status == AJAR_END ? AJAR_ERR_NOT_FOUND : status;
}

enum ajar_status journal_next_open(struct journal *journal, const char *after_id,
                                   struct journal_exposure *exposure)
{
    return find(journal, &journal->reader.next_open, "", after_id, exposure);
}
