/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading one reply: header lines and body windows into facts. Bodies pass in pieces cut anywhere;
 * nothing of them is kept but facts, a short prefix and one line or window.
 */
#ifndef AJAR_DETECT_REPLY_H
#define AJAR_DETECT_REPLY_H

#include "ajar/http.h"
#include "detect/dataset.h"
#include "detect/evidence.h"

/* Begins a reply to the request in note/detail (already in reply->note, reply->detail). */
void reply_begin(struct evidence *evidence, const struct http_reply *head);

/* How far the request can go by itself: what its rule says, or its body; data if it was not seen.
 */
enum request_level reply_level(const struct reply *reply);

/* The next bytes of its body, codings removed. Returns whether more can still say something. */
bool reply_add_body(struct evidence *evidence, const uint8_t *data, size_t length);

/* Bytes of the body were never seen and others follow: what is read across them stops, listings go
 * on at the next line. Returns whether more can still say something. */
bool reply_skip_gap(struct evidence *evidence);

/* The body is over: the last line is read, records find their data set. */
void reply_finish(struct evidence *evidence);

/* The data set that a reply without rows is about: the one its records named, if they named only
 * one, else the one its request named; NULL for none. Call after reply_finish(). */
struct finding_dataset *reply_dataset(struct evidence *evidence);

/* Whether the body, all of it seen, holds nothing: no bytes, {}, [], or containers of nothing. */
bool reply_is_empty(const struct reply *reply);

/* A JSON value on a path of the plan (a json_listener whose context is the evidence;
 * detect/facts.c). */
bool facts_read(void *context, const struct json_event *event);

/* A header line or a text in the body holds: what the fact says, of that text. */
void facts_note_text(struct evidence *evidence, const struct fact *fact, struct slice text);

/* The first bytes of the body against the text facts, the first time it is called
 * (detect/texts.c). */
void texts_read(struct evidence *evidence);

/* Counts literals in the next bytes of the body; returns whether there are any to count. */
bool texts_count(struct evidence *evidence, const uint8_t *data, size_t length);

/* The row being read is over: it becomes a data set. */
void facts_finish_row(struct evidence *evidence);

/* Lines of a text listing (detect/listing.c). */
void listing_add(struct evidence *evidence, const uint8_t *data, size_t length);
void listing_finish(struct evidence *evidence);

/* Words in YAML, CBOR and SMILE bodies (detect/binary.c). */
void binary_add(struct evidence *evidence, const uint8_t *data, size_t length);
void binary_finish(struct evidence *evidence);

/* The columns that the request's query names, for a rule with a table. */
void listing_read_query(const struct signature *signature, const struct request_rule *rule,
                        struct slice query, struct request_detail *detail);

/* The role of a column of a table by its name. */
enum role table_column_role(const struct table *table, const char *name, size_t length);

#endif
