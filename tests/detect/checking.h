/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures that load, and whether they are complete and free of contradictions. */
#ifndef AJAR_TESTS_DETECT_CHECKING_H
#define AJAR_TESTS_DETECT_CHECKING_H

#include "detect/loading.h"

static inline void expect_incomplete(const char *text, const char *message)
{
    struct problem problem = {.text = ""};
    struct signature *signature = load(text);
    cr_expect_eq(signature_check(signature, &problem), AJAR_ERR_FORMAT);
    cr_expect_str_eq(problem.text, message);
    signature_free(signature);
}

static inline void expect_complete(const char *text)
{
    struct problem problem = {.text = ""};
    struct signature *signature = load(text);
    cr_expect_eq(signature_check(signature, &problem), AJAR_OK, "%s", problem.text);
    signature_free(signature);
}

#endif
