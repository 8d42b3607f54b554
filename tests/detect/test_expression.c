/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/expression.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct expression e;
static const struct test none = {.kind = TEST_NONE};

static unsigned weight_of_header(const char *name, const char *text)
{
    struct test test = {.kind = text ? TEST_CONTAINS : TEST_NONE, .text = text};
    expression_of_header(name, &test, &e);
    return e.weight;
}

static unsigned weight_of_place(const char *path)
{
    struct fact fact = {.test = none};
    expression_of_place(PATH_JSON, path, &fact, &e);
    return e.weight;
}

Test(expression, weighs_header_lines_of_every_server_by_their_text_alone)
{
    static const char *const common[] = {"accept-ranges", "Server", "date",
                                         "Content-Type",  "VIA",    "x-xss-protection"};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        cr_expect_eq(weight_of_header(common[i], NULL), 0, "%s", common[i]);
        cr_expect_geq(weight_of_header(common[i], "toy store"), EXPRESSION_GOOD, "%s", common[i]);
    }
    cr_expect_geq(weight_of_header("X-Toy-Id", NULL), EXPRESSION_GOOD);
    cr_expect_lt(weight_of_header("Content-Type", "application/json"), EXPRESSION_GOOD);
}

Test(expression, weighs_names_that_everybody_uses_little)
{
    static const char *const poor[] = {"/<!doctype", "/access_token", "/Message", "/status",
                                       "/version",   "/widthless",    "/width",   "/name"};
    for (size_t i = 0; i < sizeof poor / sizeof poor[0]; i++) {
        bool good = strcmp(poor[i], "/widthless") == 0;
        cr_expect_eq(weight_of_place(poor[i]) >= EXPRESSION_GOOD, good, "%s", poor[i]);
    }
    cr_expect_eq(weight_of_place("/[]"), 0);
    cr_expect_eq(weight_of_place("/*"), 0);
    cr_expect_eq(weight_of_place(""), 0);
}

Test(expression, leaves_out_names_that_can_be_written_in_several_ways)
{
    cr_expect_eq(weight_of_place("/toys~1boxes"), 0);
    cr_expect_eq(weight_of_place("/toys\"boxes"), 0);
    cr_expect_geq(weight_of_place("/toys-boxes"), EXPRESSION_GOOD);
    cr_expect_str_eq(e.text, "\"toys\\x2dboxes\"");
}

Test(expression, takes_the_piece_of_a_text_that_has_one_way_to_be_written)
{
    expression_of_words("a \"toy\" was not found & lost", &e);
    cr_expect_str_eq(e.text, " was not found ");
    struct fact fact = {.test = {.kind = TEST_EQUALS, .text = "toys/boxes"}};
    expression_of_place(PATH_JSON, "/kind", &fact, &e);
    cr_expect_str_eq(e.text, "\"kind\"\\s*:\\s*\"?toys");
    cr_expect(e.any_case);
}

Test(expression, ends_behind_a_literal_that_was_cut)
{
    char text[400];
    memset(text, '-', sizeof text);
    text[sizeof text - 1] = '\0';
    struct test test = {.kind = TEST_EQUALS, .text = text};
    expression_of_header("Server", &test, &e);
    cr_expect_lt(strlen(e.text), EXPRESSION_MAX);
    cr_expect_str_eq(e.text + strlen(e.text) - 4, "\\x2d", "no end of the line is asked for");
    test.text = "---";
    expression_of_header("Server", &test, &e);
    cr_expect_str_eq(e.text, "^Server[ \\t]*:[ \\t]*\\x2d\\x2d\\x2d[ \\t\\r]*$");
}

Test(expression, gives_the_names_on_a_path)
{
    struct expression steps[EXPRESSION_STEPS_MAX];
    cr_expect_eq(expression_of_steps(PATH_JSON, "/a/[]/*/b", steps), 2);
    cr_expect_str_eq(steps[0].text, "\"a\"");
    cr_expect_str_eq(steps[1].text, "\"b\"");
    cr_expect_eq(expression_of_steps(PATH_XML, "/a/@b", steps), 2);
    cr_expect_str_eq(steps[0].text, "<(?:[\\w.\\-]+:)?a[\\s/>]");
    cr_expect_str_eq(steps[1].text, "[\\s:]b\\s*=");
    cr_expect_eq(expression_of_steps(PATH_JSON, "/a/b/c/d/e/f/g/h/i/j", steps),
                 EXPRESSION_STEPS_MAX);
}

Test(expression, of_a_row_needs_the_words_of_two_columns)
{
    struct table table = {.first_words = {"green", "red"}, .second_words = {"open"}};
    expression_of_row(&table, &e);
    cr_expect_str_eq(e.text, "^(?:green|red)[ \\t]+(?:open)[ \\t]+");
    table.second_words[0] = NULL;
    expression_of_row(&table, &e);
    cr_expect_eq(e.weight, 0);
}

Test(expression, of_a_binary_key_needs_a_name_that_tells)
{
    expression_of_binary_key("_index", &e);
    cr_expect_str_eq(e.text, "[^\\w\"]_index");
    expression_of_binary_key("id", &e);
    cr_expect_eq(e.weight, 0);
}
