/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/choose.h"

#include "detect/loading.h"
#include "detect/talk.h"

/* Two stores that share paths, one for which other words speak, and a relay to the first. */
#define BEGIN(name) "format: 1\nname: " name "\nprotocol: http\n"
#define END         "examples:\n  - {request: GET /, status: 200, verdict: none}\n"

static const char ant[] = BEGIN("ant") //
    "headers:\n  - {name: X-Ant, mark: header}\n  - {name: X-Swarm, mark: swarm}\n"
    "json:\n  common:\n    - {path: /ant_version, role: version, mark: banner}\n"
    "    - {path: '/ants/[]', role: record, mark: ants}\n"
    "    - {path: /rows, role: value, mark: rows}\n"
    "identity:\n  - {marks: [header]}\n  - {marks: [banner]}\n  - {marks: [ants]}\n"
    "  - {marks: [rows, own-path], identity: likely}\n"
    "refusals:\n  - {name: ant guard, status: [302], header: {name: Location, contains: "
    "/ant-login},"
    " identity: proven}\n  - {name: ant guard, status: [401], paths: own, identity: likely}\n"
    "requests:\n  - {name: banner, path: /, level: revealed, own: false}\n"
    "  - {name: query, path: /query, level: data, own: false}\n"
    "  - {name: ants, path: '/ants/{index}', level: data}\n" END;
static const char bee[] = BEGIN("bee") //
    "json:\n  common:\n    - {path: /bee_version, role: version, mark: banner}\n"
    "    - {path: '/bees/[]', role: record, mark: bees}\n"
    "refusals:\n  - {name: bee guard, status: [401], paths: own, identity: likely}\n"
    "texts:\n  - {matches: 'hive-[0-9]+', mark: hive, role: name}\n"
    "identity:\n  - {marks: [banner]}\n  - {marks: [bees]}\n  - {marks: [hive]}\n"
    "requests:\n  - {name: banner, path: /, level: revealed, own: false}\n"
    "  - {name: query, path: /query, level: data, own: false}\n"
    "  - {name: cell, path: '/cells/ants/{any}', level: data}\n"
    "  - {name: page, path: /hives, level: metadata, own: false}\n" END;
static const char relay[] = BEGIN("relay") //
    "headers:\n  - {name: X-Relay, mark: header}\n  - {name: X-Relay, mark: name}\n"
    "  - {name: X-Relay, contains: '1', mark: number}\n"
    "identity:\n  - {marks: [header]}\n"
    "requests:\n  - {name: relay, path: /relay, level: open, relay: {path: to}}\n"
    "  - {name: other relay, path: '/relay?uri', level: open, relay: {path: uri, method: verb}}\n"
    "  - {name: ant relay, path: '/relay?ant', level: open, relay: {path: ant, store: ant}}\n"
    "  - {name: bee relay, path: '/relay?bee', level: open, relay: {path: bee, store: bee}}\n"
    "  - {name: page, path: /app, level: revealed}\n" END;

static struct talk t;
static struct signature *list[3];
static struct signature_set set = {.signatures = list, .count = 3};

static void begin(void)
{
    list[0] = load(ant);
    list[1] = load(bee);
    list[2] = load(relay);
    struct problem problem = {.text = ""};
    cr_assert_eq(signature_set_complete(&set, NULL, &problem), AJAR_OK, "%s", problem.text);
    talk_begin_with(&t, &set, true);
    t.set = NULL;
}

static void end(void)
{
    talk_end(&t);
    signature_set_clear(&set);
    for (size_t i = 0; i < 3; i++)
        signature_free(list[i]);
}

TestSuite(choose, .init = begin, .fini = end);

static void exchange(const char *request, unsigned status, const char *headers, const char *body)
{
    talk_ask(&t, request);
    talk_answer(&t, status, headers, body);
}

static void expect_told(size_t number, const char *store, enum verdict verdict)
{
    cr_assert_gt(t.count, number);
    cr_expect_str_eq(t.found[number].store, store);
    cr_expect_str_eq(verdict_name((enum verdict)t.found[number].verdict), verdict_name(verdict));
}

