/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ajar-fault-feed: `ajar watch` with a producer of findings in place of the packet side. Ring,
 * supervisor, delivery side, journal and outputs are the real ones; the interface of the
 * configuration is not opened.
 */
#include "base/log.h"
#include "base/ring.h"
#include "base/timestamp.h"
#include "config/config.h"
#include "delivery.h"
#include "process/signals.h"
#include "process/supervisor.h"
#include "producer.h"
#include "reference.h"
#include "state.h"
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BEAT_NS       UINT64_C(1000000)   /* the producer works once a millisecond */
#define LATEST_NS     UINT64_C(100000000) /* what it was held up for longer, it does not make up */
#define MANY_AT_REST  100000              /* findings a second without a wait: as many as go */
#define REPORT_EVERY  100                 /* beats */
#define ARGUMENTS_MAX 64

static const char usage[] =
    "ajar-fault-feed --state FILE --seed N --count N --rate N -- watch OPTIONS...\n"
    "ajar-fault-feed --reference --seed N --count N -- watch OPTIONS...\n";

struct feed {
    const char *state_path;
    uint64_t seed, count, rate;
    bool reference;
    struct config config;
    struct watch watch;
    struct state *state;
};

/* Numbers for the status event: a finding is a packet here. */
static void report(const struct feed *feed, struct supervision *supervision, uint64_t number)
{
    struct sensor_status status = {.packets = number,
                                   .findings_dropped = feed->state->dropped,
                                   .packet_time_ns =
                                       PRODUCER_START_NS + number * PRODUCER_INTERVAL_NS};
    supervision_report(supervision, &status);
}

static void push(const struct feed *feed, uint64_t number)
{
    state_push_begins(feed->state, number);
    struct finding *slot = ring_reserve(feed->watch.findings);
    if (slot) {
        producer_make_finding(feed->seed, number, slot);
        ring_push(feed->watch.findings);
    }
    state_push_ends(feed->state, number, slot == NULL);
}

static void sleep_until(uint64_t when_ns)
{
    const struct timespec when = {.tv_sec = (time_t)(when_ns / 1000000000),
                                  .tv_nsec = (long)(when_ns % 1000000000)};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

/* The packet side: findings at the rate that the state file says, until the count or SIGTERM. */
static int produce(void *context, struct supervision *supervision)
{
    struct feed *feed = context;
    signals_obey(NULL, NULL);
    ring_join(feed->watch.findings);
    feed->state->packet_process = (uint64_t)getpid();
    uint64_t number = state_begin(feed->state);
    supervision_ready(supervision);
    uint64_t beat_ns = timestamp_monotonic();
    uint64_t credit = 0; /* findings due, times 1000 */
    for (uint64_t beats = 0; !signals_stopped(); beats++) {
        credit += feed->state->rate;
        for (; credit >= 1000 && number < feed->count; credit -= 1000)
            push(feed, number++);
        if (beats % REPORT_EVERY == 0)
            report(feed, supervision, number);
        uint64_t now_ns = timestamp_monotonic();
        beat_ns += BEAT_NS;
        if (beat_ns + LATEST_NS < now_ns)
            beat_ns = now_ns;
        sleep_until(beat_ns);
    }
    report(feed, supervision, number);
    ring_close(feed->watch.findings);
    return 0;
}

/* The delivery side is the one of `watch`. */
static int deliver(void *context, struct supervision *supervision)
{
    struct feed *feed = context;
    feed->state->delivery_process = (uint64_t)getpid();
    return watch_deliver(&feed->watch, supervision);
}

static void begun(void *context)
{
    struct feed *feed = context;
    feed->state->supervisor = (uint64_t)getpid();
    log_info("feeding");
}

static enum ajar_status run_feed(struct feed *feed, struct problem *problem, int *result)
{
    enum ajar_status status =
        state_open(feed->state_path, feed->seed, feed->count, feed->rate, &feed->state, problem);
    if (status != AJAR_OK)
        return status;
    feed->seed = feed->state->seed;
    feed->count = feed->state->count;
    status = ring_new(DELIVERY_RING_SLOTS, sizeof(struct finding), &feed->watch.findings);
    if (status != AJAR_OK)
        return problem_set(problem, status, "ring: %s", ajar_status_text(status));
    feed->state->slots = DELIVERY_RING_SLOTS;
    feed->watch.config = &feed->config;
    feed->watch.start_ns = timestamp_monotonic();
    const struct supervised sides = {
        .packet = produce, .delivery = deliver, .begun = begun, .context = feed};
    signals_hold();
    *result = supervisor_run(&sides);
    ring_free(feed->watch.findings);
    return AJAR_OK;
}

/* The options before "--"; those after it are `watch`'s. The number of arguments read, 0: bad. */
static int read_own_options(int argc, char **argv, struct feed *feed)
{
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--reference") == 0) {
            feed->reference = true;
            continue;
        }
        if (i + 1 >= argc)
            return 0;
        const char *name = argv[i], *value = argv[++i];
        if (strcmp(name, "--state") == 0)
            feed->state_path = value;
        else if (strcmp(name, "--seed") == 0)
            feed->seed = strtoull(value, NULL, 10);
        else if (strcmp(name, "--count") == 0)
            feed->count = strtoull(value, NULL, 10);
        else if (strcmp(name, "--rate") == 0)
            feed->rate = strtoull(value, NULL, 10);
        else
            return 0;
    }
    bool complete = feed->count > 0 && (feed->reference || (feed->state_path && feed->rate > 0));
    return complete && i < argc ? i : 0;
}

int main(int argc, char **argv)
{
    static struct feed feed;
    struct problem problem = {.text = ""};
    int result = EXIT_SUCCESS;
    int own = read_own_options(argc, argv, &feed);
    if (own == 0) {
        (void)fputs(usage, stderr);
        return 2;
    }
    argv[own] = argv[0]; /* config_read() looks for the command behind the program's name */
    enum ajar_status status = config_read(argc - own, argv + own, &feed.config, &problem);
    if (status == AJAR_OK && feed.reference)
        status = reference_write(&feed.config, feed.seed, feed.count, stdout, &problem);
    else if (status == AJAR_OK)
        status = run_feed(&feed, &problem, &result);
    if (status != AJAR_OK)
        log_error("%s", problem.text);
    config_clear(&feed.config);
    return status == AJAR_OK ? result : EXIT_FAILURE;
}
