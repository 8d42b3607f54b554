/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generator's growing byte buffer, and the two codings a reply body may get on top of it:
 * gzip (RFC 1952) and chunks (RFC 9112 section 7.1).
 */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

void *text_allocate(size_t size)
{
    void *p = calloc(1, size);
    if (p == NULL) {
        fprintf(stderr, "generate: out of memory (%zu bytes)\n", size);
        exit(1);
    }
    return p;
}

void text_reserve(struct text *t, size_t extra)
{
    if (t->capacity - t->length >= extra)
        return;
    size_t capacity = t->capacity ? t->capacity : 512;
    while (capacity - t->length < extra)
        capacity *= 2;
    char *data = realloc(t->data, capacity);
    if (data == NULL) {
        fprintf(stderr, "generate: out of memory (%zu bytes)\n", capacity);
        exit(1);
    }
    t->data = data;
    t->capacity = capacity;
}

void text_add(struct text *t, const void *data, size_t length)
{
    if (length == 0)
        return;
    text_reserve(t, length);
    memcpy(t->data + t->length, data, length);
    t->length += length;
}

void text_puts(struct text *t, const char *string)
{
    text_add(t, string, strlen(string));
}

void text_printf(struct text *t, const char *format, ...)
{
    va_list ap;
    text_reserve(t, 256);
    for (;;) {
        size_t room = t->capacity - t->length;
        va_start(ap, format);
        int n = vsnprintf(t->data + t->length, room, format, ap);
        va_end(ap);
        if (n >= 0 && (size_t)n < room) {
            t->length += (size_t)n;
            return;
        }
        text_reserve(t, (size_t)n + 1);
    }
}

void text_clear(struct text *t)
{
    free(t->data);
    *t = (struct text){0};
}

void text_add_gzip(struct text *out, const struct text *plain)
{
    z_stream z = {0};
    if (deflateInit2(&z, 3, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        fprintf(stderr, "generate: zlib does not start\n");
        exit(1);
    }
    text_reserve(out, deflateBound(&z, (uLong)plain->length));
    z.next_in = (Bytef *)plain->data;
    z.avail_in = (uInt)plain->length;
    z.next_out = (Bytef *)out->data + out->length;
    z.avail_out = (uInt)(out->capacity - out->length);
    deflate(&z, Z_FINISH);
    out->length += z.total_out;
    deflateEnd(&z);
}

void text_add_chunks(struct text *out, const struct text *plain, size_t chunk)
{
    for (size_t at = 0; at < plain->length; at += chunk) {
        size_t n = plain->length - at < chunk ? plain->length - at : chunk;
        text_printf(out, "%zx\r\n", n);
        text_add(out, plain->data + at, n);
        text_puts(out, "\r\n");
    }
    text_puts(out, "0\r\n\r\n");
}
