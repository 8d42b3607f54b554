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
#include "emit/redis_refusal.h"
#include "emit/redis_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S        1000000000ULL
#define NS_PER_MS       1000000ULL
#define REST_MS         500 /* between looks for a heartbeat or state that is due */
#define RETRIES_MAX     5 /* in a row without back-off: moved slots, a script that was forgotten */
#define STATES_MAX      128 /* of open exposures in one batch, when all of them are due */
#define STATE_FIRST_NS  (30 * NS_PER_S) /* after state was refused all of it is sent again, */
#define STATE_LAST_NS   (3600 * NS_PER_S)
#define PART_TELL_NS    (600 * NS_PER_S) /* and that is told again */
#define PART_TROUBLE_NS (60 * NS_PER_S)

/* The script's answer: see redis_script.lua. */
enum {
    TAKEN,
    LIST_CUT,
    LIST_REFUSED,
    ALERTS_REFUSED,
    SOURCES_REFUSED,
    PARTS_REFUSED,
    FIRST_PART,
    CLASS,
    NUMBERS
};

/* What a batch holds beside events. */
struct gathered {
    bool states, heartbeat;
    char last_state[EXPOSURE_ID_HEX]; /* of all open exposures; "" = that was all */
};

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
static void tell_trouble(struct redis_sink *sink, const char *text)
{
    (void)pthread_mutex_lock(&sink->lock);
    (void)snprintf(sink->trouble, sizeof sink->trouble, "%s", text);
    (void)pthread_mutex_unlock(&sink->lock);
    if (sink->options.live && !sink->troubled)
        log_warning("%s; events are kept and sent later", text);
    sink->troubled = true;
}

static void tell_recovery(struct redis_sink *sink)
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
    tell_trouble(sink, text);
}

static uint64_t draw(struct redis_sink *sink)
{
    sink->random ^= sink->random << 13;
    sink->random ^= sink->random >> 7;
    sink->random ^= sink->random << 17;
    return sink->random;
}

static void pause_sender(struct redis_sink *sink, int wait_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    uint64_t ns = (uint64_t)until.tv_nsec + (uint64_t)(unsigned)wait_ms * NS_PER_MS;
    until.tv_sec += (time_t)(ns / NS_PER_S);
    until.tv_nsec = (long)(ns % NS_PER_S);
    (void)pthread_mutex_lock(&sink->lock);
    enum redis_sink_state state = sink->state;
    int result = 0;
    while (result == 0 && sink->state == state)
        result = pthread_cond_timedwait(&sink->changed, &sink->lock, &until);
    (void)pthread_mutex_unlock(&sink->lock);
}

/* Half of the back-off is random, so that many sensors do not come back all at once. */
static void back_off(struct redis_sink *sink, int most_ms)
{
    sink->backoff_ms = sink->backoff_ms ? sink->backoff_ms * 2 : REDIS_BACKOFF_FIRST_MS;
    if (sink->backoff_ms > most_ms)
        sink->backoff_ms = most_ms;
    int half = sink->backoff_ms / 2;
    pause_sender(sink, half + (int)(draw(sink) % ((uint64_t)half + 1)));
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
    tell_trouble(sink, text);
    if (sink->backoff_ms > refusal->wait_most_ms / 2)
        sink->backoff_ms = refusal->wait_most_ms / 2;
    return refusal->reconnect ? LEAVES : WAITS;
}

/* One command of up to three words. */
static bool append_words(struct redis_link *link, const char *const words[3])
{
    struct resp resp = {.bytes = NULL};
    size_t count = 0;
    while (count < 3 && words[count])
        count++;
    resp_begin(&resp, count);
    for (size_t i = 0; i < count; i++)
        resp_add_text(&resp, words[i]);
    bool added = !resp.failed && redis_link_append(link, resp.bytes, resp.used) == AJAR_OK;
    resp_clear(&resp);
    return added;
}

static enum outcome ask(struct redis_sink *sink, const char *const words[3],
                        struct redis_reply *reply)
{
    if (!append_words(sink->link, words) || redis_link_read(sink->link, reply) != AJAR_OK) {
        tell_link_trouble(sink);
        return LEAVES;
    }
    return reply->is_error ? refuse(sink, reply->error) : GOES_ON;
}

static enum outcome load_script(struct redis_sink *sink)
{
    struct redis_reply reply;
    const char *const words[3] = {"SCRIPT", "LOAD", redis_script};
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
    const char *const words[3] = {"GET", key, NULL};
    enum outcome outcome = ask(sink, words, &reply);
    if (outcome == GOES_ON)
        redis_place(sink, reply.text, false);
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
        tell_trouble(sink, problem->text);
        if (status == AJAR_AGAIN && sink->backoff_ms > REDIS_BACKOFF_SOON_MS / 2)
            sink->backoff_ms = REDIS_BACKOFF_SOON_MS / 2;
        return status == AJAR_AGAIN ? WAITS : LEAVES;
    }
    redis_sender_set_link(sink, link);
    return greet(sink);
}

