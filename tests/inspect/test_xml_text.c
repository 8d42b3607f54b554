/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/xml_text.h"

#include <criterion/criterion.h>
#include <string.h>

static struct xml_scan scan;

/* What stands in the text behind "&" and these bytes. */
static const char *entity(const char *bytes)
{
    scan = (struct xml_scan){.entity_done = false};
    while (*bytes && !scan.entity_done)
        bytes += xml_text_read_entity(&scan, (uint8_t)*bytes);
    xml_text_append(&scan, bytes, strlen(bytes) + 1);
    return scan.text;
}

Test(xml_text, resolves_the_entities_of_xml_and_no_others)
{
    cr_expect_str_eq(entity("lt;"), "<");
    cr_expect_str_eq(entity("gt;x"), ">x");
    cr_expect_str_eq(entity("amp;amp;"), "&amp;");
    cr_expect_str_eq(entity("nbsp;"), "&nbsp;");
    cr_expect_str_eq(entity("lt "), "&lt ");
    cr_expect_str_eq(entity(";"), "&;");
}

Test(xml_text, resolves_numbers_that_are_characters)
{
    cr_expect_str_eq(entity("#65;"), "A");
    cr_expect_str_eq(entity("#x20AC;"), "\xe2\x82\xac");
    cr_expect_str_eq(entity("#x10FFFF;"), "\xf4\x8f\xbf\xbf");
    cr_expect_str_eq(entity("#x110000;"), "\xef\xbf\xbd");
    cr_expect_str_eq(entity("#99999999999;"), "\xef\xbf\xbd");
    cr_expect_str_eq(entity("#xD800;"), "\xef\xbf\xbd");
    cr_expect_str_eq(entity("#;"), "\xef\xbf\xbd");
    cr_expect_str_eq(entity("#6A;"), "\xef\xbf\xbd");
}

Test(xml_text, drops_the_blanks_around_it_and_keeps_those_inside)
{
    xml_text_begin(&scan);
    xml_text_add(&scan, " \n", 2);
    xml_text_add(&scan, "\ta ", 3);
    xml_text_add(&scan, " b \r\n", 5);
    xml_text_trim(&scan);
    cr_expect_eq(scan.text_length, 4);
    cr_expect_arr_eq(scan.text, "a  b", 4);
    xml_text_begin(&scan);
    xml_text_append(&scan, " a", 2);
    cr_expect_arr_eq(scan.text, " a", 2);
}
