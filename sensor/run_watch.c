/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar watch`: one interface until a signal, in three processes: the packet side, the delivery
 * side, and this one, which starts them and keeps the right to open the interface again.
 */
#include "base/log.h"
#include "base/timestamp.h"
#include "delivery.h"
#include "process/sandbox.h"
#include "process/signals.h"
#include "run.h"
#include "watch.h"

static void greet(void *context)
{
    const struct config *config = ((const struct watch *)context)->config;
    log_info("watching %s as %s", config->interfaces[0], config->sensor);
    bool is_seen = config->json || config->output[0] || config->redis_url[0] || config->syslog[0] ||
                   config->journald || delivery_keeps_file(config);
    if (!is_seen)
        log_warning("nobody will see the events: give --json, --output FILE or --redis URL");
}

static enum ajar_status share_memory(struct watch *watch, struct problem *problem)
{
    enum ajar_status status =
        ring_new(DELIVERY_RING_SLOTS, sizeof(struct finding), &watch->findings);
    if (status != AJAR_OK)
        return problem_set(problem, status, "ring of findings: %s", ajar_status_text(status));
    status = door_board_new(&watch->doors);
    if (status != AJAR_OK)
        return problem_set(problem, status, "board of doors: %s", ajar_status_text(status));
    return AJAR_OK;
}

enum exit_status run_watch(const struct config *config)
{
    struct watch watch = {.config = config, .start_ns = timestamp_monotonic()};
    const struct supervised sides = {
        .packet = watch_capture, .delivery = watch_deliver, .begun = greet, .context = &watch};
    struct problem problem = {.text = ""};
    signals_hold();
    enum ajar_status status = sandbox_become(config->user, &problem);
    if (status == AJAR_OK)
        status = share_memory(&watch, &problem);
    int result = EXIT_ERROR;
    if (status == AJAR_OK)
        result = supervisor_run(&sides);
    else
        log_error("%s", problem.text);
    if (status == AJAR_ERR_USAGE)
        result = EXIT_USAGE;
    door_board_free(watch.doors);
    ring_free(watch.findings);
    return (enum exit_status)result;
}
