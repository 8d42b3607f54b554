/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/evidence.h"

#include "detect/toy.h"

#define GREEN "green open a lkRTQ9CJTHWXrfcdsM6X0g 1 0 1237 5 612kb 600kb\n"

static void expect_dataset(const struct finding *finding, const char *name, uint64_t records,
                           uint64_t bytes)
{
    const struct finding_dataset *dataset = talk_dataset(finding, name);
    cr_assert_not_null(dataset, "%s", name);
    cr_expect_eq(dataset->records, records, "%s: %llu", name, (unsigned long long)dataset->records);
    cr_expect_eq(dataset->bytes, bytes, "%s: %llu", name, (unsigned long long)dataset->bytes);
}

Test(listing, is_read_by_the_number_of_its_columns)
{
    const struct finding *f = talk_once("GET /_cat/indices", 200, "", GREEN);
    cr_assert_verdict(f, VERDICT_METADATA);
    cr_expect_eq(f->identity, IDENTITY_PROVEN);
    expect_dataset(f, "a", 1237, 600 * 1024);
    f = talk_once("GET /_cat/indices", 200, "", "green open a 1 0 1237 5 612kb 600kb \n"); /* 1.x */
    expect_dataset(f, "a", 1237, 600 * 1024);
    f = talk_once("GET /_cat/indices", 200, "",
                  "green open a lkRTQ9CJTHWXrfcdsM6X0g 1 0 1237 5 612kb 600kb 600kb\n"); /* 8.x */
    expect_dataset(f, "a", 1237, 600 * 1024);
    cr_expect_eq(f->records_source, COUNT_LISTING);
}

Test(listing, is_read_by_any_order_of_columns_that_was_asked_for)
{
    const struct finding *f = talk_once("GET /_cat/indices?h=pri.store.size,docs.count,index", 200,
                                        "", "1.5kb 12 a\n7b 3 b\n");
    expect_dataset(f, "a", 12, 1536);
    expect_dataset(f, "b", 3, 7);
    cr_expect_eq(f->records, 15);
    f = talk_once("GET /_cat/indices?h=i", 200, "", "a\nb\n");
    expect_dataset(f, "a", FINDING_NO_COUNT, FINDING_NO_COUNT);
    cr_expect_eq(f->records, FINDING_NO_COUNT);
}

Test(listing, is_read_by_its_heading)
{
    const struct finding *f = talk_once("GET /_cat/indices?v&h=dc,idx", 200, "", "dc idx\n12 a\n");
    expect_dataset(f, "a", 12, FINDING_NO_COUNT);
    cr_expect_null(talk_dataset(f, "idx"));
    f = talk_once("GET /_cat/indices?v", 200, "",
                  "health status index uuid pri rep docs.count docs.deleted store.size "
                  "pri.store.size\n" GREEN);
    expect_dataset(f, "a", 1237, 600 * 1024);
    cr_expect_eq(f->dataset_count, 1);
    /* The heading of an empty cluster proves whose it is. */
    f = talk_once("GET /_cat/indices?v", 200, "Server: x\r\n",
                  "health status index uuid pri rep docs.count docs.deleted store.size "
                  "pri.store.size\n");
    cr_assert_verdict(f, VERDICT_OPEN);
    cr_expect_eq(f->identity, IDENTITY_PROVEN);
}

Test(listing, knows_a_closed_index_by_its_name_alone)
{
    const struct finding *f =
        talk_once("GET /_cat/indices", 200, "", GREEN "      close b lkRTQ9CJTHWXrfcdsM6X1g\n");
    expect_dataset(f, "b", FINDING_NO_COUNT, FINDING_NO_COUNT);
    expect_dataset(f, "a", 1237, 600 * 1024);
    f = talk_once("GET /_cat/indices?h=i,dc", 200, "", "a 7\nb\n");
    expect_dataset(f, "a", 7, FINDING_NO_COUNT);
    expect_dataset(f, "b", FINDING_NO_COUNT, FINDING_NO_COUNT);
    f = talk_once("GET /_cat/indices?h=dc,i", 200, "", "7 a\nb\n"); /* which column is it? */
    cr_expect_null(talk_dataset(f, "b"));
}

Test(listing, in_json_has_members_named_as_asked)
{
    const struct finding *f = talk_once(
        "GET /_cat/indices?format=json", 200, "",
        "[{\"health\":\"green\",\"status\":\"open\",\"index\":\"a\",\"docs.count\":\"12\","
        "\"pri.store.size\":\"1.5kb\"},{\"index\":\"b\",\"docs.count\":null}]");
    cr_assert_verdict(f, VERDICT_METADATA);
    expect_dataset(f, "a", 12, 1536);
    expect_dataset(f, "b", FINDING_NO_COUNT, FINDING_NO_COUNT);
    f = talk_once("GET /_cat/indices?format=json&h=dc,i", 200, "", "[{\"dc\":\"12\",\"i\":\"a\"}]");
    expect_dataset(f, "a", 12, FINDING_NO_COUNT);
    expect_verdict(VERDICT_OPEN, "GET /_cat/indices?format=json", 200, "", "[]");
    f = talk_once("GET /_list/indices?format=json", 200, "",
                  "{\"next_token\":null,\"indices\":[{\"index\":\"a\",\"docs.count\":\"9\"}]}");
    expect_dataset(f, "a", 9, FINDING_NO_COUNT);
}

