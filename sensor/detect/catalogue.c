/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All request paths of all signatures in one tree, searched as they are and, for paths that only
 * one store has, behind the prefix that a reverse proxy may have put in front.
 */
#include "detect/catalogue.h"

#include "detect/arena.h"
#include "detect/paths.h"
#include "detect/query.h"
#include "inspect/http_head.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX_SEGMENTS_MAX 3 /* of a path, skipped in search of a store behind a proxy */

struct catalogue {
    const struct signature_set *set;
    struct arena *arena;
    struct path_node *tree;
};

/* A rule of a signature as one number, for the tree. */
static uint32_t packed(uint16_t signature, uint16_t rule)
{
    return (uint32_t)signature << 16 | rule;
}

static bool is_own(const struct request_rule *rule)
{
    return rule->own && !rule->fallback;
}

static enum ajar_status add_rule(struct catalogue *catalogue, uint16_t number, uint16_t rule_number)
{
    const struct request_rule *rule = &catalogue->set->signatures[number]->requests[rule_number];
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; status == AJAR_OK && rule->paths[i]; i++)
        status = path_tree_add(catalogue->tree, catalogue->arena, rule->paths[i],
                               packed(number, rule_number));
    return status;
}

/* At every place of the tree the rules of paths that only one store has come first. */
static enum ajar_status add_rules(struct catalogue *catalogue, bool own)
{
    enum ajar_status status = AJAR_OK;
    for (uint16_t i = 0; i < catalogue->set->count; i++) {
        const struct signature *signature = catalogue->set->signatures[i];
        for (uint16_t k = 0; status == AJAR_OK && k < signature->request_count; k++)
            if (is_own(&signature->requests[k]) == own)
                status = add_rule(catalogue, i, k);
    }
    return status;
}

enum ajar_status catalogue_new(const struct signature_set *set, struct catalogue **catalogue)
{
    struct catalogue *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->set = set;
    made->arena = arena_new();
    made->tree = made->arena ? path_tree_new(made->arena) : NULL;
    enum ajar_status status = made->tree ? add_rules(made, true) : AJAR_ERR_MEMORY;
    if (status == AJAR_OK)
        status = add_rules(made, false);
    if (status == AJAR_OK)
        *catalogue = made;
    else
        catalogue_free(made);
    return status;
}

void catalogue_free(struct catalogue *catalogue)
{
    if (!catalogue)
        return;
    arena_free(catalogue->arena);
    free(catalogue);
}

struct collecting {
    const struct signature_set *set;
    const struct catalogue_request *request;
    struct catalogue_matches *matches;
    uint16_t alone; /* the tree is of this signature only */
    bool behind_prefix;
    const struct request_rule *relay; /* that carries the request, or NULL */
};

static const struct request_rule *rule_of(const struct signature_set *set,
                                          const struct catalogue_match *match)
{
    return &set->signatures[match->signature]->requests[match->rule];
}

static bool method_fits(const struct request_rule *rule, struct slice method)
{
    if (!rule->methods[0])
        return true;
    for (size_t i = 0; rule->methods[i]; i++)
        if (slice_equals(method, rule->methods[i]))
            return true;
    return false;
}

static struct catalogue_match *find_match(struct catalogue_matches *matches, uint16_t signature)
{
    for (size_t i = 0; i < matches->count; i++)
        if (matches->list[i].signature == signature)
            return &matches->list[i];
    return NULL;
}

/* The last match of a path that others have too, to make room for one of a store's own path. */
static struct catalogue_match *find_weakest(const struct collecting *collecting)
{
    struct catalogue_matches *matches = collecting->matches;
    for (size_t i = matches->count; i-- > 0;)
        if (!is_own(rule_of(collecting->set, &matches->list[i])))
            return &matches->list[i];
    return NULL;
}

/* Takes a rule that fits. True ends the search: there is no room for another. */
static bool collect(void *context, uint32_t value, struct slice dataset)
{
    struct collecting *collecting = context;
    struct catalogue_matches *matches = collecting->matches;
    struct catalogue_match match = {.signature = (uint16_t)(collecting->alone + (value >> 16)),
                                    .rule = (uint16_t)(value & UINT16_MAX),
                                    .dataset = dataset,
                                    .query = collecting->request->query,
                                    .behind_prefix = collecting->behind_prefix,
                                    .relayed = collecting->relay != NULL};
    const char *store = collecting->relay ? collecting->relay->relay_store : NULL;
    if (store && strcmp(store, collecting->set->signatures[match.signature]->name) != 0)
        return false;
    match.vouched = store != NULL;
    const struct request_rule *rule = rule_of(collecting->set, &match);
    if (!method_fits(rule, collecting->request->method) ||
        (collecting->behind_prefix && !is_own(rule)))
        return false;
    struct catalogue_match *place = find_match(matches, match.signature);
    if (place) {
        /* The first rule is the best one, but for one that is taken where nothing else fits. */
        if (rule_of(collecting->set, place)->fallback && collecting->behind_prefix)
            *place = match;
        return false;
    }
    if (matches->count < CATALOGUE_MATCHES_MAX) {
        matches->list[matches->count++] = match;
        return false;
    }
    place = find_weakest(collecting);
    if (place && is_own(rule))
        *place = match;
    return !place;
}

