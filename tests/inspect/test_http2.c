/* SPDX-License-Identifier: Apache-2.0 */
/* Whole conversations in HTTP/2, each told alike however its bytes are cut. */
#include "conversation.h"
#include "http2_wire.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAYS_AT_RANDOM 20
#define TURNS_MAX       12
#define SECOND          UINT64_C(1000000000)

/* A conversation being written: turns alternate as they are asked for. */
static struct turn turns[TURNS_MAX];
static struct wire wires[TURNS_MAX];
static size_t count;
static struct http_counters counters;

static struct wire *speak(enum turn_kind who)
{
    if (count == TURNS_MAX)
        abort();
    turns[count].who = who;
    turns[count].time_ns = count ? turns[count - 1].time_ns : SECOND;
    return &wires[count++];
}

static struct wire *client(void)
{
    return speak(TURN_CLIENT);
}

static struct wire *server(void)
{
    return speak(TURN_SERVER);
}

static void lose(enum turn_kind who, size_t length)
{
    (void)speak(who);
    turns[count - 1].length = length;
}

static void wait_seconds(uint64_t seconds)
{
    turns[count - 1].time_ns += seconds * SECOND;
}

static struct play whole(void)
{
    for (size_t i = 0; i < count; i++) {
        if (turns[i].who != TURN_CLIENT && turns[i].who != TURN_SERVER)
            continue;
        turns[i].bytes = wires[i].bytes;
        turns[i].length = wires[i].length;
    }
    return (struct play){.turns = turns, .count = count};
}

static void expect_once(const struct play *play, const char *expected)
{
    char *trace = conversation_play(play, &counters);
    cr_assert_str_eq(trace, expected, "cut %zu, seed %u:\n%s", play->cut, play->seed, trace);
    free(trace);
}

/* Expects the trace for every turn whole, cut behind every byte, and in random pieces. */
static void expect(const char *expected)
{
    struct play play = whole();
    size_t longest = 0;
    for (size_t i = 0; i < count; i++)
        if (turns[i].length > longest)
            longest = turns[i].length;
    longest = longest < 600 ? longest : 600;
    for (play.cut = 0; play.cut < longest; play.cut++)
        expect_once(&play, expected);
    for (play.seed = 1; play.seed <= PLAYS_AT_RANDOM; play.seed++)
        expect_once(&play, expected);
}

static void ask(const char *path)
{
    struct wire *wire = client();
    wire_preface(wire);
    wire_get(wire, 1, path);
}

#define POST(path) ":method\0POST\0:path\0" path "\0:scheme\0http\0content-type\0application/json\0"

Test(http2, tells_an_exchange)
{
    ask("/customers/_search?size=2");
    struct wire *wire = server();
    wire_settings(wire);
    wire_head(wire, 1, 0, ":status\000200\0content-type\0application/json\0");
    wire_data(wire, 1, 0, "{\"hits\"");
    wire_data(wire, 1, END_STREAM, ":1}");
    expect("> GET /customers/_search ?size=2\n< 200\n<< {\"hits\":1}\n<. complete wire 10\n");
    cr_assert_eq(counters.http2_connections, 1);
    cr_assert_eq(counters.requests, 1);
    cr_assert_eq(counters.replies, 1);
}

Test(http2, tells_the_body_of_a_request)
{
    struct wire *wire = client();
    wire_preface(wire);
    wire_head(wire, 1, 0, POST("/a//_search"));
    wire_data(wire, 1, 0, "{\"size\"");
    wire_data(wire, 1, END_STREAM, ":9}");
    wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, END_STREAM, "204");
    expect("> POST /a/_search\n< 204\n<. complete wire 0\n>> {\"size\":9}\n");
}

Test(http2, tells_overlapping_streams_one_after_the_other)
{
    struct wire *wire = client();
    wire_preface(wire);
    wire_get(wire, 1, "/1");
    wire_get(wire, 3, "/3");
    wire_get(wire, 5, "/5");
    wire = server();
    wire_settings(wire);
    wire_reply(wire, 3, 0, "200");
    wire_reply(wire, 1, 0, "200");
    wire_data(wire, 1, 0, "one");
    wire_data(wire, 3, 0, "thr");
    wire_reply(wire, 5, END_STREAM, "404");
    wire_data(wire, 1, END_STREAM, " more");
    wire_data(wire, 3, END_STREAM, "ee");
    expect("> GET /3\n< 200\n<< three\n<. complete wire 5\n"
           "> GET /1\n< 200\n<< one more\n<. complete wire 8\n"
           "> GET /5\n< 404\n<. complete wire 0\n");
}

