/* SPDX-License-Identifier: Apache-2.0 */
#include "scanned.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct finding_class row_of(const char *name, const char *text)
{
    const struct finding_class *row = class_in(scanned(text), name);
    return row ? *row : (struct finding_class){.values = 0};
}

Test(keyed, reads_case_numbers)
{
    cr_expect_eq(values_of("case_number", "{\"case_number\":\"SR119000000\"}"), 1);
    cr_expect_eq(values_of("case_number", "{ \"case\" : \"SR119000000\" }"), 1);
    cr_expect_eq(values_of("case_number", "{\"supportTicketId\":4711}"), 1);
    cr_expect_eq(values_of("case_number", "{\"case\":\"upper\"}"), 0);
    cr_expect_eq(values_of("case_number", "{\"showcase\":\"SR119000000\"}"), 0);
}

Test(keyed, reads_what_only_a_name_tells)
{
    cr_expect_eq(values_of("password", "{\"password\":\"hunter2\"}"), 1);
    cr_expect_eq(values_of("password", "{\"password\":\"\"}"), 0);
    cr_expect_eq(values_of("password", "{\"password\":\"${DB_PASSWORD}\"}"), 0);
    cr_expect_eq(values_of("token", "{\"api_key\":\"9f8e7d6c5b4a39281706\"}"), 1);
    cr_expect_eq(values_of("token", "{\"api_key\":\"none\"}"), 0);
    cr_expect_eq(values_of("person_name", "{\"first_name\":\"Anna\"}"), 1);
    cr_expect_eq(values_of("person_name", "{\"first_name\":\"\"}"), 0);
    cr_expect_eq(values_of("date_of_birth", "{\"dob\":\"1985-03-04\"}"), 1);
    cr_expect_eq(values_of("date_of_birth", "{\"dob\":\"unknown\"}"), 0);
    cr_expect_eq(values_of("address", "{\"street\":\"Main St 5\"}"), 1);
    cr_expect_eq(values_of("passport", "{\"passport_number\":\"C01234567\"}"), 1);
    cr_expect_eq(values_of("passport", "{\"passport_number\":\"C01X00T47\"}"), 1);
    cr_expect_eq(values_of("passport", "{\"passport_number\":\"12AB34567\"}"), 1);
    cr_expect_eq(values_of("passport", "{\"passport_number\":\"pending\"}"), 0);
    cr_expect_eq(values_of("passport", "{\"passport_number\":\"ref 123456\"}"), 0);
}

Test(keyed, reads_other_names_and_groups)
{
    cr_expect_eq(values_of("passport", "{\"passportNo\":\"AAA123456\"}"), 1);
    cr_expect_eq(values_of("passport", "{\"passportno\":\"AAA123456\"}"), 1);
    cr_expect_eq(values_of("passport", "{\"passportNote\":\"AAA123456\"}"), 0);
    cr_expect_eq(values_of("ssn", "{\"social_security_number\":\"536 90 4399\"}"), 1);
    cr_expect_eq(values_of("ssn", "{\"reference\":\"536 90 4399\"}"), 0);
    cr_expect_eq(values_of("ssn", "{\"ssn\":\"53 690 4399\"}"), 0);
    cr_expect_eq(values_of("ssn", "{\"ssn\":\"666 90 4399\"}"), 0);
    cr_expect_eq(values_of("ssn", "{\"ssn\":\"536-90-4399\"}"), 1);
}

Test(keyed, nobody_lives_in_a_machine)
{
    static const char *const machines[] = {
        "192.168.1.121",
        "10.20.30.11:9300",
        "::1",
        "[2001:db8::5]:80",
        "2001:db8::5",
        "es-1.example.com",
        "node-1:9300",
        "db.example.com:5432",
        "localhost",
        "[10.20.30.41]:5701",
        "http://10.20.30.41:8081",
    };
    static const char *const homes[] = {
        "Main St 5", "Amsterdam", "St.Gallen", "hauptstr.5", "192.168 Road", "1012-AB", "10.20.30",
    };
    char text[64];
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        (void)snprintf(text, sizeof text, "{\"address\":\"%s\"}", machines[i]);
        cr_expect_null(class_in(scanned(text), "address"), "%s", machines[i]);
    }
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        (void)snprintf(text, sizeof text, "{\"address\":\"%s\"}", homes[i]);
        cr_expect_eq(values_of("address", text), 1, "%s", homes[i]);
    }
    cr_expect_eq(values_of("ipv4", "{\"address\":\"192.168.1.121\"}"), 1);
}

