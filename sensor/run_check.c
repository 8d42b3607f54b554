/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar check`: tries everything a run would need and says of each whether it works, then writes
 * the configuration that is in force. Nothing is changed and no event is sent.
 */
#include "capture/capture.h"
#include "detect/signature.h"
#include "emit/emit.h"
#include "enrich/enrich.h"
#include "process/interface.h"
#include "run.h"

#include <stdarg.h>
#include <string.h>

/* Lines so far; one error makes the exit status. */
struct checking {
    const struct config *config;
    bool failed;
};

static void say(const char *level, const char *format, va_list arguments)
{
    char text[PROBLEM_TEXT_MAX + 256];
    (void)vsnprintf(text, sizeof text, format, arguments);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?'; /* names of files may hold anything */
    (void)printf("%-8s %s\n", level, text);
}

__attribute__((format(printf, 1, 2))) static void say_ok(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("ok", format, arguments);
    va_end(arguments);
}

__attribute__((format(printf, 1, 2))) static void say_warning(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("WARNING", format, arguments);
    va_end(arguments);
}

__attribute__((format(printf, 2, 3))) static void say_error(struct checking *c, const char *format,
                                                            ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("ERROR", format, arguments);
    va_end(arguments);
    c->failed = true;
}

static void check_configuration(const struct checking *c)
{
    if (c->config->file[0])
        say_ok("configuration %s", c->config->file);
    else
        say_ok("configuration: defaults and the command line, no file");
}

static void check_signatures(struct checking *c)
{
    struct signature_set *set = NULL;
    struct problem problem = {.text = ""};
    if (signature_set_load(c->config->signatures, &set, &problem) != AJAR_OK) {
        say_error(c, "%s", problem.text);
        return;
    }
    size_t requests = 0;
    for (size_t i = 0; i < set->count; i++)
        requests += set->signatures[i]->request_count;
    say_ok("%zu signature%s, %zu kinds of requests, from %s", set->count,
           set->count == 1 ? "" : "s", requests, c->config->signatures);
    signature_set_free(set);
}

static void check_geo(struct checking *c)
{
    struct enricher *enricher = NULL;
    if (c->config->geo_count == 0) {
        say_warning("no geo database: events name no countries.   --geo FILE");
        return;
    }
    if (enricher_new(&enricher) != AJAR_OK) {
        say_error(c, "geo: out of memory");
        return;
    }
    for (size_t i = 0; i < c->config->geo_count; i++) {
        struct problem problem = {.text = ""};
        if (enricher_add(enricher, c->config->geo[i], &problem) == AJAR_OK)
            say_ok("geo: %s", c->config->geo[i]);
        else
            say_error(c, "%s", problem.text);
    }
    enricher_free(enricher);
}

static void check_redis(struct checking *c)
{
    const struct config *config = c->config;
    if (!config->redis_url[0])
        return;
    struct emit_options options = {
        .sensor = config->sensor,
        .site = config->site,
        .redis = {.url = config->redis_url,
                  .password_file =
                      config->redis_password_file[0] ? config->redis_password_file : NULL,
                  .prefix = config->redis_prefix,
                  .stream = true,
                  .stream_max = config->redis_stream_max,
                  .verify = true},
    };
    struct emitter *emitter = NULL;
    struct problem problem = {.text = ""};
    if (emitter_new(&options, &emitter, &problem) == AJAR_OK)
        say_ok("Redis answers");
    else
        say_error(c, "%s", problem.text);
    emitter_free(emitter);
}

static void check_offload(const char *name, bool on, const char *title, const char *word)
{
    if (on)
        say_warning("%s: %s is on: packets arrive merged.   ethtool -K %s %s off", name, title,
                    name, word);
}

/* Opens the interface as `watch` would: this shows missing rights and a wrong filter. */
static void check_capture(struct checking *c, const char *name)
{
    const struct config *config = c->config;
    struct capture_live_options options = {
        .interface = name,
        .filter = config->filter[0] ? config->filter : NULL,
        .snaplen = config->snaplen,
        .ring_bytes = config->ring_bytes,
        .promiscuous = config->promiscuous,
    };
    struct capture *capture = NULL;
    struct problem problem = {.text = ""};
    if (capture_open_live(&options, &capture, &problem) == AJAR_OK)
        say_ok("%s: can be listened on", name);
    else
        say_error(c, "%s", problem.text);
    capture_close(capture);
}

static void check_interface_named(struct checking *c, const char *name)
{
    struct interface_state state;
    struct problem problem = {.text = ""};
    if (interface_read(name, &state, &problem) != AJAR_OK) {
        say_error(c, "%s", problem.text);
        return;
    }
    check_offload(name, state.gro, "generic-receive-offload", "gro");
    check_offload(name, state.lro, "large-receive-offload", "lro");
    if (state.up)
        check_capture(c, name);
    else
        say_error(c, "%s: is down.   ip link set %s up", name, name);
}

enum exit_status run_check(const struct config *config)
{
    struct checking checking = {.config = config};
    check_configuration(&checking);
    check_signatures(&checking);
    check_geo(&checking);
    check_redis(&checking);
    for (size_t i = 0; i < config->interface_count; i++)
        check_interface_named(&checking, config->interfaces[i]);
    if (config->interface_count > 1)
        say_error(&checking, "%zu interfaces: `ajar watch` listens on one, start a sensor for each",
                  config->interface_count);
    (void)printf("\n# in force:\n");
    config_write(config, stdout);
    return checking.failed ? EXIT_ERROR : EXIT_NOTHING;
}
