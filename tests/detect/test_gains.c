/* SPDX-License-Identifier: Apache-2.0 */
/* What a reply leaves: counts, and of what they are. */
#include "detect/talk.h"

#define REPLY                                                                                      \
    "{\"took\":1,\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0},\"hits\":{\"total\":90,"  \
    "\"hits\":[{\"_index\":\"cases\",\"_id\":\"1\",\"_source\":{\"x\":1}}]}}"

static struct talk t;

/* The last finding after this request, which nobody saw if NULL. */
static const struct finding *find_after(const char *request)
{
    talk_begin(&t);
    if (request)
        talk_ask(&t, request);
    talk_answer(&t, 200, "", REPLY);
    talk_wait(&t, MILLISECOND);
    talk_end(&t);
    cr_assert_gt(t.count, 0);
    const struct finding *found = &t.found[t.count - 1];
    cr_assert_eq(found->records, 90);
    cr_assert_eq(found->dataset_count, 1);
    cr_assert_str_eq(found->datasets[0].name, "cases");
    return found;
}

Test(gains, total_of_one_data_set_is_its_own)
{
    const struct finding *found = find_after("GET /cases/_search");
    cr_assert_eq(found->records_source, COUNT_SEARCH);
    cr_assert_eq(found->datasets[0].records, 90);
}

Test(gains, total_over_all_is_not_that_of_the_one_whose_hits_came_first)
{
    const struct finding *found = find_after("GET /_search");
    cr_assert_eq(found->records_source, COUNT_SEARCH);
    cr_assert_eq(found->datasets[0].records, FINDING_NO_COUNT);
}

Test(gains, total_of_a_request_that_nobody_saw_is_at_least_so_much)
{
    const struct finding *found = find_after(NULL);
    cr_assert_eq(found->records_source, COUNT_AT_LEAST);
}
