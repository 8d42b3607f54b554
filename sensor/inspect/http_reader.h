/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds whole heads in the bytes of one direction: straight in the segment when they are all
 * there, else collected in a borrowed buffer; after lost bytes at the next line that can begin
 * one.
 */
#ifndef AJAR_INSPECT_HTTP_READER_H
#define AJAR_INSPECT_HTTP_READER_H

#include "inspect/http_head.h"
#include "inspect/http_pool.h"

#include <stdbool.h>

/* One direction between two pieces. */
struct http_reader {
    uint8_t *buffer; /* a block of HTTP_HEAD_MAX bytes, or NULL while no head is split */
    uint32_t used;   /* bytes in it */
    uint8_t kind;    /* enum http_head_kind */
    bool line_known; /* the buffer begins with a whole start line */
    bool searching;  /* lost: looks for a line that can begin a head */
    bool at_line;    /* searching: the next byte may begin a line */
    bool resynced;   /* no head was read since the bytes before were lost */
    bool proven;     /* at least one head was read */
};

enum http_reader_step {
    HTTP_READER_MORE,     /* all bytes used */
    HTTP_READER_HEAD,     /* *head is a whole head; call http_reader_done() after its use */
    HTTP_READER_LOST,     /* no head where one had to be: searching from now on */
    HTTP_READER_TOO_LONG, /* a head over HTTP_HEAD_MAX, or no buffer for it: searching from now on
                           */
    HTTP_READER_RUBBISH,  /* the very first bytes of a server are no HTTP */
};

/* Prepares it; `midstream`: the first bytes may lie anywhere in a message. */
void http_reader_init(struct http_reader *reader, enum http_head_kind kind, bool midstream);

/* Takes the next bytes up to the end of a head. `pool` has blocks of HTTP_HEAD_MAX bytes. */
enum http_reader_step http_reader_next(struct http_reader *reader, struct http_pool *pool,
                                       struct cursor *c, struct slice *head);

/* The head told last was used: gives the buffer back. */
void http_reader_done(struct http_reader *reader, struct http_pool *pool);

/* Bytes are missing, or the end of a body is not known: searching from here on. */
void http_reader_lose(struct http_reader *reader, struct http_pool *pool);

/* Whether part of a head is there. */
bool http_reader_inside_head(const struct http_reader *reader);

#endif
