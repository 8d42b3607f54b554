/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/http_reader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct http_pool pool;
static struct http_reader reader;
static char trace[4096];

static void make(void)
{
    cr_assert_eq(http_pool_init(&pool, 1, HTTP_HEAD_MAX), AJAR_OK);
}

static void drop(void)
{
    http_pool_clear(&pool);
}

TestSuite(http_reader, .init = make, .fini = drop);

/* Feeds the text in pieces and writes down the steps: a head as "[first line]". */
static const char *steps(enum http_head_kind kind, bool midstream, const char *text, size_t piece)
{
    static const char *const names[] = {"", "", "lost ", "long ", "rubbish "};
    size_t length = strlen(text);
    trace[0] = 0;
    http_reader_init(&reader, kind, midstream);
    for (size_t at = 0; at < length; at += piece) {
        struct cursor c = cursor_over(text + at, length - at < piece ? length - at : piece);
        while (cursor_left(&c)) {
            struct slice head;
            enum http_reader_step step = http_reader_next(&reader, &pool, &c, &head);
            snprintf(trace + strlen(trace), 16, "%s", names[step]);
            if (step == HTTP_READER_RUBBISH) {
                cr_assert_eq(pool.in_use, 0);
                return trace;
            }
            if (step != HTTP_READER_HEAD)
                continue;
            snprintf(trace + strlen(trace), 64, "[%.*s%s] ", (int)strcspn(head.text, "\r\n"),
                     head.text, reader.resynced ? "*" : "");
            http_reader_done(&reader, &pool);
        }
    }
    http_pool_return(&pool, reader.buffer);
    cr_assert_eq(pool.in_use, 0);
    return trace;
}

static void expect_steps(enum http_head_kind kind, bool midstream, const char *text,
                         const char *expected)
{
    for (size_t piece = 1; piece <= strlen(text); piece++)
        cr_assert_str_eq(steps(kind, midstream, text, piece), expected, "pieces of %zu", piece);
}

Test(http_reader, finds_heads_however_they_are_cut)
{
    expect_steps(HTTP_HEAD_REQUEST, false,
                 "\r\n\nGET / HTTP/1.1\r\nA: b\r\n\r\nPUT /x HTTP/1.0\n\n",
                 "[GET / HTTP/1.1] [PUT /x HTTP/1.0] ");
    expect_steps(HTTP_HEAD_REPLY, false, "HTTP/1.1 200 OK\r\nA: b\r\n\r\nHTTP/1.1 404\r\n\r\n",
                 "[HTTP/1.1 200 OK] [HTTP/1.1 404] ");
}

Test(http_reader, takes_a_request_without_version_only_at_the_begin)
{
    expect_steps(HTTP_HEAD_REQUEST, false, "GET /old\r\n", "[GET /old] ");
    expect_steps(HTTP_HEAD_REQUEST, true, "GET /old\r\n", "");
    expect_steps(HTTP_HEAD_REQUEST, false, "GET / HTTP/1.1\r\n\r\nGET /old\r\n",
                 "[GET / HTTP/1.1] lost ");
}

Test(http_reader, says_when_the_first_bytes_of_a_server_are_no_http)
{
    expect_steps(HTTP_HEAD_REPLY, false, "This is not an HTTP port", "rubbish ");
    expect_steps(HTTP_HEAD_REPLY, false, "HTTP/2 200\r\n", "rubbish ");
}

Test(http_reader, searches_behind_first_bytes_of_a_client_that_are_no_http)
{
    expect_steps(HTTP_HEAD_REQUEST, false, "*1\r\n$4\r\nPING\r\nGET / HTTP/1.1\r\n\r\n",
                 "lost [GET / HTTP/1.1*] ");
}

Test(http_reader, searches_from_the_middle_of_a_message)
{
    expect_steps(HTTP_HEAD_REPLY, true,
                 "of a body HTTP/1.1 200 OK\nHTTP/1.x\nHTTP/1.1 201 C\r\n\r\n",
                 "[HTTP/1.1 201 C*] ");
    expect_steps(HTTP_HEAD_REQUEST, true,
                 "/1.1\r\nHost: x\r\n\r\n{\"a\":\nPOST /y HTTP/1.1\r\n\r\n",
                 "[POST /y HTTP/1.1*] ");
    expect_steps(HTTP_HEAD_REPLY, true, "HTTP/1.1 200 OK\r\n\r\n", "[HTTP/1.1 200 OK*] ");
}

