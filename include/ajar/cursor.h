/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bounded read cursor: the only way bytes from the wire are read. The error is sticky: after
 * the first read past the end every further read gives zeros and moves nothing, so a parser
 * checks once, at the end, with cursor_failed().
 */
#ifndef AJAR_CURSOR_H
#define AJAR_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
    const uint8_t *at;  /* next byte to read; borrowed */
    const uint8_t *end; /* one past the last byte */
    bool failed;
};

/* A cursor over `length` borrowed bytes at `data` (NULL only with length 0). */
static inline struct cursor cursor_over(const void *data, size_t length)
{
    const uint8_t *bytes = data;
    return (struct cursor){.at = bytes, .end = length ? bytes + length : bytes, .failed = false};
}

/* Bytes left to read; 0 after a failure. */
static inline size_t cursor_left(const struct cursor *c)
{
    return c->failed ? 0 : (size_t)(c->end - c->at);
}

/* Whether any read went past the end. */
static inline bool cursor_failed(const struct cursor *c)
{
    return c->failed;
}

/* Moves over `length` bytes and returns where they begin; NULL and a failure if they are not there.
 */
static inline const uint8_t *cursor_take(struct cursor *c, size_t length)
{
    if (c->failed || (size_t)(c->end - c->at) < length) {
        c->failed = true;
        return NULL;
    }
    const uint8_t *taken = c->at;
    c->at += length;
    return taken;
}

/* Skips `length` bytes. */
static inline void cursor_skip(struct cursor *c, size_t length)
{
    (void)cursor_take(c, length);
}

/* Reads one byte. */
static inline uint8_t cursor_read_u8(struct cursor *c)
{
    const uint8_t *b = cursor_take(c, 1);
    return b ? b[0] : 0;
}

/* Reads 16 bits, big-endian (network order). */
static inline uint16_t cursor_read_be16(struct cursor *c)
{
    const uint8_t *b = cursor_take(c, 2);
    return b ? (uint16_t)((unsigned)b[0] << 8 | b[1]) : 0;
}

/* Reads 32 bits, big-endian (network order). */
static inline uint32_t cursor_read_be32(struct cursor *c)
{
    const uint8_t *b = cursor_take(c, 4);
    return b ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3] : 0;
}

/* Reads 32 bits, little-endian. */
static inline uint32_t cursor_read_le32(struct cursor *c)
{
    const uint8_t *b = cursor_take(c, 4);
    return b ? (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0] : 0;
}

/* The byte `offset` ahead without moving; 0 (and no failure) where there is none. */
static inline uint8_t cursor_peek_u8(const struct cursor *c, size_t offset)
{
    return cursor_left(c) > offset ? c->at[offset] : 0;
}

#endif
