/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two logs of a system as outputs: formats from log_syslog.c and log_journald.c, delivery by
 * log_socket.c. Place in the road: beside the file, after the journal.
 */
#include "emit/log_sink.h"

#include "emit/log_format.h"
#include "emit/log_socket.h"

#include <stdlib.h>

const struct log_paths log_paths_system = {.syslog = "/dev/log",
                                           .journald = "/run/systemd/journal/socket"};

struct log_sink {
    const struct emit_options *options; /* borrowed */
    bool to_syslog;
    bool to_journald;
    unsigned facility;
    struct log_socket syslog;
    struct log_socket journald;
    uint64_t unwritable; /* did not fit; cannot be, and must not go unseen */
    char text[LOG_JOURNALD_MAX > LOG_SYSLOG_MAX ? LOG_JOURNALD_MAX : LOG_SYSLOG_MAX];
};

static enum ajar_status open_syslog(struct log_sink *sink, const char *path,
                                    struct problem *problem)
{
    const char *name = sink->options->syslog;
    if (!option_is_given(name))
        return AJAR_OK;
    if (log_facility_find(name, &sink->facility) != AJAR_OK)
        return problem_set(problem, AJAR_ERR_USAGE, "\"%s\" is not a facility of syslog", name);
    enum ajar_status status = log_socket_open(&sink->syslog, path, sink->options->live, problem);
    sink->to_syslog = status == AJAR_OK;
    return status;
}

static enum ajar_status open_journald(struct log_sink *sink, const char *path,
                                      struct problem *problem)
{
    if (!sink->options->journald)
        return AJAR_OK;
    enum ajar_status status = log_socket_open(&sink->journald, path, sink->options->live, problem);
    sink->to_journald = status == AJAR_OK;
    return status;
}

enum ajar_status log_sink_open(const struct emit_options *options, const struct log_paths *paths,
                               struct log_sink **sink, struct problem *problem)
{
    struct log_sink *made = calloc(1, sizeof *made);
    if (!made)
        return problem_set(problem, AJAR_ERR_MEMORY, "out of memory for the system log");
    made->options = options;
    enum ajar_status status = open_syslog(made, paths->syslog, problem);
    if (status == AJAR_OK)
        status = open_journald(made, paths->journald, problem);
    if (status == AJAR_OK)
        *sink = made;
    else
        log_sink_close(made);
    return status;
}

void log_sink_write(struct log_sink *sink, const struct event *event, const char *json,
                    size_t length)
{
    size_t size;
    if (sink->to_syslog) {
        if (log_syslog_write(sink->options, sink->facility, event, json, length, sink->text,
                             &size) == AJAR_OK)
            log_socket_send(&sink->syslog, sink->text, size);
        else
            sink->unwritable++;
    }
    if (sink->to_journald) {
        if (log_journald_write(sink->options, event, json, length, sink->text, &size) == AJAR_OK)
            log_socket_send(&sink->journald, sink->text, size);
        else
            sink->unwritable++;
    }
}

void log_sink_flush(struct log_sink *sink)
{
    if (sink->to_syslog)
        log_socket_flush(&sink->syslog);
    if (sink->to_journald)
        log_socket_flush(&sink->journald);
}

uint64_t log_sink_sent(const struct log_sink *sink)
{
    return sink->syslog.sent + sink->journald.sent;
}

uint64_t log_sink_dropped(const struct log_sink *sink)
{
    return sink->syslog.dropped + sink->journald.dropped + sink->unwritable;
}

void log_sink_close(struct log_sink *sink)
{
    if (!sink)
        return;
    if (sink->to_syslog)
        log_socket_close(&sink->syslog);
    if (sink->to_journald)
        log_socket_close(&sink->journald);
    free(sink);
}