/* A reverse proxy may serve the store below a prefix: the path without its first segment. */
static struct slice without_first_segment(struct slice path)
{
    const char *slash = path.length > 1 ? memchr(path.text + 1, '/', path.length - 1) : NULL;
    size_t skipped = slash ? (size_t)(slash - path.text) : path.length;
    return (struct slice){path.text + skipped, path.length - skipped};
}

static void search(const struct path_node *tree, struct collecting *collecting)
{
    struct slice path = collecting->request->path;
    (void)path_tree_find(tree, path, collecting->request->query, collect, collecting);
    collecting->behind_prefix = true;
    for (int skipped = 0; skipped < PREFIX_SEGMENTS_MAX; skipped++) {
        path = without_first_segment(path);
        if (path.length > 1)
            (void)path_tree_find(tree, path, collecting->request->query, collect, collecting);
    }
}

/* Own paths first, in the order found. */
static void put_own_first(const struct signature_set *set, struct catalogue_matches *matches)
{
    for (size_t i = 1; i < matches->count; i++) {
        struct catalogue_match match = matches->list[i];
        size_t at = i;
        if (!is_own(rule_of(set, &match)))
            continue;
        while (at > 0 && !is_own(rule_of(set, &matches->list[at - 1]))) {
            matches->list[at] = matches->list[at - 1];
            at--;
        }
        matches->list[at] = match;
    }
}

/* The request that a relay's request carries in its query; false if it is not there. */
static bool read_relayed(const struct request_rule *rule, const struct catalogue_request *request,
                         struct catalogue_matches *matches, struct catalogue_request *inner)
{
    struct slice target = query_find(request->query, rule->relay_path);
    struct slice method =
        rule->relay_method ? query_find(request->query, rule->relay_method) : request->method;
    if (target.length == 0)
        return false;
    matches->inner[0] = '/';
    size_t length = query_decode(target, matches->inner + 1, sizeof matches->inner - 1);
    struct slice whole = {matches->inner + 1, length};
    bool is_complete =
        length > 0 && (matches->inner[1] == '/' || slice_starts_nocase(whole, "http://") ||
                       slice_starts_nocase(whole, "https://"));
    if (!is_complete)
        whole = (struct slice){matches->inner, length + 1};
    http_target_split(whole, false, matches->inner_path, &inner->path, &inner->query);
    inner->method = method.length ? method : request->method;
    return true;
}

/* Of several relays the first that carries a request counts; NULL if none does. */
static const struct request_rule *find_relay(const struct catalogue *catalogue,
                                             const struct catalogue_request *request,
                                             struct catalogue_matches *matches,
                                             struct catalogue_request *inner)
{
    for (size_t i = 0; i < matches->count; i++) {
        const struct request_rule *rule = rule_of(catalogue->set, &matches->list[i]);
        if (rule->relay_path && read_relayed(rule, request, matches, inner))
            return rule;
    }
    return NULL;
}

/* What is relayed comes before the relay. */
static void add_relayed(const struct catalogue *catalogue, const struct catalogue_request *request,
                        struct catalogue_matches *matches)
{
    struct catalogue_request inner;
    const struct request_rule *relay = find_relay(catalogue, request, matches, &inner);
    if (!relay)
        return;
    struct catalogue_matches outer = *matches;
    struct collecting collecting = {
        .set = catalogue->set, .request = &inner, .matches = matches, .relay = relay};
    matches->count = 0;
    (void)path_tree_find(catalogue->tree, inner.path, inner.query, collect, &collecting);
    put_own_first(catalogue->set, matches);
    for (size_t i = 0; i < outer.count && matches->count < CATALOGUE_MATCHES_MAX; i++)
        if (!find_match(matches, outer.list[i].signature))
            matches->list[matches->count++] = outer.list[i];
}

void catalogue_find(const struct catalogue *catalogue, const struct catalogue_request *request,
                    struct catalogue_matches *matches)
{
    struct collecting collecting = {.set = catalogue->set, .request = request, .matches = matches};
    matches->count = 0;
    search(catalogue->tree, &collecting);
    put_own_first(catalogue->set, matches);
    add_relayed(catalogue, request, matches);
}

bool catalogue_find_one(const struct catalogue *catalogue, uint16_t signature,
                        const struct catalogue_request *request, struct catalogue_match *match)
{
    struct catalogue_matches one = {.count = 0};
    struct collecting collecting = {
        .set = catalogue->set, .request = request, .matches = &one, .alone = signature};
    search(catalogue->set->signatures[signature]->path_tree, &collecting);
    if (one.count == 0)
        return false;
    *match = one.list[0];
    return true;
}
