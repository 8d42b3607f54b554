/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two packers of capture files: gzip (RFC 1952, zlib) and zstd (RFC 8878, libzstd). Memory is
 * bounded by the format's window: 32 KiB, and for zstd at most 128 MiB (the library's limit for
 * streams, above which a file is refused).
 */
#include "capture/unpack.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define GZIP_WINDOW_BITS (15 + 16) /* any window, gzip header only */

struct unpacker {
    bool is_zstd;
    bool whole; /* between two parts */
    bool ended; /* what follows the last part is not packed: ignored, as gzip does */
    z_stream zlib;
    ZSTD_DCtx *zstd;
};

static bool starts_gzip(const uint8_t *start, size_t length)
{
    return length >= 2 && start[0] == 0x1f && start[1] == 0x8b;
}

static bool starts_zstd(const uint8_t *start, size_t length)
{
    static const uint8_t magic[4] = {0x28, 0xb5, 0x2f, 0xfd};
    return length >= sizeof magic && memcmp(start, magic, sizeof magic) == 0;
}

enum ajar_status unpacker_new(const uint8_t *start, size_t length, struct unpacker **unpacker)
{
    bool is_zstd = starts_zstd(start, length);
    if (!is_zstd && !starts_gzip(start, length)) {
        *unpacker = NULL;
        return AJAR_OK;
    }
    struct unpacker *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->is_zstd = is_zstd;
    if (is_zstd)
        made->zstd = ZSTD_createDCtx();
    if (is_zstd ? !made->zstd : inflateInit2(&made->zlib, GZIP_WINDOW_BITS) != Z_OK) {
        free(made);
        return AJAR_ERR_MEMORY;
    }
    *unpacker = made;
    return AJAR_OK;
}

void unpacker_free(struct unpacker *unpacker)
{
    if (!unpacker)
        return;
    if (unpacker->is_zstd)
        (void)ZSTD_freeDCtx(unpacker->zstd);
    else
        (void)inflateEnd(&unpacker->zlib);
    free(unpacker);
}

static const char *run_zstd(struct unpacker *unpacker, struct unpack_step *step)
{
    if (unpacker->whole && step->input_length == 0)
        return NULL; /* the library would ask for another part */
    ZSTD_inBuffer input = {.src = step->input, .size = step->input_length};
    ZSTD_outBuffer output = {.dst = step->output, .size = step->output_size};
    size_t result = ZSTD_decompressStream(unpacker->zstd, &output, &input);
    step->taken = input.pos;
    step->made = output.pos;
    if (ZSTD_isError(result))
        return "its zstd data is damaged or needs a window above 128 MiB";
    unpacker->whole = result == 0;
    return NULL;
}

/* Whether there is a gzip part to work on; starts the next one after the end of the last. */
static bool begin_gzip_part(struct unpacker *unpacker, const struct unpack_step *step)
{
    if (unpacker->ended)
        return false;
    if (!unpacker->whole)
        return true;
    if (step->input_length == 0)
        return false;
    if (step->input[0] != 0x1f || inflateReset(&unpacker->zlib) != Z_OK) {
        unpacker->ended = true;
        return false;
    }
    unpacker->whole = false;
    return true;
}

static const char *run_gzip(struct unpacker *unpacker, struct unpack_step *step)
{
    if (!begin_gzip_part(unpacker, step)) {
        step->taken = step->input_length;
        return NULL;
    }
    z_stream *z = &unpacker->zlib;
    uInt input_length = (uInt)(step->input_length < UINT_MAX ? step->input_length : UINT_MAX);
    uInt output_size = (uInt)(step->output_size < UINT_MAX ? step->output_size : UINT_MAX);
    z->next_in = (Bytef *)(uintptr_t)step->input; /* not const there, but never written to */
    z->avail_in = input_length;
    z->next_out = (Bytef *)step->output;
    z->avail_out = output_size;
    int result = inflate(z, Z_NO_FLUSH);
    step->taken = input_length - z->avail_in;
    step->made = output_size - z->avail_out;
    unpacker->whole = result == Z_STREAM_END;
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
        return NULL;
    return result == Z_MEM_ERROR ? "there is no memory to unpack it" : "its gzip data is damaged";
}

const char *unpacker_run(struct unpacker *unpacker, struct unpack_step *step)
{
    step->taken = 0;
    step->made = 0;
    return unpacker->is_zstd ? run_zstd(unpacker, step) : run_gzip(unpacker, step);
}

bool unpacker_is_whole(const struct unpacker *unpacker)
{
    return unpacker->whole;
}
