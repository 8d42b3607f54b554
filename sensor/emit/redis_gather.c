/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes into the next batch to Redis: events from the journal, the state of the exposures that
 * they changed, the heartbeat, and, after Redis lost something, the state of all open exposures
 * little by little.
 */
#include "emit/redis_sender.h"

#include "base/log.h"
#include "base/timestamp.h"
#include "emit/redis_refusal.h"
#include "ledger/exposures.h"

#include <stdio.h>
#include <string.h>

#define NS_PER_S        1000000000ULL
#define REST_LOOK_NS    (5 * NS_PER_S) /* between two looks at a Redis at rest */
#define STATES_MAX      128 /* of open exposures in one batch, when all of them are due */
#define STATE_FIRST_NS  (30 * NS_PER_S) /* after state was refused all of it is sent again, */
#define STATE_LAST_NS   (3600 * NS_PER_S)
#define PART_TELL_NS    (600 * NS_PER_S) /* and that is told again */
#define PART_TROUBLE_NS (60 * NS_PER_S)
#define UNREADABLE_MS   500

/* The next events. Waits for the first if nothing else is to be done. */
static void read_events(struct redis_sink *sink, struct redis_flight *flight, int wait_ms)
{
    bool is_closing = redis_sender_state(sink) == REDIS_SINK_CLOSING;
    enum ajar_status status =
        journal_read(sink->options.journal, sink->next_after, wait_ms, &flight->events);
    if (status != AJAR_OK)
        flight->events.count = 0;
    sink->has_drained = is_closing && status == AJAR_AGAIN && sink->flight_count == 0;
    if (status != AJAR_OK && status != AJAR_AGAIN) {
        redis_tell_trouble(sink, "the journal cannot be read");
        redis_sender_pause(sink, UNREADABLE_MS);
    }
}

/* The life of an exposure is told once a minute at most: then all that is known of it goes along.
 */
static bool is_of_life(const struct journal_event *event)
{
    return strncmp(event->action, "exposure-", strlen("exposure-")) == 0;
}

static void add_state(struct redis_sink *sink, struct redis_flight *flight,
                      const struct journal_event *event)
{
    struct journal_exposure state;
    bool whole = is_of_life(event);
    if (redis_batch_meets(&flight->batch, event->exposure, event->import_id) &&
        journal_find_exposure(sink->options.journal, event->exposure, event->import_id, whole,
                              &state) == AJAR_OK &&
        state.state->zone != ZONE_ALLOWED)
        redis_batch_add_exposure(&flight->batch, &state, whole);
}

/* State of the exposures that these events changed, once each. */
static void add_states(struct redis_sink *sink, struct redis_flight *flight)
{
    for (int life = 1; life >= 0; life--)
        for (size_t i = 0; i < flight->events.count; i++)
            if (is_of_life(&flight->events.events[i]) == (life == 1))
                add_state(sink, flight, &flight->events.events[i]);
}

/* Some more of the open exposures, all of which are due. */
static void add_open_states(struct redis_sink *sink, struct redis_flight *flight)
{
    struct journal_exposure state;
    char *last = flight->last_state;
    memcpy(last, sink->state_after, EXPOSURE_ID_HEX);
    for (unsigned i = 0; i < STATES_MAX; i++) {
        if (journal_next_open(sink->options.journal, last, &state) != AJAR_OK) {
            last[0] = '\0';
            return;
        }
        memcpy(last, state.state->id, EXPOSURE_ID_HEX);
        redis_batch_add_exposure(&flight->batch, &state, true);
    }
}

void redis_make_state_due(struct redis_sink *sink, uint64_t due_ns)
{
    sink->state_due = true;
    sink->state_due_ns = due_ns;
    sink->state_after[0] = '\0';
}

/* One flight at a time carries it, so that an answer says how far it came. */
static bool is_state_under_way(const struct redis_sink *sink)
{
    for (size_t i = 0; i < sink->flight_count; i++)
        if (sink->flights[(sink->first_flight + i) % REDIS_FLIGHTS].states)
            return true;
    return false;
}

/* Events that the journal had no room for, or no more, changed stores all the same, and none is
 * there to bring their state. All of it is due once a commit has it. */
static void notice_untold(struct redis_sink *sink)
{
    struct journal_counters counters;
    journal_read_counters(sink->options.journal, &counters);
    uint64_t untold = counters.refused + counters.trimmed;
    if (untold != sink->untold) {
        sink->untold = untold;
        sink->untold_at_commit = counters.commits;
        sink->state_is_untold = true;
    } else if (sink->state_is_untold && counters.commits > sink->untold_at_commit &&
               !is_state_under_way(sink)) {
        sink->state_is_untold = false;
        redis_make_state_due(sink, 0);
    }
}

static bool is_state_due(const struct redis_sink *sink)
{
    return sink->state_due && sink->contract.has_stream && !is_state_under_way(sink) &&
           timestamp_monotonic() >= sink->state_due_ns;
}

