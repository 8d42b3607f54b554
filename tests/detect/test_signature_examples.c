/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/loading.h"

#define EXAMPLE(x) HEAD REQUESTS "examples:\n  - " x "\n"

Test(signature_examples, refuses_examples_that_cannot_be_run)
{
    expect_refused(EXAMPLE("{status: 200, verdict: none}"),
                   "toy.yaml:7: an example needs a request and a status");
    expect_refused(EXAMPLE("{request: GET /, verdict: none}"),
                   "toy.yaml:7: an example needs a request and a status");
    expect_refused(EXAMPLE("{request: GET /, status: 99, verdict: none}"),
                   "toy.yaml:7: 'status' must be a whole number from 100 to 599");
    expect_refused(EXAMPLE("{request: GET /, status: 200}"),
                   "toy.yaml:7: an example needs a verdict of the ladder");
    expect_refused(EXAMPLE("{request: GET /, status: 200, verdict: bad}"),
                   "toy.yaml:7: an example needs a verdict of the ladder");
    expect_refused(EXAMPLE("{request: GET /, status: 200, verdict: none, records: many}"),
                   "toy.yaml:7: 'records' must be a whole number from 0 to 18446744073709551614");
    expect_accepted(EXAMPLE("{request: GET /, status: 200, verdict: drained, records: 0, "
                            "headers: ['A: b'], datasets: [a], version: '1', body: x}"));
}

Test(signature_examples, refuses_a_request_that_is_no_method_and_target)
{
    static const char message[] = "toy.yaml:7: a request is a method and a target: \"GET /path\"";
    expect_refused(EXAMPLE("{request: GET, status: 200, verdict: none}"), message);
    expect_refused(EXAMPLE("{request: ' /a', status: 200, verdict: none}"), message);
    expect_refused(EXAMPLE("{request: GET /a HTTP/1.1, status: 200, verdict: none}"), message);
    expect_accepted(EXAMPLE("{request: GET /a%20b, status: 200, verdict: none}"));
}

Test(signature_examples, refuses_bytes_that_are_no_hexadecimal_digits)
{
    static const char message[] =
        "toy.yaml:7: 'hex' must be bytes as hexadecimal digits: \"50 4b 03 04\"";
    expect_refused(EXAMPLE("{request: GET /, status: 200, verdict: none, hex: 5g}"), message);
    expect_refused(EXAMPLE("{request: GET /, status: 200, verdict: none, hex: 504}"), message);
    expect_refused(EXAMPLE("{request: GET /, status: 200, verdict: none, hex: 5 0}"), message);
    expect_refused(EXAMPLE("{request: GET /, status: 200, verdict: none, hex: ''}"), message);
    expect_refused(EXAMPLE("{request: GET /, status: 200, verdict: none, hex: [50]}"), message);
    expect_refused(EXAMPLE("{request: GET /, status: 200, verdict: none, hex: 50, body: P}"),
                   "toy.yaml:7: an example has a 'body' or its bytes as 'hex', not both");
    struct signature *signature =
        load(EXAMPLE("{request: GET /, status: 200, verdict: none, hex: '50 4B 0304 00'}"));
    cr_assert_eq(signature->examples[0].body_length, 5);
    cr_assert_arr_eq(signature->examples[0].body, "PK\3\4\0", 5);
    signature_free(signature);
}

Test(signature_examples, keeps_what_the_file_says_and_marks_what_it_does_not)
{
    struct signature *signature =
        load(EXAMPLE("{request: POST /q, request-headers: ['X: y'], request-body: DROP, "
                     "status: 200, "
                     "verdict: data, product: p, store: other, records: 5, returned: 2, bytes: "
                     "9}") "  - {request: GET /, status: 200, verdict: none}\n");
    const struct example *full = &signature->examples[0], *bare = &signature->examples[1];
    cr_assert_str_eq(full->request_headers[0], "X: y");
    cr_assert_str_eq(full->request_body, "DROP");
    cr_assert_str_eq(full->product, "p");
    cr_assert_str_eq(full->store, "other");
    cr_assert_eq(full->records, 5);
    cr_assert_eq(full->returned, 2);
    cr_assert_eq(full->bytes, 9);
    cr_assert_null(bare->request_headers[0]);
    cr_assert_null(bare->request_body);
    cr_assert_null(bare->store);
    cr_assert_eq(bare->records, FINDING_NO_COUNT);
    cr_assert_eq(bare->returned, FINDING_NO_COUNT);
    cr_assert_eq(bare->bytes, FINDING_NO_COUNT);
    cr_assert_eq(bare->body_length, 0);
    signature_free(signature);
}
