/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a request: which rule of which signature it fits, credentials, what the event shows. */
#ifndef AJAR_DETECT_REQUEST_H
#define AJAR_DETECT_REQUEST_H

#include "ajar/http.h"
#include "detect/evidence.h"

/* What a request asks for. */
struct request_match {
    uint16_t signature; /* number in the set */
    uint16_t rule;      /* SIGNATURE_NONE = none fits */
    struct slice index; /* what {index} stands for; borrowed from the request */
};

/*
 * The signature and rule that fit best: one whose path only that store has before others, of
 * equals the first. `known` limits the search to one signature, NULL = all. Returns whether one
 * fits; *match is written in any case.
 */
bool request_match(const struct signature_set *set, const struct signature *known,
                   const struct http_request *request, struct request_match *match);

/* Whether the client shows credentials: a non-empty Authorization header, user information in the
 * target, a signed query. */
enum credentials request_credentials(const struct http_request *request);

/* Fills what is kept of a request in full. The URL loses user information and signatures. */
void request_read_detail(const struct signature *signature, uint16_t rule, struct slice index,
                         const struct http_request *request, struct request_detail *detail);

/* Marks that a request's body sets (its first EVIDENCE_BODY_WINDOW bytes). */
void request_read_body(const struct signature *signature, const uint8_t *body, size_t length,
                       struct request_detail *detail);

/* Requests that wait. The newest note is returned by _add; the oldest is taken out by _take. */
struct request_note *waiting_add(struct waiting *waiting, struct request_detail **detail);
bool waiting_take(struct waiting *waiting, struct request_note *note,
                  struct request_detail *detail);

/* What is kept of the oldest waiting request; NULL when none waits or its text was not kept. */
const struct request_detail *waiting_oldest(const struct waiting *waiting);

/* The newest waiting request, to which request bodies belong; NULL when its text was not kept. */
const struct request_note *waiting_newest(struct waiting *waiting, struct request_detail **detail);

#endif
