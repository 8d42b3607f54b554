/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar read`: captures in the order of their first packets, then the table or, with --json, the
 * events. A damaged file is used up to the damage and does not end the run.
 */
#include "base/hash.h"
#include "base/log.h"
#include "base/timestamp.h"
#include "delivery.h"
#include "packet_side.h"
#include "process/signals.h"
#include "progress.h"
#include "run.h"
#include "summary.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define RING_SLOTS 2048 /* nobody restarts meanwhile; a full ring waits */
#define BATCH      4096 /* frames between two looks at the progress line */

/* One run of `read`. */
struct reading {
    const struct config *config;
    struct ring *findings;
    struct packet_side packets;
    struct delivery *delivery;
    struct capture_list list;
    struct progress progress;
    uint64_t bytes_done;           /* stored size of the files done */
    size_t readable;               /* files of which something was read */
    uint64_t start_ns;             /* by the monotonic clock */
    char import_id[48];            /* "" = nobody keeps the events */
    const struct reading_end *end; /* NULL = the table, or the events */
    struct sensor_status numbers;  /* when all was read */
};

static void stop_capture(void *context)
{
    capture_stop(context);
}

/* Whether the rest need not be read: a signal, or nobody takes what is found. */
static bool is_over(const struct reading *r)
{
    return signals_stopped() || delivery_is_needless(r->delivery);
}

/* Says it above the progress line. */
static void say(struct reading *r, const struct problem *problem)
{
    progress_hide(&r->progress);
    log_error("%s", problem->text);
}

/* Reads one open file to its end, its damage, or a signal. */
static void read_frames(struct reading *r, struct capture *source, size_t number)
{
    struct problem problem = {.text = ""};
    enum ajar_status status = AJAR_OK;
    while (status == AJAR_OK && !is_over(r)) {
        status = packet_side_run(&r->packets, source, BATCH, 0, &problem);
        progress_update(&r->progress, number, r->bytes_done + capture_position(source));
    }
    if (status != AJAR_OK && status != AJAR_END && !signals_stopped())
        say(r, &problem);
    struct capture_statistics statistics;
    capture_read_statistics(source, &statistics);
    r->readable += status == AJAR_END || statistics.frames > 0;
}

/* AJAR_ERR_USAGE: what is wrong is not this file but, with it, all of them. */
static enum ajar_status read_file(struct reading *r, size_t number)
{
    const struct capture_list_item *item = &r->list.items[number];
    const char *filter = r->config->filter[0] ? r->config->filter : NULL;
    struct problem problem = {.text = ""};
    struct capture *source = NULL;
    enum ajar_status status = capture_open_file(item->path, filter, &source, &problem);
    if (status != AJAR_OK) {
        if (!signals_stopped()) /* a signal ends waiting for standard input */
            say(r, &problem);
        return status;
    }
    signals_retarget(stop_capture, source);
    read_frames(r, source, number);
    signals_retarget(NULL, NULL);
    packet_side_end_source(&r->packets, source);
    capture_close(source);
    r->bytes_done += item->bytes;
    return AJAR_OK;
}

static enum ajar_status read_files(struct reading *r)
{
    uint64_t bytes = 0;
    bool known = true;
    for (size_t i = 0; i < r->list.count; i++) {
        bytes += r->list.items[i].bytes;
        known = known && r->list.items[i].bytes > 0;
    }
    bool wanted = isatty(STDERR_FILENO) && !r->config->quiet;
    progress_init(&r->progress, wanted, r->list.count, known ? bytes : 0);
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; i < r->list.count && status != AJAR_ERR_USAGE && !is_over(r); i++)
        status = read_file(r, i);
    progress_hide(&r->progress);
    return status == AJAR_ERR_USAGE ? status : AJAR_OK;
}

/* A name for what this run sends, made of time and chance, so that it can be taken out again. */
static enum ajar_status make_import_id(struct reading *r, struct problem *problem)
{
    uint64_t number = 0;
    if (hash_make_seed(&number) != AJAR_OK)
        return problem_set(problem, AJAR_ERR_SYSTEM, "no random numbers from the kernel: %m");
    char now[TIMESTAMP_TEXT_MAX];
    timestamp_format(timestamp_now(), now);
    (void)snprintf(r->import_id, sizeof r->import_id, "%.19sZ-%08" PRIx32, now, (uint32_t)number);
    return AJAR_OK;
}

static void add_door(void *context, const struct addr *server, uint16_t port)
{
    pipeline_add_door(context, server, port);
}

/* Both sides and the ring between them; the delivery side runs. */
static enum ajar_status join_sides(struct reading *r, struct problem *problem)
{
    enum ajar_status status = ring_new(RING_SLOTS, sizeof(struct finding), &r->findings);
    if (status != AJAR_OK)
        return problem_set(problem, status, "ring of findings: %s", ajar_status_text(status));
    status = packet_side_open(&r->packets, r->config, r->findings, false, problem);
    if (status != AJAR_OK)
        return status;
    struct delivery_options options = {.config = r->config,
                                       .findings = r->findings,
                                       .import_id = r->import_id[0] ? r->import_id : NULL};
    status = delivery_new(&options, &r->delivery, problem);
    if (status != AJAR_OK)
        return status;
    delivery_visit_doors(r->delivery, add_door, r->packets.pipeline);
    return delivery_start(r->delivery, problem);
}

/* Everything that can be wrong before the first frame is read. */
static enum ajar_status prepare(struct reading *r, struct problem *problem)
{
    const struct config *config = r->config;
    size_t passed_over = 0;
    enum ajar_status status = capture_list_find(config->arguments, config->argument_count, &r->list,
                                                &passed_over, problem);
    bool import = config->redis_url[0] || delivery_keeps_file(config);
    if (status == AJAR_OK && import)
        status = make_import_id(r, problem);
    if (status == AJAR_OK)
        status = join_sides(r, problem);
    if (status == AJAR_OK && import)
        log_info("the events in %s bear ajar.import %s",
                 config->redis_url[0] ? "Redis" : config->journal, r->import_id);
    if (status == AJAR_OK && passed_over && !config->json)
        log_info("%zu files are no captures and were passed over", passed_over);
    return status;
}

/* Ends flows, then delivery; the table, where the run was of use. */
static enum ajar_status finish(struct reading *r, bool useful, struct problem *problem)
{
    packet_side_finish(&r->packets, r->findings);
    packet_side_read_status(&r->packets, NULL, &r->numbers);
    enum ajar_status status = delivery_finish(r->delivery, useful ? &r->numbers : NULL, problem);
    struct summary summary = {.config = r->config,
                              .ledger = delivery_ledger(r->delivery),
                              .status = &r->numbers,
                              .signatures = r->packets.signatures,
                              .files = r->list.count,
                              .start_ns = r->start_ns};
    if (useful && !r->config->json && !r->end)
        summary_write(&summary, stdout);
    return status;
}

static enum exit_status conclude(struct reading *r, enum ajar_status read_status)
{
    struct problem problem = {.text = ""};
    bool useful = read_status == AJAR_OK && r->readable > 0;
    enum ajar_status status = finish(r, useful, &problem);
    if (signals_stopped())
        status =
            problem_set(&problem, AJAR_ERR_SYSTEM, "stopped by a signal: not everything was read");
    else if (!useful)
        return EXIT_ERROR; /* each file has said why */
    if (status != AJAR_OK) {
        log_error("%s", problem.text);
        return EXIT_ERROR;
    }
    const struct ledger *ledger = delivery_ledger(r->delivery);
    if (r->end)
        return r->end->tell(r->end->context, ledger, &r->numbers);
    return ledger_exposures_outside(ledger) ? EXIT_EXPOSED : EXIT_NOTHING;
}

enum exit_status run_read(const struct config *config)
{
    return run_reading(config, NULL);
}

enum exit_status run_reading(const struct config *config, const struct reading_end *end)
{
    struct reading reading = {.config = config, .end = end, .start_ns = timestamp_monotonic()};
    struct problem problem = {.text = ""};
    enum exit_status result = EXIT_ERROR;
    signals_hold();
    enum ajar_status status = prepare(&reading, &problem);
    if (status == AJAR_OK) {
        signals_catch(NULL, NULL);
        result = conclude(&reading, read_files(&reading));
    } else {
        log_error("%s", problem.text);
    }
    packet_side_close(&reading.packets);
    delivery_free(reading.delivery);
    ring_free(reading.findings);
    capture_list_clear(&reading.list);
    return result;
}
