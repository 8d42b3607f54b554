/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of exposures. Each exposure gets a mark for its data and one for its cluster; exposures
 * sorted by mark lie side by side with their equals, and are joined into rings.
 */
#include "ledger/groups.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

struct mark {
    uint64_t value; /* 0 = none */
    size_t index;
};

/* The marks of all, one meaning at a time. */
struct joiner {
    const struct exposure *const *list;
    struct group *groups;
    size_t *leaders; /* smallest known member, by steps */
    struct mark *marks;
    size_t count;
};

static uint64_t mark_cluster(const struct exposure *exposure)
{
    size_t length = strlen(exposure->cluster_id);
    return length ? hash_keyed(0, exposure->cluster_id, length) : 0;
}

static bool has_records(const struct dataset *dataset)
{
    return dataset->name[0] != '.' && dataset->records != FINDING_NO_COUNT && dataset->records > 0;
}

/* A sum does not depend on the order in which the data sets were named. */
static uint64_t mark_data(const struct exposure *exposure)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < exposure->holdings.count; i++) {
        const struct dataset *dataset = &exposure->holdings.datasets[i];
        if (has_records(dataset))
            sum += hash_keyed(dataset->records, dataset->name, strlen(dataset->name)) | 1;
    }
    return sum;
}

static int compare_marks(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static size_t leader_of(const struct joiner *joiner, size_t index)
{
    while (joiner->leaders[index] != index) {
        joiner->leaders[index] = joiner->leaders[joiner->leaders[index]];
        index = joiner->leaders[index];
    }
    return index;
}

/* Two rings become one by exchanging a link. */
static void join(const struct joiner *joiner, size_t a, size_t b)
{
    size_t leader = leader_of(joiner, a), other = leader_of(joiner, b);
    if (leader == other)
        return;
    joiner->leaders[other] = leader;
    joiner->groups[leader].size += joiner->groups[other].size;
    size_t next = joiner->groups[a].next;
    joiner->groups[a].next = joiner->groups[b].next;
    joiner->groups[b].next = next;
}

static void join_equal(const struct joiner *joiner, uint64_t (*mark)(const struct exposure *),
                       bool is_data)
{
    for (size_t i = 0; i < joiner->count; i++)
        joiner->marks[i] = (struct mark){mark(joiner->list[i]), i};
    qsort(joiner->marks, joiner->count, sizeof *joiner->marks, compare_marks);
    for (size_t i = 1; i < joiner->count; i++) {
        const struct mark *one = &joiner->marks[i - 1], *two = &joiner->marks[i];
        if (one->value == 0 || one->value != two->value)
            continue;
        join(joiner, one->index, two->index);
        if (is_data) {
            joiner->groups[one->index].same_data = true;
            joiner->groups[two->index].same_data = true;
        }
    }
}

enum ajar_status groups_make(const struct exposure *const *list, size_t count, struct group *groups)
{
    for (size_t i = 0; i < count; i++)
        groups[i] = (struct group){.next = i, .size = 1};
    struct joiner joiner = {.list = list, .groups = groups, .count = count};
    joiner.leaders = calloc(count ? count : 1, sizeof *joiner.leaders);
    joiner.marks = calloc(count ? count : 1, sizeof *joiner.marks);
    enum ajar_status status = AJAR_ERR_MEMORY;
    if (joiner.leaders && joiner.marks) {
        for (size_t i = 0; i < count; i++)
            joiner.leaders[i] = i;
        join_equal(&joiner, mark_cluster, false);
        join_equal(&joiner, mark_data, true);
        for (size_t i = 0; i < count; i++)
            groups[i].size = groups[leader_of(&joiner, i)].size;
        status = AJAR_OK;
    }
    free(joiner.leaders);
    free(joiner.marks);
    return status;
}
