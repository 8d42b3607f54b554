/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the frames and header blocks of one HTTP/2 direction: read whole and in pieces they say
 * the same, and everything that decompression took is given back.
 */
#include "inspect/http2_frames.h"
#include "inspect/http2_head.h"
#include "inspect/http2_hpack.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct hpack_heap *heap;
static struct http2_head head;

struct heard {
    uint64_t digest; /* of everything but bodies */
    uint64_t body;   /* of bodies, byte by byte */
    bool broken;
};

static void mix(uint64_t *digest, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++)
        *digest = (*digest ^ at[i]) * UINT64_C(0x100000001B3);
}

static void hear_line(void *context, struct slice name, struct slice value)
{
    struct heard *heard = context;
    mix(&heard->digest, &name.length, sizeof name.length);
    mix(&heard->digest, name.text, name.length);
    mix(&heard->digest, value.text, value.length);
    http2_head_add(&head, name, value);
}

static void hear_head(struct heard *heard)
{
    static char path[HTTP_PATH_MAX];
    struct http_framing framing;
    struct http_request request;
    struct http_reply reply;
    if (http2_head_request(&head, path, &request, &framing))
        mix(&heard->digest, request.path.text, request.path.length);
    http2_head_reply(&head, &reply, &framing);
    mix(&heard->digest, &reply.status, sizeof reply.status);
    mix(&heard->digest, &reply.headers.count, sizeof reply.headers.count);
    mix(&heard->digest, &framing.coding, 1);
    http2_head_init(&head);
}

/* Returns whether more can be read. */
static bool hear(struct heard *heard, struct hpack *hpack, enum http2_step step,
                 const struct http2_piece *piece)
{
    if (step == HTTP2_BROKEN)
        return false;
    if (step == HTTP2_DATA) {
        mix(&heard->body, piece->data.text, piece->data.length);
        if (piece->last)
            mix(&heard->digest, &piece->stream, sizeof piece->stream);
        return true;
    }
    if (step != HTTP2_BLOCK) {
        mix(&heard->digest, &piece->stream, sizeof piece->stream);
        return true;
    }
    if (hpack_read(heap, hpack, piece->data, piece->whole, hear_line, heard) != AJAR_OK)
        return false;
    if (!piece->whole)
        return true;
    mix(&heard->digest, &piece->stream, sizeof piece->stream);
    mix(&heard->digest, &piece->promised, sizeof piece->promised);
    hear_head(heard);
    return true;
}

static struct heard play(const uint8_t *data, size_t size, size_t piece)
{
    struct heard heard = {0};
    struct http2_frames frames = {.settled = true};
    struct hpack hpack;
    if (hpack_open(heap, &hpack) != AJAR_OK)
        abort();
    http2_head_init(&head);
    for (size_t at = 0; at < size && !heard.broken; at += piece) {
        struct cursor c = cursor_over(data + at, size - at < piece ? size - at : piece);
        struct http2_piece found;
        enum http2_step step;
        while (!heard.broken && (step = http2_frames_next(&frames, &c, &found)) != HTTP2_MORE)
            heard.broken = !hear(&heard, &hpack, step, &found);
    }
    hpack_close(heap, &hpack);
    if (hpack.used != 0)
        abort();
    return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    if (!heap && hpack_heap_new(&heap) != AJAR_OK)
        abort();
    struct heard whole = play(data + 1, size - 1, size);
    struct heard pieces = play(data + 1, size - 1, 1 + data[0] % 50);
    if (whole.digest != pieces.digest || whole.body != pieces.body || whole.broken != pieces.broken)
        abort();
    return 0;
}
