/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that repeat or hide each other, each beside a twin that is taken. */
#include "detect/checking.h"

#define PROVEN HEAD "verified: server\nversions: [1.0]\n" /* five lines */
#define SHOWN                                                                                      \
    EXAMPLES "  - {request: GET /toys, status: 200, verdict: metadata}\n"                          \
             "  - {request: GET /toys, status: 401, verdict: refused}\n"
#define TWO(one, two)                                                                              \
    PROVEN "requests:\n  - {" one ", level: metadata}\n  - {" two ", level: metadata}\n" SHOWN
#define MARKS                                                                                      \
    PROVEN "json:\n  common:\n    - {path: /a, mark: a}\n    - {path: /b, mark: b}\n"              \
           "identity:\n"
#define REFUSE(one, two)                                                                           \
    PROVEN "headers:\n  - {name: A, mark: a}\n  - {name: B, mark: b}\n"                            \
           "identity:\n  - {marks: [a, b]}\n"                                                      \
           "refusals:\n  - {name: x, " one "}\n  - {name: y, " two "}\n" REQUESTS SHOWN

Test(signature_conflicts, refuses_two_requests_of_one_name)
{
    expect_incomplete(TWO("name: x, path: /a", "name: x, path: /b"),
                      "toy.yaml:8: the request of line 7 is called 'x' too: give each a name of "
                      "its own");
    expect_complete(TWO("name: x, path: /a", "name: y, path: /b"));
}

Test(signature_conflicts, refuses_one_path_and_method_in_two_requests)
{
#define TAKEN(what)                                                                                \
    "toy.yaml:8: " what " is taken by the request 'x' of line 7: leave it out of one of them"
    expect_incomplete(
        TWO("name: x, path: /a, methods: [GET]", "name: y, path: [/b, /a], methods: [PUT, GET]"),
        TAKEN("GET /a"));
    expect_complete(
        TWO("name: x, path: /a, methods: [GET]", "name: y, path: [/b, /a], methods: [PUT]"));
    expect_incomplete(TWO("name: x, path: [/b, /a]", "name: y, path: /a, methods: [PUT]"),
                      TAKEN("PUT /a"));
    expect_complete(TWO("name: y, path: /a, methods: [PUT]", "name: x, path: [/b, /a]"));
    expect_incomplete(TWO("name: x, path: /a", "name: y, path: /a"), TAKEN("any method of /a"));
    expect_complete(TWO("name: x, path: /a", "name: y, path: /a, fallback: true"));
    expect_complete(TWO("name: x, path: \"/{index}\"", "name: y, path: \"/{any}\""));
}

Test(signature_conflicts, refuses_a_fact_that_stands_there_twice)
{
    expect_incomplete(
        PROVEN "headers:\n  - {name: A, role: name}\n  - {role: name, name: A}\n" REQUESTS SHOWN,
        "toy.yaml:8: the same stands in line 7 already: leave one out");
    expect_complete(
        PROVEN "headers:\n  - {name: A, role: name}\n  - {name: A, role: value}\n" REQUESTS SHOWN);
}

Test(signature_conflicts, refuses_a_fact_of_a_group_that_is_always_read)
{
#define GROUPS(second, third)                                                                      \
    PROVEN "json:\n  common:\n    - {path: /a, role: name}\n"                                      \
           "  one:\n    - {path: " second ", role: name}\n"                                        \
           "  two:\n    - {path: " third ", role: name}\n"                                         \
           "unseen: [one, two]\n" REQUESTS SHOWN
    expect_incomplete(GROUPS("/b", "/a"),
                      "toy.yaml:12: the same stands in line 8 already: leave one out");
    expect_complete(GROUPS("/b", "/b"));
}

