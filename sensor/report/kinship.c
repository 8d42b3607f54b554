/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exposures are marked with what they hold and sorted by it: neighbours with the same mark are
 * relatives. Works on the document, so that every source of a report groups alike.
 */
#include "report/kinship.h"

#include "ajar/addr.h"
#include "base/text.h"
#include "report/life.h"
#include "report/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK_RECORDS_MIN 10
#define MEMBERS_MAX      64
#define ENDPOINT_MAX     (ADDR_TEXT_MAX + 9)

/* An exposure, or a client in one, with what it is sorted by. */
struct marked {
    char mark[160]; /* "" = none */
    char endpoint[ENDPOINT_MAX];
    struct node *node;
    bool same_data;
};

static int compare_marked(const void *a, const void *b)
{
    const struct marked *x = a, *y = b;
    int order = strcmp(x->mark, y->mark);
    return order ? order : strcmp(x->endpoint, y->endpoint);
}

static const struct node *largest_dataset(const struct node *exposure)
{
    const struct node *list = node_get(exposure, "datasets"), *largest = NULL;
    for (size_t i = 0; i < node_count(list); i++) {
        const struct node *dataset = node_at(list, i);
        uint64_t records = node_number(dataset, "records", 0);
        uint64_t most = node_number(largest, "records", 0);
        if (records < MARK_RECORDS_MIN || node_text(dataset, "name")[0] == '.' ||
            strcmp(node_text(dataset, "records_source"), "at-least") == 0)
            continue;
        if (!largest || records > most ||
            (records == most && strcmp(node_text(dataset, "name"), node_text(largest, "name")) < 0))
            largest = dataset;
    }
    return largest;
}

static void mark_exposure(struct node *exposure, bool by_data, struct marked *marked)
{
    const struct node *dataset = by_data ? largest_dataset(exposure) : NULL;
    *marked = (struct marked){.node = exposure, .same_data = by_data};
    text_make_endpoint(marked->endpoint, sizeof marked->endpoint, node_text(exposure, "address"),
                       (uint16_t)node_number(exposure, "port", 0));
    if (dataset)
        (void)snprintf(marked->mark, sizeof marked->mark, "%" PRIu64 " %s",
                       node_number(dataset, "records", 0), node_text(dataset, "name"));
    else if (!by_data)
        (void)snprintf(marked->mark, sizeof marked->mark, "%s", node_text(exposure, "cluster_id"));
}

/* How many neighbours from `first` have its mark, and how many servers they are. */
static size_t run_length(const struct marked *list, size_t count, size_t first, uint64_t *servers)
{
    size_t end = first + 1;
    *servers = 1;
    for (; end < count && strcmp(list[end].mark, list[first].mark) == 0; end++)
        *servers += strcmp(list[end].endpoint, list[end - 1].endpoint) != 0;
    return end - first;
}

static bool put_members(struct node *group, const struct marked *run, size_t length,
                        const struct marked *self)
{
    struct node *members = node_new_list();
    bool done = members && node_put(group, "members", members);
    for (size_t i = 0; done && i < length && node_count(members) < MEMBERS_MAX; i++) {
        bool again = i > 0 && strcmp(run[i].endpoint, run[i - 1].endpoint) == 0;
        if (!again && strcmp(run[i].endpoint, self->endpoint) != 0)
            done = node_append(members, node_new_text(run[i].endpoint));
    }
    return done;
}

/* A larger group that is there already stays. */
static bool put_group(const struct marked *run, size_t length, uint64_t servers)
{
    for (size_t i = 0; i < length; i++) {
        struct node *exposure = run[i].node, *group = node_get(exposure, "group");
        if (node_has(group, "members") && node_number(group, "servers", 0) >= servers)
            continue;
        group = node_new_object();
        if (!group || !node_put(exposure, "group", group) ||
            !node_put_text(group, "same", run[i].same_data ? "data" : "cluster") ||
            !node_put_number(group, "servers", servers) ||
            !put_members(group, run, length, &run[i]))
            return false;
    }
    return true;
}

static bool put_groups(struct marked *list, size_t count)
{
    bool done = true;
    qsort(list, count, sizeof list[0], compare_marked);
    for (size_t i = 0, length; i < count && done; i += length) {
        uint64_t servers;
        length = run_length(list, count, i, &servers);
        if (list[i].mark[0] && servers > 1)
            done = put_group(list + i, length, servers);
    }
    return done;
}

