/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer to Redis. Takes events from the queue in batches, sends a batch's commands in one go,
 * and looks at every reply: only what Redis acknowledged is forgotten. Whatever is refused (OOM,
 * READONLY, LOADING, ...) or was under way when the connection died is sent again, with back-off.
 * There is no timer for batches: while one batch is under way the next gathers, and at rest an
 * event leaves at once. Exactly-once delivery (a script on the server that knows what it has seen)
 * would take the place of append_item().
 */
#include "emit/redis.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/timestamp.h"
#include "emit/redis_item.h"
#include "emit/redis_link.h"
#include "emit/redis_queue.h"
#include "emit/resp.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH_ITEMS_MAX   256
#define BATCH_BYTES_MAX   (256u << 10)
#define IDLE_WAIT_MS      60000
#define BACKOFF_FIRST_MS  100
#define BACKOFF_LAST_MS   30000
#define PART_PAUSE_MS     100 /* after a refusal that the events themselves did not meet */
#define PART_REFUSALS_MAX 5   /* then alerts, states and sources of that event are given up */
#define ROOM_WAIT_MS      1000
#define GIVE_UP_NS        60000000000ULL /* `read` stops waiting for a Redis that takes nothing */
#define NS_PER_MS         1000000ULL

/* How a batch went. */
struct batch_result {
    bool dead;           /* the connection is */
    bool stream_refused; /* an event was not taken */
    bool part_refused;   /* something else was not taken */
    bool reconnect;      /* the server will go on refusing on this connection */
};

/* The commands of a batch in the order of their replies. */
struct sent {
    struct redis_item *item;
    struct redis_command *command; /* NULL: an eviction */
};

struct sending {
    struct sent list[BATCH_ITEMS_MAX * (REDIS_COMMANDS_MAX + 1)];
    size_t count;
};

struct redis_sink {
    struct emit_options options; /* its texts are borrowed */
    struct redis_access *access;
    struct redis_queue queue;
    pthread_t thread;
    bool running;
    bool was_connected;
    bool troubled;           /* a trouble was told and is not over */
    struct redis_link *link; /* the writer's; other threads only with link_lock */
    pthread_mutex_t link_lock;
    struct redis_item *batch; /* taken from the queue, not yet acknowledged */
    size_t batch_count;
    struct sending sending;
    int backoff_ms;
    uint64_t random;
    long long sources;              /* members of the geo set, as far as known */
    char trouble[PROBLEM_TEXT_MAX]; /* why nothing goes on; the writer's until it has ended */
    _Atomic uint64_t queued, acknowledged, refused, dropped, reconnects;
    _Atomic uint64_t progress_ns; /* when Redis last took something (monotonic) */
};

static void set_link(struct redis_sink *sink, struct redis_link *link)
{
    (void)pthread_mutex_lock(&sink->link_lock);
    struct redis_link *before = sink->link;
    sink->link = link;
    (void)pthread_mutex_unlock(&sink->link_lock);
    redis_link_close(before);
}

/* In `read` the reason is said once, at the end, if events were left. */
static void tell_trouble(struct redis_sink *sink, const char *text)
{
    (void)snprintf(sink->trouble, sizeof sink->trouble, "%s", text);
    if (sink->options.live && !sink->troubled)
        log_warning("%s; events are kept and sent later", text);
    sink->troubled = true;
}

static void tell_recovery(struct redis_sink *sink)
{
    if (sink->options.live && sink->troubled)
        log_info("Redis %s takes events again", redis_access_name(sink->access));
    sink->troubled = false;
    sink->trouble[0] = '\0';
}

static uint64_t random_below(struct redis_sink *sink, uint64_t limit)
{
    sink->random ^= sink->random << 13;
    sink->random ^= sink->random >> 7;
    sink->random ^= sink->random << 17;
    return limit ? sink->random % limit : 0;
}

/* Half of the back-off is random, so that many sensors do not come back all at once. */
static void pause_writer(struct redis_sink *sink)
{
    if (sink->backoff_ms > 0) {
        int half = sink->backoff_ms / 2;
        redis_queue_pause(&sink->queue, half + (int)random_below(sink, (uint64_t)half + 1));
    }
    sink->backoff_ms = sink->backoff_ms ? sink->backoff_ms * 2 : BACKOFF_FIRST_MS;
    if (sink->backoff_ms > BACKOFF_LAST_MS)
        sink->backoff_ms = BACKOFF_LAST_MS;
}

static bool append_words(struct redis_sink *sink, const char *const *words, size_t count)
{
    struct resp resp = {.bytes = NULL};
    resp_begin(&resp, count);
    for (size_t i = 0; i < count; i++)
        resp_add_text(&resp, words[i]);
    bool added = !resp.failed && redis_link_append(sink->link, resp.bytes, resp.used) == AJAR_OK;
    resp_clear(&resp);
    return added;
}

