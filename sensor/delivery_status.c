/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the delivery side says of the sensor: every half minute the status event, whose numbers are
 * the heartbeat's too, and troubles as they happen.
 */
#include "base/timestamp.h"
#include "delivery_inside.h"
#include "process/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS          UINT64_C(1000000000)
#define LOOK_INTERVAL_NS   (SECOND_NS / 4)
#define STATUS_INTERVAL_NS (30 * SECOND_NS)
#define SENTENCE_MAX       256 /* of a trouble */

/* Both processes; stays 0 where /proc is not mounted. */
static uint64_t count_memory(const struct delivery *d)
{
    uint64_t own = 0;
    uint64_t packet_side = 0;
    (void)memory_read(0, &own);
    pid_t process = delivery_is_live(d) ? supervision_packet_pid(d->options.supervision) : 0;
    if (process > 0)
        (void)memory_read(process, &packet_side);
    return own + packet_side;
}

static void add_journal(struct delivery *d, struct sensor_status *own)
{
    struct journal_counters counters;
    journal_read_counters(d->journal, &counters);
    own->events_accepted = counters.accepted;
    own->events_not_accepted = counters.refused;
    own->events_trimmed = counters.trimmed;
    own->events_dropped = counters.refused + counters.trimmed;
    own->queue = d->options.config->redis_url[0] ? counters.undelivered : 0;
    own->journal_bytes = counters.bytes;
    journal_trouble(d->journal, own->journal, sizeof own->journal);
}

/* What this delivery side counted itself. A finding that could not be accepted is one that was
 * dropped. */
static void count_own(struct delivery *d, struct sensor_status *own)
{
    struct emit_counters emitted;
    emitter_read_counters(d->emitter, &emitted);
    const struct ledger_counters *counters = ledger_counters(d->ledger);
    *own = (struct sensor_status){
        .findings = counters->findings,
        .findings_dropped = d->findings_refused,
        .events = emitted.events,
        .events_folded = counters->events_folded,
        .own_findings = d->findings_own,
        .log_dropped = emitted.log_dropped,
        .list_dropped = emitted.list_dropped,
    };
    if (d->journal)
        add_journal(d, own);
}

/* Counts go on from those of delivery sides that died. */
static void add_own(struct sensor_status *status, const struct sensor_status *own)
{
    supervision_add_counts(status, own);
    status->queue = own->queue;
    status->journal_bytes = own->journal_bytes;
    memcpy(status->journal, own->journal, sizeof status->journal);
}

void delivery_complete_status(struct delivery *d, struct sensor_status *status)
{
    struct sensor_status own;
    count_own(d, &own);
    add_own(status, &own);
    status->memory_bytes = count_memory(d);
    status->open_exposures = (uint32_t)ledger_exposures(d->ledger);
    emitter_trouble(d->emitter, status->redis, sizeof status->redis);
    if (!delivery_is_live(d))
        return;
    char cause[SUPERVISION_CAUSE_MAX];
    struct supervision *supervision = d->options.supervision;
    supervision_keep_counts(supervision, &own);
    status->packet_deaths = supervision_deaths(supervision, SIDE_PACKET, cause);
    status->delivery_deaths = supervision_deaths(supervision, SIDE_DELIVERY, cause);
}

void delivery_tell_status(struct delivery *d, const struct sensor_status *numbers)
{
    struct sensor_status status = *numbers;
    delivery_complete_status(d, &status);
    ledger_add_status(d->ledger, &status);
    emitter_report(d->emitter, &status);
    emitter_flush(d->emitter);
}

static void tell(struct delivery *d, enum trouble_kind kind, uint64_t count, const char *text,
                 uint64_t time_ns)
{
    struct trouble trouble = {.kind = kind, .count = count, .text = text};
    ledger_add_trouble(d->ledger, &trouble, time_ns);
}

/* Each death is told, as the supervisor's back-off keeps them rare. That it was is kept outside of
 * this process, once the event is in the journal: whoever is killed in between tells it again. */
