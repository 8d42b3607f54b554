/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detect.h"

#include "detect/talk.h"

#include <zlib.h>

#define SHARDS "\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0}"
#define HITS(extra, total, list)                                                                   \
    "{\"took\":1," extra SHARDS ",\"hits\":{\"total\":" total ",\"hits\":[" list "]}}"
#define HIT(index) "{\"_index\":\"" index "\",\"_id\":\"1\",\"_source\":{\"x\":1}}"
#define ONE        HITS("", "9", HIT("a"))
#define EMPTY      HITS("", "0", "")
#define COUNT      "{\"count\":9," SHARDS "}"
#define REFUSAL                                                                                    \
    "{\"error\":{\"root_cause\":[{\"type\":\"security_exception\",\"reason\":\"missing\"}],"       \
    "\"type\":\"security_exception\",\"reason\":\"missing\"},\"status\":401}"
#define WRONG_METHOD                                                                               \
    "{\"error\":\"Incorrect HTTP method for uri [/_bulk] and method [GET]\",\"status\":405}"

static struct talk t;

static void exchange(const char *request, unsigned status, const char *body)
{
    talk_ask(&t, request);
    talk_answer(&t, status, "", body);
    talk_wait(&t, MILLISECOND);
}

/* The verdicts told, in order: "open data/s" (s: of the session). */
static const char *told(void)
{
    static char text[512];
    text[0] = '\0';
    for (size_t i = 0; i < t.count; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s%s%s", i ? " " : "",
                       verdict_name((enum verdict)t.found[i].verdict), t.found[i].weak ? "?" : "",
                       t.found[i].kind == FINDING_SESSION ? "/s" : "");
    }
    return text;
}

Test(detect, tells_a_flow_s_rise_and_its_end)
{
    talk_begin(&t);
    exchange("GET /_search", 200, EMPTY);
    exchange("GET /_search", 200, EMPTY);
    exchange("GET /_count", 200, COUNT);
    exchange("GET /_search", 200, ONE);
    exchange("GET /_count", 200, COUNT);
    talk_end(&t);
    cr_assert_str_eq(told(), "open metadata data data/s");
    cr_expect_eq(t.found[3].requests, 5);
    cr_expect_str_eq(t.found[2].method, "GET");
    cr_expect_str_eq(t.found[2].url, "/_search");
    cr_expect_eq(t.found[2].exchange, 4);
    cr_expect_eq(t.found[2].ordinal, 8);
    cr_expect_eq(t.found[2].client_port, 40000);
    cr_expect_eq(t.found[2].server_port, 9200);
    cr_expect_str_eq(t.found[2].host, "db");
}

Test(detect, tells_what_was_returned_once)
{
    uint64_t returned = 0;
    uint64_t bytes = 0;
    uint64_t requests = 0;
    talk_begin(&t);
    exchange("GET /_search", 200, ONE);
    exchange("GET /_search", 200, ONE);
    exchange("GET /_search?from=5", 200, ONE);
    exchange("GET /_search", 200, ONE);
    talk_end(&t);
    cr_assert_str_eq(told(), "data drained drained/s");
    for (size_t i = 0; i < t.count; i++) {
        returned += t.found[i].returned_new;
        bytes += t.found[i].gave_bytes_new;
        requests += t.found[i].requests_new;
        cr_expect_eq(t.found[i].returned, returned);
        cr_expect_eq(t.found[i].gave_bytes, bytes);
    }
    cr_expect_eq(returned, 4);
    cr_expect_eq(bytes, 4 * strlen(ONE));
    cr_expect_eq(requests, 4);
}

#define SCROLL(list) HITS("\"_scroll_id\":\"x\",", "9", list)
#define PIT(list)    HITS("\"pit_id\":\"x\",", "9", list)

Test(paging, by_scroll_is_drained_at_the_second_page_with_records)
{
    talk_begin(&t);
    exchange("GET /a/_search?scroll=1m", 200, SCROLL(HIT("a")));
    exchange("POST /_search/scroll", 200, SCROLL(HIT("a")));
    exchange("DELETE /_search/scroll", 200, "{\"succeeded\":true,\"num_freed\":1}");
    talk_end(&t);
    cr_assert_str_eq(told(), "data drained drained/s");
}

