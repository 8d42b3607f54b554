/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of a signature: what headers, JSON paths and columns of text listings say, and the
 * plans in which JSON paths are looked for.
 */
#include "detect/loader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TABLE_COLUMNS_MAX 256 /* names that columns of a table can have, by role */
#define LAYOUTS_MAX       64
#define GROUPS_MAX        64 /* a bit each in a plan */

static const char *const role_names[ROLES] = {
    [ROLE_NONE] = "none",
    [ROLE_VERSION] = "version",
    [ROLE_CLUSTER_NAME] = "cluster-name",
    [ROLE_CLUSTER_ID] = "cluster-id",
    [ROLE_NAME] = "name",
    [ROLE_DATASET] = "dataset",
    [ROLE_DATASET_KEY] = "dataset-key",
    [ROLE_ROW] = "row",
    [ROLE_ROW_KEY] = "row-key",
    [ROLE_NAMED_ROW] = "named-row",
    [ROLE_ROW_PROOF] = "row-proof",
    [ROLE_ROW_DATASET] = "row-dataset",
    [ROLE_RECORDS] = "records",
    [ROLE_BYTES] = "bytes",
    [ROLE_RECORDS_ALL] = "records-all",
    [ROLE_BYTES_ALL] = "bytes-all",
    [ROLE_TOTAL] = "total",
    [ROLE_RETURNED] = "returned",
    [ROLE_RELATION] = "relation",
    [ROLE_INEXACT] = "inexact",
    [ROLE_RECORD] = "record",
    [ROLE_DOCUMENT] = "document",
    [ROLE_RECORD_DATASET] = "record-dataset",
    [ROLE_WRITTEN_DATASET] = "record-dataset-written",
    [ROLE_VALUE] = "value",
    [ROLE_CURSOR] = "cursor",
    [ROLE_WRITTEN] = "written",
    [ROLE_WRITTEN_IF_ASKED] = "written-if-asked",
    [ROLE_NOT_WRITTEN] = "not-written",
    [ROLE_ABSENT] = "absent",
    [ROLE_FAILED] = "failed",
    [ROLE_ERROR] = "error",
    [ROLE_ERROR_TYPE] = "error-type",
    [ROLE_ERROR_REASON] = "error-reason",
};

bool test_holds(const struct test *test, const char *text, size_t length)
{
    size_t wanted = test->text ? strlen(test->text) : 0;
    switch (test->kind) {
    case TEST_NONE:
        return true;
    case TEST_EQUALS:
        return length == wanted && strncasecmp(text, test->text, wanted) == 0;
    case TEST_STARTS:
        return length >= wanted && strncasecmp(text, test->text, wanted) == 0;
    case TEST_CONTAINS:
        return memmem(text, length, test->text, wanted) != NULL;
    case TEST_ABOVE:
    case TEST_BETWEEN: {
        char number[32] = "";
        if (length == 0 || length >= sizeof number)
            return false;
        memcpy(number, text, length);
        char *end = NULL;
        double value = strtod(number, &end);
        return end != number &&
               (test->kind == TEST_ABOVE ? value > test->low
                                         : value >= test->low && value <= test->high);
    }
    }
    return false;
}

static enum ajar_status read_bounds(struct loader *loader, const struct yaml *node,
                                    struct test *test)
{
    uint64_t low = 0;
    uint64_t high = 0;
    const struct yaml *first = node->first;
    if (node->kind != YAML_LIST || node->count != 2)
        return loader_fail(loader, node, "'between' must be two numbers: [200, 299]");
    enum ajar_status status =
        yaml_read_number(loader->file, first, 0, UINT32_MAX, &low, loader->problem);
    if (status == AJAR_OK)
        status =
            yaml_read_number(loader->file, first->next, low, UINT32_MAX, &high, loader->problem);
    if (status == AJAR_OK)
        *test = (struct test){.kind = TEST_BETWEEN, .low = (double)low, .high = (double)high};
    return status;
}

/* How many tests a map has: a second one would be passed over. */
static size_t count_tests(const struct yaml *map)
{
    static const char *const keys[] = {"equals", "starts", "contains", "above", "between"};
    size_t count = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        count += yaml_find(map, keys[i]) != NULL;
    return count;
}

