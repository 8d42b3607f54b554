/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a signature is complete: it says how it was proven, nothing in it is there for nothing,
 * and its examples show every verdict it can give. Contradictions: signature_conflicts.c.
 */
#include "base/yaml.h"
#include "detect/loader.h"

#include <string.h>

/* The node of a key at the top, or the top itself. */
static const struct yaml *section(const struct signature *signature, const char *key)
{
    const struct yaml *root = yaml_root(signature->yaml);
    const struct yaml *node = yaml_find(root, key);
    return node ? node : root;
}

static enum ajar_status check_proof(const struct signature *signature, struct problem *problem)
{
    if (signature->proof == PROOF_NONE)
        return yaml_problem(signature->yaml, yaml_root(signature->yaml), problem,
                            "a signature needs 'verified: server' (and 'versions', of recorded "
                            "servers) or 'verified: documentation' (and the pages)");
    if (signature->proof == PROOF_DOCUMENTATION && !signature->documentation[0])
        return yaml_problem(signature->yaml, section(signature, "verified"), problem,
                            "'verified: documentation' needs 'documentation': a list of the pages "
                            "that the examples follow");
    if (signature->proof == PROOF_SERVER && !signature->versions[0])
        return yaml_problem(signature->yaml, section(signature, "verified"), problem,
                            "'verified: server' needs 'versions': a list of the versions that were "
                            "recorded");
    if (signature->proof == PROOF_DOCUMENTATION && signature->versions[0])
        return yaml_problem(signature->yaml, section(signature, "versions"), problem,
                            "'versions' are those of recorded servers: leave them out, or write "
                            "'verified: server'");
    return AJAR_OK;
}

static enum ajar_status check_marks(const struct signature *signature, struct problem *problem)
{
    for (size_t i = MARKS_BUILTIN; i < signature->mark_count; i++)
        if (!(signature->marks_used >> i & 1))
            return yaml_problem(signature->yaml, signature->mark_nodes[i], problem,
                                "nothing uses the mark '%s': name it in identity, refusals or "
                                "exceptions, or leave it out",
                                signature->mark_names[i]);
    return AJAR_OK;
}

/* Every group but the first is read only where a request, or `unseen`, names it. */
static enum ajar_status check_groups(const struct signature *signature, struct problem *problem)
{
    uint64_t named = signature->plan_count ? signature->plans[signature->unseen_plan].groups : 0;
    for (size_t i = 0; i < signature->request_count; i++)
        named |= signature->requests[i].groups;
    const struct yaml *group = section(signature, "json")->first;
    for (size_t i = 0; i < signature->group_count && group; i++, group = group->next)
        if (i > 0 && !(named >> i & 1))
            return yaml_problem(signature->yaml, group, problem,
                                "no request reads the group '%s': name it with 'json: [%s]', or "
                                "leave it out",
                                signature->groups[i].name, signature->groups[i].name);
    return AJAR_OK;
}

/* Whether some example about this store gives one of two verdicts. */
static bool has_example(const struct signature *signature, enum verdict verdict, enum verdict other)
{
    for (size_t i = 0; i < signature->example_count; i++) {
        const struct example *example = &signature->examples[i];
        bool own = !example->store || strcmp(example->store, signature->name) == 0;
        if (own && (example->verdict == verdict || example->verdict == other))
            return true;
    }
    return false;
}

static enum ajar_status check_refused(const struct signature *signature, struct problem *problem)
{
    bool refuses = false;
    for (size_t i = 0; i < signature->refusal_count; i++)
        refuses |= signature->refusals[i].verdict == VERDICT_REFUSED;
    if (!refuses || has_example(signature, VERDICT_REFUSED, VERDICT_REFUSED))
        return AJAR_OK;
    return yaml_problem(signature->yaml, section(signature, "examples"), problem,
                        "there are refusals and no example with 'verdict: refused': add one");
}

static enum ajar_status check_examples(const struct signature *signature, struct problem *problem)
{
    static const struct {
        enum request_level level;
        enum verdict verdict, other;
    } wanted[] = {{LEVEL_REVEALED, VERDICT_REVEALED, VERDICT_REVEALED},
                  {LEVEL_METADATA, VERDICT_METADATA, VERDICT_METADATA},
                  {LEVEL_DATA, VERDICT_DATA, VERDICT_DRAINED},
                  {LEVEL_WRITE, VERDICT_TAMPERED, VERDICT_TAMPERED}};
    if (!has_example(signature, VERDICT_NONE, VERDICT_NONE))
        return yaml_problem(signature->yaml, section(signature, "examples"), problem,
                            "no example with 'verdict: none': add a reply that looks like this "
                            "store's and is not");
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        for (size_t k = 0; k < signature->request_count; k++)
            if (signature->requests[k].level == wanted[i].level &&
                !has_example(signature, wanted[i].verdict, wanted[i].other))
                return yaml_problem(signature->yaml, section(signature, "examples"), problem,
                                    "no example with 'verdict: %s', and the request '%s' in line "
                                    "%d can give it: add one",
                                    verdict_name(wanted[i].verdict), signature->requests[k].name,
                                    signature->requests[k].line);
    return check_refused(signature, problem);
}

enum ajar_status signature_check(const struct signature *signature, struct problem *problem)
{
    enum ajar_status status = check_proof(signature, problem);
    if (status == AJAR_OK)
        status = check_marks(signature, problem);
    if (status == AJAR_OK)
        status = check_groups(signature, problem);
    if (status == AJAR_OK)
        status = signature_check_conflicts(signature, problem);
    return status == AJAR_OK ? check_examples(signature, problem) : status;
}