Test(http2, goes_on_with_a_stream_that_waited)
{
    struct wire *wire = client();
    wire_preface(wire);
    wire_get(wire, 1, "/1");
    wire_get(wire, 3, "/3");
    wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, 0, "200");
    wire_reply(wire, 3, 0, "200");
    wire_data(wire, 3, 0, "held ");
    wire_data(wire, 1, END_STREAM, "x");
    wire_data(wire, 3, END_STREAM, "passed");
    expect("> GET /1\n< 200\n<< x\n<. complete wire 1\n"
           "> GET /3\n< 200\n<< held passed\n<. complete wire 11\n");
}

Test(http2, reads_padding_priorities_and_continuations)
{
    static struct wire block;
    struct wire *wire = client();
    wire_preface(wire);
    wire_frame(wire, HEADERS, PADDED | PRIORITY | END_STREAM, 1, "\2\0\0\0\0\7\0\7:method\3GET\0\0",
               21);
    wire_lines(&block, ":path\0/_cat/indices\0");
    wire_frame(wire, CONTINUATION, 0, 1, block.bytes, 9);
    wire_frame(wire, CONTINUATION, END_HEADERS, 1, block.bytes + 9, block.length - 9);
    wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, 0, "200");
    wire_frame(wire, DATA, PADDED | END_STREAM, 1, "\3body\0\0\0", 8);
    expect("> GET /_cat/indices\n< 200\n<< body\n<. complete wire 4\n");
}

Test(http2, passes_over_interim_replies_and_trailers)
{
    ask("/1");
    struct wire *wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, 0, "103");
    wire_reply(wire, 1, 0, "200");
    wire_data(wire, 1, 0, "x");
    wire_head(wire, 1, END_STREAM, "grpc-status\0000\0");
    wire = client();
    wire_head(wire, 3, 0, POST("/3"));
    wire_data(wire, 3, 0, "{}");
    wire_head(wire, 3, END_STREAM, "checksum\0001\0");
    wire = server();
    wire_reply(wire, 3, 0, "200");
    wire_head(wire, 3, END_STREAM, "grpc-status\0000\0");
    expect("> GET /1\n< 200\n<< x\n<. complete wire 1\n"
           "> POST /3\n< 200\n<. complete wire 0\n>> {}\n");
}

Test(http2, tells_nothing_of_what_nobody_asked_for)
{
    static struct wire block;
    ask("/1");
    struct wire *wire = server();
    wire_settings(wire);
    wire_bytes(&block, "\0\0\0\2", 4);
    wire_lines(&block, ":method\0GET\0:path\0/pushed\0");
    wire_frame(wire, PUSH_PROMISE, END_HEADERS, 1, block.bytes, block.length);
    wire_reply(wire, 2, 0, "200");
    wire_data(wire, 2, END_STREAM, "pushed");
    wire_reply(wire, 1, END_STREAM, "200");
    expect("> GET /1\n< 200\n<. complete wire 0\n");
}

Test(http2, goes_on_after_an_upgrade)
{
    struct wire *wire = client();
    static const char request[] =
        "POST /a/_search HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        "Upgrade: h2c\r\nContent-Length: 2\r\n\r\n{}";
    static const char switching[] = "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n";
    wire_bytes(wire, request, sizeof request - 1);
    wire = server();
    wire_bytes(wire, switching, sizeof switching - 1);
    wire_settings(wire);
    wire_reply(wire, 1, 0, "200");
    wire = client();
    wire_preface(wire);
    wire_get(wire, 3, "/3");
    wire = server();
    wire_data(wire, 1, END_STREAM, "one");
    wire_reply(wire, 3, END_STREAM, "404");
    expect("> POST /a/_search\n< 200\n<< one\n<. complete wire 3\n>> {}\n"
           "> GET /3\n< 404\n<. complete wire 0\n");
    cr_assert_eq(counters.requests, 2);
}

Test(http2, keeps_replies_behind_that_to_the_upgrade)
{
    struct wire *wire = client();
    static const char request[] = "GET /1 HTTP/1.1\r\nUpgrade: h2c\r\n\r\n";
    static const char switching[] = "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n";
    wire_bytes(wire, request, sizeof request - 1);
    wire_preface(wire); /* a tap may see it before the 101 */
    wire_get(wire, 3, "/3");
    wire = server();
    wire_bytes(wire, switching, sizeof switching - 1);
    wire_settings(wire);
    wire_reply(wire, 3, END_STREAM, "404");
    wire_reply(wire, 1, END_STREAM, "200");
    expect("> GET /1\n< 200\n<. complete wire 0\n> GET /3\n< 404\n<. complete wire 0\n");
}

