/* SPDX-License-Identifier: Apache-2.0 */
/* nDPI behind the classifier: what it names, when it is let go, and that it leaves nothing. */
#include "classify/classify.h"

#include "support/frames.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <string.h>

#define LINK_TYPE_RAW 101
#define CLIENT        "203.0.113.9"
#define SERVER        "10.20.30.11"

static struct classifier *classifier;

static void set_up(void)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(classifier_new(&classifier, &problem), AJAR_OK, "%s", problem.text);
}

static void tear_down(void)
{
    classifier_free(classifier);
}

TestSuite(classify_ndpi, .init = set_up, .fini = tear_down);

/* Shows one payload packet of the flow, from its client. */
static void show(struct flow *flow, uint16_t port, const void *payload, size_t length)
{
    static struct frame_builder builder;
    frame_build_begin(&builder, LINK_TYPE_RAW);
    frame_build_ipv4(&builder, CLIENT, SERVER, PACKET_TCP);
    frame_build_tcp(&builder, port, 9200, TCP_ACK | TCP_PSH, 1000, 2000);
    frame_build_bytes(&builder, payload, length);
    struct frame frame = frame_build_end(&builder);
    struct packet packet =
        packet_make_tcp(&(struct packet_spec){.source = CLIENT,
                                              .destination = SERVER,
                                              .source_port = port,
                                              .destination_port = 9200,
                                              .payload = frame.data + frame.captured - length,
                                              .payload_length = (uint32_t)length});
    packet.network = frame.data;
    packet.network_length = frame.captured;
    classifier_add(classifier, flow, &packet);
}

static void show_text(struct flow *flow, const char *text)
{
    show(flow, 40000, text, strlen(text));
}

static const char *name_of(const struct flow *flow)
{
    return classifier_application_name(classifier, flow->application);
}

/* Bytes that no dissector knows; different for each n. */
static void fill_unknown(uint8_t *bytes, size_t length, uint32_t n)
{
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15) * (n + 1);
    for (size_t i = 0; i < length; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (uint8_t)(state >> 40) | 0x80;
    }
}

Test(classify_ndpi, names_http_and_its_risks_and_lets_it_go_when_told)
{
    struct flow flow = {.index = 1};
    show_text(&flow, "GET /_search HTTP/1.1\r\nHost: 10.20.30.11:9200\r\n"
                     "User-Agent: curl/7.88\r\nAuthorization: Basic dXNlcjpwYXNz\r\n\r\n");
    cr_assert_str_eq(name_of(&flow), "http");
    classifier_finish(classifier, &flow);
    cr_assert_null(flow.engine);
    bool credentials = false;
    for (unsigned bit = 0; bit < 64; bit++)
        if (flow.risks >> bit & 1 && strcmp(classify_risk_name(bit), "clear_text_credentials") == 0)
            credentials = true;
    cr_assert(credentials);
    cr_assert_eq(classifier_counters(classifier)->engine_named, 1);
}

Test(classify_ndpi, names_mongodb_and_lets_it_go_by_itself)
{
    /* OP_MSG: length 46, request 1, reply to 0, opcode 2013, flags 0, body section, {hello: 1} */
    static const uint8_t hello[] = {46, 0, 0, 0, 1, 0,   0, 0, 0, 0,   0,   0,   0xdd, 7,   0,   0,
                                    0,  0, 0, 0, 0, 25,  0, 0, 0, 16,  'h', 'e', 'l',  'l', 'o', 0,
                                    1,  0, 0, 0, 8, 'x', 0, 1, 8, 'y', 0,   1,   0,    0};
    struct flow flow = {.index = 1};
    show(&flow, 40000, hello, sizeof hello);
    cr_assert_str_eq(name_of(&flow), "mongodb");
    cr_assert_null(flow.engine);
    cr_assert_eq(classifier_counters(classifier)->engine_packets, 1);
    show(&flow, 40000, hello, sizeof hello);
    cr_assert_eq(classifier_counters(classifier)->engine_packets, 1, "it is decided");
}

