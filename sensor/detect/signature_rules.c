/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a signature: requests by path, what proves identity, what request bodies say, and
 * the examples.
 */
#include "detect/loader.h"
#include "detect/paths.h"
#include "detect/request.h"

#include <string.h>

#define REQUEST_PATHS_MAX 64

static enum ajar_status read_identity_rule(struct loader *loader, const struct yaml *item,
                                           struct identity_rule *rule)
{
    static const char *const keys[] = {"marks", "identity", NULL};
    enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
    const struct yaml *marks = yaml_find(item, "marks");
    if (status == AJAR_OK && (!marks || marks->kind != YAML_LIST || marks->count == 0))
        return loader_fail(loader, item, "an identity needs a list of marks");
    for (const struct yaml *mark = marks ? marks->first : NULL; status == AJAR_OK && mark;
         mark = mark->next) {
        uint64_t bit = 0;
        status = loader_mark(loader, mark, false, &bit);
        rule->marks |= bit;
    }
    rule->identity = IDENTITY_PROVEN;
    return status == AJAR_OK ? loader_read_identity(loader, item, &rule->identity) : status;
}

enum ajar_status loader_read_identities(struct loader *loader, const struct yaml *list)
{
    struct signature *signature = loader->signature;
    if (!list)
        return AJAR_OK;
    void *room = NULL;
    enum ajar_status status =
        loader_list_room(loader, list, 256, sizeof *signature->identities, &room);
    if (status != AJAR_OK)
        return status;
    signature->identities = room;
    for (const struct yaml *item = list->first; item; item = item->next) {
        status =
            read_identity_rule(loader, item, &signature->identities[signature->identity_count]);
        if (status != AJAR_OK)
            return status;
        signature->identity_count++;
    }
    return AJAR_OK;
}

static enum ajar_status read_level(struct loader *loader, const struct yaml *item,
                                   enum request_level *level)
{
    static const char *const names[] = {"revealed", "open", "metadata", "data", "write"};
    const struct yaml *node = yaml_find(item, "level");
    for (size_t i = 0; node && node->kind == YAML_TEXT && i < 5; i++)
        if (strcmp(node->text, names[i]) == 0) {
            *level = (enum request_level)i;
            return AJAR_OK;
        }
    return loader_fail(loader, node ? node : item,
                       "a request needs a level: revealed, open, metadata, data or write");
}

/* Groups by name; the first is always read. */
static enum ajar_status read_groups(struct loader *loader, const struct yaml *list,
                                    const struct json_group *known, size_t count, uint64_t *groups)
{
    enum ajar_status status = list ? loader_check_list(loader, list, 64) : AJAR_OK;
    if (status != AJAR_OK)
        return status;
    *groups = 1;
    for (const struct yaml *item = list ? list->first : NULL; item; item = item->next) {
        size_t i = 0;
        while (i < count && (item->kind != YAML_TEXT || strcmp(known[i].name, item->text) != 0))
            i++;
        if (i == count)
            return loader_fail(loader, item, "no group '%s' under %s",
                               item->kind == YAML_TEXT ? item->text : "",
                               strcmp(list->key, "xml") == 0 ? "xml" : "json");
        *groups |= UINT64_C(1) << i;
    }
    return AJAR_OK;
}

static enum ajar_status read_table_name(struct loader *loader, const struct yaml *node,
                                        uint16_t *table)
{
    const struct signature *signature = loader->signature;
    *table = SIGNATURE_NONE;
    if (!node)
        return AJAR_OK;
    for (size_t i = 0; i < signature->table_count; i++)
        if (node->kind == YAML_TEXT && strcmp(signature->tables[i].name, node->text) == 0) {
            *table = (uint16_t)i;
            return AJAR_OK;
        }
    return loader_fail(loader, node, "no table of that name under tables");
}