static void make_sources_key(const struct redis_sink *sink, char key[static 256])
{
    (void)snprintf(key, 256, "%s:sources", sink->options.redis.prefix);
}

/* How many members the geo set has: its cap is kept by counting from here. */
static bool count_sources(struct redis_sink *sink)
{
    char key[256];
    struct redis_reply reply;
    make_sources_key(sink, key);
    const char *const words[] = {"ZCARD", key};
    if (!append_words(sink, words, 2) || redis_link_read(sink->link, &reply) != AJAR_OK)
        return false;
    sink->sources = reply.integer;
    return true;
}

/* AJAR_AGAIN: the server is there and still loads its data. */
static enum ajar_status connect_sink(struct redis_sink *sink, struct problem *problem)
{
    struct redis_link *link = NULL;
    enum ajar_status status = redis_link_open(sink->access, &link, problem);
    if (status == AJAR_AGAIN)
        return problem_set(problem, status, "Redis %s is loading its data",
                           redis_access_name(sink->access));
    if (status != AJAR_OK)
        return status;
    set_link(sink, link);
    if (count_sources(sink)) {
        if (sink->was_connected)
            atomic_fetch_add(&sink->reconnects, 1);
        sink->was_connected = true;
        return AJAR_OK;
    }
    status = problem_set(problem, AJAR_ERR_SYSTEM, "Redis %s: %s", redis_access_name(sink->access),
                         redis_link_error(link));
    set_link(sink, NULL);
    return status;
}

/* The state of an exposure is written once per batch: the last one of it counts. */
static void drop_superseded(struct redis_sink *sink)
{
    for (struct redis_item *item = sink->batch; item; item = item->next) {
        const struct redis_item *later = item->exposure[0] ? item->next : NULL;
        while (later && memcmp(later->exposure, item->exposure, sizeof item->exposure) != 0)
            later = later->next;
        if (!later)
            continue;
        for (unsigned i = 0; i < item->command_count; i++)
            if (item->commands[i].kind == REDIS_STATE)
                item->commands[i].done = true;
    }
}

/* A full geo set loses a member drawn by lot for the one that comes: every region keeps its share.
 */
static bool append_eviction(struct redis_sink *sink)
{
    char key[256], rank[24];
    make_sources_key(sink, key);
    (void)snprintf(rank, sizeof rank, "%llu",
                   (unsigned long long)random_below(sink, (uint64_t)sink->sources));
    const char *const words[] = {"ZREMRANGEBYRANK", key, rank, rank};
    return append_words(sink, words, 4);
}

static bool append_item(struct redis_sink *sink, struct redis_item *item)
{
    struct sending *sending = &sink->sending;
    for (unsigned i = 0; i < item->command_count; i++) {
        struct redis_command *command = &item->commands[i];
        if (command->done)
            continue;
        if (command->kind == REDIS_SOURCE && sink->sources >= REDIS_SOURCES_MAX) {
            if (!append_eviction(sink))
                return false;
            sending->list[sending->count++] = (struct sent){.item = item};
        }
        if (redis_link_append(sink->link, item->wire + command->offset, command->length) != AJAR_OK)
            return false;
        sending->list[sending->count++] = (struct sent){item, command};
    }
    return true;
}

static bool starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* A replica stays a replica, and a login stays lost, until there is a new connection. */
static bool needs_new_connection(const char *error)
{
    return starts(error, "READONLY") || starts(error, "NOAUTH") || starts(error, "MOVED") ||
           starts(error, "MASTERDOWN");
}

static void take_refusal(struct redis_sink *sink, const struct sent *sent,
                         const struct redis_reply *reply, struct batch_result *result)
{
    char text[PROBLEM_TEXT_MAX];
    atomic_fetch_add(&sink->refused, 1);
    (void)snprintf(text, sizeof text, "Redis %s refuses: %s", redis_access_name(sink->access),
                   reply->error);
    tell_trouble(sink, text);
    result->reconnect |= needs_new_connection(reply->error);
    if (sent->command && sent->command->kind == REDIS_STREAM) {
        result->stream_refused = true;
    } else {
        result->part_refused = true;
        sent->item->refusals++;
    }
}

static void take_reply(struct redis_sink *sink, const struct sent *sent,
                       const struct redis_reply *reply, struct batch_result *result)
{
    if (reply->is_error) {
        take_refusal(sink, sent, reply, result);
        return;
    }
    if (!sent->command) {
        sink->sources -= reply->integer;
        return;
    }
    if (sent->command->kind == REDIS_SOURCE)
        sink->sources += reply->integer;
    if (sent->command->kind == REDIS_STREAM) {
        atomic_fetch_add(&sink->acknowledged, 1);
        atomic_store(&sink->progress_ns, timestamp_monotonic());
    }
    sent->command->done = true;
}

