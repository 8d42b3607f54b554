/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data sets and counts of one store. Counts come from replies of very different worth: a listing
 * of all data sets beats a count, a count beats the total of a search, that beats "at least".
 */
#include "ledger/holdings.h"

#include "ledger/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATASETS_FIRST 4 /* rows allocated at first */

void holdings_clear(struct holdings *holdings)
{
    free(holdings->datasets);
    *holdings = (struct holdings){.datasets = NULL};
}

static struct dataset *dataset_find(const struct holdings *holdings, const char *name)
{
    for (uint32_t i = 0; i < holdings->count; i++)
        if (strcmp(holdings->datasets[i].name, name) == 0)
            return &holdings->datasets[i];
    return NULL;
}

static bool grow(struct holdings *holdings)
{
    uint32_t capacity = holdings->capacity ? holdings->capacity * 2 : DATASETS_FIRST;
    struct dataset *datasets = realloc(holdings->datasets, capacity * sizeof *datasets);
    if (!datasets)
        return false;
    holdings->datasets = datasets;
    holdings->capacity = capacity;
    return true;
}

static struct dataset *dataset_insert(struct holdings *holdings, const char *name,
                                      struct holdings_budget *budget)
{
    if (holdings->count == LEDGER_DATASETS_MAX || budget->rows_left == 0 ||
        (holdings->count == holdings->capacity && !grow(holdings))) {
        holdings->dropped++;
        budget->dropped++;
        return NULL;
    }
    budget->rows_left--;
    struct dataset *dataset = &holdings->datasets[holdings->count++];
    *dataset = (struct dataset){.records = FINDING_NO_COUNT, .bytes = FINDING_NO_COUNT};
    (void)snprintf(dataset->name, sizeof dataset->name, "%s", name);
    return dataset;
}

/* Whether a count said now replaces the one known. */
static bool count_is_better(uint64_t known, uint8_t known_source, uint64_t said,
                            uint8_t said_source)
{
    if (said == FINDING_NO_COUNT)
        return false;
    if (known == FINDING_NO_COUNT || said_source > known_source)
        return true;
    return said_source == known_source && said > known;
}

static bool dataset_update(struct dataset *dataset, const struct finding_dataset *said)
{
    bool better = count_is_better(dataset->records, dataset->source, said->records, said->source);
    bool differs = better && dataset->records != said->records;
    if (better) {
        dataset->records = said->records;
        dataset->source = said->source;
    }
    if (said->bytes != FINDING_NO_COUNT)
        dataset->bytes = said->bytes;
    dataset->returned += said->returned_new;
    return differs || said->returned_new > 0;
}

bool holdings_add(struct holdings *holdings, const struct finding *finding,
                  struct holdings_budget *budget)
{
    bool more = false;
    if (count_is_better(holdings->total_source ? holdings->total : FINDING_NO_COUNT,
                        holdings->total_source, finding->records, finding->records_source)) {
        more = !holdings->total_source || holdings->total != finding->records;
        holdings->total = finding->records;
        holdings->total_source = finding->records_source;
    }
    for (uint16_t i = 0; i < finding->dataset_count && i < FINDING_DATASETS_MAX; i++) {
        const struct finding_dataset *said = &finding->datasets[i];
        if (said->name[0] == '\0')
            continue;
        struct dataset *dataset = dataset_find(holdings, said->name);
        bool is_new = !dataset;
        if (!dataset)
            dataset = dataset_insert(holdings, said->name, budget);
        if (dataset)
            more |= dataset_update(dataset, said) || is_new;
    }
    return more;
}

enum ajar_status holdings_restore(struct holdings *holdings, const struct holdings *kept,
                                  struct holdings_budget *budget)
{
    if (kept->count > LEDGER_DATASETS_MAX)
        return AJAR_ERR_FORMAT;
    if (kept->count > budget->rows_left)
        return AJAR_ERR_LIMIT;
    struct dataset *datasets = NULL;
    if (kept->count) {
        datasets = malloc(kept->count * sizeof *datasets);
        if (!datasets)
            return AJAR_ERR_MEMORY;
        memcpy(datasets, kept->datasets, kept->count * sizeof *datasets);
    }
    for (uint32_t i = 0; i < kept->count; i++)
        datasets[i].name[sizeof datasets[i].name - 1] = '\0';
    *holdings = *kept;
    holdings->datasets = datasets;
    holdings->capacity = kept->count;
    budget->rows_left -= kept->count;
    return AJAR_OK;
}

static uint64_t add_known(uint64_t sum, uint64_t number)
{
    if (number == FINDING_NO_COUNT)
        return sum;
    if (sum == FINDING_NO_COUNT)
        return number;
    return sum + number >= sum && sum + number != FINDING_NO_COUNT ? sum + number
                                                                   : FINDING_NO_COUNT - 1;
}

static enum count_source best_source(const struct holdings *holdings)
{
    enum count_source best = COUNT_NONE;
    for (uint32_t i = 0; i < holdings->count; i++)
        if (holdings->datasets[i].records != FINDING_NO_COUNT &&
            holdings->datasets[i].source > best)
            best = (enum count_source)holdings->datasets[i].source;
    return best;
}

/* Over the data sets; once there is a listing, what else was counted or searched (hidden data sets
 * are in no listing) adds to it. */
static uint64_t sum_records(const struct holdings *holdings, enum count_source best)
{
    enum count_source least = best == COUNT_LISTING ? COUNT_SEARCH : best;
    uint64_t sum = FINDING_NO_COUNT;
    for (uint32_t i = 0; i < holdings->count; i++)
        if (holdings->datasets[i].source >= least)
            sum = add_known(sum, holdings->datasets[i].records);
    return sum;
}

struct holdings_estimate holdings_estimate(const struct holdings *holdings)
{
    struct holdings_estimate estimate = {.records = FINDING_NO_COUNT, .bytes = FINDING_NO_COUNT};
    for (uint32_t i = 0; i < holdings->count; i++)
        estimate.bytes = add_known(estimate.bytes, holdings->datasets[i].bytes);

    uint64_t total = holdings->total_source ? holdings->total : FINDING_NO_COUNT;
    enum count_source total_source = (enum count_source)holdings->total_source;
    enum count_source best = best_source(holdings);
    uint64_t sum = best != COUNT_NONE ? sum_records(holdings, best) : FINDING_NO_COUNT;
    bool total_wins = total_source > best || (total_source == best && total != FINDING_NO_COUNT &&
                                              (sum == FINDING_NO_COUNT || total > sum));
    estimate.records = total_wins ? total : sum;
    estimate.source = total_wins ? total_source : best;
    return estimate;
}
