/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/reply.h"

#include "detect/toy.h"

/* A search with one hit; `total` is a piece of JSON for "hits". */
static const struct finding *searched(const char *request, const char *total)
{
    char body[512];
    (void)snprintf(
        body, sizeof body,
        "{\"took\":1,\"timed_out\":false,\"_shards\":{\"total\":1,\"failed\":0},"
        "\"hits\":{%s\"hits\":[{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{\"x\":1}}]}}",
        total);
    return talk_once(request, 200, "", body);
}

static void expect_records(const struct finding *finding, uint64_t records, unsigned source)
{
    cr_expect_eq(finding->records, records, "%llu", (unsigned long long)finding->records);
    cr_expect_eq(finding->records_source, source, "%u", finding->records_source);
    cr_expect_eq(finding->returned, 1);
    cr_assert_not_null(talk_dataset(finding, "a"));
    cr_expect_eq(talk_dataset(finding, "a")->returned, 1);
}

Test(hits_total, is_read_in_its_three_shapes)
{
    expect_records(searched("GET /_search", "\"total\":42,"), 42, COUNT_SEARCH);
    expect_records(searched("GET /_search", "\"total\":{\"value\":42,\"relation\":\"eq\"},"), 42,
                   COUNT_SEARCH);
    expect_records(searched("GET /_search", "\"total\":{\"value\":10000,\"relation\":\"gte\"},"),
                   10000, COUNT_AT_LEAST);
    expect_records(searched("GET /_search", ""), FINDING_NO_COUNT, COUNT_NONE);
}

Test(hits_total, of_a_search_that_selects_is_a_lower_bound)
{
    expect_records(searched("GET /_search?q=x", "\"total\":42,"), 42, COUNT_AT_LEAST);
    expect_records(searched("GET /_search", "\"total\":42,"), 42, COUNT_SEARCH);
}

Test(hits_total, of_a_failed_or_shortened_search_is_a_lower_bound)
{
    static const char shape[] = "{\"took\":1,\"timed_out\":%s,\"_shards\":{\"total\":2,\"failed\":%"
                                "d},\"hits\":{\"total\":5,"
                                "\"hits\":[{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{}}]}}";
    char body[256];
    (void)snprintf(body, sizeof body, shape, "true", 0);
    expect_records(talk_once("GET /a/_search", 200, "", body), 5, COUNT_AT_LEAST);
    (void)snprintf(body, sizeof body, shape, "false", 1);
    expect_records(talk_once("GET /a/_search", 200, "", body), 5, COUNT_AT_LEAST);
    (void)snprintf(body, sizeof body, shape, "false", 0);
    expect_records(talk_once("GET /a/_search", 200, "", body), 5, COUNT_SEARCH);
}

Test(hits_total, of_several_searches_is_nobody_s)
{
    const struct finding *f = talk_once(
        "POST /_msearch", 200, "",
        "{\"took\":1,\"responses\":[{\"took\":1,\"_shards\":{\"total\":1},\"hits\":{\"total\":3,"
        "\"hits\":[{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{}}]},\"status\":200},"
        "{\"took\":1,\"_shards\":{\"total\":1},\"hits\":{\"total\":4,\"hits\":[]},\"status\":200},"
        "{\"error\":{\"root_cause\":[{\"type\":\"index_not_found_exception\",\"reason\":\"no\"}],"
        "\"type\":\"index_not_found_exception\"},\"status\":404}]}");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(f->records_source, COUNT_AT_LEAST);
    cr_expect_eq(f->returned, 1);
}

Test(hits_total, that_would_wrap_stays_a_number)
{
    const struct finding *f =
        talk_once("POST /_msearch", 200, "",
                  "{\"took\":1,\"responses\":[{\"_shards\":{},\"hits\":{\"total\":"
                  "9999999999999999999,\"hits\":[]}},"
                  "{\"_shards\":{},\"hits\":{\"total\":9999999999999999999,\"hits\":[]}}]}");
    cr_assert_verdict(f, VERDICT_METADATA);
    cr_expect_eq(f->records, FINDING_NO_COUNT - 1);
}

Test(documents, go_to_the_data_set_that_stood_before_them)
{
    const struct finding *f =
        talk_once("POST /_mget", 200, "",
                  "{\"docs\":[{\"_index\":\"a\",\"_id\":\"1\",\"found\":true,\"_source\":{}},"
                  "{\"_index\":\"b\",\"_id\":\"1\",\"found\":false},"
                  "{\"_index\":\"c\",\"_id\":\"1\",\"found\":true,\"_source\":{}}]}");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(f->returned, 2);
    cr_expect_eq(talk_dataset(f, "a")->returned, 1);
    cr_expect_eq(talk_dataset(f, "b")->returned, 0);
    cr_expect_eq(talk_dataset(f, "c")->returned, 1);
}

Test(documents, that_are_bare_are_data_of_the_index_asked)
{
    const struct finding *f = talk_once("GET /a/_source/1", 200, "", "{\"x\":1}");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(talk_dataset(f, "a")->returned, 1);
    f = talk_once("GET /a/_source/1", 200, "", "{}");
    cr_assert_verdict(f, VERDICT_OPEN);
}