/* State of the exposures that these events changed, once each. */
static void add_states(struct redis_sink *sink)
{
    struct journal_exposure state;
    for (size_t i = 0; i < sink->read->count; i++) {
        const struct journal_event *event = &sink->read->events[i];
        if (redis_batch_meets(&sink->batch, event->exposure, event->import_id) &&
            journal_find_exposure(sink->options.journal, event->exposure, event->import_id,
                                  &state) == AJAR_OK)
            redis_batch_add_exposure(&sink->batch, &state);
    }
}

/* Some more of the open exposures, all of which are due; `last` is the last one, "" = that was all.
 */
static void add_open_states(struct redis_sink *sink, char last[static EXPOSURE_ID_HEX])
{
    struct journal_exposure state;
    memcpy(last, sink->state_after, EXPOSURE_ID_HEX);
    for (unsigned i = 0; i < STATES_MAX; i++) {
        if (journal_next_open(sink->options.journal, last, &state) != AJAR_OK) {
            last[0] = '\0';
            return;
        }
        memcpy(last, state.id, EXPOSURE_ID_HEX);
        redis_batch_add_exposure(&sink->batch, &state);
    }
}

static bool is_state_due(const struct redis_sink *sink)
{
    return sink->state_due && sink->contract.has_stream &&
           timestamp_monotonic() >= sink->state_due_ns;
}

/* Whether there was something new to say. */
static bool add_heartbeat(struct redis_sink *sink)
{
    struct redis_heartbeat heartbeat;
    (void)pthread_mutex_lock(&sink->lock);
    bool due = sink->has_status && sink->contract.has_stream;
    heartbeat.status = sink->status;
    sink->has_status = false;
    (void)pthread_mutex_unlock(&sink->lock);
    if (!due)
        return false;
    journal_read_counters(sink->options.journal, &heartbeat.journal);
    journal_trouble(sink->options.journal, heartbeat.journal_trouble,
                    sizeof heartbeat.journal_trouble);
    heartbeat.status.list_dropped = atomic_load(&sink->list_dropped);
    redis_batch_add_heartbeat(&sink->batch, &heartbeat);
    return true;
}

static enum redis_sink_state read_state(struct redis_sink *sink)
{
    (void)pthread_mutex_lock(&sink->lock);
    enum redis_sink_state state = sink->state;
    (void)pthread_mutex_unlock(&sink->lock);
    return state;
}

/* The next events. Waits for the first if nothing else is to be done. */
static void read_events(struct redis_sink *sink, int wait_ms)
{
    bool is_closing = read_state(sink) == REDIS_SINK_CLOSING;
    enum ajar_status status = journal_read(sink->options.journal, sink->after, wait_ms, sink->read);
    if (status != AJAR_OK)
        sink->read->count = 0;
    sink->has_drained = is_closing && status == AJAR_AGAIN;
    if (status != AJAR_OK && status != AJAR_AGAIN) {
        tell_trouble(sink, "the journal cannot be read");
        pause_sender(sink, REST_MS);
    }
}

/* What goes out next. False: nothing. */
static bool gather(struct redis_sink *sink, struct gathered *gathered)
{
    bool states = is_state_due(sink);
    read_events(sink, states || sink->troubled ? 0 : REST_MS);
    redis_batch_begin(&sink->batch, &sink->contract, sink->mark, draw(sink));
    for (size_t i = 0; i < sink->read->count; i++)
        redis_batch_add_event(&sink->batch, &sink->read->events[i]);
    add_states(sink);
    gathered->states = states;
    if (states)
        add_open_states(sink, gathered->last_state);
    gathered->heartbeat = add_heartbeat(sink);
    /* After a trouble even an empty batch says something: that it is over. */
    return sink->read->count > 0 || states || gathered->heartbeat || sink->troubled;
}

/* Parts that were refused. The events went on, so this is told now and then, not each time. */
static void tell_parts(struct redis_sink *sink, const struct redis_reply *reply)
{
    const long long *numbers = reply->integers;
    char key[REDIS_KEY_MAX] = "";
    uint64_t now = timestamp_monotonic();
    if (numbers[LIST_REFUSED])
        (void)snprintf(key, sizeof key, "%s", sink->contract.list);
    else if (numbers[ALERTS_REFUSED] || numbers[SOURCES_REFUSED])
        (void)snprintf(key, sizeof key, "%s:%s", sink->contract.prefix,
                       numbers[ALERTS_REFUSED] ? "alerts" : "sources");
    else
        redis_batch_part_key(&sink->batch, (size_t)numbers[FIRST_PART] - 1, key, sizeof key);
    (void)pthread_mutex_lock(&sink->lock);
    (void)snprintf(sink->part_trouble, sizeof sink->part_trouble,
                   "Redis takes the events but not %s (%s)", key,
                   redis_refusal_class(numbers[CLASS]));
    sink->part_trouble_end_ns = now + PART_TROUBLE_NS;
    (void)pthread_mutex_unlock(&sink->lock);
    if (sink->part_told_ns == 0 || now - sink->part_told_ns > PART_TELL_NS) {
        log_warning("%s", sink->part_trouble);
        sink->part_told_ns = now;
    }
}

