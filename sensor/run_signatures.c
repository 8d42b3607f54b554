/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar signatures`: what is known of the stores, and whether the examples in the files hold.
 */
#include "base/log.h"
#include "run.h"
#include "signatures.h"

#include <string.h>

static enum exit_status fail(const char *text, enum exit_status status)
{
    log_error("%s", text);
    return status;
}

static enum exit_status list(struct signature_set *set, const struct config *config)
{
    if (config->argument_count != 1)
        return fail("\"ajar signatures list\" takes no name", EXIT_USAGE);
    signature_set_write_list(set, stdout);
    return EXIT_NOTHING;
}

static enum exit_status show(struct signature_set *set, const struct config *config)
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

/* A file may be given by its path: it joins the set, in place of one of the same name. */
static const struct signature *find_or_add(struct signature_set *set, const char *word)
{
    struct problem problem = {.text = ""};
    const struct signature *signature = signature_find(set, word);
    if (signature)
        return signature;
    if (!strchr(word, '/') && !strchr(word, '.')) {
        log_error("no signature is called \"%s\"; \"ajar signatures list\" has the names; a file "
                  "is given by its path",
                  word);
        return NULL;
    }
    if (signature_set_add(set, word, &signature, &problem) != AJAR_OK)
        log_error("%s", problem.text);
    return signature;
}

static bool is_named(const struct signature *signature, const struct config *config)
{
    for (size_t i = 1; i < config->argument_count; i++)
        if (strcmp(config->arguments[i], signature->name) == 0 ||
            strcmp(config->arguments[i], signature->file) == 0)
            return true;
    return false;
}

/* The ones named, once all files among them are loaded. */
static enum exit_status test_named(struct signature_set *set, const struct config *config)
{
    size_t run = 0, differing = 0, count = 0;
    for (size_t i = 1; i < config->argument_count; i++)
        if (!find_or_add(set, config->arguments[i]))
            return EXIT_ERROR;
    for (size_t i = 0; i < set->count; i++) {
        if (!is_named(set->signatures[i], config))
            continue;
        differing += signature_test(set, set->signatures[i], stdout, &run);
        count++;
    }
    (void)printf("%zu signature%s, %zu examples, %zu differ\n", count, count == 1 ? "" : "s", run,
                 differing);
    return differing ? EXIT_ERROR : EXIT_NOTHING;
}

static enum exit_status test(struct signature_set *set, const struct config *config)
{
    size_t run = 0;
    if (config->argument_count > 1)
        return test_named(set, config);
    size_t differing = signature_set_test(set, stdout, &run);
    (void)printf("%zu signature%s, %zu examples, %zu differ\n", set->count,
                 set->count == 1 ? "" : "s", run, differing);
    return differing ? EXIT_ERROR : EXIT_NOTHING;
}

static const struct {
    const char *word;
    enum exit_status (*run)(struct signature_set *set, const struct config *config);
} actions[] = {{"list", list}, {"show", show}, {"test", test}};

enum exit_status run_signatures(const struct config *config)
{
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(actions[i].word, config->arguments[0]) != 0)
            continue;
        struct signature_set *set = NULL;
        struct problem problem = {.text = ""};
        if (signatures_load(config, &set, &problem) != AJAR_OK)
            return fail(problem.text, EXIT_ERROR);
        enum exit_status status = actions[i].run(set, config);
        signature_set_free(set);
        return status;
    }
    log_error("\"ajar signatures %s\" is not known; there are list, show NAME and test "
              "[NAME|FILE ...]",
              config->arguments[0]);
    return EXIT_USAGE;
}
