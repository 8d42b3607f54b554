/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/findings.h"
#include "ledger/groups.h"

#define STORES 6

static struct exposures *exposures;
static const struct exposure *list[STORES];
static struct group groups[STORES];
static size_t count;

static void setup(void)
{
    cr_assert_eq(exposures_new(STORES, 42, "hq", &exposures), AJAR_OK);
    count = 0;
}

static void teardown(void)
{
    exposures_free(exposures);
}

TestSuite(groups, .init = setup, .fini = teardown);

static void add_store(struct finding f)
{
    static const struct place nowhere;
    struct exposure_proof proof = {&f, DIRECTION_INBOUND, &nowhere};
    bool opened;
    f.server_port = (uint16_t)(9200 + count);
    list[count++] = exposures_add(exposures, &proof, &opened);
    cr_assert(opened);
}

static struct finding with_data(const char *one, uint64_t records, const char *two)
{
    struct finding f = make_finding(VERDICT_METADATA);
    add_dataset(&f, one, records, COUNT_LISTING);
    if (two)
        add_dataset(&f, two, 419, COUNT_LISTING);
    return f;
}

static void make(void)
{
    cr_assert_eq(groups_make(list, count, groups), AJAR_OK);
}

Test(groups, join_equal_data_in_any_order)
{
    struct finding reversed = make_finding(VERDICT_METADATA);
    add_dataset(&reversed, "cases", 419, COUNT_LISTING);
    add_dataset(&reversed, "customers", 1237, COUNT_LISTING);
    add_store(with_data("customers", 1237, "cases"));
    add_store(reversed);
    add_store(with_data("customers", 1237, "cases"));
    make();
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(groups[i].size, 3);
        cr_assert(groups[i].same_data);
    }
    size_t at = 0, steps = 0;
    do {
        at = groups[at].next;
        steps++;
    } while (at != 0);
    cr_assert_eq(steps, 3, "the members are a ring");
}

Test(groups, keep_other_counts_and_names_apart)
{
    add_store(with_data("customers", 1237, "cases"));
    add_store(with_data("customers", 1238, "cases"));
    add_store(with_data("clients", 1237, "cases"));
    add_store(with_data("customers", 1237, NULL));
    make();
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(groups[i].size, 1, "%zu", i);
        cr_assert_eq(groups[i].next, i);
    }
}

Test(groups, need_a_named_data_set_with_records)
{
    add_store(with_data("empty", 0, NULL));
    add_store(with_data("empty", 0, NULL));
    add_store(make_finding(VERDICT_OPEN));
    add_store(make_finding(VERDICT_OPEN));
    make();
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(groups[i].size, 1);
}

Test(groups, do_not_count_the_stores_own_data_sets_and_those_without_a_count)
{
    struct finding one = with_data("customers", 1237, NULL),
                   two = with_data("customers", 1237, NULL);
    add_dataset(&one, ".kibana_1", 5, COUNT_LISTING);
    add_dataset(&two, "nothere", FINDING_NO_COUNT, COUNT_NONE);
    add_store(one);
    add_store(two);
    make();
    cr_assert_eq(groups[0].size, 2);
}

Test(groups, join_one_cluster)
{
    struct finding f = make_finding(VERDICT_METADATA), other = f;
    SET(f.cluster_id, "IM-a7ZcLS4ehfuOpBjnFhA");
    SET(other.cluster_id, "another");
    add_store(f);
    add_store(other);
    add_store(f);
    make();
    cr_assert_eq(groups[0].size, 2);
    cr_assert_eq(groups[0].next, 2);
    cr_assert_not(groups[0].same_data);
    cr_assert_eq(groups[1].size, 1);
}

Test(groups, join_through_both)
{
    struct finding cluster = make_finding(VERDICT_OPEN), both = with_data("customers", 1237, NULL);
    SET(cluster.cluster_id, "c1");
    SET(both.cluster_id, "c1");
    add_store(cluster);
    add_store(both);
    add_store(with_data("customers", 1237, NULL));
    make();
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(groups[i].size, 3);
    cr_assert_not(groups[0].same_data);
    cr_assert(groups[2].same_data);
}

Test(groups, accept_none)
{
    make();
}
