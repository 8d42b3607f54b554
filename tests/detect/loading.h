/* SPDX-License-Identifier: Apache-2.0 */
/* Small signatures, line by line: what the loader takes, and what it says of what it does not. */
#ifndef AJAR_TESTS_DETECT_LOADING_H
#define AJAR_TESTS_DETECT_LOADING_H

#include "detect/signature.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEAD     "format: 1\nname: toy\nprotocol: http\n" /* three lines */
#define REQUESTS "requests:\n  - {name: all, path: /toys, level: metadata}\n"
#define EXAMPLES "examples:\n  - {request: GET /toys, status: 200, verdict: none}\n"
#define REST     REQUESTS EXAMPLES

static inline void expect_refused(const char *text, const char *message)
{
    struct signature *signature = NULL;
    struct problem problem = {.text = ""};
    enum ajar_status status =
        signature_load_text("toy.yaml", text, strlen(text), &signature, &problem);
    cr_expect_eq(status, AJAR_ERR_FORMAT);
    cr_expect_null(signature);
    cr_expect_str_eq(problem.text, message);
    signature_free(signature);
}

static inline struct signature *load(const char *text)
{
    struct signature *signature = NULL;
    struct problem problem = {.text = ""};
    (void)signature_load_text("toy.yaml", text, strlen(text), &signature, &problem);
    cr_assert_str_empty(problem.text);
    cr_assert_not_null(signature);
    return signature;
}

static inline void expect_accepted(const char *text)
{
    signature_free(load(text));
}

#endif
