/* SPDX-License-Identifier: Apache-2.0 */
/* Lines to a file or to standard output, buffered. Delivery thread. */
#ifndef AJAR_EMIT_FILE_H
#define AJAR_EMIT_FILE_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file_sink;

/* Opens a path, or standard output for "-". An existing file is continued if `append`, else
 * emptied. Free with file_sink_close(). */
enum ajar_status file_sink_open(const char *path, bool append, struct file_sink **sink,
                                struct problem *problem);

/*
 * Adds a line (a newline is appended). Once writing has failed nothing more is written: a reader
 * that went away (EPIPE) ends it quietly, anything else with one warning.
 */
void file_sink_write(struct file_sink *sink, const char *line, size_t length);

/* Writes out what is buffered. */
void file_sink_flush(struct file_sink *sink);

/* Lines written out so far. */
uint64_t file_sink_lines(const struct file_sink *sink);

/* Whether writing has ended before its time. */
bool file_sink_ended(const struct file_sink *sink);

/* Flushes, closes and frees; accepts NULL. */
void file_sink_close(struct file_sink *sink);

#endif
