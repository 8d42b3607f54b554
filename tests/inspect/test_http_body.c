/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/http_body.h"

#include <criterion/criterion.h>
#include <string.h>

static struct http_body body;
static char content[256];
static size_t content_length;
static size_t left_over;

/* Reads the text in pieces and collects the content; returns the last step. */
static enum http_body_step read_pieces(const char *text, size_t piece)
{
    size_t length = strlen(text);
    enum http_body_step step = HTTP_BODY_MORE;
    content_length = 0;
    left_over = 0;
    for (size_t at = 0; at < length; at += piece) {
        size_t part = length - at < piece ? length - at : piece;
        struct cursor c = cursor_over(text + at, part);
        struct slice data;
        while ((step = http_body_read(&body, &c, &data)) == HTTP_BODY_DATA) {
            memcpy(content + content_length, data.text, data.length);
            content_length += data.length;
        }
        if (step != HTTP_BODY_MORE) {
            left_over = length - at - part + cursor_left(&c);
            return step;
        }
    }
    struct cursor none = cursor_over(NULL, 0);
    struct slice data;
    return http_body_read(&body, &none, &data);
}

static void begin_reply(struct http_framing framing, uint16_t status, bool to_head)
{
    http_body_begin_reply(&body, &framing, status, to_head);
}

static void expect_content(const char *expected, size_t behind)
{
    cr_assert_eq(content_length, strlen(expected));
    cr_assert_eq(memcmp(content, expected, content_length), 0);
    cr_assert_eq(body.wire_bytes, content_length);
    cr_assert_eq(left_over, behind);
}

static void expect_chunks(const char *text, enum http_body_step last, const char *expected,
                          size_t behind)
{
    for (size_t piece = 1; piece <= strlen(text); piece++) {
        begin_reply((struct http_framing){.chunked = true}, 200, false);
        cr_assert_eq(read_pieces(text, piece), last, "%s in pieces of %zu", text, piece);
        expect_content(expected, behind);
    }
}

Test(http_body, reads_by_length_and_leaves_the_rest)
{
    for (size_t piece = 1; piece < 9; piece++) {
        begin_reply((struct http_framing){.has_length = true, .length = 5}, 200, false);
        cr_assert_eq(read_pieces("helloHTTP", piece), HTTP_BODY_DONE);
        expect_content("hello", 4);
    }
}

Test(http_body, reads_chunks_with_extensions_and_trailers)
{
    expect_chunks("5\r\nhello\r\n6;a=\"b\r\n world\r\n0\r\n\r\nHTTP", HTTP_BODY_DONE, "hello world",
                  4);
    expect_chunks("0005 \r\nhello\r\n0;x\r\nT: a\r\nU: b\r\n\r\nX", HTTP_BODY_DONE, "hello", 1);
    expect_chunks("5\nhello\n0\n\n", HTTP_BODY_DONE, "hello", 0);
    expect_chunks("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", HTTP_BODY_DONE,
                  "01234567890123456789", 0);
    expect_chunks("\r\n\t1,\r\nx\r\n0\v\r\n\r\n", HTTP_BODY_DONE, "x", 0);
    expect_chunks(" 1\r\nx\r\n0\r\n\r\n", HTTP_BODY_DONE, "x", 0);
}

Test(http_body, waits_for_the_end_of_the_trailers)
{
    expect_chunks("1\r\nx\r\n0\r\n", HTTP_BODY_MORE, "x", 0);
    expect_chunks("1\r\nx\r\n0\r\nT: a\r\n", HTTP_BODY_MORE, "x", 0);
}

Test(http_body, rejects_malformed_chunks)
{
    static const char *const broken[] = {"x\r\n",  "\r\n;",   "-1\r\n",
                                         ";a\r\n", "0x5\r\n", "100000000000000000\r\n"};
    for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
        begin_reply((struct http_framing){.chunked = true}, 200, false);
        cr_assert_eq(read_pieces(broken[i], 1), HTTP_BODY_BROKEN, "%s", broken[i]);
    }
    begin_reply((struct http_framing){.chunked = true}, 200, false);
    cr_assert_eq(read_pieces("5\r\nhelloX\r\n", 20), HTTP_BODY_BROKEN);
}

