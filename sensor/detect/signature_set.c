/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders of signatures: the shipped ones, then the user's own. Files are taken in the order of
 * their names, so that two runs agree.
 */
#include "detect/signature.h"

#include "detect/catalogue.h"
#include "detect/credentials.h"
#include "detect/hints.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURES_MAX 512

/* A file that would be passed over in silence. */
static bool is_misnamed(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".yml") == 0;
}

static int is_signature_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    bool is_yaml = length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
    return entry->d_name[0] != '.' && (is_yaml || is_misnamed(entry->d_name));
}

/* Its place in the set, set->count if there is none of that name. */
static size_t index_of(const struct signature_set *set, const char *name)
{
    size_t at = 0;
    while (at < set->count && strcmp(set->signatures[at]->name, name) != 0)
        at++;
    return at;
}

const struct signature *signature_find(const struct signature_set *set, const char *name)
{
    size_t at = index_of(set, name);
    return at < set->count ? set->signatures[at] : NULL;
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

/* Takes the signature over, also on failure; in place of one of the same name. */
static enum ajar_status put(struct signature_set *set, struct signature *signature, bool own,
                            struct problem *problem)
{
    size_t at = index_of(set, signature->name);
    if (at == SIGNATURES_MAX) {
        enum ajar_status status =
            problem_set(problem, AJAR_ERR_LIMIT, "%s: more than %d signatures", signature->file,
                        SIGNATURES_MAX);
        signature_free(signature);
        return status;
    }
    signature->own = own;
    if (at < set->count)
        signature_free(set->signatures[at]);
    else
        set->count++;
    set->signatures[at] = signature;
    return AJAR_OK;
}

static enum ajar_status add_file(struct signature_set *set, const char *folder, const char *name,
                                 bool own, struct problem *problem)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: the path is too long", folder);
    if (is_misnamed(name))
        return problem_set(problem, AJAR_ERR_USAGE,
                           "%s: signatures end in .yaml: rename it, or take it away", path);
    struct signature *signature = NULL;
    enum ajar_status status = signature_load_file(path, &signature, problem);
    if (status != AJAR_OK)
        return status;
    const struct signature *twin = signature_find(set, signature->name);
    if (twin && twin->own == own) {
        status = problem_set(problem, AJAR_ERR_FORMAT, "%s: the name '%s' is taken by %s", path,
                             signature->name, twin->file);
        signature_free(signature);
        return status;
    }
    return put(set, signature, own, problem);
}

static enum ajar_status add_folder(struct signature_set *set, const char *folder, bool own,
                                   struct problem *problem)
{
    struct dirent **names = NULL;
    int found = scandir(folder, &names, is_signature_file, alphasort);
    if (found < 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s: --%s must name a folder", folder,
                           strerror(errno), own ? "own-signatures" : "signatures");
    enum ajar_status status = AJAR_OK;
    if (found == 0 && !own)
        status = problem_set(problem, AJAR_ERR_USAGE, "%s: no signature (*.yaml) in this folder",
                             folder);
    for (int i = 0; status == AJAR_OK && i < found; i++)
        status = add_file(set, folder, names[i]->d_name, own, problem);
    for (int i = 0; i < found; i++)
        free(names[i]);
    free(names);
    return status;
}

static void number(struct signature_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        struct signature *signature = set->signatures[i];
        signature->number = (uint16_t)i;
        for (size_t k = 0; k < signature->text_count; k++)
            signature->has_expressions |= signature->texts[k].kind == TEXT_MATCHES;
    }
}

enum ajar_status signature_set_complete(struct signature_set *set, const char *cache_folder,
                                        struct problem *problem)
{
    signature_set_clear(set);
    number(set);
    enum ajar_status status = credentials_gather(set);
    if (status == AJAR_OK)
        status = catalogue_new(set, &set->catalogue);
    if (status != AJAR_OK)
        return problem_set(problem, status, "signatures: out of memory");
    return hints_new(set, cache_folder, &set->hints, problem);
}

void signature_set_clear(struct signature_set *set)
{
    credentials_free(set->credentials);
    catalogue_free(set->catalogue);
    hints_free(set->hints);
    set->credentials = NULL;
    set->catalogue = NULL;
    set->hints = NULL;
}

static struct signature_set *make_set(void)
{
    struct signature_set *made = calloc(1, sizeof *made);
    if (made && !(made->signatures = calloc(SIGNATURES_MAX, sizeof *made->signatures))) {
        free(made);
        return NULL;
    }
    return made;
}

enum ajar_status signature_set_load(const struct signature_sources *sources,
                                    struct signature_set **set, struct problem *problem)
{
    struct signature_set *made = make_set();
    if (!made)
        return problem_set(problem, AJAR_ERR_MEMORY, "signatures: out of memory");
    enum ajar_status status = add_folder(made, sources->folder, false, problem);
    if (status == AJAR_OK && sources->own_folder && sources->own_folder[0])
        status = add_folder(made, sources->own_folder, true, problem);
    if (status == AJAR_OK)
        status = signature_set_complete(made, sources->cache_folder, problem);
    if (status == AJAR_OK)
        *set = made;
    else
        signature_set_free(made);
    return status;
}

enum ajar_status signature_set_add(struct signature_set *set, const char *path,
                                   const struct signature **signature, struct problem *problem)
{
    struct signature *made = NULL;
    enum ajar_status status = signature_load_file(path, &made, problem);
    if (status != AJAR_OK)
        return status;
    status = put(set, made, true, problem);
    if (status != AJAR_OK)
        return status;
    *signature = made;
    return signature_set_complete(set, NULL, problem);
}

void signature_set_free(struct signature_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        signature_free(set->signatures[i]);
    signature_set_clear(set);
    free(set->signatures);
    free(set);
}
