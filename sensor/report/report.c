/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document of a report is put together: what is in it, in which order, and its totals.
 */
#include "report/report.h"

#include "base/timestamp.h"
#include "detect/signature.h"
#include "report/kinship.h"
#include "report/life.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_DAY (86400 * 1000000000ULL)

struct report {
    struct node *root;
    struct node *exposures; /* the next three are in root */
    struct node *allowed;
    struct node *stores;
    const struct signature_set *signatures;
    bool all;
    uint64_t since_ns, until_ns;
    uint64_t unreadable;
};

static bool put_list(struct node *root, const char *name, struct node **list)
{
    *list = node_new_list();
    return node_put(root, name, *list);
}

static bool put_head(struct report *report, const struct report_options *options)
{
    char now[TIMESTAMP_TEXT_MAX];
    timestamp_format(options->now_ns, now);
    return node_put_text(report->root, "generated", now) &&
           node_put_text(report->root, "version", AJAR_VERSION) &&
           node_put_text(report->root, "site", options->site) &&
           node_put_text(report->root, "sensor", options->sensor) &&
           node_put_text(report->root, "source", options->source) &&
           put_list(report->root, "exposures", &report->exposures) &&
           put_list(report->root, "allowed", &report->allowed) &&
           put_list(report->root, "stores", &report->stores);
}

enum ajar_status report_new(const struct report_options *options, struct report **report)
{
    struct report *made = calloc(1, sizeof *made);
    if (made)
        made->root = node_new_object();
    if (!made || !made->root || !put_head(made, options)) {
        report_free(made);
        return AJAR_ERR_MEMORY;
    }
    made->signatures = options->signatures;
    made->all = options->all;
    made->since_ns = options->since_ns;
    made->until_ns = options->until_ns;
    *report = made;
    return AJAR_OK;
}

void report_free(struct report *report)
{
    if (!report)
        return;
    node_free(report->root);
    free(report);
}

static bool is_allowed(const struct node *exposure)
{
    return strcmp(node_text(exposure, "zone"), "allowed") == 0;
}

/* Of what the bounds leave: an exposure was open from its first window to its last. */
static bool lies_within(const struct report *report, const struct node *exposure)
{
    struct life life = life_of(exposure);
    uint64_t last = life_is_open(exposure) ? UINT64_MAX
                    : life.closed_ns       ? life.closed_ns
                                           : life.last_ns;
    return (report->since_ns == 0 || last >= report->since_ns) &&
           (report->until_ns == 0 || life_begin(exposure) <= report->until_ns);
}

enum ajar_status report_take_exposure(struct report *report, struct node *exposure)
{
    const char *url = signature_hardening(report->signatures, node_text(exposure, "store"),
                                          node_text(exposure, "product"));
    if (!node_text(exposure, "address")[0] || !life_of(exposure).first_ns) {
        node_free(exposure);
        report->unreadable++;
        return AJAR_ERR_FORMAT;
    }
    if (!lies_within(report, exposure) || (is_allowed(exposure) && !report->all)) {
        node_free(exposure);
        return AJAR_OK;
    }
    struct node *list = is_allowed(exposure) ? report->allowed : report->exposures;
    bool done = node_remove(exposure, "group") && /* found anew among what is listed */
                (!url || node_put_text(exposure, "hardening", url));
    return node_append(list, exposure) && done ? AJAR_OK : AJAR_ERR_MEMORY;
}

enum ajar_status report_add_exposure(struct report *report, const char *json, size_t length)
{
    struct node *exposure;
    enum ajar_status status = node_parse(json, length, &exposure);
    if (status == AJAR_OK)
        return report_take_exposure(report, exposure);
    report->unreadable += status == AJAR_ERR_FORMAT;
    return status;
}

enum ajar_status report_add_store(struct report *report, struct node *store)
{
    if (!report->all) {
        node_free(store);
        return AJAR_OK;
    }
    return node_append(report->stores, store) ? AJAR_OK : AJAR_ERR_MEMORY;
}

enum ajar_status report_set_sight(struct report *report, struct node *sight)
{
    return node_put(report->root, "sight", sight) ? AJAR_OK : AJAR_ERR_MEMORY;
}

static int compare_text(const struct node *a, const struct node *b, const char *name)
{
    return strcmp(node_text(a, name), node_text(b, name));
}

static int compare_endpoints(const struct node *a, const struct node *b)
{
    int order = compare_text(a, b, "address");
    uint64_t x = node_number(a, "port", 0), y = node_number(b, "port", 0);
    if (order == 0)
        order = (x > y) - (x < y);
    return order ? order : compare_text(a, b, "store");
}

static bool is_open_outside(const struct node *exposure)
{
    return life_is_open(exposure) && life_is_outside(exposure);
}

