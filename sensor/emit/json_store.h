/* SPDX-License-Identifier: Apache-2.0 */
/* What an event says of the store, its data and who asked, as members of the document's "ajar". */
#ifndef AJAR_EMIT_JSON_STORE_H
#define AJAR_EMIT_JSON_STORE_H

#include "emit/json_exposure.h"

/* How much of the lists is written; lowered until the document fits. */
struct json_limits {
    struct json_exposure_limits state;
    unsigned names;    /* of classes of this flow */
    unsigned classes;  /* with their counts */
    unsigned datasets; /* names */
    unsigned details;  /* data sets with their counts */
    unsigned evidence;
    unsigned risks; /* bits that nDPI has a name for */
};

/* Everything that there is. */
extern const struct json_limits json_limits_all;

/* The next smaller lists: what has the most bytes of least use goes first. Few steps, because each
 * one writes the document again, and an attacker chooses how often that is needed. False: there is
 * nothing left to cut. */
bool json_limits_lower(struct json_limits *limits);

/* Whether the finding tells amounts of a flow: those of folded events and of connections without a
 * dialogue do not. */
bool event_has_amounts(const struct event *event);

/* Whose the request was: the client that a trusted proxy names, else the peer on the wire. */
const struct addr *event_client(const struct event *event);

/* The peer on the wire. */
const struct addr *event_peer(const struct event *event);

/* Whether the event knows a client at all. */
bool event_has_client(const struct event *event);

/* All members about the store. */
void json_add_store(struct json_writer *writer, const struct event *event,
                    const struct json_limits *limits);

#endif
