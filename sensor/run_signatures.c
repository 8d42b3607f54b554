/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar signatures`: what is known of the stores, and whether the examples in the files hold.
 */
#include "base/log.h"
#include "detect/signature.h"
#include "run.h"

#include <string.h>

static enum exit_status fail(const char *text, enum exit_status status)
{
    log_error("%s", text);
    return status;
}

static enum exit_status list(const struct signature_set *set, const struct config *config)
{
    if (config->argument_count != 1)
        return fail("\"ajar signatures list\" takes no name", EXIT_USAGE);
    signature_set_write_list(set, stdout);
    return EXIT_NOTHING;
}

static enum exit_status show(const struct signature_set *set, const struct config *config)
{
    if (config->argument_count != 2)
        return fail("\"ajar signatures show\" needs a name; \"ajar signatures list\" has them",
                    EXIT_USAGE);
    const struct signature *signature = signature_find(set, config->arguments[1]);
    if (!signature) {
        log_error("no signature is called \"%s\"; \"ajar signatures list\" has the names",
                  config->arguments[1]);
        return EXIT_ERROR;
    }
    signature_write(signature, stdout);
    return EXIT_NOTHING;
}

static enum exit_status test(const struct signature_set *set, const struct config *config)
{
    size_t run = 0;
    if (config->argument_count != 1)
        return fail("\"ajar signatures test\" takes no name", EXIT_USAGE);
    size_t differing = signature_set_test(set, stdout, &run);
    (void)printf("%zu signatures, %zu examples, %zu differ\n", set->count, run, differing);
    return differing ? EXIT_ERROR : EXIT_NOTHING;
}

static const struct {
    const char *word;
    enum exit_status (*run)(const struct signature_set *set, const struct config *config);
} actions[] = {{"list", list}, {"show", show}, {"test", test}};

enum exit_status run_signatures(const struct config *config)
{
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(actions[i].word, config->arguments[0]) != 0)
            continue;
        struct signature_set *set = NULL;
        struct problem problem = {.text = ""};
        if (signature_set_load(config->signatures, &set, &problem) != AJAR_OK)
            return fail(problem.text, EXIT_ERROR);
        enum exit_status status = actions[i].run(set, config);
        signature_set_free(set);
        return status;
    }
    log_error("\"ajar signatures %s\" is not known; there are list, show NAME and test",
              config->arguments[0]);
    return EXIT_USAGE;
}
