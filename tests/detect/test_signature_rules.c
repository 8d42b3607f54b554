/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/loading.h"

#define MARKS      HEAD "json:\n  common:\n    - {path: /a, mark: a}\n" /* six lines */
#define REQUEST(x) HEAD "requests:\n  - " x "\n" EXAMPLES

Test(signature_rules, refuses_an_identity_of_marks_that_nothing_sets)
{
    expect_refused(MARKS "identity:\n  - {marks: [b]}\n" REST,
                   "toy.yaml:8: no header or path sets the mark 'b'");
    expect_refused(MARKS "identity:\n  - {marks: [own-paht]}\n" REST,
                   "toy.yaml:8: no header or path sets the mark 'own-paht'; did you mean "
                   "'own-path'?");
    expect_refused(MARKS "identity:\n  - {marks: []}\n" REST,
                   "toy.yaml:8: an identity needs a list of marks");
    expect_refused(MARKS "identity:\n  - {marks: [a], identity: certain}\n" REST,
                   "toy.yaml:8: 'certain' is no identity: write proven or likely");
    expect_refused(MARKS "identity: a\n" REST,
                   "toy.yaml:7: 'identity' must be a list of at most 256");
    struct signature *signature = load(
        MARKS "identity:\n  - {marks: [a, own-path]}\n  - {marks: [a], identity: likely}\n" REST);
    cr_assert_eq(signature->identities[0].marks,
                 UINT64_C(1) << MARKS_BUILTIN | UINT64_C(1) << MARK_OWN_PATH);
    cr_assert_eq(signature->identities[0].identity, IDENTITY_PROVEN);
    cr_assert_eq(signature->identities[1].identity, IDENTITY_LIKELY);
    signature_free(signature);
}

Test(signature_rules, refuses_a_signature_without_requests_or_examples)
{
    expect_refused(HEAD EXAMPLES, "toy.yaml:1: a signature needs requests");
    expect_refused(HEAD REQUESTS,
                   "toy.yaml:1: a signature needs examples: they are what its test runs");
    expect_accepted(HEAD REQUESTS EXAMPLES);
}

Test(signature_rules, refuses_requests_without_name_path_or_level)
{
    expect_refused(REQUEST("{path: /a, level: open}"),
                   "toy.yaml:5: a request needs a name and a path");
    expect_refused(REQUEST("{name: x, level: open}"),
                   "toy.yaml:5: a request needs a name and a path");
    expect_refused(REQUEST("{name: x, path: /a}"),
                   "toy.yaml:5: a request needs a level: revealed, open, metadata, data or write");
    expect_refused(REQUEST("{name: x, path: /a, level: closed}"),
                   "toy.yaml:5: a request needs a level: revealed, open, metadata, data or write");
    expect_refused(REQUEST("{name: x, path: /a, level: open, verb: GET}"),
                   "toy.yaml:5: unknown key 'verb'; known here: name, path, methods, level, own, "
                   "json, xml, page, document, lines, table, fallback, relay, dataset, written, "
                   "comment");
    expect_accepted(REQUEST("{name: x, path: /a, level: write}"));
}

Test(signature_rules, refuses_a_path_that_cannot_match)
{
    static const char wrong[] =
        "is no path: it begins with '/', has at most 12 parts, '**' and {file} "
        "only as the last, {dataset+} only before a literal part, and may end with ?PARAMETER or "
        "?PARAMETER=WORD";
    char message[320];
    (void)snprintf(message, sizeof message, "toy.yaml:5: 'a' %s", wrong);
    expect_refused(REQUEST("{name: x, path: a, level: open}"), message);
    (void)snprintf(message, sizeof message, "toy.yaml:5: '/a/**/b' %s", wrong);
    expect_refused(REQUEST("{name: x, path: [/a, \"/a/**/b\"], level: open}"), message);
    (void)snprintf(message, sizeof message, "toy.yaml:5: '/1/2/3/4/5/6/7/8/9/10/11/12/13' %s",
                   wrong);
    expect_refused(REQUEST("{name: x, path: /1/2/3/4/5/6/7/8/9/10/11/12/13, level: open}"),
                   message);
    (void)snprintf(message, sizeof message, "toy.yaml:5: '/a/{dataset+}' %s", wrong);
    expect_refused(REQUEST("{name: x, path: '/a/{dataset+}', level: open}"), message);
    (void)snprintf(message, sizeof message, "toy.yaml:5: '/a/{dataset+}/{any}' %s", wrong);
    expect_refused(REQUEST("{name: x, path: '/a/{dataset+}/{any}', level: open}"), message);
    expect_accepted(REQUEST("{name: x, path: '/a/{dataset+}/b/{any}', level: open}"));
    expect_accepted(
        REQUEST("{name: x, path: [/1/2/3/4/5/6/7/8/9/10/11/12, \"/a/**\"], level: open}"));
}

Test(signature_rules, refuses_methods_that_are_no_list_of_texts)
{
    expect_refused(REQUEST("{name: x, path: /a, level: open, methods: {GET: 1}}"),
                   "toy.yaml:5: 'methods' must be a text or a list of at most 7 texts");
    expect_refused(REQUEST("{name: x, path: /a, level: open, methods: [[GET]]}"),
                   "toy.yaml:5: an item must be plain text");
    expect_refused(REQUEST("{name: x, path: /a, level: open, methods: [A, B, C, D, E, F, G, H]}"),
                   "toy.yaml:5: 'methods' must be a text or a list of at most 7 texts");
    expect_accepted(REQUEST("{name: x, path: /a, level: open, methods: [A, B, C, D, E, F, G]}"));
    expect_accepted(REQUEST("{name: x, path: /a, level: open, methods: GET}"));
}

