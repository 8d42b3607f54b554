/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second half of the road: findings are taken from the ring in packet order, the ledger makes
 * events of them, the journal accepts them, the outputs get them. A slot of the ring goes back
 * only when what came of it is in the journal, so a delivery side that is killed loses nothing.
 */
#include "delivery_inside.h"

#include "base/log.h"
#include "base/timestamp.h"

#include <string.h>
#include <time.h>

#define MS_NS           UINT64_C(1000000)
#define TAKE_MAX        256 /* findings between two looks at the clock */
#define DUE_EVERY       16  /* and between two questions whether to commit */
#define IDLE_WAIT_MS    100 /* longest sleep of an idle delivery side */
#define NAP_NS          MS_NS
#define HOLD_REFUSED    3   /* times the usual: slots held while nothing is accepted */
#define TICK_NAPS       200 /* in all, while portions of a tick are not accepted */
#define COMMIT_NS       (JOURNAL_COMMIT_MS * MS_NS)
#define BACKLOG_EVENTS  2048  /* `read` is at most so far ahead of Redis */
#define STALL_MS        10000 /* a Redis that takes nothing for so long is not waited for */
#define FINISH_READ_MS  10000 /* how long an ending run waits for Redis */
#define FINISH_WATCH_MS 5000

static void nap(void)
{
    const struct timespec length = {.tv_nsec = NAP_NS};
    (void)nanosleep(&length, NULL);
}

/* Accepts what there is: journal_commit(), or journal_commit_last(). */
static bool commit(struct delivery *d,
                   enum ajar_status (*how)(struct journal *journal, struct ledger *ledger,
                                           const char *import_id, uint64_t ring_id,
                                           uint64_t ring_position))
{
    const char *import_id = d->options.import_id ? d->options.import_id : "";
    uint64_t ring_id = delivery_is_live(d) ? supervision_ring_id(d->options.supervision) : 0;
    return how(d->journal, d->ledger, import_id, ring_id, ring_position(d->options.findings)) ==
           AJAR_OK;
}

static void release(struct delivery *d)
{
    ring_release(d->options.findings);
    d->taken = 0;
}

/*
 * A commit that fails is the journal's to repeat. The slots are held as long as the ring has room,
 * so that a delivery side that dies meanwhile has lost nothing; then they go back, as capture does
 * not wait, and what they led to waits in memory. After a commit at least as much time is for the
 * ring, or a slow disk would be all that this thread does.
 */
void delivery_settle(struct delivery *d)
{
    bool is_accepted = true;
    if (d->journal && (d->unsettled || journal_is_due(d->journal))) {
        uint64_t before = timestamp_monotonic();
        is_accepted = commit(d, journal_commit);
        uint64_t now = timestamp_monotonic();
        d->next_commit_ns = now + (now - before > COMMIT_NS ? now - before : COMMIT_NS);
    }
    emitter_flush(d->emitter);
    d->unsettled = !is_accepted;
    if (is_accepted || d->taken >= HOLD_REFUSED * d->hold_max)
        release(d);
}

/* When many minutes end at once, what there is to tell is more than may wait in memory: the journal
 * takes it in portions. One that cannot be written is waited for, but not for long. */
void delivery_tick(struct delivery *d, uint64_t time_ns)
{
    unsigned naps = 0;
    while (ledger_tick(d->ledger, time_ns)) {
        d->unsettled = true;
        delivery_settle(d);
        for (; d->unsettled && naps < TICK_NAPS; naps++) {
            nap();
            delivery_settle(d);
        }
    }
}

static uint64_t count_progress(struct delivery *d)
{
    struct emit_counters counters;
    emitter_read_counters(d->emitter, &counters);
    return counters.redis_acknowledged + counters.redis_repeated;
}

static bool is_behind(struct delivery *d)
{
    struct journal_counters counters;
    journal_read_counters(d->journal, &counters);
    return counters.undelivered > BACKLOG_EVENTS;
}

/* `read` is faster than any Redis: it waits, so that its journal in memory stays small, for as long
 * as Redis takes something. */
static void wait_for_redis(struct delivery *d)
{
    if (delivery_is_live(d) || !d->options.config->redis_url[0] || d->redis_stalls)
        return;
    uint64_t progress = count_progress(d);
    uint64_t end = timestamp_monotonic() + STALL_MS * MS_NS;
    while (is_behind(d)) {
        nap();
        uint64_t now = timestamp_monotonic();
        uint64_t next = count_progress(d);
        if (next != progress) {
            progress = next;
            end = now + STALL_MS * MS_NS;
        } else if (now >= end) {
            d->redis_stalls = true;
            return;
        }
    }
}

static void deliver_one(struct delivery *d, const volatile struct finding *shared)
{
    if (finding_accept(shared, &d->finding) != AJAR_OK)
        d->findings_refused++;
    else if (emitter_is_own(d->emitter, &d->finding))
        d->findings_own++;
    else
        ledger_add(d->ledger, &d->finding);
}

static void take_one(struct delivery *d, const volatile struct finding *shared)
{
    struct supervision *supervision = d->options.supervision;
    if (!supervision) {
        deliver_one(d, shared);
    } else if (supervision_begin_finding(supervision, ring_position(d->options.findings))) {
        deliver_one(d, shared);
        supervision_end_finding(supervision);
    } else {
        d->findings_refused++;
        log_warning("a finding that ended the delivery side twice is left out");
    }
    ring_take(d->options.findings);
    d->taken++;
    d->unsettled = true;
}

