/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans: which JSON and XML paths are looked for in a reply, and what each says. A plan is made for
 * every mix of groups (and table, whose columns are members in a JSON listing) that a request
 * names.
 */
#include "detect/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLANS_MAX      64
#define PLAN_FACTS_MAX 4096
#define PLAN_PATH_MAX  256

struct pair {
    uint16_t tag;
    uint16_t fact;
    uint32_t order; /* keeps the file's order among the facts of one path */
};

struct plan_maker {
    struct loader *loader;
    const struct yaml *node; /* of the path being added */
    struct json_paths *paths;
    struct pair *pairs;
    size_t count;
    uint16_t tags;
};

static int by_tag(const void *a, const void *b)
{
    const struct pair *x = a;
    const struct pair *y = b;
    if (x->tag != y->tag)
        return x->tag < y->tag ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static enum ajar_status add_pair(struct plan_maker *maker, const char *path, uint16_t fact)
{
    struct problem cause = {0};
    uint16_t tag = (uint16_t)(maker->tags + 1);
    if (maker->count == PLAN_FACTS_MAX)
        return loader_fail(maker->loader, maker->node, "more than %d paths in one request",
                           PLAN_FACTS_MAX);
    enum ajar_status status = json_paths_add(maker->paths, path, &tag, &cause);
    if (status != AJAR_OK)
        return loader_fail(maker->loader, maker->node, "%s", cause.text);
    if (tag > maker->tags)
        maker->tags = tag;
    maker->pairs[maker->count] =
        (struct pair){.tag = tag, .fact = fact, .order = (uint32_t)maker->count};
    maker->count++;
    return AJAR_OK;
}

/* Whether a fact says nothing but its role, whatever stands there. */
static bool is_bare(const struct fact *fact, enum role role)
{
    return fact->role == role && !fact->mark && !fact->product && fact->kind == FACT_ANY &&
           !fact->table && fact->test.kind == TEST_NONE;
}

/* A fact that stands for a column: one for each role, made once. */
static enum ajar_status column_fact(struct loader *loader, enum role role, uint16_t *number)
{
    struct signature *signature = loader->signature;
    for (size_t i = 0; i < signature->fact_count; i++)
        if (is_bare(&signature->facts[i], role)) {
            *number = (uint16_t)i;
            return AJAR_OK;
        }
    if (signature->fact_count >= SIGNATURE_NONE)
        return loader_fail(loader, yaml_root(loader->file), "more than %d facts", SIGNATURE_NONE);
    struct fact *grown = loader_take(loader, signature->fact_count + 1, sizeof *grown);
    if (!grown)
        return AJAR_ERR_MEMORY;
    memcpy(grown, signature->facts, signature->fact_count * sizeof *grown);
    signature->facts = grown;
    grown[signature->fact_count] = (struct fact){.role = role};
    *number = (uint16_t)signature->fact_count++;
    return AJAR_OK;
}

/* The columns of a table as members of the objects at `base`. */
static enum ajar_status add_columns(struct plan_maker *maker, const char *base,
                                    const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        char path[PLAN_PATH_MAX];
        uint16_t fact = SIGNATURE_NONE;
        int length = snprintf(path, sizeof path, "%s/%s", base, table->columns[i].name);
        if (length < 0 || (size_t)length >= sizeof path)
            return loader_fail(maker->loader, maker->node, "a column of the table '%s' is too long",
                               table->name);
        enum ajar_status status = column_fact(maker->loader, table->columns[i].role, &fact);
        if (status == AJAR_OK)
            status = add_pair(maker, path, fact);
        if (status != AJAR_OK)
            return status;
    }
    return AJAR_OK;
}

static enum ajar_status add_group(struct plan_maker *maker, const struct json_group *group,
                                  uint16_t table)
{
    struct signature *signature = maker->loader->signature;
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; status == AJAR_OK && i < group->count; i++) {
        const struct json_fact *entry = &group->facts[i];
        maker->node = entry->node;
        status = add_pair(maker, entry->path, entry->fact);
        if (status == AJAR_OK && signature->facts[entry->fact].table && table != SIGNATURE_NONE)
            status = add_columns(maker, entry->path, &signature->tables[table]);
    }
    return status;
}

