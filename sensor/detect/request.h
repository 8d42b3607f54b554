/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a request: credentials, what the event shows, what a rule of a signature reads in it. */
#ifndef AJAR_DETECT_REQUEST_H
#define AJAR_DETECT_REQUEST_H

#include "ajar/http.h"
#include "detect/catalogue.h"
#include "detect/evidence.h"

/* What is kept of every request while it waits: method, URL, for whom it was sent. The URL loses
 * what shows credentials. */
void request_keep(const struct signature_set *set, const struct http_request *request,
                  struct request_detail *detail);

/* What a rule of a signature reads in it: data set, columns, paging. What another rule read there
 * is forgotten. */
void request_read_rule(const struct signature *signature, const struct catalogue_match *match,
                       struct request_detail *detail);

/* The body of the request in evidence->reply if it is parameters, by what the request says or by
 * its looks, and no other request followed; else of length 0. Borrowed. */
struct slice request_form(const struct evidence *evidence);

/* A text without the blanks outside its double quotes, NUL-terminated, into `out` of at least
 * length + 1 bytes. Returns its length. JSON may have such blanks anywhere. */
size_t request_squeeze(const char *text, size_t length, char *out);

/* Effects that a request's body has, instead of those before (its first EVIDENCE_BODY_WINDOW
 * bytes). */
void request_read_body(const struct signature *signature, const uint8_t *body, size_t length,
                       struct request_detail *detail);

/* Requests that wait. The newest note is returned by _add; the oldest is taken out by _take. */
struct request_note *waiting_add(struct waiting *waiting, struct request_detail **detail);
bool waiting_take(struct waiting *waiting, struct request_note *note,
                  struct request_detail *detail);

/* Whether none waits, be it without a note: the newest request is then the one last taken. */
bool waiting_is_empty(const struct waiting *waiting);

/* What is kept of the oldest waiting request; NULL when none waits or its text was not kept. */
const struct request_detail *waiting_oldest(const struct waiting *waiting);

/* The newest waiting request, to which request bodies belong; NULL when its text was not kept. */
const struct request_note *waiting_newest(struct waiting *waiting, struct request_detail **detail);

#endif
