/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Skips JSON values that are on no path: only strings and brackets matter there, so 64 bytes
 * become four bit masks and the brackets outside strings are counted. Tails of a segment go byte
 * by byte. Used by the JSON scanner (RFC 8259).
 */
#include "inspect/json_skip.h"

#include "inspect/json_block.h"

/* Bits of the bytes that a backslash before them escapes; keeps the escape over the block's end. */
static uint64_t find_escaped(uint64_t backslash, bool *carried)
{
    uint64_t escaped = *carried ? 1 : 0;
    backslash &= ~escaped;
    *carried = false;
    while (backslash) {
        uint64_t bit = backslash & (0 - backslash);
        escaped |= bit << 1;
        *carried = bit >> 63;
        backslash &= ~(bit | bit << 1);
    }
    return escaped;
}

/* Bit n of the result is the parity of bits 0..n: with quotes, which bytes lie in a string. */
static uint64_t prefix_parity(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    return bits ^ bits << 32;
}

/* Takes one block; returns how many of its bytes belong to the skipped value. */
static size_t skip_block(struct json_skip *skip, const uint8_t *at)
{
    struct json_block block = json_block_read(at);
    uint64_t escaped = find_escaped(block.backslash, &skip->escaped);
    uint64_t inside = prefix_parity(block.quote & ~escaped) ^ (skip->in_string ? ~UINT64_C(0) : 0);
    skip->in_string = inside >> 63;
    uint64_t brackets = (block.open | block.close) & ~inside & ~escaped;
    while (brackets) {
        uint64_t bit = brackets & (0 - brackets);
        skip->depth = block.open & bit ? skip->depth + 1 : skip->depth - 1;
        if (skip->depth == 0)
            return (size_t)__builtin_ctzll(bit) + 1;
        brackets ^= bit;
    }
    return JSON_BLOCK_BYTES;
}

/* The same for one byte; returns whether it closed the value. */
static bool skip_byte(struct json_skip *skip, uint8_t byte)
{
    if (skip->escaped) {
        skip->escaped = false;
    } else if (byte == '\\') {
        skip->escaped = true;
    } else if (byte == '"') {
        skip->in_string = !skip->in_string;
    } else if (!skip->in_string && (byte | 0x20) == '{') {
        skip->depth++;
    } else if (!skip->in_string && (byte | 0x20) == '}') {
        return --skip->depth == 0;
    }
    return false;
}

void json_skip_containers(struct json_skip *skip, struct cursor *c)
{
    while (skip->depth && cursor_left(c) >= JSON_BLOCK_BYTES)
        c->at += skip_block(skip, c->at);
    while (skip->depth && c->at < c->end && !skip_byte(skip, *c->at++))
        continue;
    if (skip->depth == 0) { /* a block may have looked further than the value goes */
        skip->in_string = false;
        skip->escaped = false;
    }
}

/* Whether any of eight bytes is a quote or a backslash (false alarms are possible, misses not). */
static bool eight_may_end_text(const uint8_t *at)
{
    uint64_t eight;
    memcpy(&eight, at, sizeof(eight));
    uint64_t quote = eight ^ (JSON_LANES_ONE * '"');
    uint64_t backslash = eight ^ (JSON_LANES_ONE * '\\');
    uint64_t zero =
        ((quote - JSON_LANES_ONE) & ~quote) | ((backslash - JSON_LANES_ONE) & ~backslash);
    return zero & ~JSON_LANES_LOW;
}

void json_skip_text(struct cursor *c)
{
    for (;;) {
        while (cursor_left(c) >= 8 && !eight_may_end_text(c->at))
            c->at += 8;
        for (unsigned i = 0; i < 8 && c->at < c->end; i++, c->at++) {
            if (*c->at == '"' || *c->at == '\\')
                return;
        }
        if (c->at == c->end)
            return;
    }
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

void json_skip_blanks(struct cursor *c)
{
    while (c->at < c->end && is_blank(*c->at)) {
        uint64_t eight = 0;
        c->at++;
        while (cursor_left(c) >= 8 && memcpy(&eight, c->at, 8) && eight == JSON_LANES_CASE)
            c->at += 8;
    }
}