Test(http2, stays_with_http_1_when_the_server_does)
{
    struct wire *wire = client();
    static const char requests[] = "GET /1 HTTP/1.1\r\nUpgrade: h2c\r\n\r\n";
    static const char next[] = "PRI /2 HTTP/1.1\r\n\r\n";
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    wire_bytes(wire, requests, sizeof requests - 1);
    wire_bytes(server(), reply, sizeof reply - 1);
    wire_bytes(client(), next, sizeof next - 1);
    wire_bytes(server(), reply, sizeof reply - 1);
    expect(
        "> GET /1\n< 200\n<< x\n<. complete wire 1\n> PRI /2\n< 200\n<< x\n<. complete wire 1\n");
    cr_assert_eq(counters.http2_connections, 0);
}

Test(http2, tells_resets_goodbyes_and_the_end_as_lost_or_cut)
{
    struct wire *wire = client();
    wire_preface(wire);
    for (unsigned i = 0; i < 5; i++) {
        char path[] = "/1";
        path[1] = (char)('1' + 2 * i);
        wire_get(wire, 1 + 2 * i, path);
    }
    wire = server();
    wire_settings(wire);
    wire_frame(wire, RST_STREAM, 0, 1, "\0\0\0\7", 4);
    wire_reply(wire, 3, 0, "200");
    wire_data(wire, 3, 0, "part");
    wire_frame(wire, RST_STREAM, 0, 3, "\0\0\0\2", 4);
    wire_frame(wire, GOAWAY, 0, 0, "\0\0\0\7\0\0\0\0", 8);
    wire_reply(wire, 5, 0, "200");
    expect("> GET /1\nlost\n> GET /3\n< 200\n<< part\n<. cut wire 4\n> GET /9\nlost\n"
           "> GET /5\n< 200\n<. cut wire 0\n> GET /7\nlost\n");
}

#define GZIP_HITS                                                                                  \
    "\037\213\010\000\000\000\000\000\002\003\253V\312\310,)V\262\252V*\311/I\314Q\2622\255\255"   \
    "\005\000\021\300ip\024\000\000\000"

Test(http2, decodes_compressed_bodies_both_ways)
{
    struct wire *wire = client();
    wire_preface(wire);
    wire_head(wire, 1, 0, ":method\0POST\0:path\0/\0content-encoding\0gzip\0");
    wire_frame(wire, DATA, END_STREAM, 1, GZIP_HITS, sizeof GZIP_HITS - 1);
    wire_get(wire, 3, "/3");
    wire = server();
    wire_settings(wire);
    wire_reply(wire, 3, 0, "200");
    wire_head(wire, 1, 0, ":status\000200\0content-encoding\0gzip\0");
    wire_frame(wire, DATA, 0, 1, GZIP_HITS, 20);
    wire_data(wire, 3, END_STREAM, "x");
    wire_frame(wire, DATA, END_STREAM, 1, &GZIP_HITS[20], sizeof GZIP_HITS - 21);
    expect("> GET /3\n< 200\n<< x\n<. complete wire 1\n"
           "> POST /\n< 200\n<< {\"hits\":{\"total\":5}}\n<. complete wire 40 coded\n"
           ">> {\"hits\":{\"total\":5}}\n");
}

/* Bytes lost inside a body, as the server's turn "head, part" and then a gap. */
static void lose_inside(size_t gap, const char *rest)
{
    ask("/1");
    struct wire *wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, 0, "200");
    wire_bytes(wire, "\0\0\12\0\1\0\0\0\1begin", 14);
    lose(TURN_SERVER_GAP, gap);
    if (*rest)
        wire_bytes(server(), rest, strlen(rest));
    else
        wire_reply(server(), 1, 0, "200");
}

Test(http2, counts_over_bytes_lost_in_a_body)
{
    lose_inside(4, "d");
    expect("> GET /1\n< 200\n<< begin[4]d\n<. gap wire 10\n");
    cr_assert_eq(counters.http2_broken, 0);
}

Test(http2, ends_where_lost_bytes_hide_a_frame)
{
    lose_inside(6, "");
    expect("> GET /1\n< 200\n<< begin\n<. cut wire 5\nended\n");
    cr_assert_eq(counters.http2_broken, 1);
}

