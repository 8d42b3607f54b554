/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the journal as the exposure that they were made of. */
#ifndef AJAR_JOURNAL_ROWS_H
#define AJAR_JOURNAL_ROWS_H

#include "journal/database.h"
#include "ledger/exposures.h"
#include "ledger/ledger.h"

#include <stdbool.h>
#include <stdint.h>

#define SCOPE_LIVE    ""     /* what a sensor watches */
#define SCOPE_READING "read" /* what captures told, over all readings of the journal */

/* The beginning of a query for rows_take_exposure(); ?1 is the scope. */
#define ROWS_SELECT                                                                                \
    "SELECT number, id, store, address, port, zone, server_outside, outside, verdict, closed_by,"  \
    " times, first, last, shut, closed, told, due, returned, bytes, requests, severity, product,"  \
    " version, cluster_id, indexed_by, oldest_record, newest_record, actors, actors_outside,"      \
    " countries, total, total_source, datasets_dropped, cluster_mark, data_mark, silence, sketch," \
    " records, records_source, datasets, reachable"                                                \
    " FROM exposures e WHERE scope = ?1 "

/* Servers of the scope ?1, ?2 at most, for rows_take_server(): those seen last, in the order in
 * which they were. */
#define ROWS_SELECT_SERVERS                                                                        \
    "SELECT store, address, port, product, version, cluster_id,"                                   \
    " cluster_name, protection, identified, refuses, open,"                                        \
    " served_credentials, verdict, refusal_status, reachable,"                                     \
    " shut_outside, shut_internal, silence FROM"                                                   \
    " (SELECT * FROM servers WHERE scope = ?1"                                                     \
    " ORDER BY number DESC LIMIT ?2) ORDER BY number"

/* One exposure with room for all that it points to. */
struct exposure_room {
    struct exposure exposure;
    struct actor actors[LEDGER_ACTORS_MAX];
    struct dataset datasets[LEDGER_DATASETS_MAX];
    struct exposure_class classes[EXPOSURE_CLASSES_MAX];
    uint8_t sketch[ACTOR_SKETCH_BYTES];
};

/* Statements for the rows of one exposure; those of one connection. */
struct exposure_lists {
    struct statement *actors, *datasets, *classes, *windows;
};
enum ajar_status lists_prepare(struct database *database, struct exposure_lists *lists);
void lists_finalize(struct exposure_lists *lists);

/* The exposure of a row of ROWS_SELECT without its lists, and its number. False: its address is
 * none. */
bool rows_take_exposure(struct statement *row, struct exposure_room *room, int64_t *number);

/* What a view says of it that is in the row, for one without its lists; the view borrows `texts`.
 */
void rows_take_view(struct statement *row, const struct exposure *exposure,
                    struct exposure_texts *texts, struct exposure_view *view);

/* Its actors, data sets, classes and windows. */
enum ajar_status rows_take_lists(const struct exposure_lists *lists, int64_t number,
                                 struct exposure_room *room);

/* A server of a row of ROWS_SELECT_SERVERS. False: its address is none. */
bool rows_take_server(struct statement *row, struct server *server);

/* Columns: a count of which NULL is not known; a time of which NULL is none; a verdict; an address,
 * false if it is none. */
uint64_t rows_take_count(struct statement *row, int column);
uint64_t rows_take_time(struct statement *row, int column);
uint8_t rows_take_verdict(struct statement *row, int column);
bool rows_take_address(struct statement *row, int column, struct addr *addr);

#endif
