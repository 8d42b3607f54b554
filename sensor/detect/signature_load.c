/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signature file into a signature: the top of the loader. Every error names file and line and
 * says what would be right; a signature is complete or not there at all.
 */
#include "detect/loader.h"
#include "detect/paths.h"

#include <stdlib.h>
#include <string.h>

#define SIGNATURE_FORMAT 1

static const char *const top_keys[] = {
    "format",    "name",       "title",          "protocol",   "ports",         "verified",
    "versions",  "severity",   "weakness",       "technique",  "documentation", "reference",
    "hardening", "headers",    "texts",          "json",       "tables",        "identity",
    "refusals",  "ransom",     "requests",       "unseen",     "lists",         "credentials",
    "examples",  "parameters", "request-bodies", "exceptions", "xml",           NULL};

static const char *const builtin_marks[MARKS_BUILTIN] = {
    [MARK_BARE_HEADERS] = "bare-headers", [MARK_OWN_PATH] = "own-path",
    [MARK_JSON_TYPE] = "json-type",       [MARK_TEXT_TYPE] = "text-type",
    [MARK_BINARY_TYPE] = "binary-type",   [MARK_TABLE_ROW] = "table-row",
    [MARK_SUCCESS] = "success",           [MARK_NO_CONTENT] = "no-content",
};

static enum ajar_status check_head(struct loader *loader, const struct yaml *root)
{
    if (root->kind != YAML_MAP)
        return loader_fail(loader, root, "a signature is a map of keys");
    enum ajar_status status = yaml_check_keys(loader->file, root, top_keys, loader->problem);
    const struct yaml *format = yaml_find(root, "format");
    const struct yaml *protocol = yaml_find(root, "protocol");
    uint64_t number;
    if (status == AJAR_OK && !format)
        return loader_fail(loader, root, "the first key must be 'format: %d'", SIGNATURE_FORMAT);
    if (status == AJAR_OK)
        status = yaml_read_number(loader->file, format, SIGNATURE_FORMAT, SIGNATURE_FORMAT, &number,
                                  loader->problem);
    if (status == AJAR_OK &&
        (!protocol || protocol->kind != YAML_TEXT || strcmp(protocol->text, "http") != 0))
        return loader_fail(loader, protocol ? protocol : root, "protocol must be http");
    return status;
}

static enum ajar_status read_ransom(struct loader *loader, const struct yaml *list)
{
    struct signature *signature = loader->signature;
    return list ? loader_read_words(loader, list, signature->ransom,
                                    sizeof signature->ransom / sizeof signature->ransom[0])
                : AJAR_OK;
}

static enum ajar_status read_parameters(struct loader *loader, const struct yaml *map)
{
    static const char *const keys[] = {"page", "selects", NULL};
    struct signature *signature = loader->signature;
    if (!map)
        return AJAR_OK;
    const struct yaml *page = yaml_find(map, "page");
    const struct yaml *selects = yaml_find(map, "selects");
    enum ajar_status status = yaml_check_keys(loader->file, map, keys, loader->problem);
    if (status == AJAR_OK && page)
        status = loader_read_words(loader, page, signature->page_parameters, 8);
    if (status == AJAR_OK && selects)
        status = loader_read_named(loader, selects, "unless", signature->select_parameters, 8);
    return status;
}

/* The sections in an order in which each finds what it names: marks and groups before their users.
 */
static enum ajar_status read_sections(struct loader *loader, const struct yaml *root)
{
    enum ajar_status status = loader_read_about(loader, root);
    if (status == AJAR_OK)
        status = read_ransom(loader, yaml_find(root, "ransom"));
    if (status == AJAR_OK)
        status = read_parameters(loader, yaml_find(root, "parameters"));
    if (status == AJAR_OK && yaml_find(root, "lists"))
        status = loader_read_words(loader, yaml_find(root, "lists"), loader->signature->lists, 8);
    if (status == AJAR_OK)
        status = loader_read_headers(loader, yaml_find(root, "headers"));
    if (status == AJAR_OK)
        status = loader_read_texts(loader, yaml_find(root, "texts"));
    if (status == AJAR_OK)
        status = loader_read_json(loader, yaml_find(root, "json"));
    if (status == AJAR_OK)
        status = loader_read_xml(loader, yaml_find(root, "xml"));
    if (status == AJAR_OK)
        status = loader_read_tables(loader, yaml_find(root, "tables"));
    if (status == AJAR_OK)
        status = loader_read_identities(loader, yaml_find(root, "identity"));
    if (status == AJAR_OK)
        status = loader_read_refusals(loader, yaml_find(root, "exceptions"),
                                      yaml_find(root, "refusals"));
    if (status == AJAR_OK)
        status = loader_read_requests(loader, yaml_find(root, "requests"));
    if (status == AJAR_OK)
        status = loader_read_bodies(loader, yaml_find(root, "request-bodies"));
    if (status == AJAR_OK)
        status = loader_read_examples(loader, yaml_find(root, "examples"));
    return status;
}

/* Takes the file over, also on failure. */
static enum ajar_status load(struct yaml_file *file, const char *name, struct signature **signature,
                             struct problem *problem)
{
    struct signature *made = calloc(1, sizeof *made);
    if (!made || !(made->arena = arena_new())) {
        free(made);
        yaml_close(file);
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", name);
    }
    made->yaml = file;
    struct loader loader = {.signature = made, .file = file, .problem = problem};
    char *kept = arena_take(made->arena, strlen(name) + 1, 1);
    if (kept)
        memcpy(kept, name, strlen(name) + 1);
    made->file = kept ? kept : "signature";
    memcpy(made->mark_names, builtin_marks, sizeof builtin_marks);
    made->mark_count = MARKS_BUILTIN;
    enum ajar_status status = check_head(&loader, yaml_root(file));
    if (status == AJAR_OK)
        status = read_sections(&loader, yaml_root(file));
    if (status == AJAR_OK)
        *signature = made;
    else
        signature_free(made);
    return status;
}

enum ajar_status signature_load_text(const char *name, const char *text, size_t length,
                                     struct signature **signature, struct problem *problem)
{
    struct yaml_file *file = NULL;
    enum ajar_status status = yaml_open_text(name, text, length, &file, problem);
    return status == AJAR_OK ? load(file, name, signature, problem) : status;
}

enum ajar_status signature_load_file(const char *path, struct signature **signature,
                                     struct problem *problem)
{
    struct yaml_file *file = NULL;
    struct signature *made = NULL;
    enum ajar_status status = yaml_open(path, &file, problem);
    if (status == AJAR_OK)
        status = load(file, path, &made, problem);
    if (status == AJAR_OK)
        status = signature_check(made, problem);
    if (status == AJAR_OK)
        *signature = made;
    else
        signature_free(made);
    return status;
}

void signature_free(struct signature *signature)
{
    if (!signature)
        return;
    for (size_t i = 0; i < signature->plan_count; i++)
        plan_clear(&signature->plans[i]);
    yaml_close(signature->yaml);
    arena_free(signature->arena);
    free(signature);
}