Test(choose, lets_the_reply_decide_between_stores_that_share_a_path)
{
    exchange("GET /", 200, "", "{\"bee_version\":\"2.1\"}");
    expect_told(0, "bee", VERDICT_REVEALED);
    cr_expect_str_eq(t.found[0].version, "2.1");
    exchange("GET /query", 200, "", "{\"bees\":[1,2]}");
    expect_told(1, "bee", VERDICT_DATA);
    cr_expect_eq(t.found[1].returned, 2);
}

Test(choose, takes_a_header_line_for_a_hint_where_the_body_says_nothing)
{
    exchange("GET /somewhere", 200, "X-Ant: 1\r\n", "{}");
    expect_told(0, "ant", VERDICT_REVEALED);
}

Test(choose, takes_no_store_for_a_reply_that_speaks_of_none)
{
    exchange("GET /", 200, "", "{\"version\":\"2.1\"}");
    exchange("GET /query", 200, "", "{\"rows\":[1]}");
    exchange("GET /hives", 200, "", "<html>hive-</html>");
    cr_expect_eq(t.count, 0);
}

Test(choose, knows_a_store_by_an_expression_in_any_body_cut_anywhere)
{
    t.piece = 3;
    exchange("GET /hives", 200, "content-type: text/html\r\n", "<html>of hive-77</html>");
    expect_told(0, "bee", VERDICT_METADATA);
}

Test(choose, knows_a_store_by_a_reply_to_a_request_that_was_not_seen)
{
    talk_answer(&t, 200, "", "{\"bees\":[1]}");
    expect_told(0, "bee", VERDICT_DATA);
    cr_expect(t.found[0].request_unseen);
}

Test(choose, knows_a_store_by_how_it_refuses)
{
    exchange("GET /query", 302, "Location: /ant-login?next=1\r\n", "");
    expect_told(0, "ant", VERDICT_REFUSED);
}

Test(choose, gives_the_relayed_answer_to_the_store_behind_the_relay)
{
    exchange("GET /relay?to=%2Fants%2Fred", 200, "X-Relay: 1\r\n", "{\"ants\":[1,2,3]}");
    expect_told(0, "ant", VERDICT_DATA);
    cr_expect_eq(t.found[0].dataset_count, 1);
    cr_expect_str_eq(t.found[0].datasets[0].name, "red");
}

Test(choose, gives_the_relayed_answer_to_that_store_on_a_connection_known_for_the_relay)
{
    exchange("GET /app", 200, "X-Relay: 1\r\n", "{}");
    expect_told(0, "relay", VERDICT_REVEALED);
    exchange("GET /relay?to=ants%2Fred", 200, "X-Relay: 1\r\n", "{\"ants\":[1]}");
    expect_told(t.count - 1, "ant", VERDICT_DATA);
    exchange("GET /app", 200, "X-Relay: 1\r\n", "{}");
    exchange("POST /relay?uri=http%3A%2F%2Fdb%2Fants%2Fblue&verb=GET", 200, "X-Relay: 1\r\n",
             "{\"ants\":[1]}");
    expect_told(t.count - 1, "ant", VERDICT_DATA);
    cr_expect_str_eq(t.found[t.count - 1].datasets[0].name, "blue");
}

Test(choose, takes_a_path_as_it_stands_before_one_behind_a_prefix)
{
    exchange("GET /cells/ants/red", 401, "WWW-Authenticate: Basic\r\nX-Swarm: 1\r\n", "");
    expect_told(0, "bee", VERDICT_REFUSED);
    exchange("GET /other/ants/red", 200, "", "{\"ants\":[1]}");
    expect_told(t.count - 1, "ant", VERDICT_DATA);
}

