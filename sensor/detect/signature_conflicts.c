/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of a signature that say the same twice, or of which one keeps another from ever being
 * reached. Each is a mistake of its author: he meant something that will not happen.
 */
#include "base/yaml.h"
#include "detect/loader.h"

#include <string.h>
#include <strings.h>

static const struct yaml *section(const struct signature *signature, const char *key)
{
    return yaml_find(yaml_root(signature->yaml), key);
}

static const struct yaml *entry(const struct yaml *list, size_t number)
{
    const struct yaml *item = list ? list->first : NULL;
    while (item && number-- > 0)
        item = item->next;
    return item;
}

/* Whether two maps, lists or texts say the same; the order of a map does not count. */
static bool same(const struct yaml *a, const struct yaml *b)
{
    if (a->kind != b->kind || a->count != b->count)
        return false;
    if (a->kind == YAML_TEXT)
        return strcmp(a->text, b->text) == 0;
    const struct yaml *other = b->first;
    for (const struct yaml *item = a->first; item; item = item->next) {
        const struct yaml *twin = a->kind == YAML_MAP ? yaml_find(b, item->key) : other;
        if (!twin || !same(item, twin))
            return false;
        other = other->next;
    }
    return true;
}

static enum ajar_status find_repeated(const struct signature *signature, const struct yaml *fact,
                                      const struct yaml *list, struct problem *problem)
{
    for (const struct yaml *item = list ? list->first : NULL; item && item != fact;
         item = item->next)
        if (same(item, fact))
            return yaml_problem(signature->yaml, fact, problem,
                                "the same stands in line %d already: leave one out", item->line);
    return AJAR_OK;
}

/* A list of facts; those of `always` are read besides. */
static enum ajar_status check_facts(const struct signature *signature, const struct yaml *list,
                                    const struct yaml *always, struct problem *problem)
{
    enum ajar_status status = AJAR_OK;
    for (const struct yaml *fact = list ? list->first : NULL; status == AJAR_OK && fact;
         fact = fact->next) {
        status = find_repeated(signature, fact, list, problem);
        if (status == AJAR_OK && always != list)
            status = find_repeated(signature, fact, always, problem);
    }
    return status;
}

/* Groups of facts by name; the first is always read. */
static enum ajar_status check_groups(const struct signature *signature, const struct yaml *map,
                                     struct problem *problem)
{
    enum ajar_status status = AJAR_OK;
    for (const struct yaml *group = map ? map->first : NULL; status == AJAR_OK && group;
         group = group->next)
        status = check_facts(signature, group, map->first, problem);
    return status;
}

/* Whether the earlier rule takes every request with this method. */
static bool takes_method(const struct request_rule *earlier, const char *method)
{
    if (!earlier->methods[0])
        return true;
    for (size_t i = 0; earlier->methods[i]; i++)
        if (strcmp(earlier->methods[i], method) == 0)
            return true;
    return false;
}

/* A method that the later one names or takes and never gets, or NULL. */
static const char *lost_method(const struct request_rule *earlier, const struct request_rule *later)
{
    if (earlier->fallback != later->fallback)
        return NULL;
    if (!later->methods[0])
        return earlier->methods[0] ? NULL : "any method of";
    for (size_t i = 0; later->methods[i]; i++)
        if (takes_method(earlier, later->methods[i]))
            return later->methods[i];
    return NULL;
}

static bool has_path(const struct yaml *paths, const char *path)
{
    if (paths->kind == YAML_TEXT)
        return strcmp(paths->text, path) == 0;
    for (const struct yaml *item = paths->first; item; item = item->next)
        if (strcmp(item->text, path) == 0)
            return true;
    return false;
}

/* A path of both, or NULL. */
static const char *common_path(const struct yaml *earlier, const struct yaml *later)
{
    if (later->kind == YAML_TEXT)
        return has_path(earlier, later->text) ? later->text : NULL;
    for (const struct yaml *item = later->first; item; item = item->next)
        if (has_path(earlier, item->text))
            return item->text;
    return NULL;
}

static enum ajar_status check_pair(const struct signature *signature, const struct yaml *list,
                                   size_t first, size_t second, struct problem *problem)
{
    const struct request_rule *earlier = &signature->requests[first];
    const struct request_rule *later = &signature->requests[second];
    const struct yaml *node = entry(list, second);
    if (strcmp(earlier->name, later->name) == 0)
        return yaml_problem(signature->yaml, node, problem,
                            "the request of line %d is called '%s' too: give each a name of its "
                            "own",
                            earlier->line, later->name);
    const char *method = lost_method(earlier, later);
    const char *path =
        method ? common_path(yaml_find(entry(list, first), "path"), yaml_find(node, "path")) : NULL;
    if (!path)
        return AJAR_OK;
    return yaml_problem(signature->yaml, node, problem,
                        "%s %s is taken by the request '%s' of line %d: leave it out of one of "
                        "them",
                        method, path, earlier->name, earlier->line);
}

