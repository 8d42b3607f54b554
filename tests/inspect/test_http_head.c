/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/http_head.h"

#include <criterion/criterion.h>
#include <string.h>

static char path[HTTP_PATH_MAX];
static struct http_request request;
static struct http_reply reply;
static struct http_framing framing;

static enum http_start recognise(enum http_head_kind kind, const char *text)
{
    return http_head_recognise(kind, (const uint8_t *)text, strlen(text));
}

static bool parse_request(const char *text)
{
    return http_head_parse_request((const uint8_t *)text, strlen(text), path, &request, &framing);
}

static bool parse_reply(const char *text)
{
    return http_head_parse_reply((const uint8_t *)text, strlen(text), &reply, &framing);
}

Test(http_head, recognises_request_lines)
{
    static const char *const yes[] = {
        "GET / HTTP/1.1\r\n",
        "get / HTTP/1.0\n",
        "POST http://h/x HTTP/1.1\r\n",
        "CONNECT h:443 HTTP/1.1\r\n",
        "OPTIONS * HTTP/1.1\r\nHost",
        "VERSION-CONTROL /a HTTP/1.1\r\n",
        "GET /a b HTTP/1.1 \r\n",
        "X!#$%&'*+-.^_`|~ / HTTP/1.1\n",
        "GET / HTTP/1.\n",
        "GET / HTTP/01.10\r\n",
        "GET / HTTP/0.9\r\n",
    };
    for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
        cr_assert_eq(recognise(HTTP_HEAD_REQUEST, yes[i]), HTTP_START_YES, "%s", yes[i]);
}

Test(http_head, rejects_what_is_no_request_line)
{
    static const char *const no[] = {
        " GET / HTTP/1.1\r\n",
        "GET\t/ HTTP/1.1\r\n",
        "GET / HTTP/2.0\r\n",
        "PRI * HTTP/2.0\r\n",
        "GET HTTP/1.1\r\n",
        "GET / HTTP/\r\n",
        "GET / HTTP/1.x\r\n",
        "GET / http/1.1\r\n",
        "GET /HTTP/1.1 a\r\n",
        "*1\r\n$4\r\n",
        "\x16\x03\x01",
        "POST /\r\n",
        "GET a\r\n",
        "HTTP/1.1 200 OK\r\n",
        "{\"a\": 1}\n",
        "GET /HTTP/1.1 \x01\r\n",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ / HTTP/1.1\r\n",
    };
    for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
        cr_assert_eq(recognise(HTTP_HEAD_REQUEST, no[i]), HTTP_START_NO, "%s", no[i]);
}

Test(http_head, recognises_a_request_without_version)
{
    cr_assert_eq(recognise(HTTP_HEAD_REQUEST, "GET /\r\n"), HTTP_START_SIMPLE);
    cr_assert(parse_request("GET /old?q\r\n"));
    cr_assert(slice_equals(request.path, "/old"));
    cr_assert_eq(request.headers.count, 0);
}

Test(http_head, waits_for_the_whole_start_line)
{
    const char *line = "GET /a HTTP/1.1\n";
    for (size_t length = 1; length < strlen(line); length++)
        cr_assert_eq(http_head_recognise(HTTP_HEAD_REQUEST, (const uint8_t *)line, length),
                     HTTP_START_MAYBE);
    const char *status = "HTTP/1.1 200\r";
    for (size_t length = 1; length < strlen(status); length++)
        cr_assert_eq(http_head_recognise(HTTP_HEAD_REPLY, (const uint8_t *)status, length),
                     HTTP_START_MAYBE);
    cr_assert_eq(recognise(HTTP_HEAD_REPLY, status), HTTP_START_YES);
}

Test(http_head, recognises_status_lines)
{
    cr_assert_eq(recognise(HTTP_HEAD_REPLY, "HTTP/1.0 400 Bad Request\r\n"), HTTP_START_YES);
    cr_assert_eq(recognise(HTTP_HEAD_REPLY, "HTTP/1.1 200\n"), HTTP_START_YES);
    static const char *const no[] = {
        "HTTP/2 200\r\n",     "HTTP/1.1 2000\r\n", "HTTP/1.1 020 x\r\n", "HTTP/1.1  200 x\r\n",
        "http/1.1 200 x\r\n", "ICY 200 OK\r\n",    "GET / HTTP/1.1\r\n", "HTTPS"};
    for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
        cr_assert_eq(recognise(HTTP_HEAD_REPLY, no[i]), HTTP_START_NO, "%s", no[i]);
}

Test(http_head, finds_the_empty_line_that_ends_a_head)
{
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"A\r\nB: c\r\n\r\nbody", 11}, {"A\nB: c\n\nbody", 8}, {"A\r\nB: c\n\r\nbody", 10},
        {"A\r\nB: c\r\n\r", 0},        {"A\r\nB: c\r\n", 0},   {"A\r\n\r\n", 5},
        {"A\r\n \r\n\r\n", 8},         {"A\r\r\n\r\n", 6},     {"A", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        cr_assert_eq(http_head_length((const uint8_t *)cases[i].text, strlen(cases[i].text), 0),
                     cases[i].length, "%s", cases[i].text);
}

Test(http_head, reads_a_request)
{
    cr_assert(parse_request("POST  /a%2Fb?x=1 HTTP/1.0\r\nHost: h\r\nContent-Length: 3\r\n\r\n"));
    cr_assert(slice_equals(request.method, "POST"));
    cr_assert(slice_equals(request.target, "/a%2Fb?x=1"));
    cr_assert(slice_equals(request.path, "/a/b"));
    cr_assert(slice_equals(request.query, "x=1"));
    cr_assert_eq(request.minor_version, 0);
    cr_assert_eq(request.head_bytes, 57);
    cr_assert_eq(framing.length, 3);
    cr_assert(slice_equals(http_header_find(&request.headers, "host"), "h"));
}

Test(http_head, gives_a_connect_request_no_path)
{
    cr_assert(parse_request("CONNECT host:443 HTTP/1.1\r\n\r\n"));
    cr_assert(slice_equals(request.target, "host:443"));
    cr_assert_eq(request.path.length, 0);
}

Test(http_head, reads_a_reply)
{
    cr_assert(parse_reply("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n"));
    cr_assert_eq(reply.status, 404);
    cr_assert_eq(reply.minor_version, 1);
    cr_assert_eq(reply.headers.count, 1);
    cr_assert(parse_reply("HTTP/1.0 200\n\n"));
    cr_assert_eq(reply.status, 200);
    cr_assert_eq(reply.minor_version, 0);
    cr_assert_eq(reply.head_bytes, 14);
}

Test(http_head, refuses_to_read_what_is_no_head)
{
    cr_assert_not(parse_request("HTTP/1.1 200 OK\r\n\r\n"));
    cr_assert_not(parse_reply("GET / HTTP/1.1\r\n\r\n"));
}