/* Whether there was something new to say. */
static bool add_heartbeat(struct redis_sink *sink, struct redis_flight *flight)
{
    struct redis_heartbeat heartbeat;
    (void)pthread_mutex_lock(&sink->lock);
    bool due = sink->has_status && sink->contract.has_stream;
    heartbeat.status = sink->status; /* its counts are those of senders that died, too */
    heartbeat.status.list_dropped += atomic_load(&sink->list_dropped) - sink->list_dropped_then;
    sink->has_status = false;
    (void)pthread_mutex_unlock(&sink->lock);
    if (!due)
        return false;
    journal_read_counters(sink->options.journal, &heartbeat.journal);
    journal_trouble(sink->options.journal, heartbeat.journal_trouble,
                    sizeof heartbeat.journal_trouble);
    redis_batch_add_heartbeat(&flight->batch, &heartbeat);
    return true;
}

bool redis_gather(struct redis_sink *sink, struct redis_flight *flight, int wait_ms)
{
    /* After a trouble even an empty batch says something: that it is over. And one that is asked
     * now and then shows whether Redis is still there, and still the one that has our events. */
    uint64_t now = timestamp_monotonic();
    bool speaks = sink->flight_count == 0 && (sink->troubled || now >= sink->look_ns);
    notice_untold(sink);
    flight->states = is_state_due(sink);
    read_events(sink, flight, flight->states || speaks ? 0 : wait_ms);
    redis_batch_begin(&flight->batch, &sink->contract, sink->next_mark, redis_sender_draw(sink));
    for (size_t i = 0; i < flight->events.count; i++)
        redis_batch_add_event(&flight->batch, &flight->events.events[i]);
    add_states(sink, flight);
    if (flight->states)
        add_open_states(sink, flight);
    flight->heartbeat = add_heartbeat(sink, flight);
    if (flight->events.count == 0 && !flight->states && !flight->heartbeat && !speaks)
        return false;
    sink->look_ns = now + REST_LOOK_NS;
    return true;
}

void redis_gather_again(struct redis_sink *sink, const struct redis_flight *flight)
{
    if (!flight->heartbeat)
        return;
    (void)pthread_mutex_lock(&sink->lock);
    sink->has_status = true;
    (void)pthread_mutex_unlock(&sink->lock);
}

/* The events went on, so this is told now and then, not each time. */
static void tell_parts(struct redis_sink *sink, const struct redis_flight *flight,
                       const long long *numbers)
{
    char key[REDIS_KEY_MAX] = "";
    uint64_t now = timestamp_monotonic();
    if (numbers[REDIS_LIST_REFUSED])
        (void)snprintf(key, sizeof key, "%s", sink->contract.list);
    else if (numbers[REDIS_ALERTS_REFUSED] || numbers[REDIS_SOURCES_REFUSED])
        (void)snprintf(key, sizeof key, "%s:%s", sink->contract.prefix,
                       numbers[REDIS_ALERTS_REFUSED] ? "alerts" : "sources");
    else
        redis_batch_key(&flight->batch, numbers[REDIS_KEY_REFUSED], key, sizeof key);
    (void)pthread_mutex_lock(&sink->lock);
    (void)snprintf(sink->part_trouble, sizeof sink->part_trouble,
                   "Redis takes the events but not %s (%s)", key,
                   redis_refusal_class(numbers[REDIS_CLASS]));
    sink->part_trouble_end_ns = now + PART_TROUBLE_NS;
    (void)pthread_mutex_unlock(&sink->lock);
    if (sink->part_told_ns == 0 || now - sink->part_told_ns > PART_TELL_NS) {
        log_warning("%s", sink->part_trouble);
        sink->part_told_ns = now;
    }
}

/* State that was refused is not what the journal says: all of it is sent again, ever more rarely.
 */
static void repeat_state(struct redis_sink *sink)
{
    sink->state_pause_ns = sink->state_pause_ns ? sink->state_pause_ns * 2 : STATE_FIRST_NS;
    if (sink->state_pause_ns > STATE_LAST_NS)
        sink->state_pause_ns = STATE_LAST_NS;
    redis_make_state_due(sink, timestamp_monotonic() + sink->state_pause_ns);
}

void redis_note_parts(struct redis_sink *sink, const struct redis_flight *flight,
                      const long long *numbers)
{
    bool waits = sink->state_due && !flight->states;
    if (flight->states) {
        memcpy(sink->state_after, flight->last_state, EXPOSURE_ID_HEX);
        sink->state_due = flight->last_state[0] != '\0';
    }
    if (numbers[REDIS_CLASS] == 0) {
        if (flight->states && !sink->state_due)
            sink->state_pause_ns = 0;
        return;
    }
    atomic_fetch_add(&sink->refused,
                     (uint64_t)(numbers[REDIS_LIST_REFUSED] + numbers[REDIS_ALERTS_REFUSED] +
                                numbers[REDIS_SOURCES_REFUSED] + numbers[REDIS_PARTS_REFUSED]));
    tell_parts(sink, flight, numbers);
    if (numbers[REDIS_PARTS_REFUSED] > 0 && !waits)
        repeat_state(sink);
}
