/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/reply.h"

#include "detect/talk.h"

static bool reads_number(const char *text, uint64_t wanted)
{
    uint64_t number = wanted + 1;
    return number_read(text, strlen(text), &number) && number == wanted;
}

static bool reads_size(const char *text, uint64_t wanted)
{
    uint64_t bytes = wanted + 1;
    return size_read(text, strlen(text), &bytes) && bytes == wanted;
}

Test(number_read, takes_digits_alone_that_fit)
{
    cr_expect(reads_number("0", 0));
    cr_expect(reads_number("1237", 1237));
    cr_expect(reads_number("9999999999999999999", UINT64_C(9999999999999999999)));
    cr_expect_not(reads_number("10000000000000000000", UINT64_C(10000000000000000000)));
    cr_expect_not(reads_number("", 0));
    cr_expect_not(reads_number("-1", 1));
    cr_expect_not(reads_number("1.0", 1));
    cr_expect_not(reads_number("1e3", 1000));
}

Test(size_read, takes_every_unit)
{
    cr_expect(reads_size("77", 77));
    cr_expect(reads_size("77b", 77));
    cr_expect(reads_size("612kb", 612 * 1024));
    cr_expect(reads_size("1.5mb", 1536 * 1024));
    cr_expect(reads_size("2gb", UINT64_C(2) << 30));
    cr_expect(reads_size("0.5tb", UINT64_C(1) << 39));
    cr_expect(reads_size("3pb", UINT64_C(3) << 50));
    cr_expect(reads_size(".5kb", 512));
}

Test(size_read, refuses_what_is_none_or_fits_no_counter)
{
    cr_expect_not(reads_size("", 0));
    cr_expect_not(reads_size(".", 0));
    cr_expect_not(reads_size("kb", 0));
    cr_expect_not(reads_size("1.2.3", 1));
    cr_expect_not(reads_size("1 kb", 1024));
    cr_expect_not(reads_size("1xb", 1));
    cr_expect_not(reads_size("-1b", 1));
    cr_expect_not(reads_size("99999999999999999pb", 0));
    cr_expect_not(reads_size("1111111111111111111111kb", 0));
    cr_expect(reads_size("15000pb", UINT64_C(15000) << 50));
}

Test(count_add, stops_below_what_means_no_count)
{
    uint64_t count = 5;
    count_add(&count, 7);
    cr_assert_eq(count, 12);
    count_add(&count, UINT64_MAX - 13);
    cr_assert_eq(count, FINDING_NO_COUNT - 1);
    count_add(&count, 9);
    cr_assert_eq(count, FINDING_NO_COUNT - 1);
}

static struct dataset_list list;

Test(dataset_find, makes_a_name_once_and_refuses_none)
{
    struct finding_dataset *a = dataset_find(&list, "a", 1);
    cr_assert_not_null(a);
    cr_assert_eq(a->records, FINDING_NO_COUNT);
    cr_assert_eq(dataset_find(&list, "ab", 1), a);
    cr_assert_neq(dataset_find(&list, "ab", 2), a);
    cr_assert_null(dataset_find(&list, "", 0));
    cr_assert_eq(list.count, 2);
}

Test(dataset_find, knows_a_long_name_again_wherever_it_was_cut)
{
    char name[300];
    memset(name, 'n', sizeof name);
    for (size_t i = 89; i < 100; i += 2)
        memcpy(name + i, "\xc3\xa4", 2); /* 95 bytes would end inside a character */
    struct finding_dataset *made = dataset_find(&list, name, 200);
    cr_assert_not_null(made);
    cr_assert_eq(dataset_find(&list, name, 200), made);
    cr_assert_eq(list.count, 1);
    cr_assert_null(dataset_find(&list, name, 256));
    cr_assert_not_null(dataset_find(&list, name, 255));
}

Test(dataset_find, counts_names_that_do_not_fit)
{
    char name[16];
    for (int i = 0; i < FINDING_DATASETS_MAX + 2; i++) {
        int length = snprintf(name, sizeof name, "n%d", i);
        cr_assert_eq(dataset_find(&list, name, (size_t)length) != NULL, i < FINDING_DATASETS_MAX);
    }
    cr_assert_eq(list.count, FINDING_DATASETS_MAX);
    cr_assert_eq(list.dropped, 2);
    cr_assert_not_null(dataset_find(&list, "n0", 2));
}

Test(dataset_set_records, keeps_the_better_source_and_of_equals_the_larger)
{
    struct finding_dataset set = {.records = FINDING_NO_COUNT};
    dataset_set_records(&set, 10, COUNT_SEARCH);
    dataset_set_records(&set, 12, COUNT_AT_LEAST);
    cr_expect_eq(set.records, 10);
    dataset_set_records(&set, 9, COUNT_SEARCH);
    cr_expect_eq(set.records, 10);
    dataset_set_records(&set, 11, COUNT_SEARCH);
    cr_expect_eq(set.records, 11);
    dataset_set_records(&set, 3, COUNT_LISTING);
    cr_expect_eq(set.records, 3);
    cr_expect_eq(set.source, COUNT_LISTING);
}

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
    talk_say(&t, SERVER,
             "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 40\r\n\r\n"
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