/* Handed out to the outside. */
static uint64_t emails_of(const struct node *exposure)
{
    const struct node *classes = node_get(exposure, "classes");
    if (!life_is_outside(exposure))
        return 0;
    for (size_t i = 0; i < node_count(classes); i++)
        if (strcmp(node_text(node_at(classes, i), "name"), "email") == 0)
            return words_distinct(node_at(classes, i));
    return 0;
}

/* Every run of equal marks counts once with its largest numbers; who has no mark counts alone,
 * once for all of its zones. */
static void add_amounts(const struct marked *list, size_t count, struct kinship *kinship)
{
    uint64_t records = 0, emails = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t more_records = node_number(list[i].node, "records", 0);
        uint64_t more_emails = emails_of(list[i].node);
        bool same = i > 0 && strcmp(list[i].mark, list[i - 1].mark) == 0 &&
                    (list[i].mark[0] || strcmp(list[i].endpoint, list[i - 1].endpoint) == 0);
        if (!same) {
            kinship->records += records;
            kinship->emails += emails;
            records = emails = 0;
        }
        records = more_records > records ? more_records : records;
        emails = more_emails > emails ? more_emails : emails;
    }
    kinship->records += records;
    kinship->emails += emails;
}

static uint64_t count_endpoints(struct marked *list, size_t count)
{
    uint64_t servers = 0;
    for (size_t i = 0; i < count; i++)
        list[i].mark[0] = '\0';
    qsort(list, count, sizeof list[0], compare_marked);
    for (size_t i = 0; i < count; i++)
        servers += i == 0 || strcmp(list[i].endpoint, list[i - 1].endpoint) != 0;
    return servers;
}

/* All clients of all exposures, each address once. */
static bool count_actors(const struct node *exposures, struct kinship *kinship)
{
    size_t room = 0, count = 0;
    for (size_t i = 0; i < node_count(exposures); i++)
        room += node_count(node_get(node_at(exposures, i), "clients"));
    struct marked *list = calloc(room + 1, sizeof *list);
    if (!list)
        return false;
    for (size_t i = 0; i < node_count(exposures); i++) {
        const struct node *actors = node_get(node_at(exposures, i), "clients");
        for (size_t j = 0; j < node_count(actors) && count < room; j++, count++) {
            list[count].node = node_at(actors, j);
            (void)snprintf(list[count].endpoint, ENDPOINT_MAX, "%s",
                           node_text(list[count].node, "address"));
        }
    }
    qsort(list, count, sizeof list[0], compare_marked);
    for (size_t i = 0; i < count; i++) {
        bool is_new = i == 0 || strcmp(list[i].endpoint, list[i - 1].endpoint) != 0;
        kinship->actors += is_new;
        kinship->actors_outside += is_new && node_is(list[i].node, "outside");
    }
    free(list);
    return true;
}

/* What one zone of clients was shown of a server, the server holds for the others too: the zone
 * with the largest data set marks all of them. */
static void mark_zones(struct marked *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j > 0 && strcmp(list[j - 1].endpoint, list[i].endpoint) == 0; j--)
            if (strtoull(list[i].mark, NULL, 10) > strtoull(list[j - 1].mark, NULL, 10))
                memcpy(list[j - 1].mark, list[i].mark, sizeof list[i].mark);
            else
                memcpy(list[i].mark, list[j - 1].mark, sizeof list[i].mark);
}

static int compare_endpoints(const void *a, const void *b)
{
    return strcmp(((const struct marked *)a)->endpoint, ((const struct marked *)b)->endpoint);
}

static void mark_all(struct node *exposures, bool by_data, struct marked *list)
{
    size_t count = node_count(exposures);
    for (size_t i = 0; i < count; i++)
        mark_exposure(node_at(exposures, i), by_data, &list[i]);
    if (!by_data)
        return;
    qsort(list, count, sizeof list[0], compare_endpoints);
    mark_zones(list, count);
}

enum ajar_status kinship_find(struct node *exposures, struct kinship *kinship)
{
    size_t count = node_count(exposures);
    struct marked *list = calloc(count + 1, sizeof *list);
    *kinship = (struct kinship){.servers = 0};
    bool done = list != NULL;
    if (done) {
        mark_all(exposures, false, list);
        done = put_groups(list, count);
    }
    if (done) {
        mark_all(exposures, true, list);
        done = put_groups(list, count);
    }
    if (done) {
        add_amounts(list, count, kinship);
        kinship->servers = count_endpoints(list, count);
        done = count_actors(exposures, kinship);
    }
    free(list);
    return done ? AJAR_OK : AJAR_ERR_MEMORY;
}
