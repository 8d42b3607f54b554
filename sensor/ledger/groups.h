/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which exposed stores are the same thing: nodes of one cluster, or copies of one set of data. A
 * store bears a mark for each; groups count how many stores bear the same one.
 *
 * The mark of data is the name and the count of the largest data set: who only searched the
 * customers of one server and listed all of another has seen the same customers. Data sets without
 * a count, with less than GROUP_RECORDS_MIN records, and those of the store itself, whose names
 * begin with a dot, mark nothing.
 */
#ifndef AJAR_LEDGER_GROUPS_H
#define AJAR_LEDGER_GROUPS_H

#include "ajar/event.h"
#include "ledger/holdings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GROUP_RECORDS_MIN 10

enum mark_kind { MARK_CLUSTER, MARK_DATA, MARKS };

struct groups;

enum ajar_status groups_new(struct groups **groups);
void groups_free(struct groups *groups); /* accepts NULL */

/* A store has this mark now (0: nothing). AJAR_ERR_MEMORY: it is not counted. */
enum ajar_status groups_insert(struct groups *groups, uint64_t mark);
void groups_remove(struct groups *groups, uint64_t mark);

/* How many stores have the mark. */
uint32_t groups_count(const struct groups *groups, uint64_t mark);

/* Fills the larger group of the two, the cluster's if both have as many; alone: "". */
void groups_fill(const struct groups *groups, const uint64_t marks[static MARKS],
                 struct group_view *view);

/* The marks, unseeded: the same in every run. 0 = none. */
uint64_t groups_mark_cluster(const char *cluster_id);
uint64_t groups_mark_data(const struct dataset *dataset);

/* The largest data set of those that can mark; NULL if there is none. Of equals the first by name.
 */
const struct dataset *groups_largest(const struct holdings *holdings, const struct dataset *other);

#endif