Test(http_body, reads_until_close_without_a_length)
{
    begin_reply((struct http_framing){0}, 200, false);
    cr_assert_eq(read_pieces("anything", 3), HTTP_BODY_MORE);
    expect_content("anything", 0);
    cr_assert(http_body_until_close(&body));
}

Test(http_body, knows_the_replies_without_a_body)
{
    struct http_framing framing = {.has_length = true, .length = 5, .chunked = true};
    begin_reply(framing, 200, true);
    cr_assert_eq(read_pieces("HTTP", 4), HTTP_BODY_DONE);
    expect_content("", 4);
    static const uint16_t without[] = {100, 101, 199, 204, 304};
    for (size_t i = 0; i < sizeof(without) / sizeof(*without); i++) {
        begin_reply(framing, without[i], false);
        cr_assert_eq(read_pieces("HTTP", 4), HTTP_BODY_DONE, "%u", without[i]);
    }
    begin_reply(framing, 205, false);
    cr_assert_eq(read_pieces("0\r\n\r\n", 4), HTTP_BODY_DONE);
}

Test(http_body, prefers_chunks_to_a_length)
{
    begin_reply((struct http_framing){.has_length = true, .length = 3, .chunked = true}, 200,
                false);
    cr_assert_eq(read_pieces("1\r\nx\r\n0\r\n\r\n", 20), HTTP_BODY_DONE);
    expect_content("x", 0);
}

Test(http_body, gives_a_request_without_length_no_body)
{
    http_body_begin_request(&body, &(struct http_framing){0});
    cr_assert_eq(read_pieces("GET", 3), HTTP_BODY_DONE);
    http_body_begin_request(&body, &(struct http_framing){.has_length = true, .length = 3});
    cr_assert_eq(read_pieces("abcGET", 6), HTTP_BODY_DONE);
    expect_content("abc", 3);
}

Test(http_body, goes_on_behind_a_gap_in_content_of_known_length)
{
    begin_reply((struct http_framing){.has_length = true, .length = 10}, 200, false);
    cr_assert_eq(read_pieces("abc", 3), HTTP_BODY_MORE);
    cr_assert_eq(http_body_gap(&body, 4), HTTP_BODY_MORE);
    cr_assert_eq(read_pieces("xyzHTTP", 9), HTTP_BODY_DONE);
    cr_assert_eq(body.wire_bytes, 10);
    cr_assert(body.gapped);
    cr_assert_eq(left_over, 4);
}

Test(http_body, ends_behind_a_gap_that_takes_all_the_rest)
{
    begin_reply((struct http_framing){.has_length = true, .length = 10}, 200, false);
    cr_assert_eq(http_body_gap(&body, 10), HTTP_BODY_DONE);
    begin_reply((struct http_framing){.has_length = true, .length = 10}, 200, false);
    cr_assert_eq(http_body_gap(&body, 11), HTTP_BODY_BROKEN);
    cr_assert_eq(body.wire_bytes, 10);
    begin_reply((struct http_framing){.has_length = true, .length = 10}, 200, false);
    cr_assert_eq(http_body_gap(&body, 0), HTTP_BODY_BROKEN);
}

Test(http_body, goes_on_behind_a_gap_inside_a_chunk_only)
{
    begin_reply((struct http_framing){.chunked = true}, 200, false);
    cr_assert_eq(read_pieces("a\r\n01", 5), HTTP_BODY_MORE);
    cr_assert_eq(http_body_gap(&body, 5), HTTP_BODY_MORE);
    cr_assert_eq(http_body_gap(&body, 3), HTTP_BODY_MORE);
    cr_assert_eq(read_pieces("\r\n0\r\n\r\n", 20), HTTP_BODY_DONE);
    cr_assert_eq(body.wire_bytes, 10);
    begin_reply((struct http_framing){.chunked = true}, 200, false);
    cr_assert_eq(read_pieces("a\r\n01", 5), HTTP_BODY_MORE);
    cr_assert_eq(http_body_gap(&body, 9), HTTP_BODY_BROKEN);
    begin_reply((struct http_framing){.chunked = true}, 200, false);
    cr_assert_eq(http_body_gap(&body, 1), HTTP_BODY_BROKEN);
}
