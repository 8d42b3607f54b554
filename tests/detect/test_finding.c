/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/finding.h"

#include "detect/dataset.h"
#include "detect/pool.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct signature toys = {.name = "toys", .severity = 20, .ransom = {"read_me"}};
static struct evidence_pool pool;
static struct evidence *evidence;
static struct flow flow;
static struct finding finding;

static void make(void)
{
    cr_assert_eq(evidence_pool_init(&pool, 1), AJAR_OK);
    evidence = evidence_take(&pool);
    evidence->signature = &toys;
    flow = (struct flow){.protocol = PACKET_TCP,
                         .client = 1,
                         .client_by = CLIENT_BY_CONTENT,
                         .port = {9200, 40000},
                         .first_ns = 7,
                         .risks = 5};
    flow.side[0].bytes = 300;
    flow.side[1].bytes = 20;
    memset(&finding, 0xa5, sizeof finding);
}

static void unmake(void)
{
    evidence_pool_clear(&pool);
}

TestSuite(finding, .init = make, .fini = unmake);

Test(finding, knows_the_client_wherever_it_stands)
{
    finding_fill(evidence, &flow, FINDING_QUERY, &finding);
    cr_expect_eq(finding.client_port, 40000);
    cr_expect_eq(finding.server_port, 9200);
    cr_expect_eq(finding.client_bytes, 20);
    cr_expect_eq(finding.server_bytes, 300);
    flow.client = 0;
    finding_fill(evidence, &flow, FINDING_QUERY, &finding);
    cr_expect_eq(finding.client_port, 9200);
    cr_expect_eq(finding.server_bytes, 20);
}

Test(finding, has_nothing_left_of_the_one_before)
{
    finding_fill(evidence, &flow, FINDING_SESSION, &finding);
    cr_expect_eq(finding.kind, FINDING_SESSION);
    cr_expect_str_eq(finding.store, "toys");
    cr_expect_eq(finding.kind_weight, 20);
    cr_expect_str_empty(finding.url);
    cr_expect_str_empty(finding.protection);
    cr_expect_eq(finding.status + finding.evidence_count + finding.dataset_count, 0);
    cr_expect_eq(finding.records, FINDING_NO_COUNT);
}

Test(finding, tells_each_number_as_new_once)
{
    evidence->returned = 10;
    evidence->gave_bytes = 1000;
    evidence->exchanges = 3;
    finding_fill(evidence, &flow, FINDING_QUERY, &finding);
    cr_expect_eq(finding.returned_new, 10);
    cr_expect_eq(finding.gave_bytes_new, 1000);
    cr_expect_eq(finding.requests_new, 3);
    evidence->returned = 12;
    finding_fill(evidence, &flow, FINDING_QUERY, &finding);
    cr_expect_eq(finding.returned, 12);
    cr_expect_eq(finding.returned_new, 2);
    cr_expect_eq(finding.gave_bytes_new + finding.requests_new, 0);
}

static void add(enum verdict verdict, const char *protection)
{
    struct judgement judgement = {.verdict = verdict, .protection = protection};
    finding_fill(evidence, &flow, FINDING_QUERY, &finding);
    finding_add_reply(evidence, &judgement, &finding);
}

static bool has_word(const char *word)
{
    for (size_t i = 0; i < finding.evidence_count; i++)
        if (strcmp(finding.evidence[i], word) == 0)
            return true;
    return false;
}

Test(finding, says_its_evidence_in_words)
{
    evidence->reply.status = 200;
    evidence->reply.returned = 3;
    evidence->reply.totals = 1;
    evidence->reply.total = 40;
    evidence->reply.cursor_seen = true;
    add(VERDICT_DATA, NULL);
    cr_expect_eq(finding.evidence_count, 4);
    cr_expect(has_word("200"));
    cr_expect(has_word("records[3]"));
    cr_expect(has_word("total 40"));
    cr_expect(has_word("cursor"));
    evidence->reply.lower_bound = true;
    add(VERDICT_DATA, NULL);
    cr_expect(has_word("total >=40"));
}

Test(finding, keeps_eight_words_and_drops_the_rest)
{
    memset(evidence->reply.error_type, 'e', sizeof evidence->reply.error_type - 1);
    (void)snprintf(evidence->reply.detail.url, sizeof evidence->reply.detail.url, "/READ_ME_now");
    evidence->reply.status = 200;
    evidence->reply.values_seen = true;
    evidence->reply.totals = 1;
    evidence->reply.rows = 1;
    evidence->reply.cursor_seen = true;
    evidence->reply.written_seen = true;
    add(VERDICT_TAMPERED, "A guard with a name that is far too long to be kept in one word");
    cr_expect_eq(finding.evidence_count, FINDING_EVIDENCE_MAX);
    for (size_t i = 0; i < finding.evidence_count; i++)
        cr_expect_lt(strlen(finding.evidence[i]), sizeof finding.evidence[i]);
    cr_expect_not(has_word("ransom name"));
    evidence->reply.error_type[0] = '\0';
    add(VERDICT_TAMPERED, NULL);
    cr_expect(has_word("ransom name"));
}

Test(finding, says_who_refused)
{
    evidence->reply.status = 401;
    add(VERDICT_REFUSED, "Guard");
    cr_expect_str_eq(finding.protection, "Guard");
    cr_expect(has_word("Guard"));
    add(VERDICT_OPEN, NULL);
    cr_expect_str_empty(finding.protection);
    cr_expect_not(has_word("Guard"));
}

Test(finding, tells_what_a_data_set_gave_since_the_last_one)
{
    struct finding_dataset *a = dataset_find(&evidence->datasets, "a", 1);
    a->returned = 5;
    finding_fill(evidence, &flow, FINDING_QUERY, &finding);
    cr_expect_eq(finding.datasets[0].returned, 5);
    cr_expect_eq(finding.datasets[0].returned_new, 5);
    a->returned = 12;
    dataset_find(&evidence->datasets, "b", 1)->returned = 3;
    finding_fill(evidence, &flow, FINDING_QUERY, &finding);
    cr_expect_eq(finding.datasets[0].returned, 12);
    cr_expect_eq(finding.datasets[0].returned_new, 7);
    cr_expect_eq(finding.datasets[1].returned_new, 3);
    finding_fill(evidence, &flow, FINDING_SESSION, &finding);
    cr_expect_eq(finding.datasets[0].returned, 12);
    cr_expect_eq(finding.datasets[0].returned_new + finding.datasets[1].returned_new, 0);
    evidence->datasets.count = 0; /* the store begins anew */
    dataset_find(&evidence->datasets, "c", 1)->returned = 2;
    finding_fill(evidence, &flow, FINDING_QUERY, &finding);
    cr_expect_eq(finding.datasets[0].returned_new, 2);
}