Test(paging, that_ends_with_the_first_page_is_data)
{
    talk_begin(&t);
    exchange("GET /a/_search?scroll=1m", 200, SCROLL(HIT("a")));
    exchange("POST /_search/scroll", 200, SCROLL(""));
    talk_end(&t);
    cr_assert_str_eq(told(), "data data/s");
}

Test(paging, by_point_in_time_is_drained_at_the_second_page)
{
    talk_begin(&t);
    exchange("POST /a/_pit?keep_alive=1m", 200, "{\"id\":\"x\"}");
    exchange("POST /_search", 200, PIT(HIT("a")));
    cr_assert_verdict(talk_best(&t), VERDICT_DATA);
    exchange("POST /_search", 200, PIT(HIT("a")));
    talk_end(&t);
    cr_assert_verdict(talk_best(&t), VERDICT_DRAINED);
}

Test(paging, by_search_after_is_read_in_the_request_s_body)
{
    talk_begin(&t);
    talk_ask_with(&t, "POST /a/_search", "", "{\"size\":1}");
    talk_answer(&t, 200, "", ONE);
    cr_assert_verdict(talk_best(&t), VERDICT_DATA);
    t.piece = 1;
    talk_ask_with(&t, "POST /a/_search", "", "{\"size\":1,\"search_after\":[1]}");
    talk_answer(&t, 200, "", ONE);
    talk_end(&t);
    cr_assert_verdict(talk_best(&t), VERDICT_DRAINED);
}

Test(detect, marks_weak_errors_and_still_tells_the_refusal_after_them)
{
    talk_begin(&t);
    exchange("GET /_bulk", 405, WRONG_METHOD);
    exchange("GET /_bulk", 405, WRONG_METHOD);
    exchange("GET /_search", 401, REFUSAL);
    exchange("GET /_bulk", 405, WRONG_METHOD);
    talk_end(&t);
    cr_assert_str_eq(told(), "open? refused refused/s");
}

Test(detect, tells_a_proof_after_weak_errors)
{
    talk_begin(&t);
    exchange("GET /_bulk", 405, WRONG_METHOD);
    exchange("GET /_search", 200, EMPTY);
    talk_end(&t);
    cr_assert_str_eq(told(), "open? open open/s");
}

Test(detect, keeps_what_was_reached_with_credentials_apart)
{
    talk_begin(&t);
    exchange("GET /_search", 401, REFUSAL);
    talk_ask_with(&t, "GET /_search", "Authorization: Basic eDp5\r\n", "");
    talk_answer(&t, 200, "", ONE);
    talk_end(&t);
    cr_assert_str_eq(told(), "refused data data/s");
    cr_expect_eq(t.found[0].credentials, CREDENTIALS_NONE);
    cr_expect_eq(t.found[1].credentials, CREDENTIALS_PRESENTED);
    cr_expect_eq(t.found[2].credentials, CREDENTIALS_PRESENTED);
}

Test(detect, judges_replies_whose_request_was_not_seen)
{
    const struct finding *f = talk_once(NULL, 200, "", ONE);
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect(f->request_unseen);
    cr_expect_str_eq(f->url, "");
    f = talk_once(NULL, 401, "WWW-Authenticate: Basic realm=\"security\"\r\n", REFUSAL);
    cr_assert_verdict(f, VERDICT_REFUSED);
    f = talk_once("GET /_search", 200, "", ONE);
    cr_expect_not(f->request_unseen);
    expect_verdict(VERDICT_NONE, NULL, 200, "Server: nginx\r\n", "{\"hits\":[1]}");
    expect_verdict(VERDICT_NONE, NULL, 200, "", "");
    /* Many an interface acknowledges. */
    expect_verdict(VERDICT_REVEALED, NULL, 200, "", "{\"acknowledged\":true}");
    expect_verdict(VERDICT_TAMPERED, NULL, 200, "",
                   "{\"acknowledged\":true,\"shards_acknowledged\":true}");
}