static bool is_commit_due(const struct delivery *d)
{
    return d->journal && journal_is_due(d->journal) && timestamp_monotonic() >= d->next_commit_ns;
}

/* Takes what is there, at most TAKE_MAX; whether there was anything. */
static bool take_findings(struct delivery *d)
{
    unsigned taken = 0;
    const void *shared = NULL;
    while (taken < TAKE_MAX && (shared = ring_peek(d->options.findings))) {
        take_one(d, shared);
        taken++;
        if (d->taken >= d->hold_max || (taken % DUE_EVERY == 0 && is_commit_due(d))) {
            delivery_settle(d);
            wait_for_redis(d);
        }
    }
    return taken > 0;
}

/* The dead packet side's last findings are taken, then the ring is made ready for the next one. */
static void take_over_ring(struct delivery *d)
{
    struct supervision *supervision = d->options.supervision;
    if (supervision_packet_is_gone(supervision)) {
        while (take_findings(d))
            ;
        delivery_settle(d);
        ring_renew(d->options.findings);
        supervision_renewed(supervision);
    } else if (ring_is_broken(d->options.findings)) {
        supervision_distrust(supervision);
    }
}

/*
 * The ring is empty. At rest the first event is accepted at once; while more come, once in
 * JOURNAL_COMMIT_MS. The nap gathers what follows: else the packet side would wake this one for
 * each.
 */
static void rest(struct delivery *d)
{
    bool is_recent = d->journal && timestamp_monotonic() < d->next_commit_ns;
    if (!is_recent)
        delivery_settle(d);
    if (delivery_is_live(d))
        take_over_ring(d);
    nap();
    if (!d->unsettled)
        (void)ring_peek_wait(d->options.findings, IDLE_WAIT_MS);
}

static bool is_over(struct delivery *d)
{
    if (!delivery_is_live(d))
        return ring_finished(d->options.findings);
    if (d->needless)
        return true;
    bool is_last = supervision_is_over(d->options.supervision);
    return is_last && !ring_peek(d->options.findings); /* asked in this order */
}

static void *deliver(void *context)
{
    struct delivery *d = context;
    while (!is_over(d)) {
        d->needless = emitter_is_needless(d->emitter);
        delivery_look_around(d);
        if (!take_findings(d))
            rest(d);
    }
    return NULL;
}

/* Events that the journal in memory had to give up, or that were never accepted, are as lost to
 * Redis as those that it did not take. */
static enum ajar_status report_lost(struct delivery *d, struct problem *problem)
{
    struct journal_counters counters = {.trimmed = 0};
    if (d->journal)
        journal_read_counters(d->journal, &counters);
    uint64_t lost = counters.trimmed + counters.refused;
    if (lost == 0 || !d->options.config->redis_url[0])
        return AJAR_OK;
    char trouble[160];
    emitter_trouble(d->emitter, trouble, sizeof trouble);
    return problem_set(problem, AJAR_ERR_LIMIT,
                       "%llu events did not reach Redis: the journal was full (%s)",
                       (unsigned long long)lost, trouble);
}

/* The last events and the state that they led to are accepted together, or not at all. */
static void settle_at_last(struct delivery *d)
{
    if (d->journal)
        (void)commit(d, journal_commit_last);
    emitter_flush(d->emitter);
    release(d);
    d->unsettled = false;
}

static enum ajar_status finish(struct delivery *d, const struct sensor_status *last,
                               struct problem *problem)
{
    delivery_tick(d, UINT64_MAX);
    if (last)
        delivery_tell_status(d, last);
    settle_at_last(d);
    int timeout_ms = delivery_is_live(d) ? FINISH_WATCH_MS : FINISH_READ_MS;
    enum ajar_status status = emitter_finish(d->emitter, timeout_ms, problem);
    return status == AJAR_OK ? report_lost(d, problem) : status;
}

enum ajar_status delivery_run(struct delivery *delivery, struct problem *problem)
{
    (void)deliver(delivery);
    struct sensor_status last;
    supervision_read_status(delivery->options.supervision, &last);
    memset(delivery->gate.told_ns, 0, sizeof delivery->gate.told_ns); /* no minute comes any more */
    delivery_tell_troubles(delivery, last.packet_time_ns);
    return finish(delivery, &last, problem);
}

enum ajar_status delivery_start(struct delivery *delivery, struct problem *problem)
{
    int error = pthread_create(&delivery->thread, NULL, deliver, delivery);
    if (error != 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "delivery thread: %s", strerror(error));
    delivery->started = true;
    return AJAR_OK;
}

enum ajar_status delivery_finish(struct delivery *delivery, const struct sensor_status *last,
                                 struct problem *problem)
{
    if (delivery->started) {
        (void)pthread_join(delivery->thread, NULL);
        delivery->started = false;
    }
    return finish(delivery, last, problem);
}

bool delivery_is_needless(const struct delivery *delivery)
{
    return delivery->needless;
}

const struct ledger *delivery_ledger(const struct delivery *delivery)
{
    return delivery->ledger;
}
