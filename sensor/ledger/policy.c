/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an exposing finding is what the owner wants. A public part allows the least that can be
 * meant by it: whatever is not certain (a path written in a strange way, a data set without a
 * name) is not allowed, and so is told.
 */
#include "ledger/policy.h"

#include "base/text.h"
#include "ledger/policy_rules.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MINUTE 60000000000ULL
#define EPOCH_MIN     (4 * 1440) /* 1970-01-01 was a Thursday; weeks begin on Sunday */

struct policy {
    const struct netset *trusted;
    const struct netset *proxies;
    struct policy_public *parts;
    size_t part_count;
    struct policy_window *windows;
    size_t window_count;
};

static enum ajar_status parse_parts(const struct policy_options *options, struct policy *policy,
                                    struct problem *problem)
{
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; i < options->public_count && status == AJAR_OK; i++)
        status = policy_public_parse(options->public_parts[i], &policy->parts[i], problem);
    policy->part_count = options->public_count;
    return status;
}

static enum ajar_status parse_windows(const struct policy_options *options, struct policy *policy,
                                      struct problem *problem)
{
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; i < options->maintenance_count && status == AJAR_OK; i++)
        status = policy_window_parse(options->maintenance[i], &policy->windows[i], problem);
    policy->window_count = options->maintenance_count;
    return status;
}

enum ajar_status policy_new(const struct policy_options *options, struct policy **policy,
                            struct problem *problem)
{
    struct policy *p = calloc(1, sizeof *p);
    if (p) {
        p->parts = calloc(options->public_count + 1, sizeof p->parts[0]);
        p->windows = calloc(options->maintenance_count + 1, sizeof p->windows[0]);
    }
    enum ajar_status status = AJAR_OK;
    if (!p || !p->parts || !p->windows)
        status = problem_set(problem, AJAR_ERR_MEMORY, "policy: out of memory");
    if (status == AJAR_OK)
        status = parse_parts(options, p, problem);
    if (status == AJAR_OK)
        status = parse_windows(options, p, problem);
    if (status != AJAR_OK) {
        policy_free(p);
        return status;
    }
    p->trusted = options->trusted;
    p->proxies = options->proxies;
    *policy = p;
    return AJAR_OK;
}

void policy_free(struct policy *policy)
{
    if (!policy)
        return;
    free(policy->parts);
    free(policy->windows);
    free(policy);
}

enum ajar_status policy_check_public(const char *text, struct problem *problem)
{
    struct policy_public part;
    return policy_public_parse(text, &part, problem);
}

enum ajar_status policy_check_maintenance(const char *text, struct problem *problem)
{
    struct policy_window window;
    return policy_window_parse(text, &window, problem);
}

static bool place_has(const struct policy_place *place, const struct finding *finding)
{
    return (place->port == 0 || place->port == finding->server_port) &&
           netset_contains(&place->nets, &finding->server);
}

static bool window_covers(const struct policy_window *window, uint64_t time_ns)
{
    if (window->period_min == 0)
        return time_ns >= window->from_ns && time_ns < window->to_ns;
    uint64_t minute = time_ns / NS_PER_MINUTE + EPOCH_MIN;
    uint64_t since =
        (minute + window->period_min - window->start_min % window->period_min) % window->period_min;
    return since < window->length_min;
}

/* The path of a request target as it was sent (RFC 9112 3.2), without host and query. */
struct path {
    const char *text;
    size_t length;
};

static struct path path_of(const char *url)
{
    const char *scheme = strstr(url, "://");
    if (url[0] != '/' && scheme && !memchr(url, '?', (size_t)(scheme - url)))
        url = strchrnul(scheme + 3, '/');
    return (struct path){url, strcspn(url, "?#")};
}

/* Whether it means what it looks like: nothing encoded, no way up, not cut by the finding. */
static bool path_is_plain(const struct path *path, const struct finding *finding)
{
    static const char strange[] = "%\\;";
    if (path->length == 0 || path->text[0] != '/')
        return false;
    for (size_t i = 0; i < path->length; i++) {
        char c = path->text[i], next = i + 1 < path->length ? path->text[i + 1] : '\0';
        if ((unsigned char)c <= ' ' || (unsigned char)c >= 0x7f || strchr(strange, c) ||
            (c == '/' && next == '/') || (c == '.' && next == '.'))
            return false;
    }
    return strlen(finding->url) < sizeof finding->url - 1;
}

static bool path_begins(const struct path *path, const char *prefix)
{
    size_t length = strlen(prefix);
    return path->length >= length && memcmp(path->text, prefix, length) == 0 &&
           (path->length == length || path->text[length] == '/');
}

/* Calls it a name, up to a slash or comma, at `at`; moves on. False at the end. */
static bool path_next_name(const struct path *path, size_t *at, const char **name, size_t *length)
{
    while (*at < path->length && (path->text[*at] == '/' || path->text[*at] == ','))
        (*at)++;
    size_t begin = *at;
    while (*at < path->length && path->text[*at] != '/' && path->text[*at] != ',')
        (*at)++;
    *name = path->text + begin;
    *length = *at - begin;
    return *length > 0;
}