Test(listing, in_pages_ends_with_a_token_that_is_no_row)
{
    const struct finding *f =
        talk_once("GET /_list/indices", 200, "", GREEN "next_token bmV4dA==\n");
    cr_expect_eq(f->dataset_count, 1);
    expect_dataset(f, "a", 1237, 600 * 1024);
}

Test(listing, of_columns_shows_nothing)
{
    expect_verdict(VERDICT_OPEN, "GET /_cat/indices?help", 200, "",
                   "health | h | current health status\n");
    expect_verdict(VERDICT_OPEN, "GET /_cat/indices", 200, "", "");
}

Test(listing, counts_all_documents)
{
    const struct finding *f = talk_once("GET /_cat/count", 200, "", "1700000000 12:00:00 4242\n");
    cr_assert_verdict(f, VERDICT_METADATA);
    cr_expect_eq(f->records, 4242);
    f = talk_once("GET /_cat/count?v", 200, "",
                  "epoch timestamp count\n1700000000 12:00:00 4242\n");
    cr_expect_eq(f->records, 4242);
    f = talk_once("GET /_cat/count", 200, "", "1700000000 12:00:00 0\n");
    cr_expect_eq(f->records, 0);
}

Test(listing, of_shards_and_aliases_names_indices)
{
    const struct finding *f =
        talk_once("GET /_cat/shards", 200, "", "a 0 p STARTED 3 1kb 10.0.0.1 n\n");
    cr_assert_verdict(f, VERDICT_METADATA);
    cr_expect_not_null(talk_dataset(f, "a"));
    f = talk_once("GET /_cat/aliases", 200, "", "alias a - - - -\n");
    cr_expect_not_null(talk_dataset(f, "a"));
    cr_expect_null(talk_dataset(f, "alias"));
}

Test(listing, leaves_out_a_line_too_long_to_keep_and_goes_on)
{
    static char body[EVIDENCE_WINDOW * 2];
    memset(body, 'x', sizeof body);
    memcpy(body, "7 a\n", 4);
    (void)snprintf(body + sizeof body - 6, 6, "\n9 b\n");
    const struct finding *f = talk_once("GET /_cat/indices?h=dc,i", 200, "", body);
    expect_dataset(f, "a", 7, FINDING_NO_COUNT);
    expect_dataset(f, "b", 9, FINDING_NO_COUNT);
    cr_expect_eq(f->dataset_count, 2);
}

Test(listing, with_columns_that_overflow_stays_a_number)
{
    const struct finding *f = talk_once("GET /_cat/indices?h=dc,i", 200, "",
                                        "9999999999999999999 a\n9999999999999999999 b\n");
    cr_expect_eq(f->records, FINDING_NO_COUNT - 1);
}

#define CSV_TYPE "content-type: text/csv; charset=utf-8; header=present\r\n"

Test(listing, of_sql_rows_hands_out_records)
{
    const struct finding *f =
        talk_once("POST /_sql?format=csv", 200, CSV_TYPE, "name,age\nann,1\nbob,2\n");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(f->returned, 2);
    f = talk_once("POST /_sql?format=txt", 200, "", "  name | age\n-------+-----\nann | 1\n");
    cr_expect_eq(f->returned, 1);
    expect_verdict(VERDICT_OPEN, "POST /_sql?format=csv", 200, CSV_TYPE, "name,age\n");
}

Test(lines, are_records_all_or_after_the_first)
{
    const struct finding *f = toy_once("", "GET /log", 200, "", "a 1\n\nb 2\n----\nc");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(f->returned, 4);
    f = toy_once("", "GET /table", 200, "", "a 1\n\nb 2\n----\nc");
    cr_expect_eq(f->returned, 2);
    TOY_VERDICT(VERDICT_DATA, "", "GET /log", 200, "", "a\n");
    TOY_VERDICT(VERDICT_OPEN, "", "GET /table", 200, "", "a\n");
    TOY_VERDICT(VERDICT_OPEN, "", "GET /log", 200, "", "\n");
}

Test(lines, that_are_comments_are_no_records)
{
    static const char notes[] = "# HELP up\nup 1\n  #indented\n\nup 2\n#";
    const struct finding *f = toy_once("", "GET /notes", 200, "", notes);
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(f->returned, 2);
    cr_expect_eq(toy_once("", "GET /log", 200, "", notes)->returned, 5);
    TOY_VERDICT(VERDICT_OPEN, "", "GET /notes", 200, "", "# HELP up\n# TYPE up gauge\n");
    f = toy_once("", "GET /sheet", 200, "", "#group,x\n#default,y\ntime,value\n1,2\n");
    cr_assert_verdict(f, VERDICT_DATA);
    cr_expect_eq(f->returned, 1);
}
