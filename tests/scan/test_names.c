/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/names.h"

#include "scan/classes.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static int class_of(const char *name)
{
    const struct field_name *known = names_find(name, strlen(name));
    return known ? known->class_of : -1;
}

Test(names, a_name_counts_as_the_last_word_of_another)
{
    cr_expect_eq(class_of("email"), CLASS_EMAIL);
    cr_expect_eq(class_of("customer_email"), CLASS_EMAIL);
    cr_expect_eq(class_of("customerEmail"), CLASS_EMAIL);
    cr_expect_eq(class_of("Customer-Email"), CLASS_EMAIL);
    cr_expect_eq(class_of("voicemail"), -1);
    cr_expect_eq(class_of("emailing"), -1);
}

Test(names, short_words_count_whole_only)
{
    cr_expect_eq(class_of("lat"), CLASS_COORDINATES);
    cr_expect_eq(class_of("is_lat"), -1);
    cr_expect_eq(class_of("address"), CLASS_ADDRESS);
    cr_expect_eq(class_of("ip_address"), CLASS_IPV4);
    cr_expect_eq(class_of("email_address"), CLASS_EMAIL);
    cr_expect_eq(class_of("transport_address"), -1);
    cr_expect_eq(class_of("mac_address"), -1);
}

Test(names, the_longest_row_wins)
{
    cr_expect_eq(class_of("date"), CLASS_DATE);
    cr_expect_eq(class_of("birth_date"), CLASS_DATE_OF_BIRTH);
    cr_expect_eq(class_of("hashed_password"), CLASS_PASSWORD_HASH);
}

Test(names, the_index_finds_every_row)
{
    static struct names_index index;
    static struct names_recent recent;
    size_t count;
    const struct field_name *table = names_table(&count);
    names_index_init(&index);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < count; i++) {
            char text[2 * NAMES_LENGTH_MAX + 4] = "";
            int length =
                snprintf(text, sizeof text, "%*s\"%s\":", NAMES_LENGTH_MAX, "", table[i].text);
            const uint8_t *end = (const uint8_t *)text + length - 2;
            const struct field_name *found = names_recall(&index, &recent, end);
            cr_assert_not_null(found, "%s", table[i].text);
            cr_expect_eq(found->class_of, table[i].class_of, "%s", table[i].text);
        }
}

Test(names, the_index_refuses_what_fits_no_row)
{
    static struct names_index index;
    static struct names_recent recent;
    static const char *const others[] = {"voicemail", "flat", "x_id", "_source", "a@b"};
    names_index_init(&index);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char text[2 * NAMES_LENGTH_MAX + 4] = "";
        int length = snprintf(text, sizeof text, "%*s\"%s\":", NAMES_LENGTH_MAX, "", others[i]);
        cr_expect_null(names_recall(&index, &recent, (const uint8_t *)text + length - 2), "%s",
                       others[i]);
    }
}

Test(names, remembers_a_name_by_itself)
{
    static struct names_index index;
    static struct names_recent recent;
    char text[128];
    names_index_init(&index);
    /* other bytes before it change nothing; a '#' beside the quotation mark is part of the name */
    static const char *const befores[] = {"1,\"", "22,\"", "\"\"", "#\"", "a\":\"x\",\""};
    for (size_t i = 0; i < sizeof befores / sizeof befores[0]; i++) {
        int length = snprintf(text, sizeof text, "%64s%semail\"", "", befores[i]);
        const uint8_t *end = (const uint8_t *)text + length - 1;
        cr_expect_not_null(names_recall(&index, &recent, end), "%s", befores[i]);
    }
    int length = snprintf(text, sizeof text, "%64s\"#email\"", "");
    cr_expect_null(names_recall(&index, &recent, (const uint8_t *)text + length - 1));
    length = snprintf(text, sizeof text, "%64s\"email\"", "");
    cr_expect_not_null(names_recall(&index, &recent, (const uint8_t *)text + length - 1));
}
