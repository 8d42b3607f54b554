/* SPDX-License-Identifier: Apache-2.0 */
/* Data sets by name, numbers and sizes as stores write them. Pure but for the list given. */
#ifndef AJAR_DETECT_DATASET_H
#define AJAR_DETECT_DATASET_H

#include "detect/evidence.h"

/* The data set of that name, added where it is new; NULL when the list is full (counted) or the
 * name is none. */
struct finding_dataset *dataset_find(struct dataset_list *list, const char *name, size_t length);

/* A better number of records held for a data set: the better source wins, of equals the larger. */
void dataset_set_records(struct finding_dataset *dataset, uint64_t records,
                         enum count_source source);

/* One row of a listing, in text or JSON, is over: it counts, and becomes a data set if it has a
 * name. */
void dataset_keep_row(struct evidence *evidence, const struct dataset_row *row);

/* A record was handed out, of that data set or (NULL) of one that is not known yet. Not counted
 * where the server itself has said how many there are. */
void dataset_add_record(struct reply *reply, struct finding_dataset *dataset);

/* Values of records without the records; names only, where the request asks for no more. */
void dataset_note_value(struct reply *reply);

/* The server says how many records it hands out; of several such numbers the largest counts. */
void dataset_set_returned(struct reply *reply, uint64_t records);

/* Adds to a number held; it stays below FINDING_NO_COUNT whatever a reply says. */
void count_add(uint64_t *count, uint64_t more);

/* Reads a number out of text ("1237", "612"); false if it is none. */
bool number_read(const char *text, size_t length, uint64_t *number);

/* Reads a size as Elasticsearch-like stores write it ("612kb", "1.1mb", "77"); false if it is none.
 */
bool size_read(const char *text, size_t length, uint64_t *bytes);

#endif
