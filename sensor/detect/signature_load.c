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
    "format",         "name",       "title",  "protocol", "ports",    "reference", "hardening",
    "headers",        "json",       "tables", "identity", "refusals", "ransom",    "requests",
    "request-bodies", "parameters", "unseen", "lists",    "texts",    "examples",  NULL};

static const char *const builtin_marks[MARKS_BUILTIN] = {
    [MARK_BARE_HEADERS] = "bare-headers", [MARK_OWN_PATH] = "own-path",
    [MARK_JSON_TYPE] = "json-type",       [MARK_TEXT_TYPE] = "text-type",
    [MARK_BINARY_TYPE] = "binary-type",   [MARK_TABLE_ROW] = "table-row",
    [MARK_SUCCESS] = "success",
};

void *loader_take(struct loader *loader, size_t count, size_t size)
{
    void *memory = arena_take(loader->signature->arena, count ? count : 1, size);
    if (!memory)
        (void)problem_set(loader->problem, AJAR_ERR_MEMORY, "%s: out of memory",
                          loader->signature->file);
    return memory;
}

enum ajar_status loader_read_text(struct loader *loader, const struct yaml *node, const char *what,
                                  const char **text)
{
    if (node->kind != YAML_TEXT)
        return loader_fail(loader, node, "%s must be plain text", node->key ? node->key : what);
    *text = node->text;
    return AJAR_OK;
}

enum ajar_status loader_find_text(struct loader *loader, const struct yaml *map, const char *key,
                                  const char **text)
{
    const struct yaml *node = yaml_find(map, key);
    return node ? loader_read_text(loader, node, key, text) : AJAR_OK;
}

enum ajar_status loader_find_bool(struct loader *loader, const struct yaml *map, const char *key,
                                  bool *value)
{
    const struct yaml *node = yaml_find(map, key);
    if (!node)
        return AJAR_OK;
    if (node->kind != YAML_TEXT || (strcmp(node->text, "true") && strcmp(node->text, "false")))
        return loader_fail(loader, node, "'%s' must be true or false", key);
    *value = strcmp(node->text, "true") == 0;
    return AJAR_OK;
}

enum ajar_status loader_check_list(struct loader *loader, const struct yaml *node, size_t most)
{
    if (node->kind != YAML_LIST || node->count > most)
        return loader_fail(loader, node, "'%s' must be a list of at most %zu",
                           node->key ? node->key : "value", most);
    return AJAR_OK;
}

enum ajar_status loader_read_words(struct loader *loader, const struct yaml *node,
                                   const char **words, size_t room)
{
    if (node->kind == YAML_TEXT) {
        words[0] = node->text;
        return AJAR_OK;
    }
    if (node->kind != YAML_LIST || node->count + 1 > room)
        return loader_fail(loader, node, "'%s' must be a text or a list of at most %zu texts",
                           node->key ? node->key : "value", room - 1);
    size_t used = 0;
    for (const struct yaml *item = node->first; item; item = item->next) {
        enum ajar_status status = loader_read_text(loader, item, "an item", &words[used++]);
        if (status != AJAR_OK)
            return status;
    }
    return AJAR_OK;
}

enum ajar_status loader_mark(struct loader *loader, const struct yaml *node, bool make,
                             uint64_t *bit)
{
    struct signature *signature = loader->signature;
    if (node->kind != YAML_TEXT)
        return loader_fail(loader, node, "a mark must be a name");
    for (size_t i = 0; i < signature->mark_count; i++)
        if (strcmp(signature->mark_names[i], node->text) == 0) {
            *bit = UINT64_C(1) << i;
            return AJAR_OK;
        }
    if (!make)
        return loader_fail(loader, node, "no header or path sets the mark '%s'", node->text);
    if (signature->mark_count == SIGNATURE_MARKS_MAX)
        return loader_fail(loader, node, "more than %d marks", SIGNATURE_MARKS_MAX);
    signature->mark_names[signature->mark_count] = node->text;
    *bit = UINT64_C(1) << signature->mark_count++;
    return AJAR_OK;
}