static enum ajar_status check_requests(const struct signature *signature, struct problem *problem)
{
    const struct yaml *list = section(signature, "requests");
    enum ajar_status status = AJAR_OK;
    for (size_t i = 1; i < signature->request_count; i++)
        for (size_t k = 0; status == AJAR_OK && k < i; k++)
            status = check_pair(signature, list, k, i, problem);
    return status;
}

/* Whether a reply with the marks of `wide` needs no more than those of `narrow`. */
static bool covers(const struct identity_rule *narrow, const struct identity_rule *wide)
{
    return (narrow->marks & wide->marks) == narrow->marks && wide->identity <= narrow->identity;
}

static enum ajar_status check_identities(const struct signature *signature, struct problem *problem)
{
    const struct yaml *list = section(signature, "identity");
    for (size_t i = 0; i < signature->identity_count; i++)
        for (size_t k = 0; k < signature->identity_count; k++) {
            const struct identity_rule *one = &signature->identities[k];
            const struct identity_rule *two = &signature->identities[i];
            bool twins = one->marks == two->marks && one->identity == two->identity;
            if (i == k || !covers(one, two) || (twins && i < k))
                continue;
            return yaml_problem(signature->yaml, entry(list, i), problem,
                                "the marks of line %d are enough, and it says the same or more: "
                                "leave this line out",
                                entry(list, k)->line);
        }
    return AJAR_OK;
}

static bool has_status(const struct refusal_rule *rule, uint16_t status)
{
    for (size_t i = 0; rule->status[i]; i++)
        if (rule->status[i] == status)
            return true;
    return false;
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* Whether every header line that passes the later test passes the earlier one. */
static bool covers_header(const struct refusal_rule *earlier, const struct refusal_rule *later)
{
    const struct test *one = &earlier->header_test, *two = &later->header_test;
    if (!earlier->header_name)
        return true;
    if (!later->header_name || strcasecmp(earlier->header_name, later->header_name) != 0)
        return false;
    if (one->kind == TEST_NONE)
        return true;
    if (one->kind == TEST_CONTAINS && two->text)
        return strstr(two->text, one->text) != NULL;
    return one->kind == two->kind && same_text(one->text, two->text);
}

static bool covers_texts(const struct refusal_rule *earlier, const struct refusal_rule *later)
{
    if (earlier->error && !same_text(earlier->error, later->error))
        return false;
    if (earlier->reason && !(later->reason && strstr(later->reason, earlier->reason)))
        return false;
    if (earlier->body &&
        !(later->body && strncmp(later->body, earlier->body, strlen(earlier->body)) == 0))
        return false;
    const char *within = later->contains ? later->contains : later->body;
    return !earlier->contains || (within && strstr(within, earlier->contains));
}

/* Whether every reply that fits the later rule fits the earlier one. */
static bool covers_refusal(const struct refusal_rule *earlier, const struct refusal_rule *later)
{
    for (size_t i = 0; later->status[i]; i++)
        if (!has_status(earlier, later->status[i]))
            return false;
    return covers_header(earlier, later) && covers_texts(earlier, later) &&
           (!earlier->mark || earlier->mark == later->mark) &&
           (!earlier->own_paths || later->own_paths) &&
           (!earlier->with_credentials || later->with_credentials) &&
           (!earlier->unless_error || later->unless_error);
}

/* Exceptions come before refusals, wherever they stand in the file. */
static const struct yaml *refusal_node(const struct signature *signature, size_t number)
{
    const struct yaml *exceptions = section(signature, "exceptions");
    size_t count = exceptions ? exceptions->count : 0;
    return number < count ? entry(exceptions, number)
                          : entry(section(signature, "refusals"), number - count);
}

static enum ajar_status check_refusals(const struct signature *signature, struct problem *problem)
{
    for (size_t i = 1; i < signature->refusal_count; i++)
        for (size_t k = 0; k < i; k++)
            if (covers_refusal(&signature->refusals[k], &signature->refusals[i]))
                return yaml_problem(signature->yaml, refusal_node(signature, i), problem,
                                    "never reached: line %d fits every reply that this one would; "
                                    "put this one before it or leave it out",
                                    refusal_node(signature, k)->line);
    return AJAR_OK;
}

enum ajar_status signature_check_conflicts(const struct signature *signature,
                                           struct problem *problem)
{
    static const char *const lists[] = {"headers", "texts", "request-bodies", "examples"};
    static const char *const maps[] = {"json", "xml"};
    enum ajar_status status = check_requests(signature, problem);
    for (size_t i = 0; status == AJAR_OK && i < sizeof lists / sizeof lists[0]; i++) {
        const struct yaml *list = section(signature, lists[i]);
        status = check_facts(signature, list, list, problem);
    }
    for (size_t i = 0; status == AJAR_OK && i < sizeof maps / sizeof maps[0]; i++)
        status = check_groups(signature, section(signature, maps[i]), problem);
    if (status == AJAR_OK)
        status = check_identities(signature, problem);
    return status == AJAR_OK ? check_refusals(signature, problem) : status;
}
