/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar report`: from the journal, from Redis or from captures to text, JSON or a page. Nothing
 * that it reads is written to.
 */
#include "run_report.h"

#include "base/log.h"
#include "base/timestamp.h"
#include "run.h"
#include "signatures.h"
#include "summary.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PAGE_MODE  0640
#define NS_PER_DAY (86400 * 1000000000ULL)
#define SOURCE_MAX 1100
#define DAY_LENGTH 10 /* "2019-12-31" */

struct reporting {
    const struct config *config;
    struct signature_set *signatures; /* NULL: the page of no maker is named */
    struct report *report;
    char source[SOURCE_MAX];
};

/* The part of a URL that is no login. */
static const char *place_of(const char *url)
{
    const char *at = strrchr(url, '@'), *slashes = strstr(url, "://");
    return at ? at + 1 : slashes ? slashes + 3 : url;
}

static void name_source(struct reporting *r)
{
    const struct config *config = r->config;
    if (config->argument_count == 1)
        (void)snprintf(r->source, sizeof r->source, "%s", config->arguments[0]);
    else if (config->argument_count > 1)
        (void)snprintf(r->source, sizeof r->source, "%s and %zu more", config->arguments[0],
                       config->argument_count - 1);
    else if (config->redis_url[0])
        (void)snprintf(r->source, sizeof r->source, "%sthe Redis at %s",
                       config->report_reads ? "readings in " : "", place_of(config->redis_url));
    else
        (void)snprintf(r->source, sizeof r->source, "%sthe journal %s",
                       config->report_reads ? "readings in " : "", config->journal);
}

/* A day as a bound is meant as a whole. */
static uint64_t bound_of(const char *text, bool is_end)
{
    uint64_t time_ns = 0;
    (void)timestamp_parse(text, &time_ns); /* checked with the options */
    return time_ns && is_end && strlen(text) == DAY_LENGTH ? time_ns + NS_PER_DAY - 1 : time_ns;
}

static enum ajar_status begin(struct reporting *r, struct problem *problem)
{
    const struct config *config = r->config;
    struct problem missing = {.text = ""};
    name_source(r);
    if (signatures_load(config, &r->signatures, &missing) != AJAR_OK) {
        r->signatures = NULL;
        log_warning("%s; the report names no pages of makers", missing.text);
    }
    struct report_options options = {.site = config->site,
                                     .sensor = config->sensor,
                                     .source = r->source,
                                     .signatures = r->signatures,
                                     .all = config->report_all,
                                     .since_ns = bound_of(config->report_since, false),
                                     .until_ns = bound_of(config->report_until, true),
                                     .now_ns = timestamp_now()};
    enum ajar_status status = report_new(&options, &r->report);
    return status == AJAR_OK ? status : problem_set(problem, status, "report: out of memory");
}

static enum ajar_status write_page(const struct report *report, const char *path,
                                   struct problem *problem)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, PAGE_MODE);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!out) {
        (void)problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return AJAR_ERR_SYSTEM;
    }
    enum ajar_status status = report_write_html(report, out);
    if (fclose(out) != 0 || status != AJAR_OK)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s", path, strerror(errno));
    log_info("the page is in %s", path);
    return AJAR_OK;
}

static enum ajar_status write_forms(const struct reporting *r, struct problem *problem)
{
    const struct config *config = r->config;
    bool page = config->report_html[0], shown = strcmp(config->report_html, "-") == 0;
    enum ajar_status status = AJAR_OK;
    if (page && !shown)
        status = write_page(r->report, config->report_html, problem);
    if (status != AJAR_OK)
        return status;
    if (shown)
        status = report_write_html(r->report, stdout);
    else if (config->json)
        status = report_write_json(r->report, stdout);
    else if (!page)
        status = report_write_text(r->report, stdout, summary_wants_colour(stdout));
    return status == AJAR_OK ? status
                             : problem_set(problem, status, "standard output: %s", strerror(errno));
}

static enum exit_status conclude(const struct reporting *r, struct problem *problem)
{
    enum ajar_status status = report_finish(r->report);
    if (status != AJAR_OK)
        (void)problem_set(problem, status, "report: out of memory");
    if (status == AJAR_OK)
        status = write_forms(r, problem);
    if (status != AJAR_OK) {
        log_error("%s", problem->text);
        return EXIT_ERROR;
    }
    return report_is_open(r->report) ? EXIT_EXPOSED : EXIT_NOTHING;
}

static enum exit_status tell_reading(void *context, const struct ledger *ledger,
                                     const struct sensor_status *numbers)
{
    struct reporting *r = context;
    struct problem problem = {.text = ""};
    if (report_from_ledger(r->config, ledger, numbers, r->report, &problem) == AJAR_OK)
        return conclude(r, &problem);
    log_error("%s", problem.text);
    return EXIT_ERROR;
}

/* As `read` does it, but nobody keeps or gets the events. */
static enum exit_status read_captures(struct reporting *r)
{
    struct config config = *r->config;
    struct reading_end end = {tell_reading, r};
    config.json = config.journald = false;
    config.journal[0] = config.redis_url[0] = config.output[0] = config.syslog[0] = '\0';
    return run_reading(&config, &end);
}

static enum exit_status read_store(struct reporting *r)
{
    struct problem problem = {.text = ""};
    enum ajar_status status = r->config->redis_url[0]
                                  ? report_from_redis(r->config, r->report, &problem)
                                  : report_from_journal(r->config, r->report, &problem);
    if (status == AJAR_OK)
        return conclude(r, &problem);
    log_error("%s", problem.text);
    return status == AJAR_ERR_USAGE ? EXIT_USAGE : EXIT_ERROR;
}

enum exit_status run_report(const struct config *config)
{
    struct reporting reporting = {.config = config};
    struct problem problem = {.text = ""};
    enum exit_status result = EXIT_ERROR;
    if (begin(&reporting, &problem) != AJAR_OK)
        log_error("%s", problem.text);
    else if (config->argument_count > 0)
        result = read_captures(&reporting);
    else
        result = read_store(&reporting);
    report_free(reporting.report);
    signature_set_free(reporting.signatures);
    return result;
}
