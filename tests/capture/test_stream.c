/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/stream.h"

#include "capture/files.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

TestSuite(stream, .init = files_init, .fini = files_clear);

#define PLAIN_BYTES ((size_t)1 << 20)

static struct file_builder builder;
static uint8_t plain[PLAIN_BYTES];
static uint8_t back[PLAIN_BYTES * 2 + 1];

/* Text that packs well but not to nothing. */
static void fill_plain(void)
{
    uint32_t random = 1;
    for (size_t i = 0; i < PLAIN_BYTES; i++) {
        random = random * 1103515245 + 12345;
        plain[i] = (uint8_t)("aaaaaaaaaaaaabcd"[random >> 28]);
    }
    plain[0] = 'x'; /* begins like no packed file */
}

static void put_gzip(const uint8_t *data, size_t length)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data,
                  .avail_in = (uInt)length,
                  .next_out = builder.bytes + builder.length,
                  .avail_out = (uInt)(sizeof builder.bytes - builder.length)};
    cr_assert_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    builder.length += z.total_out;
    deflateEnd(&z);
}

static void put_zstd(const uint8_t *data, size_t length)
{
    size_t made = ZSTD_compress(builder.bytes + builder.length,
                                sizeof builder.bytes - builder.length, data, length, 3);
    cr_assert_not(ZSTD_isError(made));
    builder.length += made;
}

/* Reads the file of the builder's bytes to its end; returns the length. */
static size_t read_back(const char **fault)
{
    static char kept[128];
    struct stream *stream;
    FILE *file;
    struct problem problem = {.text = ""};
    cr_assert_eq(stream_open(files_write("file", &builder), &stream, &file, &problem), AJAR_OK,
                 "%s", problem.text);
    size_t length = fread(back, 1, sizeof back, file);
    *fault = NULL;
    if (stream_fault(stream)) {
        (void)snprintf(kept, sizeof kept, "%s", stream_fault(stream));
        *fault = kept;
    } else {
        cr_expect_eq(stream_position(stream), builder.length);
    }
    (void)fclose(file);
    stream_free(stream);
    return length;
}

Test(stream, reads_plain_bytes_as_they_are)
{
    file_put(&builder, "plain bytes", 11);
    const char *fault;
    cr_assert_eq(read_back(&fault), 11);
    cr_assert(!fault && memcmp(back, "plain bytes", 11) == 0);
}

Test(stream, unpacks_gzip_and_zstd)
{
    fill_plain();
    void (*const packers[])(const uint8_t *, size_t) = {put_gzip, put_zstd};
    for (size_t i = 0; i < 2; i++) {
        builder.length = 0;
        packers[i](plain, 100000);
        const char *fault;
        cr_expect_eq(read_back(&fault), 100000);
        cr_expect(!fault && memcmp(back, plain, 100000) == 0);
    }
}

Test(stream, unpacks_far_more_than_its_buffers_hold)
{
    memset(plain, 'z', sizeof plain);
    void (*const packers[])(const uint8_t *, size_t) = {put_gzip, put_zstd};
    for (size_t i = 0; i < 2; i++) {
        builder.length = 0;
        packers[i](plain, sizeof plain);
        const char *fault;
        cr_expect_eq(read_back(&fault), sizeof plain);
        cr_expect(!fault && memcmp(back, plain, sizeof plain) == 0);
    }
}

Test(stream, unpacks_several_parts_as_one)
{
    fill_plain();
    void (*const packers[])(const uint8_t *, size_t) = {put_gzip, put_zstd};
    for (size_t i = 0; i < 2; i++) {
        builder.length = 0;
        packers[i](plain, 50000);
        packers[i](plain + 50000, 50000);
        const char *fault;
        cr_expect_eq(read_back(&fault), 100000);
        cr_expect(!fault && memcmp(back, plain, 100000) == 0);
    }
}

Test(stream, ignores_what_follows_gzip)
{
    put_gzip((const uint8_t *)"abc", 3);
    file_put(&builder, "\0\0\0\0rubbish", 11);
    const char *fault;
    cr_assert_eq(read_back(&fault), 3);
    cr_assert_null(fault);
}

Test(stream, gives_what_lies_before_a_cut_and_names_the_fault)
{
    fill_plain();
    void (*const packers[])(const uint8_t *, size_t) = {put_gzip, put_zstd};
    for (size_t i = 0; i < 2; i++) {
        builder.length = 0;
        packers[i](plain, 150000);
        builder.length -= 10;
        const char *fault;
        size_t length = read_back(&fault);
        cr_assert_not_null(fault);
        cr_expect_str_eq(fault, "its compressed data ends early");
        cr_expect(length <= 150000 && memcmp(back, plain, length) == 0);
        if (i == 0)
            cr_expect_gt(length, 100000u);
    }
}

Test(stream, names_damage)
{
    fill_plain();
    put_gzip(plain, 50000);
    builder.bytes[builder.length / 2] ^= 0xff;
    const char *fault;
    (void)read_back(&fault);
    cr_assert_not_null(fault);
    cr_expect_str_eq(fault, "its gzip data is damaged");

    builder.length = 0;
    put_zstd(plain, 50000);
    builder.bytes[builder.length / 2] ^= 0xff;
    memset(builder.bytes + builder.length / 2, 0xff, 100);
    (void)read_back(&fault);
    cr_assert_not_null(fault);
    cr_expect_str_eq(fault, "its zstd data is damaged or needs a window above 128 MiB");
}

Test(stream, names_packers_that_are_not_read)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *name;
    } packers[] = {{"\xfd"
                    "7zXZ\0\0\4",
                    8, "xz"},
                   {"BZh91AY", 7, "bzip2"},
                   {"\x04\x22\x4d\x18\x64\x40", 6, "lz4"},
                   {"PK\3\4\x14\0", 6, "zip"},
                   {"7z\xbc\xaf\x27\x1c\0\4", 8, "7z"}};
    for (size_t i = 0; i < sizeof packers / sizeof packers[0]; i++) {
        builder.length = 0;
        file_put(&builder, packers[i].magic, packers[i].length);
        struct stream *stream;
        FILE *file;
        struct problem problem = {.text = ""};
        const char *path = files_write("packed", &builder);
        cr_expect_eq(stream_open(path, &stream, &file, &problem), AJAR_ERR_FORMAT);
        char expected[PROBLEM_TEXT_MAX];
        (void)snprintf(expected, sizeof expected,
                       "%s is packed with %s: unpack it first (gzip and zstd are read as they are)",
                       path, packers[i].name);
        cr_expect_str_eq(problem.text, expected);
    }
}
