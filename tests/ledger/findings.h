/* SPDX-License-Identifier: Apache-2.0 */
/* Findings made by hand, for the tests of the ledger and of emit. */
#ifndef AJAR_TESTS_FINDINGS_H
#define AJAR_TESTS_FINDINGS_H

#include "ajar/finding.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define SECOND 1000000000ULL
/* 2019-12-29 10:11:12 UTC */
#define WHEN (1577614272ULL * SECOND)

static inline struct addr address(const char *text)
{
    struct addr addr;
    cr_assert_eq(addr_parse(text, &addr), AJAR_OK, "%s", text);
    return addr;
}

static inline void set_text(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%s", from);
}

#define SET(field, text) set_text(field, sizeof(field), text)

/* A query from outside that got this verdict out of 10.20.30.11:9200 without credentials. */
static inline struct finding make_finding(enum verdict verdict)
{
    struct finding f;
    memset(&f, 0, sizeof f);
    f.kind = FINDING_QUERY;
    f.verdict = (uint8_t)verdict;
    f.identity = IDENTITY_PROVEN;
    f.transport = 6;
    f.client_by = 2;
    f.time_ns = WHEN;
    f.first_ns = WHEN - SECOND;
    f.ordinal = 1;
    f.exchange = 1;
    f.client = address("203.0.113.61");
    f.server = address("10.20.30.11");
    f.client_port = 41822;
    f.server_port = 9200;
    f.client_bytes = 412;
    f.server_bytes = 612004;
    SET(f.store, "elasticsearch");
    f.records = FINDING_NO_COUNT;
    return f;
}

/* Appends a data set; records may be FINDING_NO_COUNT. */
static inline void add_dataset(struct finding *f, const char *name, uint64_t records,
                               enum count_source source)
{
    struct finding_dataset *dataset = &f->datasets[f->dataset_count++];
    memset(dataset, 0, sizeof *dataset);
    SET(dataset->name, name);
    dataset->records = records;
    dataset->bytes = FINDING_NO_COUNT;
    dataset->source = (uint8_t)source;
}

#endif
