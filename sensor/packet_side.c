/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the packet side together: signatures and pipeline, and the numbers of both and of the
 * sources.
 */
#include "packet_side.h"

#include "base/hash.h"
#include "signatures.h"

static enum ajar_status open_pipeline(struct packet_side *side, const struct config *config,
                                      struct ring *findings, bool live, struct problem *problem)
{
    uint64_t seed = 0;
    if (hash_make_seed(&seed) != AJAR_OK)
        return problem_set(problem, AJAR_ERR_SYSTEM, "no random numbers from the kernel: %m");
    struct flow_limits limits = FLOW_LIMITS_DEFAULT;
    limits.flows = config->flows_max;
    struct pipeline_options options = {
        .home = &config->home,
        .signatures = side->signatures,
        .findings = findings,
        .flows = limits,
        .seed = seed,
        .scan_full = config->scan_full,
        .classes = side->classes,
        .samples = config->scan_samples,
        .classify_all = config->classify_all,
        .live = live,
    };
    return pipeline_new(&options, &side->pipeline, problem);
}

enum ajar_status packet_side_open(struct packet_side *side, const struct config *config,
                                  struct ring *findings, bool live, struct problem *problem)
{
    *side = (struct packet_side){.signatures = NULL};
    enum ajar_status status = signatures_load(config, &side->signatures, problem);
    if (status == AJAR_OK)
        status = scan_set_load(config->classes, &side->classes, problem);
    if (status != AJAR_OK)
        return status;
    return open_pipeline(side, config, findings, live, problem);
}

enum ajar_status packet_side_run(struct packet_side *side, struct capture *source, int most,
                                 int timeout_ms, struct problem *problem)
{
    return capture_run(source, most, timeout_ms, &side->ordinal, pipeline_frame, side->pipeline,
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

void packet_side_end_source(struct packet_side *side, struct capture *source)
{
    add_statistics(&side->ended, source);
}

static uint64_t sum_anomalies(const struct decode_counters *counters)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < ANOMALY_COUNT; i++)
        sum += counters->anomalies[i];
    return sum;
}

void packet_side_read_status(const struct packet_side *side, struct capture *source,
                             struct sensor_status *status)
{
    struct capture_statistics total = side->ended;
    if (source)
        add_statistics(&total, source);
    const struct pipeline_counters counters = pipeline_counters(side->pipeline);
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
        .packet_time_ns = pipeline_time(side->pipeline),
    };
}

void packet_side_finish(struct packet_side *side, struct ring *findings)
{
    pipeline_finish(side->pipeline);
    ring_close(findings);
}

void packet_side_close(struct packet_side *side)
{
    pipeline_free(side->pipeline);
    signature_set_free(side->signatures);
    scan_set_free(side->classes);
    *side = (struct packet_side){.signatures = NULL};
}
