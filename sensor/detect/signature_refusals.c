/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a store says no, and what only looks so: the refusals and exceptions of a signature. Both
 * are tests on one reply and named in the same words.
 */
#include "detect/loader.h"

#include <string.h>

#define REFUSALS_MAX 64 /* a bit each in the reply being read */

static enum ajar_status read_status_list(struct loader *loader, const struct yaml *list,
                                         uint16_t status_codes[static REFUSAL_STATUS_MAX + 1])
{
    if (list->kind != YAML_LIST || list->count == 0 || list->count > REFUSAL_STATUS_MAX)
        return loader_fail(loader, list, "'status' must be a list of 1 to %d numbers",
                           REFUSAL_STATUS_MAX);
    size_t used = 0;
    for (const struct yaml *item = list->first; item; item = item->next) {
        uint64_t number;
        enum ajar_status status =
            yaml_read_number(loader->file, item, 100, 599, &number, loader->problem);
        if (status != AJAR_OK)
            return status;
        status_codes[used++] = (uint16_t)number;
    }
    return AJAR_OK;
}

static enum ajar_status read_header_test(struct loader *loader, const struct yaml *map,
                                         struct refusal_rule *rule)
{
    static const char *const keys[] = {"name", "equals", "starts", "contains", NULL};
    if (!map)
        return AJAR_OK;
    enum ajar_status status = yaml_check_keys(loader->file, map, keys, loader->problem);
    if (status == AJAR_OK)
        status = loader_find_text(loader, map, "name", &rule->header_name);
    if (status == AJAR_OK && !rule->header_name)
        return loader_fail(loader, map, "a header needs a name");
    return status == AJAR_OK ? loader_read_test(loader, map, &rule->header_test) : status;
}

static enum ajar_status read_own_paths(struct loader *loader, const struct yaml *node,
                                       struct refusal_rule *rule)
{
    if (!node)
        return AJAR_OK;
    if (node->kind != YAML_TEXT || strcmp(node->text, "own") != 0)
        return loader_fail(loader, node, "'paths' can only be own");
    rule->own_paths = true;
    return AJAR_OK;
}

static enum ajar_status read_when(struct loader *loader, const struct yaml *node,
                                  struct refusal_rule *rule)
{
    if (!node)
        return AJAR_OK;
    if (node->kind != YAML_TEXT || strcmp(node->text, "credentials") != 0)
        return loader_fail(loader, node, "'when' can only be credentials");
    rule->with_credentials = true;
    return AJAR_OK;
}

static enum ajar_status read_texts(struct loader *loader, const struct yaml *item,
                                   struct refusal_rule *rule)
{
    const struct {
        const char *key;
        const char **text;
    } texts[] = {{"name", &rule->name},
                 {"error", &rule->error},
                 {"reason", &rule->reason},
                 {"body", &rule->body},
                 {"contains", &rule->contains}};
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; status == AJAR_OK && i < sizeof texts / sizeof texts[0]; i++)
        status = loader_find_text(loader, item, texts[i].key, texts[i].text);
    return status;
}

/* A status below 400 refuses nothing by itself: the reply has to say it. */
static enum ajar_status check_tests(struct loader *loader, const struct yaml *item,
                                    const struct refusal_rule *rule)
{
    bool tests = rule->header_name || rule->error || rule->reason || rule->body || rule->contains ||
                 rule->mark;
    for (size_t i = 0; rule->status[i]; i++)
        if (rule->status[i] < 400 && !tests)
            return loader_fail(loader, item,
                               "status %u alone tells nothing: add a header, an error, a reason, "
                               "a body, contains or a mark",
                               (unsigned)rule->status[i]);
    return AJAR_OK;
}

