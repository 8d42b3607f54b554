/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emitter: each event becomes one JSON document, once, and goes to every output that is open.
 * Place in the road: the end; called by the ledger on the delivery thread.
 */
#include "emit/emit.h"

#include "base/text.h"
#include "emit/file.h"
#include "emit/json.h"
#include "emit/json_store.h"
#include "emit/log_sink.h"
#include "emit/redis.h"
#include "emit/redis_check.h"
#include "emit/redis_link.h"
#include "emit/redis_own.h"
#include "enrich/enrich.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GEO_LATITUDE_LIMIT 85.05112878 /* of Redis: the web map's square */

struct emitter {
    struct emit_options options; /* its texts are borrowed */
    struct file_sink *file;
    struct log_sink *logs;
    struct redis_sink *redis;
    uint64_t events;
    char json[EMIT_JSON_MAX];
};

/* A peer that hangs up must be an error of write(), not the end of the process. */
static void ignore_sigpipe(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

static enum ajar_status open_outputs(struct emitter *emitter, struct problem *problem)
{
    const struct emit_options *options = &emitter->options;
    enum ajar_status status = AJAR_OK;
    /* Redis first: if it refuses, nothing must have been written anywhere. */
    if (option_is_given(options->redis.url))
        status = redis_sink_open(options, &emitter->redis, problem);
    if (status == AJAR_OK && option_is_given(options->file))
        status = file_sink_open(options->file, options->live, &emitter->file, problem);
    if (status == AJAR_OK && (option_is_given(options->syslog) || options->journald))
        status = log_sink_open(options, &log_paths_system, &emitter->logs, problem);
    return status;
}

enum ajar_status emitter_new(const struct emit_options *options, struct emitter **emitter,
                             struct problem *problem)
{
    struct emitter *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->options = *options;
    ignore_sigpipe();
    enum ajar_status status = open_outputs(made, problem);
    if (status == AJAR_OK)
        *emitter = made;
    else
        emitter_free(made);
    return status;
}

/* What the journal keeps of an event beside its document; the buffers hold its texts. */
struct entry {
    struct journal_event event;
    char source[ADDR_TEXT_MAX], server[ADDR_TEXT_MAX], store[sizeof((struct finding *)0)->store];
};

static void describe_finding(struct entry *entry, const struct event *event)
{
    const struct finding *finding = event->finding;
    const struct place *place = event->source;
    if (event_has_client(event))
        addr_format(event_client(event), entry->source);
    else
        entry->source[0] = '\0';
    addr_format(&finding->server, entry->server);
    (void)text_make_utf8(entry->store, sizeof entry->store, finding->store, strlen(finding->store));
    entry->event.store = entry->store;
    entry->event.verdict =
        finding->kind == FINDING_DOOR ? "" : verdict_name((enum verdict)finding->verdict);
    entry->event.source = entry->source;
    entry->event.server = entry->server;
    entry->event.country = place->country_code;
    entry->event.has_location = event->action == EVENT_STORE_QUERY && place->has_location &&
                                fabs(place->latitude) <= GEO_LATITUDE_LIMIT;
    entry->event.longitude = place->longitude;
    entry->event.latitude = place->latitude;
}

/* One that the journal refuses is counted there; file and logs have it all the same. */
static void add_to_journal(struct emitter *emitter, const struct event *event, size_t length)
{
    struct entry entry = {
        .event = {.sequence = event->sequence,
                  .time_ns = event->time_ns,
                  .id = event->id,
                  .action = event_action_name(event->action),
                  .severity = event->severity,
                  .store = "",
                  .verdict = "",
                  .source = "",
                  .server = "",
                  .country = "",
                  .exposure = event->exposure ? event->exposure->id : "",
                  .import_id = emitter->options.import_id ? emitter->options.import_id : "",
                  .json = emitter->json,
                  .json_length = length},
    };
    if (event->finding)
        describe_finding(&entry, event);
    (void)journal_add(emitter->options.journal, &entry.event);
}

void emitter_add(struct emitter *emitter, const struct event *event)
{
    size_t length;
    emitter->events++;
    if (!emitter->file && !emitter->logs && !emitter->options.journal)
        return;
    if (json_write_event(&emitter->options, event, emitter->json, sizeof emitter->json, &length) !=
        AJAR_OK)
        return; /* cannot be: EMIT_JSON_MAX is enough */
    if (emitter->options.journal)
        add_to_journal(emitter, event, length);
    if (emitter->file)
        file_sink_write(emitter->file, emitter->json, length);
    if (emitter->logs)
        log_sink_write(emitter->logs, event, emitter->json, length);
}

void emitter_flush(struct emitter *emitter)
{
    if (emitter->file)
        file_sink_flush(emitter->file);
    if (emitter->logs)
        log_sink_flush(emitter->logs);
}

void emitter_reopen(struct emitter *emitter)
{
    if (emitter->file)
        file_sink_reopen(emitter->file);
}

void emitter_report(struct emitter *emitter, const struct sensor_status *status)
{
    if (emitter->redis)
        redis_sink_report(emitter->redis, status);
}

bool emitter_is_own(const struct emitter *emitter, const struct finding *finding)
{
    return emitter->redis && redis_own_has(&finding->client, finding->client_port, &finding->server,
                                           finding->server_port);
}

void emitter_trouble(struct emitter *emitter, char *text, size_t size)
{
    if (emitter->redis)
        redis_sink_trouble(emitter->redis, text, size);
    else
        (void)snprintf(text, size, "%s", "");
}

bool emitter_is_needless(const struct emitter *emitter)
{
    return emitter->file && file_sink_ended(emitter->file) && !emitter->redis && !emitter->logs;
}

enum ajar_status emitter_finish(struct emitter *emitter, int timeout_ms, struct problem *problem)
{
    emitter_flush(emitter);
    return emitter->redis ? redis_sink_finish(emitter->redis, timeout_ms, problem) : AJAR_OK;
}

void emitter_free(struct emitter *emitter)
{
    if (!emitter)
        return;
    redis_sink_free(emitter->redis);
    log_sink_close(emitter->logs);
    file_sink_close(emitter->file);
    free(emitter);
}

void emitter_read_counters(struct emitter *emitter, struct emit_counters *counters)
{
    *counters = (struct emit_counters){.events = emitter->events};
    if (emitter->file) {
        counters->written = file_sink_lines(emitter->file);
        counters->file_dropped = file_sink_lost(emitter->file);
    }
    if (emitter->logs)
        counters->log_dropped = log_sink_dropped(emitter->logs);
    if (emitter->redis)
        redis_sink_read_counters(emitter->redis, counters);
}

enum ajar_status emitter_check_url(const char *url, struct problem *problem)
{
    return redis_access_check(url, problem);
}

enum ajar_status emitter_check_redis(const struct redis_options *options, char *text, size_t size,
                                     struct problem *problem)
{
    struct redis_access *access = NULL;
    struct redis_link *link = NULL;
    struct problem inner = {.text = ""};
    enum ajar_status status = redis_access_new(options, &access, problem);
    if (status == AJAR_OK)
        status = redis_link_open(access, &link, problem);
    if (status == AJAR_AGAIN)
        (void)problem_set(problem, status, "Redis %s is loading its data",
                          redis_access_name(access));
    if (status == AJAR_OK)
        status = redis_link_describe(link, text, size, problem);
    if (status == AJAR_OK)
        status = redis_check_rights(link, options, &inner);
    if (inner.text[0])
        (void)problem_set(problem, status, "Redis %s: %s", redis_access_name(access), inner.text);
    redis_link_close(link);
    redis_access_free(access);
    return status;
}