static bool path_has_name(const struct path *path, const char *wanted)
{
    const char *name;
    size_t length;
    for (size_t at = 0; path_next_name(path, &at, &name, &length);)
        if (length == strlen(wanted) && memcmp(name, wanted, length) == 0)
            return true;
    return false;
}

/* Words with an underscore or a dot in front are the store's own, but for those that ask for
 * records. */
static bool is_own_word(const char *name, size_t length)
{
    static const char *const reads[] = {"_search", "_msearch", "_count",    "_doc",
                                        "_source", "_mget",    "_all_docs", "_find"};
    if (name[0] == '.')
        return true;
    if (name[0] != '_')
        return false;
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++)
        if (strlen(reads[i]) == length && memcmp(reads[i], name, length) == 0)
            return false;
    return true;
}

/* Whether the request goes to administration or hidden parts that the rule does not name. */
static bool path_is_own(const struct path *path, const struct policy_public *part)
{
    const char *name;
    size_t length, begin = path_begins(path, part->path) ? strlen(part->path) : 0;
    for (size_t at = begin; path_next_name(path, &at, &name, &length);)
        if (is_own_word(name, length))
            return true;
    return false;
}

static bool glob_covers(const char *glob, const char *name)
{
    return fnmatch(glob, name, FNM_PERIOD | FNM_NOESCAPE) == 0;
}

/* Whether records of this data set may be handed out: it is the rule's, or what the allowed path
 * names. A rule for the whole store takes all but hidden ones. */
static bool dataset_allowed(const char *name, const struct path *path,
                            const struct policy_public *part)
{
    if (part->dataset[0])
        return glob_covers(part->dataset, name);
    if (part->path[0])
        return path_has_name(path, name);
    return name[0] != '.' && name[0] != '_';
}

static bool datasets_allowed(const struct finding *finding, const struct path *path,
                             const struct policy_public *part)
{
    bool told = false;
    if (finding->datasets_dropped)
        return false;
    for (unsigned i = 0; i < finding->dataset_count; i++) {
        const struct finding_dataset *dataset = &finding->datasets[i];
        if (dataset->returned == 0)
            continue;
        told = true;
        if (!dataset_allowed(dataset->name, path, part))
            return false;
    }
    return told || !part->dataset[0];
}

/* Nothing was handed out: the request must be for what the glob covers. */
static bool asks_for(const struct policy_public *part, const struct path *path)
{
    const char *name;
    size_t length, at = 0;
    char first[sizeof part->dataset];
    if (!part->dataset[0])
        return true;
    if (!path_next_name(path, &at, &name, &length) || length >= sizeof first ||
        (at < path->length && path->text[at] == ','))
        return false;
    (void)text_copy(first, sizeof first, name, length);
    return glob_covers(part->dataset, first);
}

static bool reads_only(const char *method)
{
    static const char *const reads[] = {"", "GET", "HEAD", "POST", "OPTIONS"};
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++)
        if (strcmp(method, reads[i]) == 0)
            return true;
    return false;
}

static bool part_allows(const struct policy_public *part, const struct finding *finding)
{
    struct path path = path_of(finding->url);
    bool has_url = finding->url[0] != '\0';
    if (!place_has(&part->place, finding) || !reads_only(finding->method))
        return false;
    if (part->store[0] && strcmp(part->store, finding->store) != 0 &&
        strcmp(part->store, finding->product) != 0)
        return false;
    if (has_url && (!path_is_plain(&path, finding) || path_is_own(&path, part)))
        return false;
    if (part->path[0] && !(has_url && path_begins(&path, part->path)))
        return false;
    return finding->verdict == VERDICT_DATA ? datasets_allowed(finding, &path, part)
                                            : asks_for(part, &path);
}

enum policy_reason policy_judge(const struct policy *policy, const struct finding *finding,
                                const struct addr *client)
{
    if (!policy)
        return POLICY_NONE;
    if (policy->trusted && netset_contains(policy->trusted, client))
        return POLICY_TRUSTED;
    for (size_t i = 0; i < policy->window_count; i++)
        if (window_covers(&policy->windows[i], finding->time_ns) &&
            place_has(&policy->windows[i].place, finding))
            return POLICY_MAINTENANCE;
    if (finding->verdict != VERDICT_OPEN && finding->verdict != VERDICT_DATA)
        return POLICY_NONE;
    for (size_t i = 0; i < policy->part_count; i++)
        if (part_allows(&policy->parts[i], finding))
            return POLICY_PUBLIC;
    return POLICY_NONE;
}

bool policy_trusts_proxy(const struct policy *policy, const struct addr *addr)
{
    return policy && policy->proxies && netset_contains(policy->proxies, addr);
}

const char *policy_reason_name(enum policy_reason reason)
{
    static const char *const names[POLICY_REASONS] = {
        [POLICY_NONE] = "",
        [POLICY_TRUSTED] = "trusted client",
        [POLICY_PUBLIC] = "public part",
        [POLICY_MAINTENANCE] = "maintenance window",
    };
    return (unsigned)reason < POLICY_REASONS ? names[reason] : "";
}
