/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the journal costs: bench_journal PATH|memory normal|full RATE SECONDS [STORES [MIB]]
 * adds RATE events a second (1.3 KiB each) for so long while another thread reads and confirms,
 * then reads everything again as a backlog. With STORES, a real ledger has that many exposures that
 * change all the time.
 */
#include "journal/journals.h"
#include "ledger/findings.h"

#include "base/timestamp.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

#define NS_PER_MS 1000000ULL

struct bench {
    struct journal *journal;
    struct ledger *ledger;
    unsigned long rate, seconds, stores;
    uint64_t sequence;
    uint64_t worst_commit_ns, worst_age_ns, failed;
    atomic_ullong read_count, last_read_ns;
    atomic_bool done;
};

static double cpu_of(int who)
{
    struct rusage usage;
    (void)getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void *read_along(void *context)
{
    struct bench *bench = context;
    struct journal_batch *batch = calloc(1, sizeof *batch);
    uint64_t last = 0;
    while (!atomic_load(&bench->done) || last < journal_last_sequence(bench->journal)) {
        if (journal_read(bench->journal, last, 20, batch) != AJAR_OK)
            continue;
        last = batch->events[batch->count - 1].sequence;
        atomic_fetch_add(&bench->read_count, batch->count);
        journal_confirm(bench->journal, last);
    }
    journal_batch_clear(batch);
    free(batch);
    printf("reader: %.2f s of CPU\n", cpu_of(RUSAGE_THREAD));
    return NULL;
}

static void change_ledger(struct bench *bench, uint64_t i)
{
    struct finding f = make_finding(VERDICT_DATA);
    uint64_t store = i % bench->stores;
    f.server.bytes[13] = (uint8_t)(store >> 16);
    f.server.bytes[14] = (uint8_t)(store >> 8);
    f.server.bytes[15] = (uint8_t)store;
    f.client.bytes[15] = (uint8_t)(i / bench->stores % 50);
    f.time_ns = WHEN + i;
    f.returned_new = 10;
    f.requests_new = 1;
    add_dataset(&f, "customers", 1000 + i, COUNT_COUNT);
    ledger_add(bench->ledger, &f);
}

static void commit(struct bench *bench, uint64_t first_ns)
{
    uint64_t before = timestamp_monotonic();
    bool ok = journal_commit(bench->journal, bench->ledger, "", 1, bench->sequence) == AJAR_OK;
    uint64_t after = timestamp_monotonic();
    bench->failed += !ok;
    if (after - before > bench->worst_commit_ns)
        bench->worst_commit_ns = after - before;
    if (ok && after - first_ns > bench->worst_age_ns)
        bench->worst_age_ns = after - first_ns;
}

static void write_all(struct bench *bench)
{
    uint64_t start = timestamp_monotonic(), total = bench->rate * bench->seconds, first_ns = 0;
    while (bench->sequence < total) {
        uint64_t now = timestamp_monotonic();
        uint64_t wanted = (now - start) * bench->rate / SECOND;
        while (bench->sequence < wanted && bench->sequence < total) {
            if (!first_ns)
                first_ns = now;
            cr_assert_eq(add(bench->journal, ++bench->sequence), AJAR_OK);
            if (bench->ledger)
                change_ledger(bench, bench->sequence);
        }
        if (journal_is_due(bench->journal)) {
            commit(bench, first_ns);
            first_ns = counters_of(bench->journal).pending ? first_ns : 0;
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = NS_PER_MS}, NULL);
    }
    while (counters_of(bench->journal).pending) {
        commit(bench, first_ns);
        (void)nanosleep(&(struct timespec){.tv_nsec = NS_PER_MS}, NULL);
    }
}

static void ignore(void *context, const struct event *event)
{
    (void)context;
    (void)event;
}

static void make_ledger(struct bench *bench)
{
    static struct netset home = {.any = true};
    struct ledger_options options = {.site = "north",
                                     .home = &home,
                                     .servers_max = LEDGER_SERVERS_MAX,
                                     .exposures_max = LEDGER_EXPOSURES_MAX,
                                     .events_per_minute = 20};
    struct enricher *enricher = NULL;
    cr_assert_eq(enricher_new(&enricher), AJAR_OK);
    cr_assert_eq(ledger_new(&options, enricher, ignore, NULL, &bench->ledger), AJAR_OK);
}

static void run(struct bench *bench)
{
    pthread_t reader;
    double before = cpu_of(RUSAGE_SELF);
    uint64_t start = timestamp_monotonic();
    (void)pthread_create(&reader, NULL, read_along, bench);
    write_all(bench);
    printf("writer: %.2f s of CPU (making the events included)\n", cpu_of(RUSAGE_THREAD));
    atomic_store(&bench->done, true);
    (void)pthread_join(reader, NULL);
    double seconds = (double)(timestamp_monotonic() - start) / 1e9;
    struct journal_counters counters = counters_of(bench->journal);
    printf("%llu events in %.2f s, read %llu; CPU of all threads %.2f s = %.2f of a core\n",
           (unsigned long long)counters.accepted, seconds,
           (unsigned long long)atomic_load(&bench->read_count), cpu_of(RUSAGE_SELF) - before,
           (cpu_of(RUSAGE_SELF) - before) / seconds);
    printf("%llu commits, worst %.1f ms; oldest event at its commit %.1f ms; failed %llu; "
           "%.1f MiB\n",
           (unsigned long long)counters.commits, (double)bench->worst_commit_ns / 1e6,
           (double)bench->worst_age_ns / 1e6, (unsigned long long)bench->failed,
           (double)counters.bytes / 1048576);
}

static void drain(struct bench *bench)
{
    struct journal_batch *batch = calloc(1, sizeof *batch);
    uint64_t start = timestamp_monotonic(), last = 0, count = 0;
    double before = cpu_of(RUSAGE_SELF);
    while (journal_read(bench->journal, last, 0, batch) == AJAR_OK) {
        last = batch->events[batch->count - 1].sequence;
        count += batch->count;
    }
    double seconds = (double)(timestamp_monotonic() - start) / 1e9;
    printf("backlog: %llu events in %.2f s = %.0f/s, %.2f s of CPU\n", (unsigned long long)count,
           seconds, (double)count / seconds, cpu_of(RUSAGE_SELF) - before);
    journal_batch_clear(batch);
    free(batch);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        (void)fprintf(stderr,
                      "usage: bench_journal PATH|memory normal|full RATE SECONDS [STORES [MIB]]\n");
        return 2;
    }
    struct bench bench = {.rate = strtoul(argv[3], NULL, 10),
                          .seconds = strtoul(argv[4], NULL, 10),
                          .stores = argc > 5 ? strtoul(argv[5], NULL, 10) : 0};
    struct journal_options options = options_for(strcmp(argv[1], "memory") == 0 ? NULL : argv[1]);
    options.bytes_max = (argc > 6 ? strtoul(argv[6], NULL, 10) : 4096) << 20;
    options.durability = strcmp(argv[2], "full") == 0 ? JOURNAL_FULL : JOURNAL_NORMAL;
    bench.journal = open_with(&options);
    if (bench.stores)
        make_ledger(&bench);
    run(&bench);
    drain(&bench);
    journal_close(bench.journal);
    ledger_free(bench.ledger);
    return 0;
}
