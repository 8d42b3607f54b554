/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON (RFC 8259) into a buffer of the caller's, front to back, without allocating. Empty
 * texts, objects and arrays leave no trace, so callers need not ask what is known. Text may be any
 * bytes: what is not UTF-8 becomes U+FFFD, control characters become escapes.
 */
#ifndef AJAR_EMIT_JSON_WRITER_H
#define AJAR_EMIT_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_TEXT_MAX 2048 /* bytes of one text after repair; more is cut */

struct json_writer {
    char *text; /* borrowed */
    size_t size;
    size_t used;
    bool full; /* something did not fit: the text is of no use */
};

/* Where an object or array began. */
struct json_mark {
    size_t before; /* its comma or key */
    size_t inside;
};

/* An empty text in a buffer of `size` bytes. Nothing of it is NUL-terminated. */
void json_writer_init(struct json_writer *writer, char *text, size_t size);

/* An object or array; `key` is NULL for the outermost one and inside arrays. Keys are ours: plain
 * ASCII, written as they are. */
struct json_mark json_begin_object(struct json_writer *writer, const char *key);
struct json_mark json_begin_array(struct json_writer *writer, const char *key);
void json_end_object(struct json_writer *writer, struct json_mark mark);
void json_end_array(struct json_writer *writer, struct json_mark mark);

/* Members of an object, or (key NULL) of an array. */
void json_add_text(struct json_writer *writer, const char *key, const char *text);
/* The same, but at most `size` - 1 bytes of it, cut between characters; `size` up to JSON_TEXT_MAX.
 */
void json_add_text_cut(struct json_writer *writer, const char *key, const char *text, size_t size);
void json_add_number(struct json_writer *writer, const char *key, uint64_t number);
void json_add_bool(struct json_writer *writer, const char *key, bool value);

/* A number of at most 4 decimals (finite, below 1e9): "52.37". */
void json_add_decimal(struct json_writer *writer, const char *key, double number);

#endif
