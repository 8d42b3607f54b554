/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sender: journal -> one script call per batch -> Redis. Every outcome is one of: taken (the
 * mark went on), refused (kept, with back-off), another mark (go on from there), unknown (the
 * connection died: the next one asks for the mark). There is no timer for batches: while one is
 * under way the next gathers, and at rest an event leaves at once.
 */
#include "emit/redis_sender.h"

#include "base/log.h"
#include "base/timestamp.h"
#include "emit/redis_node.h"
#include "emit/redis_refusal.h"
#include "emit/redis_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS   1000000ULL
#define REST_MS     500 /* between looks for a heartbeat or state that is due */
#define RETRIES_MAX 5   /* in a row without back-off: moved slots, a script that was forgotten */

enum outcome {
    GOES_ON,
    AT_ONCE, /* again, but not for ever */
    WAITS,   /* with back-off, on this connection */
    LEAVES,  /* with back-off, on a new one */
};

void redis_sender_set_link(struct redis_sink *sink, struct redis_link *link)
{
    (void)pthread_mutex_lock(&sink->lock);
    struct redis_link *before = sink->link;
    sink->link = link;
    (void)pthread_mutex_unlock(&sink->lock);
    redis_link_close(before);
}

/* In `read` the reason is said once, at the end, if events were left. */
void redis_tell_trouble(struct redis_sink *sink, const char *text)
{
    (void)pthread_mutex_lock(&sink->lock);
    (void)snprintf(sink->trouble, sizeof sink->trouble, "%s", text);
    (void)pthread_mutex_unlock(&sink->lock);
    if (sink->options.live && !sink->troubled)
        log_warning("%s; events are kept and sent later", text);
    sink->troubled = true;
}

void redis_tell_recovery(struct redis_sink *sink)
{
    if (sink->options.live && sink->troubled)
        log_info("Redis %s takes events again", redis_access_name(sink->access));
    sink->troubled = false;
    (void)pthread_mutex_lock(&sink->lock);
    sink->trouble[0] = '\0';
    (void)pthread_mutex_unlock(&sink->lock);
}

static void tell_link_trouble(struct redis_sink *sink)
{
    char text[PROBLEM_TEXT_MAX];
    (void)snprintf(text, sizeof text, "Redis %s: %s", redis_access_name(sink->access),
                   redis_link_error(sink->link));
    redis_tell_trouble(sink, text);
}

uint64_t redis_sender_draw(struct redis_sink *sink)
{
    sink->random ^= sink->random << 13;
    sink->random ^= sink->random >> 7;
    sink->random ^= sink->random << 17;
    return sink->random;
}

void redis_sender_pause(struct redis_sink *sink, int wait_ms)
{
    const struct timespec until =
        timestamp_to_timespec(timestamp_monotonic() + (uint64_t)(unsigned)wait_ms * NS_PER_MS);
    (void)pthread_mutex_lock(&sink->lock);
    enum redis_sink_state state = sink->state;
    int result = 0;
    while (result == 0 && sink->state == state)
        result = pthread_cond_clockwait(&sink->changed, &sink->lock, CLOCK_MONOTONIC, &until);
    (void)pthread_mutex_unlock(&sink->lock);
}

enum redis_sink_state redis_sender_state(struct redis_sink *sink)
{
    (void)pthread_mutex_lock(&sink->lock);
    enum redis_sink_state state = sink->state;
    (void)pthread_mutex_unlock(&sink->lock);
    return state;
}

/* Half of the back-off is random, so that many sensors do not come back all at once. */
static void back_off(struct redis_sink *sink, int most_ms)
{
    sink->backoff_ms = sink->backoff_ms ? sink->backoff_ms * 2 : REDIS_BACKOFF_FIRST_MS;
    if (sink->backoff_ms > most_ms)
        sink->backoff_ms = most_ms;
    int half = sink->backoff_ms / 2;
    redis_sender_pause(sink, half + (int)(redis_sender_draw(sink) % ((uint64_t)half + 1)));
}

