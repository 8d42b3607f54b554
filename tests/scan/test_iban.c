/* SPDX-License-Identifier: Apache-2.0 */
#include "scanned.h"

#include <criterion/criterion.h>

#define IBANS(text) values_of("iban", text)

Test(iban, finds_both_writings)
{
    cr_expect_eq(IBANS("DE89370400440532013000"), 1);
    cr_expect_eq(IBANS("{\"a\":\"GB82 WEST 1234 5698 7654 32\"}"), 1);
    cr_expect_eq(IBANS("NO9386011117947, CH9300762011623852957"), 2);
}

Test(iban, remainder_length_and_country_decide)
{
    cr_expect_eq(IBANS("DE89370400440532013001"), 0);
    cr_expect_eq(IBANS("DE8937040044053201300"), 0);
    cr_expect_eq(IBANS("DE893704004405320130000"), 0);
    cr_expect_eq(IBANS("XX89370400440532013000"), 0);
    cr_expect_eq(IBANS("ADE89370400440532013000"), 0);
    cr_expect_eq(IBANS("{\"case\":\"SR119000000\"}"), 0);
}

Test(iban, small_letters_need_the_name)
{
    cr_expect_eq(IBANS("{\"iban\":\"de89370400440532013000\"}"), 1);
    cr_expect_eq(IBANS("{\"iban\":\"gb82 west 1234 5698 7654 32\"}"), 1);
    cr_expect_eq(IBANS("{\"iban\":\"DE89370400440532013000\"}"), 1);
    cr_expect_eq(IBANS("{\"iban\":\"de89370400440532013001\"}"), 0);
    cr_expect_eq(IBANS("{\"reference\":\"de89370400440532013000\"}"), 0);
}

Test(iban, both_writings_are_one_distinct)
{
    const struct finding *finding = scanned("DE89370400440532013000 DE89 3704 0044 0532 0130 00 "
                                            "{\"iban\":\"de89370400440532013000\"}");
    const struct finding_class *row = class_in(finding, "iban");
    cr_assert_not_null(row);
    cr_expect_eq(row->values, 3);
    cr_expect_eq(sketch_estimate(&row->distinct), 1);
}