/* What to read in the reply: groups of JSON and XML facts, a table. */
static enum ajar_status read_plan(struct loader *loader, const struct yaml *item,
                                  struct request_rule *rule)
{
    const struct signature *signature = loader->signature;
    enum ajar_status status = read_groups(loader, yaml_find(item, "json"), signature->groups,
                                          signature->group_count, &rule->groups);
    if (status == AJAR_OK)
        status = read_groups(loader, yaml_find(item, "xml"), signature->xml_groups,
                             signature->xml_group_count, &rule->xml_groups);
    if (status == AJAR_OK)
        status = read_table_name(loader, yaml_find(item, "table"), &rule->table);
    struct plan wanted = {
        .groups = rule->groups, .xml_groups = rule->xml_groups, .table = rule->table};
    return status == AJAR_OK ? loader_find_plan(loader, item, &wanted, &rule->plan) : status;
}

static enum ajar_status add_paths(struct loader *loader, const struct yaml *node,
                                  struct request_rule *rule, uint16_t number)
{
    rule->paths = loader_take(loader, REQUEST_PATHS_MAX + 1, sizeof *rule->paths);
    if (!rule->paths)
        return AJAR_ERR_MEMORY;
    enum ajar_status status = loader_read_words(loader, node, rule->paths, REQUEST_PATHS_MAX + 1);
    for (size_t i = 0; status == AJAR_OK && rule->paths[i]; i++) {
        status = path_tree_add(loader->signature->path_tree, loader->signature->arena,
                               rule->paths[i], number);
        if (status != AJAR_OK)
            return loader_fail(
                loader, node,
                "'%s' is no path: it begins with '/', has at most %d parts, '**' and "
                "{file} only as the last, {dataset+} only before a literal part, and may end "
                "with ?PARAMETER or ?PARAMETER=WORD",
                rule->paths[i], PATH_SEGMENTS_MAX);
    }
    return status;
}

/* `document`: true, or any for a body of any type */
static enum ajar_status read_document(struct loader *loader, const struct yaml *item,
                                      struct request_rule *rule)
{
    const struct yaml *node = yaml_find(item, "document");
    bool is_json = false;
    if (node && node->kind == YAML_TEXT && strcmp(node->text, "any") == 0) {
        rule->document = DOCUMENT_ANY;
        return AJAR_OK;
    }
    enum ajar_status status = loader_find_bool(loader, item, "document", &is_json);
    rule->document = is_json ? DOCUMENT_JSON : DOCUMENT_NONE;
    return status;
}

/* `comment`: how lines begin that are no records */
static enum ajar_status read_comment(struct loader *loader, const struct yaml *item,
                                     struct request_rule *rule)
{
    enum ajar_status status = loader_find_text(loader, item, "comment", &rule->comment);
    if (status != AJAR_OK || !rule->comment)
        return status;
    if (rule->comment[0] == '\0' || strpbrk(rule->comment, " \t"))
        return loader_fail(loader, yaml_find(item, "comment"),
                           "'comment' must be how such lines begin, without blanks");
    if (rule->lines == LINES_NONE)
        return loader_fail(loader, yaml_find(item, "comment"),
                           "'comment' is of lines: write 'lines: true' or 'lines: all' too");
    return AJAR_OK;
}

/* `lines`: true for those after the first, or all */
static enum ajar_status read_lines(struct loader *loader, const struct yaml *item,
                                   struct request_rule *rule)
{
    const struct yaml *node = yaml_find(item, "lines");
    bool after_first = false;
    enum ajar_status status = AJAR_OK;
    if (node && node->kind == YAML_TEXT && strcmp(node->text, "all") == 0) {
        rule->lines = LINES_ALL;
    } else {
        status = loader_find_bool(loader, item, "lines", &after_first);
        rule->lines = after_first ? LINES_AFTER_FIRST : LINES_NONE;
    }
    return status == AJAR_OK ? read_comment(loader, item, rule) : status;
}

