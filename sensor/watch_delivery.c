/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The delivery side of `watch`: a process that holds no raw socket and may start no other.
 */
#include "base/log.h"
#include "delivery.h"
#include "process/sandbox.h"
#include "run.h"
#include "summary.h"
#include "watch.h"

#include <inttypes.h>

static void summarise(const struct watch *watch, struct delivery *delivery,
                      struct supervision *supervision)
{
    struct sensor_status status;
    supervision_read_status(supervision, &status);
    delivery_complete_status(delivery, &status);
    struct summary summary = {.config = watch->config,
                              .ledger = delivery_ledger(delivery),
                              .status = &status,
                              .start_ns = watch->start_ns};
    if (!watch->config->quiet)
        summary_write(&summary, stderr);
    log_info("%s: %" PRIu64 " events; dropped: %" PRIu64 " packets by the kernel, %" PRIu64
             " by the interface, %" PRIu64 " findings, %" PRIu64 " events",
             watch->config->interfaces[0], status.events, status.dropped_kernel,
             status.dropped_interface, status.findings_dropped, status.events_dropped);
}

/* Events that wait in a journal on the disk are not lost: the next run delivers them. */
static int conclude(const struct watch *watch, enum ajar_status status,
                    const struct problem *problem)
{
    if (status == AJAR_OK)
        return EXIT_NOTHING;
    if (status == AJAR_ERR_LIMIT && delivery_keeps_file(watch->config)) {
        log_warning("%s", problem->text);
        return EXIT_NOTHING;
    }
    log_error("%s", problem->text);
    return EXIT_ERROR;
}

int watch_deliver(void *context, struct supervision *supervision)
{
    const struct watch *watch = context;
    struct problem problem = {.text = ""};
    struct delivery *delivery = NULL;
    struct delivery_options options = {.config = watch->config,
                                       .findings = watch->findings,
                                       .doors = watch->doors,
                                       .supervision = supervision};
    int result = EXIT_ERROR;
    enum ajar_status status = sandbox_enter_delivery(&problem);
    if (status == AJAR_OK)
        status = delivery_new(&options, &delivery, &problem);
    if (status == AJAR_OK) {
        supervision_ready(supervision);
        status = delivery_run(delivery, &problem);
        summarise(watch, delivery, supervision);
        result = conclude(watch, status, &problem);
    } else {
        log_error("%s", problem.text);
    }
    delivery_free(delivery);
    return result;
}
