/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-1 (FIPS 180-4, RFC 3174), because the community id is defined with it. Small rather than
 * fast: one block per event.
 */
#include "base/sha1.h"

#include <string.h>

#define BLOCK_BYTES 64

static uint32_t rotate(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

static void expand_block(const uint8_t *block, uint32_t words[static 80])
{
    for (int i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 80; i++)
        words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
}

static uint32_t mix(int round, uint32_t b, uint32_t c, uint32_t d)
{
    if (round < 20)
        return ((b & c) | (~b & d)) + 0x5a827999u;
    if (round < 40)
        return (b ^ c ^ d) + 0x6ed9eba1u;
    if (round < 60)
        return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu;
    return (b ^ c ^ d) + 0xca62c1d6u;
}

static void add_block(uint32_t state[static 5], const uint8_t *block)
{
    uint32_t words[80];
    expand_block(block, words);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 80; i++) {
        uint32_t next = rotate(a, 5) + mix(i, b, c, d) + e + words[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

static void put_be(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        at[i] = (uint8_t)value;
        value >>= 8;
    }
}

void sha1_digest(const void *data, size_t length, uint8_t digest[static SHA1_BYTES])
{
    uint32_t state[5] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u};
    const uint8_t *bytes = data;
    size_t left = length;
    for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES, bytes += BLOCK_BYTES)
        add_block(state, bytes);

    /* The rest, a one bit, zeros, and the length in bits: one block or two. */
    uint8_t last[2 * BLOCK_BYTES] = {0};
    if (left)
        memcpy(last, bytes, left);
    last[left] = 0x80;
    size_t padded = left + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    put_be(last + padded - 8, (uint64_t)length * 8, 8);
    for (size_t at = 0; at < padded; at += BLOCK_BYTES)
        add_block(state, last + at);
    for (int i = 0; i < 5; i++)
        put_be(digest + 4 * i, state[i], 4);
}
