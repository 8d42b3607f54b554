/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/header.h"

#include "scan/classes.h"

#include <criterion/criterion.h>
#include <string.h>

static uint64_t read_text(const char *text)
{
    return header_read((const uint8_t *)text, strlen(text));
}

#define BIT(class_of) (UINT64_C(1) << (class_of))

Test(header, reads_names_of_columns)
{
    cr_expect_eq(read_text("id,email,phone_number\n1,a@b.com,\n"),
                 BIT(CLASS_EMAIL) | BIT(CLASS_PHONE));
    cr_expect_eq(read_text("id\tfirst_name\tdob\r\n"),
                 BIT(CLASS_PERSON_NAME) | BIT(CLASS_DATE_OF_BIRTH));
    cr_expect_eq(read_text("\"id\";\"iban\"\n"), BIT(CLASS_IBAN));
}

Test(header, content_is_no_heading)
{
    cr_expect_eq(read_text("1,email,phone\n"), 0);
    cr_expect_eq(read_text("{\"email\":1,\"phone\":2}\n"), 0);
    cr_expect_eq(read_text("email\n"), 0);
    cr_expect_eq(read_text("email,phone"), 0);
    cr_expect_eq(read_text(""), 0);
    cr_expect_eq(read_text("hello, write an email, or call (phone)!\n"), 0);
}