enum ajar_status loader_read_test(struct loader *loader, const struct yaml *map, struct test *test)
{
    static const struct {
        const char *key;
        enum test_kind kind;
    } texts[] = {{"equals", TEST_EQUALS}, {"starts", TEST_STARTS}, {"contains", TEST_CONTAINS}};
    if (count_tests(map) > 1)
        return loader_fail(loader, map, "only one of equals, starts, contains, above, between");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct yaml *node = yaml_find(map, texts[i].key);
        if (!node)
            continue;
        test->kind = texts[i].kind;
        return loader_read_text(loader, node, texts[i].key, &test->text);
    }
    const struct yaml *between = yaml_find(map, "between");
    if (between)
        return read_bounds(loader, between, test);
    const struct yaml *above = yaml_find(map, "above");
    uint64_t low = 0;
    if (!above)
        return AJAR_OK;
    enum ajar_status status =
        yaml_read_number(loader->file, above, 0, UINT32_MAX, &low, loader->problem);
    if (status == AJAR_OK)
        *test = (struct test){.kind = TEST_ABOVE, .low = (double)low};
    return status;
}

static enum ajar_status read_role(struct loader *loader, const struct yaml *node, enum role *role)
{
    if (!node)
        return AJAR_OK;
    for (size_t i = 1; i < ROLES; i++)
        if (node->kind == YAML_TEXT && strcmp(node->text, role_names[i]) == 0) {
            *role = (enum role)i;
            return AJAR_OK;
        }
    return loader_fail(loader, node, "'%s' is no role; signatures/README.md lists them",
                       node->kind == YAML_TEXT ? node->text : "a list");
}

static enum ajar_status read_kind(struct loader *loader, const struct yaml *node, struct fact *fact)
{
    static const char *const names[] = {
        [FACT_OBJECT] = "object", [FACT_ARRAY] = "array", [FACT_STRING] = "string"};
    for (size_t i = FACT_OBJECT; i < sizeof names / sizeof names[0]; i++)
        if (node->kind == YAML_TEXT && strcmp(node->text, names[i]) == 0) {
            fact->kind = (enum fact_kind)i;
            return AJAR_OK;
        }
    return loader_fail(loader, node, "'kind' can only be object, array or string");
}

enum ajar_status loader_read_fact(struct loader *loader, const struct yaml *map, struct fact *fact)
{
    const struct yaml *mark = yaml_find(map, "mark");
    const struct yaml *kind = yaml_find(map, "kind");
    enum ajar_status status = read_role(loader, yaml_find(map, "role"), &fact->role);
    if (status == AJAR_OK && mark)
        status = loader_mark(loader, mark, true, &fact->mark);
    if (status == AJAR_OK)
        status = loader_read_test(loader, map, &fact->test);
    if (status == AJAR_OK)
        status = loader_find_text(loader, map, "product", &fact->product);
    if (status == AJAR_OK)
        status = loader_find_bool(loader, map, "table", &fact->table);
    return status == AJAR_OK && kind ? read_kind(loader, kind, fact) : status;
}

/* By the name of that member a body of CBOR or SMILE is taken for the store's. */
static enum ajar_status note_keys(struct loader *loader, const struct json_fact *entry)
{
    struct signature *signature = loader->signature;
    enum role role = signature->facts[entry->fact].role;
    const char *step = strrchr(entry->path, '/');
    if (role == ROLE_RECORD_DATASET && !signature->dataset_key)
        signature->dataset_key = step ? step + 1 : entry->path;
    return AJAR_OK;
}

/* XML has elements and attributes, no arrays, and no columns of a table. */
static enum ajar_status check_xml(struct loader *loader, const struct json_fact *entry)
{
    const struct fact *fact = &loader->signature->facts[entry->fact];
    if (strstr(entry->path, "/[]"))
        return loader_fail(loader, entry->node,
                           "'[]' is for JSON: in XML a repeated element is told each time");
    if (fact->kind == FACT_ARRAY || fact->table)
        return loader_fail(loader, entry->node, "'kind: array' and 'table' are for JSON");
    return AJAR_OK;
}

