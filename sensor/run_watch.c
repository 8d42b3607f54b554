/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar watch`: one interface until a signal. An interface that goes away is said once and tried
 * again every RETRY_MS; flows and timers go on by the wall clock meanwhile.
 */
#include "base/log.h"
#include "base/timestamp.h"
#include "process/signals.h"
#include "run.h"
#include "sensor.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#define WAIT_MS   10   /* longest wait for frames: how far timers may be behind the wall clock */
#define BATCH     8192 /* frames between two looks at clock and signals */
#define RETRY_MS  2000 /* between two tries to open an interface that went away */
#define REPORT_NS UINT64_C(1000000000) /* how often the delivery side gets new numbers */

/* One run of `watch`. */
struct watching {
    const struct config *config;
    struct sensor sensor;
    struct capture *source; /* NULL while the interface is away */
    uint64_t next_report_ns;
    uint64_t next_try_ns; /* both by the monotonic clock */
};

static void stop_capture(void *context)
{
    capture_stop(context);
}

static enum ajar_status open_source(struct watching *w, struct problem *problem)
{
    const struct config *config = w->config;
    struct capture_live_options options = {
        .interface = config->interfaces[0],
        .filter = config->filter[0] ? config->filter : NULL,
        .snaplen = config->snaplen,
        .ring_bytes = config->ring_bytes,
        .promiscuous = config->promiscuous,
    };
    enum ajar_status status = capture_open_live(&options, &w->source, problem);
    if (status == AJAR_OK)
        signals_retarget(stop_capture, w->source);
    return status;
}

static void close_source(struct watching *w)
{
    if (!w->source)
        return;
    signals_retarget(NULL, NULL);
    sensor_end_source(&w->sensor, w->source);
    capture_close(w->source);
    w->source = NULL;
}

/* Waits a little for an interface that is away, and tries to open it when it is time. */
static void wait_for_source(struct watching *w)
{
    (void)poll(NULL, 0, WAIT_MS);
    uint64_t now = timestamp_monotonic();
    if (now < w->next_try_ns)
        return;
    w->next_try_ns = now + UINT64_C(1000000) * RETRY_MS;
    if (open_source(w, NULL) == AJAR_OK)
        log_info("%s is back", w->config->interfaces[0]);
}

static void report(struct watching *w)
{
    uint64_t now = timestamp_monotonic();
    if (now < w->next_report_ns)
        return;
    struct sensor_status status;
    sensor_read_status(&w->sensor, w->source, &status);
    delivery_report(w->sensor.delivery, &status);
    w->next_report_ns = now + REPORT_NS;
}

/* One look at the interface. */
static void watch_once(struct watching *w)
{
    struct problem problem = {.text = ""};
    enum ajar_status status = sensor_run(&w->sensor, w->source, BATCH, WAIT_MS, &problem);
    if (status == AJAR_OK || status == AJAR_END)
        return;
    log_warning("%s; trying again every %d s", problem.text, RETRY_MS / 1000);
    close_source(w);
    w->next_try_ns = timestamp_monotonic() + UINT64_C(1000000) * RETRY_MS;
}

static void watch_until_stopped(struct watching *w)
{
    while (!signals_stopped() && !delivery_is_needless(w->sensor.delivery)) {
        if (w->source)
            watch_once(w);
        else
            wait_for_source(w);
        /* The packet clock never goes back: a mirror whose time is ahead keeps its own. */
        pipeline_tick(w->sensor.pipeline, timestamp_now());
        report(w);
    }
}

static enum ajar_status prepare(struct watching *w, struct problem *problem)
{
    enum ajar_status status = open_source(w, problem);
    if (status == AJAR_OK)
        status = sensor_open(&w->sensor, w->config, true, NULL, problem);
    if (status != AJAR_OK)
        return status;
    pipeline_tick(w->sensor.pipeline, timestamp_now()); /* the first status event has a time */
    return sensor_start(&w->sensor, problem);
}

static void greet(const struct config *config)
{
    log_info("watching %s as %s", config->interfaces[0], config->sensor);
    if (!config->json && !config->output[0] && !config->redis_url[0])
        log_warning("nobody will see the events: give --json, --output FILE or --redis URL");
}

static void summarise(const struct watching *w)
{
    struct sensor_status status;
    struct emit_counters emitted;
    sensor_read_status(&w->sensor, NULL, &status);
    delivery_read_counters(w->sensor.delivery, &emitted);
    if (!w->config->quiet)
        sensor_write_table(&w->sensor, stderr, 0);
    log_info("%s: %" PRIu64 " events; dropped: %" PRIu64 " packets by the kernel, %" PRIu64
             " by the interface, %" PRIu64 " findings, %" PRIu64 " events",
             w->config->interfaces[0], emitted.events, status.dropped_kernel,
             status.dropped_interface, status.findings_dropped, emitted.redis_refused);
}

enum exit_status run_watch(const struct config *config)
{
    struct watching watching = {.config = config};
    struct problem problem = {.text = ""};
    signals_hold();
    enum ajar_status status = prepare(&watching, &problem);
    if (status == AJAR_OK) {
        signals_catch(stop_capture, watching.source);
        greet(config);
        watch_until_stopped(&watching);
        close_source(&watching);
        status = sensor_finish(&watching.sensor, true, &problem);
        summarise(&watching);
    }
    if (status != AJAR_OK)
        log_error("%s", problem.text);
    capture_close(watching.source);
    sensor_close(&watching.sensor);
    return status == AJAR_OK ? EXIT_NOTHING : EXIT_ERROR;
}
