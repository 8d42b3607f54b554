/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person did that cannot be used, in one sentence: where, what is wrong, what would be
 * right. Filled by whoever reads what people write (options, configuration, signatures,
 * databases, captures); printed by main() alone.
 */
#ifndef AJAR_PROBLEM_H
#define AJAR_PROBLEM_H

#include "ajar/status.h"

#define PROBLEM_TEXT_MAX 512

struct problem {
    char text[PROBLEM_TEXT_MAX]; /* without a newline at the end; "" when there is none */
};

/*
 * Writes the text, printf-like and cut at PROBLEM_TEXT_MAX, and returns `status`, so that a
 * function can end with `return problem_set(p, AJAR_ERR_FORMAT, ...)`. `problem` may be NULL.
 * A text that is already there is kept: the first cause is what helps. Any thread.
 */
enum ajar_status problem_set(struct problem *problem, enum ajar_status status, const char *format,
                             ...) __attribute__((format(printf, 3, 4)));

#endif
