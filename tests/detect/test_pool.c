/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/pool.h"

#include <criterion/criterion.h>
#include <string.h>

Test(pool, gives_each_block_once_and_takes_it_back)
{
    struct evidence_pool pool;
    cr_assert_eq(evidence_pool_init(&pool, 2), AJAR_OK);
    struct evidence *a = evidence_take(&pool);
    struct evidence *b = evidence_take(&pool);
    cr_assert_neq(a, b);
    cr_assert_null(evidence_take(&pool));
    evidence_give(&pool, a);
    evidence_give(&pool, NULL);
    cr_assert_eq(evidence_take(&pool), a);
    cr_assert_null(evidence_take(&pool));
    evidence_pool_clear(&pool);
}

Test(pool, a_block_used_before_knows_nothing_of_it)
{
    struct evidence_pool pool;
    cr_assert_eq(evidence_pool_init(&pool, 1), AJAR_OK);
    struct evidence *evidence = evidence_take(&pool);
    memset(evidence, 0xa5, sizeof *evidence);
    evidence_give(&pool, evidence);
    evidence = evidence_take(&pool);
    cr_expect_null(evidence->signature);
    cr_expect_eq(evidence->identity, IDENTITY_NONE);
    cr_expect_eq(evidence->reached[0] + evidence->reached[1], 0);
    cr_expect_eq(evidence->records, FINDING_NO_COUNT);
    cr_expect_eq(evidence->returned + evidence->returned_told, 0);
    cr_expect_eq(evidence->body_length, 0);
    cr_expect_eq(evidence->host[0] + evidence->user_agent[0] + evidence->version[0], 0);
    cr_expect_eq(evidence->datasets.count + evidence->datasets.dropped, 0);
    cr_expect_eq(evidence->waiting.count + evidence->waiting.first, 0);
    cr_expect_eq(evidence->waiting.overflow + evidence->waiting.details_used, 0);
    cr_expect_not(evidence->reply.active);
    cr_expect_eq(evidence->reply.detail.url[0] + evidence->reply.detail.method[0], 0);
    evidence_pool_clear(&pool);
}
