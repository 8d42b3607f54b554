/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/http_opening.h"

#include <criterion/criterion.h>
#include <string.h>

#define V2      "\r\n\r\n\0\r\nQUIT\n"
#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

struct outcome {
    enum http_opening_step step;
    size_t used; /* bytes taken, those held back included */
    struct http_opening opening;
};

/* Reads the bytes in two pieces, the second only if the first does not decide. */
static struct outcome read_cut(const char *bytes, size_t length, size_t cut)
{
    struct outcome outcome = {0};
    struct cursor c = cursor_over(bytes, cut);
    outcome.step = http_opening_read(&outcome.opening, &c);
    outcome.used = cut - cursor_left(&c);
    if (outcome.step == HTTP_OPENING_MORE) {
        c = cursor_over(bytes + cut, length - cut);
        outcome.step = http_opening_read(&outcome.opening, &c);
        outcome.used = length - cursor_left(&c);
    }
    return outcome;
}

/* Behind a prefix of `prefix` bytes comes "GET", cut anywhere; `claim` NULL = nobody is named. */
static void expect_prefix(const char *bytes, size_t prefix, const char *claim)
{
    for (size_t cut = 0; cut <= prefix + 3; cut++) {
        struct outcome outcome = read_cut(bytes, prefix + 3, cut);
        char text[ADDR_TEXT_MAX] = "";
        if (outcome.opening.proxied)
            addr_format(&outcome.opening.proxied_for, text);
        cr_assert_eq(outcome.step, HTTP_OPENING_HTTP1, "cut %zu", cut);
        cr_assert(outcome.opening.prefixed, "cut %zu", cut);
        cr_assert_eq(outcome.used - outcome.opening.used, prefix, "cut %zu", cut);
        cr_assert_str_eq(text, claim ? claim : "", "cut %zu", cut);
    }
}

/* No prefix: every byte is handed back. */
static void expect_none(const char *bytes, size_t length)
{
    for (size_t cut = 0; cut <= length; cut++) {
        struct outcome outcome = read_cut(bytes, length, cut);
        cr_assert_eq(outcome.step, HTTP_OPENING_HTTP1, "%s, cut %zu", bytes, cut);
        cr_assert_not(outcome.opening.prefixed);
        cr_assert_not(outcome.opening.proxied);
        cr_assert_eq(outcome.used, outcome.opening.used);
        cr_assert_arr_eq(outcome.opening.bytes, bytes, outcome.used);
    }
}

#define EXPECT_PREFIX(text, claim) expect_prefix(text "GET", sizeof(text) - 1, claim)
#define EXPECT_NONE(text)          expect_none(text, sizeof(text) - 1)

Test(http_opening, reads_through_version_1)
{
    EXPECT_PREFIX("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n", "192.0.2.1");
    EXPECT_PREFIX("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n", "2001:db8::1");
    EXPECT_PREFIX("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe "
                  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
                  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe");
}

Test(http_opening, names_nobody_for_an_unknown_connection)
{
    EXPECT_PREFIX("PROXY UNKNOWN\r\n", NULL);
    EXPECT_PREFIX("PROXY UNKNOWN ffff:f...f:ffff ffff:ffff 65535 65535\r\n", NULL);
}

Test(http_opening, reads_through_version_2)
{
    EXPECT_PREFIX(V2 "\x21\x11\0\x0c\xc0\0\2\1\xc0\0\2\2\x12\x34\0\x50", "192.0.2.1");
    EXPECT_PREFIX(V2 "\x21\x21\0\x24\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
                     "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2\x12\x34\0\x50",
                  "2001:db8::1");
}

Test(http_opening, passes_over_what_follows_the_addresses)
{
    EXPECT_PREFIX(V2 "\x21\x11\0\x13\xc0\0\2\1\xc0\0\2\2\x12\x34\0\x50\3\0\4\1\2\3\4", "192.0.2.1");
}

Test(http_opening, names_nobody_for_a_health_check_or_a_local_socket)
{
    EXPECT_PREFIX(V2 "\x20\x00\0\0", NULL);
    EXPECT_PREFIX(V2 "\x20\x11\0\x0c\xc0\0\2\1\xc0\0\2\2\x12\x34\0\x50", NULL);
    EXPECT_PREFIX(V2 "\x21\x00\0\3\1\2\3", NULL);
    EXPECT_PREFIX(V2 "\x21\x11\0\4\xc0\0\2\1", NULL);
}

Test(http_opening, knows_the_preface_of_http_2)
{
    for (size_t cut = 0; cut <= 24; cut++) {
        struct outcome outcome = read_cut(PREFACE "x", 25, cut);
        cr_assert_eq(outcome.step, HTTP_OPENING_HTTP2, "cut %zu", cut);
        cr_assert_eq(outcome.used, 24);
    }
}

Test(http_opening, knows_the_preface_behind_a_prefix)
{
    static const char bytes[] = "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" PREFACE;
    for (size_t cut = 0; cut < sizeof bytes; cut++) {
        struct outcome outcome = read_cut(bytes, sizeof bytes - 1, cut);
        cr_assert_eq(outcome.step, HTTP_OPENING_HTTP2, "cut %zu", cut);
        cr_assert(outcome.opening.proxied);
    }
}

Test(http_opening, hands_back_what_is_neither)
{
    EXPECT_NONE("GET / HTTP/1.1\r\n");
    EXPECT_NONE("POST / HTTP/1.1\r\n");
    EXPECT_NONE("PRI / HTTP/1.1\r\n");
    EXPECT_NONE("PROXY / HTTP/1.1\r\n");
    EXPECT_NONE("\r\nGET / HTTP/1.1\r\n");
    EXPECT_NONE("\r\n\r\n\0\r\nQUIX\n");
    EXPECT_NONE("PRI * HTTP/2.0\r\n\r\nSM\r\n\rx");
}

Test(http_opening, hands_back_a_malformed_prefix)
{
    EXPECT_NONE("PROXY TCP4 192.0.2.1 192.0.2.2 56324\r\n");
    EXPECT_NONE("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 1\r\n");
    EXPECT_NONE("PROXY TCP4 192.0.2.1 192.0.2.2 56324 65536\r\n");
    EXPECT_NONE("PROXY TCP4 192.0.2.256 192.0.2.2 56324 443\r\n");
    EXPECT_NONE("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\n");
    EXPECT_NONE("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 065535\r\n");
    EXPECT_NONE(V2 "\x11\x11\0\x0c");
    EXPECT_NONE(V2 "\x22\x11\0\x0c");
}

Test(http_opening, reads_one_prefix_only)
{
    struct outcome outcome = read_cut("PROXY UNKNOWN\r\nPROXY UNKNOWN\r\n", 30, 7);
    cr_assert_eq(outcome.step, HTTP_OPENING_HTTP1);
    cr_assert_eq(outcome.used - outcome.opening.used, 15);
}
