/* SPDX-License-Identifier: Apache-2.0 */
/* Events as the journal takes them, made by hand. */
#ifndef AJAR_TESTS_ENTRIES_H
#define AJAR_TESTS_ENTRIES_H

#include "journal/journal.h"
#include "ledger/findings.h"

/* A query from outside that got data, of a live sensor; id and text stay the caller's. */
static inline struct journal_event make_journal_event(uint64_t sequence, const char *id,
                                                      const char *json)
{
    return (struct journal_event){.sequence = sequence,
                                  .time_ns = WHEN,
                                  .id = id,
                                  .action = "store-query",
                                  .severity = 60,
                                  .store = "elasticsearch",
                                  .verdict = "data",
                                  .source = "203.0.113.61",
                                  .server = "10.20.30.11",
                                  .country = "NL",
                                  .exposure = "",
                                  .import_id = "",
                                  .json = json,
                                  .json_length = strlen(json)};
}

#endif