static enum ajar_status read_path(struct loader *loader, const struct yaml *item,
                                  struct json_fact *entry)
{
    static const char *const keys[] = {"path",    "role",     "mark",  "equals",
                                       "starts",  "contains", "above", "between",
                                       "product", "kind",     "table", NULL};
    struct signature *signature = loader->signature;
    struct fact *fact = &signature->facts[signature->fact_count];
    entry->node = item;
    enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
    if (status == AJAR_OK)
        status = loader_find_text(loader, item, "path", &entry->path);
    if (status == AJAR_OK && !entry->path)
        return loader_fail(loader, item, "a fact needs a path");
    if (status == AJAR_OK)
        status = loader_read_fact(loader, item, fact);
    if (status == AJAR_OK && fact->role == ROLE_NONE && !fact->mark && !fact->product)
        return loader_fail(loader, item, "says nothing: give it a role, a mark or a product");
    entry->fact = (uint16_t)signature->fact_count++;
    return status;
}

static enum ajar_status read_group(struct loader *loader, const struct yaml *list, bool is_json,
                                   struct json_group *group)
{
    if (list->kind != YAML_LIST)
        return loader_fail(loader, list, "the group '%s' must be a list of paths", list->key);
    group->name = list->key;
    group->facts = loader_take(loader, list->count, sizeof *group->facts);
    if (!group->facts)
        return AJAR_ERR_MEMORY;
    for (const struct yaml *item = list->first; item; item = item->next) {
        struct json_fact *entry = &group->facts[group->count];
        enum ajar_status status = read_path(loader, item, entry);
        if (status == AJAR_OK)
            status = is_json ? note_keys(loader, entry) : check_xml(loader, entry);
        if (status != AJAR_OK)
            return status;
        group->count++;
    }
    return AJAR_OK;
}

/* Room for the facts of more groups behind those there are. */
static enum ajar_status grow_facts(struct loader *loader, const struct yaml *map)
{
    struct signature *signature = loader->signature;
    size_t count = signature->fact_count;
    for (const struct yaml *list = map->first; list; list = list->next)
        count += list->count;
    if (count >= SIGNATURE_NONE)
        return loader_fail(loader, map, "more than %d paths", SIGNATURE_NONE - 1);
    struct fact *grown = loader_take(loader, count, sizeof *grown);
    if (!grown)
        return AJAR_ERR_MEMORY;
    if (signature->fact_count > 0)
        memcpy(grown, signature->facts, signature->fact_count * sizeof *grown);
    signature->facts = grown;
    return AJAR_OK;
}

static enum ajar_status read_groups(struct loader *loader, const struct yaml *map, bool is_json,
                                    struct json_group **groups, size_t *group_count)
{
    if (!map)
        return AJAR_OK;
    if (map->kind != YAML_MAP || map->count > GROUPS_MAX)
        return loader_fail(loader, map, "%s must be a map of at most %d groups",
                           is_json ? "json" : "xml", GROUPS_MAX);
    enum ajar_status status = grow_facts(loader, map);
    if (status != AJAR_OK)
        return status;
    *groups = loader_take(loader, map->count, sizeof **groups);
    if (!*groups)
        return AJAR_ERR_MEMORY;
    for (const struct yaml *list = map->first; list; list = list->next) {
        status = read_group(loader, list, is_json, &(*groups)[*group_count]);
        if (status != AJAR_OK)
            return status;
        ++*group_count;
    }
    return AJAR_OK;
}

enum ajar_status loader_read_json(struct loader *loader, const struct yaml *map)
{
    struct signature *signature = loader->signature;
    return read_groups(loader, map, true, &signature->groups, &signature->group_count);
}

enum ajar_status loader_read_xml(struct loader *loader, const struct yaml *map)
{
    struct signature *signature = loader->signature;
    return read_groups(loader, map, false, &signature->xml_groups, &signature->xml_group_count);
}

static const struct {
    const char *key;
    enum role role;
} column_roles[] = {{"dataset", ROLE_ROW_DATASET},
                    {"records", ROLE_RECORDS},
                    {"bytes", ROLE_BYTES},
                    {"records-all", ROLE_RECORDS_ALL}};

static enum role column_role(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return table->columns[i].role;
    return ROLE_NONE;
}

