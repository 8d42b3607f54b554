/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second half of the pipeline: one thread takes findings in packet order, the ledger makes
 * events of them, the emitter writes them. It wakes for findings, and otherwise to flush and to say
 * how the sensor is.
 */
#include "delivery.h"

#include "base/timestamp.h"
#include "enrich/enrich.h"
#include "journal/journal.h"
#include "process/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STATUS_INTERVAL_NS (UINT64_C(30) * 1000000000)
#define IDLE_WAIT_MS       100     /* longest sleep of an idle thread */
#define NAP_NS             1000000 /* between an empty ring and the wait for more */
#define FINISH_READ_MS     10000   /* how long an ending run waits for Redis */
#define FINISH_WATCH_MS    5000
#define JOURNAL_BYTES_MAX  (256u << 20)

struct delivery {
    struct delivery_options options;
    struct enricher *enricher;
    struct emitter *emitter;
    struct ledger *ledger;
    struct journal *journal; /* in memory; NULL without a Redis */
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* of reported */
    struct sensor_status reported;
    _Atomic bool needless;
    uint64_t next_status_ns; /* by the monotonic clock */
};

static const char *none_if_empty(const char *text)
{
    return text[0] ? text : NULL;
}

static enum ajar_status open_databases(struct delivery *d, struct problem *problem)
{
    const struct config *config = d->options.config;
    enum ajar_status status = enricher_new(&d->enricher);
    if (status != AJAR_OK)
        return problem_set(problem, status, "geo databases: %s", ajar_status_text(status));
    for (size_t i = 0; i < config->geo_count && status == AJAR_OK; i++)
        status = enricher_add(d->enricher, config->geo[i], problem);
    return status;
}

static enum ajar_status open_journal(struct delivery *d, struct problem *problem)
{
    const struct journal_options options = {
        .sensor = d->options.config->sensor, .bytes_max = JOURNAL_BYTES_MAX, .feeds_redis = true};
    if (d->options.config->redis_url[0] == '\0')
        return AJAR_OK;
    return journal_open(&options, &d->journal, problem);
}

static void settle(struct delivery *d)
{
    const char *import_id = d->options.import_id ? d->options.import_id : "";
    if (d->journal)
        (void)journal_commit(d->journal, d->ledger, import_id, 0, 0);
    emitter_flush(d->emitter);
}

static enum ajar_status open_outputs(struct delivery *d, struct problem *problem)
{
    const struct config *config = d->options.config;
    struct emit_options options = {
        .sensor = config->sensor,
        .site = config->site,
        .import_id = d->options.import_id,
        .file = config->json ? "-" : none_if_empty(config->output),
        .redis = {.url = none_if_empty(config->redis_url),
                  .password_file = none_if_empty(config->redis_password_file),
                  .prefix = config->redis_prefix,
                  .stream = true,
                  .stream_max = config->redis_stream_max,
                  .verify = true},
        .journal = d->journal,
        .live = d->options.live,
    };
    return emitter_new(&options, &d->emitter, problem);
}

static void forward(void *context, const struct event *event)
{
    emitter_add(context, event);
}

static enum ajar_status open_ledger(struct delivery *d, struct problem *problem)
{
    struct ledger_options options = {
        .site = d->options.config->site,
        .home = &d->options.config->home,
        .servers_max = LEDGER_SERVERS_MAX,
        .exposures_max = LEDGER_EXPOSURES_MAX,
    };
    enum ajar_status status = ledger_new(&options, d->enricher, forward, d->emitter, &d->ledger);
    if (status != AJAR_OK)
        return problem_set(problem, status, "ledger: %s", ajar_status_text(status));
    return AJAR_OK;
}

enum ajar_status delivery_new(const struct delivery_options *options, struct delivery **delivery,
                              struct problem *problem)
{
    struct delivery *d = calloc(1, sizeof *d);
    if (!d)
        return problem_set(problem, AJAR_ERR_MEMORY, "delivery: out of memory");
    d->options = *options;
    (void)pthread_mutex_init(&d->lock, NULL); /* cannot fail with default attributes on Linux */
    enum ajar_status status = open_databases(d, problem);
    if (status == AJAR_OK)
        status = open_journal(d, problem);
    if (status == AJAR_OK)
        status = open_outputs(d, problem);
    if (status == AJAR_OK)
        status = open_ledger(d, problem);
    if (status == AJAR_OK)
        *delivery = d;
    else
        delivery_free(d);
    return status;
}

