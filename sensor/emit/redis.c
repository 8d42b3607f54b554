/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of the sender to Redis: it begins with the emitter, sends what the journal accepted, and
 * ends within the time that it is given. What it does meanwhile is in redis_sender.c.
 */
#include "emit/redis.h"

#include "base/hash.h"
#include "base/timestamp.h"
#include "emit/redis_sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define NS_PER_MS 1000000ULL

static void write_contract(struct redis_sink *sink)
{
    const struct emit_options *options = &sink->options;
    sink->contract = (struct redis_batch_options){
        .prefix = options->redis.prefix,
        .sensor = options->sensor,
        .journal_sensor = journal_sensor(options->journal),
        .site = options->site,
        .journal_uuid = journal_uuid(options->journal),
        .is_import = options->import_id != NULL,
        .has_stream = redis_options_want_stream(&options->redis),
        .stream_max = options->redis.stream_max,
        .list = option_is_given(options->redis.list) ? options->redis.list : NULL,
        .list_max = options->redis.list_max,
    };
}

static bool prepare_lock(struct redis_sink *sink)
{
    return pthread_cond_init(&sink->changed, NULL) == 0 &&
           pthread_mutex_init(&sink->lock, NULL) == 0;
}

/* A reading with a Redis that says no must end before it gives anything out. One that is still
 * loading will come. */
static enum ajar_status connect_first(struct redis_sink *sink, struct problem *problem)
{
    if (sink->options.live)
        return AJAR_OK;
    struct problem cause = {""};
    enum ajar_status status = redis_sender_connect(sink, &cause);
    if (status == AJAR_OK || status == AJAR_AGAIN)
        return AJAR_OK;
    return problem_set(problem, status, "%s", cause.text);
}

static enum ajar_status prepare(struct redis_sink *sink, struct problem *problem)
{
    if (!sink->options.journal)
        return problem_set(problem, AJAR_ERR_USAGE, "Redis needs a journal");
    write_contract(sink);
    sink->opened_last = journal_last_sequence(sink->options.journal);
    (void)snprintf(sink->trouble, sizeof sink->trouble, "not connected yet");
    sink->flights = calloc(REDIS_FLIGHTS, sizeof *sink->flights);
    sink->look = calloc(1, sizeof *sink->look);
    if (!sink->flights || !sink->look)
        return AJAR_ERR_MEMORY;
    enum ajar_status status = hash_make_seed(&sink->random);
    sink->random |= 1;
    if (status == AJAR_OK)
        status = redis_access_new(&sink->options.redis, &sink->access, problem);
    if (status == AJAR_OK)
        status = connect_first(sink, problem);
    return status;
}

enum ajar_status redis_sink_open(const struct emit_options *options, struct redis_sink **sink,
                                 struct problem *problem)
{
    struct redis_sink *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->options = *options;
    if (!prepare_lock(made)) {
        free(made);
        return AJAR_ERR_SYSTEM;
    }
    enum ajar_status status = prepare(made, problem);
    if (status == AJAR_OK && pthread_create(&made->thread, NULL, redis_sender_run, made) != 0)
        status = problem_set(problem, AJAR_ERR_SYSTEM, "cannot start a thread for Redis");
    made->running = status == AJAR_OK;
    if (status == AJAR_OK)
        *sink = made;
    else
        redis_sink_free(made);
    return status;
}

/* What is read is history and has no heartbeat. */
void redis_sink_report(struct redis_sink *sink, const struct sensor_status *status)
{
    if (sink->contract.is_import)
        return;
    (void)pthread_mutex_lock(&sink->lock);
    sink->status = *status;
    sink->list_dropped_then = atomic_load(&sink->list_dropped);
    sink->has_status = true;
    (void)pthread_mutex_unlock(&sink->lock);
}

void redis_sink_trouble(struct redis_sink *sink, char *text, size_t size)
{
    uint64_t now = timestamp_monotonic();
    (void)pthread_mutex_lock(&sink->lock);
    if (sink->trouble[0] != '\0')
        (void)snprintf(text, size, "%s", sink->trouble);
    else
        (void)snprintf(text, size, "%s",
                       now < sink->part_trouble_end_ns ? sink->part_trouble : "ok");
    (void)pthread_mutex_unlock(&sink->lock);
}

static void set_state(struct redis_sink *sink, enum redis_sink_state state)
{
    (void)pthread_mutex_lock(&sink->lock);
    sink->state = state;
    if (state == REDIS_SINK_ABANDONED && sink->link)
        (void)shutdown(redis_link_socket(sink->link), SHUT_RDWR);
    (void)pthread_cond_broadcast(&sink->changed);
    (void)pthread_mutex_unlock(&sink->lock);
}

static void join_sender(struct redis_sink *sink, int timeout_ms)
{
    const struct timespec until =
        timestamp_to_timespec(timestamp_now() + (uint64_t)(unsigned)timeout_ms * NS_PER_MS);
    set_state(sink, REDIS_SINK_CLOSING);
    journal_wake_reader(sink->options.journal);
    if (pthread_timedjoin_np(sink->thread, NULL, &until) != 0) {
        set_state(sink, REDIS_SINK_ABANDONED);
        (void)pthread_join(sink->thread, NULL);
    }
    sink->running = false;
}

enum ajar_status redis_sink_finish(struct redis_sink *sink, int timeout_ms, struct problem *problem)
{
    if (!sink->running)
        return AJAR_OK;
    join_sender(sink, timeout_ms > 0 ? timeout_ms : 0);
    struct journal_counters counters;
    journal_read_counters(sink->options.journal, &counters);
    uint64_t left = counters.undelivered + counters.pending;
    if (left == 0)
        return AJAR_OK;
    return problem_set(problem, AJAR_ERR_LIMIT, "%llu event%s did not reach Redis: %s",
                       (unsigned long long)left, left == 1 ? "" : "s",
                       sink->trouble[0] ? sink->trouble : "the time for it was over");
}

void redis_sink_read_counters(struct redis_sink *sink, struct emit_counters *counters)
{
    counters->redis_acknowledged = atomic_load(&sink->acknowledged);
    counters->redis_repeated = atomic_load(&sink->repeated);
    counters->redis_rewound = atomic_load(&sink->rewound);
    counters->redis_refused = atomic_load(&sink->refused);
    counters->redis_reconnects = atomic_load(&sink->reconnects);
    counters->list_dropped = atomic_load(&sink->list_dropped);
}

void redis_sink_free(struct redis_sink *sink)
{
    if (!sink)
        return;
    if (sink->running)
        join_sender(sink, 0);
    redis_sender_set_link(sink, NULL);
    for (size_t i = 0; sink->flights && i < REDIS_FLIGHTS; i++) {
        redis_batch_clear(&sink->flights[i].batch);
        journal_batch_clear(&sink->flights[i].events);
    }
    free(sink->flights);
    if (sink->look)
        journal_batch_clear(sink->look);
    free(sink->look);
    redis_access_free(sink->access);
    (void)pthread_cond_destroy(&sink->changed);
    (void)pthread_mutex_destroy(&sink->lock);
    free(sink);
}
