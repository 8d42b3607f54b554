/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar read`: captures in the order of their first packets, then the table or, with --json, the
 * events. A damaged file is used up to the damage and does not end the run.
 */
#include "base/hash.h"
#include "base/log.h"
#include "base/timestamp.h"
#include "process/signals.h"
#include "progress.h"
#include "run.h"
#include "sensor.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define BATCH 4096 /* frames between two looks at the progress line */

/* One run of `read`. */
struct reading {
    const struct config *config;
    struct sensor sensor;
    struct capture_list list;
    struct progress progress;
    uint64_t bytes_done; /* stored size of the files done */
    size_t readable;     /* files of which something was read */
    char import_id[48];
};

static void stop_capture(void *context)
{
    capture_stop(context);
}

/* Whether the rest need not be read: a signal, or nobody takes what is found. */
static bool is_over(const struct reading *r)
{
    return signals_stopped() || delivery_is_needless(r->sensor.delivery);
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
        status = sensor_run(&r->sensor, source, BATCH, 0, &problem);
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
    sensor_end_source(&r->sensor, source);
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

/* Everything that can be wrong before the first frame is read. */
static enum ajar_status prepare(struct reading *r, struct problem *problem)
{
    const struct config *config = r->config;
    size_t passed_over = 0;
    enum ajar_status status = capture_list_find(config->arguments, config->argument_count, &r->list,
                                                &passed_over, problem);
    bool import = config->redis_url[0];
    if (status == AJAR_OK && import)
        status = make_import_id(r, problem);
    if (status == AJAR_OK)
        status = sensor_open(&r->sensor, config, false, import ? r->import_id : NULL, problem);
    if (status == AJAR_OK)
        status = sensor_start(&r->sensor, problem);
    if (status == AJAR_OK && import)
        log_info("the events in Redis bear ajar.import %s", r->import_id);
    if (status == AJAR_OK && passed_over && !config->json)
        log_info("%zu files are no captures and were passed over", passed_over);
    return status;
}

static enum exit_status conclude(struct reading *r, enum ajar_status read_status)
{
    struct problem problem = {.text = ""};
    bool useful = read_status == AJAR_OK && r->readable > 0;
    enum ajar_status status = sensor_finish(&r->sensor, useful, &problem);
    if (useful && !r->config->json)
        sensor_write_table(&r->sensor, stdout, r->list.count);
    if (signals_stopped())
        status =
            problem_set(&problem, AJAR_ERR_SYSTEM, "stopped by a signal: not everything was read");
    else if (!useful)
        return EXIT_ERROR; /* each file has said why */
    if (status != AJAR_OK) {
        log_error("%s", problem.text);
        return EXIT_ERROR;
    }
    return ledger_exposures_outside(delivery_ledger(r->sensor.delivery)) ? EXIT_EXPOSED
                                                                         : EXIT_NOTHING;
}

enum exit_status run_read(const struct config *config)
{
    struct reading reading = {.config = config};
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
    sensor_close(&reading.sensor);
    capture_list_clear(&reading.list);
    return result;
}
