/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/classes.h"
#include "ledger/proofs.h"

static struct exposure exposure;
static struct classes_budget budget;

static void setup(void)
{
    memset(&exposure, 0, sizeof exposure);
    budget = (struct classes_budget){.rows_left = 100};
}

static void teardown(void)
{
    classes_clear(&exposure);
}

TestSuite(classes, .init = setup, .fini = teardown);

Test(classes, add_up_over_flows_and_keep_distinct_values_apart)
{
    struct finding f = make_finding(VERDICT_DATA);
    add_class(&f, "email", 10);
    f.classes[0].odd_new = 2;
    cr_assert(classes_add(&exposure, &f, &budget));
    cr_assert(classes_add(&exposure, &f, &budget));
    cr_assert_eq(exposure.class_count, 1);
    cr_assert_eq(exposure.classes[0].values, 20);
    cr_assert_eq(exposure.classes[0].odd, 4);
    cr_assert_eq(sketch_estimate(&exposure.classes[0].distinct), 10, "the same ten");
}

Test(classes, say_whether_there_was_more)
{
    struct finding f = make_finding(VERDICT_DATA);
    cr_assert_not(classes_add(&exposure, &f, &budget));
    add_class(&f, "phone", 0);
    cr_assert(classes_add(&exposure, &f, &budget), "a name that was not known");
    cr_assert_not(classes_add(&exposure, &f, &budget));
    f.classes[0].values_new = 1;
    cr_assert(classes_add(&exposure, &f, &budget));
}

Test(classes, lie_in_the_order_of_their_values)
{
    struct finding f = make_finding(VERDICT_DATA);
    add_class(&f, "ipv4", 3);
    add_class(&f, "email", 5);
    add_class(&f, "phone", 4);
    (void)classes_add(&exposure, &f, &budget);
    cr_assert_str_eq(exposure.classes[0].name, "email");
    cr_assert_str_eq(exposure.classes[1].name, "phone");
    cr_assert_str_eq(exposure.classes[2].name, "ipv4");
    f.class_count = 0;
    add_class(&f, "ipv4", 9);
    (void)classes_add(&exposure, &f, &budget);
    cr_assert_str_eq(exposure.classes[0].name, "ipv4");
    cr_assert_eq(exposure.classes[0].values, 12);
}

Test(classes, end_at_their_limits_and_count_it)
{
    struct finding f = make_finding(VERDICT_DATA);
    char name[24];
    for (unsigned i = 0; i < EXPOSURE_CLASSES_MAX + 2; i++) {
        (void)snprintf(name, sizeof name, "class_%u", i);
        f.class_count = 0;
        add_class(&f, name, 1);
        (void)classes_add(&exposure, &f, &budget);
    }
    cr_assert_eq(exposure.class_count, EXPOSURE_CLASSES_MAX);
    cr_assert_eq(budget.dropped, 2);
    cr_assert_eq(budget.rows_left, 100 - EXPOSURE_CLASSES_MAX);
}

Test(classes, weigh_by_the_worst_of_them)
{
    struct finding f = make_finding(VERDICT_DATA);
    cr_assert_eq(classes_weight(exposure.classes, 0).weight, 0);
    add_class(&f, "ipv4", 1000);
    (void)classes_add(&exposure, &f, &budget);
    int least = classes_weight(exposure.classes, exposure.class_count).weight;
    add_class(&f, "email", 1);
    (void)classes_add(&exposure, &f, &budget);
    struct class_weight weight = classes_weight(exposure.classes, exposure.class_count);
    cr_assert_gt(weight.weight, least);
    cr_assert_str_eq(weight.reason, "personal data");
    add_class(&f, "private_key", 1);
    (void)classes_add(&exposure, &f, &budget);
    weight = classes_weight(exposure.classes, exposure.class_count);
    cr_assert_str_eq(weight.reason, "keys or passwords");
}

Test(classes, weigh_half_by_name_alone_and_users_own_somewhat)
{
    struct exposure_class row = {.name = "email", .by_name = true};
    int by_name = classes_weight(&row, 1).weight;
    cr_assert_gt(by_name, 0);
    row.values = 1;
    cr_assert_gt(classes_weight(&row, 1).weight, by_name);
    SET(row.name, "badge");
    cr_assert_gt(classes_weight(&row, 1).weight, 0);
}