/* State that was refused is not what the journal says: all of it is sent again, ever more rarely.
 */
static void note_parts(struct redis_sink *sink, const struct redis_reply *reply,
                       const struct gathered *gathered)
{
    const long long *numbers = reply->integers;
    if (gathered->states) {
        memcpy(sink->state_after, gathered->last_state, EXPOSURE_ID_HEX);
        sink->state_due = gathered->last_state[0] != '\0';
    }
    if (numbers[CLASS] == 0) {
        if (gathered->states && !sink->state_due)
            sink->state_pause_ns = 0;
        return;
    }
    atomic_fetch_add(&sink->refused, (uint64_t)(numbers[LIST_REFUSED] + numbers[ALERTS_REFUSED] +
                                                numbers[SOURCES_REFUSED] + numbers[PARTS_REFUSED]));
    tell_parts(sink, reply);
    if (numbers[PARTS_REFUSED] == 0 || (sink->state_due && !gathered->states))
        return;
    sink->state_pause_ns = sink->state_pause_ns ? sink->state_pause_ns * 2 : STATE_FIRST_NS;
    if (sink->state_pause_ns > STATE_LAST_NS)
        sink->state_pause_ns = STATE_LAST_NS;
    sink->state_due = true;
    sink->state_due_ns = timestamp_monotonic() + sink->state_pause_ns;
    sink->state_after[0] = '\0';
}

static void note_events(struct redis_sink *sink, size_t taken)
{
    if (taken == 0) {
        if (sink->mark[0] == '\0')
            (void)snprintf(sink->mark, sizeof sink->mark, "0");
        return;
    }
    const struct journal_event *events = sink->read->events, *last = &events[taken - 1];
    uint64_t again = 0;
    for (size_t i = 0; i < taken && events[i].sequence <= sink->rewound_to; i++)
        again++;
    atomic_fetch_add(&sink->rewound, again);
    atomic_fetch_add(&sink->acknowledged, taken);
    (void)snprintf(sink->mark, sizeof sink->mark, "%llu %s", (unsigned long long)last->sequence,
                   last->id);
    sink->after = last->sequence;
    journal_confirm(sink->options.journal, last->sequence);
}

static enum outcome take_reply(struct redis_sink *sink, const struct redis_reply *reply,
                               const struct gathered *gathered)
{
    if (reply->is_error) {
        sink->in_flight = false;
        return refuse(sink, reply->error);
    }
    if (reply->count != NUMBERS) {
        redis_place(sink, reply->text, true);
        return AT_ONCE;
    }
    sink->in_flight = false;
    size_t taken = (size_t)reply->integers[TAKEN];
    note_events(sink, taken < sink->read->count ? taken : sink->read->count);
    atomic_fetch_add(&sink->list_dropped,
                     (uint64_t)(reply->integers[LIST_CUT] + reply->integers[LIST_REFUSED]));
    note_parts(sink, reply, gathered);
    tell_recovery(sink);
    sink->backoff_ms = 0;
    sink->retries = 0;
    return GOES_ON;
}

static enum outcome send(struct redis_sink *sink, const struct gathered *gathered)
{
    struct redis_reply reply;
    if (redis_batch_finish(&sink->batch, sink->sha) != AJAR_OK ||
        redis_link_append(sink->link, sink->batch.wire.bytes, sink->batch.wire.used) != AJAR_OK) {
        tell_trouble(sink, "out of memory for a batch to Redis");
        return LEAVES;
    }
    sink->in_flight = true;
    if (redis_link_read(sink->link, &reply) != AJAR_OK) {
        tell_link_trouble(sink);
        return LEAVES;
    }
    return take_reply(sink, &reply, gathered);
}

static enum outcome deliver(struct redis_sink *sink)
{
    struct gathered gathered;
    if (sink->sha[0] == '\0') {
        enum outcome outcome = load_script(sink);
        if (outcome != GOES_ON)
            return outcome;
    }
    if (!gather(sink, &gathered))
        return GOES_ON;
    enum outcome outcome = send(sink, &gathered);
    if (outcome != GOES_ON && gathered.heartbeat) {
        (void)pthread_mutex_lock(&sink->lock);
        sink->has_status = true;
        (void)pthread_mutex_unlock(&sink->lock);
    }
    return outcome;
}

/* A batch without events shows whether writes are taken. */
enum ajar_status redis_sender_connect(struct redis_sink *sink, struct problem *problem)
{
    const struct gathered nothing = {.states = false};
    enum outcome outcome = AT_ONCE;
    for (unsigned i = 0; i < RETRIES_MAX && outcome == AT_ONCE; i++) {
        outcome = connect_sender(sink, problem);
        if (outcome != GOES_ON)
            continue;
        sink->read->count = 0;
        redis_batch_begin(&sink->batch, &sink->contract, sink->mark, draw(sink));
        outcome = send(sink, &nothing);
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
    switch (read_state(sink)) {
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