Test(signature_rules, refuses_groups_and_tables_that_are_not_there)
{
    expect_refused(REQUEST("{name: x, path: /a, level: open, json: [stats]}"),
                   "toy.yaml:5: no group 'stats' under json");
    expect_refused(REQUEST("{name: x, path: /a, level: open, json: stats}"),
                   "toy.yaml:5: 'json' must be a list of at most 64");
    expect_refused(REQUEST("{name: x, path: /a, level: open, table: stats}"),
                   "toy.yaml:5: no table of that name under tables");
    expect_accepted(
        HEAD
        "json:\n  stats: []\ntables:\n  stats: {dataset: [index]}\n"
        "requests:\n  - {name: x, path: /a, level: open, json: [stats], table: stats}\n" EXAMPLES);
}

Test(signature_rules, refuses_marks_of_request_bodies_without_effect)
{
    static const char needs[] = "toy.yaml:5: needs 'starts' or 'contains', and 'effect: page', "
                                "'selects', 'metadata' or 'write'";
    expect_refused(HEAD "request-bodies:\n  - {contains: a}\n" REST, needs);
    expect_refused(HEAD "request-bodies:\n  - {effect: page}\n" REST, needs);
    expect_refused(HEAD "request-bodies:\n  - {contains: a, effect: paging}\n" REST, needs);
    expect_refused(HEAD "request-bodies:\n  - {contains: a, effekt: page}\n" REST,
                   "toy.yaml:5: unknown key 'effekt'; did you mean 'effect'? known here: starts, "
                   "contains, unless, any-case, effect");
    expect_accepted(HEAD "request-bodies:\n  - {contains: a, unless: b, effect: selects}\n" REST);
}

#define BODIES(x) HEAD "request-bodies:\n  - " x "\n" REST

Test(signature_rules, refuses_request_bodies_that_test_or_mean_nothing)
{
    static const char message[] = "toy.yaml:5: needs 'starts' or 'contains', and 'effect: page', "
                                  "'selects', 'metadata' or 'write'";
    expect_refused(BODIES("{effect: write}"), message);
    expect_refused(BODIES("{starts: '', effect: write}"), message);
    expect_refused(BODIES("{contains: a, effect: read}"), message);
    expect_accepted(BODIES("{starts: DROP, effect: write}"));
    expect_refused(BODIES("{contains: a, any-case: some, effect: page}"),
                   "toy.yaml:5: 'any-case' must be true or false");
    expect_accepted(BODIES("{contains: a, unless: b, effect: page}"));
    expect_accepted(BODIES("{contains: a, any-case: true, effect: metadata}"));
}

Test(signature_rules, refuses_extents_it_does_not_know)
{
    expect_refused(REQUEST("{name: x, path: /a, level: data, document: some}"),
                   "toy.yaml:5: 'document' must be true or false");
    expect_refused(REQUEST("{name: x, path: /a, level: data, lines: some}"),
                   "toy.yaml:5: 'lines' must be true or false");
    expect_accepted(REQUEST("{name: x, path: /a, level: data, document: any}"));
    expect_accepted(REQUEST("{name: x, path: /a, level: data, lines: all}"));
}

Test(signature_rules, refuses_comments_of_no_lines_or_that_never_begin_one)
{
    expect_refused(REQUEST("{name: x, path: /a, level: data, comment: '#'}"),
                   "toy.yaml:5: 'comment' is of lines: write 'lines: true' or 'lines: all' too");
    expect_refused(REQUEST("{name: x, path: /a, level: data, lines: all, comment: ''}"),
                   "toy.yaml:5: 'comment' must be how such lines begin, without blanks");
    expect_refused(REQUEST("{name: x, path: /a, level: data, lines: all, comment: '# '}"),
                   "toy.yaml:5: 'comment' must be how such lines begin, without blanks");
    expect_accepted(REQUEST("{name: x, path: /a, level: data, lines: all, comment: '#'}"));
    expect_accepted(REQUEST("{name: x, path: /a, level: data, lines: true, comment: '//'}"));
}

Test(signature_rules, refuses_writes_by_what_is_no_success)
{
    static const char must[] = "toy.yaml:5: 'written' must be success or a list of 1 to 7 numbers";
    expect_refused(REQUEST("{name: x, path: /a, level: write, written: true}"), must);
    expect_refused(REQUEST("{name: x, path: /a, level: write, written: []}"), must);
    expect_refused(REQUEST("{name: x, path: /a, level: write, written: [404]}"),
                   "toy.yaml:5: 'value' must be a whole number from 200 to 299");
    expect_refused(REQUEST("{name: x, path: /a, level: data, written: success}"),
                   "toy.yaml:5: 'written' is for requests of 'level: write'");
    expect_accepted(REQUEST("{name: x, path: /a, level: write, written: success}"));
    expect_accepted(REQUEST("{name: x, path: /a, level: write, written: [200, 204]}"));
    expect_accepted(HEAD
                    "request-bodies:\n  - {starts: PUT, effect: write}\n"
                    "requests:\n  - {name: x, path: /a, level: data, written: [204]}\n" EXAMPLES);
}
