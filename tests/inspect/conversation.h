/* SPDX-License-Identifier: Apache-2.0 */
/* Plays HTTP conversations to the inspector, cut as a test likes, and writes down what it tells. */
#ifndef AJAR_TESTS_INSPECT_CONVERSATION_H
#define AJAR_TESTS_INSPECT_CONVERSATION_H

#include "inspect/http.h"

#include <stddef.h>

/* One piece of a conversation. */
struct turn {
    enum turn_kind { TURN_CLIENT, TURN_SERVER, TURN_CLIENT_GAP, TURN_SERVER_GAP } who;
    const char *bytes; /* NULL for a gap */
    size_t length;     /* of the bytes, or of the gap */
    uint64_t time_ns;
};

#define CLIENT(text)      {TURN_CLIENT, text, sizeof(text) - 1, 0}
#define SERVER(text)      {TURN_SERVER, text, sizeof(text) - 1, 0}
#define CLIENT_GAP(count) {TURN_CLIENT_GAP, NULL, count, 0}
#define SERVER_GAP(count) {TURN_SERVER_GAP, NULL, count, 0}

/* How a conversation is played. */
struct play {
    const struct turn *turns;
    size_t count;
    size_t cut;                /* every turn is cut here too; 0 = not */
    unsigned seed;             /* pieces of random sizes; 0 = not */
    bool midstream;            /* the flow was picked up without handshake */
    bool open_end;             /* no FIN of the server at the end */
    bool server_seen;          /* a packet of the server came before all turns */
    bool refuse_bodies;        /* reply() wants no body */
    size_t enough;             /* body() wants no more after so many bytes; 0 = all */
    struct http_limits limits; /* zeroed = the defaults */
};

/*
 * What the listener was told, one line each:
 *   > METHOD PATH [?QUERY] [for ADDRESS] [resynced]
 *   >> request body
 *   < STATUS [unpaired] [resynced]
 *   << body
 *   <. complete|cut|gap wire N [coded] [undecodable]
 *   lost / ended
 * Bodies stand whole before their end; control characters are written as '.'. The counters are
 * copied to *counters if it is not NULL. Caller frees.
 */
char *conversation_play(const struct play *play, struct http_counters *counters);

/* The turns of a play, as its first two fields. */
#define TURNS(...)                                                                                 \
    .turns = (const struct turn[]){__VA_ARGS__},                                                   \
    .count = sizeof((const struct turn[]){__VA_ARGS__}) / sizeof(struct turn)

#endif