Test(signature_conflicts, refuses_an_identity_that_another_line_makes_useless)
{
#define ENOUGH(at, by)                                                                             \
    "toy.yaml:" at ": the marks of line " by                                                       \
    " are enough, and it says the same or more: leave this line out"
    expect_incomplete(MARKS "  - {marks: [a, b]}\n  - {marks: [b, a]}\n" REQUESTS SHOWN,
                      ENOUGH("12", "11"));
    expect_incomplete(MARKS "  - {marks: [a, b]}\n  - {marks: [a]}\n" REQUESTS SHOWN,
                      ENOUGH("11", "12"));
    expect_incomplete(MARKS
                      "  - {marks: [a]}\n  - {marks: [a, b], identity: likely}\n" REQUESTS SHOWN,
                      ENOUGH("12", "11"));
    expect_complete(MARKS
                    "  - {marks: [a, b]}\n  - {marks: [a], identity: likely}\n" REQUESTS SHOWN);
    expect_complete(MARKS "  - {marks: [a]}\n  - {marks: [b]}\n" REQUESTS SHOWN);
}

Test(signature_conflicts, refuses_a_refusal_that_is_never_reached)
{
    static const char hidden[] = "toy.yaml:13: never reached: line 12 fits every reply that this "
                                 "one would; put this one before it or leave it out";
    static const char *const covered[][2] = {
        {REFUSE("status: [401]", "status: [401]"), REFUSE("status: [401]", "status: [401, 403]")},
        {REFUSE("status: [401]", "status: [401], body: no"),
         REFUSE("status: [401], body: no", "status: [401]")},
        {REFUSE("status: [401], body: n", "status: [401], body: no"),
         REFUSE("status: [401], body: o", "status: [401], body: no")},
        {REFUSE("status: [401], contains: o", "status: [401], body: no"),
         REFUSE("status: [401], body: no", "status: [401], contains: no")},
        {REFUSE("status: [401], reason: a", "status: [401], reason: bab"),
         REFUSE("status: [401], reason: bab", "status: [401], reason: a")},
        {REFUSE("status: [401], error: a", "status: [401], error: a"),
         REFUSE("status: [401], error: a", "status: [401], error: aa")},
        {REFUSE("status: [401], mark: a", "status: [401], mark: a"),
         REFUSE("status: [401], mark: a", "status: [401], mark: b")},
        {REFUSE("status: [401]", "status: [401], paths: own"),
         REFUSE("status: [401], paths: own", "status: [401]")},
        {REFUSE("status: [401]", "status: [401], unless-error: true"),
         REFUSE("status: [401], unless-error: true", "status: [401]")},
        {REFUSE("status: [401]", "status: [401], when: credentials"),
         REFUSE("status: [401], when: credentials", "status: [401]")},
        {REFUSE("status: [401], header: {name: A}", "status: [401], header: {name: a, starts: x}"),
         REFUSE("status: [401], header: {name: A, starts: x}", "status: [401], header: {name: a}")},
        {REFUSE("status: [401], header: {name: A, contains: x}",
                "status: [401], header: {name: a, starts: xy}"),
         REFUSE("status: [401], header: {name: A, starts: xy}",
                "status: [401], header: {name: a, contains: x}")},
        {REFUSE("status: [401], header: {name: A}", "status: [401], header: {name: A}"),
         REFUSE("status: [401], header: {name: A}", "status: [401], header: {name: B}")},
    };
    for (size_t i = 0; i < sizeof covered / sizeof covered[0]; i++) {
        expect_incomplete(covered[i][0], hidden);
        expect_complete(covered[i][1]);
    }
}

Test(signature_conflicts, looks_at_exceptions_before_refusals)
{
    expect_incomplete(PROVEN
                      "refusals:\n  - {name: y, status: [401], body: no}\n"
                      "exceptions:\n  - {name: x, status: [401], verdict: none}\n" REQUESTS SHOWN,
                      "toy.yaml:7: never reached: line 9 fits every reply that this one would; "
                      "put this one before it or leave it out");
    expect_complete(
        PROVEN
        "refusals:\n  - {name: y, status: [401]}\n"
        "exceptions:\n  - {name: x, status: [401], body: no, verdict: none}\n" REQUESTS SHOWN);
}