Test(choose, takes_a_relay_to_one_store_for_a_path_of_its_own)
{
    exchange("GET /relay?ant=%2Fquery", 200, "X-Relay: 1\r\n", "{\"rows\":[1]}");
    expect_told(0, "ant", VERDICT_DATA);
}

Test(choose, takes_no_relay_to_another_or_any_store_for_a_path_of_its_own)
{
    exchange("GET /relay?bee=%2Fquery", 200, "X-Relay: 1\r\n", "{\"rows\":[1]}");
    expect_told(0, "relay", VERDICT_OPEN);
    exchange("GET /relay?to=%2Fquery", 200, "X-Relay: 1\r\n", "{\"rows\":[1]}");
    cr_expect_eq(t.count, 1);
}

Test(choose, leaves_what_the_relay_says_itself_to_the_relay)
{
    exchange("GET /relay?to=%2Fants%2Fred", 200, "X-Relay: 1\r\n", "{\"message\":\"no\"}");
    expect_told(0, "relay", VERDICT_OPEN);
}

Test(choose, leaves_the_known_store_where_the_path_is_another_s_who_proves_it)
{
    exchange("GET /app", 200, "X-Relay: 1\r\n", "{}");
    exchange("GET /behind/ants/red", 200, "X-Relay: 1\r\n", "{\"ants\":[1]}");
    expect_told(t.count - 1, "ant", VERDICT_DATA);
}

Test(choose, stays_with_the_known_store_unless_another_is_proven)
{
    exchange("GET /", 200, "", "{\"bee_version\":\"2.1\"}");
    exchange("GET /ants/red", 200, "", "{\"something\":1}");
    cr_expect_eq(t.count, 1);
    exchange("GET /ants/red", 200, "", "{\"ants\":[1]}");
    expect_told(t.count - 1, "ant", VERDICT_DATA);
}

Test(choose, chooses_a_reply_that_pauses_once_it_is_sure)
{
    talk_ask(&t, "GET /query");
    talk_say(
        &t, SERVER,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"be");
    detector_tick(t.detector, TALK_START + DETECT_TELL_AFTER_NS);
    cr_expect_eq(t.count, 0);
    talk_say(&t, SERVER, "es\":[1,");
    detector_tick(t.detector, TALK_START + 3 * DETECT_TELL_AFTER_NS);
    expect_told(0, "bee", VERDICT_DATA);
}

Test(choose, tries_no_more_replies_at_once_than_there_is_room_for)
{
    static struct flow flows[TRIALS_MAX + 1];
    struct packet packet = {.time_ns = TALK_START};
    struct http_reply head = {.status = 200};
    struct http_listener listener = detector_http_listener(t.detector);
    for (size_t i = 0; i < TRIALS_MAX; i++)
        cr_assert(listener.reply(t.detector, &flows[i], &head, &packet));
    cr_assert_not(listener.reply(t.detector, &flows[TRIALS_MAX], &head, &packet));
    cr_expect_eq(detector_counters(t.detector)->trials_refused, 1);
    detector_close(t.detector, &flows[0], FLOW_END_FIN, TALK_START);
    cr_expect(listener.reply(t.detector, &flows[TRIALS_MAX], &head, &packet));
    for (size_t i = 1; i <= TRIALS_MAX; i++)
        detector_close(t.detector, &flows[i], FLOW_END_FIN, TALK_START);
    cr_expect_eq(t.count, 0);
}

static void begin_replies(struct flow *flows, const struct http_reply *head, bool wanted)
{
    struct packet packet = {.time_ns = TALK_START};
    struct http_listener listener = detector_http_listener(t.detector);
    for (size_t i = 0; i < TRIALS_MAX; i++)
        cr_assert_eq(listener.reply(t.detector, &flows[i], head, &packet), wanted);
}

static void close_flows(struct flow *flows)
{
    for (size_t i = 0; i < TRIALS_MAX; i++)
        detector_close(t.detector, &flows[i], FLOW_END_FIN, TALK_START);
}