Test(http_reader, finds_a_head_behind_the_byte_of_a_keep_alive_probe)
{
    static const char text[] = "\0GET / HTTP/1.1\r\n\r\n";
    struct cursor c = cursor_over(text, sizeof(text) - 1);
    struct slice head;
    http_reader_init(&reader, HTTP_HEAD_REQUEST, true);
    cr_assert_eq(http_reader_next(&reader, &pool, &c, &head), HTTP_READER_HEAD);
    cr_assert_eq(head.length, sizeof(text) - 2);
}

Test(http_reader, searches_on_when_no_head_stands_where_one_must)
{
    expect_steps(
        HTTP_HEAD_REPLY, false,
        "HTTP/1.1 200 OK\r\n\r\nsome body\nmore\nHTTP/1.1 201 C\r\n\r\nHTTP/1.1 202 D\r\n\r\n",
        "[HTTP/1.1 200 OK] lost [HTTP/1.1 201 C*] [HTTP/1.1 202 D] ");
}

/* A request head of `length` bytes and a short one behind it. */
static char *long_head(size_t length)
{
    char *text = malloc(length + 64);
    memset(text, 'a', length);
    memcpy(text, "GET / HTTP/1.1\r\nA: ", 19);
    memcpy(text + length - 4, "\r\n\r\n", 4);
    memcpy(text + length, "GET /2 HTTP/1.1\r\n\r\n", 20);
    return text;
}

Test(http_reader, gives_up_a_head_over_the_limit)
{
    static const size_t pieces[] = {
        1, 2, 1460, HTTP_HEAD_MAX - 1, HTTP_HEAD_MAX, HTTP_HEAD_MAX + 1, 99999};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        char *text = long_head(HTTP_HEAD_MAX);
        cr_assert_str_eq(steps(HTTP_HEAD_REQUEST, false, text, pieces[i]),
                         "[GET / HTTP/1.1] [GET /2 HTTP/1.1] ");
        free(text);
        text = long_head(HTTP_HEAD_MAX + 1);
        cr_assert_str_eq(steps(HTTP_HEAD_REQUEST, false, text, pieces[i]),
                         "long [GET /2 HTTP/1.1*] ", "pieces of %zu", pieces[i]);
        free(text);
    }
}

Test(http_reader, gives_up_a_split_head_when_no_buffer_is_free)
{
    void *taken = http_pool_take(&pool);
    struct cursor c = cursor_over("GET / HTTP/1.1\r\nA:", 18);
    struct slice head;
    http_reader_init(&reader, HTTP_HEAD_REQUEST, false);
    cr_assert_eq(http_reader_next(&reader, &pool, &c, &head), HTTP_READER_TOO_LONG);
    cr_assert_eq(cursor_left(&c), 0);
    http_pool_return(&pool, taken);
    c = cursor_over(" b\r\n\r\nGET / HTTP/1.1\r\n\r\n", 24);
    cr_assert_eq(http_reader_next(&reader, &pool, &c, &head), HTTP_READER_HEAD);
    cr_assert(reader.resynced);
}

Test(http_reader, forgets_half_a_head_when_bytes_are_lost)
{
    struct cursor c = cursor_over("GET / HTTP/1.1\r\nA:", 18);
    struct slice head;
    http_reader_init(&reader, HTTP_HEAD_REQUEST, false);
    cr_assert_eq(http_reader_next(&reader, &pool, &c, &head), HTTP_READER_MORE);
    cr_assert(http_reader_inside_head(&reader));
    http_reader_lose(&reader, &pool);
    cr_assert_not(http_reader_inside_head(&reader));
    cr_assert_eq(pool.in_use, 0);
    c = cursor_over("B: c\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", 27);
    cr_assert_eq(http_reader_next(&reader, &pool, &c, &head), HTTP_READER_HEAD);
    cr_assert_eq(head.length, 19);
}