static enum outcome refuse(struct redis_sink *sink, const char *error)
{
    char text[PROBLEM_TEXT_MAX];
    const struct redis_refusal *refusal = redis_refusal_find(error);
    if (redis_refusal_is_script(error)) {
        sink->sha[0] = '\0';
        return AT_ONCE;
    }
    if (redis_access_redirect(sink->access, error)) {
        redis_sender_set_link(sink, NULL);
        return AT_ONCE;
    }
    atomic_fetch_add(&sink->refused, 1);
    size_t length = strlen(error);
    length -= length > 0 && error[length - 1] == '.';
    (void)snprintf(text, sizeof text, "Redis %s refuses: %.*s%s%s", redis_access_name(sink->access),
                   (int)length, error, refusal->right[0] ? ": " : "", refusal->right);
    redis_tell_trouble(sink, text);
    if (sink->backoff_ms > refusal->wait_most_ms / 2)
        sink->backoff_ms = refusal->wait_most_ms / 2;
    return refusal->reconnect ? LEAVES : WAITS;
}

/* One command, whose words end with NULL. */
static enum outcome ask(struct redis_sink *sink, const char *const *words,
                        struct redis_reply *reply)
{
    if (redis_link_ask(sink->link, words, reply, NULL, NULL) != AJAR_OK) {
        tell_link_trouble(sink);
        return LEAVES;
    }
    return reply->is_error ? refuse(sink, reply->error) : GOES_ON;
}

static enum outcome load_script(struct redis_sink *sink)
{
    struct redis_reply reply;
    const char *const words[] = {"SCRIPT", "LOAD", redis_script, NULL};
    enum outcome outcome = ask(sink, words, &reply);
    if (outcome == GOES_ON)
        (void)snprintf(sink->sha, sizeof sink->sha, "%s", reply.text);
    return outcome;
}

static enum outcome find_place(struct redis_sink *sink)
{
    char key[REDIS_KEY_MAX];
    struct redis_reply reply;
    redis_batch_mark_key(&sink->contract, key);
    const char *const words[] = {"GET", key, NULL};
    enum outcome outcome = ask(sink, words, &reply);
    if (outcome == GOES_ON)
        redis_place(sink, reply.text, NULL);
    return outcome;
}

static enum outcome greet(struct redis_sink *sink)
{
    enum outcome outcome = find_place(sink);
    if (outcome == GOES_ON)
        outcome = load_script(sink);
    if (outcome != GOES_ON)
        return outcome;
    if (sink->was_connected)
        atomic_fetch_add(&sink->reconnects, 1);
    else if (!sink->options.import_id)
        sink->state_due = true;
    sink->was_connected = true;
    return GOES_ON;
}

static enum outcome connect_sender(struct redis_sink *sink, struct problem *problem)
{
    struct redis_link *link = NULL;
    enum ajar_status status = redis_link_open(sink->access, &link, problem);
    if (status == AJAR_AGAIN)
        (void)problem_set(problem, status, "Redis %s is loading its data",
                          redis_access_name(sink->access));
    if (status != AJAR_OK) {
        redis_tell_trouble(sink, problem->text);
        if (status == AJAR_AGAIN && sink->backoff_ms > REDIS_BACKOFF_SOON_MS / 2)
            sink->backoff_ms = REDIS_BACKOFF_SOON_MS / 2;
        return status == AJAR_AGAIN ? WAITS : LEAVES;
    }
    redis_sender_set_link(sink, link);
    enum outcome outcome = greet(sink);
    if (outcome == GOES_ON)
        return GOES_ON;
    redis_sender_set_link(sink, NULL); /* it does not know its place */
    return outcome == AT_ONCE ? AT_ONCE : LEAVES;
}

