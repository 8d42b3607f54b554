/* SPDX-License-Identifier: Apache-2.0 */
#include "ajar/sketch.h"

#include "base/hash.h"

#include <criterion/criterion.h>

/* Adds the values first .. first + count - 1. */
static void add_values(struct sketch *sketch, uint64_t first, uint64_t count)
{
    for (uint64_t value = first; value < first + count; value++)
        (void)sketch_add(sketch, hash_keyed(0, &value, sizeof value));
}

static void expect_about(const struct sketch *sketch, uint64_t count, double error)
{
    double estimate = (double)sketch_estimate(sketch);
    double deviation = (estimate - (double)count) / (double)count;
    cr_expect(deviation < error && deviation > -error, "%.0f for %llu", estimate,
              (unsigned long long)count);
}

Test(sketch, counts_nothing_as_nothing)
{
    struct sketch sketch = {.registers = {0}};
    cr_assert_eq(sketch_estimate(&sketch), 0);
}

Test(sketch, is_nearly_exact_for_few_values)
{
    struct sketch sketch = {.registers = {0}};
    add_values(&sketch, 0, 1);
    cr_expect_eq(sketch_estimate(&sketch), 1);
    add_values(&sketch, 1, 9);
    cr_expect_eq(sketch_estimate(&sketch), 10);
    add_values(&sketch, 10, 90);
    expect_about(&sketch, 100, 0.06);
}

Test(sketch, estimates_many_values_within_three_standard_errors)
{
    static const uint64_t counts[] = {1000, 1237, 5000, 100000, 1000000};
    for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct sketch sketch = {.registers = {0}};
        add_values(&sketch, 0, counts[i]);
        expect_about(&sketch, counts[i], 3 * 0.046);
    }
}

Test(sketch, says_only_that_there_are_more_beyond_its_end)
{
    struct sketch sketch;
    for (unsigned i = 0; i < sizeof sketch.registers; i++)
        sketch.registers[i] = 0xff;
    cr_assert_eq(sketch_estimate(&sketch), SKETCH_MOST);
}

Test(sketch, does_not_count_a_value_twice)
{
    struct sketch sketch = {.registers = {0}};
    uint64_t value = 7;
    uint64_t hash = hash_keyed(0, &value, sizeof value);
    cr_expect(sketch_add(&sketch, hash));
    cr_expect_not(sketch_add(&sketch, hash));
    cr_expect_eq(sketch_estimate(&sketch), 1);
}

Test(sketch, merges_to_what_one_would_have_counted)
{
    struct sketch left = {.registers = {0}}, right = left, both = left;
    add_values(&left, 0, 700);
    add_values(&right, 400, 900);
    add_values(&both, 0, 1300);
    cr_expect(sketch_merge(&left, &right));
    cr_expect_arr_eq(left.registers, both.registers, sizeof both.registers);
    cr_expect_not(sketch_merge(&left, &right));
}
