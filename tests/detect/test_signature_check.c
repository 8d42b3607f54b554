/* SPDX-License-Identifier: Apache-2.0 */
/* What an incomplete signature is told, each beside a twin that is taken. */
#include "detect/checking.h"

#define PROOF    "verified: server\nversions: [1.0]\n"
#define POSITIVE "  - {request: GET /toys, status: 200, verdict: metadata}\n"

Test(signature_check, takes_what_is_complete)
{
    expect_complete(HEAD PROOF REQUESTS EXAMPLES POSITIVE);
}

Test(signature_check, wants_to_know_how_it_was_verified)
{
    expect_incomplete(HEAD REQUESTS EXAMPLES POSITIVE,
                      "toy.yaml:1: a signature needs 'verified: server' (and 'versions', of "
                      "recorded servers) or 'verified: documentation' (and the pages)");
    expect_incomplete(HEAD "verified: documentation\n" REQUESTS EXAMPLES POSITIVE,
                      "toy.yaml:4: 'verified: documentation' needs 'documentation': a list of the "
                      "pages that the examples follow");
    expect_incomplete(HEAD "verified: server\n" REQUESTS EXAMPLES POSITIVE,
                      "toy.yaml:4: 'verified: server' needs 'versions': a list of the versions "
                      "that were recorded");
    expect_incomplete(
        HEAD
        "verified: documentation\ndocumentation: [https://x/]\nversions: [1]\n" REQUESTS EXAMPLES
            POSITIVE,
        "toy.yaml:6: 'versions' are those of recorded servers: leave them out, or "
        "write 'verified: server'");
    expect_complete(
        HEAD "verified: documentation\ndocumentation: [https://x/]\n" REQUESTS EXAMPLES POSITIVE);
}

Test(signature_check, refuses_a_mark_that_nothing_uses)
{
#define MARKED HEAD PROOF "headers:\n  - {name: Server, equals: toy, mark: toy}\n"
    expect_incomplete(MARKED REQUESTS EXAMPLES POSITIVE,
                      "toy.yaml:7: nothing uses the mark 'toy': name it in identity, refusals or "
                      "exceptions, or leave it out");
    expect_complete(MARKED "identity:\n  - {marks: [toy]}\n" REQUESTS EXAMPLES POSITIVE);
    expect_complete(
        MARKED
        "exceptions:\n  - {name: x, status: [500], mark: toy, verdict: open}\n" REQUESTS EXAMPLES
            POSITIVE);
}

Test(signature_check, refuses_a_group_that_nothing_reads)
{
#define GROUPS HEAD PROOF "json:\n  common: []\n  more:\n    - {path: /a, role: name}\n"
    expect_incomplete(GROUPS REQUESTS EXAMPLES POSITIVE,
                      "toy.yaml:9: no request reads the group 'more': name it with 'json: "
                      "[more]', or leave it out");
    expect_complete(GROUPS "unseen: [more]\n" REQUESTS EXAMPLES POSITIVE);
    expect_complete(GROUPS "requests:\n  - {name: all, path: /toys, level: metadata, json: "
                           "[more]}\n" EXAMPLES POSITIVE);
}

Test(signature_check, wants_an_example_that_must_give_nothing)
{
    expect_incomplete(HEAD PROOF REQUESTS "examples:\n" POSITIVE,
                      "toy.yaml:9: no example with 'verdict: none': add a reply that looks like "
                      "this store's and is not");
    expect_complete(HEAD PROOF REQUESTS
                    "examples:\n"
                    "  - {request: GET /, status: 200, verdict: none}\n" POSITIVE);
}

Test(signature_check, wants_an_example_of_what_each_request_can_give)
{
#define LEVEL(level)                                                                               \
    HEAD PROOF REQUESTS "  - {name: x, path: /x, level: " level "}\n" EXAMPLES POSITIVE
#define MISSING(verdict)                                                                           \
    "toy.yaml:10: no example with 'verdict: " verdict                                              \
    "', and the request 'x' in line 8 can give it: add one"
    expect_incomplete(LEVEL("revealed"), MISSING("revealed"));
    expect_complete(LEVEL("revealed") "  - {request: GET /x, status: 200, verdict: revealed}\n");
    expect_incomplete(LEVEL("data"), MISSING("data"));
    expect_complete(LEVEL("data") "  - {request: GET /x, status: 200, verdict: drained}\n");
    expect_incomplete(LEVEL("write"), MISSING("tampered"));
    expect_complete(LEVEL("write") "  - {request: PUT /x, status: 200, verdict: tampered}\n");
    expect_incomplete(
        LEVEL("data") "  - {request: GET /x, status: 200, verdict: data, store: other}\n",
        MISSING("data"));
    expect_complete(LEVEL("open"));
}

Test(signature_check, wants_an_example_of_a_refusal_where_there_are_refusals)
{
#define REFUSING HEAD PROOF "refusals:\n  - {name: x, status: [401]}\n" REQUESTS EXAMPLES POSITIVE
    expect_incomplete(
        REFUSING,
        "toy.yaml:11: there are refusals and no example with 'verdict: refused': add one");
    expect_complete(REFUSING "  - {request: GET /toys, status: 401, verdict: refused}\n");
    expect_complete(
        HEAD PROOF
        "exceptions:\n  - {name: x, status: [401], verdict: none}\n" REQUESTS EXAMPLES POSITIVE);
}