static bool is_done(const struct redis_item *item)
{
    bool stream_done = true, parts_done = true;
    for (unsigned i = 0; i < item->command_count; i++)
        *(item->commands[i].kind == REDIS_STREAM ? &stream_done : &parts_done) &=
            item->commands[i].done;
    return stream_done && (parts_done || item->refusals >= PART_REFUSALS_MAX);
}

static void forget_done(struct redis_sink *sink)
{
    struct redis_item **link = &sink->batch;
    while (*link) {
        struct redis_item *item = *link;
        if (is_done(item)) {
            *link = item->next;
            free(item);
            sink->batch_count--;
        } else {
            link = &item->next;
        }
    }
}

static struct batch_result send_batch(struct redis_sink *sink)
{
    struct sending *sending = &sink->sending;
    struct batch_result result = {.dead = false};
    sending->count = 0;
    drop_superseded(sink);
    for (struct redis_item *item = sink->batch; item && !result.dead; item = item->next)
        result.dead = !append_item(sink, item);
    for (size_t i = 0; i < sending->count && !result.dead; i++) {
        struct redis_reply reply;
        result.dead = redis_link_read(sink->link, &reply) != AJAR_OK;
        if (!result.dead)
            take_reply(sink, &sending->list[i], &reply, &result);
    }
    forget_done(sink);
    return result;
}

/* Fills the batch up; waits for the first event if there is none at all. */
static void refill(struct redis_sink *sink)
{
    if (sink->batch_count >= BATCH_ITEMS_MAX)
        return;
    struct redis_item **end = &sink->batch;
    while (*end)
        end = &(*end)->next;
    *end = redis_queue_take(&sink->queue, BATCH_ITEMS_MAX - sink->batch_count, BATCH_BYTES_MAX,
                            sink->batch_count ? 0 : IDLE_WAIT_MS);
    for (const struct redis_item *item = *end; item; item = item->next)
        sink->batch_count++;
}

static void react(struct redis_sink *sink, const struct batch_result *result)
{
    if (result->dead) {
        char text[PROBLEM_TEXT_MAX];
        (void)snprintf(text, sizeof text, "Redis %s: %s", redis_access_name(sink->access),
                       redis_link_error(sink->link));
        tell_trouble(sink, text);
    }
    if (result->dead || result->reconnect)
        set_link(sink, NULL);
    if (result->dead || result->stream_refused) {
        pause_writer(sink);
    } else if (result->part_refused) {
        redis_queue_pause(&sink->queue, PART_PAUSE_MS);
    } else {
        sink->backoff_ms = 0;
        tell_recovery(sink);
    }
}

static bool has_ended(struct redis_sink *sink)
{
    switch (redis_queue_state(&sink->queue)) {
    case REDIS_QUEUE_OPEN:
        return false;
    case REDIS_QUEUE_CLOSING:
        return !sink->batch && redis_queue_count(&sink->queue) == 0;
    case REDIS_QUEUE_ABANDONED:
        break;
    }
    return true;
}

static void *run_writer(void *context)
{
    struct redis_sink *sink = context;
    while (!has_ended(sink)) {
        if (!sink->link) {
            struct problem problem = {""};
            if (connect_sink(sink, &problem) != AJAR_OK) {
                tell_trouble(sink, problem.text);
                pause_writer(sink);
                continue;
            }
        }
        refill(sink);
        if (!sink->batch)
            continue;
        struct batch_result result = send_batch(sink);
        react(sink, &result);
    }
    return NULL;
}

/* A reading with a Redis that says no must end before it gives anything out. One that is still
 * loading will come. */
static enum ajar_status connect_first(struct redis_sink *sink, struct problem *problem)
{
    if (sink->options.live)
        return AJAR_OK;
    struct problem cause = {""};
    enum ajar_status status = connect_sink(sink, &cause);
    if (status == AJAR_OK || status == AJAR_AGAIN)
        return AJAR_OK;
    return problem_set(problem, status, "%s", cause.text);
}

enum ajar_status redis_sink_open(const struct emit_options *options, struct redis_sink **sink,
                                 struct problem *problem)
{
    struct redis_sink *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->options = *options;
    if (redis_queue_init(&made->queue) != AJAR_OK ||
        pthread_mutex_init(&made->link_lock, NULL) != 0) {
        free(made);
        return AJAR_ERR_SYSTEM;
    }
    enum ajar_status status = hash_make_seed(&made->random);
    made->random |= 1;
    if (status == AJAR_OK)
        status = redis_access_new(&options->redis, &made->access, problem);
    if (status == AJAR_OK)
        status = connect_first(made, problem);
    if (status == AJAR_OK && pthread_create(&made->thread, NULL, run_writer, made) != 0)
        status = problem_set(problem, AJAR_ERR_SYSTEM, "cannot start a thread for Redis");
    made->running = status == AJAR_OK;
    if (status == AJAR_OK)
        *sink = made;
    else
        redis_sink_free(made);
    return status;
}

