/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the two sides of the road and the ring between them, and takes them down in order: flows
 * end, the ring closes, the delivery side empties it, the outputs close.
 */
#include "sensor.h"

#include "base/hash.h"
#include "base/timestamp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum ajar_status open_pipeline(struct sensor *s, bool live, struct problem *problem)
{
    uint64_t seed = 0;
    if (hash_make_seed(&seed) != AJAR_OK)
        return problem_set(problem, AJAR_ERR_SYSTEM, "no random numbers from the kernel: %m");
    struct flow_limits limits = FLOW_LIMITS_DEFAULT;
    limits.flows = s->config->flows_max;
    struct pipeline_options options = {
        .home = &s->config->home,
        .signatures = s->signatures,
        .findings = s->findings,
        .flows = limits,
        .seed = seed,
        .scan_full = s->config->scan_full,
        .classify_all = s->config->classify_all,
        .live = live,
    };
    return pipeline_new(&options, &s->pipeline, problem);
}

enum ajar_status sensor_open(struct sensor *sensor, const struct config *config, bool live,
                             const char *import_id, struct problem *problem)
{
    *sensor = (struct sensor){.config = config, .start_ns = timestamp_monotonic()};
    enum ajar_status status = signature_set_load(config->signatures, &sensor->signatures, problem);
    if (status != AJAR_OK)
        return status;
    status = ring_new(DELIVERY_RING_SLOTS, sizeof(struct finding), &sensor->findings);
    if (status != AJAR_OK)
        return problem_set(problem, status, "ring of findings: %s", ajar_status_text(status));
    status = open_pipeline(sensor, live, problem);
    if (status != AJAR_OK)
        return status;
    struct delivery_options options = {
        .config = config, .findings = sensor->findings, .import_id = import_id, .live = live};
    return delivery_new(&options, &sensor->delivery, problem);
}

enum ajar_status sensor_start(struct sensor *sensor, struct problem *problem)
{
    struct sensor_status status;
    sensor_read_status(sensor, NULL, &status);
    return delivery_start(sensor->delivery, &status, problem);
}

enum ajar_status sensor_run(struct sensor *sensor, struct capture *source, int most, int timeout_ms,
                            struct problem *problem)
{
    return capture_run(source, most, timeout_ms, &sensor->ordinal, pipeline_frame, sensor->pipeline,
                       problem);
}

static void add_statistics(struct capture_statistics *sum, struct capture *source)
{
    struct capture_statistics more;
    capture_read_statistics(source, &more);
    sum->received += more.received;
    sum->dropped_kernel += more.dropped_kernel;
    sum->dropped_interface += more.dropped_interface;
    sum->frames += more.frames;
    sum->bytes += more.bytes;
}

void sensor_end_source(struct sensor *sensor, struct capture *source)
{
    add_statistics(&sensor->ended, source);
}

static uint64_t sum_anomalies(const struct decode_counters *counters)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < ANOMALY_COUNT; i++)
        sum += counters->anomalies[i];
    return sum;
}

void sensor_read_status(const struct sensor *sensor, struct capture *source,
                        struct sensor_status *status)
{
    struct capture_statistics total = sensor->ended;
    if (source)
        add_statistics(&total, source);
    const struct pipeline_counters counters = pipeline_counters(sensor->pipeline);
    *status = (struct sensor_status){
        .packets = total.frames,
        .bytes = total.bytes,
        .dropped_kernel = total.dropped_kernel,
        .dropped_interface = total.dropped_interface,
        .flows = counters.flow->flows,
        .flows_now = counters.flow->flows_now,
        .gaps = counters.flow->gaps,
        .anomalies = sum_anomalies(counters.decode),
        .findings_dropped = counters.findings_dropped,
        .packet_time_ns = pipeline_time(sensor->pipeline),
    };
}

enum ajar_status sensor_finish(struct sensor *sensor, bool tell, struct problem *problem)
{
    pipeline_finish(sensor->pipeline);
    ring_close(sensor->findings);
    struct sensor_status last;
    sensor_read_status(sensor, NULL, &last);
    return delivery_finish(sensor->delivery, tell ? &last : NULL, problem);
}

static bool wants_colour(FILE *out)
{
    const char *terminal = getenv("TERM");
    return isatty(fileno(out)) && !getenv("NO_COLOR") && terminal && strcmp(terminal, "dumb") != 0;
}

void sensor_write_table(const struct sensor *sensor, FILE *out, uint64_t files)
{
    struct sensor_status status;
    sensor_read_status(sensor, NULL, &status);
    struct ledger_totals totals = {
        .flows = status.flows,
        .packets = status.packets,
        .bytes = status.bytes,
        .gaps = status.gaps,
        .files = files,
        .seconds = (double)(timestamp_monotonic() - sensor->start_ns) / 1e9,
        .home_is_default = !sensor->config->home_given,
    };
    ledger_write_table(delivery_ledger(sensor->delivery), out, wants_colour(out), &totals);
}

void sensor_close(struct sensor *sensor)
{
    pipeline_free(sensor->pipeline);
    delivery_free(sensor->delivery);
    ring_free(sensor->findings);
    signature_set_free(sensor->signatures);
    *sensor = (struct sensor){.config = NULL};
}