Test(detect, tells_a_request_without_reply_as_probed)
{
    talk_begin(&t);
    talk_ask(&t, "GET /_cat/indices");
    talk_end(&t);
    cr_assert_str_eq(told(), "probed");
    cr_expect_eq(t.found[0].kind, FINDING_QUERY);
    cr_expect_str_eq(t.found[0].url, "/_cat/indices");
    cr_expect_eq(t.found[0].status, 0);
    talk_begin(&t);
    talk_ask(&t, "GET /index.html");
    talk_end(&t);
    cr_assert_str_eq(told(), "");
}

Test(detect, a_request_lost_meanwhile_leaves_the_reply_being_read_alone)
{
    talk_begin(&t);
    talk_ask(&t, "GET /a/_count");
    talk_say(&t, SERVER,
             "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
             "content-length: 61\r\n\r\n{\"count\":");
    http_gap(t.http, &t.flow, CLIENT, 0, &t.packet);
    talk_ask(&t, "GET /b/_search?from=7");
    talk_say(&t, SERVER, "7,\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0}}        ");
    talk_end(&t);
    cr_assert_verdict(talk_best(&t), VERDICT_METADATA);
    cr_expect_str_eq(talk_best(&t)->url, "/a/_count");
    cr_expect_null(talk_dataset(talk_best(&t), "b"));
}

Test(detect, pairs_pipelined_replies_with_their_requests)
{
    talk_begin(&t);
    talk_ask(&t, "GET /a/_count");
    talk_ask(&t, "GET /b/_count");
    talk_ask(&t, "HEAD /c");
    talk_ask(&t, "GET /_search");
    talk_answer(&t, 200, "", COUNT);
    talk_answer(&t, 404, "",
                "{\"error\":{\"root_cause\":[{\"type\":\"index_not_found_exception\"}]},"
                "\"status\":404}");
    talk_say(&t, SERVER, "HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n");
    talk_answer(&t, 200, "", HITS("", "9", HIT("d")));
    talk_end(&t);
    cr_assert_str_eq(told(), "metadata data data/s");
    cr_expect_str_eq(t.found[0].url, "/a/_count");
    cr_expect_str_eq(t.found[1].url, "/_search");
    cr_expect_not_null(talk_dataset(&t.found[1], "a"));
    cr_expect_null(talk_dataset(&t.found[1], "b")); /* a 404 says that it is not there */
}

static void begin_long_reply(const char *body)
{
    talk_begin(&t);
    talk_ask(&t, "GET /_search");
    talk_say(&t, SERVER,
             "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
             "content-length: 100000\r\n\r\n");
    talk_say(&t, SERVER, body);
}

#define BEGUN "{\"took\":1," SHARDS ",\"hits\":{\"total\":1000,\"hits\":[" HIT("a") ","

Test(detect, tells_a_long_reply_after_50_ms_and_not_before)
{
    begin_long_reply(BEGUN);
    detector_tick(t.detector, TALK_START + DETECT_TELL_AFTER_NS - 1);
    cr_assert_eq(t.count, 0);
    detector_tick(t.detector, TALK_START + DETECT_TELL_AFTER_NS);
    cr_assert_eq(t.count, 1);
    cr_assert_verdict(&t.found[0], VERDICT_DATA);
    detector_tick(t.detector, TALK_START + 10 * DETECT_TELL_AFTER_NS);
    cr_assert_eq(t.count, 1);
    talk_end(&t);
    cr_assert_str_eq(told(), "data data/s");
    cr_expect_eq(t.found[1].returned, 1);
    cr_expect_eq(t.found[0].returned_new + t.found[1].returned_new, 1);
}

Test(detect, does_not_guess_from_a_long_reply_that_shows_nothing_yet)
{
    begin_long_reply("{\"took\":1," SHARDS ",\"hits\":{");
    detector_tick(t.detector, TALK_START + 2 * DETECT_TELL_AFTER_NS);
    cr_assert_eq(t.count, 0);
    talk_say(&t, SERVER, "\"hits\":[" HIT("a"));
    detector_tick(t.detector, TALK_START + 4 * DETECT_TELL_AFTER_NS);
    cr_assert_eq(t.count, 1);
    talk_end(&t);
}

