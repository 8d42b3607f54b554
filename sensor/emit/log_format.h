/* SPDX-License-Identifier: Apache-2.0 */
/* What syslog and journald are told of an event. Pure; inside emit/ only. */
#ifndef AJAR_EMIT_LOG_FORMAT_H
#define AJAR_EMIT_LOG_FORMAT_H

#include "emit/emit.h"

#include <stddef.h>
#include <time.h>

#define LOG_SYSLOG_MAX   8192                   /* bytes: what daemons take without cutting */
#define LOG_JOURNALD_MAX (EMIT_JSON_MAX + 4096) /* document and fields */

/* Syslog's severity for ours (RFC 3164, 4.1.1): 70 and above err 3, 50 warning 4, 30 notice 5, else
 * info 6. */
unsigned log_priority(int severity);

/* Syslog's number of a facility ("local0"); AJAR_ERR_NOT_FOUND. */
enum ajar_status log_facility_find(const char *name, unsigned *facility);

/*
 * Writes "<PRI>Mmm dd hh:mm:ss ajar[PID]: DOCUMENT" as /dev/log takes it, and its length. A
 * document that is too long is written anew with shorter lists and, if need be, without what the
 * client chose (URL, host, user agent), so it is always whole. `text` has LOG_SYSLOG_MAX bytes.
 */
enum ajar_status log_syslog_write(const struct emit_options *options, unsigned facility,
                                  const struct event *event, const char *json, size_t json_length,
                                  char *text, size_t *length);

/*
 * Writes an entry of journald's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL), and its
 * length. `text` has LOG_JOURNALD_MAX bytes. AJAR_ERR_LIMIT: does not fit.
 */
enum ajar_status log_journald_write(const struct emit_options *options, const struct event *event,
                                    const char *json, size_t json_length, char *text,
                                    size_t *length);

/* One sentence for people, cut to fit; without control characters. */
void log_sentence_write(const struct event *event, char *text, size_t size);

#endif