Test(http2, ends_with_unknown_lost_bytes)
{
    lose_inside(0, "");
    expect("> GET /1\n< 200\n<< begin\n<. cut wire 5\nended\n");
}

Test(http2, tells_what_is_known_when_request_bytes_are_lost)
{
    ask("/1");
    lose(TURN_CLIENT_GAP, 10);
    wire_get(client(), 3, "/unread");
    struct wire *wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, END_STREAM, "200");
    wire_reply(wire, 3, 0, "200");
    wire_data(wire, 3, END_STREAM, "x");
    expect("> GET /1\n< 200\n<. complete wire 0\n< 200 unpaired\n<< x\n<. complete wire 1\n");
    cr_assert_eq(counters.http2_broken, 1);
}

Test(http2, ends_with_a_broken_header_block)
{
    struct wire *wire = client();
    wire_preface(wire);
    wire_get(wire, 1, "/1");
    wire_get(wire, 3, "/3");
    wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, END_STREAM, "200");
    wire_frame(wire, HEADERS, END_HEADERS, 3, "\xff\xff\xff\xff\xff\xff\xff", 7);
    wire_reply(wire, 3, END_STREAM, "200");
    expect("> GET /1\n< 200\n<. complete wire 0\n> GET /3\nlost\nended\n");
    cr_assert_eq(counters.http2_broken, 1);
}

Test(http2, ends_when_the_server_speaks_something_else)
{
    ask("/1");
    wire_bytes(server(), "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
    expect("> GET /1\nlost\nended\n");
}

Test(http2, reads_a_server_that_speaks_first)
{
    struct wire *wire = server();
    wire_settings(wire);
    ask("/1");
    wire_reply(server(), 1, END_STREAM, "200");
    struct play play = whole();
    for (play.seed = 1; play.seed <= PLAYS_AT_RANDOM; play.seed++)
        expect_once(&play, "> GET /1\n< 200\n<. complete wire 0\n");
}

Test(http2, tells_replies_unpaired_when_only_the_server_is_seen)
{
    struct wire *wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, 0, "200");
    wire_data(wire, 1, END_STREAM, "x");
    wire_reply(wire, 3, END_STREAM, "404");
    struct play play = whole();
    expect_once(&play, "< 200 unpaired\n<< x\n<. complete wire 1\n"
                       "< 404 unpaired\n<. complete wire 0\n");
}

Test(http2, tells_requests_as_lost_when_only_the_client_is_seen)
{
    struct wire *wire = client();
    wire_preface(wire);
    for (uint32_t i = 0; i < HTTP2_STREAMS_MAX + 2; i++)
        wire_get(wire, 1 + 2 * i, "/x");
    struct play play = whole();
    char *trace = conversation_play(&play, &counters);
    size_t lost = 0;
    for (const char *at = trace; (at = strstr(at, "> GET /x\nlost\n")); at++)
        lost++;
    cr_assert_eq(lost, HTTP2_STREAMS_MAX + 2, "%zu", lost);
    cr_assert_eq(counters.http2_streams_refused, 0);
    free(trace);
}

/* A reply that stalls, and another of `size` bytes meanwhile. */
static void stall(size_t size, uint64_t seconds)
{
    static char body[16000];
    memset(body, 'b', sizeof body);
    struct wire *wire = client();
    wire_preface(wire);
    wire_get(wire, 1, "/stalls");
    wire_get(wire, 3, "/3");
    wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, 0, "200");
    wire_data(wire, 1, 0, "x");
    wire_reply(wire, 3, 0, "200");
    for (; size; size -= size < sizeof body ? size : sizeof body)
        wire_frame(wire, DATA, 0, 3, body, size < sizeof body ? size : sizeof body);
    wire_frame(wire, DATA, END_STREAM, 3, "", 0);
    wire_frame(server(), PING, 0, 0, "12345678", 8);
    wait_seconds(seconds);
    wire_data(server(), 1, END_STREAM, "late");
}

Test(http2, does_not_wait_forever_for_a_reply_that_stalls)
{
    stall(4, 2);
    expect("> GET /stalls\n< 200\n<< x\n<. cut wire 1\n"
           "> GET /3\n< 200\n<< bbbb\n<. complete wire 4\n");
    cr_assert_eq(counters.http2_bodies_cut, 1);
}

