/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/findings.h"
#include "ledger/groups.h"

static struct groups *groups;

static void setup(void)
{
    cr_assert_eq(groups_new(&groups), AJAR_OK);
}

static void teardown(void)
{
    groups_free(groups);
}

TestSuite(groups, .init = setup, .fini = teardown);

static struct dataset row(const char *name, uint64_t records, enum count_source source)
{
    struct dataset dataset = {
        .records = records, .bytes = FINDING_NO_COUNT, .source = (uint8_t)source};
    SET(dataset.name, name);
    return dataset;
}

/* The mark of a store that holds these. */
static uint64_t mark_of(struct dataset *datasets, uint32_t count)
{
    struct holdings holdings = {.datasets = datasets, .count = count};
    return groups_mark_data(groups_largest(&holdings, NULL));
}

Test(groups, mark_equal_data_equally_in_any_order)
{
    struct dataset one[] = {row("customers", 1237, COUNT_LISTING),
                            row("cases", 419, COUNT_LISTING)};
    struct dataset two[] = {one[1], one[0]};
    cr_assert_neq(mark_of(one, 2), 0);
    cr_assert_eq(mark_of(one, 2), mark_of(two, 2));
}

Test(groups, mark_by_the_largest_so_that_a_partial_look_is_enough)
{
    struct dataset listed[] = {row("customers", 1237, COUNT_LISTING),
                               row("cases", 419, COUNT_LISTING)};
    struct dataset searched[] = {row("customers", 1237, COUNT_SEARCH)};
    cr_assert_eq(mark_of(listed, 2), mark_of(searched, 1));
}

Test(groups, keep_other_counts_and_names_apart)
{
    struct dataset one[] = {row("customers", 1237, COUNT_LISTING)};
    struct dataset more[] = {row("customers", 1238, COUNT_LISTING)};
    struct dataset other[] = {row("clients", 1237, COUNT_LISTING)};
    cr_assert_neq(mark_of(one, 1), mark_of(more, 1));
    cr_assert_neq(mark_of(one, 1), mark_of(other, 1));
}

Test(groups, do_not_mark_by_what_says_nothing)
{
    struct dataset right = row("customers", GROUP_RECORDS_MIN, COUNT_SEARCH);
    struct dataset wrong[] = {row("customers", GROUP_RECORDS_MIN - 1, COUNT_LISTING),
                              row("nothere", FINDING_NO_COUNT, COUNT_NONE),
                              row(".kibana_1", 1000, COUNT_LISTING),
                              row("customers", 10000, COUNT_AT_LEAST)};
    cr_assert_neq(mark_of(&right, 1), 0);
    cr_assert_eq(mark_of(wrong, 4), 0);
    cr_assert_eq(groups_mark_cluster(""), 0);
    cr_assert_neq(groups_mark_cluster("IM-a7ZcLS4ehfuOpBjnFhA"), 0);
}

Test(groups, count_stores_by_mark)
{
    cr_assert_eq(groups_count(groups, 7), 0);
    cr_assert_eq(groups_insert(groups, 7), AJAR_OK);
    cr_assert_eq(groups_insert(groups, 7), AJAR_OK);
    cr_assert_eq(groups_insert(groups, 9), AJAR_OK);
    cr_assert_eq(groups_insert(groups, 0), AJAR_OK);
    cr_assert_eq(groups_count(groups, 7), 2);
    cr_assert_eq(groups_count(groups, 9), 1);
    cr_assert_eq(groups_count(groups, 0), 0, "no mark is no group");
    groups_remove(groups, 7);
    groups_remove(groups, 8);
    cr_assert_eq(groups_count(groups, 7), 1);
}

Test(groups, forget_marks_that_nobody_bears)
{
    for (uint64_t mark = 1; mark < 100000; mark++) {
        cr_assert_eq(groups_insert(groups, mark * 0x9e3779b97f4a7c15ULL), AJAR_OK);
        if (mark > 50)
            groups_remove(groups, mark * 0x9e3779b97f4a7c15ULL);
    }
    for (uint64_t mark = 1; mark <= 50; mark++)
        cr_assert_eq(groups_count(groups, mark * 0x9e3779b97f4a7c15ULL), 1);
    cr_assert_eq(groups_count(groups, 60 * 0x9e3779b97f4a7c15ULL), 0);
}

Test(groups, say_the_larger_of_the_two_and_the_cluster_of_equals)
{
    struct group_view view;
    uint64_t marks[MARKS] = {[MARK_CLUSTER] = 11, [MARK_DATA] = 22};
    cr_assert_eq(groups_insert(groups, 11), AJAR_OK);
    cr_assert_eq(groups_insert(groups, 22), AJAR_OK);
    groups_fill(groups, marks, &view);
    cr_assert_eq(view.servers, 1, "alone");
    cr_assert_str_empty(view.id);
    cr_assert_eq(groups_insert(groups, 11), AJAR_OK);
    cr_assert_eq(groups_insert(groups, 22), AJAR_OK);
    groups_fill(groups, marks, &view);
    cr_assert_eq(view.servers, 2);
    cr_assert_not(view.same_data);
    char cluster[EXPOSURE_ID_HEX];
    SET(cluster, view.id);
    cr_assert_eq(groups_insert(groups, 22), AJAR_OK);
    groups_fill(groups, marks, &view);
    cr_assert_eq(view.servers, 3);
    cr_assert(view.same_data);
    cr_assert_str_neq(view.id, cluster);
    cr_assert_eq(strlen(view.id), 32);
}