Test(choose, waits_no_longer_than_its_time_for_replies_that_pause)
{
    static struct flow flows[TRIALS_MAX];
    const struct http_listener listener = detector_http_listener(t.detector);
    const uint8_t more[] = "{\"bees\":[1]}";
    begin_replies(flows, &(struct http_reply){.status = 200}, true);
    detector_tick(t.detector, TALK_START + DETECT_TRIAL_NS - 1);
    exchange("GET /query", 200, "", "{\"bees\":[1]}");
    cr_expect_eq(t.count, 0);
    detector_tick(t.detector, TALK_START + DETECT_TRIAL_NS);
    exchange("GET /query", 200, "", "{\"bees\":[1]}");
    expect_told(0, "bee", VERDICT_DATA);
    cr_expect_not(listener.body(t.detector, &flows[0], more, sizeof more - 1, &t.packet));
    cr_expect_not(listener.body_gap(t.detector, &flows[0], 1));
    close_flows(flows);
    cr_expect_eq(t.count, 1);
}

Test(choose, holds_no_room_for_pictures)
{
    static struct flow flows[TRIALS_MAX];
    struct http_reply head = {.status = 200, .headers.count = 1};
    head.headers.lines[0] = (struct http_header){{"Content-Type", 12}, {"image/png", 9}};
    begin_replies(flows, &head, false);
    exchange("GET /query", 200, "", "{\"bees\":[1]}");
    expect_told(0, "bee", VERDICT_DATA);
    close_flows(flows);
}