Test(detect, does_not_take_a_count_cut_before_its_number_for_metadata)
{
    talk_begin(&t);
    talk_ask(&t, "GET /_count");
    talk_say(&t, SERVER,
             "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
             "content-length: 61\r\n\r\n{\"count\":0");
    detector_tick(t.detector, TALK_START + 2 * DETECT_TELL_AFTER_NS);
    cr_assert_eq(t.count, 0);
    talk_say(&t, SERVER, ",\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0}}       ");
    talk_end(&t);
    cr_assert_str_eq(told(), "open open/s");
}

static size_t gzip(const char *text, size_t length, unsigned char *out, size_t size)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)text,
                  .avail_in = (uInt)length,
                  .next_out = out,
                  .avail_out = (uInt)size};
    cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    cr_assert_eq(deflateEnd(&z), Z_OK);
    return size - z.avail_out;
}

/* A reply of 40 KB whose only record stands at its end. */
static void answer_late_record(bool scan_full, bool coded)
{
    static char body[40 * 1024];
    static unsigned char wire[64 * 1024];
    char head[256];
    /* Letters without a pattern, so that the coded reply takes many packets. */
    uint64_t random = 1;
    for (size_t i = 0; i < sizeof body; i++) {
        random = random * UINT64_C(6364136223846793005) + 1;
        body[i] = (char)('A' + (random >> 60));
    }
    static const char begun[] = BEGUN "{\"_index\":\"a\",\"_id\":\"2\",\"_source\":{\"x\":\"";
    static const char end[] = "\"}}," HIT("late") "]}}";
    memcpy(body, begun, strlen(begun));
    memcpy(body + sizeof body - strlen(end), end, strlen(end));
    size_t length = coded ? gzip(body, sizeof body, wire, sizeof wire) : sizeof body;
    talk_begin_with(&t, talk_signatures(), scan_full);
    t.piece = 1400;
    talk_ask(&t, "GET /_search");
    (void)snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\n%scontent-length: %zu\r\n\r\n",
                   coded ? "content-encoding: gzip\r\n" : "", length);
    talk_say(&t, SERVER, head);
    talk_bytes(&t, SERVER, coded ? (const void *)wire : body, length);
    talk_end(&t);
}

Test(sampling, that_is_not_asked_for_reads_all)
{
    for (int coded = 0; coded < 2; coded++) {
        answer_late_record(true, coded);
        cr_expect_not_null(talk_dataset(talk_best(&t), "late"));
        cr_expect_not(t.found[t.count - 1].sampled);
        cr_expect_eq(t.found[t.count - 1].returned, 3);
    }
}

Test(sampling, reads_the_first_part_of_a_reply_and_says_so)
{
    for (int coded = 0; coded < 2; coded++) {
        answer_late_record(false, coded);
        cr_assert_verdict(talk_best(&t), VERDICT_DATA);
        cr_expect_null(talk_dataset(talk_best(&t), "late"));
        cr_expect(t.found[t.count - 1].sampled);
    }
}

Test(detect, says_when_bytes_are_missing)
{
    begin_long_reply(BEGUN);
    talk_end(&t);
    cr_expect(t.found[0].partial); /* the connection ended inside the reply */
    talk_begin(&t);
    exchange("GET /_search", 200, ONE);
    talk_hang_up(&t, FLOW_END_EVICTED);
    talk_free(&t);
    cr_expect_not(t.found[0].partial);
    cr_expect(t.found[1].partial);
}

Test(detect, names_what_attackers_leave)
{
    const struct finding *f = talk_once("PUT /read_me_to_recover_database", 200, "",
                                        "{\"acknowledged\":true,\"shards_acknowledged\":true}");
    cr_assert_verdict(f, VERDICT_TAMPERED);
    cr_expect_str_eq(f->evidence[f->evidence_count - 1], "ransom name");
    f = talk_once("PUT /customers", 200, "",
                  "{\"acknowledged\":true,\"shards_acknowledged\":true}");
    cr_assert_verdict(f, VERDICT_TAMPERED);
    cr_expect_str_neq(f->evidence[f->evidence_count - 1], "ransom name");
}