static void note_events(struct redis_sink *sink, const struct redis_flight *flight, size_t taken)
{
    const struct journal_event *events = flight->events.events;
    uint64_t again = 0;
    if (taken == 0) {
        if (sink->mark[0] == '\0')
            (void)snprintf(sink->mark, sizeof sink->mark, "0");
        return;
    }
    const struct journal_event *last = &events[taken - 1];
    for (size_t i = 0; i < taken && events[i].sequence <= sink->rewound_to; i++)
        again++;
    atomic_fetch_add(&sink->rewound, again);
    atomic_fetch_add(&sink->acknowledged, taken);
    redis_batch_write_mark(last, sink->mark);
    sink->after = last->sequence;
    journal_confirm(sink->options.journal, last->sequence);
}

/* Told once; from then on the heartbeat counts. */
static void note_list(struct redis_sink *sink, uint64_t cut, uint64_t refused)
{
    atomic_fetch_add(&sink->list_dropped, cut + refused);
    if (cut == 0 || sink->told_list_cap)
        return;
    sink->told_list_cap = true;
    log_warning("the list %s is at its cap of %llu entries (redis.list_max): its oldest go, nobody "
                "took them",
                sink->contract.list, (unsigned long long)sink->contract.list_max);
}

/* Whether all of the flight was taken. */
static bool note_taken(struct redis_sink *sink, const struct redis_flight *flight,
                       const struct redis_reply *reply)
{
    size_t taken = (size_t)reply->integers[REDIS_TAKEN];
    bool all = taken >= flight->events.count;
    note_events(sink, flight, all ? flight->events.count : taken);
    note_list(sink, (uint64_t)reply->integers[REDIS_LIST_CUT],
              (uint64_t)reply->integers[REDIS_LIST_REFUSED]);
    redis_note_parts(sink, flight, reply->integers);
    return all;
}

static enum outcome take_reply(struct redis_sink *sink, struct redis_flight *flight,
                               const struct redis_reply *reply)
{
    if (!reply->is_error && reply->count == REDIS_NUMBERS) {
        if (!note_taken(sink, flight, reply))
            return AT_ONCE; /* the reason will be the answer to the next one */
        redis_tell_recovery(sink);
        sink->backoff_ms = 0;
        sink->retries = 0;
        return GOES_ON;
    }
    redis_gather_again(sink, flight);
    if (reply->is_error)
        return refuse(sink, reply->error);
    redis_place(sink, reply->text, flight);
    return AT_ONCE;
}

static struct redis_flight *flight_at(struct redis_sink *sink, size_t number)
{
    return &sink->flights[(sink->first_flight + number) % REDIS_FLIGHTS];
}

static bool read_flight(struct redis_sink *sink, struct redis_flight **flight,
                        struct redis_reply *reply)
{
    if (redis_link_read(sink->link, reply) != AJAR_OK) {
        tell_link_trouble(sink);
        return false;
    }
    *flight = flight_at(sink, 0);
    sink->first_flight = (sink->first_flight + 1) % REDIS_FLIGHTS;
    sink->flight_count--;
    return true;
}

/* After one that was not taken, those behind it cannot have been either, unless it had arrived
 * before: then they may. */
static enum outcome land_rest(struct redis_sink *sink, enum outcome outcome)
{
    struct redis_flight *flight;
    struct redis_reply reply;
    while (sink->link && sink->flight_count > 0) {
        if (!read_flight(sink, &flight, &reply))
            return LEAVES;
        if (!reply.is_error && reply.count == REDIS_NUMBERS)
            (void)note_taken(sink, flight, &reply);
        else
            redis_gather_again(sink, flight);
    }
    return outcome;
}

static bool is_next_due(const struct redis_sink *sink)
{
    return sink->flight_count < (sink->troubled ? 1 : REDIS_FLIGHTS);
}

