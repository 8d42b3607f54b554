/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/http_pool.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <string.h>

static struct http_pool pool;

static void make(void)
{
    cr_assert_eq(http_pool_init(&pool, 3, 100), AJAR_OK);
}

static void drop(void)
{
    http_pool_clear(&pool);
}

TestSuite(http_pool, .init = make, .fini = drop);

Test(http_pool, gives_as_many_blocks_as_it_has)
{
    void *blocks[3];
    for (unsigned i = 0; i < 3; i++) {
        blocks[i] = http_pool_take(&pool);
        cr_assert_not_null(blocks[i]);
        cr_assert_eq((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        memset(blocks[i], (int)i, 100);
    }
    cr_assert_eq(pool.in_use, 3);
    cr_assert_null(http_pool_take(&pool));
    cr_assert_eq(*(char *)blocks[1], 1);
}

Test(http_pool, gives_a_returned_block_again)
{
    void *first = http_pool_take(&pool);
    void *second = http_pool_take(&pool);
    http_pool_return(&pool, first);
    http_pool_return(&pool, second);
    http_pool_return(&pool, NULL);
    cr_assert_eq(pool.in_use, 0);
    cr_assert_eq(http_pool_take(&pool), second);
    cr_assert_eq(http_pool_take(&pool), first);
    cr_assert_not_null(http_pool_take(&pool));
    cr_assert_null(http_pool_take(&pool));
}
