/* SPDX-License-Identifier: Apache-2.0 */
/* The recognisers: requests, replies, what must wait and what never will be. */
#include "classify/classify.h"

#include <criterion/criterion.h>
#include <string.h>

static enum recognition recognise(const char *text)
{
    enum application_protocol protocol = APPLICATION_NONE;
    enum recognition found = classify_recognise((const uint8_t *)text, strlen(text), &protocol);
    bool known = found == RECOGNITION_REQUEST || found == RECOGNITION_REPLY;
    cr_assert_eq(protocol, known ? APPLICATION_HTTP : APPLICATION_NONE, "%s", text);
    return found;
}

static void expect_all(enum recognition expected, const char *const *texts)
{
    for (; *texts; texts++)
        cr_assert_eq(recognise(*texts), expected, "%s", *texts);
}

Test(classify_recognise, knows_whole_request_lines_of_any_method)
{
    static const char *const texts[] = {"GET / HTTP/1.1\r\n",
                                        "GET / HTTP/1.0\n",
                                        "POST /_search?q=a%20b HTTP/1.1\r\nHost: x\r\n",
                                        "OPTIONS * HTTP/1.1\r\n",
                                        "GET http://10.0.0.5:9200/_cat HTTP/1.1\r\n",
                                        "CONNECT db.example:9200 HTTP/1.1\r\n",
                                        "FROBNICATE /x HTTP/1.1\r\n",
                                        "VERSION-CONTROL /x HTTP/1.1\r\n",
                                        "\r\n\r\nGET / HTTP/1.1\r\n",
                                        "\nGET / HTTP/1.1\r\n",
                                        "GET /a b HTTP/1.1\r\n",
                                        NULL};
    expect_all(RECOGNITION_REQUEST, texts);
}

Test(classify_recognise, knows_the_beginning_of_a_request_with_a_known_method_at_once)
{
    static const char *const texts[] = {"GET /", "DELETE /index", "OPTIONS *", "HEAD / HT", NULL};
    expect_all(RECOGNITION_REQUEST, texts);
}

Test(classify_recognise, waits_while_it_can_become_a_request)
{
    static const char *const texts[] = {
        "",      "G",      "GE",      "GET",   "GET ",         "\r\n", "\r\n\r",
        "\nDEL", "PURGEX", "FROB /x", "GET h", "CONNECT db.e", NULL};
    expect_all(RECOGNITION_WAIT, texts);
}

Test(classify_recognise, trusts_the_shape_when_a_full_prefix_ends_inside_the_line)
{
    static const char *const texts[] = {"FROBNICATE /long/path/without/end",
                                        "CONNECT database.example", "GET http://10.0.0.5:92", NULL};
    expect_all(RECOGNITION_REQUEST, texts);
}

Test(classify_recognise, says_no_when_a_full_prefix_has_not_the_shape)
{
    static const char *const texts[] = {"FROBNICATE hello world", "ABCDEFGHIJKLMNOP",
                                        "GET one two three four", "FROBNICATE x:y:z", NULL};
    expect_all(RECOGNITION_NO, texts);
}

Test(classify_recognise, says_no_to_complete_lines_without_a_version)
{
    static const char *const texts[] = {
        "GET key\r\n",        "GET /\r\n",  "USER anonymous\r\n",   "OPTIONS sip:x SIP/2.0\r\n",
        "GET / HTTP/2.0\r\n", "SEARCH x\n", "PRT H k HTTP/1.1\r\n", NULL};
    expect_all(RECOGNITION_NO, texts);
}

Test(classify_recognise, says_no_at_the_first_byte_that_cannot_be)
{
    static const char *const texts[] = {"get / HTTP/1.1\r\n",
                                        "\x16\x03\x01",
                                        "*1\r\n$4\r\n",
                                        " GET / HTTP/1.1",
                                        "GE/",
                                        "AB /",
                                        "G T / HTTP/1.1\r\n",
                                        "GET\t/ HTTP/1.1\r\n",
                                        "GET  / HTTP/1.1\r\n",
                                        "GET \r\n",
                                        "SSH-2.0-x",
                                        "ABCDEFGHIJKLMNOPQRSTU",
                                        NULL};
    expect_all(RECOGNITION_NO, texts);
}

Test(classify_recognise, knows_replies)
{
    static const char *const texts[] = {"HTTP/1.1 200", "HTTP/1.1 200 OK\r\n",
                                        "HTTP/1.0 401 Unauthorized", "HTTP/1.1 404\r\n", NULL};
    expect_all(RECOGNITION_REPLY, texts);
}

