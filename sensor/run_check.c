/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar check`: tries everything a run would need and says of each whether it works, then writes
 * the configuration that is in force. Nothing is changed and no event is sent.
 */
#include "run_check.h"

#include "capture/capture.h"
#include "delivery.h"
#include "enrich/enrich.h"
#include "process/interface.h"
#include "process/sandbox.h"
#include "run.h"
#include "scan/set.h"
#include "signatures.h"

#include <pwd.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *level, const char *format, va_list arguments)
{
    char text[PROBLEM_TEXT_MAX + 256];
    (void)vsnprintf(text, sizeof text, format, arguments);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?'; /* names of files may hold anything */
    (void)printf("%-8s %s\n", level, text);
}

void check_say_ok(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("ok", format, arguments);
    va_end(arguments);
}

void check_say_warning(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("WARNING", format, arguments);
    va_end(arguments);
}

void check_say_error(struct checking *c, const char *format, ...)
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
        check_say_ok("configuration %s", c->config->file);
    else
        check_say_ok("configuration: defaults and the command line, no file");
}

static void check_signatures(struct checking *c)
{
    struct signature_set *set = NULL;
    struct problem problem = {.text = ""};
    if (signatures_load(c->config, &set, &problem) != AJAR_OK) {
        check_say_error(c, "%s", problem.text);
        return;
    }
    size_t requests = 0;
    for (size_t i = 0; i < set->count; i++)
        requests += set->signatures[i]->request_count;
    const char *own = c->config->own_signatures;
    check_say_ok("%zu signature%s, %zu kinds of requests, from %s%s%s", set->count,
                 set->count == 1 ? "" : "s", requests, c->config->signatures, own[0] ? " and " : "",
                 own);
    signature_set_free(set);
}

static void check_classes(struct checking *c)
{
    struct scan_set *set = NULL;
    struct problem problem = {.text = ""};
    if (scan_set_load(c->config->classes, &set, &problem) != AJAR_OK)
        check_say_error(c, "%s", problem.text);
    else if (c->config->classes[0])
        check_say_ok("classes of data: the shipped ones, and those of %s", c->config->classes);
    else
        check_say_ok("classes of data: the shipped ones");
    scan_set_free(set);
}

static void check_scanners(struct checking *c)
{
    struct scanners *scanners = NULL;
    struct problem problem = {.text = ""};
    if (delivery_load_scanners(c->config, &scanners, &problem) != AJAR_OK) {
        check_say_error(c, "%s", problem.text);
        return;
    }
    if (!scanners) {
        check_say_warning("no scanner is known by name: there is no %s/scanners",
                          c->config->signatures);
        return;
    }
    struct scanners_counts counts = scanners_counts(scanners);
    bool same = strncmp(counts.oldest, counts.newest, 7) == 0;
    check_say_ok("scanners: %zu names, %zu agents, %zu networks (lists of %.7s%s%.7s)",
                 counts.names, counts.agents, counts.networks,
                 counts.oldest[0] ? counts.oldest : "no date", same ? "" : " to ",
                 same ? "" : counts.newest);
    if (counts.empty > 0)
        check_say_ok("scanners: %zu of the names have neither agent nor network yet.   "
                     "deploy/scanners",
                     counts.empty);
    scanners_free(scanners);
}

static void check_geo(struct checking *c)
{
    struct enricher *enricher = NULL;
    if (c->config->geo_count == 0) {
        check_say_warning("no geo database: events name no countries.   --geo FILE");
        return;
    }
    if (enricher_new(&enricher) != AJAR_OK) {
        check_say_error(c, "geo: out of memory");
        return;
    }
    for (size_t i = 0; i < c->config->geo_count; i++) {
        struct problem problem = {.text = ""};
        if (enricher_add(enricher, c->config->geo[i], &problem) == AJAR_OK)
            check_say_ok("geo: %s", c->config->geo[i]);
        else
            check_say_error(c, "%s", problem.text);
    }
    enricher_free(enricher);
}

static void check_offload(const char *name, bool on, const char *title, const char *word)
{
    if (on)
        check_say_warning("%s: %s is on: packets arrive merged.   ethtool -K %s %s off", name,
                          title, name, word);
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
        check_say_ok("%s: can be listened on", name);
    else
        check_say_error(c, "%s", problem.text);
    capture_close(capture);
}

static void check_interface_named(struct checking *c, const char *name)
{
    struct interface_state state;
    struct problem problem = {.text = ""};
    if (interface_read(name, &state, &problem) != AJAR_OK) {
        check_say_error(c, "%s", problem.text);
        return;
    }
    check_offload(name, state.gro, "generic-receive-offload", "gro");
    check_offload(name, state.lro, "large-receive-offload", "lro");
    if (state.up)
        check_capture(c, name);
    else
        check_say_error(c, "%s: is down.   ip link set %s up", name, name);
}

/* The items themselves were read with the options. */
static void check_policy(const struct checking *c)
{
    const struct config *config = c->config;
    size_t trusted = config->trust.count, windows = config->maintenance_count;
    if (config->trust.any)
        check_say_warning("trust: every client may read every store: nothing will be told.   "
                          "trust: [NET, NET]");
    if (config->proxies.any)
        check_say_warning("proxies: every client is believed to be a proxy and may pose as anybody."
                          "   proxies: [NET, NET]");
    if (trusted || config->public_count || windows)
        check_say_ok("policy: %zu trusted network%s, %zu public part%s, %zu maintenance window%s",
                     trusted, trusted == 1 ? "" : "s", config->public_count,
                     config->public_count == 1 ? "" : "s", windows, windows == 1 ? "" : "s");
}

/* What `watch` reads and writes once it has become its user and has no capabilities. */
static void check_as_started(struct checking *c)
{
    check_configuration(c);
    check_signatures(c);
    check_classes(c);
    check_scanners(c);
    check_geo(c);
    check_policy(c);
    check_outputs(c);
}

/* Whether the rights of the user that `watch` becomes can be tried here; says so if not. */
static bool can_become(struct checking *c, const char *user)
{
    if (user[0] == '\0')
        return false;
    const struct passwd *found = getpwnam(user);
    if (!found)
        check_say_error(c, "user: there is no user %s.   useradd --system %s", user, user);
    else if (geteuid() != 0 && found->pw_uid != geteuid())
        check_say_warning("user: rights are tried as who you are, not as %s.   sudo ajar check",
                          user);
    else
        check_say_ok("user %s", user);
    return found && (geteuid() == 0 || found->pw_uid == geteuid());
}

static void give_up_rights(struct checking *c)
{
    struct problem problem = {.text = ""};
    const char *user = can_become(c, c->config->user) ? c->config->user : "";
    if (sandbox_become(user, &problem) != AJAR_OK || sandbox_enter_delivery(&problem) != AJAR_OK)
        check_say_error(c, "%s", problem.text);
}

/*
 * In a process of its own, which takes the rights that the run would have: what root may open here
 * says nothing of what `watch` may open later.
 */
static void check_with_rights_of_run(struct checking *c)
{
    int status = 0;
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        give_up_rights(c);
        check_as_started(c);
        (void)fflush(NULL);
        _exit(c->failed ? EXIT_ERROR : EXIT_NOTHING);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        check_say_error(c, "cannot start another process: %m");
    else if (!WIFEXITED(status))
        check_say_error(c, "the checks were ended by signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) != EXIT_NOTHING)
        c->failed = true;
}

enum exit_status run_check(const struct config *config)
{
    struct checking checking = {.config = config};
    check_with_rights_of_run(&checking);
    for (size_t i = 0; i < config->interface_count; i++)
        check_interface_named(&checking, config->interfaces[i]);
    if (config->interface_count > 1)
        check_say_error(&checking,
                        "%zu interfaces: `ajar watch` listens on one, start a sensor for each",
                        config->interface_count);
    (void)printf("\n# in force:\n");
    config_write(config, stdout);
    return checking.failed ? EXIT_ERROR : EXIT_NOTHING;
}
