/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/tally.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *name_of(const void *context, unsigned class_of)
{
    (void)context;
    return scan_class_name(class_of);
}

static struct tally tally_of(uint64_t values, uint64_t hash)
{
    struct tally tally = {.values = values, .odd = 1, .masked = 2, .hashed = 3};
    (void)sketch_add(&tally.distinct, hash);
    return tally;
}

Test(tally, a_finding_tells_what_is_new_since_the_last)
{
    static struct finding finding;
    struct tally_pool pool;
    struct scan_book book = {.count = 0};
    struct tally tally = tally_of(5, 0x123456789abcdef);
    cr_assert_eq(tally_pool_init(&pool, 4), AJAR_OK);
    tally_add(&pool, &book, CLASS_EMAIL, &tally);
    tally_fill(&pool, &book, name_of, NULL, &finding);
    cr_assert_eq(finding.class_count, 1);
    cr_expect_str_eq(finding.classes[0].name, "email");
    cr_expect_eq(finding.classes[0].values_new, 5);
    cr_expect_eq(finding.classes[0].masked_new, 2);
    tally_add(&pool, &book, CLASS_EMAIL, &tally);
    tally_fill(&pool, &book, name_of, NULL, &finding);
    cr_expect_eq(finding.classes[0].values, 10);
    cr_expect_eq(finding.classes[0].values_new, 5);
    cr_expect_eq(finding.classes[0].hashed_new, 3);
    cr_expect_eq(sketch_estimate(&finding.classes[0].distinct), 1);
    tally_fill(&pool, &book, name_of, NULL, &finding);
    cr_expect_eq(finding.classes[0].values_new, 0);
    cr_expect_eq(finding.classes[0].odd_new, 0);
    tally_pool_clear(&pool);
}

Test(tally, a_full_pool_is_counted_and_room_comes_back)
{
    struct tally_pool pool;
    struct scan_book one = {.count = 0};
    struct scan_book other = {.count = 0};
    struct tally tally = tally_of(1, 1);
    cr_assert_eq(tally_pool_init(&pool, 2), AJAR_OK);
    tally_add(&pool, &one, CLASS_EMAIL, &tally);
    tally_add(&pool, &one, CLASS_IPV4, &tally);
    tally_add(&pool, &other, CLASS_EMAIL, &tally);
    cr_expect_eq(other.count, 0);
    cr_expect_eq(other.dropped, 1);
    cr_expect_eq(pool.refused, 1);
    tally_give(&pool, &one);
    tally_add(&pool, &other, CLASS_EMAIL, &tally);
    cr_expect_eq(other.count, 1);
    tally_pool_clear(&pool);
}

Test(tally, a_flow_has_room_for_so_many_classes_as_a_finding)
{
    struct tally_pool pool;
    struct scan_book book = {.count = 0};
    struct tally tally = tally_of(1, 1);
    cr_assert_eq(tally_pool_init(&pool, 64), AJAR_OK);
    for (unsigned i = 0; i < FINDING_CLASSES_MAX + 2; i++)
        tally_add(&pool, &book, i, &tally);
    cr_expect_eq(book.count, FINDING_CLASSES_MAX);
    cr_expect_eq(book.dropped, 2);
    tally_pool_clear(&pool);
}

Test(tally, dates_widen_a_span)
{
    int64_t oldest = 0;
    int64_t newest = 0;
    tally_note_date(&oldest, &newest, 50);
    tally_note_date(&oldest, &newest, 70);
    tally_note_date(&oldest, &newest, 60);
    cr_expect_eq(oldest, 50);
    cr_expect_eq(newest, 70);
}
