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

#define XML                                                                                        \
    "xml:\n  common:\n"                                                                            \
    "    - {path: /ListBucketResult/Name, role: record-dataset}\n"                                 \
    "    - {path: /ListBucketResult/Contents, role: record, mark: contents}\n"                     \
    "    - {path: /ListBucketResult/IsTruncated, equals: 'true', role: cursor}\n"                  \
    "    - {path: /ListBucketResult/NextMarker, role: cursor}\n"                                   \
    "    - {path: /ListAllMyBucketsResult/Buckets, role: name}\n"                                  \
    "    - {path: /ListAllMyBucketsResult/Buckets/Bucket, role: row}\n"                            \
    "    - {path: /ListAllMyBucketsResult/Buckets/Bucket/Name, role: row-dataset}\n"               \
    "    - {path: /cores/core, role: row}\n    - {path: /cores/core/@name, role: row-dataset}\n"   \
    "    - {path: /cores/core/@docs, role: records}\n"                                             \
    "    - {path: /response/result/@numFound, role: total}\n"                                      \
    "    - {path: /Error/Code, role: error-type}\n    - {path: /x/version, role: version}\n"       \
    "refusals:\n  - {name: keys, status: [403], error: AccessDenied}\n"

#define XML_TYPE "Content-Type: application/xml\r\n"

static const struct finding *xml(const char *request, const char *body)
{
    return toy_once(XML, request, 200, XML_TYPE, body);
}

Test(facts, of_xml_count_records_and_name_their_data_set)
{
    const struct finding *f = xml(
        "GET /toys", "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"http://a\"><Name>b</Name>"
                     "<Contents><Key>1</Key></Contents><Contents><Key>2</Key></Contents>"
                     "<Contents/></ListBucketResult>");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(f->returned, 3);
    cr_expect_eq(talk_dataset(f, "b")->returned, 3);
    TOY_VERDICT(VERDICT_OPEN, XML, "GET /toys", 200, XML_TYPE,
                "<ListBucketResult><Name>b</Name></ListBucketResult>");
    TOY_VERDICT(VERDICT_OPEN, XML, "GET /toys", 200, TOY_HTML,
                "<html><ListBucketResult><Contents/></ListBucketResult></html>");
}

Test(facts, of_xml_describe_data_sets_in_elements_and_attributes)
{
    const struct finding *f =
        xml("GET /list", "<s3:ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket>"
                         "<Bucket><Name>b</Name></Bucket></Buckets></s3:ListAllMyBucketsResult>");
    cr_assert_verdict(f, VERDICT_METADATA);
    cr_expect_eq(f->dataset_count, 2);
    f = xml("GET /list",
            "<cores><core name='a' docs='5'/><core name='b' docs='7'>x</core></cores>");
    cr_assert_verdict(f, VERDICT_METADATA);
    cr_expect_eq(f->records, 12);
    cr_expect_eq(talk_dataset(f, "a")->records, 5);
    cr_expect_eq(talk_dataset(f, "b")->records, 7);
    f = xml("GET /toys", "<response><result numFound='12'/></response>");
    cr_expect_eq(f->records, 12);
    TOY_VERDICT(VERDICT_OPEN, XML, "GET /list", 200, XML_TYPE,
                "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>");
    TOY_VERDICT(VERDICT_OPEN, XML, "GET /list", 200, XML_TYPE, "<cores></cores>");
}

Test(facts, of_xml_are_read_behind_blanks_in_pieces_and_never_from_what_is_none)
{
    static const char reply[] =
        "HTTP/1.1 200 OK\r\nServer: toy\r\nContent-Type: text/xml\r\nContent-Length: 63\r\n\r\n"
        "\r\n <ListBucketResult><Contents>a</Contents></ListBucketResult>\r\n";
    for (size_t piece = 1; piece < 70; piece++) {
        const struct finding *f = toy_talk(XML, "GET /toys", reply, sizeof reply - 1, piece);
        cr_assert_verdict(f, VERDICT_DATA, "in pieces of %zu", piece);
        cr_assert_eq(f->returned, 1);
    }
    TOY_VERDICT(VERDICT_OPEN, XML, "GET /toys", 200, XML_TYPE,
                "<ListBucketResult></Contents><Contents>");
    TOY_VERDICT(VERDICT_OPEN, XML, "GET /toys", 200, XML_TYPE, "<");
}

Test(facts, of_xml_say_who_refused_and_what_it_is)
{
    TOY_VERDICT(VERDICT_REFUSED, XML, "GET /toys", 403, XML_TYPE,
                "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>");
    TOY_VERDICT(VERDICT_OPEN, XML, "GET /toys", 404, XML_TYPE,
                "<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>");
    cr_expect_str_eq(xml("GET /about", "<x><version> 1.2\n</version></x>")->version, "1.2");
}

/* A page of a listing, and the next one. */
static void expect_pages(enum verdict wanted, const char *more)
{
    static struct talk t;
    struct signature *list[1] = {load(TOY_BEGIN XML TOY_END)};
    struct signature_set one = {.signatures = list, .count = 1};
    char body[256];
    talk_begin_with(&t, &one, true);
    t.set = NULL;
    for (int i = 0; i < 2; i++) {
        (void)snprintf(body, sizeof body, "<ListBucketResult><Contents/>%s</ListBucketResult>",
                       more);
        talk_ask(&t, "GET /toys");
        talk_answer(&t, 200, TOY_SERVER XML_TYPE, body);
    }
    talk_end(&t);
    cr_assert_verdict(talk_best(&t), wanted, "of %s", more);
    signature_free(list[0]);
}

Test(facts, of_xml_have_a_cursor_only_with_something_in_it)
{
    expect_pages(VERDICT_DRAINED, "<IsTruncated>true</IsTruncated>");
    expect_pages(VERDICT_DATA, "<IsTruncated>false</IsTruncated>");
    expect_pages(VERDICT_DRAINED, "<NextMarker>2</NextMarker>");
    expect_pages(VERDICT_DATA, "<NextMarker/>");
}
