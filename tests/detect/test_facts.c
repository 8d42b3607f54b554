/* SPDX-License-Identifier: Apache-2.0 */
/* What single JSON values say: roles of the shipped signature, each beside a value that says less.
 */
#include "detect/toy.h"

#define HITS(hits)                                                                                 \
    "{\"took\":1,\"timed_out\":false,\"_shards\":{\"total\":1,\"failed\":0},\"hits\":{\"total\":"  \
    "9,"                                                                                           \
    "\"hits\":[" hits "]}}"

static const struct finding *found(const char *request, const char *body)
{
    const struct finding *finding = talk_once(request, 200, "", body);
    cr_assert_not_null(finding);
    return finding;
}

Test(facts, give_each_record_to_the_data_set_it_names)
{
    const struct finding *f = found("GET /_search", HITS("{\"_index\":\"a\",\"_source\":{}},"
                                                         "{\"_index\":\"b\",\"_source\":{}},"
                                                         "{\"_index\":\"b\",\"_source\":{}}"));
    cr_assert_eq(f->dataset_count, 2);
    cr_expect_str_eq(f->datasets[0].name, "a");
    cr_expect_eq(f->datasets[0].returned, 1);
    cr_expect_eq(f->datasets[1].returned, 2);
}

Test(facts, give_records_without_a_name_to_the_data_set_of_the_request)
{
    const struct finding *f = found("GET /a/_search", HITS("{\"_source\":{}},{\"_source\":{}}"));
    cr_assert_eq(f->dataset_count, 1);
    cr_expect_str_eq(f->datasets[0].name, "a");
    cr_expect_eq(f->datasets[0].returned, 2);
}

Test(facts, name_an_index_by_its_key_only_with_a_proof_in_it)
{
    const struct finding *f = found("GET /_mapping", "{\"a\":{\"mappings\":{}},\"b\":{\"c\":1}}");
    cr_assert_eq(f->dataset_count, 1);
    cr_expect_str_eq(f->datasets[0].name, "a");
}

Test(facts, take_a_search_over_no_shards_for_an_absent_data_set)
{
    static const char none[] =
        "{\"took\":1,\"timed_out\":false,\"_shards\":{\"total\":0,\"failed\":0},"
        "\"hits\":{\"total\":0,\"hits\":[]}}";
    cr_expect_eq(found("GET /nothere/_search", none)->dataset_count, 0);
    cr_expect_eq(found("GET /a/_search", HITS(""))->dataset_count, 1);
}

Test(facts, take_timed_out_for_a_lower_bound)
{
    static const char late[] =
        "{\"took\":1,\"timed_out\":true,\"_shards\":{\"total\":1,\"failed\":0},"
        "\"hits\":{\"total\":9,\"hits\":[]}}";
    cr_expect_eq(found("GET /a/_search", late)->records_source, COUNT_AT_LEAST);
    cr_expect_eq(found("GET /a/_search", HITS(""))->records_source, COUNT_SEARCH);
}

/* What the toy's replies say, besides what the shipped signature has. */
#define SECTION(facts) "json:\n  common:\n" facts

Test(facts, ask_for_the_kind_of_a_value)
{
    static const char kinds[] = SECTION("    - {path: /a, kind: array, role: value}\n"
                                        "    - {path: /s, kind: string, role: value}\n"
                                        "    - {path: /o, kind: object, role: value}\n");
    TOY_VERDICT(VERDICT_DATA, kinds, "GET /toys", 200, "", "{\"a\":[]}");
    TOY_VERDICT(VERDICT_OPEN, kinds, "GET /toys", 200, "", "{\"a\":{}}");
    TOY_VERDICT(VERDICT_DATA, kinds, "GET /toys", 200, "", "{\"s\":\"\"}");
    TOY_VERDICT(VERDICT_OPEN, kinds, "GET /toys", 200, "", "{\"s\":1,\"a\":\"x\"}");
    TOY_VERDICT(VERDICT_DATA, kinds, "GET /toys", 200, "", "{\"o\":{}}");
    TOY_VERDICT(VERDICT_OPEN, kinds, "GET /toys", 200, "", "{\"o\":[]}");
}

