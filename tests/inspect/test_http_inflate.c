/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/http_inflate.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define TEXT_BYTES 200000

static char text[TEXT_BYTES];
static uint8_t packed[2 * TEXT_BYTES];
static uint8_t out[HTTP_INFLATE_OUT_MAX];
static void *block;

struct collected {
    char bytes[2 * TEXT_BYTES];
    size_t length;
    size_t enough;
};

static struct collected got;

static void make(void)
{
    block = malloc(http_inflate_size());
    srand(1);
    for (size_t i = 0; i < TEXT_BYTES; i++)
        text[i] = (char)('a' + rand() % 20);
}

static void drop(void)
{
    free(block);
}

TestSuite(http_inflate, .init = make, .fini = drop);

static bool collect(void *context, const uint8_t *data, size_t length)
{
    struct collected *to = context;
    memcpy(to->bytes + to->length, data, length);
    to->length += length;
    return to->enough == 0 || to->length < to->enough;
}

/* Compresses with zlib's window bits (31 gzip, 15 zlib, -15 raw). */
static size_t pack(const char *from, size_t length, int window, uint8_t *to)
{
    z_stream stream = {.next_in = (Bytef *)from,
                       .avail_in = (uInt)length,
                       .next_out = to,
                       .avail_out = 2 * TEXT_BYTES};
    cr_assert_eq(deflateInit2(&stream, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY), Z_OK);
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return stream.total_out;
}

static enum http_inflate_result unpack(enum http_coding coding, struct http_inflate_limits limits,
                                       size_t length, size_t piece)
{
    struct http_inflate *inflate = http_inflate_begin(block, coding, &limits);
    enum http_inflate_result result = HTTP_INFLATE_OK;
    got.length = 0;
    for (size_t at = 0; at < length && !result; at += piece) {
        struct slice wire = {(const char *)packed + at, length - at < piece ? length - at : piece};
        result = http_inflate_feed(inflate, wire, out, collect, &got);
    }
    return result;
}

static const struct http_inflate_limits wide = {.ratio = 2000, .bytes = 1u << 30};

static void expect_text(enum http_coding coding, size_t length, size_t expected)
{
    static const size_t pieces[] = {1, 2, 3, 1460, 1000000};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        cr_assert_eq(unpack(coding, wide, length, pieces[i]), HTTP_INFLATE_OK);
        cr_assert_eq(got.length, expected, "pieces of %zu: %zu", pieces[i], got.length);
        cr_assert_eq(memcmp(got.bytes, text, expected), 0);
    }
}

Test(http_inflate, reads_gzip_and_both_kinds_of_deflate)
{
    expect_text(HTTP_CODING_GZIP, pack(text, TEXT_BYTES, 31, packed), TEXT_BYTES);
    expect_text(HTTP_CODING_DEFLATE, pack(text, TEXT_BYTES, 15, packed), TEXT_BYTES);
    expect_text(HTTP_CODING_DEFLATE, pack(text, TEXT_BYTES, -15, packed), TEXT_BYTES);
    expect_text(HTTP_CODING_DEFLATE, pack(text, 1, -15, packed), 1);
}

Test(http_inflate, reads_several_members)
{
    size_t length = pack(text, 1000, 31, packed);
    length += pack(text + 1000, 500, 31, packed + length);
    length += pack(text + 1500, 0, 31, packed + length);
    expect_text(HTTP_CODING_GZIP, length, 1500);
}

Test(http_inflate, passes_over_padding_behind_the_stream)
{
    size_t length = pack(text, 1000, 31, packed);
    memset(packed + length, 0, 50);
    expect_text(HTTP_CODING_GZIP, length + 50, 1000);
    length = pack(text, 1000, 15, packed);
    memset(packed + length, 0x1f, 50);
    expect_text(HTTP_CODING_DEFLATE, length + 50, 1000);
}

