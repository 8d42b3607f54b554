/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes gzip (several members too) and deflate bodies as they pass, with caps against bombs.
 * "deflate" means the zlib format (RFC 9110 8.4.1.2), but some servers send it raw: the first two
 * bytes tell. zlib's own memory comes from the context, so nothing is allocated per body.
 */
#include "inspect/http_inflate.h"

#include <stdalign.h>
#include <string.h>
#include <zlib.h>

#define ARENA_BYTES 49152 /* zlib 1.2 and 1.3: 32 KiB window and 7 to 8 KiB state */
#define WINDOW_GZIP (15 + 16)
#define WINDOW_ZLIB 15
#define WINDOW_RAW  (-15)

struct http_inflate {
    z_stream stream;
    struct http_inflate_limits limits;
    uint64_t wire;
    uint64_t decoded;
    size_t arena_used;
    uint8_t coding;
    bool started;    /* zlib is set up */
    bool complete;   /* a whole stream was read, no further member has begun */
    bool padding;    /* what comes now stands behind the last stream */
    uint8_t heads;   /* bytes in head[] */
    uint8_t head[2]; /* first bytes of a deflate body */
    alignas(max_align_t) unsigned char arena[ARENA_BYTES];
};

size_t http_inflate_size(void)
{
    return sizeof(struct http_inflate);
}

/* zlib's allocator: pieces of the arena, never freed before the next body. */
static voidpf take_memory(voidpf opaque, uInt items, uInt size)
{
    struct http_inflate *decoder = opaque;
    size_t align = alignof(max_align_t);
    size_t bytes = ((size_t)items * size + align - 1) / align * align;
    if (bytes > ARENA_BYTES - decoder->arena_used)
        return NULL;
    unsigned char *piece = decoder->arena + decoder->arena_used;
    decoder->arena_used += bytes;
    return piece;
}

static void leave_memory(voidpf opaque, voidpf address)
{
    (void)opaque;
    (void)address;
}

struct http_inflate *http_inflate_begin(void *block, enum http_coding coding,
                                        const struct http_inflate_limits *limits)
{
    struct http_inflate *decoder = block;
    memset(decoder, 0, offsetof(struct http_inflate, arena));
    decoder->limits = *limits;
    decoder->coding = (uint8_t)coding;
    return decoder;
}

/* The content was told by the time its check sum comes, and making the sum costs a fifth of
 * inflating. */
static void skip_checksum(struct http_inflate *decoder)
{
    if (decoder->started)
        (void)inflateValidate(&decoder->stream, 0);
}

static bool start(struct http_inflate *decoder, int window)
{
    decoder->stream.zalloc = take_memory;
    decoder->stream.zfree = leave_memory;
    decoder->stream.opaque = decoder;
    decoder->started = inflateInit2(&decoder->stream, window) == Z_OK;
    skip_checksum(decoder);
    return decoder->started;
}

/* RFC 1950 2.2: compression method 8, window at most 32 KiB, check bits. */
static bool is_zlib_header(const uint8_t bytes[static 2])
{
    return (bytes[0] & 0x0F) == 8 && bytes[0] >> 4 <= 7 && (bytes[0] << 8 | bytes[1]) % 31 == 0;
}

static bool over_cap(const struct http_inflate *decoder)
{
    if (decoder->decoded > decoder->limits.bytes)
        return true;
    return decoder->decoded > HTTP_INFLATE_RATIO_MIN &&
           decoder->decoded / decoder->limits.ratio > decoder->wire;
}

/* Behind a complete stream another gzip member may follow (RFC 1952 2.2); anything else is padding.
 */
static bool begin_member(struct http_inflate *decoder)
{
    if (decoder->coding != HTTP_CODING_GZIP || decoder->stream.next_in[0] != 0x1F)
        decoder->padding = true;
    else
        decoder->complete = inflateReset(&decoder->stream) != Z_OK;
    skip_checksum(decoder);
    return !decoder->padding && !decoder->complete;
}

static enum http_inflate_result run(struct http_inflate *decoder, struct slice wire, uint8_t *out,
                                    http_inflate_sink sink, void *context)
{
    z_stream *stream = &decoder->stream;
    stream->next_in = (z_const Bytef *)wire.text;
    stream->avail_in = (uInt)wire.length;
    do {
        if (decoder->complete && (!stream->avail_in || !begin_member(decoder)))
            return HTTP_INFLATE_OK;
        stream->next_out = out;
        stream->avail_out = HTTP_INFLATE_OUT_MAX;
        int result = inflate(stream, Z_NO_FLUSH);
        size_t made = HTTP_INFLATE_OUT_MAX - stream->avail_out;
        decoder->decoded += made;
        decoder->complete = result == Z_STREAM_END;
        if (over_cap(decoder))
            return HTTP_INFLATE_BOMB;
        if (made && !sink(context, out, made))
            return HTTP_INFLATE_ENOUGH;
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return HTTP_INFLATE_BROKEN;
    } while (stream->avail_in || stream->avail_out == 0);
    return HTTP_INFLATE_OK;
}

/* Sets zlib up; the two bytes that decide about a deflate body are taken off *wire. */
static enum http_inflate_result start_coding(struct http_inflate *decoder, struct slice *wire)
{
    if (decoder->coding == HTTP_CODING_GZIP)
        return start(decoder, WINDOW_GZIP) ? HTTP_INFLATE_OK : HTTP_INFLATE_BROKEN;
    while (decoder->heads < sizeof(decoder->head) && wire->length) {
        decoder->head[decoder->heads++] = (uint8_t)*wire->text++;
        wire->length--;
    }
    if (decoder->heads < sizeof(decoder->head))
        return HTTP_INFLATE_OK;
    bool started = start(decoder, is_zlib_header(decoder->head) ? WINDOW_ZLIB : WINDOW_RAW);
    return started ? HTTP_INFLATE_OK : HTTP_INFLATE_BROKEN;
}

enum http_inflate_result http_inflate_feed(struct http_inflate *decoder, struct slice wire,
                                           uint8_t *out, http_inflate_sink sink, void *context)
{
    enum http_inflate_result result = HTTP_INFLATE_OK;
    bool begins = !decoder->started;
    decoder->wire += wire.length;
    if (begins)
        result = start_coding(decoder, &wire);
    if (result || decoder->padding || !decoder->started)
        return result;
    if (begins && decoder->heads) {
        struct slice head = {(const char *)decoder->head, decoder->heads};
        result = run(decoder, head, out, sink, context);
    }
    return result || wire.length == 0 ? result : run(decoder, wire, out, sink, context);
}
