/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 64 bytes of JSON text as four bit masks, bit n for byte n: where quotes, backslashes, opening
 * and closing brackets are. SSE2 where the target has it (every x86-64), else eight bytes at a
 * time in a register; both are always compiled where they can be, so that a test compares them.
 */
#ifndef AJAR_INSPECT_JSON_BLOCK_H
#define AJAR_INSPECT_JSON_BLOCK_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define JSON_BLOCK_BYTES 64

struct json_block {
    uint64_t quote;
    uint64_t backslash;
    uint64_t open;  /* '{' and '[' */
    uint64_t close; /* '}' and ']' */
};

#define JSON_LANES_LOW  UINT64_C(0x7F7F7F7F7F7F7F7F)
#define JSON_LANES_ONE  UINT64_C(0x0101010101010101)
#define JSON_LANES_CASE UINT64_C(0x2020202020202020)

/* One bit per byte of `eight` (lowest byte first) that equals `byte`. */
static inline uint64_t json_lanes_equal(uint64_t eight, uint8_t byte)
{
    uint64_t differs = eight ^ (JSON_LANES_ONE * byte);
    uint64_t equal = ~(((differs & JSON_LANES_LOW) + JSON_LANES_LOW) | differs | JSON_LANES_LOW);
    return ((equal >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

/* The masks of 64 bytes at `at`, on any machine. '[' and '{' (and the closing pair) differ in bit
 * 5 alone. */
static inline struct json_block json_block_read_portable(const uint8_t *at)
{
    struct json_block block = {0};
    for (unsigned i = 0; i < JSON_BLOCK_BYTES; i += 8) {
        uint64_t eight;
        memcpy(&eight, at + i, sizeof(eight));
        eight = le64toh(eight);
        block.quote |= json_lanes_equal(eight, '"') << i;
        block.backslash |= json_lanes_equal(eight, '\\') << i;
        block.open |= json_lanes_equal(eight | JSON_LANES_CASE, '{') << i;
        block.close |= json_lanes_equal(eight | JSON_LANES_CASE, '}') << i;
    }
    return block;
}

#ifdef __SSE2__
/* One bit per byte of `sixteen` that equals `byte`. */
static inline uint64_t json_sixteen_equal(__m128i sixteen, char byte)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(sixteen, _mm_set1_epi8(byte)));
}

/* The masks of 64 bytes at `at`. */
static inline struct json_block json_block_read(const uint8_t *at)
{
    struct json_block block = {0};
    for (unsigned i = 0; i < JSON_BLOCK_BYTES; i += 16) {
        __m128i sixteen = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        __m128i folded = _mm_or_si128(sixteen, _mm_set1_epi8(0x20));
        block.quote |= json_sixteen_equal(sixteen, '"') << i;
        block.backslash |= json_sixteen_equal(sixteen, '\\') << i;
        block.open |= json_sixteen_equal(folded, '{') << i;
        block.close |= json_sixteen_equal(folded, '}') << i;
    }
    return block;
}
#else
static inline struct json_block json_block_read(const uint8_t *at)
{
    return json_block_read_portable(at);
}
#endif

#endif