Test(detect, a_store_that_is_known_late_is_told_from_the_start)
{
    talk_begin(&t);
    talk_ask(&t, "GET /_mapping");
    talk_answer(&t, 200, "Server: x\r\n", "{\"a\":{\"b\":1}}"); /* could be anything's */
    talk_ask(&t, "GET /_count");
    talk_answer(&t, 200, "Server: x\r\n", COUNT);
    talk_end(&t);
    cr_assert_str_eq(told(), "metadata metadata metadata/s");
    cr_expect_eq(t.found[0].identity, IDENTITY_NONE);
    cr_expect_eq(t.found[1].identity, IDENTITY_PROVEN);
    cr_expect_str_eq(t.found[1].url, "/_count");
}

#define TOY(name, path, word)                                                                      \
    "format: 1\nname: " name "\nprotocol: http\n"                                                  \
    "json:\n  common:\n    - {path: /" word ", role: name, mark: " word "}\n"                      \
    "identity:\n  - {marks: [" word "]}\n"                                                         \
    "requests:\n  - {name: one, path: /one" name ", level: open}\n"                                \
    "  - {name: two, path: " path ", level: metadata}\n"                                           \
    "examples:\n  - {request: GET /, status: 200, verdict: none}\n"

Test(detect, tells_two_stores_behind_one_connection_apart)
{
    static const char *const texts[] = {TOY("ball", "/balls", "ball"),
                                        TOY("doll", "/dolls", "doll")};
    struct signature *list[2] = {NULL, NULL};
    for (size_t i = 0; i < 2; i++)
        cr_assert_eq(signature_load_text("toy", texts[i], strlen(texts[i]), &list[i], NULL),
                     AJAR_OK);
    struct signature_set two = {.signatures = list, .count = 2};
    cr_assert_eq(signature_set_complete(&two, NULL, NULL), AJAR_OK);
    talk_begin_with(&t, &two, true);
    t.set = NULL;
    exchange("GET /dolls", 200, "{\"doll\":1}");
    exchange("GET /dolls", 200, "{\"ball\":1}"); /* known for dolls, and not proven for balls */
    exchange("GET /balls", 200, "{\"ball\":1}");
    talk_end(&t);
    cr_assert_str_eq(told(), "metadata metadata/s metadata metadata/s");
    cr_expect_str_eq(t.found[0].store, "doll");
    cr_expect_str_eq(t.found[1].store, "doll");
    cr_expect_eq(t.found[1].requests, 2);
    cr_expect_str_eq(t.found[2].store, "ball");
    cr_expect_eq(t.found[2].requests, 1);
    signature_set_clear(&two);
    signature_free(list[0]);
    signature_free(list[1]);
}

Test(detect, counts_flows_over_the_limit_and_never_judges_their_middle)
{
    struct signature_set *set = talk_signatures();
    struct flow flows[DETECT_FLOWS_MAX] = {{.chain = 0}};
    struct flow late = {.chain = 0};
    struct packet packet = {.time_ns = TALK_START};
    struct http_request request = {
        .method = {"GET", 3}, .target = {"/_search", 8}, .path = {"/_search", 8}};
    struct http_reply reply = {.status = 200, .request_seen = true};
    struct http_body_totals totals = {.end = HTTP_END_COMPLETE};
    talk_begin_with(&t, set, true);
    struct http_listener listener = detector_http_listener(t.detector);
    for (size_t i = 0; i < DETECT_FLOWS_MAX; i++)
        listener.request(t.detector, &flows[i], &request, &packet);
    listener.request(t.detector, &late, &request, &packet);
    cr_assert_eq(detector_counters(t.detector)->flows_refused, 1);
    t.count = 0;
    detector_close(t.detector, &flows[0], FLOW_END_FIN, TALK_START); /* makes room */
    listener.request(t.detector, &late, &request, &packet);
    cr_assert_not(listener.reply(t.detector, &late, &reply, &packet));
    cr_assert_not(listener.body(t.detector, &late, (const uint8_t *)ONE, strlen(ONE), &packet));
    listener.reply_end(t.detector, &late, &totals, &packet);
    listener.lost_reply(t.detector, &late);
    detector_note_gap(t.detector, &late);
    detector_close(t.detector, &late, FLOW_END_FIN, TALK_START);
    cr_assert_eq(t.count, 0);
    cr_assert_eq(detector_counters(t.detector)->flows_refused, 1);
    cr_assert_null(late.evidence);
    struct flow next = {.chain = 0};
    listener.request(t.detector, &next, &request, &packet); /* the room goes to a new flow */
    cr_assert_eq(detector_counters(t.detector)->flows_refused, 1);
    cr_assert_not_null(next.evidence);
    http_close(t.http, &t.flow);
    talk_free(&t);
}