Test(classify_ndpi, gives_up_after_a_few_packets_without_guessing_by_port)
{
    struct flow flow = {.index = 1};
    uint8_t bytes[100];
    for (uint32_t i = 0; i < CLASSIFY_PACKETS_MAX; i++) {
        fill_unknown(bytes, sizeof bytes, i);
        cr_assert(i == 0 || flow.engine);
        show(&flow, 40000, bytes, sizeof bytes);
    }
    cr_assert_null(flow.engine);
    cr_assert_str_eq(name_of(&flow), "");
    show(&flow, 40000, bytes, sizeof bytes);
    cr_assert_eq(classifier_counters(classifier)->engine_packets, CLASSIFY_PACKETS_MAX);
    cr_assert_eq(classifier_counters(classifier)->engine_named, 0);
}

Test(classify_ndpi, shows_no_packet_without_payload)
{
    struct flow flow = {.index = 1};
    show(&flow, 40000, "", 0);
    cr_assert_null(flow.engine);
    cr_assert_eq(classifier_counters(classifier)->engine_packets, 0);
    show_text(&flow, "x");
    cr_assert_eq(classifier_counters(classifier)->engine_packets, 1);
}

Test(classify_ndpi, shows_a_flow_no_more_after_it_is_finished)
{
    struct flow flow = {.index = 1};
    classifier_finish(classifier, &flow);
    show_text(&flow, "GET / HTTP/1.1\r\n\r\n");
    cr_assert_null(flow.engine);
    cr_assert_eq(flow.application, 0);
    classifier_finish(classifier, &flow);
}

Test(classify_ndpi, refuses_flows_over_its_limit_and_counts_them)
{
    static struct flow flows[CLASSIFY_FLOWS_MAX + 1];
    for (uint32_t i = 0; i <= CLASSIFY_FLOWS_MAX; i++)
        show_text(&flows[i], "x");
    cr_assert_null(flows[CLASSIFY_FLOWS_MAX].engine);
    cr_assert_eq(classifier_counters(classifier)->engine_refused, 1);
    classifier_finish(classifier, &flows[0]);
    struct flow next = {.index = 1};
    show_text(&next, "x");
    cr_assert_not_null(next.engine);
    /* The others are still open: freeing the classifier frees what they hold. */
}

/* One flow of each kind; every kind leaves through another door. */
static void run_flow(uint32_t n)
{
    struct flow flow = {.index = n};
    uint8_t bytes[200];
    uint16_t port = (uint16_t)(1024 + n % 60000);
    if (n % 2 == 0) {
        static const char request[] =
            "GET /a HTTP/1.1\r\nHost: es.example\r\nUser-Agent: x\r\n\r\n";
        show(&flow, port, request, sizeof request - 1);
    } else {
        for (uint32_t i = 0; i < CLASSIFY_PACKETS_MAX; i++) {
            fill_unknown(bytes, sizeof bytes, n * 8 + i);
            show(&flow, port, bytes, sizeof bytes);
        }
    }
    classifier_finish(classifier, &flow);
    cr_assert_null(flow.engine);
}

Test(classify_ndpi, leaves_nothing_after_ten_thousand_flows)
{
    for (uint32_t n = 0; n < 2000; n++)
        run_flow(n); /* nDPI's own caches are made at first use */
    size_t before =
        mallinfo2().uordblks; /* 0 under AddressSanitizer, which looks for leaks itself */
    for (uint32_t n = 0; n < 10000; n++)
        run_flow(n);
    size_t after = mallinfo2().uordblks;
    cr_assert_leq(after, before + 4096, "%zu bytes more", after - before);
}

Test(classify_ndpi, names_every_risk_it_can_set_and_no_other_bit)
{
    cr_assert_null(classify_risk_name(0), "bit 0 means no risk");
    cr_assert_str_eq(classify_risk_name(1), "url_possible_xss");
    cr_assert_str_eq(classify_risk_name(41), "tls_certificate_about_to_expire");
    for (unsigned bit = 1; bit <= 41; bit++)
        cr_assert_not_null(classify_risk_name(bit), "bit %u", bit);
    for (unsigned bit = 42; bit < 70; bit++)
        cr_assert_null(classify_risk_name(bit), "bit %u", bit);
}

Test(classify_ndpi, has_lower_case_names_and_none_for_unknown_numbers)
{
    cr_assert_str_eq(classifier_application_name(classifier, 0), "");
    cr_assert_str_eq(classifier_application_name(classifier, 7), "http");
    cr_assert_str_eq(classifier_application_name(classifier, 60), "mongodb");
    cr_assert_str_eq(classifier_application_name(classifier, UINT16_MAX), "");
}

Test(classify_ndpi, free_accepts_nothing)
{
    classifier_free(NULL);
}
