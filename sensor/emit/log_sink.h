/* SPDX-License-Identifier: Apache-2.0 */
/* Events to syslog and to systemd's journal, without ever waiting for either. Delivery thread. */
#ifndef AJAR_EMIT_LOG_SINK_H
#define AJAR_EMIT_LOG_SINK_H

#include "emit/emit.h"

#include <stddef.h>
#include <stdint.h>

/* Where the daemons listen. */
struct log_paths {
    const char *syslog;
    const char *journald;
};

/* Where they do on Linux: /dev/log, /run/systemd/journal/socket. */
extern const struct log_paths log_paths_system;

struct log_sink;

/*
 * Opens what options->syslog and options->journald ask for; both, `options` and `paths` stay
 * borrowed. A daemon that is away is a warning and tried again with options->live, else an error
 * with one sentence. Free with log_sink_close().
 */
enum ajar_status log_sink_open(const struct emit_options *options, const struct log_paths *paths,
                               struct log_sink **sink, struct problem *problem);

/* One event with its document. Live: returns at once; what a daemon does not take waits in 256 KiB,
 * then is dropped and counted. */
void log_sink_write(struct log_sink *sink, const struct event *event, const char *json,
                    size_t length);

/* Sends what waits, as far as the daemons take it. */
void log_sink_flush(struct log_sink *sink);

/* Events that a daemon was given, and that one did not take; each daemon counts for itself. */
uint64_t log_sink_sent(const struct log_sink *sink);
uint64_t log_sink_dropped(const struct log_sink *sink);

/* Waits a second at most for what waits, closes and frees; accepts NULL. */
void log_sink_close(struct log_sink *sink);

#endif