/* Adds to the packet side's numbers what this side knows. */
static void complete_status(struct delivery *d, struct sensor_status *status)
{
    struct emit_counters emitted;
    emitter_read_counters(d->emitter, &emitted);
    status->findings = ledger_counters(d->ledger)->findings;
    status->events = emitted.events;
    status->events_dropped = emitted.redis_refused;
    (void)memory_read(&status->memory_bytes); /* stays 0 where /proc is not mounted */
}

static void emit_status(struct delivery *d, const struct sensor_status *numbers)
{
    struct sensor_status status = *numbers;
    complete_status(d, &status);
    emitter_report(d->emitter, &status);
    ledger_add_status(d->ledger, &status);
    settle(d);
}

static void emit_due_status(struct delivery *d)
{
    uint64_t now = timestamp_monotonic();
    if (!d->options.live || now < d->next_status_ns)
        return;
    (void)pthread_mutex_lock(&d->lock);
    struct sensor_status status = d->reported;
    (void)pthread_mutex_unlock(&d->lock);
    emit_status(d, &status);
    d->next_status_ns = now + STATUS_INTERVAL_NS;
}

static void nap(void)
{
    const struct timespec length = {.tv_nsec = NAP_NS};
    (void)nanosleep(&length, NULL);
}

static void *deliver(void *context)
{
    struct delivery *d = context;
    while (!ring_finished(d->options.findings)) {
        d->needless = emitter_is_needless(d->emitter);
        emit_due_status(d);
        const struct finding *finding = ring_peek(d->options.findings);
        if (d->journal && journal_is_due(d->journal))
            settle(d);
        if (!finding) {
            settle(d);
            /* A nap gathers what follows: else the packet thread would wake this one for each. */
            nap();
            finding = ring_peek_wait(d->options.findings, IDLE_WAIT_MS);
        }
        if (finding) {
            ledger_add(d->ledger, finding);
            ring_pop(d->options.findings);
        }
    }
    return NULL;
}

enum ajar_status delivery_start(struct delivery *delivery, const struct sensor_status *first,
                                struct problem *problem)
{
    delivery->reported = *first;
    int error = pthread_create(&delivery->thread, NULL, deliver, delivery);
    if (error != 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "delivery thread: %s", strerror(error));
    delivery->started = true;
    return AJAR_OK;
}

void delivery_report(struct delivery *delivery, const struct sensor_status *status)
{
    (void)pthread_mutex_lock(&delivery->lock);
    delivery->reported = *status;
    (void)pthread_mutex_unlock(&delivery->lock);
}

bool delivery_is_needless(const struct delivery *delivery)
{
    return delivery->needless;
}

enum ajar_status delivery_finish(struct delivery *delivery, const struct sensor_status *last,
                                 struct problem *problem)
{
    if (delivery->started) {
        (void)pthread_join(delivery->thread, NULL);
        delivery->started = false;
    }
    if (last)
        emit_status(delivery, last);
    int timeout_ms = delivery->options.live ? FINISH_WATCH_MS : FINISH_READ_MS;
    return emitter_finish(delivery->emitter, timeout_ms, problem);
}

void delivery_free(struct delivery *delivery)
{
    if (!delivery)
        return;
    ledger_free(delivery->ledger);
    emitter_free(delivery->emitter);
    journal_close(delivery->journal);
    enricher_free(delivery->enricher);
    (void)pthread_mutex_destroy(&delivery->lock);
    free(delivery);
}

const struct ledger *delivery_ledger(const struct delivery *delivery)
{
    return delivery->ledger;
}

void delivery_read_counters(const struct delivery *delivery, struct emit_counters *counters)
{
    emitter_read_counters(delivery->emitter, counters);
}
