/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in, findings out: the whole packet side with the shipped signatures. */
#include "pipeline.h"

#include "support/frames.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define START       UINT64_C(1700000000000000000)
#define MILLISECOND UINT64_C(1000000)
#define RING_SLOTS  16
#define DLT_EN10MB  1

#define BODY                                                                                       \
    "{\"took\":1,\"timed_out\":false,\"_shards\":{\"total\":1,\"failed\":0},\"hits\":{\"total\":"  \
    "7,\"hits\":[{\"_index\":\"customers\",\"_id\":\"1\",\"_source\":{\"a\":1}}]}}"
#define REQUEST "GET /customers/_search HTTP/1.1\r\nHost: db\r\n\r\n"

enum speaker { CLIENT, SERVER };

struct road {
    struct signature_set *signatures;
    struct netset home;
    struct ring *ring;
    struct pipeline *pipeline;
    uint64_t time_ns;
    uint64_t ordinal;
    uint32_t next[2];
    char reply[1024];
    size_t count;
    struct finding found[RING_SLOTS];
};

static struct road road;
static struct frame_builder builder;

static void begin(bool live, size_t slots)
{
    struct problem problem = {.text = ""};
    road = (struct road){.time_ns = START, .next = {1000, 5000}};
    (void)snprintf(
        road.reply, sizeof road.reply,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n%s",
        strlen(BODY), BODY);
    netset_init_private(&road.home);
    cr_assert_eq(signature_set_load(&(struct signature_sources){.folder = SIGNATURES},
                                    &road.signatures, &problem),
                 AJAR_OK, "%s", problem.text);
    cr_assert_eq(ring_new(slots, sizeof(struct finding), &road.ring), AJAR_OK);
    struct pipeline_options options = {
        .home = &road.home,
        .signatures = road.signatures,
        .findings = road.ring,
        .flows = {.flows = 64, .segments = 32, .segments_a_flow = 8, .handshakes = 64},
        .seed = 42,
        .scan_full = true,
        .live = live};
    cr_assert_eq(pipeline_new(&options, &road.pipeline, &problem), AJAR_OK, "%s", problem.text);
}

static void send_from(enum speaker from, uint16_t client_port, uint8_t flags, const char *data,
                      size_t length)
{
    uint16_t ports[2] = {client_port, 9200};
    static const char *const addresses[2] = {"203.0.113.7", "10.0.0.5"};
    enum speaker to = from == CLIENT ? SERVER : CLIENT;
    frame_build_begin(&builder, DLT_EN10MB);
    frame_build_ethernet(&builder, 0x0800);
    frame_build_ipv4(&builder, addresses[from], addresses[to], PACKET_TCP);
    frame_build_tcp(&builder, ports[from], ports[to], flags, road.next[from], road.next[to]);
    frame_build_bytes(&builder, data, length);
    struct frame frame = frame_build_end(&builder);
    frame.time_ns = road.time_ns += MILLISECOND;
    frame.ordinal = ++road.ordinal;
    road.next[from] += (uint32_t)length + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    pipeline_frame(road.pipeline, &frame);
}

static void say(enum speaker from, const char *data, size_t length)
{
    send_from(from, 40000, TCP_ACK | TCP_PSH, data, length);
}

static void say_text(enum speaker from, const char *text)
{
    say(from, text, strlen(text));
}

static void shake_hands(void)
{
    send_from(CLIENT, 40000, TCP_SYN, "", 0);
    send_from(SERVER, 40000, TCP_SYN | TCP_ACK, "", 0);
    send_from(CLIENT, 40000, TCP_ACK, "", 0);
}

static void collect(void)
{
    for (const struct finding *f; (f = ring_peek(road.ring)) != NULL; ring_pop(road.ring))
        road.found[road.count++] = *f;
}

static void finish(void)
{
    pipeline_finish(road.pipeline);
    collect();
}

