/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/dataset.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static bool reads_number(const char *text, uint64_t wanted)
{
    uint64_t number = wanted + 1;
    return number_read(text, strlen(text), &number) && number == wanted;
}

static bool reads_size(const char *text, uint64_t wanted)
{
    uint64_t bytes = wanted + 1;
    return size_read(text, strlen(text), &bytes) && bytes == wanted;
}

Test(number_read, takes_digits_alone_that_fit)
{
    cr_expect(reads_number("0", 0));
    cr_expect(reads_number("1237", 1237));
    cr_expect(reads_number("9999999999999999999", UINT64_C(9999999999999999999)));
    cr_expect_not(reads_number("10000000000000000000", UINT64_C(10000000000000000000)));
    cr_expect_not(reads_number("", 0));
    cr_expect_not(reads_number("-1", 1));
    cr_expect_not(reads_number("1.0", 1));
    cr_expect_not(reads_number("1e3", 1000));
}

Test(size_read, takes_every_unit)
{
    cr_expect(reads_size("77", 77));
    cr_expect(reads_size("77b", 77));
    cr_expect(reads_size("612kb", 612 * 1024));
    cr_expect(reads_size("1.5mb", 1536 * 1024));
    cr_expect(reads_size("2gb", UINT64_C(2) << 30));
    cr_expect(reads_size("0.5tb", UINT64_C(1) << 39));
    cr_expect(reads_size("3pb", UINT64_C(3) << 50));
    cr_expect(reads_size(".5kb", 512));
}

Test(size_read, refuses_what_is_none_or_fits_no_counter)
{
    cr_expect_not(reads_size("", 0));
    cr_expect_not(reads_size(".", 0));
    cr_expect_not(reads_size("kb", 0));
    cr_expect_not(reads_size("1.2.3", 1));
    cr_expect_not(reads_size("1 kb", 1024));
    cr_expect_not(reads_size("1xb", 1));
    cr_expect_not(reads_size("-1b", 1));
    cr_expect_not(reads_size("99999999999999999pb", 0));
    cr_expect_not(reads_size("1111111111111111111111kb", 0));
    cr_expect(reads_size("15000pb", UINT64_C(15000) << 50));
}

Test(count_add, stops_below_what_means_no_count)
{
    uint64_t count = 5;
    count_add(&count, 7);
    cr_assert_eq(count, 12);
    count_add(&count, UINT64_MAX - 13);
    cr_assert_eq(count, FINDING_NO_COUNT - 1);
    count_add(&count, 9);
    cr_assert_eq(count, FINDING_NO_COUNT - 1);
}

static struct dataset_list list;

Test(dataset_find, makes_a_name_once_and_refuses_none)
{
    struct finding_dataset *a = dataset_find(&list, "a", 1);
    cr_assert_not_null(a);
    cr_assert_eq(a->records, FINDING_NO_COUNT);
    cr_assert_eq(dataset_find(&list, "ab", 1), a);
    cr_assert_neq(dataset_find(&list, "ab", 2), a);
    cr_assert_null(dataset_find(&list, "", 0));
    cr_assert_eq(list.count, 2);
}

Test(dataset_find, knows_a_long_name_again_wherever_it_was_cut)
{
    char name[300];
    memset(name, 'n', sizeof name);
    for (size_t i = 89; i < 100; i += 2)
        memcpy(name + i, "\xc3\xa4", 2); /* 95 bytes would end inside a character */
    struct finding_dataset *made = dataset_find(&list, name, 200);
    cr_assert_not_null(made);
    cr_assert_eq(dataset_find(&list, name, 200), made);
    cr_assert_eq(list.count, 1);
    cr_assert_null(dataset_find(&list, name, 256));
    cr_assert_not_null(dataset_find(&list, name, 255));
}

Test(dataset_find, counts_names_that_do_not_fit)
{
    char name[16];
    for (int i = 0; i < FINDING_DATASETS_MAX + 2; i++) {
        int length = snprintf(name, sizeof name, "n%d", i);
        cr_assert_eq(dataset_find(&list, name, (size_t)length) != NULL, i < FINDING_DATASETS_MAX);
    }
    cr_assert_eq(list.count, FINDING_DATASETS_MAX);
    cr_assert_eq(list.dropped, 2);
    cr_assert_not_null(dataset_find(&list, "n0", 2));
}

Test(dataset_set_records, keeps_the_better_source_and_of_equals_the_larger)
{
    struct finding_dataset set = {.records = FINDING_NO_COUNT};
    dataset_set_records(&set, 10, COUNT_SEARCH);
    dataset_set_records(&set, 12, COUNT_AT_LEAST);
    cr_expect_eq(set.records, 10);
    dataset_set_records(&set, 9, COUNT_SEARCH);
    cr_expect_eq(set.records, 10);
    dataset_set_records(&set, 11, COUNT_SEARCH);
    cr_expect_eq(set.records, 11);
    dataset_set_records(&set, 3, COUNT_LISTING);
    cr_expect_eq(set.records, 3);
    cr_expect_eq(set.source, COUNT_LISTING);
}
