/* SPDX-License-Identifier: Apache-2.0 */
/* Whole conversations, each told alike however its bytes are cut. */
#include "conversation.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define PLAYS_AT_RANDOM 40

static void expect_once(const struct play *play, const char *expected)
{
    char *trace = conversation_play(play, NULL);
    cr_assert_str_eq(trace, expected, "cut %zu, seed %u:\n%s", play->cut, play->seed, trace);
    free(trace);
}

/* Expects the trace for every turn whole, cut behind every byte, and in random pieces. */
static void expect(struct play play, const char *expected)
{
    size_t longest = 0;
    for (size_t i = 0; i < play.count; i++) {
        if (play.turns[i].bytes && play.turns[i].length > longest)
            longest = play.turns[i].length;
    }
    for (play.cut = 0; play.cut < longest; play.cut++)
        expect_once(&play, expected);
    for (play.seed = 1; play.seed <= PLAYS_AT_RANDOM; play.seed++)
        expect_once(&play, expected);
}

Test(http_exchange, tells_requests_and_replies_of_a_kept_connection)
{
    expect(
        (struct play){TURNS(CLIENT("GET /_cat/indices?v HTTP/1.1\r\nHost: a\r\n\r\n"),
                            SERVER("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
                            CLIENT("\r\nPOST /a/_search HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"),
                            SERVER("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"))},
        "> GET /_cat/indices ?v\n< 200\n<< hello\n<. complete wire 5\n"
        "> POST /a/_search\n< 404\n<. complete wire 0\n>> {}\n");
}

Test(http_exchange, pairs_pipelined_requests_in_order)
{
    expect((struct play){TURNS(
               CLIENT("GET /1 HTTP/1.1\r\n\r\nHEAD /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n"),
               SERVER("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nA"
                      "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"
                      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nC"))},
           "> GET /1\n> HEAD /2\n> GET /3\n< 200\n<< A\n<. complete wire 1\n"
           "< 200\n<. complete wire 0\n< 200\n<< C\n<. complete wire 1\n");
}

Test(http_exchange, knows_replies_without_body)
{
    expect((struct play){TURNS(CLIENT("GET /1 HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n"),
                               CLIENT("DELETE /2 HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 204 No Content\r\n\r\n"),
                               CLIENT("GET /3 HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"))},
           "> GET /1\n< 304\n<. complete wire 0\n> DELETE /2\n< 204\n<. complete wire 0\n"
           "> GET /3\n< 200\n<< x\n<. complete wire 1\n");
}

Test(http_exchange, reads_chunks_both_ways)
{
    expect(
        (struct play){TURNS(CLIENT("POST /_bulk HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "3\r\nabc\r\n2;e=1\r\nde\r\n0\r\nT: x\r\n\r\n"),
                            SERVER("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
                                   "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
                            CLIENT("GET /2 HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 204 x\r\n\r\n"))},
        "> POST /_bulk\n< 200\n<< hello world\n<. complete wire 11\n>> abcde\n"
        "> GET /2\n< 204\n<. complete wire 0\n");
}

#define GZIP_HITS                                                                                  \
    "\037\213\010\000\000\000\000\000\002\003\253V\312\310,)V\262\252V*\311/I\314Q\2622\255\255"   \
    "\005\000\021\300ip\024\000\000\000"
#define GZIP_TWO_MEMBERS                                                                           \
    "\037\213\010\000\000\000\000\000\002\003\313H\315\311\311W\000\000\366\371\201\355\006\000"   \
    "\000\000\037\213\010\000\000\000\000\000\002\003+\317/\312I\001\000C\021w:\005\000\000\000"
#define RAW_DEFLATE  "+J,WHIM\313I,IUH\312O\251\004\000"
#define ZLIB_DEFLATE "x\234\253\312\311LRHIM\313I,IUH\312O\251\004\000:%\006u"

Test(http_exchange, decodes_compressed_replies)
{
    expect(
        (struct play){TURNS(
            CLIENT("GET /1 HTTP/1.1\r\n\r\n"),
            SERVER("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: "
                   "40\r\n\r\n" GZIP_HITS),
            CLIENT("GET /2 HTTP/1.1\r\n\r\n"),
            SERVER(
                "HTTP/1.1 200 OK\r\nContent-Encoding: x-gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
                "33\r\n" GZIP_TWO_MEMBERS "\r\n0\r\n\r\n"),
            CLIENT("GET /3 HTTP/1.1\r\n\r\n"),
            SERVER("HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: "
                   "18\r\n\r\n" RAW_DEFLATE),
            CLIENT("GET /4 HTTP/1.1\r\n\r\n"),
            SERVER("HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: "
                   "25\r\n\r\n" ZLIB_DEFLATE))},
        "> GET /1\n< 200\n<< {\"hits\":{\"total\":5}}\n<. complete wire 40 coded\n"
        "> GET /2\n< 200\n<< hello world\n<. complete wire 51 coded\n"
        "> GET /3\n< 200\n<< raw deflate body\n<. complete wire 18 coded\n"
        "> GET /4\n< 200\n<< zlib deflate body\n<. complete wire 25 coded\n");
}

Test(http_exchange, decodes_a_compressed_request)
{
    expect((struct play){TURNS(CLIENT("POST /a/_search HTTP/1.1\r\nContent-Encoding: "
                                      "gzip\r\nContent-Length: 40\r\n\r\n" GZIP_HITS),
                               SERVER("HTTP/1.1 204 x\r\n\r\n"))},
           "> POST /a/_search\n< 204\n<. complete wire 0\n>> {\"hits\":{\"total\":5}}\n");
}

/* {"hits":{"total":5}} */
#define BR_HITS                                                                                    \
    "\213\011\200\173\042\150\151\164\163\042\072\173\042\164\157\164\141\154\042\072\065"         \
    "\175\175\003"

Test(http_exchange, decodes_br)
{
    expect((struct play){TURNS(CLIENT("GET /a HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: "
                                      "24\r\n\r\n" BR_HITS),
                               CLIENT("GET /b HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: "
                                      "5\r\n\r\n\377\377\377\377\377"))},
           "> GET /a\n< 200\n<< {\"hits\":{\"total\":5}}\n<. complete wire 24 coded\n"
           "> GET /b\n< 200\n<. complete wire 5 coded undecodable\n");
}

Test(http_exchange, counts_what_it_cannot_decode)
{
    expect(
        (struct play){TURNS(
            CLIENT("GET /1 HTTP/1.1\r\n\r\n"),
            SERVER("HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 5\r\n\r\nabcde"),
            CLIENT("GET /2 HTTP/1.1\r\n\r\n"),
            SERVER("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: "
                   "5\r\n\r\nabcde"),
            CLIENT("GET /3 HTTP/1.1\r\n\r\n"),
            SERVER("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde"),
            CLIENT("GET /4 HTTP/1.1\r\n\r\n"),
            SERVER(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"))},
        "> GET /1\n< 200\n<. complete wire 5 coded undecodable\n"
        "> GET /2\n< 200\n<. complete wire 5 coded undecodable\n"
        "> GET /3\n< 200\n<. complete wire 5 coded undecodable\n"
        "> GET /4\n< 200\n<. complete wire 1 coded undecodable\n");
}

Test(http_exchange, passes_over_interim_replies)
{
    expect((struct play){TURNS(
               CLIENT("POST /1 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
               SERVER("HTTP/1.1 100 Continue\r\n\r\n"), CLIENT("abc"),
               SERVER("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
               CLIENT("GET /2 HTTP/1.1\r\n\r\n"),
               SERVER("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 x\r\n\r\n"))},
           "> POST /1\n< 401\n<. complete wire 0\n>> abc\n> GET /2\n< 204\n<. complete wire 0\n");
}

Test(http_exchange, reads_on_when_a_refused_client_leaves_its_body_out)
{
    expect_once(
        &(struct play){
            TURNS(CLIENT("POST /1 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 999\r\n\r\n"),
                  SERVER("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"),
                  CLIENT("GET /2 HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 204 x\r\n\r\n"))},
        "> POST /1\n< 417\n<. complete wire 0\n> GET /2\n< 204\n<. complete wire 0\n");
}

Test(http_exchange, takes_the_body_of_a_refused_client_that_sends_it)
{
    expect((struct play){TURNS(
               CLIENT("POST /1 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"),
               SERVER("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"), CLIENT("some body"),
               CLIENT("GET /2 HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 204 x\r\n\r\n"))},
           "> POST /1\n< 417\n<. complete wire 0\n>> some body\n> GET /2\n< 204\n<. complete wire "
           "0\n");
}

Test(http_exchange, reads_until_close_and_knows_a_cut)
{
    static const struct turn turns[] = {CLIENT("GET / HTTP/1.0\r\n\r\n"),
                                        SERVER("HTTP/1.0 200 OK\r\n\r\nall of it")};
    expect((struct play){.turns = turns, .count = 2},
           "> GET /\n< 200\n<< all of it\n<. complete wire 9\n");
    expect((struct play){.turns = turns, .count = 2, .open_end = true},
           "> GET /\n< 200\n<< all of it\n<. cut wire 9\n");
    expect((struct play){TURNS(CLIENT("GET / HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"))},
           "> GET /\n< 200\n<< abc\n<. cut wire 3\n");
}

Test(http_exchange, tells_a_request_without_reply_as_lost)
{
    expect((struct play){TURNS(CLIENT("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"))},
           "> GET /1\n> GET /2\nlost\nlost\n");
    expect(
        (struct play){TURNS(CLIENT("GET /1 HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 200 OK\r\nA: b"))},
        "> GET /1\nlost\n");
}

Test(http_exchange, reads_one_direction_alone)
{
    expect((struct play){TURNS(SERVER("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nA"),
                               SERVER("HTTP/1.1 404 x\r\nContent-Length: 1\r\n\r\nB"))},
           "< 200 unpaired\n<< A\n<. complete wire 1\n< 404 unpaired\n<< B\n<. complete wire 1\n");
    expect(
        (struct play){TURNS(CLIENT("GET /1 HTTP/1.1\r\n\r\n"), CLIENT("GET /2 HTTP/1.1\r\n\r\n")),
                      .midstream = true},
        "> GET /1 resynced\n> GET /2\nlost\nlost\n");
}

Test(http_exchange, ends_when_the_connection_turns_into_something_else)
{
    expect((struct play){TURNS(CLIENT("GET / HTTP/1.1\r\nUpgrade: a\r\n\r\n"),
                               SERVER("HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\n\r\nPRI"),
                               CLIENT("GET /no HTTP/1.1\r\n\r\n"))},
           "> GET /\n< 101\n<. complete wire 0\nended\n");
    expect((struct play){TURNS(
               CLIENT("CONNECT h:443 HTTP/1.1\r\n\r\n"),
               SERVER("HTTP/1.0 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"))},
           "> CONNECT \n< 200\n<. complete wire 0\nended\n");
    expect(
        (struct play){TURNS(CLIENT("GET / HTTP/1.1\r\n\r\n"), SERVER("This is not an HTTP port"))},
        "> GET /\nlost\nended\n");
    expect((struct play){TURNS(CLIENT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                               SERVER("\1\2\3\4\5\6\7\6\5"))},
           "ended\n");
}

Test(http_exchange, reads_the_reply_to_rubbish)
{
    expect((struct play){TURNS(CLIENT("*1\r\n$4\r\nPING\r\n"),
                               SERVER("HTTP/1.0 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}"))},
           "< 400 unpaired\n<< {}\n<. complete wire 2\n");
}

Test(http_exchange, goes_on_after_a_connect_that_was_refused)
{
    expect((struct play){TURNS(CLIENT("CONNECT h:443 HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 405 No\r\nContent-Length: 2\r\n\r\nno"),
                               CLIENT("GET / HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 204 x\r\n\r\n"))},
           "> CONNECT \n< 405\n<< no\n<. complete wire 2\n> GET /\n< 204\n<. complete wire 0\n");
}

Test(http_exchange, takes_a_request_without_version_and_ends_at_its_bare_reply)
{
    expect((struct play){TURNS(CLIENT("GET /old\r\n"), SERVER("<html>"))},
           "> GET /old\nlost\nended\n");
    expect((struct play){TURNS(CLIENT("GET /old\r\n"), SERVER("HTTP/1.0 400 Bad\r\n\r\nno"))},
           "> GET /old\n< 400\n<< no\n<. complete wire 2\n");
}

Test(http_exchange, survives_contradictory_lengths)
{
    expect((struct play){TURNS(
               CLIENT("POST /1 HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
               SERVER("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\nok"),
               CLIENT("POST /2 HTTP/1.1\r\nContent-Length: 99\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n0\r\n\r\n"),
               SERVER("HTTP/1.1 204 x\r\n\r\n"))},
           "> POST /1\n< 200\n<< ok\n<. complete wire 2\n>> abc\n> POST /2\n< 204\n<. complete "
           "wire 0\n");
}

Test(http_exchange, goes_on_behind_a_gap_in_a_body_by_length)
{
    expect(
        (struct play){TURNS(CLIENT("GET /1 HTTP/1.1\r\n\r\n"),
                            SERVER("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n0123456789"),
                            SERVER_GAP(10), SERVER("0123456789"), CLIENT("GET /2 HTTP/1.1\r\n\r\n"),
                            SERVER("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"), SERVER_GAP(3),
                            CLIENT("GET /3 HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 204 x\r\n\r\n"))},
        "> GET /1\n< 200\n<< 0123456789[10]0123456789\n<. gap wire 30\n"
        "> GET /2\n< 200\n<< [3]\n<. gap wire 3\n> GET /3\n< 204\n<. complete wire 0\n");
}

Test(http_exchange, decodes_nothing_behind_a_gap)
{
    expect(
        (struct play){
            TURNS(CLIENT("GET /1 HTTP/1.1\r\n\r\n"),
                  SERVER("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 50\r\n\r\n"),
                  SERVER_GAP(10), SERVER(GZIP_HITS), CLIENT("GET /2 HTTP/1.1\r\n\r\n"),
                  SERVER("HTTP/1.1 204 x\r\n\r\n"))},
        "> GET /1\n< 200\n<. gap wire 50 coded undecodable\n> GET /2\n< 204\n<. complete wire 0\n");
}

Test(http_exchange, finds_the_next_reply_behind_a_gap)
{
    expect((struct play){TURNS(
               CLIENT("GET /1 HTTP/1.1\r\n\r\n"),
               SERVER("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
               SERVER_GAP(0), SERVER("rest of it\r\n0\r\n\r\n"), CLIENT("GET /2 HTTP/1.1\r\n\r\n"),
               SERVER("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nB"),
               CLIENT("GET /3 HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 204 x\r\n\r\n"))},
           "> GET /1\n< 200\n<< ab[0]\n<. gap wire 2\n> GET /2\n< 200 resynced\n<< B\n<. complete "
           "wire 1\n"
           "> GET /3\n< 204\n<. complete wire 0\n");
}

Test(http_exchange, keeps_the_newest_request_when_replies_were_lost)
{
    expect((struct play){TURNS(
               CLIENT("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n"),
               SERVER_GAP(500), SERVER("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 x\r\n\r\n"))},
           "> GET /1\n> GET /2\n> GET /3\nlost\nlost\n< 204 resynced\n<. complete wire 0\n");
}

Test(http_exchange, leaves_the_reply_of_an_unseen_request_unpaired)
{
    expect((struct play){TURNS(CLIENT("GET /1 HTTP/1.1\r\n\r\n"), CLIENT_GAP(100),
                               SERVER("HTTP/1.1 201 x\r\nContent-Length: 0\r\n\r\n"
                                      "HTTP/1.1 202 x\r\nContent-Length: 0\r\n\r\n"),
                               CLIENT("GET /3 HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 203 x\r\nContent-Length: 0\r\n\r\n"))},
           "> GET /1\n< 201\n<. complete wire 0\n< 202 unpaired\n<. complete wire 0\n"
           "> GET /3 resynced\n< 203\n<. complete wire 0\n");
}

Test(http_exchange, goes_on_behind_a_gap_in_a_request_body)
{
    expect(
        (struct play){TURNS(CLIENT("POST /1 HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"),
                            CLIENT_GAP(4), CLIENT("xyz"), SERVER("HTTP/1.1 204 x\r\n\r\n"),
                            CLIENT("GET /2 HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 204 x\r\n\r\n"))},
        "> POST /1\n< 204\n<. complete wire 0\n>> abc\n> GET /2\n< 204\n<. complete wire 0\n");
}

Test(http_exchange, finds_the_next_reply_behind_malformed_chunks)
{
    expect(
        (struct play){TURNS(CLIENT("GET /1 HTTP/1.1\r\n\r\n"),
                            SERVER("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "2\r\nabcdef\r\n"),
                            CLIENT("GET /2 HTTP/1.1\r\n\r\n"), SERVER("HTTP/1.1 204 x\r\n\r\n"))},
        "> GET /1\n< 200\n<< ab\n<. cut wire 2\n> GET /2\n< 204 resynced\n<. complete wire 0\n");
}

Test(http_exchange, begins_in_the_middle_of_a_flow)
{
    expect((struct play){TURNS(SERVER("rest of a body\r\n"), CLIENT("GET /2 HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 204 x\r\n\r\n"), CLIENT("GET /3 HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 204 x\r\n\r\n")),
                         .midstream = true},
           "> GET /2 resynced\n< 204 resynced\n<. complete wire 0\n> GET /3\n< 204\n<. complete "
           "wire 0\n");
}

Test(http_exchange, counts_a_body_that_is_not_wanted)
{
    expect((struct play){TURNS(CLIENT("GET /1 HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                      "5\r\nhello\r\n0\r\n\r\n"),
                               CLIENT("GET /2 HTTP/1.1\r\n\r\n"),
                               SERVER("HTTP/1.1 200 OK\r\nContent-Encoding: "
                                      "gzip\r\nContent-Length: 40\r\n\r\n" GZIP_HITS)),
                         .refuse_bodies = true},
           "> GET /1\n< 200\n<. complete wire 5\n> GET /2\n< 200\n<. complete wire 40 coded\n");
}

Test(http_exchange, tells_no_more_of_a_body_than_is_wanted)
{
    expect_once(&(struct play){TURNS(CLIENT("GET /1 HTTP/1.1\r\n\r\n"),
                                     SERVER("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"),
                                     SERVER("world")),
                               .enough = 4},
                "> GET /1\n< 200\n<< hello\n<. complete wire 10\n");
}
