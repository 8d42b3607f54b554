/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/findings.h"
#include "ledger/holdings.h"
#include "ledger/ledger.h"

static struct holdings holdings;
static struct holdings_budget budget;

static void setup(void)
{
    memset(&holdings, 0, sizeof holdings);
    budget = (struct holdings_budget){.rows_left = 1000};
}

static void teardown(void)
{
    holdings_clear(&holdings);
}

TestSuite(holdings, .init = setup, .fini = teardown);

static void say_total(uint64_t records, enum count_source source)
{
    struct finding f = make_finding(VERDICT_METADATA);
    f.records = records;
    f.records_source = (uint8_t)source;
    holdings_add(&holdings, &f, &budget);
}

static void say_dataset(const char *name, uint64_t records, enum count_source source)
{
    struct finding f = make_finding(VERDICT_METADATA);
    add_dataset(&f, name, records, source);
    holdings_add(&holdings, &f, &budget);
}

static uint64_t records(void)
{
    return holdings_estimate(&holdings).records;
}

Test(holdings, know_nothing_at_first)
{
    cr_assert_eq(records(), FINDING_NO_COUNT);
    cr_assert_eq(holdings_estimate(&holdings).bytes, FINDING_NO_COUNT);
    cr_assert_eq(holdings_estimate(&holdings).source, COUNT_NONE);
}

Test(holdings, sum_a_listing)
{
    struct finding f = make_finding(VERDICT_METADATA);
    add_dataset(&f, "customers", 1237, COUNT_LISTING);
    add_dataset(&f, "cases", 419, COUNT_LISTING);
    f.datasets[0].bytes = 1000;
    holdings_add(&holdings, &f, &budget);
    cr_assert_eq(records(), 1656);
    cr_assert_eq(holdings_estimate(&holdings).bytes, 1000);
    cr_assert_eq(holdings_estimate(&holdings).source, COUNT_LISTING);
}

Test(holdings, prefer_the_better_source)
{
    say_total(10000, COUNT_AT_LEAST);
    cr_assert_eq(records(), 10000);
    say_total(9000, COUNT_SEARCH);
    cr_assert_eq(records(), 9000, "a search over all beats at-least, although it is smaller");
    say_total(9100, COUNT_COUNT);
    cr_assert_eq(records(), 9100);
    say_dataset("customers", 8000, COUNT_LISTING);
    cr_assert_eq(records(), 8000);
    say_total(99999, COUNT_SEARCH);
    cr_assert_eq(records(), 8000, "a worse source changes nothing");
}

Test(holdings, keep_the_larger_number_of_one_source)
{
    say_dataset("customers", 1237, COUNT_LISTING);
    say_dataset("customers", 0, COUNT_LISTING);
    cr_assert_eq(records(), 1237, "emptied later");
    say_dataset("customers", 1300, COUNT_LISTING);
    cr_assert_eq(records(), 1300);
}

Test(holdings, add_hidden_data_sets_to_a_listing)
{
    say_dataset("customers", 1237, COUNT_LISTING);
    say_dataset("hidden", 100, COUNT_COUNT);
    cr_assert_eq(records(), 1337);
    say_dataset("vague", 50, COUNT_AT_LEAST);
    cr_assert_eq(records(), 1337, "at-least may be part of the others");
}

Test(holdings, take_the_larger_of_total_and_sum_of_one_source)
{
    say_dataset("customers", 1237, COUNT_COUNT);
    say_dataset("cases", 419, COUNT_COUNT);
    say_total(419, COUNT_COUNT);
    cr_assert_eq(records(), 1656);
    say_total(2000, COUNT_COUNT);
    cr_assert_eq(records(), 2000);
}

Test(holdings, remember_a_data_set_without_a_count)
{
    say_dataset("customers", FINDING_NO_COUNT, COUNT_NONE);
    cr_assert_eq(holdings.count, 1);
    cr_assert_eq(records(), FINDING_NO_COUNT);
    say_dataset("customers", 7, COUNT_SEARCH);
    cr_assert_eq(holdings.count, 1);
    cr_assert_eq(records(), 7);
}

Test(holdings, do_not_overflow)
{
    say_dataset("a", FINDING_NO_COUNT - 1, COUNT_LISTING);
    say_dataset("b", FINDING_NO_COUNT - 1, COUNT_LISTING);
    cr_assert_eq(records(), FINDING_NO_COUNT - 1);
}

Test(holdings, end_at_the_limit_of_rows)
{
    char name[32];
    for (int i = 0; i < LEDGER_DATASETS_MAX; i++) {
        (void)snprintf(name, sizeof name, "d%d", i);
        say_dataset(name, 1, COUNT_LISTING);
    }
    cr_assert_eq(holdings.dropped, 0);
    say_dataset("one more", 1, COUNT_LISTING);
    cr_assert_eq(holdings.dropped, 1);
    cr_assert_eq(budget.dropped, 1);
    cr_assert_eq(holdings.count, LEDGER_DATASETS_MAX);
    say_dataset("d0", 5, COUNT_LISTING);
    cr_assert_eq(records(), LEDGER_DATASETS_MAX + 4, "known ones still grow");
}

Test(holdings, end_at_the_limit_of_all)
{
    budget.rows_left = 1;
    say_dataset("a", 1, COUNT_LISTING);
    say_dataset("b", 1, COUNT_LISTING);
    cr_assert_eq(holdings.count, 1);
    cr_assert_eq(budget.dropped, 1);
}