/* Whether room may still come: Redis took something not long ago. */
static bool is_worth_waiting(const struct redis_sink *sink, uint64_t since_ns)
{
    uint64_t progress = atomic_load(&sink->progress_ns);
    uint64_t last = progress > since_ns ? progress : since_ns;
    return !sink->options.live && timestamp_monotonic() - last < GIVE_UP_NS;
}

void redis_sink_add(struct redis_sink *sink, const struct event *event, const char *json,
                    size_t length)
{
    struct redis_item_options options = {
        .prefix = sink->options.redis.prefix,
        .import_id = sink->options.import_id,
        .sensor = sink->options.sensor,
        .site = sink->options.site,
        .stream_max = sink->options.redis.stream_max,
        .queued = redis_queue_count(&sink->queue),
        .dropped = atomic_load(&sink->dropped),
    };
    struct redis_item *item = NULL;
    if (redis_item_make(&options, event, json, length, &item) != AJAR_OK) {
        atomic_fetch_add(&sink->dropped, 1);
        return;
    }
    uint64_t since = timestamp_monotonic();
    bool pushed = redis_queue_push(&sink->queue, item, 0);
    while (!pushed && is_worth_waiting(sink, since))
        pushed = redis_queue_push(&sink->queue, item, ROOM_WAIT_MS);
    if (!pushed)
        free(item);
    atomic_fetch_add(pushed ? &sink->queued : &sink->dropped, 1);
}

static void join_writer(struct redis_sink *sink, int timeout_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    uint64_t ns = (uint64_t)until.tv_nsec + (uint64_t)(unsigned)timeout_ms * NS_PER_MS;
    until.tv_sec += (time_t)(ns / 1000000000ULL);
    until.tv_nsec = (long)(ns % 1000000000ULL);
    redis_queue_set_state(&sink->queue, REDIS_QUEUE_CLOSING);
    if (pthread_timedjoin_np(sink->thread, NULL, &until) != 0) {
        redis_queue_set_state(&sink->queue, REDIS_QUEUE_ABANDONED);
        (void)pthread_mutex_lock(&sink->link_lock);
        if (sink->link)
            (void)shutdown(redis_link_socket(sink->link), SHUT_RDWR);
        (void)pthread_mutex_unlock(&sink->link_lock);
        (void)pthread_join(sink->thread, NULL);
    }
    sink->running = false;
}

static bool is_delivered(const struct redis_item *item)
{
    for (unsigned i = 0; i < item->command_count; i++)
        if (item->commands[i].kind == REDIS_STREAM && !item->commands[i].done)
            return false;
    return true;
}

/* Only once the writer has ended. */
static uint64_t count_undelivered(const struct redis_sink *sink)
{
    uint64_t count = 0;
    for (const struct redis_item *item = sink->batch; item; item = item->next)
        count += !is_delivered(item);
    for (const struct redis_item *item = sink->queue.first; item; item = item->next)
        count += !is_delivered(item);
    return count;
}

enum ajar_status redis_sink_finish(struct redis_sink *sink, int timeout_ms, struct problem *problem)
{
    if (!sink->running)
        return AJAR_OK;
    join_writer(sink, timeout_ms > 0 ? timeout_ms : 0);
    atomic_fetch_add(&sink->dropped, count_undelivered(sink));
    uint64_t lost = atomic_load(&sink->dropped);
    if (lost == 0)
        return AJAR_OK;
    return problem_set(problem, AJAR_ERR_LIMIT, "%llu event%s did not reach Redis: %s",
                       (unsigned long long)lost, lost == 1 ? "" : "s",
                       sink->trouble[0] ? sink->trouble : "its queue was full");
}

void redis_sink_read_counters(struct redis_sink *sink, struct emit_counters *counters)
{
    counters->redis_queued = atomic_load(&sink->queued);
    counters->redis_acknowledged = atomic_load(&sink->acknowledged);
    counters->redis_refused = atomic_load(&sink->refused);
    counters->redis_dropped = atomic_load(&sink->dropped);
    counters->redis_reconnects = atomic_load(&sink->reconnects);
}

void redis_sink_free(struct redis_sink *sink)
{
    if (!sink)
        return;
    if (sink->running)
        join_writer(sink, 0);
    while (sink->batch) {
        struct redis_item *item = sink->batch;
        sink->batch = item->next;
        free(item);
    }
    set_link(sink, NULL);
    redis_queue_clear(&sink->queue);
    (void)pthread_mutex_destroy(&sink->link_lock);
    redis_access_free(sink->access);
    free(sink);
}
