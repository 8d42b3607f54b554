/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/unpack.h"

#include <criterion/criterion.h>
#include <string.h>

/* printf ajar | gzip -n */
static const uint8_t gzipped[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
                                  0x00, 0x03, 0x4b, 0xcc, 0x4a, 0x2c, 0x02, 0x00,
                                  0x7a, 0x4b, 0x73, 0x25, 0x04, 0x00, 0x00, 0x00};
/* printf ajar | zstd */
static const uint8_t zstded[] = {0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x21, 0x00, 0x00,
                                 0x61, 0x6a, 0x61, 0x72, 0x6a, 0x27, 0xbb, 0x0a};

static struct unpacker *make_unpacker(const uint8_t *data, size_t length)
{
    struct unpacker *unpacker = NULL;
    cr_assert_eq(unpacker_new(data, length, &unpacker), AJAR_OK);
    return unpacker;
}

/* Feeds and drains a byte at a time. */
static void expect_ajar(const uint8_t *data, size_t length)
{
    struct unpacker *unpacker = make_unpacker(data, length);
    cr_assert_not_null(unpacker);
    char text[16] = "";
    size_t used = 0;
    for (size_t at = 0, idle = 0; idle < 4;) {
        struct unpack_step step = {.input = data + at,
                                   .input_length = at < length,
                                   .output = text + used,
                                   .output_size = 1};
        cr_assert_null(unpacker_run(unpacker, &step));
        at += step.taken;
        used += step.made;
        idle = step.taken + step.made == 0 ? idle + 1 : 0;
        cr_assert_leq(used, 4u);
    }
    cr_assert_str_eq(text, "ajar");
    cr_assert(unpacker_is_whole(unpacker));
    unpacker_free(unpacker);
}

Test(unpack, works_a_byte_at_a_time)
{
    expect_ajar(gzipped, sizeof gzipped);
    expect_ajar(zstded, sizeof zstded);
}

Test(unpack, is_not_whole_before_the_end)
{
    struct unpacker *unpacker = make_unpacker(gzipped, sizeof gzipped);
    char text[16];
    struct unpack_step step = {
        .input = gzipped, .input_length = 20, .output = text, .output_size = sizeof text};
    cr_assert_null(unpacker_run(unpacker, &step));
    cr_assert(step.taken == 20 && step.made == 4);
    cr_assert_not(unpacker_is_whole(unpacker));
    unpacker_free(unpacker);
}

Test(unpack, leaves_plain_bytes_alone)
{
    cr_assert_null(make_unpacker((const uint8_t *)"\xd4\xc3\xb2\xa1", 4));
    cr_assert_null(make_unpacker((const uint8_t *)"", 0));
    cr_assert_null(make_unpacker((const uint8_t *)"\x1f", 1));
    unpacker_free(NULL);
}

Test(unpack, names_a_wrong_checksum)
{
    uint8_t data[sizeof gzipped];
    memcpy(data, gzipped, sizeof data);
    data[17] ^= 1;
    struct unpacker *unpacker = make_unpacker(data, sizeof data);
    char text[16];
    struct unpack_step step = {
        .input = data, .input_length = sizeof data, .output = text, .output_size = sizeof text};
    cr_assert_str_eq(unpacker_run(unpacker, &step), "its gzip data is damaged");
    unpacker_free(unpacker);
}
