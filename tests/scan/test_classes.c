/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/classes.h"

#include "ajar/finding.h"

#include <criterion/criterion.h>
#include <string.h>

Test(classes, every_class_has_a_name_of_its_own_and_a_weight)
{
    for (unsigned i = 0; i < CLASSES_BUILTIN; i++) {
        cr_expect_lt(strlen(scan_class_name(i)), sizeof((struct finding_class *)0)->name);
        cr_expect(scan_class_weight(i) > 0 && scan_class_weight(i) <= 100);
        for (unsigned k = 0; k < i; k++)
            cr_expect_str_neq(scan_class_name(i), scan_class_name(k));
    }
}

Test(classes, both_kinds_fit_into_a_word_of_bits)
{
    cr_expect_leq(CLASSES_BUILTIN + SCAN_USER_CLASSES_MAX, SCAN_CLASSES_MAX);
}

Test(classes, addresses_of_machines_count_in_records_only)
{
    cr_expect(scan_class_needs_records(CLASS_IPV4));
    cr_expect_not(scan_class_needs_records(CLASS_EMAIL));
}
