/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/http_brotli.h"

#include <brotli/encode.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES   (5u << 20)
#define SMALL        200000
#define PACKED_BYTES (TEXT_BYTES + 65536)

static char *text;
static uint8_t *packed;
static char *got;
static size_t got_length;
static size_t enough;
static uint8_t out[HTTP_INFLATE_OUT_MAX];
static void *block;

static void make(void)
{
    text = malloc(TEXT_BYTES);
    packed = malloc(PACKED_BYTES);
    got = malloc(TEXT_BYTES);
    block = malloc(http_brotli_size());
    enough = 0;
    srand(1);
    for (size_t i = 0; i < TEXT_BYTES; i++)
        text[i] = (char)('a' + rand() % 20);
}

static void drop(void)
{
    free(text);
    free(packed);
    free(got);
    free(block);
}

TestSuite(http_brotli, .init = make, .fini = drop);

static bool collect(void *context, const uint8_t *data, size_t length)
{
    (void)context;
    memcpy(got + got_length, data, length);
    got_length += length;
    return enough == 0 || got_length < enough;
}

static size_t pack(const char *from, size_t length, int window)
{
    size_t bytes = PACKED_BYTES;
    cr_assert(BrotliEncoderCompress(4, window, BROTLI_MODE_GENERIC, length, (const uint8_t *)from,
                                    &bytes, packed));
    return bytes;
}

static enum http_inflate_result unpack(struct http_inflate_limits limits, size_t length,
                                       size_t piece)
{
    struct http_brotli *brotli = http_brotli_begin(block, &limits);
    enum http_inflate_result result = HTTP_INFLATE_OK;
    got_length = 0;
    cr_assert(brotli);
    for (size_t at = 0; at < length && !result; at += piece) {
        struct slice wire = {(const char *)packed + at, length - at < piece ? length - at : piece};
        result = http_brotli_feed(brotli, wire, out, collect, NULL);
    }
    return result;
}

static const struct http_inflate_limits wide = {.ratio = 2000000, .bytes = 1u << 30};

static void expect_text(size_t length, size_t expected, size_t piece)
{
    cr_assert_eq(unpack(wide, length, piece), HTTP_INFLATE_OK);
    cr_assert_eq(got_length, expected, "pieces of %zu: %zu", piece, got_length);
    cr_assert_eq(memcmp(got, text, expected), 0);
}

Test(http_brotli, reads_a_body_in_pieces_of_any_size)
{
    static const size_t pieces[] = {1, 2, 3, 1460, 10000000};
    size_t length = pack(text, SMALL, 22);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
        expect_text(length, SMALL, pieces[i]);
    expect_text(pack(text, 1, 22), 1, 1);
    expect_text(pack(text, 0, 22), 0, 1);
}

/* As a server packs what it makes bit by bit. */
static size_t pack_in_pieces(size_t length, int window, size_t piece)
{
    BrotliEncoderState *state = BrotliEncoderCreateInstance(NULL, NULL, NULL);
    size_t room = PACKED_BYTES, total = 0;
    uint8_t *place = packed;
    BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, (uint32_t)window);
    BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, 4);
    for (size_t at = 0; at < length; at += piece) {
        size_t left = length - at < piece ? length - at : piece;
        const uint8_t *next = (const uint8_t *)text + at;
        BrotliEncoderOperation then =
            at + piece < length ? BROTLI_OPERATION_FLUSH : BROTLI_OPERATION_FINISH;
        cr_assert(BrotliEncoderCompressStream(state, then, &left, &next, &room, &place, &total));
    }
    cr_assert(BrotliEncoderIsFinished(state));
    BrotliEncoderDestroyInstance(state);
    return total;
}

Test(http_brotli, reads_long_bodies_whose_window_fits)
{
    static const int windows[] = {10, 16, 19, 20, 21, 22};
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        expect_text(pack(text, TEXT_BYTES, windows[i]), TEXT_BYTES, 1460);
        expect_text(pack_in_pieces(TEXT_BYTES, windows[i], 16384), TEXT_BYTES, 65536);
    }
}