Test(choose, knows_a_store_by_the_text_of_a_reply_that_is_cut)
{
    talk_ask(&t, "GET /elsewhere");
    talk_say(&t, SERVER, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nall of hive-77 and ");
    talk_hang_up(&t, FLOW_END_FIN);
    expect_told(0, "bee", VERDICT_METADATA);
    cr_expect(t.found[0].partial);
    talk_open(&t);
}

Test(choose, knows_no_store_by_another_text_of_a_reply_that_is_cut)
{
    talk_ask(&t, "GET /elsewhere");
    talk_say(&t, SERVER, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nall of hive-xx and ");
    talk_hang_up(&t, FLOW_END_FIN);
    cr_expect_eq(t.count, 0);
    talk_open(&t);
}

Test(choose, tells_of_the_store_before_nothing_that_was_asked_of_the_other)
{
    exchange("GET /", 200, "", "{\"bee_version\":\"2.1\"}");
    exchange("GET /hives", 200, "", "hive-1");
    exchange("GET /", 200, "", "{\"bee_version\":\"2.1\"}");
    talk_ask_with(&t, "GET /ants/red", "Authorization: Basic YTpi\r\n", "");
    talk_answer(&t, 200, "", "{\"ants\":[1]}");
    cr_assert_eq(t.count, 4);
    cr_expect_eq(t.found[2].kind, FINDING_SESSION);
    cr_expect_str_eq(t.found[2].store, "bee");
    cr_expect_str_eq(t.found[2].url, "");
    expect_told(3, "ant", VERDICT_DATA);
    cr_expect_str_eq(t.found[3].url, "/ants/red");
    cr_expect(t.found[3].credentials_seen);
}

Test(choose, reads_on_behind_the_bytes_of_the_trial)
{
    static char body[3 * TRIAL_BODY_MAX] = "{\"bees\":[1";
    size_t length = strlen(body);
    while (length < sizeof body - 8)
        length += (size_t)snprintf(body + length, sizeof body - length, ",1");
    (void)snprintf(body + length, sizeof body - length, "]}");
    size_t commas = 0;
    for (const char *c = body; *c; c++)
        commas += *c == ',';
    t.piece = 700;
    exchange("GET /query", 200, "", body);
    talk_hang_up(&t, FLOW_END_FIN);
    cr_expect_eq(t.found[t.count - 1].returned, commas + 1);
    talk_open(&t);
}

static const char asked[] = BEGIN("asked") //
    "credentials: {parameters: [secret]}\nparameters: {page: [start], selects: [{name: q, unless: "
    "'*:*'}]}\n"
    "headers:\n  - {name: Server, equals: asked, mark: asked}\n"
    "json:\n  common:\n    - {path: '/rows/[]', role: record}\n    - {path: /found, role: total}\n"
    "identity:\n  - {marks: [asked]}\n"
    "requests:\n  - {name: ask, path: /ask, level: open, dataset: cache}\n"
    "  - {name: get, path: '/ask?cmd=get', level: data, dataset: cache}\n"
    "  - {name: put, path: '/ask?cmd=put', level: write, written: success}\n" END;

#define ASKED "Server: asked\r\n"
#define FORM  "Content-Type: application/x-www-form-urlencoded\r\n"
#define ROWS  "{\"rows\":[1,2]}"

static void begin_form(void)
{
    list[0] = load(asked);
    set.count = 1;
    talk_begin_with(&t, &set, true);
    t.set = NULL;
}

static void end_form(void)
{
    talk_end(&t);
    signature_set_clear(&set);
    signature_free(list[0]);
}

TestSuite(form, .init = begin_form, .fini = end_form);

static const struct finding *post(const char *request, const char *headers, const char *body)
{
    talk_ask_with(&t, request, headers, body);
    talk_answer(&t, 200, ASKED, ROWS);
    return talk_best(&t);
}

Test(form, in_a_body_counts_like_a_query)
{
    const struct finding *f = post("POST /ask", "", "cmd=get&cacheName=a&cache=toys");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(talk_dataset(f, "toys")->returned, 2);
}

Test(form, is_what_the_request_says_whatever_it_looks_like)
{
    cr_assert_verdict(post("POST /ask?x=1", FORM, "cmd=get all of them"), VERDICT_DATA);
}

Test(form, is_not_what_neither_is_said_nor_looks_so)
{
    cr_assert_verdict(post("POST /ask", "", "cmd=get all of them"), VERDICT_OPEN);
}

Test(form, names_the_data_set_where_the_query_gave_the_rule)
{
    const struct finding *f = post("POST /ask?cmd=get", "", "cache=toys");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_assert_not_null(talk_dataset(f, "toys"));
}

Test(form, asks_for_a_later_page_and_shows_credentials)
{
    const struct finding *f = post("POST /ask", "", "cmd=get&start=10&secret=x");
    cr_assert_verdict(f, VERDICT_DRAINED);
    cr_expect_eq(f->credentials, CREDENTIALS_PRESENTED);
}

Test(form, shows_no_credentials_without_a_value)
{
    cr_expect_eq(post("POST /ask", "", "cmd=get&secret=")->credentials, CREDENTIALS_NONE);
}

Test(form, counts_on_a_connection_that_is_known)
{
    talk_ask(&t, "GET /ask");
    talk_answer(&t, 200, ASKED, "{}");
    cr_assert_verdict(post("POST /ask", "", "cmd=put"), VERDICT_TAMPERED);
}

Test(form, of_one_request_is_not_that_of_the_next)
{
    talk_ask_with(&t, "POST /ask", "", "cmd=get");
    talk_ask(&t, "GET /ask");
    talk_answer(&t, 200, ASKED, ROWS);
    talk_answer(&t, 200, ASKED, ROWS);
    cr_expect_neq(talk_best(&t)->verdict, VERDICT_TAMPERED);
}

Test(form, that_asks_for_all_selects_nothing)
{
    talk_ask_with(&t, "POST /ask", "", "cmd=get&q=*%3A*");
    talk_answer(&t, 200, ASKED, "{\"found\":7}");
    cr_expect_eq(talk_best(&t)->records_source, COUNT_SEARCH);
}

Test(form, that_asks_for_some_leaves_the_total_open)
{
    talk_ask_with(&t, "POST /ask", "", "cmd=get&q=*%3A*x");
    talk_answer(&t, 200, ASKED, "{\"found\":7}");
    cr_expect_eq(talk_best(&t)->records_source, COUNT_AT_LEAST);
}