Test(http_inflate, tells_what_came_of_a_stream_that_is_cut)
{
    size_t length = pack(text, TEXT_BYTES, 31, packed);
    cr_assert_eq(unpack(HTTP_CODING_GZIP, wide, length / 2, 1460), HTTP_INFLATE_OK);
    cr_assert_gt(got.length, TEXT_BYTES / 3);
    cr_assert_eq(memcmp(got.bytes, text, got.length), 0);
}

Test(http_inflate, rejects_what_is_not_compressed_as_said)
{
    memcpy(packed, "{\"took\":5}", 10);
    cr_assert_eq(unpack(HTTP_CODING_GZIP, wide, 10, 10), HTTP_INFLATE_BROKEN);
    cr_assert_eq(unpack(HTTP_CODING_GZIP, wide, 10, 1), HTTP_INFLATE_BROKEN);
    memset(packed, 0xFF, 10);
    cr_assert_eq(unpack(HTTP_CODING_DEFLATE, wide, 10, 10), HTTP_INFLATE_BROKEN);
    cr_assert_eq(unpack(HTTP_CODING_DEFLATE, wide, 10, 1), HTTP_INFLATE_BROKEN);
}

Test(http_inflate, rejects_a_block_of_no_known_type)
{
    size_t length = pack(text, TEXT_BYTES, 31, packed);
    cr_assert_eq(unpack(HTTP_CODING_GZIP, wide, length, 1460), HTTP_INFLATE_OK);
    packed[10] |= 0x06; /* first block behind the 10 bytes of the header: type 3 is reserved */
    cr_assert_eq(unpack(HTTP_CODING_GZIP, wide, length, 1460), HTTP_INFLATE_BROKEN);
}

Test(http_inflate, passes_over_a_wrong_check_sum)
{
    size_t length = pack(text, TEXT_BYTES, 31, packed);
    packed[length - 6] ^= 0x55;
    cr_assert_eq(unpack(HTTP_CODING_GZIP, wide, length, 1460), HTTP_INFLATE_OK);
    cr_assert_eq(got.length, TEXT_BYTES);
}

Test(http_inflate, stops_when_the_sink_has_enough)
{
    size_t length = pack(text, TEXT_BYTES, 31, packed);
    got.enough = 1;
    cr_assert_eq(unpack(HTTP_CODING_GZIP, wide, length, 1460), HTTP_INFLATE_ENOUGH);
    cr_assert_leq(got.length, HTTP_INFLATE_OUT_MAX);
    got.enough = 0;
}

Test(http_inflate, stops_a_bomb_at_its_ratio)
{
    static char zeros[2 * TEXT_BYTES];
    size_t length = pack(zeros, TEXT_BYTES, 31, packed);
    struct http_inflate_limits narrow = {.ratio = 100, .bytes = 1u << 30};
    cr_assert_eq(unpack(HTTP_CODING_GZIP, narrow, length, length), HTTP_INFLATE_BOMB);
    cr_assert_leq(got.length, TEXT_BYTES);
    cr_assert_eq(unpack(HTTP_CODING_GZIP, wide, length, length), HTTP_INFLATE_OK);
    length = pack(zeros, HTTP_INFLATE_RATIO_MIN, 31, packed); /* small enough to be no harm */
    cr_assert_eq(unpack(HTTP_CODING_GZIP, narrow, length, length), HTTP_INFLATE_OK);
}

Test(http_inflate, stops_a_bomb_at_its_size)
{
    size_t length = pack(text, TEXT_BYTES, 31, packed);
    struct http_inflate_limits exact = {.ratio = 2000, .bytes = TEXT_BYTES};
    cr_assert_eq(unpack(HTTP_CODING_GZIP, exact, length, 1460), HTTP_INFLATE_OK);
    exact.bytes--;
    cr_assert_eq(unpack(HTTP_CODING_GZIP, exact, length, 1460), HTTP_INFLATE_BOMB);
}