#define FAILED                                                                                     \
    SECTION("    - {path: /error, role: failed}\n    - {path: '/rows/[]', role: record}\n"         \
            "    - {path: /name, role: name}\n    - {path: /done, role: written}\n")

Test(facts, take_a_success_that_says_it_failed_for_no_content)
{
    TOY_VERDICT(VERDICT_OPEN, FAILED, "GET /toys", 200, "", "{\"error\":\"no\",\"rows\":[1]}");
    TOY_VERDICT(VERDICT_DATA, FAILED, "GET /toys", 200, "", "{\"rows\":[1]}");
    TOY_VERDICT(VERDICT_OPEN, FAILED, "GET /list", 200, "", "{\"name\":1,\"error\":1}");
    TOY_VERDICT(VERDICT_METADATA, FAILED, "GET /list", 200, "", "{\"name\":1}");
    TOY_VERDICT(VERDICT_REVEALED, FAILED, "GET /about", 200, "", "{\"error\":1}");
    TOY_VERDICT(VERDICT_OPEN, FAILED, "POST /toys/a", 200, "", "{\"done\":1,\"error\":1}");
    TOY_VERDICT(VERDICT_TAMPERED, FAILED, "POST /toys/a", 200, "", "{\"done\":1}");
}

#define RETURNED                                                                                   \
    "  - {name: X-Summary, capture: '\"rows\":\"{value}\"', role: returned}\n"                     \
    "  - {name: X-Held, role: records}\n  - {name: X-Bytes, role: bytes}\n"                        \
    "  - {name: X-Name, role: cluster-name}\n  - {name: X-Set, role: dataset}\n" SECTION(          \
        "    - {path: '/rows/[]', role: record}\n    - {path: /rows_returned, role: returned}\n")

Test(facts, count_the_records_that_the_server_says)
{
    const struct finding *f =
        toy_once(RETURNED, "GET /toys/a", 200, "X-Summary: {\"read\":\"9\",\"rows\":\"7\"}\r\n",
                 "{\"rows\":[1,2]}");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(f->returned, 7);
    cr_expect_eq(talk_dataset(f, "a")->returned, 7);
    f = toy_once(RETURNED, "GET /toys/a", 200, "", "{\"rows\":[1,2],\"rows_returned\":3}");
    cr_expect_eq(f->returned, 3);
    f = toy_once(RETURNED, "GET /toys/a", 200, "", "{\"rows\":[1,2]}");
    cr_expect_eq(f->returned, 2);
    TOY_VERDICT(VERDICT_OPEN, RETURNED, "GET /toys/a", 200, "X-Summary: {\"rows\":\"0\"}\r\n",
                "{\"rows\":[1,2]}");
    TOY_VERDICT(VERDICT_OPEN, RETURNED, "GET /toys/a", 200, "X-Summary: rows\r\n", "{\"rows\":[]}");
}

Test(facts, in_header_lines_count_and_name)
{
    const struct finding *f =
        toy_once(RETURNED, "GET /toys/a", 200, "X-Held: 12\r\nX-Bytes: 77\r\nX-Name: n\r\n", "{}");
    cr_assert_verdict(f, VERDICT_METADATA);
    cr_expect_eq(f->records, 12);
    cr_expect_eq(talk_dataset(f, "a")->records, 12);
    cr_expect_eq(talk_dataset(f, "a")->bytes, 77);
    cr_expect_str_eq(f->cluster_name, "n");
    f = toy_once(RETURNED, "GET /toys", 200, "X-Set: b\r\n", "{}");
    cr_assert_verdict(f, VERDICT_METADATA);
    cr_assert_not_null(talk_dataset(f, "b"));
    TOY_VERDICT(VERDICT_OPEN, RETURNED, "GET /toys/a", 200, "X-Held: 0\r\nX-Name: n\r\n", "{}");
}