static void tell_deaths(struct delivery *d, enum side side, enum trouble_kind kind,
                        const char *format, uint64_t time_ns)
{
    struct supervision *supervision = d->options.supervision;
    char cause[SUPERVISION_CAUSE_MAX];
    char text[SENTENCE_MAX];
    uint32_t deaths = supervision_deaths(supervision, side, cause);
    if (deaths == supervision_deaths_told(supervision, side))
        return;
    (void)snprintf(text, sizeof text, format, cause);
    tell(d, kind, deaths, text, time_ns);
    delivery_settle(d);
    supervision_tell_deaths(supervision, side, deaths);
}

/* Events that go at the journal's bound: a loss if Redis is still to get them; without Redis it is
 * how a journal works, but somebody who counts on it has to know. */
static void tell_trimmed(struct delivery *d, const struct journal_counters *counters,
                         uint64_t time_ns)
{
    char text[SENTENCE_MAX];
    bool feeds_redis = d->options.config->redis_url[0];
    uint64_t gone = feeds_redis ? counters->trimmed : counters->expired;
    uint64_t more =
        trouble_take(&d->gate, TROUBLE_JOURNAL_TRIMMED, gone,
                     feeds_redis ? TROUBLE_MINUTE_NS : TROUBLE_HOUR_NS, timestamp_monotonic());
    if (!more)
        return;
    (void)snprintf(text, sizeof text, "the journal is at its bound: %" PRIu64 " %s", more,
                   feeds_redis ? "events that Redis did not take yet are gone"
                               : "of the oldest events made room for new ones");
    tell(d, TROUBLE_JOURNAL_TRIMMED, more, text, time_ns);
}

static void tell_journal(struct delivery *d, uint64_t time_ns)
{
    char text[SENTENCE_MAX];
    struct journal_counters counters;
    uint64_t now = timestamp_monotonic();
    const char *aside = journal_moved_aside(d->journal);
    if (trouble_take(&d->gate, TROUBLE_JOURNAL_MOVED_ASIDE, aside ? 1 : 0, TROUBLE_MINUTE_NS,
                     now)) {
        (void)snprintf(text, sizeof text,
                       "the journal was damaged and is now %s; a new one was begun", aside);
        tell(d, TROUBLE_JOURNAL_MOVED_ASIDE, 1, text, time_ns);
    }
    journal_read_counters(d->journal, &counters);
    tell_trimmed(d, &counters, time_ns);
    journal_trouble(d->journal, text, sizeof text);
    if (strcmp(text, "ok") != 0)
        return; /* it would refuse this event as well */
    uint64_t more = trouble_take(&d->gate, TROUBLE_EVENTS_NOT_ACCEPTED, counters.refused,
                                 TROUBLE_MINUTE_NS, now);
    if (more) {
        (void)snprintf(text, sizeof text,
                       "the journal could not be written for long: %" PRIu64 " events are lost",
                       more);
        tell(d, TROUBLE_EVENTS_NOT_ACCEPTED, more, text, time_ns);
    }
}

void delivery_tell_troubles(struct delivery *d, uint64_t time_ns)
{
    tell_deaths(d, SIDE_PACKET, TROUBLE_PACKET_SIDE_DIED,
                "the packet side died (%s) and is started again; flows under way were lost",
                time_ns);
    tell_deaths(d, SIDE_DELIVERY, TROUBLE_DELIVERY_SIDE_DIED,
                "the delivery side died (%s) and was started again", time_ns);
    tell_journal(d, time_ns);
}

void delivery_look_around(struct delivery *d)
{
    uint64_t now = timestamp_monotonic();
    if (!delivery_is_live(d) || now < d->next_look_ns)
        return;
    d->next_look_ns = now + LOOK_INTERVAL_NS;
    struct sensor_status numbers;
    supervision_read_status(d->options.supervision, &numbers);
    if (supervision_take_reopen(d->options.supervision))
        emitter_reopen(d->emitter);
    if (!ring_peek(d->options.findings)) /* else earlier ones are still to come */
        delivery_tick(d, numbers.packet_time_ns);
    delivery_tell_troubles(d, numbers.packet_time_ns);
    if (now >= d->next_status_ns) {
        d->next_status_ns = now + STATUS_INTERVAL_NS;
        delivery_tell_status(d, &numbers);
    } else {
        struct sensor_status own;
        count_own(d, &own);
        supervision_keep_counts(d->options.supervision, &own);
    }
}
