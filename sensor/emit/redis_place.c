/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where delivery goes on: the mark in Redis against the journal. Redis is right about what it
 * holds; the journal about which events there are. A mark that names an event which the journal
 * does not have is of a journal that went on elsewhere: this one is an older copy of it.
 */
#include "emit/redis_sender.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t count_up_to(const struct redis_flight *flight, uint64_t sequence)
{
    uint64_t count = 0;
    for (size_t i = 0; i < flight->events.count; i++)
        count += flight->events.events[i].sequence <= sequence;
    return count;
}

/* Batches whose reply never came, or came as "not from there": which events were taken? */
static void count_arrived(struct redis_sink *sink, uint64_t have,
                          const struct redis_flight *answered)
{
    uint64_t arrived = answered ? count_up_to(answered, have) : 0;
    atomic_fetch_add(&sink->repeated, arrived);
    for (size_t i = 0; !answered && i < sink->flight_count; i++) {
        const struct redis_flight *flight =
            &sink->flights[(sink->first_flight + i) % REDIS_FLIGHTS];
        arrived += count_up_to(flight, have);
        redis_gather_again(sink, flight);
    }
    if (!answered)
        sink->flight_count = 0;
    atomic_fetch_add(&sink->acknowledged, arrived);
}

/* Whether the event of the mark is the journal's event of this sequence. One that the journal no
 * longer has cannot be compared and counts as the same. */
static bool is_of_journal(struct redis_sink *sink, uint64_t sequence, const char *id)
{
    struct journal *journal = sink->options.journal;
    enum ajar_status status = journal_read(journal, sequence - 1, 0, sink->look);
    if (status == AJAR_OK && sink->look->count > 0 && sink->look->events[0].sequence == sequence)
        return id[0] == '\0' || strcmp(sink->look->events[0].id, id) == 0;
    return status == AJAR_OK || sequence <= journal_last_sequence(journal);
}

static uint64_t leave_other_journal(struct redis_sink *sink, uint64_t have, uint64_t confirmed)
{
    if (!sink->told_other_journal)
        log_warning("Redis %s holds events up to %llu of this journal, which has others or ends "
                    "before: it is a copy, or was restored; its own events follow there",
                    redis_access_name(sink->access), (unsigned long long)have);
    sink->told_other_journal = true;
    /* What was in the journal when it was copied went to Redis before what Redis holds now. */
    bool is_older = !sink->was_placed && have > sink->opened_last;
    return is_older && sink->opened_last > confirmed ? sink->opened_last : confirmed;
}

static void go_back(struct redis_sink *sink, uint64_t have, uint64_t confirmed)
{
    log_warning("Redis %s holds events up to number %llu, not %llu as it was known: what the "
                "journal still has of them is sent again",
                redis_access_name(sink->access), (unsigned long long)have,
                (unsigned long long)confirmed);
    if (sink->rewound_to < confirmed)
        sink->rewound_to = confirmed;
    redis_make_state_due(sink, 0);
}

void redis_place(struct redis_sink *sink, const char *mark, struct redis_flight *answered)
{
    struct journal *journal = sink->options.journal;
    char *id;
    uint64_t have = strtoull(mark, &id, 10), from = have;
    uint64_t confirmed = journal_confirmed(journal);
    id += *id == ' ';
    count_arrived(sink, have, answered);
    if (have > confirmed && !is_of_journal(sink, have, id))
        from = leave_other_journal(sink, have, confirmed);
    else if (have < confirmed)
        go_back(sink, have, confirmed);
    (void)snprintf(sink->mark, sizeof sink->mark, "%s", mark);
    sink->after = from;
    sink->was_placed = true;
    journal_confirm(journal, from);
}
