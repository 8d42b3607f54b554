/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer for the bodies the generator writes. Running out of memory ends the
 * generator with a message: it is a tool, there is nothing to save.
 */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
    char *data; /* owned; not terminated */
    size_t length;
    size_t capacity;
};

/* Allocates size bytes, zeroed, or ends the program. The caller frees. */
void *text_allocate(size_t size);

/* Makes room for extra more bytes. */
void text_reserve(struct text *t, size_t extra);

/* Appends length bytes, a terminated string, or a formatted string. */
void text_add(struct text *t, const void *data, size_t length);
void text_puts(struct text *t, const char *string);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frees the bytes and empties the buffer. */
void text_clear(struct text *t);

/* Gzips what `plain` holds and appends it to `out` (level 3, as Elasticsearch does). */
void text_add_gzip(struct text *out, const struct text *plain);

/* Appends what `plain` holds as HTTP chunks of up to `chunk` bytes, with the last chunk. */
void text_add_chunks(struct text *out, const struct text *plain, size_t chunk);

#endif
