/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/loading.h"

static bool holds(struct test test, const char *text)
{
    return test_holds(&test, text, strlen(text));
}

Test(test_holds, compares_texts_without_case_and_finds_parts_with_it)
{
    struct test equals = {.kind = TEST_EQUALS, .text = "Green"};
    struct test starts = {.kind = TEST_STARTS, .text = "Green"};
    struct test contains = {.kind = TEST_CONTAINS, .text = "ree"};
    cr_expect(holds(equals, "gREEN"));
    cr_expect_not(holds(equals, "green!"));
    cr_expect_not(holds(equals, "gree"));
    cr_expect(holds(starts, "greenish"));
    cr_expect_not(holds(starts, "gree"));
    cr_expect(holds(contains, "Green"));
    cr_expect_not(holds(contains, "GREEN"));
    cr_expect_not(holds(contains, ""));
    cr_expect(holds((struct test){.kind = TEST_NONE}, "anything"));
}

Test(test_holds, compares_numbers_with_both_bounds)
{
    struct test above = {.kind = TEST_ABOVE, .low = 0};
    struct test between = {.kind = TEST_BETWEEN, .low = 200, .high = 299};
    cr_expect(holds(above, "1"));
    cr_expect_not(holds(above, "0"));
    cr_expect_not(holds(above, "-1"));
    cr_expect_not(holds(above, "many"));
    cr_expect_not(holds(above, ""));
    cr_expect_not(holds(above, "11111111111111111111111111111111"));
    cr_expect(holds(between, "200"));
    cr_expect(holds(between, "299"));
    cr_expect_not(holds(between, "199"));
    cr_expect_not(holds(between, "300"));
}

Test(signature_facts, refuses_an_unknown_role)
{
    expect_refused(HEAD "json:\n  common:\n    - {path: /a, role: king}\n" REST,
                   "toy.yaml:6: 'king' is no role; signatures/README.md lists them");
    expect_refused(HEAD "json:\n  common:\n    - {path: /a, role: [name]}\n" REST,
                   "toy.yaml:6: 'a list' is no role; signatures/README.md lists them");
    expect_accepted(HEAD "json:\n  common:\n    - {path: /a, role: name}\n" REST);
}

Test(signature_facts, refuses_a_fact_that_says_nothing)
{
    expect_refused(HEAD "json:\n  common:\n    - {path: /a}\n" REST,
                   "toy.yaml:6: says nothing: give it a role, a mark or a product");
    expect_refused(HEAD "json:\n  common:\n    - {role: name}\n" REST,
                   "toy.yaml:6: a fact needs a path");
    expect_refused(HEAD "json:\n  common:\n    - {path: /a, mark: [m]}\n" REST,
                   "toy.yaml:6: a mark must be a name");
    expect_refused(HEAD "json:\n  common:\n    - {path: /a, mark: m, kind: list}\n" REST,
                   "toy.yaml:6: 'kind' can only be object, array or string");
    expect_accepted(HEAD "json:\n  common:\n    - {path: /a, product: toy}\n" REST);
    expect_accepted(HEAD "json:\n  common:\n    - {path: /a, mark: m, kind: object}\n" REST);
}

Test(signature_facts, refuses_tests_that_cannot_hold)
{
    expect_refused(HEAD "json:\n  common:\n    - {path: /a, mark: m, above: much}\n" REST,
                   "toy.yaml:6: 'above' must be a whole number from 0 to 4294967295");
    expect_refused(HEAD "json:\n  common:\n    - {path: /a, mark: m, between: [9]}\n" REST,
                   "toy.yaml:6: 'between' must be two numbers: [200, 299]");
    expect_refused(HEAD "json:\n  common:\n    - {path: /a, mark: m, between: [9, 8]}\n" REST,
                   "toy.yaml:6: 'value' must be a whole number from 9 to 4294967295");
    expect_refused(HEAD "json:\n  common:\n    - {path: /a, mark: m, equals: [b]}\n" REST,
                   "toy.yaml:6: equals must be plain text");
    expect_refused(HEAD "json:\n  common:\n    - {path: /a, mark: m, equals: b, starts: c}\n" REST,
                   "toy.yaml:6: only one of equals, starts, contains, above, between");
    expect_accepted(HEAD "json:\n  common:\n    - {path: /a, mark: m, between: [9, 9]}\n" REST);
}

Test(signature_facts, refuses_groups_that_are_no_lists)
{
    expect_refused(HEAD "json: all\n" REST, "toy.yaml:4: json must be a map of at most 64 groups");
    expect_refused(HEAD "json:\n  common: all\n" REST,
                   "toy.yaml:5: the group 'common' must be a list of paths");
    expect_refused(HEAD "json:\n  common:\n    - [a]\n" REST,
                   "toy.yaml:6: must be a map of keys, like {path: ...}");
    expect_refused(HEAD "json:\n  common:\n    - {path: /a, mark: m, colour: red}\n" REST,
                   "toy.yaml:6: unknown key 'colour'; known here: path, role, mark, equals, "
                   "starts, contains, above, between, product, kind, table");
}

#define TABLE(text) HEAD "tables:\n  list:\n    " text "\n" REST

Test(signature_facts, refuses_tables_that_cannot_be_read)
{
    expect_refused(HEAD "tables:\n  - {dataset: [index]}\n" REST,
                   "toy.yaml:5: tables must be a map of tables");
    expect_refused(HEAD "tables:\n  list: [index]\n" REST,
                   "toy.yaml:5: the table 'list' must be a map");
    expect_refused(TABLE("dataset: index"), "toy.yaml:6: 'dataset' must be a list of at most 256");
    expect_refused(TABLE("colour: [index]"),
                   "toy.yaml:6: unknown key 'colour'; known here: dataset, records, bytes, "
                   "records-all, defaults, row");
    expect_refused(TABLE("defaults: all"), "toy.yaml:6: 'defaults' must be a list of at most 64");
    expect_refused(TABLE("defaults: [all]"),
                   "toy.yaml:6: a default must be a list of at most 24 columns");
    expect_refused(TABLE("defaults: [[a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, "
                         "u, v, w, x, y]]"),
                   "toy.yaml:6: a default must be a list of at most 24 columns");
    expect_accepted(TABLE("defaults: [[a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, "
                          "u, v, w, x]]"));
}

Test(signature_facts, refuses_a_row_without_two_columns_or_defaults)
{
    expect_refused(TABLE("row: green"),
                   "toy.yaml:6: 'row' must name the words of the first two columns");
    expect_refused(TABLE("row: {health: [green]}"),
                   "toy.yaml:6: 'row' must name the words of the first two columns");
    expect_refused(TABLE("row: {health: [green], status: [open]}"),
                   "toy.yaml:6: 'row' needs 'defaults': the columns of such lines");
    expect_refused(TABLE("{defaults: [[health, status]], row: {health: [a, b, c, d, e, f, g, h], "
                         "status: [open]}}"),
                   "toy.yaml:6: 'health' must be a text or a list of at most 7 texts");
    expect_accepted(TABLE("{defaults: [[health, status]], row: {health: [a, b, c, d, e, f, g], "
                          "status: [open]}}"));
}
