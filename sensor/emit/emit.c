/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emitter: each event becomes one JSON document, once, and goes to every output that is open.
 * Place in the road: the end; called by the ledger on the delivery thread.
 */
#include "emit/emit.h"

#include "base/log.h"
#include "emit/file.h"
#include "emit/json.h"
#include "emit/redis.h"
#include "emit/redis_link.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct emitter {
    struct emit_options options; /* its texts are borrowed */
    struct file_sink *file;
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

/* Redis first: if it refuses, nothing must have been written anywhere. */
enum ajar_status emitter_new(const struct emit_options *options, struct emitter **emitter,
                             struct problem *problem)
{
    struct emitter *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->options = *options;
    ignore_sigpipe();
    enum ajar_status status = AJAR_OK;
    if (options->redis.url && options->redis.url[0])
        status = redis_sink_open(&made->options, &made->redis, problem);
    if (status == AJAR_OK && options->file && options->file[0])
        status = file_sink_open(options->file, options->live, &made->file, problem);
    if (status == AJAR_OK)
        *emitter = made;
    else
        emitter_free(made);
    return status;
}

void emitter_add(struct emitter *emitter, const struct event *event)
{
    size_t length;
    emitter->events++;
    if (!emitter->file && !emitter->redis)
        return;
    if (json_write_event(&emitter->options, event, emitter->json, sizeof emitter->json, &length) !=
        AJAR_OK)
        return; /* cannot be: EMIT_JSON_MAX is enough */
    if (emitter->file)
        file_sink_write(emitter->file, emitter->json, length);
    if (emitter->redis)
        redis_sink_add(emitter->redis, event, emitter->json, length);
}

void emitter_flush(struct emitter *emitter)
{
    if (emitter->file)
        file_sink_flush(emitter->file);
}

bool emitter_is_needless(const struct emitter *emitter)
{
    return emitter->file && file_sink_ended(emitter->file) && !emitter->redis;
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
    file_sink_close(emitter->file);
    free(emitter);
}

void emitter_read_counters(struct emitter *emitter, struct emit_counters *counters)
{
    *counters = (struct emit_counters){.events = emitter->events};
    if (emitter->file)
        counters->written = file_sink_lines(emitter->file);
    if (emitter->redis)
        redis_sink_read_counters(emitter->redis, counters);
}

enum ajar_status emitter_check_url(const char *url, struct problem *problem)
{
    return redis_access_check(url, problem);
}