Test(keyed, reads_pairs_of_coordinates)
{
    cr_expect_eq(values_of("coordinates", "{\"lat\":52.52,\"lon\":13.405}"), 1);
    cr_expect_eq(values_of("coordinates", "{\"location\":\"52.52,13.405\"}"), 1);
    cr_expect_eq(values_of("coordinates", "{\"coordinates\":[-73.9857, 40.7484]}"), 1);
    cr_expect_eq(values_of("coordinates", "{\"lon\":13.405,\"lat\":52.52,\"speed\":30.5}"), 1);
    cr_expect_eq(values_of("coordinates", "{\"lat\":52.52}"), 0);
    cr_expect_eq(values_of("coordinates", "{\"lat\":52.52,\"speed\":30.5}"), 0);
    cr_expect_eq(values_of("coordinates", "{\"lat\":252.52,\"lon\":13.405}"), 0);
    cr_expect_not(row_of("coordinates", "{\"location\":\"Amsterdam\"}").by_name);
    cr_expect(row_of("coordinates", "{\"latitude\":null}").by_name);
}

Test(keyed, says_what_is_masked_or_hashed)
{
    struct finding_class row =
        row_of("email", "[{\"email\":\"j***@***.com\"},{\"email\":\"[redacted]\"},"
                        "{\"email\":\"xxxx@xxxx\"},{\"email\":"
                        "\"5f4dcc3b5aa765d61d8327deb882cf99\"}]");
    cr_expect_eq(row.values, 0);
    cr_expect_eq(row.masked_new, 3);
    cr_expect_eq(row.hashed_new, 1);
    cr_expect(row.by_name);
    row = row_of("payment_card", "{\"card\":\"************1111\"}");
    cr_expect_eq(row.masked_new, 1);
    row = row_of("email", "{\"email\":\"anna@example.com\"}");
    cr_expect_eq(row.masked_new + row.hashed_new, 0);
    cr_expect_eq(row.values, 1);
}

Test(keyed, three_crosses_mask_a_number)
{
    struct finding_class row = row_of("ssn", "{\"ssn\":\"XXX-XX-1234\"}");
    cr_expect_eq(row.masked_new, 1);
    cr_expect_eq(row.values, 0);
    cr_expect_eq(row_of("ssn", "{\"ssn\":\"536-90-1234\"}").masked_new, 0);
    cr_expect_eq(row_of("ipv4", "{\"ip_address\":\"203.0.113.xxx\"}").masked_new, 1);
    cr_expect_eq(row_of("ipv4", "{\"ip_address\":\"203.0.113.77\"}").masked_new, 0);
    cr_expect_eq(row_of("email", "{\"email\":\"xxx@example.com\"}").masked_new, 0);
    row = row_of("email", "{\"email\":\"xxxxx@xxxx.xxx\"}");
    cr_expect_eq(row.masked_new, 1);
    cr_expect_eq(row.values, 0);
    row = row_of("email", "{\"email\":\"maxx@example.com\"}");
    cr_expect_eq(row.masked_new, 0);
    cr_expect_eq(row.values, 1);
}

Test(keyed, a_mapping_says_names_only)
{
    const char *mapping =
        "{\"m\":{\"properties\":{\"customerEmail\":{\"type\":\"text\"},"
        "\"phone_number\":{\"type\":\"keyword\"},\"minutes\":{\"type\":\"long\"}}}}";
    cr_expect(row_of("email", mapping).by_name);
    cr_expect(row_of("phone", mapping).by_name);
    cr_expect_eq(row_of("email", mapping).values, 0);
    cr_expect_eq(scanned(mapping)->class_count, 2);
}

Test(keyed, a_string_ends_at_its_own_quotation_mark)
{
    cr_expect_eq(values_of("password", "{\"password\":\"a\\\"b\",\"x\":1}"), 1);
    cr_expect_eq(values_of("person_name", "{\"surname\":\"O\\\"1\"}"), 0);
}
