/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

static char output[4096];

/* Logs with stderr in a pipe and keeps what came out. */
static void log_into_output(enum log_level limit, enum log_level level, const char *text)
{
    int ends[2];
    int saved = dup(STDERR_FILENO);
    cr_assert(saved >= 0 && pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    log_set_level(limit);
    log_write(level, "%s", text);
    cr_assert(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    close(ends[1]);
    ssize_t length = read(ends[0], output, sizeof output - 1);
    output[length > 0 ? length : 0] = '\0';
    close(ends[0]);
}

Test(log, writes_one_line_with_the_name_of_the_program)
{
    log_into_output(LOG_LEVEL_INFO, LOG_LEVEL_INFO, "reading");
    cr_assert_str_eq(output, "ajar: reading\n");
    log_into_output(LOG_LEVEL_INFO, LOG_LEVEL_WARNING, "slow");
    cr_assert_str_eq(output, "ajar: warning: slow\n");
}

Test(log, drops_what_is_above_the_level)
{
    log_into_output(LOG_LEVEL_WARNING, LOG_LEVEL_INFO, "reading");
    cr_assert_str_eq(output, "");
    log_into_output(LOG_LEVEL_WARNING, LOG_LEVEL_ERROR, "broken");
    cr_assert_str_eq(output, "ajar: broken\n");
}

Test(log, escapes_control_characters)
{
    log_into_output(LOG_LEVEL_INFO, LOG_LEVEL_INFO,
                    "a\x1b[2J\n\x7f"
                    "b\xc3\xa9");
    cr_assert_str_eq(output, "ajar: a\\x1b[2J\\x0a\\x7f"
                             "b\xc3\xa9\n");
}

Test(log, ends_a_long_line_with_a_newline)
{
    char text[3000];
    memset(text, '\n', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    log_into_output(LOG_LEVEL_INFO, LOG_LEVEL_INFO, text);
    size_t length = strlen(output);
    cr_assert(length > 500 && length < 1100 && output[length - 1] == '\n');
    cr_assert_eq(strchr(output, '\n'), output + length - 1);
}