static void end(void)
{
    pipeline_free(road.pipeline);
    ring_free(road.ring);
    signature_set_free(road.signatures);
}

static void expect_whole_exchange(void)
{
    cr_assert_eq(road.count, 2);
    const struct finding *f = &road.found[0];
    cr_expect_eq(f->kind, FINDING_QUERY);
    cr_expect_eq(f->verdict, VERDICT_DATA);
    cr_expect_eq(f->identity, IDENTITY_PROVEN);
    cr_expect_eq(f->client_by, CLIENT_BY_CONTENT);
    cr_expect_str_eq(f->store, "elasticsearch");
    cr_expect_eq(f->client_port, 40000);
    cr_expect_eq(f->server_port, 9200);
    cr_expect_eq(f->server.bytes[12], 10);
    cr_expect_eq(f->records, 7);
    cr_expect_eq(f->returned, 1);
    cr_expect_str_eq(f->datasets[0].name, "customers");
    cr_expect_str_eq(f->url, "/customers/_search");
    cr_expect_eq(f->partial, f->midstream); /* what came before is not known */
    cr_expect_eq(road.found[1].kind, FINDING_SESSION);
}

Test(pipeline, a_whole_exchange_gives_its_finding)
{
    begin(false, RING_SLOTS);
    shake_hands();
    say_text(CLIENT, REQUEST);
    say_text(SERVER, road.reply);
    collect();
    cr_assert_eq(road.count, 1); /* before the connection ends */
    cr_expect_eq(road.found[0].ordinal, 5);
    cr_expect_eq(road.found[0].time_ns, START + 5 * MILLISECOND);
    cr_expect_not(road.found[0].midstream);
    send_from(CLIENT, 40000, TCP_FIN | TCP_ACK, "", 0);
    send_from(SERVER, 40000, TCP_FIN | TCP_ACK, "", 0);
    finish();
    expect_whole_exchange();
    end();
}

Test(pipeline, heads_split_anywhere_give_the_same)
{
    for (size_t at = 1; at < strlen(REQUEST); at++) {
        begin(false, RING_SLOTS);
        shake_hands();
        say(CLIENT, REQUEST, at);
        say(CLIENT, &REQUEST[at], strlen(REQUEST) - at);
        say(SERVER, road.reply, at);
        say(SERVER, road.reply + at, strlen(road.reply) - at);
        finish();
        expect_whole_exchange();
        end();
    }
}

Test(pipeline, a_flow_picked_up_in_its_middle_is_read_from_the_next_message)
{
    begin(false, RING_SLOTS);
    say_text(SERVER, "{\"_index\":\"before\",\"_source\":{}}]}}");
    say_text(CLIENT, REQUEST);
    say_text(SERVER, road.reply);
    finish();
    expect_whole_exchange();
    cr_expect(road.found[0].midstream);
    end();
}

Test(pipeline, the_server_s_side_alone_is_judged_by_what_it_says)
{
    begin(false, RING_SLOTS);
    say_text(SERVER, road.reply);
    finish();
    cr_assert_eq(road.count, 2);
    cr_expect_eq(road.found[0].verdict, VERDICT_DATA);
    cr_expect(road.found[0].request_unseen);
    cr_expect_eq(road.found[0].server_port, 9200);
    cr_expect_str_eq(road.found[0].url, "");
    end();
}

Test(pipeline, the_client_s_side_alone_is_a_probe)
{
    begin(false, RING_SLOTS);
    say_text(CLIENT, REQUEST);
    finish();
    cr_assert_eq(road.count, 1);
    cr_expect_eq(road.found[0].verdict, VERDICT_PROBED);
    cr_expect_eq(road.found[0].server_port, 9200);
    end();
}

