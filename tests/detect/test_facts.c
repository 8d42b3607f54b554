/* SPDX-License-Identifier: Apache-2.0 */
/* What single JSON values say: roles of the shipped signature, each beside a value that says less.
 */
#include "detect/talk.h"

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