Test(classify_recognise, waits_for_the_status_of_a_reply)
{
    static const char *const texts[] = {"H", "HTTP", "HTTP/", "HTTP/1.1", "HTTP/1.1 20", NULL};
    expect_all(RECOGNITION_WAIT, texts);
}

Test(classify_recognise, says_no_to_what_only_resembles_a_reply)
{
    static const char *const texts[] = {"HTTP/2.0 200 OK",
                                        "HTTP/1.1 2xx",
                                        "HTTP/1.1 2000",
                                        "http/1.1 200 OK",
                                        "HTTPS/1.1 200",
                                        "ICY 200 OK\r\n",
                                        NULL};
    expect_all(RECOGNITION_NO, texts);
}

Test(classify_recognise, never_changes_its_mind_once_it_is_sure)
{
    static const char *const texts[] = {
        "GET /_search?size=1000 HTTP/1.1\r\nHost: x\r\n\r\n", "\r\nPOST /_bulk HTTP/1.1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "FROBNICATE /x HTTP/1.1\r\n",
        "CONNECT db.example:9200 HTTP/1.1\r\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        enum application_protocol protocol;
        enum recognition sure = RECOGNITION_WAIT;
        for (size_t length = 0; length <= strlen(texts[i]); length++) {
            enum recognition now = classify_recognise((const uint8_t *)texts[i], length, &protocol);
            cr_assert_neq(now, RECOGNITION_NO, "%s at %zu", texts[i], length);
            cr_assert(sure == RECOGNITION_WAIT || now == sure, "%s at %zu", texts[i], length);
            sure = now;
        }
        cr_assert_neq(sure, RECOGNITION_WAIT);
    }
}

/* Expects the answer at every length of the bytes: waiting up to `sure`, then the answer. */
static void expect_from(const void *bytes, size_t length, size_t sure, enum recognition answer)
{
    for (size_t at = 0; at <= length; at++) {
        enum application_protocol protocol = APPLICATION_NONE;
        enum recognition now = classify_recognise(bytes, at, &protocol);
        cr_assert_eq(now, at < sure ? RECOGNITION_WAIT : answer, "%s at %zu", (const char *)bytes,
                     at);
    }
}

Test(classify_recognise, knows_http2_and_prefixes_of_proxies_cut_anywhere)
{
    expect_from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24, 16, RECOGNITION_REQUEST);
    expect_from("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", 36, 11, RECOGNITION_REQUEST);
    expect_from("PROXY TCP6 ::1 ::2 1 2\r\n", 24, 11, RECOGNITION_REQUEST);
    expect_from("PROXY UNKNOWN\r\n", 15, 13, RECOGNITION_REQUEST);
    expect_from("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", 16, 12, RECOGNITION_REQUEST);
    expect_from("\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x64", 15, 9, RECOGNITION_REPLY);
    expect_from("\0\0\0\4\0\0\0\0\0", 9, 9, RECOGNITION_REPLY);
}

Test(classify_recognise, says_no_to_what_only_resembles_http2_or_a_prefix)
{
    static const struct {
        const char *bytes;
        size_t length;
    } odd[] = {
        {"PRI * HTTP/3.0\r\n", 16},  {"PRI / HTTP/2.0\r\n", 16},
        {"PROXY UDP4 x\r\n", 14},    {"\r\n\r\n\0\r\nQUIX\n", 12},
        {"\r\n\r\n\1", 5},           {"\0\0\x85\xff", 4}, /* SMB over NetBIOS */
        {"\0\0\x13\4\0\0\0\0\0", 9}, {"\0\0\x12\4\1\0\0\0\0", 9},
        {"\0\0\x12\4\0\0\0\0\1", 9}, {"\0\1\0\4\0\0\0\0\0", 9},
    };
    enum application_protocol protocol;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        cr_assert_eq(classify_recognise((const uint8_t *)odd[i].bytes, odd[i].length, &protocol),
                     RECOGNITION_NO, "%zu", i);
}

Test(classify_recognise, reads_no_byte_behind_its_data)
{
    enum application_protocol protocol;
    const uint8_t text[] = "GET /";
    cr_assert_eq(classify_recognise(text, 3, &protocol), RECOGNITION_WAIT);
    cr_assert_eq(classify_recognise(text, 5, &protocol), RECOGNITION_REQUEST);
    cr_assert_eq(classify_recognise(NULL, 0, &protocol), RECOGNITION_WAIT);
}