Test(http_brotli, reads_a_body_whose_window_does_not_fit_as_far_as_it_does)
{
    size_t length = pack_in_pieces(TEXT_BYTES, 24, 16384);
    cr_assert_eq(unpack(wide, length, 1460), HTTP_INFLATE_FULL);
    cr_assert_geq(got_length, 4000000);
    cr_assert_eq(memcmp(got, text, got_length), 0);
    expect_text(pack_in_pieces(4000000, 24, 16384), 4000000, 1460);
}

Test(http_brotli, passes_over_what_is_behind_the_stream)
{
    size_t length = pack(text, 1000, 22);
    memset(packed + length, 0x5A, 50);
    expect_text(length + 50, 1000, 1460);
    expect_text(length + 50, 1000, 1);
}

Test(http_brotli, tells_what_came_of_a_stream_that_is_cut)
{
    size_t length = pack(text, SMALL, 22);
    cr_assert_eq(unpack(wide, length / 2, 1460), HTTP_INFLATE_OK);
    cr_assert_gt(got_length, SMALL / 3);
    cr_assert_eq(memcmp(got, text, got_length), 0);
}

Test(http_brotli, rejects_what_is_not_compressed_as_said)
{
    memset(packed, 0xFF, 1000);
    cr_assert_eq(unpack(wide, 1000, 1000), HTTP_INFLATE_BROKEN);
    cr_assert_eq(unpack(wide, 1000, 1), HTTP_INFLATE_BROKEN);
    expect_text(pack(text, 1000, 22), 1000, 1000);
}

Test(http_brotli, rejects_a_window_of_the_large_kind)
{
    static const uint8_t large[] = {0x11, 0x1E, 0, 0, 0, 0, 0, 0};
    memcpy(packed, large, sizeof large);
    cr_assert_eq(unpack(wide, sizeof large, sizeof large), HTTP_INFLATE_BROKEN);
}

Test(http_brotli, stops_when_the_sink_has_enough)
{
    size_t length = pack(text, SMALL, 22);
    enough = 1;
    cr_assert_eq(unpack(wide, length, 1460), HTTP_INFLATE_ENOUGH);
    cr_assert_leq(got_length, HTTP_INFLATE_OUT_MAX);
}

Test(http_brotli, stops_a_bomb_at_its_ratio)
{
    memset(text, 0, TEXT_BYTES);
    size_t length = pack(text, TEXT_BYTES, 18);
    struct http_inflate_limits narrow = {.ratio = 100, .bytes = 1u << 30};
    cr_assert_eq(unpack(narrow, length, length), HTTP_INFLATE_BOMB);
    cr_assert_leq(got_length, 100 * length + HTTP_INFLATE_OUT_MAX + HTTP_INFLATE_RATIO_MIN);
    cr_assert_eq(unpack(wide, length, length), HTTP_INFLATE_OK);
    cr_assert_eq(got_length, TEXT_BYTES);
    length = pack(text, HTTP_INFLATE_RATIO_MIN, 18); /* small enough to be no harm */
    cr_assert_eq(unpack(narrow, length, length), HTTP_INFLATE_OK);
}

Test(http_brotli, stops_a_bomb_at_its_size)
{
    size_t length = pack(text, SMALL, 22);
    struct http_inflate_limits exact = {.ratio = 2000, .bytes = SMALL};
    cr_assert_eq(unpack(exact, length, 1460), HTTP_INFLATE_OK);
    exact.bytes--;
    cr_assert_eq(unpack(exact, length, 1460), HTTP_INFLATE_BOMB);
}

Test(http_brotli, uses_a_block_again_after_any_end)
{
    size_t length = pack(text, SMALL, 22);
    for (size_t cut = 1; cut < length; cut += length / 7)
        (void)unpack(wide, cut, 333);
    expect_text(length, SMALL, 1460);
}