enum ajar_status loader_read_identity(struct loader *loader, const struct yaml *map,
                                      enum identity *identity)
{
    const char *text = NULL;
    enum ajar_status status = loader_find_text(loader, map, "identity", &text);
    if (status != AJAR_OK || !text)
        return status;
    if (strcmp(text, "proven") == 0)
        *identity = IDENTITY_PROVEN;
    else if (strcmp(text, "likely") == 0)
        *identity = IDENTITY_LIKELY;
    else
        return loader_fail(loader, yaml_find(map, "identity"),
                           "'%s' is no identity: write proven or likely", text);
    return AJAR_OK;
}

static enum ajar_status read_ports(struct loader *loader, const struct yaml *list)
{
    if (!list)
        return AJAR_OK;
    size_t room = sizeof loader->signature->ports / sizeof loader->signature->ports[0];
    if (list->kind != YAML_LIST || list->count >= room)
        return loader_fail(loader, list, "ports must be a list of at most %zu ports", room - 1);
    size_t used = 0;
    for (const struct yaml *item = list->first; item; item = item->next) {
        uint64_t port;
        enum ajar_status status =
            yaml_read_number(loader->file, item, 1, 65535, &port, loader->problem);
        if (status != AJAR_OK)
            return status;
        loader->signature->ports[used++] = (uint16_t)port;
    }
    return AJAR_OK;
}

static enum ajar_status read_hardening(struct loader *loader, const struct yaml *list)
{
    static const char *const keys[] = {"product", "url", NULL};
    struct signature *signature = loader->signature;
    if (!list)
        return AJAR_OK;
    enum ajar_status status = loader_check_list(loader, list, 64);
    if (status != AJAR_OK)
        return status;
    signature->hardening = loader_take(loader, list->count, sizeof *signature->hardening);
    if (!signature->hardening)
        return AJAR_ERR_MEMORY;
    for (const struct yaml *item = list->first; item; item = item->next) {
        struct hardening *entry = &signature->hardening[signature->hardening_count++];
        status = yaml_check_keys(loader->file, item, keys, loader->problem);
        if (status == AJAR_OK)
            status = loader_find_text(loader, item, "product", &entry->product);
        if (status == AJAR_OK)
            status = loader_find_text(loader, item, "url", &entry->url);
        if (status == AJAR_OK && (!entry->product || !entry->url))
            return loader_fail(loader, item, "a hardening needs a product and a url");
        if (status != AJAR_OK)
            return status;
    }
    return AJAR_OK;
}

static enum ajar_status read_name(struct loader *loader, const struct yaml *root)
{
    struct signature *signature = loader->signature;
    enum ajar_status status = loader_find_text(loader, root, "name", &signature->name);
    if (status == AJAR_OK)
        status = loader_find_text(loader, root, "title", &signature->title);
    if (status == AJAR_OK)
        status = loader_find_text(loader, root, "reference", &signature->reference);
    if (status != AJAR_OK)
        return status;
    struct finding *finding = NULL;
    if (!signature->name || !signature->name[0] || strlen(signature->name) >= sizeof finding->store)
        return loader_fail(loader, root, "a signature needs a name of 1 to %zu characters",
                           sizeof finding->store - 1);
    if (!signature->title)
        signature->title = signature->name;
    return AJAR_OK;
}

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
        status = loader_read_words(loader, selects, signature->select_parameters, 8);
    return status;
}

/* The sections in an order in which each finds what it names: marks and groups before their users.
 */
static enum ajar_status read_sections(struct loader *loader, const struct yaml *root)
{
    enum ajar_status status = read_name(loader, root);
    if (status == AJAR_OK)
        status = read_ports(loader, yaml_find(root, "ports"));
    if (status == AJAR_OK)
        status = read_hardening(loader, yaml_find(root, "hardening"));
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
        status = loader_read_tables(loader, yaml_find(root, "tables"));
    if (status == AJAR_OK)
        status = loader_read_identities(loader, yaml_find(root, "identity"));
    if (status == AJAR_OK)
        status = loader_read_refusals(loader, yaml_find(root, "refusals"));
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
    enum ajar_status status = yaml_open(path, &file, problem);
    return status == AJAR_OK ? load(file, path, signature, problem) : status;
}

void signature_free(struct signature *signature)
{
    if (!signature)
        return;
    for (size_t i = 0; i < signature->plan_count; i++)
        json_paths_free(signature->plans[i].paths);
    yaml_close(signature->yaml);
    arena_free(signature->arena);
    free(signature);
}