/* What stands open to the outside first; else the worst first; then by place. */
static int compare_exposures(const struct node *a, const struct node *b)
{
    uint64_t x = node_number(a, "severity", 0), y = node_number(b, "severity", 0);
    if (is_open_outside(a) != is_open_outside(b))
        return is_open_outside(a) ? -1 : 1;
    if (x != y)
        return x > y ? -1 : 1;
    int order = compare_endpoints(a, b);
    return order ? order : compare_text(b, a, "zone");
}

static int compare_stores(const struct node *a, const struct node *b)
{
    int order = compare_text(a, b, "standing");
    return order ? order : compare_endpoints(a, b);
}

static uint64_t last_proof(const struct node *list)
{
    uint64_t last = 0;
    for (size_t i = 0; i < node_count(list); i++) {
        uint64_t time = life_of(node_at(list, i)).last_ns;
        last = time > last ? time : last;
    }
    return last;
}

/* Without what closed long ago; the list is made anew. */
static bool leave_out_old(struct report *report, uint64_t *count)
{
    uint64_t last = last_proof(report->exposures);
    uint64_t bound =
        last > REPORT_CLOSED_DAYS * NS_PER_DAY ? last - REPORT_CLOSED_DAYS * NS_PER_DAY : 0;
    struct node *kept = node_new_list();
    *count = 0;
    if (!kept)
        return false;
    for (size_t i = 0; i < node_count(report->exposures); i++) {
        struct node *exposure = node_at(report->exposures, i);
        struct life life = life_of(exposure);
        bool old = !life_is_open(exposure) && life.closed_ns < bound && life.last_ns < bound;
        *count += old && !report->all;
        if ((!old || report->all) && !node_append(kept, node_keep(exposure))) {
            node_free(kept);
            return false;
        }
    }
    report->exposures = kept;
    return node_put(report->root, "exposures", kept);
}

static uint64_t count_open(const struct node *list)
{
    uint64_t count = 0;
    for (size_t i = 0; i < node_count(list); i++)
        count += life_is_open(node_at(list, i));
    return count;
}

/* Over the exposures to the outside, or to others. */
static uint64_t sum(const struct node *list, const char *name, bool outside)
{
    uint64_t total = 0;
    for (size_t i = 0; i < node_count(list); i++)
        if (life_is_outside(node_at(list, i)) == outside)
            total += node_number(node_at(list, i), name, 0);
    return total;
}

static uint64_t count_outside(const struct node *list)
{
    uint64_t count = 0;
    for (size_t i = 0; i < node_count(list); i++)
        count += life_is_outside(node_at(list, i));
    return count;
}

static uint64_t count_open_outside(const struct node *list)
{
    uint64_t count = 0;
    for (size_t i = 0; i < node_count(list); i++)
        count += is_open_outside(node_at(list, i));
    return count;
}

static bool put_totals(struct report *report, uint64_t old)
{
    struct node *totals = node_new_object();
    const struct node *list = report->exposures;
    struct kinship kinship;
    if (!totals || !node_put(report->root, "totals", totals) ||
        kinship_find(report->exposures, &kinship) != AJAR_OK)
        return false;
    return node_put_number(totals, "exposures", node_count(list)) &&
           node_put_number(totals, "exposures_outside", count_outside(list)) &&
           node_put_number(totals, "open", count_open(list)) &&
           node_put_number(totals, "open_outside", count_open_outside(list)) &&
           node_put_number(totals, "closed", node_count(list) - count_open(list)) &&
           node_put_number(totals, "servers", kinship.servers) &&
           node_put_number(totals, "records", kinship.records) &&
           node_put_number(totals, "distinct_emails", kinship.emails) &&
           node_put_number(totals, "actors", kinship.actors) &&
           node_put_number(totals, "actors_outside", kinship.actors_outside) &&
           node_put_number(totals, "returned_outside", sum(list, "returned", true)) &&
           node_put_number(totals, "returned_internal", sum(list, "returned", false)) &&
           node_put_number(totals, "bytes_outside", sum(list, "bytes", true)) &&
           node_put_number(totals, "bytes_internal", sum(list, "bytes", false)) &&
           node_put_number(totals, "allowed", node_count(report->allowed)) &&
           node_put_number(totals, "stores", node_count(report->stores)) &&
           node_put_number(totals, "closed_long_ago", old) &&
           node_put_number(totals, "unreadable", report->unreadable);
}

enum ajar_status report_finish(struct report *report)
{
    uint64_t old;
    bool done = leave_out_old(report, &old) && node_sort(report->exposures, compare_exposures) &&
                node_sort(report->allowed, compare_exposures) &&
                node_sort(report->stores, compare_stores) && put_totals(report, old);
    return done ? AJAR_OK : AJAR_ERR_MEMORY;
}

bool report_is_open(const struct report *report)
{
    return count_open_outside(report->exposures) > 0;
}

const struct node *report_document(const struct report *report)
{
    return report->root;
}

enum ajar_status report_write_json(const struct report *report, FILE *out)
{
    return node_write(report->root, out);
}
