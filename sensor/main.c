/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ajar: reads the options and runs the command they name. Everything else is in libraries, which
 * the tests link too.
 */
#include "base/log.h"
#include "config/config.h"
#include "run.h"

#include <stdio.h>

/* What was printed counts only when it arrived: a full disk must not look like success. */
static enum exit_status close_output(enum exit_status status)
{
    if (fclose(stdout) == 0 || status != EXIT_NOTHING)
        return status;
    log_error("standard output: %m");
    return EXIT_ERROR;
}

int main(int argc, char **argv)
{
    struct config config;
    struct problem problem = {.text = ""};
    enum ajar_status status = config_read(argc, argv, &config, &problem);
    if (status != AJAR_OK) {
        log_error("%s", problem.text);
        return status == AJAR_ERR_USAGE ? EXIT_USAGE : EXIT_ERROR;
    }
    enum exit_status result = run_command(&config);
    config_clear(&config);
    return (int)close_output(result);
}