/* "203.0.113.5 data 1/1", the last two: records of the flow, and new ones; "direct" without. */
static const char *told_for(size_t number)
{
    static char text[128];
    char client[ADDR_TEXT_MAX] = "direct";
    const struct finding *f = &t.found[number];
    cr_assert_lt(number, t.count);
    if (f->forwarded)
        addr_format(&f->forwarded_for, client);
    (void)snprintf(text, sizeof text, "%s %s%s %llu/%llu", client,
                   verdict_name((enum verdict)f->verdict), f->kind == FINDING_SESSION ? "/s" : "",
                   (unsigned long long)f->returned, (unsigned long long)f->returned_new);
    return text;
}

static void exchange_for(const char *line)
{
    talk_ask_with(&t, "GET /_search", line, "");
    talk_answer(&t, 200, "", ONE);
    talk_wait(&t, MILLISECOND);
}

Test(detect, tells_for_whom_a_proxy_asked)
{
    talk_begin(&t);
    exchange_for("X-Forwarded-For: 10.0.0.9, 203.0.113.5\r\n");
    talk_end(&t);
    cr_assert_eq(t.count, 2);
    cr_expect_str_eq(told_for(0), "203.0.113.5 data 1/1");
    cr_expect_str_eq(told_for(1), "203.0.113.5 data/s 1/0");
}

Test(detect, tells_the_clients_of_one_proxied_connection_apart)
{
    talk_begin(&t);
    exchange_for("Forwarded: for=203.0.113.5\r\n");
    exchange_for("Forwarded: for=203.0.113.5\r\n");
    exchange_for("Forwarded: for=203.0.113.6\r\n");
    exchange_for("");
    exchange_for("");
    talk_end(&t);
    cr_assert_eq(t.count, 5);
    cr_expect_str_eq(told_for(0), "203.0.113.5 data 1/1");
    cr_expect_str_eq(told_for(1), "203.0.113.5 data/s 2/1");
    cr_expect_str_eq(told_for(2), "203.0.113.6 data 3/1");
    cr_expect_str_eq(told_for(3), "direct data 4/1");
    cr_expect_str_eq(told_for(4), "direct data/s 5/1");
    cr_expect_eq(t.found[1].requests, 2);
    cr_expect_eq(t.found[2].requests_new, 1);
}

Test(detect, pairs_clients_behind_a_proxy_with_replies_in_order)
{
    talk_begin(&t);
    talk_ask_with(&t, "GET /_search", "X-Real-IP: 203.0.113.5\r\n", "");
    talk_ask_with(&t, "GET /_search", "X-Real-IP: 203.0.113.6\r\n", "");
    talk_answer(&t, 200, "", ONE);
    talk_answer(&t, 200, "", ONE);
    talk_end(&t);
    cr_assert_eq(t.count, 3);
    cr_expect_str_eq(told_for(0), "203.0.113.5 data 1/1");
    cr_expect_str_eq(told_for(1), "203.0.113.6 data 2/1");
}

Test(detect, tells_a_bounded_number_of_changes_behind_a_proxy)
{
    char line[64];
    talk_begin(&t);
    for (unsigned i = 0; i < DETECT_ACTORS_MAX + 10; i++) {
        (void)snprintf(line, sizeof line, "X-Real-IP: 203.0.113.%u\r\n", i % 2);
        exchange_for(line);
        if (t.count == TALK_FINDINGS_MAX - 1)
            t.count = 0;
    }
    cr_expect_eq(detector_counters(t.detector)->findings, DETECT_ACTORS_MAX + 1);
    cr_expect_eq(detector_counters(t.detector)->actors_merged, 9);
    talk_end(&t);
}

Test(detect, names_the_client_of_a_request_that_nobody_answered)
{
    talk_begin(&t);
    talk_ask_with(&t, "GET /_search", "X-Forwarded-For: 203.0.113.5\r\n", "");
    talk_end(&t);
    cr_assert_eq(t.count, 1);
    cr_expect_str_eq(told_for(0), "203.0.113.5 probed 0/0");
}