/* Sorts the pairs into runs by tag. */
static enum ajar_status fill_runs(struct plan_maker *maker, struct plan_paths *plan)
{
    size_t tags = (size_t)maker->tags + 1;
    plan->facts = loader_take(maker->loader, maker->count + tags, sizeof *plan->facts);
    plan->starts = loader_take(maker->loader, tags, sizeof *plan->starts);
    if (!plan->facts || !plan->starts)
        return AJAR_ERR_MEMORY;
    qsort(maker->pairs, maker->count, sizeof *maker->pairs, by_tag);
    uint32_t at = 0;
    size_t pair = 0;
    for (size_t tag = 0; tag < tags; tag++) {
        plan->starts[tag] = at;
        while (pair < maker->count && maker->pairs[pair].tag == tag)
            plan->facts[at++] = maker->pairs[pair++].fact;
        plan->facts[at++] = SIGNATURE_NONE;
    }
    plan->tag_count = tags;
    return AJAR_OK;
}

/* Groups of one kind, those whose bit is set. The paths are the plan's, also on failure. */
static enum ajar_status make_paths(struct plan_maker *maker, const struct json_group *groups,
                                   size_t count, uint64_t wanted, uint16_t table,
                                   struct plan_paths *plan)
{
    enum ajar_status status = json_paths_new(&plan->paths);
    if (status != AJAR_OK)
        return problem_set(maker->loader->problem, status, "out of memory");
    maker->paths = plan->paths;
    maker->count = 0;
    maker->tags = 0;
    for (size_t i = 0; status == AJAR_OK && i < count; i++)
        if (wanted & UINT64_C(1) << i)
            status = add_group(maker, &groups[i], table);
    return status == AJAR_OK ? fill_runs(maker, plan) : status;
}

static enum ajar_status make_plan(struct plan_maker *maker, struct plan *plan)
{
    const struct signature *signature = maker->loader->signature;
    enum ajar_status status = make_paths(maker, signature->groups, signature->group_count,
                                         plan->groups, plan->table, &plan->json);
    if (status == AJAR_OK)
        status = make_paths(maker, signature->xml_groups, signature->xml_group_count,
                            plan->xml_groups, SIGNATURE_NONE, &plan->xml);
    return status == AJAR_OK ? loader_make_keys(maker->loader, plan) : status;
}

void plan_clear(struct plan *plan)
{
    json_paths_free(plan->json.paths);
    json_paths_free(plan->xml.paths);
}

enum ajar_status loader_find_plan(struct loader *loader, const struct yaml *node,
                                  const struct plan *wanted, uint16_t *number)
{
    struct signature *signature = loader->signature;
    for (size_t i = 0; i < signature->plan_count; i++) {
        const struct plan *plan = &signature->plans[i];
        if (plan->groups == wanted->groups && plan->xml_groups == wanted->xml_groups &&
            plan->table == wanted->table) {
            *number = (uint16_t)i;
            return AJAR_OK;
        }
    }
    if (!signature->plans)
        signature->plans = loader_take(loader, PLANS_MAX, sizeof *signature->plans);
    struct plan_maker maker = {.loader = loader, .node = node};
    if (!signature->plans)
        return AJAR_ERR_MEMORY;
    if (signature->plan_count == PLANS_MAX)
        return loader_fail(loader, node, "more than %d mixes of json and xml groups", PLANS_MAX);
    struct plan *plan = &signature->plans[signature->plan_count];
    *plan = *wanted;
    maker.pairs = malloc(PLAN_FACTS_MAX * sizeof *maker.pairs);
    enum ajar_status status = maker.pairs ? make_plan(&maker, plan)
                                          : problem_set(loader->problem, AJAR_ERR_MEMORY,
                                                        "%s: out of memory", signature->file);
    free(maker.pairs);
    if (status == AJAR_OK)
        *number = (uint16_t)signature->plan_count++;
    else
        plan_clear(plan);
    return status;
}
