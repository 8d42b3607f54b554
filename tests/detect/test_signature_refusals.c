/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/loading.h"

#define MARKS        HEAD "json:\n  common:\n    - {path: /a, mark: a}\n" /* six lines */
#define REQUEST(x)   HEAD "requests:\n  - " x "\n" EXAMPLES
#define REFUSAL(x)   MARKS "refusals:\n  - " x "\n" REST
#define EXCEPTION(x) MARKS "exceptions:\n  - " x "\n" REST

Test(signature_refusals, refuses_refusals_without_name_or_status)
{
    expect_refused(REFUSAL("{status: [401]}"),
                   "toy.yaml:8: a refusal needs a name and a list of status numbers");
    expect_refused(REFUSAL("{name: x}"),
                   "toy.yaml:8: a refusal needs a name and a list of status numbers");
    expect_refused(REFUSAL("{name: x, status: 401}"),
                   "toy.yaml:8: 'status' must be a list of 1 to 7 numbers");
    expect_refused(REFUSAL("{name: x, status: [400, 401, 402, 403, 404, 405, 406, 407]}"),
                   "toy.yaml:8: 'status' must be a list of 1 to 7 numbers");
    expect_refused(REFUSAL("{name: x, status: [4010]}"),
                   "toy.yaml:8: 'value' must be a whole number from 100 to 599");
    expect_accepted(REFUSAL("{name: x, status: [400, 401, 402, 403, 404, 405, 406]}"));
}

Test(signature_refusals, refuses_refusal_tests_that_it_does_not_know)
{
    expect_refused(REFUSAL("{name: x, status: [401], header: {contains: y}}"),
                   "toy.yaml:8: a header needs a name");
    expect_refused(REFUSAL("{name: x, status: [401], header: {name: A, has: y}}"),
                   "toy.yaml:8: unknown key 'has'; known here: name, equals, starts, contains");
    expect_refused(REFUSAL("{name: x, status: [401], header: A}"),
                   "toy.yaml:8: must be a map of keys, like {name: ...}");
    expect_refused(REFUSAL("{name: x, status: [401], mark: b}"),
                   "toy.yaml:8: no header or path sets the mark 'b'");
    expect_refused(REFUSAL("{name: x, status: [401], paths: all}"),
                   "toy.yaml:8: 'paths' can only be own");
    expect_accepted(REFUSAL("{name: x, status: [401], header: {name: A, contains: y}, mark: a, "
                            "paths: own, unless-error: true, identity: likely}"));
}

Test(signature_refusals, takes_64_refusals_and_no_more)
{
    char text[8192] = HEAD "refusals:\n";
    for (int i = 0; i < 64; i++)
        (void)snprintf(text + strlen(text), 64, "  - {name: x, status: [401]}\n");
    char whole[16384];
    (void)snprintf(whole, sizeof whole, "%s%s", text, REST);
    expect_accepted(whole);
    (void)snprintf(whole, sizeof whole, "%s  - {name: x, status: [401]}\n%s", text, REST);
    expect_refused(whole, "toy.yaml:5: 'refusals' must be a list of at most 64");
}

Test(signature_refusals, refuses_a_status_that_refuses_nothing)
{
    static const char message[] = "toy.yaml:8: status 302 alone tells nothing: add a header, an "
                                  "error, a reason, a body, contains or a mark";
    expect_refused(REFUSAL("{name: x, status: [401, 302]}"), message);
    expect_refused(EXCEPTION("{name: x, status: [302], paths: own, verdict: none}"), message);
    expect_accepted(REFUSAL("{name: x, status: [302], header: {name: Location, contains: l}}"));
    expect_accepted(REFUSAL("{name: x, status: [200], contains: login}"));
}

Test(signature_refusals, refuses_exceptions_without_a_verdict_below_content)
{
    static const char message[] =
        "toy.yaml:8: an exception needs a verdict: none, revealed or open";
    expect_refused(EXCEPTION("{name: x, status: [401]}"), message);
    expect_refused(EXCEPTION("{name: x, status: [401], verdict: data}"), message);
    expect_refused(EXCEPTION("{status: [401], verdict: none}"),
                   "toy.yaml:8: an exception needs a name and a list of status numbers");
    expect_refused(EXCEPTION("{name: x, status: [401], verdict: none, when: always}"),
                   "toy.yaml:8: 'when' can only be credentials");
    expect_accepted(EXCEPTION("{name: x, status: [401], verdict: none, when: credentials}"));
}

Test(signature_refusals, puts_exceptions_before_refusals)
{
    struct signature *signature = load(HEAD "refusals:\n  - {name: r, status: [401]}\n"
                                            "exceptions:\n  - {name: e, status: [401], verdict: "
                                            "open}\n" REST);
    cr_assert_eq(signature->refusal_count, 2);
    cr_assert_str_eq(signature->refusals[0].name, "e");
    cr_assert_eq(signature->refusals[0].verdict, VERDICT_OPEN);
    cr_assert_eq(signature->refusals[1].verdict, VERDICT_REFUSED);
    signature_free(signature);
}
