/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP connections of a capture as two readers of them can be given: bytes of both sides. */
#ifndef AJAR_TESTS_INSPECT_ORACLE_TRANSCRIPT_H
#define AJAR_TESTS_INSPECT_ORACLE_TRANSCRIPT_H

#include "ajar/flow.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In-order bytes of one side. */
struct piece {
    uint8_t *bytes;
    size_t length;
    bool from_client;
};

struct transcript {
    struct piece *pieces;
    size_t count;
    size_t room;
    bool whole;     /* without a gap */
    bool midstream; /* first seen after its handshake */
    bool is_http;   /* the first bytes of a side are */
    bool client_known;
    bool server_fin;
    unsigned client;
};

/* Called for every HTTP connection when it ends; the transcript is borrowed. */
typedef void (*transcript_listener)(void *context, const struct flow *flow,
                                    const struct transcript *transcript);

/* Reads a capture file; false (and a message on stderr) if it cannot be read. */
bool transcript_read(const char *path, transcript_listener listener, void *context);

/* An exchange in words: "GET /path 12 -> 200 34" (bodies in bytes on the wire, '-' = none seen). */
struct exchanges {
    char **lines;
    size_t count;
    size_t room;
};

/* The exchanges of a transcript as the inspector reads them, and as libhtp does. Clear with
 * exchanges_clear(). */
struct exchanges exchanges_by_inspector(const struct transcript *transcript);
struct exchanges exchanges_by_libhtp(const struct transcript *transcript);

/* Adds a line; takes over the heap text. */
void exchanges_add(struct exchanges *exchanges, char *line);
void exchanges_clear(struct exchanges *exchanges);

#endif
