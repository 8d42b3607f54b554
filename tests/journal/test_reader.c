/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journals.h"

#include "base/timestamp.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static struct place_of_test place;
static struct journal *journal;
static struct journal_batch batch;

static void setup(void)
{
    make_place(&place);
    journal = open_at(place.path);
}

static void teardown(void)
{
    journal_batch_clear(&batch);
    journal_close(journal);
    remove_place(&place);
}

TestSuite(reader, .init = setup, .fini = teardown, .timeout = 30);

static uint64_t milliseconds_since(uint64_t start)
{
    return (timestamp_monotonic() - start) / 1000000;
}

Test(reader, gives_batches_in_order)
{
    accept_range(journal, 1, 1200);
    cr_assert_eq(journal_read(journal, 0, 0, &batch), AJAR_OK);
    cr_assert_eq(batch.count, JOURNAL_BATCH_EVENTS);
    cr_assert_eq(batch.after, 0);
    for (size_t i = 0; i < batch.count; i++)
        cr_assert_eq(batch.events[i].sequence, i + 1);
    cr_assert_eq(journal_read(journal, 1100, 0, &batch), AJAR_OK);
    cr_assert_eq(batch.count, 100);
    cr_assert_eq(batch.events[0].sequence, 1101);
    cr_assert_eq(journal_read(journal, 1200, 0, &batch), AJAR_AGAIN);
    cr_assert_eq(batch.count, 0);
}

Test(reader, gives_no_more_text_than_a_batch_may_have)
{
    for (uint64_t i = 1; i <= 200; i++)
        cr_assert_eq(add_sized(journal, i, 16000), AJAR_OK);
    cr_assert_eq(commit_at(journal, 1), AJAR_OK);
    cr_assert_eq(journal_read(journal, 0, 0, &batch), AJAR_OK);
    cr_assert_geq(batch.count, JOURNAL_BATCH_BYTES / 17000);
    cr_assert_leq(batch.count, JOURNAL_BATCH_BYTES / 16000 + 1);
    cr_assert_eq(count_after(journal, 0), 200);
}

Test(reader, gives_one_event_however_large)
{
    size_t length = 3 * JOURNAL_BATCH_BYTES;
    char *json = malloc(length + 1);
    memset(json, 'x', length);
    json[length] = '\0';
    struct journal_event event = make_journal_event(1, "i", json);
    cr_assert_eq(journal_add(journal, &event), AJAR_OK);
    event.sequence = 2;
    cr_assert_eq(journal_add(journal, &event), AJAR_OK);
    cr_assert_eq(commit_at(journal, 1), AJAR_OK);
    cr_assert_eq(journal_read(journal, 0, 0, &batch), AJAR_OK);
    cr_assert_eq(batch.count, 1);
    cr_assert_eq(batch.events[0].json_length, length);
    cr_assert_eq(journal_read(journal, 1, 0, &batch), AJAR_OK);
    cr_assert_eq(batch.events[0].sequence, 2);
    free(json);
}

Test(reader, goes_back_as_far_as_events_are_kept)
{
    accept_range(journal, 1, 10);
    journal_confirm(journal, 10);
    cr_assert_eq(journal_read(journal, 10, 0, &batch), AJAR_AGAIN);
    cr_assert_eq(journal_read(journal, 3, 0, &batch), AJAR_OK);
    cr_assert_eq(batch.count, 7);
    journal_confirm(journal, 3);
    cr_assert_eq(journal_confirmed(journal), 3);
}

Test(reader, waits_as_long_as_it_is_told)
{
    uint64_t start = timestamp_monotonic();
    cr_assert_eq(journal_read(journal, 0, 60, &batch), AJAR_AGAIN);
    cr_assert_geq(milliseconds_since(start), 60);
    start = timestamp_monotonic();
    cr_assert_eq(journal_read(journal, 0, 0, &batch), AJAR_AGAIN);
    cr_assert_lt(milliseconds_since(start), 50);
}

static atomic_ullong committed_ns;

static void *commit_later(void *context)
{
    (void)context;
    (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    cr_assert_eq(add(journal, 1), AJAR_OK);
    cr_assert_eq(commit_at(journal, 1), AJAR_OK);
    atomic_store(&committed_ns, timestamp_monotonic());
    return NULL;
}

Test(reader, has_an_event_as_soon_as_it_is_committed)
{
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, commit_later, NULL), 0);
    cr_assert_eq(journal_read(journal, 0, 10000, &batch), AJAR_OK);
    uint64_t now = timestamp_monotonic();
    cr_assert_eq(batch.count, 1);
    (void)pthread_join(thread, NULL);
    uint64_t committed = atomic_load(&committed_ns);
    cr_assert(now < committed + 20000000, "%llu us later",
              (unsigned long long)(now - committed) / 1000);
}

static void *wake_later(void *context)
{
    (void)context;
    (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    journal_wake_reader(journal);
    return NULL;
}

Test(reader, is_woken_for_good)
{
    pthread_t thread;
    uint64_t start = timestamp_monotonic();
    cr_assert_eq(pthread_create(&thread, NULL, wake_later, NULL), 0);
    cr_assert_eq(journal_read(journal, 0, 10000, &batch), AJAR_AGAIN);
    cr_assert_eq(journal_read(journal, 0, 10000, &batch), AJAR_AGAIN);
    cr_assert_lt(milliseconds_since(start), 5000);
    (void)pthread_join(thread, NULL);
    accept_range(journal, 1, 3);
    cr_assert_eq(journal_read(journal, 0, 10000, &batch), AJAR_OK, "what is there can be read");
}

Test(reader, goes_over_numbers_that_were_refused)
{
    accept_range(journal, 1, 3);
    accept_range(journal, 10, 12);
    cr_assert_eq(journal_read(journal, 3, 0, &batch), AJAR_OK);
    cr_assert_eq(batch.events[0].sequence, 10);
    cr_assert_eq(count_after(journal, 0), 6);
}

Test(reader, does_not_spin_over_events_that_went)
{
    struct journal_options options = options_for(NULL);
    options.bytes_max = 1; /* all goes at the next commit */
    struct journal *small = open_with(&options);
    accept_range(small, 1, 3);
    for (uint64_t i = 0; i < 5; i++)
        cr_assert_eq(commit_at(small, 10 + i), AJAR_OK);
    cr_assert_eq(journal_last_sequence(small), 3);
    cr_assert_eq(journal_read(small, 0, 0, &batch), AJAR_AGAIN);
    uint64_t start = timestamp_monotonic();
    cr_assert_eq(journal_read(small, 0, 60, &batch), AJAR_AGAIN);
    cr_assert_geq(milliseconds_since(start), 60);
    accept_range(small, 4, 4);
    cr_assert_eq(journal_read(small, 0, 0, &batch), AJAR_OK);
    cr_assert_eq(batch.events[0].sequence, 4);
    journal_close(small);
}

Test(reader, reads_while_others_write)
{
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, commit_later, NULL), 0);
    for (int i = 0; i < 100; i++)
        cr_assert_neq(journal_read(journal, 1, 1, &batch), AJAR_OK);
    (void)pthread_join(thread, NULL);
    cr_assert_eq(count_after(journal, 0), 1);
}
