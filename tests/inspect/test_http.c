/* SPDX-License-Identifier: Apache-2.0 */
/* The inspector's pools, limits and counters. */
#include "inspect/http.h"

#include "conversation.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static struct http_counters counters;

/* Plays and returns the trace; the counters are in `counters`. */
static void expect(const struct play *play, const char *expected)
{
    char *trace = conversation_play(play, &counters);
    cr_assert_str_eq(trace, expected);
    free(trace);
}

Test(http, refuses_limits_without_meaning)
{
    struct http_limits limits = HTTP_LIMITS_DEFAULT;
    struct http_listener listener = {0};
    struct http_inspector *inspector = NULL;
    limits.inflate_ratio = 0;
    cr_assert_eq(http_inspector_new(&limits, &listener, &inspector), AJAR_ERR_USAGE);
    cr_assert_null(inspector);
    cr_assert_eq(http_inspector_new(&HTTP_LIMITS_DEFAULT, &listener, &inspector), AJAR_OK);
    http_inspector_free(inspector);
    http_inspector_free(NULL);
}

Test(http, refuses_a_connection_over_its_limit)
{
    struct http_limits limits = HTTP_LIMITS_DEFAULT;
    struct http_listener listener = {0};
    struct http_inspector *inspector = NULL;
    struct flow flows[3] = {{.client = 0}};
    limits.connections = 2;
    cr_assert_eq(http_inspector_new(&limits, &listener, &inspector), AJAR_OK);
    cr_assert_eq(http_open(inspector, &flows[0]), AJAR_OK);
    cr_assert_eq(http_open(inspector, &flows[1]), AJAR_OK);
    cr_assert_eq(http_open(inspector, &flows[2]), AJAR_ERR_LIMIT);
    cr_assert_null(flows[2].inspector);
    cr_assert_eq(http_inspector_counters(inspector)->connections_refused, 1);
    http_close(inspector, &flows[0]);
    cr_assert_null(flows[0].inspector);
    cr_assert_eq(http_open(inspector, &flows[2]), AJAR_OK);
    cr_assert_eq(http_inspector_counters(inspector)->connections_now, 2);
    http_close(inspector, &flows[0]);
    cr_assert_not(http_bytes(inspector, &flows[0], 0, (const uint8_t *)"GET", 3, NULL));
    http_inspector_free(inspector);
}

Test(http, counts_what_it_reads)
{
    expect(&(struct play){TURNS(
               CLIENT("GET /1 HTTP/1.1\r\n\r\n"),
               SERVER("HTTP/1.1 100 x\r\n\r\nHTTP/1.1 204 x\r\n\r\nHTTP/1.1 204 x\r\n\r\n"))},
           "> GET /1\n< 204\n<. complete wire 0\n< 204 unpaired\n<. complete wire 0\n");
    cr_assert_eq(counters.requests, 1);
    cr_assert_eq(counters.replies, 2);
    cr_assert_eq(counters.unpaired_replies, 1);
    cr_assert_eq(counters.connections, 1);
    cr_assert_eq(counters.connections_now, 0);
}

Test(http, counts_what_is_malformed)
{
    expect(
        &(struct play){TURNS(CLIENT("POST /1 HTTP/1.1\r\nContent-Length: x\r\n\r\n"),
                             SERVER("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
                             CLIENT("rubbish here\r\n"))},
        "> POST /1\n< 200\n<. cut wire 0\n");
    cr_assert_eq(counters.heads_malformed, 2);
    cr_assert_eq(counters.chunks_malformed, 1);
    cr_assert_eq(counters.resyncs, 2);
}

Test(http, leaves_bodies_undecoded_when_no_context_is_free)
{
    static const char reply[] =
        "HTTP/1.1 200 x\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n";
    static const char request[] =
        "POST /1 HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n";
    struct http_limits limits = HTTP_LIMITS_DEFAULT;
    limits.connections = 1;
    limits.inflates = 1;
    expect(&(struct play){TURNS({TURN_CLIENT, request, sizeof(request) - 1, 0},
                                {TURN_SERVER, reply, sizeof(reply) - 1, 0}),
                          .limits = limits},
           "> POST /1\n< 200\n<. cut wire 0 coded undecodable\n");
    cr_assert_eq(counters.inflate_refused, 1);
    limits.inflates = 2;
    expect(&(struct play){TURNS({TURN_CLIENT, request, sizeof(request) - 1, 0},
                                {TURN_SERVER, reply, sizeof(reply) - 1, 0}),
                          .limits = limits},
           "> POST /1\n< 200\n<. cut wire 0 coded\n");
    cr_assert_eq(counters.inflate_refused, 0);
}

Test(http, stops_a_bomb)
{
    static unsigned char zeros[1000000];
    static char reply[4096];
    uLongf packed = 3000;
    int head = 0;
    cr_assert_eq(compress2((Bytef *)reply + 1000, &packed, zeros, sizeof(zeros), 9), Z_OK);
    head = snprintf(reply, 1000,
                    "HTTP/1.1 200 x\r\nContent-Encoding: deflate\r\nContent-Length: %lu\r\n\r\n",
                    packed);
    memmove(reply + head, reply + 1000, packed);
    struct turn turn = {TURN_SERVER, reply, (size_t)head + packed, 0};
    struct play play = {.turns = &turn, .count = 1};
    char *trace = conversation_play(&play, &counters);
    cr_assert(strstr(trace, "coded undecodable"));
    cr_assert_eq(counters.inflate_bombs, 1);
    cr_assert_lt(strlen(trace), 400000);
    free(trace);
    play.limits = (struct http_limits){
        .connections = 1, .inflates = 1, .inflate_ratio = 5000, .inflate_bytes = sizeof(zeros)};
    trace = conversation_play(&play, &counters);
    cr_assert_not(strstr(trace, "undecodable"));
    cr_assert_eq(counters.inflate_bombs, 0);
    free(trace);
}

Test(http, counts_requests_over_the_ring_without_telling_them)
{
    static char requests[20 * (HTTP_PENDING_MAX + 5)];
    struct turn turns[] = {CLIENT("GET /0 HTTP/1.1\r\n\r\n"),
                           SERVER("HTTP/1.1 204 x\r\n\r\n"),
                           {TURN_CLIENT, requests, sizeof(requests), 0}};
    for (size_t i = 0; i < HTTP_PENDING_MAX + 5; i++)
        memcpy(requests + 20 * i, "GET /1 HTTP/1.1\r\n\r\n\n", 20);
    char *trace = conversation_play(&(struct play){.turns = turns, .count = 3}, &counters);
    cr_assert_eq(counters.requests, HTTP_PENDING_MAX + 6);
    cr_assert_eq(counters.pending_overflow, 5);
    free(trace);
    turns[1].length = 0; /* a server that is seen will answer: the oldest are kept for it */
    struct play play = {.turns = turns, .count = 3, .server_seen = true};
    trace = conversation_play(&play, &counters);
    cr_assert_eq(counters.pending_overflow, 6);
    free(trace);
    play.server_seen = false; /* without any packet of it the oldest give way instead */
    trace = conversation_play(&play, &counters);
    cr_assert_eq(counters.pending_overflow, 0);
    free(trace);
}
