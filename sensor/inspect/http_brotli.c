/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes br bodies (RFC 7932) as they pass, with caps against bombs. The decoder takes and leaves
 * memory while it runs (its window grows with what it decoded): it gets pieces of the context,
 * first fit, so nothing is allocated per body. The only file that knows the brotli library.
 */
#include "inspect/http_brotli.h"

#include <brotli/decode.h>
#include <stdalign.h>
#include <string.h>

/* In front of every piece of memory; pieces lie side by side and fill the region. */
struct piece {
    alignas(max_align_t) uint32_t bytes; /* with the mark itself */
    uint32_t taken;
};

struct http_brotli {
    BrotliDecoderState *state;
    struct http_inflate_limits limits;
    uint64_t wire;
    uint64_t decoded;
    bool complete; /* what comes now stands behind the stream */
    alignas(max_align_t) unsigned char region[HTTP_BROTLI_BYTES];
};

size_t http_brotli_size(void)
{
    return sizeof(struct http_brotli);
}

static struct piece *piece_at(struct http_brotli *brotli, size_t place)
{
    return place < HTTP_BROTLI_BYTES ? (struct piece *)(void *)(brotli->region + place) : NULL;
}

/* Joins a free piece with the free ones behind it. */
static void join_free(struct http_brotli *brotli, struct piece *piece, size_t place)
{
    const struct piece *next = piece_at(brotli, place + piece->bytes);
    while (next && !next->taken) {
        piece->bytes += next->bytes;
        next = piece_at(brotli, place + piece->bytes);
    }
}

static void *take_from(struct http_brotli *brotli, struct piece *piece, size_t place,
                       uint32_t bytes)
{
    if (piece->bytes - bytes >= 2 * sizeof *piece) {
        *piece_at(brotli, place + bytes) = (struct piece){.bytes = piece->bytes - bytes};
        piece->bytes = bytes;
    }
    piece->taken = 1;
    return piece + 1;
}

static void *take_memory(void *opaque, size_t size)
{
    struct http_brotli *brotli = opaque;
    if (size > HTTP_BROTLI_BYTES - sizeof(struct piece))
        return NULL;
    size_t align = alignof(max_align_t);
    uint32_t bytes = (uint32_t)((size + sizeof(struct piece) + align - 1) / align * align);
    struct piece *piece;
    for (size_t place = 0; (piece = piece_at(brotli, place)); place += piece->bytes) {
        if (piece->taken)
            continue;
        join_free(brotli, piece, place);
        if (piece->bytes >= bytes)
            return take_from(brotli, piece, place, bytes);
    }
    return NULL;
}

static void leave_memory(void *opaque, void *memory)
{
    (void)opaque;
    if (memory)
        ((struct piece *)memory - 1)->taken = 0;
}

struct http_brotli *http_brotli_begin(void *block, const struct http_inflate_limits *limits)
{
    struct http_brotli *brotli = block;
    memset(brotli, 0, offsetof(struct http_brotli, region));
    brotli->limits = *limits;
    *piece_at(brotli, 0) = (struct piece){.bytes = HTTP_BROTLI_BYTES};
    brotli->state = BrotliDecoderCreateInstance(take_memory, leave_memory, brotli);
    return brotli->state ? brotli : NULL;
}

static bool over_cap(const struct http_brotli *brotli)
{
    if (brotli->decoded > brotli->limits.bytes)
        return true;
    return brotli->decoded > HTTP_INFLATE_RATIO_MIN &&
           brotli->decoded / brotli->limits.ratio > brotli->wire;
}

/* Whether the decoder stopped for want of memory. */
static bool wants_memory(const struct http_brotli *brotli)
{
    BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(brotli->state);
    return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
           code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
}

enum http_inflate_result http_brotli_feed(struct http_brotli *brotli, struct slice wire,
                                          uint8_t *out, http_inflate_sink sink, void *context)
{
    const uint8_t *next = (const uint8_t *)wire.text;
    size_t left = wire.length;
    BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    brotli->wire += wire.length;
    while (!brotli->complete && result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
        uint8_t *place = out;
        size_t room = HTTP_INFLATE_OUT_MAX;
        result = BrotliDecoderDecompressStream(brotli->state, &left, &next, &room, &place, NULL);
        size_t made = HTTP_INFLATE_OUT_MAX - room;
        brotli->decoded += made;
        brotli->complete = result == BROTLI_DECODER_RESULT_SUCCESS;
        if (over_cap(brotli))
            return HTTP_INFLATE_BOMB;
        if (made && !sink(context, out, made))
            return HTTP_INFLATE_ENOUGH;
        if (result == BROTLI_DECODER_RESULT_ERROR)
            return wants_memory(brotli) ? HTTP_INFLATE_FULL : HTTP_INFLATE_BROKEN;
    }
    return HTTP_INFLATE_OK;
}