/* relay: {path: PARAMETER, method: PARAMETER, store: NAME} */
static enum ajar_status read_relay(struct loader *loader, const struct yaml *map,
                                   struct request_rule *rule)
{
    static const char *const keys[] = {"path", "method", "store", NULL};
    if (!map)
        return AJAR_OK;
    enum ajar_status status = yaml_check_keys(loader->file, map, keys, loader->problem);
    if (status == AJAR_OK)
        status = loader_find_text(loader, map, "path", &rule->relay_path);
    if (status == AJAR_OK)
        status = loader_find_text(loader, map, "method", &rule->relay_method);
    if (status == AJAR_OK)
        status = loader_find_text(loader, map, "store", &rule->relay_store);
    if (status == AJAR_OK && !rule->relay_path)
        return loader_fail(loader, map,
                           "a relay needs 'path': the query parameter that carries the request");
    return status;
}

/* `written`: success, or a list of successes, that say a write was done */
static enum ajar_status read_written(struct loader *loader, const struct yaml *item,
                                     struct request_rule *rule)
{
    const struct yaml *node = yaml_find(item, "written");
    if (!node)
        return AJAR_OK;
    if (rule->level != LEVEL_WRITE && !yaml_find(yaml_root(loader->file), "request-bodies"))
        return loader_fail(loader, node, "'written' is for requests of 'level: write'");
    rule->written_success = node->kind == YAML_TEXT && strcmp(node->text, "success") == 0;
    if (rule->written_success)
        return AJAR_OK;
    if (node->kind != YAML_LIST || node->count == 0 || node->count > WRITTEN_STATUS_MAX)
        return loader_fail(loader, node, "'written' must be success or a list of 1 to %d numbers",
                           WRITTEN_STATUS_MAX);
    size_t used = 0;
    for (const struct yaml *entry = node->first; entry; entry = entry->next) {
        uint64_t number = 0;
        enum ajar_status status =
            yaml_read_number(loader->file, entry, 200, 299, &number, loader->problem);
        if (status != AJAR_OK)
            return status;
        rule->written[used++] = (uint16_t)number;
    }
    return AJAR_OK;
}

static enum ajar_status read_request_flags(struct loader *loader, const struct yaml *item,
                                           struct request_rule *rule)
{
    rule->own = true;
    enum ajar_status status = loader_find_bool(loader, item, "own", &rule->own);
    if (status == AJAR_OK)
        status = loader_find_bool(loader, item, "fallback", &rule->fallback);
    if (status == AJAR_OK)
        status = loader_find_bool(loader, item, "page", &rule->page);
    if (status == AJAR_OK)
        status = read_document(loader, item, rule);
    if (status == AJAR_OK)
        status = read_written(loader, item, rule);
    return status == AJAR_OK ? read_lines(loader, item, rule) : status;
}

static enum ajar_status read_request(struct loader *loader, const struct yaml *item,
                                     struct request_rule *rule, uint16_t number)
{
    static const char *const keys[] = {
        "name",  "path",  "methods",  "level", "own",     "json",    "xml",     "page", "document",
        "lines", "table", "fallback", "relay", "dataset", "written", "comment", NULL};
    const struct yaml *methods = yaml_find(item, "methods");
    rule->line = item->line;
    enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
    if (status == AJAR_OK)
        status = loader_find_text(loader, item, "name", &rule->name);
    if (status == AJAR_OK && (!rule->name || !yaml_find(item, "path")))
        return loader_fail(loader, item, "a request needs a name and a path");
    if (status == AJAR_OK)
        status = read_level(loader, item, &rule->level);
    if (status == AJAR_OK && methods)
        status = loader_read_words(loader, methods, rule->methods, 8);
    if (status == AJAR_OK)
        status = read_request_flags(loader, item, rule);
    if (status == AJAR_OK)
        status = read_plan(loader, item, rule);
    if (status == AJAR_OK)
        status = read_relay(loader, yaml_find(item, "relay"), rule);
    if (status == AJAR_OK)
        status = loader_find_text(loader, item, "dataset", &rule->dataset_parameter);
    return status == AJAR_OK ? add_paths(loader, yaml_find(item, "path"), rule, number) : status;
}

/* The plan for replies whose request was not seen, and the listing that lines of their own prove.
 */
