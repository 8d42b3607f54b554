/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/json_writer.h"
#include "ledger/findings.h"

#include <jansson.h>

static char buffer[8192];
static struct json_writer w;

static void setup(void)
{
    json_writer_init(&w, buffer, sizeof buffer - 1);
}

TestSuite(json_writer, .init = setup);

static const char *written(void)
{
    cr_assert_not(w.full);
    buffer[w.used] = '\0';
    return buffer;
}

Test(json_writer, puts_commas_between_members)
{
    struct json_mark root = json_begin_object(&w, NULL);
    json_add_number(&w, "a", 0);
    struct json_mark list = json_begin_array(&w, "b");
    json_add_number(&w, NULL, UINT64_MAX);
    json_add_text(&w, NULL, "x{");
    json_add_bool(&w, NULL, true);
    json_end_array(&w, list);
    struct json_mark child = json_begin_object(&w, "c");
    json_add_bool(&w, "d", false);
    json_end_object(&w, child);
    json_add_text(&w, "e", "y[");
    json_add_number(&w, "f", 10);
    json_end_object(&w, root);
    cr_assert_str_eq(written(), "{\"a\":0,\"b\":[18446744073709551615,\"x{\",true],"
                                "\"c\":{\"d\":false},\"e\":\"y[\",\"f\":10}");
}

Test(json_writer, takes_back_what_stayed_empty)
{
    struct json_mark root = json_begin_object(&w, NULL);
    struct json_mark outer = json_begin_object(&w, "a");
    struct json_mark inner = json_begin_array(&w, "b");
    json_add_text(&w, NULL, "");
    json_end_array(&w, inner);
    json_end_object(&w, outer);
    json_add_number(&w, "c", 1);
    outer = json_begin_object(&w, "d");
    json_end_object(&w, outer);
    json_end_object(&w, root);
    cr_assert_str_eq(written(), "{\"c\":1}");
}

Test(json_writer, keeps_the_outermost_even_when_empty)
{
    struct json_mark root = json_begin_object(&w, NULL);
    json_end_object(&w, root);
    cr_assert_str_eq(written(), "{}");
}

Test(json_writer, escapes_and_repairs_so_that_others_read_the_same)
{
    char text[256], want[1024];
    for (int c = 1; c < 256; c++)
        text[c - 1] = (char)c;
    text[255] = '\0';
    struct json_mark root = json_begin_array(&w, NULL);
    json_add_text(&w, NULL, text);
    json_end_array(&w, root);
    json_t *parsed = json_loads(written(), 0, NULL);
    cr_assert(parsed, "%s", buffer);
    /* 1..127 as they are, each of the 128 broken bytes replaced */
    memcpy(want, text, 127);
    for (int i = 0; i < 128; i++)
        memcpy(want + 127 + 3 * i, "\xef\xbf\xbd", 3);
    want[127 + 3 * 128] = '\0';
    cr_assert_str_eq(json_string_value(json_array_get(parsed, 0)), want);
    json_decref(parsed);
}

Test(json_writer, keeps_valid_text_as_it_is)
{
    struct json_mark root = json_begin_array(&w, NULL);
    json_add_text(&w, NULL, "São Paulo \U0001F600 \u6771\u4EAC");
    json_end_array(&w, root);
    cr_assert_str_eq(written(), "[\"São Paulo \U0001F600 \u6771\u4EAC\"]");
}

Test(json_writer, cuts_very_long_text)
{
    static char text[2 * JSON_TEXT_MAX];
    memset(text, 'x', sizeof text - 1);
    struct json_mark root = json_begin_array(&w, NULL);
    json_add_text(&w, NULL, text);
    json_end_array(&w, root);
    cr_assert_eq(strlen(written()), JSON_TEXT_MAX - 1 + 4);
}

static const char *decimal(double number)
{
    json_writer_init(&w, buffer, sizeof buffer - 1);
    json_add_decimal(&w, NULL, number);
    return written();
}

Test(json_writer, writes_decimals_shortly)
{
    cr_assert_str_eq(decimal(52.37), "52.37");
    cr_assert_str_eq(decimal((double)52.37f), "52.37");
    cr_assert_str_eq(decimal(-104.99), "-104.99");
    cr_assert_str_eq(decimal(4), "4");
    cr_assert_str_eq(decimal(0.0001), "0.0001");
    cr_assert_str_eq(decimal(-0.00001), "0");
    cr_assert_str_eq(decimal(179.99996), "180");
    cr_assert_str_eq(decimal(1.05), "1.05");
}

Test(json_writer, says_when_it_is_full)
{
    json_writer_init(&w, buffer, 9);
    struct json_mark root = json_begin_object(&w, NULL);
    json_add_number(&w, "abc", 1);
    cr_assert_not(w.full);
    json_end_object(&w, root); /* {"abc":1} */
    cr_assert_not(w.full);
    cr_assert_eq(w.used, 9);
    json_writer_init(&w, buffer, 8);
    root = json_begin_object(&w, NULL);
    json_add_number(&w, "abc", 1);
    json_end_object(&w, root);
    cr_assert(w.full);
}
