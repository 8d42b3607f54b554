/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packet side of `watch`: frames of one interface -> pipeline -> ring. Everything is opened
 * first; before the first frame is read the process can open nothing any more and reach nobody.
 */
#include "base/log.h"
#include "base/timestamp.h"
#include "packet_side.h"
#include "process/sandbox.h"
#include "process/signals.h"
#include "run.h"
#include "watch.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define WAIT_MS   10   /* longest wait for frames: how far timers may be behind the wall clock */
#define BATCH     8192 /* frames between two looks at clock and signals */
#define REPORT_NS UINT64_C(1000000000) /* how often the delivery side gets new numbers */

struct capturing {
    const struct watch *watch;
    struct supervision *supervision;
    struct packet_side side;
    struct capture *source;
    uint64_t doors_read;     /* position on the board */
    uint64_t next_report_ns; /* by the monotonic clock */
};

static void stop_capture(void *context)
{
    capture_stop(context);
}

static enum ajar_status open_source(struct capturing *c, struct problem *problem)
{
    const struct config *config = c->watch->config;
    struct capture_live_options options = {
        .interface = config->interfaces[0],
        .filter = config->filter[0] ? config->filter : NULL,
        .snaplen = config->snaplen,
        .ring_bytes = config->ring_bytes,
        .promiscuous = config->promiscuous,
    };
    return capture_open_live(&options, &c->source, problem);
}

/* What the program was started with is none of this side's. */
static void close_inherited_files(void)
{
    (void)close_range(STDERR_FILENO + 1, UINT_MAX, 0);
}

/* Standard input and output belong to the delivery side: the events must not be written to by who
 * parses hostile bytes. */
static enum ajar_status close_standard_files(struct problem *problem)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "/dev/null: %m");
    if (nothing > STDERR_FILENO)
        (void)close(nothing);
    return AJAR_OK;
}

static void report(struct capturing *c)
{
    struct sensor_status status;
    packet_side_read_status(&c->side, c->source, &status);
    supervision_report(c->supervision, &status);
    c->next_report_ns = timestamp_monotonic() + REPORT_NS;
}

static enum ajar_status prepare(struct capturing *c, struct problem *problem)
{
    struct ring *findings = c->watch->findings;
    ring_join(findings);
    door_board_forgo_writing(c->watch->doors);
    enum ajar_status status = packet_side_open(&c->side, c->watch->config, findings, true, problem);
    if (status == AJAR_OK)
        status = close_standard_files(problem);
    if (status == AJAR_OK)
        status = sandbox_enter_packet(problem);
    return status;
}

static void add_door(void *context, const struct addr *server, uint16_t port)
{
    pipeline_add_door(context, server, port);
}

/* Until a signal, or until the interface is gone: false. */
static bool capture_until_stopped(struct capturing *c)
{
    struct problem problem = {.text = ""};
    enum ajar_status status = AJAR_OK;
    while (!signals_stopped() && (status == AJAR_OK || status == AJAR_END)) {
        c->doors_read = door_board_read(c->watch->doors, c->doors_read, add_door, c->side.pipeline);
        status = packet_side_run(&c->side, c->source, BATCH, WAIT_MS, &problem);
        /* The packet clock never goes back: a mirror whose time is ahead keeps its own. */
        pipeline_tick(c->side.pipeline, timestamp_now());
        if (timestamp_monotonic() >= c->next_report_ns)
            report(c);
    }
    if (status == AJAR_OK || status == AJAR_END)
        return true;
    log_warning("%s; trying again every %d s", problem.text, SUPERVISOR_AWAY_MS / 1000);
    return false;
}

static int work(struct capturing *c)
{
    pipeline_tick(c->side.pipeline, timestamp_now()); /* the first status event has a time */
    report(c);
    signals_obey(stop_capture, c->source);
    if (supervision_was_away(c->supervision))
        log_info("%s is back", c->watch->config->interfaces[0]);
    supervision_ready(c->supervision);
    bool was_stopped = capture_until_stopped(c);
    signals_retarget(NULL, NULL);
    packet_side_finish(&c->side, c->watch->findings);
    report(c);
    return was_stopped ? EXIT_NOTHING : SUPERVISED_AWAY;
}

int watch_capture(void *watch, struct supervision *supervision)
{
    struct capturing c = {.watch = watch, .supervision = supervision};
    struct problem problem = {.text = ""};
    bool was_away = supervision_was_away(supervision);
    int result = EXIT_ERROR;
    close_inherited_files();
    enum ajar_status status = open_source(&c, &problem);
    if (status != AJAR_OK && was_away)
        return SUPERVISED_AWAY; /* said when it went */
    if (status == AJAR_OK)
        status = prepare(&c, &problem);
    if (status == AJAR_OK)
        result = work(&c);
    else
        log_error("%s", problem.text);
    capture_close(c.source);
    packet_side_close(&c.side);
    return result;
}