static enum ajar_status make_unseen_plan(struct loader *loader)
{
    struct signature *signature = loader->signature;
    const struct yaml *root = yaml_root(loader->file);
    const struct yaml *list = yaml_find(root, "unseen");
    struct plan wanted = {.xml_groups = 1, .table = SIGNATURE_NONE};
    enum ajar_status status =
        read_groups(loader, list, signature->groups, signature->group_count, &wanted.groups);
    if (status != AJAR_OK)
        return status;
    for (size_t i = 0; i < signature->table_count; i++)
        if (signature->tables[i].first_words[0])
            wanted.table = (uint16_t)i;
    return loader_find_plan(loader, list ? list : root, &wanted, &signature->unseen_plan);
}

enum ajar_status loader_read_requests(struct loader *loader, const struct yaml *list)
{
    struct signature *signature = loader->signature;
    if (!list)
        return loader_fail(loader, yaml_root(loader->file), "a signature needs requests");
    void *room = NULL;
    enum ajar_status status =
        loader_list_room(loader, list, 1000, sizeof *signature->requests, &room);
    if (status != AJAR_OK)
        return status;
    signature->requests = room;
    signature->path_tree = path_tree_new(signature->arena);
    if (!signature->path_tree)
        return AJAR_ERR_MEMORY;
    for (const struct yaml *item = list->first; item; item = item->next) {
        uint16_t number = (uint16_t)signature->request_count;
        status = read_request(loader, item, &signature->requests[number], number);
        if (status != AJAR_OK)
            return status;
        signature->request_count++;
    }
    return make_unseen_plan(loader);
}

/* A text that the body is searched for; blanks outside of quotes do not count. */
static enum ajar_status read_body_text(struct loader *loader, const struct yaml *item,
                                       const char *key, const char **text)
{
    enum ajar_status status = loader_find_text(loader, item, key, text);
    if (status != AJAR_OK || !*text || !strchr(*text, '"'))
        return status;
    char *squeezed = loader_take(loader, strlen(*text) + 1, 1);
    if (!squeezed)
        return AJAR_ERR_MEMORY;
    (void)request_squeeze(*text, strlen(*text), squeezed);
    *text = squeezed;
    return AJAR_OK;
}

/* False if there is no such effect. */
static bool read_effect(const char *text, struct body_effects *effects)
{
    effects->page = strcmp(text, "page") == 0;
    effects->selects = strcmp(text, "selects") == 0;
    effects->names = strcmp(text, "metadata") == 0;
    effects->writes = strcmp(text, "write") == 0;
    return effects->page || effects->selects || effects->names || effects->writes;
}

static enum ajar_status read_body_rule(struct loader *loader, const struct yaml *item,
                                       struct body_rule *rule)
{
    static const char *const keys[] = {"starts", "contains", "unless", "any-case", "effect", NULL};
    const char *effect = "";
    enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
    if (status == AJAR_OK)
        status = loader_find_text(loader, item, "starts", &rule->starts);
    if (status == AJAR_OK)
        status = read_body_text(loader, item, "contains", &rule->contains);
    if (status == AJAR_OK)
        status = read_body_text(loader, item, "unless", &rule->unless);
    if (status == AJAR_OK)
        status = loader_find_bool(loader, item, "any-case", &rule->any_case);
    if (status == AJAR_OK)
        status = loader_find_text(loader, item, "effect", &effect);
    bool tests = (rule->starts && rule->starts[0]) || (rule->contains && rule->contains[0]);
    if (status == AJAR_OK && (!read_effect(effect, &rule->effects) || !tests))
        return loader_fail(loader, item,
                           "needs 'starts' or 'contains', and 'effect: page', 'selects', "
                           "'metadata' or 'write'");
    return status;
}

enum ajar_status loader_read_bodies(struct loader *loader, const struct yaml *list)
{
    struct signature *signature = loader->signature;
    if (!list)
        return AJAR_OK;
    void *room = NULL;
    enum ajar_status status = loader_list_room(loader, list, 64, sizeof *signature->bodies, &room);
    signature->bodies = status == AJAR_OK ? room : NULL;
    for (const struct yaml *item = list->first; status == AJAR_OK && item; item = item->next) {
        status = read_body_rule(loader, item, &signature->bodies[signature->body_count]);
        signature->body_count += status == AJAR_OK;
    }
    return status;
}
