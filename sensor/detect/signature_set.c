/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of signatures. Files are taken in the order of their names, so that two runs agree.
 */
#include "detect/signature.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURES_MAX 512

static int is_signature_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 &&
           strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

const struct signature *signature_find(const struct signature_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->signatures[i]->name, name) == 0)
            return set->signatures[i];
    return NULL;
}

const char *signature_hardening(const struct signature_set *set, const char *store,
                                const char *product)
{
    const struct signature *signature = set ? signature_find(set, store) : NULL;
    if (!signature || signature->hardening_count == 0)
        return NULL;
    for (size_t i = 0; i < signature->hardening_count; i++)
        if (strcmp(signature->hardening[i].product, product) == 0)
            return signature->hardening[i].url;
    return signature->hardening[0].url;
}

static enum ajar_status add_file(struct signature_set *set, const char *folder, const char *name,
                                 struct problem *problem)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: the path is too long", folder);
    struct signature *signature = NULL;
    enum ajar_status status = signature_load_file(path, &signature, problem);
    if (status != AJAR_OK)
        return status;
    const struct signature *twin = signature_find(set, signature->name);
    if (twin) {
        status = problem_set(problem, AJAR_ERR_FORMAT, "%s: the name '%s' is taken by %s", path,
                             signature->name, twin->file);
        signature_free(signature);
        return status;
    }
    set->signatures[set->count++] = signature;
    return AJAR_OK;
}

static enum ajar_status add_files(struct signature_set *set, const char *folder,
                                  struct dirent **names, size_t count, struct problem *problem)
{
    if (count == 0)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: no signature (*.yaml) in this folder",
                           folder);
    if (count > SIGNATURES_MAX)
        return problem_set(problem, AJAR_ERR_LIMIT, "%s: more than %d signatures", folder,
                           SIGNATURES_MAX);
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; status == AJAR_OK && i < count; i++)
        status = add_file(set, folder, names[i]->d_name, problem);
    return status;
}

enum ajar_status signature_set_load(const char *folder, struct signature_set **set,
                                    struct problem *problem)
{
    struct dirent **names = NULL;
    int found = scandir(folder, &names, is_signature_file, alphasort);
    if (found < 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s: --signatures must name a folder",
                           folder, strerror(errno));
    size_t count = (size_t)found;
    struct signature_set *made = calloc(1, sizeof *made);
    enum ajar_status status = AJAR_ERR_MEMORY;
    if (made)
        made->signatures = calloc(count ? count : 1, sizeof *made->signatures);
    if (made && made->signatures)
        status = add_files(made, folder, names, count, problem);
    else
        (void)problem_set(problem, status, "%s: out of memory", folder);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    if (status == AJAR_OK)
        *set = made;
    else
        signature_set_free(made);
    return status;
}

void signature_set_free(struct signature_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        signature_free(set->signatures[i]);
    free(set->signatures);
    free(set);
}

void signature_set_write_list(const struct signature_set *set, FILE *out)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct signature *signature = set->signatures[i];
        fprintf(out, "%-20s %-40s %3zu requests  %3zu examples  %s\n", signature->name,
                signature->title, signature->request_count, signature->example_count,
                signature->file);
    }
}

static const char *level_name(enum request_level level)
{
    static const char *const names[] = {"revealed", "open", "metadata", "data", "write"};
    return names[level];
}

void signature_write(const struct signature *signature, FILE *out)
{
    fprintf(out, "%s: %s\nfile %s\n", signature->name, signature->title, signature->file);
    for (size_t i = 0; i < signature->hardening_count; i++)
        fprintf(out, "hardening %s: %s\n", signature->hardening[i].product,
                signature->hardening[i].url);
    fputs("requests\n", out);
    for (size_t i = 0; i < signature->request_count; i++)
        fprintf(out, "  %-9s %s\n", level_name(signature->requests[i].level),
                signature->requests[i].name);
    fputs("refusals\n", out);
    for (size_t i = 0; i < signature->refusal_count; i++)
        if (signature->refusals[i].verdict == VERDICT_REFUSED)
            fprintf(out, "  %s\n", signature->refusals[i].name);
}
