/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NDJSON to a file or standard output. Own buffer instead of stdio's, because what a failed write
 * leaves behind must be known: lines are counted only when they are out.
 */
#include "emit/file.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES 65536

struct file_sink {
    int file;
    bool is_stdout;
    bool ended;
    uint64_t lines;          /* out */
    uint64_t lines_buffered; /* in the buffer */
    size_t used;
    char name[256]; /* for messages */
    char buffer[BUFFER_BYTES];
};

enum ajar_status file_sink_open(const char *path, bool append, struct file_sink **sink,
                                struct problem *problem)
{
    struct file_sink *made = calloc(1, sizeof *made);
    if (!made)
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    made->is_stdout = strcmp(path, "-") == 0;
    if (made->is_stdout)
        made->file = STDOUT_FILENO;
    else
        made->file =
            open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0640);
    if (made->file < 0) {
        free(made);
        return problem_set(problem, AJAR_ERR_SYSTEM, "cannot write events to %s: %s", path,
                           strerror(errno));
    }
    (void)snprintf(made->name, sizeof made->name, "%s", made->is_stdout ? "standard output" : path);
    *sink = made;
    return AJAR_OK;
}

/* A terminal or pipe may have been made non-blocking by somebody else who holds it. */
static bool wait_writable(int file)
{
    struct pollfd wanted = {.fd = file, .events = POLLOUT};
    return poll(&wanted, 1, -1) > 0;
}

static void end(struct file_sink *sink)
{
    if (errno != EPIPE)
        log_warning("events no longer go to %s: %s", sink->name, strerror(errno));
    sink->ended = true;
    sink->used = 0;
    sink->lines_buffered = 0;
}

void file_sink_flush(struct file_sink *sink)
{
    size_t done = 0;
    while (done < sink->used && !sink->ended) {
        ssize_t written = write(sink->file, sink->buffer + done, sink->used - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno != EINTR && !(errno == EAGAIN && wait_writable(sink->file)))
            end(sink);
    }
    sink->lines += sink->lines_buffered;
    sink->lines_buffered = 0;
    sink->used = 0;
}

void file_sink_write(struct file_sink *sink, const char *line, size_t length)
{
    if (sink->ended || length + 1 > BUFFER_BYTES)
        return;
    if (sink->used + length + 1 > BUFFER_BYTES)
        file_sink_flush(sink);
    if (sink->ended)
        return;
    memcpy(sink->buffer + sink->used, line, length);
    sink->used += length;
    sink->buffer[sink->used++] = '\n';
    sink->lines_buffered++;
}

uint64_t file_sink_lines(const struct file_sink *sink)
{
    return sink->lines;
}

bool file_sink_ended(const struct file_sink *sink)
{
    return sink->ended;
}

void file_sink_close(struct file_sink *sink)
{
    if (!sink)
        return;
    file_sink_flush(sink);
    if (!sink->is_stdout && close(sink->file) != 0)
        log_warning("%s: %s", sink->name, strerror(errno));
    free(sink);
}