static enum ajar_status read_columns(struct loader *loader, const struct yaml *map,
                                     struct table *table)
{
    size_t names = 0;
    for (size_t i = 0; i < sizeof column_roles / sizeof column_roles[0]; i++) {
        const struct yaml *list = yaml_find(map, column_roles[i].key);
        enum ajar_status status =
            list ? loader_check_list(loader, list, TABLE_COLUMNS_MAX) : AJAR_OK;
        if (status != AJAR_OK)
            return status;
        names += list ? list->count : 0;
    }
    table->columns = loader_take(loader, names, sizeof *table->columns);
    if (!table->columns)
        return AJAR_ERR_MEMORY;
    for (size_t i = 0; i < sizeof column_roles / sizeof column_roles[0]; i++) {
        const struct yaml *list = yaml_find(map, column_roles[i].key);
        for (const struct yaml *item = list ? list->first : NULL; item; item = item->next) {
            struct column *column = &table->columns[table->column_count++];
            column->role = column_roles[i].role;
            enum ajar_status status = loader_read_text(loader, item, "a column", &column->name);
            if (status != AJAR_OK)
                return status;
        }
    }
    return AJAR_OK;
}

static enum ajar_status read_layout(struct loader *loader, const struct yaml *list,
                                    const struct table *table, struct layout *layout)
{
    if (list->kind != YAML_LIST || list->count > SIGNATURE_COLUMNS_MAX)
        return loader_fail(loader, list, "a default must be a list of at most %d columns",
                           SIGNATURE_COLUMNS_MAX);
    for (const struct yaml *item = list->first; item; item = item->next) {
        enum ajar_status status =
            loader_read_text(loader, item, "a column", &layout->names[layout->count]);
        if (status != AJAR_OK)
            return status;
        layout->roles[layout->count] = column_role(table, item->text);
        layout->count++;
    }
    return AJAR_OK;
}

static enum ajar_status read_layouts(struct loader *loader, const struct yaml *list,
                                     struct table *table)
{
    if (!list)
        return AJAR_OK;
    enum ajar_status status = loader_check_list(loader, list, LAYOUTS_MAX);
    if (status != AJAR_OK)
        return status;
    table->layouts = loader_take(loader, list->count, sizeof *table->layouts);
    if (!table->layouts)
        return AJAR_ERR_MEMORY;
    for (const struct yaml *item = list->first; item; item = item->next) {
        status = read_layout(loader, item, table, &table->layouts[table->layout_count]);
        if (status != AJAR_OK)
            return status;
        table->layout_count++;
    }
    return AJAR_OK;
}

/* `row`: the words with which lines of this listing begin, in the order of its columns. */
static enum ajar_status read_row_words(struct loader *loader, const struct yaml *map,
                                       struct table *table)
{
    if (!map)
        return AJAR_OK;
    if (map->kind != YAML_MAP || map->count != 2)
        return loader_fail(loader, map, "'row' must name the words of the first two columns");
    if (table->layout_count == 0)
        return loader_fail(loader, map, "'row' needs 'defaults': the columns of such lines");
    size_t room = sizeof table->first_words / sizeof table->first_words[0];
    enum ajar_status status = loader_read_words(loader, map->first, table->first_words, room);
    return status == AJAR_OK
               ? loader_read_words(loader, map->first->next, table->second_words, room)
               : status;
}

enum ajar_status loader_read_tables(struct loader *loader, const struct yaml *map)
{
    static const char *const keys[] = {"dataset",  "records", "bytes", "records-all",
                                       "defaults", "row",     NULL};
    struct signature *signature = loader->signature;
    if (!map)
        return AJAR_OK;
    if (map->kind != YAML_MAP)
        return loader_fail(loader, map, "tables must be a map of tables");
    signature->tables = loader_take(loader, map->count, sizeof *signature->tables);
    if (!signature->tables)
        return AJAR_ERR_MEMORY;
    for (const struct yaml *item = map->first; item; item = item->next) {
        struct table *table = &signature->tables[signature->table_count];
        table->name = item->key;
        if (item->kind != YAML_MAP)
            return loader_fail(loader, item, "the table '%s' must be a map", item->key);
        enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
        if (status == AJAR_OK)
            status = read_columns(loader, item, table);
        if (status == AJAR_OK)
            status = read_layouts(loader, yaml_find(item, "defaults"), table);
        if (status == AJAR_OK)
            status = read_row_words(loader, yaml_find(item, "row"), table);
        if (status != AJAR_OK)
            return status;
        signature->table_count++;
    }
    return AJAR_OK;
}