Test(pipeline, loss_inside_a_reply_makes_its_counts_lower_bounds)
{
    begin(false, RING_SLOTS);
    shake_hands();
    say_text(CLIENT, REQUEST);
    size_t seen = strlen(road.reply) - 40;
    say(SERVER, road.reply, seen);
    road.next[SERVER] += 20;
    say(SERVER, road.reply + seen + 20, 20);
    finish();
    cr_assert_geq(road.count, 1);
    cr_expect_eq(road.found[0].verdict, VERDICT_DATA);
    cr_expect(road.found[0].partial);
    cr_expect_eq(road.found[0].records, 7);
    end();
}

Test(pipeline, tls_and_rubbish_are_given_up)
{
    static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a client hello";
    begin(false, RING_SLOTS);
    shake_hands();
    say(CLIENT, hello, sizeof hello - 1);
    say_text(CLIENT, REQUEST);
    say_text(SERVER, road.reply);
    finish();
    cr_assert_eq(road.count, 0);
    cr_expect_eq(pipeline_counters(road.pipeline).http->connections, 0);
    end();
}

Test(pipeline, udp_is_counted_and_not_read)
{
    begin(false, RING_SLOTS);
    frame_build_begin(&builder, DLT_EN10MB);
    frame_build_ethernet(&builder, 0x0800);
    frame_build_ipv4(&builder, "203.0.113.7", "10.0.0.5", PACKET_UDP);
    frame_build_udp(&builder, 40000, 9200);
    frame_build_bytes(&builder, REQUEST, strlen(REQUEST));
    struct frame frame = frame_build_end(&builder);
    frame.time_ns = START;
    frame.ordinal = 1;
    pipeline_frame(road.pipeline, &frame);
    finish();
    cr_assert_eq(road.count, 0);
    cr_expect_eq(pipeline_counters(road.pipeline).flow->flows, 1);
    cr_expect_eq(pipeline_counters(road.pipeline).http->connections, 0);
    end();
}

Test(pipeline, a_full_ring_is_a_counted_drop_when_live)
{
    begin(true, 2);
    for (uint16_t port = 40000; port < 40005; port++) {
        road.next[CLIENT] = 1000;
        road.next[SERVER] = 5000;
        send_from(CLIENT, port, TCP_ACK, REQUEST, strlen(REQUEST));
        send_from(SERVER, port, TCP_ACK, road.reply, strlen(road.reply));
    }
    collect();
    cr_expect_eq(road.count, 2);
    cr_expect_eq(pipeline_counters(road.pipeline).findings_dropped, 3);
    cr_expect_eq(pipeline_counters(road.pipeline).detect->findings, 5);
    end();
}

Test(pipeline, a_long_reply_is_told_while_it_runs_by_the_clock_alone)
{
    begin(false, RING_SLOTS);
    shake_hands();
    say_text(CLIENT, REQUEST);
    say(SERVER, road.reply, strlen(road.reply) - 1);
    pipeline_tick(road.pipeline, road.time_ns + 20 * MILLISECOND);
    collect();
    cr_assert_eq(road.count, 0);
    pipeline_tick(road.pipeline, road.time_ns + 60 * MILLISECOND);
    collect();
    cr_assert_eq(road.count, 1);
    cr_expect_eq(road.found[0].verdict, VERDICT_DATA);
    cr_expect_eq(pipeline_time(road.pipeline), road.time_ns + 60 * MILLISECOND);
    end();
}

Test(pipeline, without_a_finish_frees_all_it_holds)
{
    begin(false, RING_SLOTS);
    shake_hands();
    say_text(CLIENT, REQUEST);
    end();
    pipeline_free(NULL);
    begin(false, RING_SLOTS); /* the twin that finishes */
    shake_hands();
    say_text(CLIENT, REQUEST);
    finish();
    cr_assert_eq(road.count, 1);
    end();
}

static void prove_open(void)
{
    shake_hands();
    say_text(CLIENT, REQUEST);
    say_text(SERVER, road.reply);
    collect();
    cr_assert_eq(road.count, 1);
    road.count = 0;
}

