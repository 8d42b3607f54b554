/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectorscan (the maintained fork of Hyperscan), the only part that knows it: patterns into a
 * database, a database into bytes and back, streams of text.
 */
#ifndef AJAR_SCAN_ENGINE_H
#define AJAR_SCAN_ENGINE_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;         /* a database */
struct engine_scratch; /* room that one thread needs to search */
struct engine_stream;  /* a text that comes in pieces */

struct engine_pattern {
    const char *expression; /* in the engine's syntax */
    uint32_t id;
    bool any_case;
    bool by_line; /* ^ and $ stand for the ends of every line, not of the whole text */
    bool once;    /* one match a text is enough */
};

enum engine_mode {
    ENGINE_STREAM,       /* ends of matches, in pieces */
    ENGINE_BLOCK,        /* ends of matches, whole texts */
    ENGINE_BLOCK_STARTS, /* beginnings too, whole texts */
};

/* A match: `begin` is 0 but in ENGINE_BLOCK_STARTS; `end` is behind its last byte, counted from the
 * first of the stream. Returns false to stop. */
typedef bool (*engine_listener)(void *context, uint32_t id, uint64_t begin, uint64_t end);

/*
 * Compiles patterns for any processor of this family. On failure *problem is the engine's sentence
 * and *which, which may be NULL, the pattern's place in the list or -1. AJAR_ERR_FORMAT: a pattern
 * cannot be used. Free with engine_free(), which accepts NULL.
 */
enum ajar_status engine_compile(const struct engine_pattern *patterns, size_t count,
                                enum engine_mode mode, struct engine **engine, int *which,
                                struct problem *problem);

/* A database that engine_write() wrote. AJAR_ERR_FORMAT: of another version of the library. */
enum ajar_status engine_read(const void *bytes, size_t length, struct engine **engine);

/* The database as bytes, to be freed with free(). */
enum ajar_status engine_write(const struct engine *engine, char **bytes, size_t *length);

void engine_free(struct engine *engine);

/* The version of the library: a database is read by the same alone. Static. */
const char *engine_version(void);

/* The shortest text that a pattern matches; AJAR_ERR_FORMAT and a sentence if it is none. */
enum ajar_status engine_measure(const struct engine_pattern *pattern, unsigned *shortest,
                                struct problem *problem);

/* Room to search with any of the engines it was made for: call once for each, *scratch NULL at
 * first. Free with engine_scratch_free(), which accepts NULL. */
enum ajar_status engine_scratch_add(const struct engine *engine, struct engine_scratch **scratch);
void engine_scratch_free(struct engine_scratch *scratch);

/* Streams are opened once and used again and again: nothing is allocated by the other calls. */
enum ajar_status engine_stream_open(const struct engine *engine, struct engine_stream **stream);
void engine_stream_close(struct engine_stream *stream);

/* Forgets the text so far. */
void engine_stream_reset(struct engine_stream *stream);

/* The next bytes of the text. */
void engine_stream_feed(struct engine_stream *stream, const void *data, size_t length,
                        struct engine_scratch *scratch, engine_listener listener, void *context);

/* A whole text, with an engine of ENGINE_BLOCK or ENGINE_BLOCK_STARTS. */
void engine_search(const struct engine *engine, const void *data, size_t length,
                   struct engine_scratch *scratch, engine_listener listener, void *context);

#endif
