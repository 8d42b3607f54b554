/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/loading.h"

Test(signature_load, takes_the_smallest_signature)
{
    struct signature *signature = load(HEAD REST);
    cr_assert_str_eq(signature->name, "toy");
    cr_assert_str_eq(signature->title, "toy");
    cr_assert_str_eq(signature->file, "toy.yaml");
    cr_assert_eq(signature->request_count, 1);
    cr_assert_eq(signature->example_count, 1);
    signature_free(signature);
}

Test(signature_load, refuses_what_is_not_yaml)
{
    expect_refused("format: [1\n",
                   "toy.yaml:2:1: not valid YAML: did not find expected ',' or ']'");
    expect_refused("format: 1\nformat: 1\n", "toy.yaml:2: 'format' stands here a second time");
    expect_refused("- a\n", "toy.yaml:1: a signature is a map of keys");
}

Test(signature_load, refuses_an_unknown_key_and_names_the_known_ones)
{
    expect_refused(
        HEAD "colour: red\n" REST,
        "toy.yaml:4: unknown key 'colour'; known here: format, name, title, protocol, ports, "
        "verified, versions, severity, weakness, technique, documentation, reference, hardening, "
        "headers, texts, json, tables, identity, refusals, ransom, requests, unseen, lists, "
        "credentials, examples, parameters, request-bodies, exceptions, xml");
    expect_accepted(HEAD "title: red\n" REST);
}

Test(signature_load, refuses_another_format)
{
    expect_refused("name: toy\nprotocol: http\n" REST,
                   "toy.yaml:1: the first key must be 'format: 1'");
    expect_refused("format: 2\nname: toy\nprotocol: http\n" REST,
                   "toy.yaml:1: 'format' must be a whole number from 1 to 1");
    expect_refused("format: one\nname: toy\nprotocol: http\n" REST,
                   "toy.yaml:1: 'format' must be a whole number from 1 to 1");
}

Test(signature_load, refuses_another_protocol)
{
    expect_refused("format: 1\nname: toy\nprotocol: redis\n" REST,
                   "toy.yaml:3: protocol must be http");
    expect_refused("format: 1\nname: toy\n" REST, "toy.yaml:1: protocol must be http");
}

Test(signature_load, refuses_more_ransom_names_than_it_keeps)
{
    expect_refused(HEAD "ransom: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]\n" REST,
                   "toy.yaml:4: 'ransom' must be a text or a list of at most 15 texts");
    expect_refused(HEAD "ransom: [[a]]\n" REST, "toy.yaml:4: an item must be plain text");
    struct signature *signature =
        load(HEAD "ransom: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o]\n" REST);
    cr_assert_str_eq(signature->ransom[14], "o");
    cr_assert_null(signature->ransom[15]);
    signature_free(signature);
    signature = load(HEAD "ransom: alone\n" REST);
    cr_assert_str_eq(signature->ransom[0], "alone");
    signature_free(signature);
}

Test(signature_load, refuses_unknown_parameters)
{
    expect_refused(HEAD "parameters: {limit: [size]}\n" REST,
                   "toy.yaml:4: unknown key 'limit'; known here: page, selects");
    expect_refused(HEAD "parameters: [from]\n" REST,
                   "toy.yaml:4: must be a map of keys, like {page: ...}");
    struct signature *signature = load(HEAD "parameters: {page: [from], selects: q}\n" REST);
    cr_assert_str_eq(signature->page_parameters[0], "from");
    cr_assert_str_eq(signature->select_parameters[0].name, "q");
    signature_free(signature);
}

Test(signature_load, refuses_flags_that_are_neither_true_nor_false)
{
    expect_refused(HEAD
                   "requests:\n  - {name: all, path: /toys, level: open, own: maybe}\n" EXAMPLES,
                   "toy.yaml:5: 'own' must be true or false");
    expect_accepted(HEAD
                    "requests:\n  - {name: all, path: /toys, level: open, own: false}\n" EXAMPLES);
}

Test(signature_load, takes_64_marks_with_the_builtin_ones_and_no_more)
{
    char text[8192] = HEAD "json:\n  common:\n";
    for (int i = 0; i < SIGNATURE_MARKS_MAX - MARKS_BUILTIN; i++)
        (void)snprintf(text + strlen(text), 64, "    - {path: /p%d, mark: m%d}\n", i, i);
    char fits[16384];
    (void)snprintf(fits, sizeof fits, "%s%s", text, REST);
    expect_accepted(fits);
    (void)snprintf(fits, sizeof fits, "%s    - {path: /more, mark: more}\n%s", text, REST);
    expect_refused(fits, "toy.yaml:62: more than 64 marks");
}

Test(signature_load, names_a_file_that_cannot_be_read)
{
    struct signature *signature = NULL;
    struct problem problem = {.text = ""};
    cr_assert_eq(signature_load_file("/nowhere/toy.yaml", &signature, &problem), AJAR_ERR_SYSTEM);
    cr_assert_str_eq(problem.text, "/nowhere/toy.yaml: No such file or directory");
    cr_assert_eq(signature_load_file(SIGNATURES "/elasticsearch.yaml", &signature, NULL), AJAR_OK);
    signature_free(signature);
}

Test(signature_load, frees_nothing_as_nothing)
{
    signature_free(NULL);
    expect_accepted(HEAD REST);
}

Test(signature_load, refuses_parameters_that_select_unless_nothing)
{
    expect_refused(HEAD "parameters: {selects: [{name: q}]}\n" REST,
                   "toy.yaml:4: needs 'name' and 'unless'");
    expect_refused(HEAD "parameters: {page: [{name: q, unless: a}]}\n" REST,
                   "toy.yaml:4: an item must be plain text");
    expect_accepted(HEAD "parameters: {selects: [a, {name: q, unless: '*:*'}]}\n" REST);
}
