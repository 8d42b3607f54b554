/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/loading.h"

Test(signature_texts, refuses_headers_without_a_name_or_a_value)
{
    expect_refused(HEAD "headers: all\n" REST,
                   "toy.yaml:4: 'headers' must be a list of at most 1000");
    expect_refused(HEAD "headers:\n  - {mark: m}\n" REST, "toy.yaml:5: a header needs a name");
    expect_refused(HEAD "headers:\n  - {name: Server, capture: Toy}\n" REST,
                   "toy.yaml:5: 'capture' must have {version} or {value} in it");
    expect_refused(HEAD "headers:\n  - {name: Server, equals: a, capture: 'Toy/{version}'}\n" REST,
                   "toy.yaml:5: 'capture' is a test itself: leave the other one out");
    struct signature *signature =
        load(HEAD "headers:\n  - {name: Server, capture: 'Toy/{version} '}\n" REST);
    cr_assert_str_eq(signature->headers[0].capture.before, "Toy/");
    cr_assert_str_eq(signature->headers[0].capture.behind, " ");
    cr_assert_eq(signature->headers[0].fact.role, ROLE_VERSION);
    signature_free(signature);
}

Test(signature_texts, refuses_captures_that_say_nothing)
{
    expect_refused(HEAD "headers:\n  - {name: A, mark: m, capture: 'x{value}'}\n" REST,
                   "toy.yaml:5: 'capture' needs a role: what the value is");
    expect_accepted(HEAD
                    "headers:\n  - {name: A, mark: m, capture: 'x{value}', role: returned}\n" REST);
    expect_refused(HEAD "texts:\n  - {starts: x, role: version}\n" REST,
                   "toy.yaml:5: this role needs a capture: 'text{value}end'");
    expect_accepted(HEAD "texts:\n  - {starts: x, role: version, capture: 'v{value} '}\n" REST);
    expect_accepted(HEAD "texts:\n  - {capture: '<b>{version}</b>'}\n" REST);
}

Test(signature_texts, refuses_roles_that_only_members_have)
{
    expect_refused(
        HEAD "headers:\n  - {name: A, role: row-key}\n" REST,
        "toy.yaml:5: 'row-key' is a role of JSON and XML: a line or text has no members");
    expect_refused(HEAD "texts:\n  - {starts: a, role: dataset-key}\n" REST,
                   "toy.yaml:5: 'dataset-key' is a role of JSON and XML: a line or text has no "
                   "members");
    expect_accepted(HEAD "headers:\n  - {name: A, role: dataset}\n" REST);
}

#define NEEDS "toy.yaml:5: a text needs one of starts, contains, matches, hex, each, or a capture"

Test(signature_texts, refuses_texts_without_a_test_or_with_two)
{
    expect_refused(HEAD "texts:\n  - {mark: m}\n" REST, NEEDS);
    expect_refused(HEAD "texts:\n  - {starts: a, hex: '61', mark: m}\n" REST, NEEDS);
    expect_refused(HEAD "texts:\n  - {matches: a, hex: '61', mark: m}\n" REST, NEEDS);
    expect_refused(HEAD "texts:\n  - {starts: a}\n" REST,
                   "toy.yaml:5: says nothing: give it a role, a mark or a product");
    expect_accepted(HEAD "texts:\n  - {starts: a, mark: m}\n  - {contains: a, mark: m}\n"
                         "  - {matches: 'a+b', mark: m}\n  - {hex: '50 4b0304', role: value}\n"
                         "  - {each: '<a href=', role: name}\n" REST);
}

Test(signature_texts, refuses_expressions_that_the_engine_does_not_take)
{
    struct signature *signature = NULL;
    struct problem problem = {.text = ""};
    static const char text[] = HEAD "texts:\n  - {matches: '(?=a)b', mark: m}\n" REST;
    cr_assert_eq(signature_load_text("toy.yaml", text, strlen(text), &signature, &problem),
                 AJAR_ERR_FORMAT);
    cr_assert_not_null(strstr(problem.text, "toy.yaml:5: 'matches' is no expression: "), "%s",
                       problem.text);
    expect_refused(HEAD "texts:\n  - {matches: 'a*', mark: m}\n" REST,
                   "toy.yaml:5: 'matches' fits every text: let it need a character");
    expect_accepted(HEAD "texts:\n  - {matches: '(?mi)^a*b', mark: m}\n" REST);
}

Test(signature_texts, refuses_bytes_that_are_no_pairs_of_digits)
{
    static const char message[] =
        "toy.yaml:5: 'hex' must be 1 to 64 bytes of two digits each: \"50 4b 03 04\"";
    expect_refused(HEAD "texts:\n  - {hex: '5', mark: m}\n" REST, message);
    expect_refused(HEAD "texts:\n  - {hex: 'no', mark: m}\n" REST, message);
    expect_refused(HEAD "texts:\n  - {hex: '', mark: m}\n" REST, message);
    struct signature *signature = load(HEAD "texts:\n  - {hex: '1F 8b 00', mark: m}\n" REST);
    cr_assert_eq(signature->texts[0].length, 3);
    cr_assert_arr_eq(signature->texts[0].text, "\x1f\x8b\0", 3);
    signature_free(signature);
}

#define EACH "  - {each: '<tr', role: record}\n"

Test(signature_texts, refuses_counted_texts_beyond_their_limits)
{
    expect_refused(HEAD "texts:\n  - {each: '<', role: record}\n" REST,
                   "toy.yaml:5: 'each' must be a text of 2 to 64 bytes");
    expect_refused(HEAD "texts:\n  - {each: '<tr', role: error}\n" REST,
                   "toy.yaml:5: 'each' needs a role: record, name or value");
    expect_refused(HEAD "texts:\n" EACH EACH EACH EACH EACH EACH EACH EACH EACH REST,
                   "toy.yaml:13: more than 8 texts with 'each'");
    expect_accepted(HEAD "texts:\n" EACH EACH EACH EACH EACH EACH EACH EACH REST);
}
