/* SPDX-License-Identifier: Apache-2.0 */
/* Test support: HTTP/2 on the wire, frame by frame, with header blocks written by hand. */
#ifndef AJAR_TESTS_INSPECT_HTTP2_WIRE_H
#define AJAR_TESTS_INSPECT_HTTP2_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_MAX 400000

#define END_STREAM  0x1
#define END_HEADERS 0x4
#define PADDED      0x8
#define PRIORITY    0x20

enum {
    DATA = 0,
    HEADERS = 1,
    RST_STREAM = 3,
    SETTINGS = 4,
    PUSH_PROMISE = 5,
    PING = 6,
    GOAWAY = 7,
    WINDOW_UPDATE = 8,
    CONTINUATION = 9,
};

struct wire {
    size_t length;
    char bytes[WIRE_MAX];
};

/* Everything appends; a wire begins zeroed. */
void wire_bytes(struct wire *wire, const void *bytes, size_t length);
void wire_frame(struct wire *wire, unsigned type, unsigned flags, uint32_t stream,
                const void *payload, size_t length);

/* The client's preface and its SETTINGS; the server's SETTINGS. */
void wire_preface(struct wire *wire);
void wire_settings(struct wire *wire);

/* Header lines as a block: "name\0value\0" pairs up to an empty name, without indexing. */
void wire_lines(struct wire *block, const char *lines);

/* HEADERS with such a block; END_HEADERS is added. */
void wire_head(struct wire *wire, uint32_t stream, unsigned flags, const char *lines);

/* A GET of the path, whole. A reply's head. */
void wire_get(struct wire *wire, uint32_t stream, const char *path);
void wire_reply(struct wire *wire, uint32_t stream, unsigned flags, const char *status);

/* DATA. */
void wire_data(struct wire *wire, uint32_t stream, unsigned flags, const char *text);

#endif
