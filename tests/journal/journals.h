/* SPDX-License-Identifier: Apache-2.0 */
/* Journals in a folder of their own, and events made by hand, for the tests of the journal. */
#ifndef AJAR_TESTS_JOURNALS_H
#define AJAR_TESTS_JOURNALS_H

#include "journal/entries.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct place_of_test {
    char folder[64];
    char path[96];
};

/* A new folder below /tmp, and the name of a journal in it. */
static inline void make_place(struct place_of_test *place)
{
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/ajar-journal-XXXXXX");
    cr_assert_not_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof place->path, "%s/journal.db", place->folder);
}

static inline void remove_place(const struct place_of_test *place)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    cr_assert_eq(system(command), 0);
}

static inline struct journal_options options_for(const char *path)
{
    return (struct journal_options){
        .path = path, .sensor = "north", .bytes_max = 1ULL << 30, .feeds_redis = true};
}

static inline struct journal *open_with(const struct journal_options *options)
{
    struct journal *journal = NULL;
    struct problem problem = {.text = ""};
    cr_assert_eq(journal_open(options, &journal, &problem), AJAR_OK, "%s", problem.text);
    return journal;
}

static inline struct journal *open_at(const char *path)
{
    struct journal_options options = options_for(path);
    return open_with(&options);
}

/* The text of event `sequence`: `size` bytes that nobody else's text has. */
static inline void make_json(char *json, size_t size, uint64_t sequence)
{
    int length = snprintf(json, size, "{\"sequence\":%llu,\"x\":\"", (unsigned long long)sequence);
    for (size_t i = (size_t)length; i < size - 3; i++)
        json[i] = (char)('a' + (i + sequence) % 26);
    (void)snprintf(json + size - 3, 3, "\"}");
}

#define JSON_SIZE 1300

static inline enum ajar_status add_sized(struct journal *journal, uint64_t sequence, size_t size)
{
    char json[16384], id[EVENT_ID_HEX];
    make_json(json, size, sequence);
    (void)snprintf(id, sizeof id, "%032llx", (unsigned long long)sequence);
    struct journal_event event = make_journal_event(sequence, id, json);
    event.time_ns += sequence;
    return journal_add(journal, &event);
}

static inline enum ajar_status add(struct journal *journal, uint64_t sequence)
{
    return add_sized(journal, sequence, JSON_SIZE);
}

static inline void add_range(struct journal *journal, uint64_t first, uint64_t last)
{
    for (uint64_t i = first; i <= last; i++)
        cr_assert_eq(add(journal, i), AJAR_OK);
}

static inline enum ajar_status commit_at(struct journal *journal, uint64_t position)
{
    return journal_commit(journal, NULL, "", 7, position);
}

static inline struct journal_counters counters_of(struct journal *journal)
{
    struct journal_counters counters;
    journal_read_counters(journal, &counters);
    return counters;
}

/* A checkpoint may keep the writer out for a moment. */
static inline void accept_range(struct journal *journal, uint64_t first, uint64_t last)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    add_range(journal, first, last);
    for (int i = 0; i < 2000 && commit_at(journal, last) != AJAR_OK; i++)
        (void)nanosleep(&pause, NULL);
    cr_assert_eq(counters_of(journal).pending, 0);
}

/* Reads all events above `after`, checks them, and says how many there were. */
static inline uint64_t count_after(struct journal *journal, uint64_t after)
{
    struct journal_batch *batch = calloc(1, sizeof *batch);
    char json[16384];
    uint64_t count = 0, last = after;
    while (journal_read(journal, last, 0, batch) == AJAR_OK) {
        for (size_t i = 0; i < batch->count; i++) {
            const struct journal_event *event = &batch->events[i];
            make_json(json, event->json_length + 1, event->sequence);
            cr_assert_str_eq(event->json, json);
            cr_assert_gt(event->sequence, last);
            last = event->sequence;
            count++;
        }
    }
    journal_batch_clear(batch);
    free(batch);
    return count;
}

#endif
