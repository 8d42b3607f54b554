/* SPDX-License-Identifier: Apache-2.0 */
/* Lines to a file or to standard output, buffered. Delivery thread. */
#ifndef AJAR_EMIT_FILE_H
#define AJAR_EMIT_FILE_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILE_RETRY_MS 1000 /* between two tries to write to what did not take lines */
#define FILE_STALL_MS 1000 /* how long a reader that takes nothing is waited for, live */

struct file_sink;

/*
 * Opens a path, or standard output for "-". Live: an existing file is continued, and what cannot be
 * written now is tried again. Else: it is emptied, and the first error ends the output. Free with
 * file_sink_close().
 */
enum ajar_status file_sink_open(const char *path, bool live, struct file_sink **sink,
                                struct problem *problem);

/*
 * Adds a line (a newline is appended). A reader that went away (EPIPE) ends the output quietly.
 * Anything else (disk full, a pipe whose reader stands still): one warning; live, lines wait in the
 * buffer, then new ones are lost and counted, until writing works again. A line is in the file as a
 * whole or not at all.
 */
void file_sink_write(struct file_sink *sink, const char *line, size_t length);

/* Writes out what is buffered, as far as it goes. */
void file_sink_flush(struct file_sink *sink);

/*
 * Opens the file anew under its name, for it may have been moved away. If that fails: one warning,
 * and the old file goes on. No line is split over two files. Standard output stays.
 */
void file_sink_reopen(struct file_sink *sink);

/* Lines written out, and lines lost, so far. */
uint64_t file_sink_lines(const struct file_sink *sink);
uint64_t file_sink_lost(const struct file_sink *sink);

/* Whether writing has ended before its time. */
bool file_sink_ended(const struct file_sink *sink);

/* Flushes, closes and frees; accepts NULL. */
void file_sink_close(struct file_sink *sink);

#endif