Test(pipeline, a_store_that_stands_open_is_a_door_from_then_on)
{
    begin(false, RING_SLOTS);
    send_from(SERVER, 40001, TCP_SYN | TCP_ACK, "", 0);
    prove_open();
    send_from(SERVER, 40002, TCP_SYN | TCP_ACK, "", 0);
    collect();
    cr_assert_eq(road.count, 1);
    const struct finding *f = &road.found[0];
    struct finding accepted;
    cr_expect_eq(finding_accept(f, &accepted), AJAR_OK);
    cr_expect_eq(f->kind, FINDING_DOOR);
    cr_expect_eq(f->door, DOOR_ANSWERED);
    cr_expect_eq(f->verdict, VERDICT_NONE);
    cr_expect_eq(f->transport, PACKET_TCP);
    cr_expect_str_eq(f->store, "");
    cr_expect_eq(f->client_port, 40002);
    cr_expect_eq(f->server_port, 9200);
    cr_expect_eq(f->server.bytes[12], 10);
    cr_expect_eq(f->time_ns, road.time_ns);
    cr_expect_eq(f->first_ns, road.time_ns);
    cr_expect_eq(f->ordinal, road.ordinal);
    cr_expect_eq(pipeline_counters(road.pipeline).doors->told, 1);
    end();
}

Test(pipeline, a_door_that_is_given_is_one_from_the_first_packet)
{
    static const uint8_t server[4] = {10, 0, 0, 5};
    struct addr addr = addr_from_ipv4(server);
    begin(false, RING_SLOTS);
    pipeline_add_door(road.pipeline, &addr, 9200);
    send_from(CLIENT, 40001, TCP_SYN, "", 0);
    send_from(SERVER, 40001, TCP_RST | TCP_ACK, "", 0);
    send_from(CLIENT, 40002, TCP_SYN, "", 0);
    pipeline_tick(road.pipeline, road.time_ns + DOORS_ANSWER_NS);
    collect();
    cr_assert_eq(road.count, 2);
    cr_expect_eq(road.found[0].door, DOOR_RESET);
    cr_expect_eq(road.found[1].door, DOOR_SILENT);
    cr_expect_eq(road.found[1].client_port, 40002);
    end();
}

Test(pipeline, a_refusal_makes_no_door)
{
    static const char refusal[] =
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"security\"\r\n"
        "content-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    begin(false, RING_SLOTS);
    shake_hands();
    say_text(CLIENT, REQUEST);
    say_text(SERVER, refusal);
    collect();
    road.count = 0;
    send_from(SERVER, 40002, TCP_SYN | TCP_ACK, "", 0);
    collect();
    cr_expect_eq(road.count, 0);
    cr_expect_eq(pipeline_counters(road.pipeline).doors->added, 0);
    end();
}

Test(pipeline, a_flow_is_told_alike_when_it_is_read_again)
{
    struct finding first[2];
    for (unsigned again = 0; again < 3; again++) {
        if (again != 1)
            begin(false, RING_SLOTS);
        road.count = 0;
        road.time_ns = START; /* the same packets, from another capture of the same run */
        road.next[CLIENT] = 1000;
        road.next[SERVER] = 5000;
        shake_hands();
        say_text(CLIENT, REQUEST);
        say_text(SERVER, road.reply);
        say_text(CLIENT, REQUEST);
        say_text(SERVER, road.reply);
        send_from(CLIENT, 40000, TCP_FIN | TCP_ACK, "", 0);
        send_from(SERVER, 40000, TCP_FIN | TCP_ACK, "", 0);
        collect();
        /* The door that it is by then answers. */
        unsigned told = 0;
        for (size_t i = 0; i < road.count; i++) {
            struct finding *f = &road.found[i];
            if (f->kind == FINDING_DOOR)
                continue;
            cr_assert_lt(told, 2);
            if (again == 0)
                first[told] = *f;
            cr_expect_eq(f->first_ns, first[told].first_ns);
            cr_expect_eq(f->time_ns, first[told].time_ns);
            cr_expect_eq(f->kind, first[told].kind);
            cr_expect_eq(f->returned, first[told].returned);
            cr_expect_eq(f->gave_bytes, first[told].gave_bytes);
            cr_expect_eq(f->requests, first[told].requests);
            cr_expect_eq(f->exchange, first[told].exchange);
            cr_expect_eq(f->client_bytes, first[told].client_bytes);
            cr_expect_eq(f->server_bytes, first[told].server_bytes);
            told++;
        }
        cr_assert_eq(told, 2);
        cr_expect_eq(first[1].returned, 2);
        if (again > 0)
            end();
    }
}

