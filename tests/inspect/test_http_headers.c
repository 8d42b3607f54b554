/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/http_headers.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct http_headers headers;
static struct http_framing framing;

static void parse(const char *text)
{
    struct cursor c = cursor_over(text, strlen(text));
    http_headers_parse(&c, &headers, &framing);
}

static void expect_header(size_t index, const char *name, const char *value)
{
    cr_assert_lt(index, headers.count);
    cr_assert(slice_equals(headers.lines[index].name, name), "name of line %zu", index);
    cr_assert(slice_equals(headers.lines[index].value, value), "value of %s: %.*s", name,
              (int)headers.lines[index].value.length, headers.lines[index].value.text);
}

Test(http_headers, reads_lines_that_end_with_crlf_or_lf)
{
    parse("Host: a\r\nAccept:*/*\nX-Empty:\r\n\r\nBody: no\r\n");
    cr_assert_eq(headers.count, 3);
    expect_header(0, "Host", "a");
    expect_header(1, "Accept", "*/*");
    expect_header(2, "X-Empty", "");
}

Test(http_headers, drops_blanks_around_values_and_before_the_colon)
{
    parse("Content-Length \t: \t 5 \t\r\n\r\n");
    expect_header(0, "Content-Length", "5");
    cr_assert(framing.has_length);
    cr_assert_eq(framing.length, 5);
}

Test(http_headers, joins_a_folded_line_to_its_value)
{
    parse("Transfer-Encoding:\r\n chunked\r\nX: a\r\n\tb\r\n c\r\nY: d\r\n\r\n");
    cr_assert_eq(headers.count, 3);
    expect_header(0, "Transfer-Encoding", "chunked");
    expect_header(1, "X", "a\r\n\tb\r\n c");
    expect_header(2, "Y", "d");
    cr_assert(framing.chunked);
}

Test(http_headers, passes_over_lines_without_colon_or_name)
{
    parse("rubbish\r\n: value\r\n leading: blank\r\nA: b\r\n\r\n");
    cr_assert_eq(headers.count, 2);
    expect_header(0, "leading", "blank");
    expect_header(1, "A", "b");
}

Test(http_headers, keeps_a_bare_cr_and_a_nul_as_they_are)
{
    struct cursor c = cursor_over("A: b\rc\0d\r\n\r\n", 12);
    http_headers_parse(&c, &headers, &framing);
    cr_assert_eq(headers.count, 1);
    cr_assert_eq(headers.lines[0].value.length, 5);
    cr_assert_eq(memcmp(headers.lines[0].value.text, "b\rc\0d", 5), 0);
}

Test(http_headers, finds_a_header_in_any_case)
{
    parse("A: 1\r\ncontent-TYPE: x\r\nContent-Type: y\r\n\r\n");
    cr_assert(slice_equals(http_header_find(&headers, "Content-Type"), "x"));
    cr_assert_null(http_header_find(&headers, "Content-Typ").text);
}

Test(http_headers, minds_framing_headers_behind_those_it_keeps)
{
    char text[HTTP_HEADERS_MAX * 6 + 64];
    for (size_t i = 0; i < HTTP_HEADERS_MAX; i++)
        memcpy(text + i * 6, "A: 1\r\n", 6);
    snprintf(text + (size_t)HTTP_HEADERS_MAX * 6, 64, "Content-Length: 7\r\n\r\n");
    parse(text);
    cr_assert_eq(headers.count, HTTP_HEADERS_MAX);
    cr_assert_eq(framing.dropped, 1);
    cr_assert_eq(framing.length, 7);
}