Test(http2, waits_a_while_for_a_reply_that_stalls)
{
    stall(4, 0);
    expect("> GET /stalls\n< 200\n<< xlate\n<. complete wire 5\n"
           "> GET /3\n< 200\n<< bbbb\n<. complete wire 4\n");
    cr_assert_eq(counters.http2_bodies_cut, 0);
}

Test(http2, tells_what_a_waiting_body_has_too_much_as_lost)
{
    stall(HTTP2_WAITING_MAX + 100, 0);
    struct play play = whole();
    char *trace = conversation_play(&play, &counters);
    cr_assert_not_null(strstr(trace, "bbb[100]\n<. gap wire 65636\n"), "%s", trace);
    cr_assert_eq(counters.http2_bodies_cut, 1);
    free(trace);
}

Test(http2, keeps_all_of_a_waiting_body_up_to_the_limit)
{
    stall(HTTP2_WAITING_MAX, 0);
    struct play play = whole();
    char *trace = conversation_play(&play, &counters);
    cr_assert_not_null(strstr(trace, "bbb\n<. complete wire 65536\n"), "%s", trace);
    cr_assert_eq(counters.http2_bodies_cut, 0);
    free(trace);
}

Test(http2, refuses_streams_over_its_limit)
{
    struct wire *wire = client();
    wire_preface(wire);
    wire_get(wire, 1, "/first");
    wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, END_STREAM, "200");
    wire = client();
    for (uint32_t i = 0; i < HTTP2_STREAMS_MAX + 3; i++)
        wire_get(wire, 3 + 2 * i, "/x");
    wire = server();
    for (uint32_t i = 0; i < HTTP2_STREAMS_MAX + 3; i++)
        wire_reply(wire, 3 + 2 * i, END_STREAM, "204");
    struct play play = whole();
    char *trace = conversation_play(&play, &counters);
    cr_assert_eq(counters.http2_streams_refused, 3);
    cr_assert_eq(counters.replies, HTTP2_STREAMS_MAX + 1);
    cr_assert_eq(counters.unpaired_replies, 0);
    free(trace);
}

Test(http2, loses_a_reply_whose_head_it_has_no_block_for)
{
    ask("/1");
    struct wire *wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, 0, "200");
    wire_data(wire, 1, END_STREAM, "x");
    struct play play = whole();
    play.limits = HTTP_LIMITS_DEFAULT;
    play.limits.http2_blocks = 1; /* the reply's head needs the block the request's had */
    expect_once(&play, "> GET /1\nlost\n");
    cr_assert_eq(counters.http2_blocks_refused, 1);
    play.limits.http2_blocks = 2;
    expect_once(&play, "> GET /1\n< 200\n<< x\n<. complete wire 1\n");
    cr_assert_eq(counters.http2_blocks_refused, 0);
}

Test(http2, refuses_connections_over_its_limit)
{
    ask("/1");
    struct play play = whole();
    play.limits = HTTP_LIMITS_DEFAULT;
    play.limits.http2_connections = 0;
    expect_once(&play, "ended\n");
    cr_assert_eq(counters.http2_refused, 1);
    play.limits.http2_connections = 1;
    expect_once(&play, "> GET /1\nlost\n");
    cr_assert_eq(counters.http2_refused, 0);
}

Test(http2, counts_header_lines_it_does_not_keep)
{
    static struct wire block;
    struct wire *wire = client();
    wire_preface(wire);
    wire_lines(&block, ":method\0GET\0:path\0/\0");
    for (int i = 0; i < HTTP_HEADERS_MAX + 3; i++)
        wire_lines(&block, "a\0b\0");
    wire_frame(wire, HEADERS, END_HEADERS | END_STREAM, 1, block.bytes, block.length);
    wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, END_STREAM, "200");
    expect("> GET /\n< 200\n<. complete wire 0\n");
    cr_assert_eq(counters.headers_dropped, 3);
}

Test(http2, says_for_whom_a_proxy_passed_the_connection_on)
{
    static const char prefix[] = "PROXY TCP4 192.0.2.7 192.0.2.2 56324 9200\r\n";
    struct wire *wire = client();
    wire_bytes(wire, prefix, sizeof prefix - 1);
    wire_preface(wire);
    wire_get(wire, 1, "/1");
    wire = server();
    wire_settings(wire);
    wire_reply(wire, 1, END_STREAM, "200");
    expect("> GET /1 for 192.0.2.7\n< 200\n<. complete wire 0\n");
    cr_assert_eq(counters.proxied, 1);
}