#define HELLO  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a client hello"
#define ANSWER "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03 a server hello"
#define ALERT  "\x15\x03\x03\x00\x02\x02\x28"

/* What is told of a connection on which these bytes pass. */
static size_t told_of_tls(const char *hello, size_t hello_length, const char *answer, size_t length)
{
    begin(false, RING_SLOTS);
    shake_hands();
    say(CLIENT, hello, hello_length);
    say_text(CLIENT, "the hello goes on");
    say(SERVER, answer, length);
    say_text(CLIENT, REQUEST);
    say_text(SERVER, road.reply);
    finish();
    return road.count;
}

static void expect_opaque(void)
{
    struct finding accepted;
    const struct finding *f = &road.found[0];
    cr_assert_eq(finding_accept(f, &accepted), AJAR_OK);
    cr_expect_eq(f->kind, FINDING_DOOR);
    cr_expect_eq(f->door, DOOR_OPAQUE);
    cr_expect_eq(f->verdict, VERDICT_NONE);
    cr_expect_str_eq(f->store, "elasticsearch");
    cr_expect_eq(f->client_port, 40000);
    cr_expect_eq(f->server_port, 9200);
    cr_expect_eq(f->server.bytes[12], 10);
    cr_expect_eq(f->ordinal, 6);
    cr_expect_eq(f->first_ns, START + 4 * MILLISECOND);
}

Test(pipeline, tls_at_a_usual_port_is_told_as_opaque)
{
    cr_assert_eq(told_of_tls(HELLO, sizeof HELLO - 1, ANSWER, sizeof ANSWER - 1), 1);
    expect_opaque();
    end();
    cr_assert_eq(told_of_tls(HELLO, sizeof HELLO - 1, ALERT, sizeof ALERT - 1), 1);
    expect_opaque();
    end();
}

Test(pipeline, only_tls_answers_are_opaque)
{
    cr_expect_eq(told_of_tls(HELLO, sizeof HELLO - 1, "rubbish", 7), 0);
    end();
    cr_expect_eq(told_of_tls("rubbish", 7, "rubbish", 7), 0);
    end();
    begin(false, RING_SLOTS); /* nobody answers */
    shake_hands();
    say(CLIENT, HELLO, sizeof HELLO - 1);
    finish();
    cr_expect_eq(road.count, 0);
    end();
}

Test(pipeline, an_alert_to_a_plain_request_is_opaque)
{
    begin(false, RING_SLOTS);
    shake_hands();
    say_text(CLIENT, REQUEST);
    say(SERVER, ALERT, sizeof ALERT - 1);
    collect();
    cr_assert_geq(road.count, 1);
    cr_expect_eq(road.found[0].door, DOOR_OPAQUE);
    end();
}

Test(pipeline, a_server_is_told_as_opaque_once)
{
    begin(false, RING_SLOTS);
    for (uint16_t port = 40000; port < 40003; port++) {
        send_from(CLIENT, port, TCP_SYN, "", 0);
        send_from(SERVER, port, TCP_SYN | TCP_ACK, "", 0);
        send_from(CLIENT, port, TCP_ACK, HELLO, sizeof HELLO - 1);
        send_from(SERVER, port, TCP_ACK, ANSWER, sizeof ANSWER - 1);
    }
    finish();
    cr_expect_eq(road.count, 1);
    end();
}
