/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar check`, the outputs: journal, file, system log, Redis. Each is tried as far as it can be
 * without leaving anything behind.
 */
#include "delivery.h"
#include "emit/emit.h"
#include "emit/log_sink.h"
#include "journal/inspect.h"
#include "run_check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONG_WAIT_S 60 /* events of a Redis that takes them do not wait this long */

/* Whether this process may, with the rights it has in force. */
static bool may(const char *path, int how)
{
    return faccessat(AT_FDCWD, path, how, AT_EACCESS) == 0;
}

/* "/var/lib/ajar" of "/var/lib/ajar/journal.db", "." of "journal.db". */
static void find_folder(const char *path, char folder[static PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (!slash)
        (void)snprintf(folder, PATH_MAX, ".");
    else
        (void)snprintf(folder, PATH_MAX, "%.*s", length ? (int)length : 1, path);
}

/* For advice. */
static const char *user_of_run(const struct checking *c)
{
    return c->config->user[0] ? c->config->user : "USER";
}

/* Whether files can be made beside this one; says why not. */
static bool check_folder(struct checking *c, const char *what, const char *path)
{
    char folder[PATH_MAX];
    find_folder(path, folder);
    if (!may(folder, F_OK))
        check_say_error(c, "%s %s: there is no folder %s.   mkdir %s", what, path, folder, folder);
    else if (!may(folder, W_OK | X_OK))
        check_say_error(c, "%s %s: the folder %s cannot be written: %s.   chown %s %s", what, path,
                        folder, strerror(errno), user_of_run(c), folder);
    else
        return true;
    return false;
}

/* Whether the file can be written, or made; says why not. */
static bool check_writable(struct checking *c, const char *what, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0 && (errno == ENOENT || errno == EACCES))
        return check_folder(c, what, path);
    if (stat(path, &info) != 0)
        check_say_error(c, "%s %s: %s", what, path, strerror(errno));
    else if (S_ISDIR(info.st_mode))
        check_say_error(c, "%s %s: is a folder; name a file in it", what, path);
    else if (!may(path, W_OK))
        check_say_error(c, "%s %s: %s.   chown %s %s", what, path, strerror(errno), user_of_run(c),
                        path);
    else
        return true;
    return false;
}

/* "90 s", "45 min", "3 h", "2 d" */
static void write_age(uint64_t seconds, char *text, size_t size)
{
    static const struct {
        uint64_t seconds;
        const char *unit;
    } units[] = {{UINT64_C(172800), "d"}, {7200, "h"}, {120, "min"}, {0, "s"}};
    static const uint64_t lengths[] = {86400, 3600, 60, 1};
    size_t i = 0;
    while (seconds < units[i].seconds)
        i++;
    (void)snprintf(text, size, "%" PRIu64 " %s", seconds / lengths[i], units[i].unit);
}

static void say_journal(const char *path, const struct journal_facts *facts)
{
    char use[64] = "", age[32];
    if (facts->in_use && facts->writer)
        (void)snprintf(use, sizeof use, "; in use by the running sensor (process %ld)",
                       (long)facts->writer);
    else if (facts->in_use)
        (void)snprintf(use, sizeof use, "; in use by the running sensor");
    write_age(facts->waiting_s, age, sizeof age);
    if (facts->corrupt)
        check_say_warning(
            "journal %s: is damaged; the next run moves it aside and begins a new one", path);
    else if (facts->undelivered && facts->waiting_s >= LONG_WAIT_S)
        check_say_warning("journal %s: about %" PRIu64 " events have been waiting for Redis, the "
                          "oldest for %s%s",
                          path, facts->undelivered, age, use);
    else
        check_say_ok("journal %s: about %" PRIu64 " events, %.1f MiB, %" PRIu64 " undelivered%s",
                     path, facts->events, (double)facts->bytes / (1 << 20), facts->undelivered,
                     use);
}

/* The folder is made at the start, the one above it is not. */
static void check_new_journal(struct checking *c, const char *path)
{
    char folder[PATH_MAX], above[PATH_MAX];
    find_folder(path, folder);
    find_folder(folder, above);
    if (may(folder, W_OK | X_OK) || (!may(folder, F_OK) && may(above, W_OK | X_OK)))
        check_say_ok("journal %s: will be begun", path);
    else
        check_say_error(c, "journal %s: the folder %s %s.   install -d -m 750 -o %s %s", path,
                        folder, may(folder, F_OK) ? "cannot be written" : "cannot be made",
                        user_of_run(c), folder);
}

static void check_journal(struct checking *c)
{
    const char *path = c->config->journal;
    struct journal_facts facts;
    struct problem problem = {.text = ""};
    if (!delivery_keeps_file(c->config)) {
        check_say_ok("journal in memory: what is not delivered is lost when the sensor ends");
        return;
    }
    if (access(path, F_OK) != 0 && errno == EACCES) {
        (void)check_folder(c, "journal", path);
        return;
    }
    enum ajar_status status = journal_inspect(path, &facts, &problem);
    if (status == AJAR_ERR_NOT_FOUND)
        check_new_journal(c, path);
    else if (status != AJAR_OK)
        check_say_error(c, "journal %s", problem.text);
    else if (check_writable(c, "journal", path) && check_folder(c, "journal", path))
        say_journal(path, &facts);
}

static void check_file(struct checking *c)
{
    const char *path = c->config->output;
    if (path[0] && check_writable(c, "output", path))
        check_say_ok("output %s: can be written", path);
}

static void check_log(struct checking *c, const struct emit_options *options, const char *ok)
{
    struct log_sink *sink = NULL;
    struct problem problem = {.text = ""};
    if (log_sink_open(options, &log_paths_system, &sink, &problem) == AJAR_OK)
        check_say_ok("%s", ok);
    else
        check_say_error(c, "%s", problem.text);
    log_sink_close(sink);
}

static void check_logs(struct checking *c)
{
    char ok[64];
    struct emit_options to_syslog = {.syslog = c->config->syslog};
    struct emit_options to_journald = {.journald = true};
    (void)snprintf(ok, sizeof ok, "syslog takes events as %s", c->config->syslog);
    if (c->config->syslog[0])
        check_log(c, &to_syslog, ok);
    if (c->config->journald)
        check_log(c, &to_journald, "journald takes events");
}

/* What a Redis Cluster computes the slot of a key from; the whole key where there are no braces. */
static void find_hash_tag(const char *key, const char **tag, size_t *length)
{
    const char *open = strchr(key, '{');
    const char *close = open ? strchr(open + 1, '}') : NULL;
    bool has_tag = close && close > open + 1;
    *tag = has_tag ? open + 1 : key;
    *length = has_tag ? (size_t)(close - open - 1) : strlen(key);
}

/* Keys that lie in several slots: a single Redis takes them, a cluster does not. */
static void check_keys(const struct config *config)
{
    const char *tag, *other;
    size_t length, other_length;
    find_hash_tag(config->redis_prefix, &tag, &length);
    if (tag == config->redis_prefix) {
        check_say_warning("redis.prefix %s has no {braces}: a Redis Cluster will refuse the keys.  "
                          " redis.prefix: \"{%s}\"",
                          config->redis_prefix, config->redis_prefix);
        return;
    }
    find_hash_tag(config->redis_list, &other, &other_length);
    if (config->redis_list[0] && (other_length != length || memcmp(tag, other, length) != 0))
        check_say_warning(
            "redis.list %s is not in the {braces} of the prefix: a Redis Cluster will "
            "refuse it.   redis.list: \"{%.*s}:list\"",
            config->redis_list, (int)length, tag);
}

static void check_redis(struct checking *c)
{
    const struct config *config = c->config;
    struct redis_options options = delivery_redis_options(config);
    char text[128];
    struct problem problem = {.text = ""};
    if (!config->redis_url[0])
        return;
    bool tls = strncmp(config->redis_url, "rediss", 6) == 0;
    check_keys(config);
    if (tls && !config->redis_verify)
        check_say_warning("redis.verify is off: whoever stands between may pose as the Redis.   "
                          "redis.verify: true, redis.ca_file: FILE");
    if (emitter_check_redis(&options, text, sizeof text, &problem) == AJAR_OK)
        check_say_ok("%s%s%s", text, tls ? ", TLS" : "",
                     tls && config->redis_verify ? ", certificate checked" : "");
    else
        check_say_error(c, "%s", problem.text);
}

void check_outputs(struct checking *c)
{
    check_journal(c);
    check_file(c);
    check_logs(c);
    check_redis(c);
}