static bool take_off(struct redis_sink *sink, struct redis_flight *flight)
{
    const struct journal_batch *events = &flight->events;
    if (redis_batch_finish(&flight->batch, sink->sha) != AJAR_OK ||
        redis_link_append(sink->link, flight->batch.wire.bytes, flight->batch.wire.used) !=
            AJAR_OK) {
        redis_tell_trouble(sink, "out of memory for a batch to Redis");
        redis_gather_again(sink, flight);
        return false;
    }
    sink->flight_count++;
    if (events->count > 0) {
        redis_batch_write_mark(&events->events[events->count - 1], sink->next_mark);
        sink->next_after = events->events[events->count - 1].sequence;
    } else if (sink->next_mark[0] == '\0') {
        (void)snprintf(sink->next_mark, sizeof sink->next_mark, "0");
    }
    return true;
}

/* Sends what there is, and takes the oldest answer. */
static enum outcome deliver(struct redis_sink *sink)
{
    if (sink->sha[0] == '\0') {
        enum outcome outcome = load_script(sink);
        if (outcome != GOES_ON)
            return outcome;
    }
    if (sink->flight_count == 0) {
        memcpy(sink->next_mark, sink->mark, sizeof sink->next_mark);
        sink->next_after = sink->after;
    }
    while (is_next_due(sink)) {
        struct redis_flight *flight = flight_at(sink, sink->flight_count);
        if (!redis_gather(sink, flight, sink->flight_count ? 0 : REST_MS))
            break;
        if (!take_off(sink, flight))
            return LEAVES;
    }
    struct redis_flight *flight;
    struct redis_reply reply;
    if (sink->flight_count == 0)
        return GOES_ON;
    if (!read_flight(sink, &flight, &reply))
        return LEAVES;
    enum outcome outcome = take_reply(sink, flight, &reply);
    return outcome == GOES_ON ? GOES_ON : land_rest(sink, outcome);
}

/* A batch without events shows whether writes are taken. */
static enum outcome probe(struct redis_sink *sink)
{
    struct redis_flight *flight = flight_at(sink, 0);
    struct redis_reply reply;
    flight->events.count = 0;
    flight->states = flight->heartbeat = false;
    redis_batch_begin(&flight->batch, &sink->contract, sink->mark, redis_sender_draw(sink));
    if (!take_off(sink, flight) || !read_flight(sink, &flight, &reply))
        return LEAVES;
    return take_reply(sink, flight, &reply);
}

enum ajar_status redis_sender_connect(struct redis_sink *sink, struct problem *problem)
{
    enum outcome outcome = AT_ONCE;
    for (unsigned i = 0; i < RETRIES_MAX && outcome == AT_ONCE; i++) {
        outcome = connect_sender(sink, problem);
        if (outcome == GOES_ON)
            outcome = probe(sink);
    }
    if (outcome == GOES_ON)
        return AJAR_OK;
    bool is_loading = outcome == WAITS && !sink->link;
    redis_sender_set_link(sink, NULL);
    return problem_set(problem, is_loading ? AJAR_AGAIN : AJAR_ERR_SYSTEM, "%s", sink->trouble);
}

static bool has_ended(struct redis_sink *sink)
{
    struct journal_counters counters;
    switch (redis_sender_state(sink)) {
    case REDIS_SINK_OPEN:
        return false;
    case REDIS_SINK_CLOSING:
        if (sink->link)
            return sink->has_drained;
        journal_read_counters(sink->options.journal, &counters);
        return counters.undelivered == 0 && counters.pending == 0;
    case REDIS_SINK_ABANDONED:
        break;
    }
    return true;
}

void *redis_sender_run(void *context)
{
    struct redis_sink *sink = context;
    while (!has_ended(sink)) {
        struct problem problem = {""};
        enum outcome outcome = sink->link ? deliver(sink) : connect_sender(sink, &problem);
        if (outcome == GOES_ON)
            continue;
        sink->has_drained = false;
        if (outcome == LEAVES)
            redis_sender_set_link(sink, NULL);
        if (outcome != AT_ONCE || ++sink->retries > RETRIES_MAX)
            back_off(sink, REDIS_BACKOFF_LAST_MS);
    }
    return NULL;
}
