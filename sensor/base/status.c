/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of the result type, and the one way to say what a person did wrong.
 */
#include "ajar/status.h"
#include "ajar/problem.h"

#include <stdarg.h>
#include <stdio.h>

const char *ajar_status_text(enum ajar_status status)
{
    switch (status) {
    case AJAR_OK:
        return "ok";
    case AJAR_END:
        return "end of input";
    case AJAR_AGAIN:
        return "nothing now";
    case AJAR_ERR_USAGE:
        return "not usable as given";
    case AJAR_ERR_SYSTEM:
        return "a system call failed";
    case AJAR_ERR_MEMORY:
        return "out of memory";
    case AJAR_ERR_FORMAT:
        return "not the expected format";
    case AJAR_ERR_LIMIT:
        return "a limit was reached";
    case AJAR_ERR_NOT_FOUND:
        return "not found";
    }
    return "unknown status";
}

enum ajar_status problem_set(struct problem *problem, enum ajar_status status, const char *format,
                             ...)
{
    if (problem && problem->text[0] == '\0') {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(problem->text, sizeof problem->text, format, arguments);
        va_end(arguments);
    }
    return status;
}