Test(http_headers, rejects_a_length_that_is_no_number)
{
    static const char *const wrong[] = {
        "Content-Length: 5a\r\n", "Content-Length: -5\r\n",
        "Content-Length: +5\r\n", "Content-Length: 0x5\r\n",
        "Content-Length:\r\n",    "Content-Length: 99999999999999999999\r\n",
        "Content-Length: 5 6\r\n"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        parse(wrong[i]);
        cr_assert_not(framing.has_length, "%s", wrong[i]);
        cr_assert(framing.contradictory, "%s", wrong[i]);
    }
    parse("Content-Length: 999999999999999999\r\n");
    cr_assert_eq(framing.length, UINT64_C(999999999999999999));
    parse("Content-Length: 0000000000000000000007\r\n");
    cr_assert_eq(framing.length, 7);
    parse("Content-Length: 0\r\n");
    cr_assert(framing.has_length && framing.length == 0);
    cr_assert_not(framing.contradictory);
}

Test(http_headers, takes_a_repeated_length_and_the_first_of_different_ones)
{
    parse("Content-Length: 5\r\nContent-Length: 5\r\n\r\n");
    cr_assert(framing.has_length && !framing.contradictory);
    parse("Content-Length: 5, 5\r\n\r\n");
    cr_assert(framing.has_length && !framing.contradictory);
    parse("Content-Length: 5\r\nContent-Length: 6\r\n\r\n");
    cr_assert(framing.has_length && framing.contradictory);
    cr_assert_eq(framing.length, 5);
}

Test(http_headers, knows_chunked_only_as_the_last_transfer_coding)
{
    parse("Transfer-Encoding: CHUNKED\r\n\r\n");
    cr_assert(framing.chunked && !framing.other_transfer);
    parse("Transfer-Encoding: gzip, chunked\r\n\r\n");
    cr_assert(framing.chunked && framing.other_transfer);
    parse("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n");
    cr_assert(!framing.chunked && framing.other_transfer);
    parse("Transfer-Encoding: identity\r\n\r\n");
    cr_assert(!framing.chunked && !framing.other_transfer);
    parse("Transfer-Encoding: xchunked\r\n\r\n");
    cr_assert(!framing.chunked && framing.other_transfer);
}

Test(http_headers, knows_the_content_codings_it_reads)
{
    parse("Content-Encoding: x-gzip\r\n\r\n");
    cr_assert_eq(framing.coding, HTTP_CODING_GZIP);
    parse("Content-Encoding: Deflate\r\n\r\n");
    cr_assert_eq(framing.coding, HTTP_CODING_DEFLATE);
    parse("Content-Encoding: identity\r\n\r\n");
    cr_assert_eq(framing.coding, HTTP_CODING_NONE);
    parse("Content-Encoding: identity, gzip\r\n\r\n");
    cr_assert_eq(framing.coding, HTTP_CODING_GZIP);
    parse("Content-Encoding: br\r\n\r\n");
    cr_assert_eq(framing.coding, HTTP_CODING_BROTLI);
    parse("Content-Encoding: zstd\r\n\r\n");
    cr_assert_eq(framing.coding, HTTP_CODING_UNKNOWN);
    parse("Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n");
    cr_assert_eq(framing.coding, HTTP_CODING_UNKNOWN);
}

Test(http_headers, knows_a_request_that_waits_before_its_body)
{
    parse("Expect: 100-Continue\r\n\r\n");
    cr_assert(framing.waits);
    parse("Expect: 200-ok\r\n\r\n");
    cr_assert_not(framing.waits);
}

Test(http_headers, takes_lists_apart)
{
    struct slice list = {" a;q=1 ,, b ,c", 14};
    struct slice item;
    cr_assert(http_list_next(&list, &item) && slice_equals(item, "a"));
    cr_assert(http_list_next(&list, &item) && slice_equals(item, "b"));
    cr_assert(http_list_next(&list, &item) && slice_equals(item, "c"));
    cr_assert_not(http_list_next(&list, &item));
}

Test(http_headers, compares_slices_as_a_whole)
{
    struct slice slice = {"Basic abc", 5};
    cr_assert(slice_equals(slice, "Basic"));
    cr_assert_not(slice_equals(slice, "basic"));
    cr_assert(slice_equals_nocase(slice, "bASIC"));
    cr_assert_not(slice_equals_nocase(slice, "Basic "));
    cr_assert(slice_starts_nocase(slice, "bas"));
    cr_assert_not(slice_starts_nocase(slice, "Basic a"));
}