/* What refusals and exceptions have in common. */
static enum ajar_status read_rule(struct loader *loader, const struct yaml *item,
                                  struct refusal_rule *rule)
{
    const struct yaml *mark = yaml_find(item, "mark");
    enum ajar_status status = read_texts(loader, item, rule);
    if (status == AJAR_OK && (!rule->name || !yaml_find(item, "status")))
        return loader_fail(loader, item, "%s needs a name and a list of status numbers",
                           rule->verdict == VERDICT_REFUSED ? "a refusal" : "an exception");
    if (status == AJAR_OK)
        status = read_status_list(loader, yaml_find(item, "status"), rule->status);
    if (status == AJAR_OK)
        status = read_header_test(loader, yaml_find(item, "header"), rule);
    if (status == AJAR_OK && mark)
        status = loader_mark(loader, mark, false, &rule->mark);
    if (status == AJAR_OK)
        status = read_own_paths(loader, yaml_find(item, "paths"), rule);
    if (status == AJAR_OK)
        status = read_when(loader, yaml_find(item, "when"), rule);
    if (status == AJAR_OK)
        status = loader_find_bool(loader, item, "unless-error", &rule->unless_error);
    if (status == AJAR_OK)
        status = loader_read_identity(loader, item, &rule->identity);
    return status == AJAR_OK ? check_tests(loader, item, rule) : status;
}

static enum ajar_status read_refusal(struct loader *loader, const struct yaml *item,
                                     struct refusal_rule *rule)
{
    static const char *const keys[] = {"name",         "status",   "header", "error",    "reason",
                                       "body",         "mark",     "paths",  "contains", "when",
                                       "unless-error", "identity", NULL};
    enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
    rule->verdict = VERDICT_REFUSED;
    return status == AJAR_OK ? read_rule(loader, item, rule) : status;
}

static enum ajar_status read_exception(struct loader *loader, const struct yaml *item,
                                       struct refusal_rule *rule)
{
    static const char *const keys[] = {"name",    "status",       "header",   "error",    "reason",
                                       "body",    "mark",         "paths",    "contains", "when",
                                       "verdict", "unless-error", "identity", NULL};
    static const enum verdict verdicts[] = {VERDICT_NONE, VERDICT_REVEALED, VERDICT_OPEN};
    const struct yaml *node = yaml_find(item, "verdict");
    enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
    if (status != AJAR_OK)
        return status;
    for (size_t i = 0; node && node->kind == YAML_TEXT && i < 3; i++)
        if (strcmp(node->text, verdict_name(verdicts[i])) == 0) {
            rule->verdict = verdicts[i];
            return read_rule(loader, item, rule);
        }
    return loader_fail(loader, node ? node : item,
                       "an exception needs a verdict: none, revealed or open");
}

static enum ajar_status read_list(struct loader *loader, const struct yaml *list,
                                  enum ajar_status (*read)(struct loader *, const struct yaml *,
                                                           struct refusal_rule *))
{
    struct signature *signature = loader->signature;
    enum ajar_status status = AJAR_OK;
    for (const struct yaml *item = list ? list->first : NULL; status == AJAR_OK && item;
         item = item->next) {
        status = read(loader, item, &signature->refusals[signature->refusal_count]);
        signature->refusal_count += status == AJAR_OK;
    }
    return status;
}

enum ajar_status loader_read_refusals(struct loader *loader, const struct yaml *exceptions,
                                      const struct yaml *refusals)
{
    struct signature *signature = loader->signature;
    size_t room = REFUSALS_MAX;
    enum ajar_status status =
        exceptions ? loader_check_list(loader, exceptions, REFUSALS_MAX / 2) : AJAR_OK;
    if (status == AJAR_OK && exceptions)
        room -= exceptions->count;
    if (status == AJAR_OK && refusals)
        status = loader_check_list(loader, refusals, room);
    if (status != AJAR_OK)
        return status;
    signature->refusals = loader_take(loader, REFUSALS_MAX, sizeof *signature->refusals);
    if (!signature->refusals)
        return AJAR_ERR_MEMORY;
    status = read_list(loader, exceptions, read_exception);
    return status == AJAR_OK ? read_list(loader, refusals, read_refusal) : status;
}