Test(documents, that_are_not_there_are_none)
{
    const struct finding *f = talk_once(
        "GET /a/_doc/1", 200, "", "{\"_index\":\"a\",\"_id\":\"1\",\"found\":true,\"_source\":{}}");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(f->returned, 1);
    cr_expect_eq(talk_dataset(f, "a")->returned, 1);
    f = talk_once("GET /a/_doc/1", 404, "", "{\"_index\":\"a\",\"_id\":\"1\",\"found\":false}");
    cr_assert_verdict(f, VERDICT_OPEN);
}

Test(headers, name_product_and_version)
{
    const struct finding *f = talk_once(
        "GET /_cat/health", 200, "X-OpenSearch-Version: OpenSearch/3.4.0 (opensearch)\r\n", "x\n");
    cr_expect_str_eq(f->version, "3.4.0");
    cr_expect_str_eq(f->product, "opensearch");
    f = talk_once(
        "GET /_cat/health", 200,
        "Warning: 199 proxy \"stale\"\r\nWarning: 299 Elasticsearch-6.8.23-4f67856 \"x\"\r\n",
        "x\n");
    cr_expect_str_eq(f->version, "6.8.23");
    cr_expect_str_eq(f->product, "elasticsearch");
    cr_expect_eq(f->identity, IDENTITY_PROVEN);
}

Test(bodies, are_empty_only_without_any_value)
{
    expect_verdict(VERDICT_OPEN, "GET /_mapping", 200, "", "{}");
    expect_verdict(VERDICT_OPEN, "GET /_mapping", 200, "", " {\n}\n");
    expect_verdict(VERDICT_OPEN, "GET /_ingest/pipeline", 200, "", "{\"a\":{}}");
    expect_verdict(VERDICT_METADATA, "GET /_ingest/pipeline", 200, "", "{\"a\":{\"b\":1}}");
    expect_verdict(VERDICT_METADATA, "GET /_cat/nodes", 200, "", "10.0.0.1 3 x\n");
    expect_verdict(VERDICT_OPEN, "GET /_cat/nodes", 200, "", "");
    expect_verdict(VERDICT_OPEN, "GET /_cat/nodes", 200, "", "\n");
}

static struct talk t;

Test(gaps, end_the_reading_of_json)
{
    static const char reply[] =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
        "{\"took\":1,\"_shards\":{},\"hits\":{\"total\":7,\"hits\":[{\"_index\":\"a\",\"_id\":"
        "\"1\","
        "\"_source\":{\"x\":\"";
    talk_begin(&t);
    talk_ask(&t, "GET /_search");
    talk_say(&t, SERVER, reply);
    detector_note_gap(t.detector, &t.flow);
    http_gap(t.http, &t.flow, SERVER, 100, &t.packet);
    talk_say(&t, SERVER, "\"}},{\"_index\":\"b\",\"_id\":\"2\",\"_source\":{}}]}}");
    talk_end(&t);
    const struct finding *f = talk_best(&t);
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect(f->partial);
    cr_expect_eq(f->returned, 1);
    cr_expect_null(talk_dataset(f, "b"));
}

Test(gaps, cost_a_listing_one_line)
{
    talk_begin(&t);
    talk_ask(&t, "GET /_cat/indices?h=i,dc");
    talk_say(
        &t, SERVER,
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=UTF-8\r\ncontent-length: 40\r\n\r\n"
        "a 1\nb ");
    detector_note_gap(t.detector, &t.flow);
    http_gap(t.http, &t.flow, SERVER, 10, &t.packet);
    talk_say(&t, SERVER, "99\nc 3\nd 4\nabcdefghijkl\n");
    talk_end(&t);
    const struct finding *f = talk_best(&t);
    cr_assert_verdict(f, VERDICT_METADATA);
    cr_expect(f->partial);
    cr_expect_eq(f->records, 8);
    cr_expect_null(talk_dataset(f, "b"));
    cr_expect_null(talk_dataset(f, "99"));
    cr_expect_not_null(talk_dataset(f, "c"));
}

Test(documents, of_any_type_are_one_record_each)
{
    static const char zip[] = "Content-Type: application/zip\r\n";
    const struct finding *f = toy_once("", "GET /files/a", 200, zip, "PK and more");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(f->returned, 1);
    cr_expect_eq(f->gave_bytes, strlen("PK and more"));
    cr_expect_eq(talk_dataset(f, "a")->returned, 1);
    TOY_VERDICT(VERDICT_DATA, "", "GET /files/a", 206, "", "{\"a\":1}");
    TOY_VERDICT(VERDICT_OPEN, "", "GET /files/a", 200, zip, "");
    TOY_VERDICT(VERDICT_OPEN, "", "GET /toys", 200, zip, "PK and more");
    TOY_VERDICT(VERDICT_OPEN, "", "GET /files/a", 404, zip, "PK and more");
}

Test(documents, stay_one_record_where_only_a_part_was_read)
{
    struct signature *list[1] = {load(TOY_BEGIN TOY_END)};
    struct signature_set one = {.signatures = list, .count = 1};
    char body[20000];
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    talk_begin_with(&t, &one, false);
    t.set = NULL;
    t.piece = 1460;
    talk_ask(&t, "GET /files/a");
    talk_answer(&t, 200, TOY_SERVER, body);
    talk_end(&t);
    cr_assert_verdict(talk_best(&t), VERDICT_DATA);
    cr_expect_eq(t.found[t.count - 1].returned, 1);
    signature_free(list[0]);
}
