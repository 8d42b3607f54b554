/* SPDX-License-Identifier: Apache-2.0 */
#include "http2_wire.h"
#include "inspect/http2_hpack.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct hpack_heap *heap;
static char told[4096];
static size_t told_length;
static size_t lines;

static void begin(void)
{
    cr_assert_eq(hpack_heap_new(&heap), AJAR_OK);
}

static void end(void)
{
    hpack_heap_free(heap);
}

static void hear(void *context, struct slice name, struct slice value)
{
    (void)context;
    lines++;
    told_length += (size_t)snprintf(told + told_length, sizeof told - told_length, "%.*s=%.*s\n",
                                    (int)name.length, name.text,
                                    value.length < 100 ? (int)value.length : 0, value.text);
    if (told_length >= sizeof told)
        told_length = 0;
}

static enum ajar_status give(struct hpack *hpack, const void *bytes, size_t length, bool whole)
{
    return hpack_read(heap, hpack, (struct slice){bytes, length}, whole, hear, NULL);
}

/* RFC 7541 appendix C.4: requests with Huffman coding, one table. */
static const char first[] = "\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff";
static const char second[] = "\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf";

TestSuite(http2_hpack, .init = begin, .fini = end);

Test(http2_hpack, decodes_blocks_cut_anywhere)
{
    for (size_t cut = 0; cut < sizeof first; cut++) {
        struct hpack hpack;
        told_length = 0;
        cr_assert_eq(hpack_open(heap, &hpack), AJAR_OK);
        cr_assert_eq(give(&hpack, first, cut, false), AJAR_OK);
        cr_assert_eq(give(&hpack, first + cut, sizeof first - 1 - cut, true), AJAR_OK);
        cr_assert_eq(give(&hpack, second, sizeof second - 1, true), AJAR_OK);
        cr_assert_str_eq(told, ":method=GET\n:scheme=http\n:path=/\n:authority=www.example.com\n"
                               ":method=GET\n:scheme=http\n:path=/\n:authority=www.example.com\n"
                               "cache-control=no-cache\n");
        hpack_close(heap, &hpack);
        cr_assert_eq(hpack.used, 0);
    }
}

Test(http2_hpack, keeps_a_table_for_each_direction)
{
    struct hpack one;
    struct hpack other;
    cr_assert_eq(hpack_open(heap, &one), AJAR_OK);
    cr_assert_eq(hpack_open(heap, &other), AJAR_OK);
    cr_assert_eq(give(&one, first, sizeof first - 1, true), AJAR_OK);
    cr_assert_eq(give(&other, second, sizeof second - 1, true), AJAR_ERR_FORMAT);
    hpack_close(heap, &one);
    hpack_close(heap, &other);
}

Test(http2_hpack, refuses_what_no_encoder_sends)
{
    static const struct {
        const char *bytes;
        size_t length;
    } odd[] = {{"\x80", 1}, {"\xff\xff\xff\xff\xff\xff\xff", 7}, {"\xc6", 1}, {"\x41\x8c\xf1", 3}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct hpack hpack;
        cr_assert_eq(hpack_open(heap, &hpack), AJAR_OK);
        cr_assert_eq(give(&hpack, odd[i].bytes, odd[i].length, true), AJAR_ERR_FORMAT, "%zu", i);
        hpack_close(heap, &hpack);
    }
}

Test(http2_hpack, follows_a_larger_table_up_to_its_limit)
{
    struct hpack hpack;
    cr_assert_eq(hpack_open(heap, &hpack), AJAR_OK);
    cr_assert_eq(give(&hpack, "\x3f\xe1\xff\x03\x82", 5, true), AJAR_OK); /* 65536 */
    cr_assert_eq(give(&hpack, "\x3f\xe2\xff\x03\x82", 5, true), AJAR_ERR_FORMAT);
    hpack_close(heap, &hpack);
}

Test(http2_hpack, bounds_what_a_block_may_grow_to)
{
    static char value[4000];
    static struct wire block;
    struct hpack hpack;
    cr_assert_eq(hpack_open(heap, &hpack), AJAR_OK);
    memset(value, 'v', sizeof value);
    wire_bytes(&block, "\x40\1a\x7f\xa1\x1e", 6); /* indexed: a = 4000 bytes */
    wire_bytes(&block, value, sizeof value);
    cr_assert_eq(give(&hpack, block.bytes, block.length, true), AJAR_OK);
    memset(value, '\xbe', sizeof value);
    lines = 0;
    cr_assert_eq(give(&hpack, value, 60, true), AJAR_OK);
    cr_assert_eq(lines, 60);
    cr_assert_eq(give(&hpack, value, sizeof value, true), AJAR_ERR_LIMIT);
    cr_assert_lt(lines, 60 + HTTP2_BLOCK_MAX / 4000 + 1);
    hpack_close(heap, &hpack);
}

Test(http2_hpack, bounds_what_a_direction_may_hold)
{
    static struct wire block;
    struct hpack hpack;
    cr_assert_eq(hpack_open(heap, &hpack), AJAR_OK);
    wire_bytes(&block, "\x3f\xe1\xff\x03", 4);
    for (unsigned i = 0; i < 2000; i++)
        wire_bytes(&block, (char[]){0x40, 2, (char)(i / 200 + 1), (char)(i % 200 + 1), 0}, 5);
    cr_assert_eq(give(&hpack, block.bytes, block.length, true), AJAR_ERR_LIMIT);
    cr_assert_leq(hpack.used, HTTP2_HPACK_BYTES_MAX);
    hpack_close(heap, &hpack);
    cr_assert_eq(hpack.used, 0);
}

Test(http2_hpack, refuses_a_direction_when_the_heap_is_used_up)
{
    static struct hpack many[5000];
    size_t open = 0;
    while (open < 5000 && hpack_open(heap, &many[open]) == AJAR_OK)
        open++;
    cr_assert_lt(open, 5000);
    cr_assert_gt(open, 1024);
    hpack_close(heap, &many[0]);
    cr_assert_eq(hpack_open(heap, &many[0]), AJAR_OK);
    for (size_t i = 0; i < open; i++)
        hpack_close(heap, &many[i]);
}
