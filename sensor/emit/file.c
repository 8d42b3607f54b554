/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NDJSON to a file or standard output. Own buffer instead of stdio's, because what a failed write
 * leaves behind must be known: lines are counted only when they are out, and one that got in by
 * half is taken back.
 */
#include "emit/file.h"

#include "base/log.h"
#include "base/timestamp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES 65536
#define FILE_MODE    0640

struct file_sink {
    int file;
    bool is_stdout;
    bool live;
    bool regular; /* takes what it is given or fails, but never waits */
    bool ended;
    bool failing;            /* the last write did not work; what is buffered waits */
    bool cut;                /* the buffer begins inside a line whose beginning is out */
    uint64_t retry_ns;       /* when to try again, by the monotonic clock */
    uint64_t lines;          /* out */
    uint64_t lines_buffered; /* in the buffer */
    uint64_t lost;
    uint64_t lost_before; /* when the present failure began */
    size_t used;
    char *path;
    const char *name; /* for messages */
    char buffer[BUFFER_BYTES];
};

/* Whether a file ends inside a line: its writer was killed in between. */
static bool ends_inside_line(const char *path)
{
    char last = '\n';
    struct stat info;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return false;
    if (fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
        pread(file, &last, 1, info.st_size - 1) != 1)
        last = '\n';
    (void)close(file);
    return last != '\n';
}

/* Opens the path, live for lines at its end; -1 and errno. A pipe without a reader is an error
 * live: nobody may wait there. */
static int open_for_lines(const char *path, bool live)
{
    int how = live ? O_APPEND | O_NONBLOCK : O_TRUNC;
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | how, FILE_MODE);
    if (file >= 0 && live && ends_inside_line(path) && write(file, "\n", 1) != 1)
        log_warning("%s ends inside a line, and the next one is joined to it: %s", path,
                    strerror(errno));
    return file;
}

static bool is_regular(int file)
{
    struct stat info;
    return fstat(file, &info) == 0 && S_ISREG(info.st_mode);
}

enum ajar_status file_sink_open(const char *path, bool live, struct file_sink **sink,
                                struct problem *problem)
{
    struct file_sink *made = calloc(1, sizeof *made);
    if (made)
        made->path = strdup(path);
    if (!made || !made->path) {
        free(made);
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    }
    made->live = live;
    made->is_stdout = strcmp(path, "-") == 0;
    made->name = made->is_stdout ? "standard output" : made->path;
    made->file = made->is_stdout ? STDOUT_FILENO : open_for_lines(path, live);
    if (made->file < 0) {
        int error = errno;
        free(made->path);
        free(made);
        return problem_set(problem, AJAR_ERR_SYSTEM, "cannot write events to %s: %s", path,
                           strerror(error));
    }
    made->regular = is_regular(made->file);
    *sink = made;
    return AJAR_OK;
}

/*
 * Waits until something can be written. Live, a reader that stands still is waited for once, not
 * each time; in `read` for as long as it takes.
 */
static bool wait_writable(const struct file_sink *sink)
{
    struct pollfd wanted = {.fd = sink->file, .events = POLLOUT};
    int timeout = !sink->live ? -1 : (sink->failing ? 0 : FILE_STALL_MS);
    int ready;
    do {
        ready = poll(&wanted, 1, timeout);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0;
}

/* One write(). Live, never more than a pipe that says it is writable takes at once. */
static ssize_t write_some(struct file_sink *sink, const char *from, size_t length)
{
    if (sink->live && !sink->regular) {
        if (!wait_writable(sink))
            return -1;
        length = length < PIPE_BUF ? length : PIPE_BUF;
    }
    ssize_t written = write(sink->file, from, length);
    if (written < 0 && (errno == EINTR || (errno == EAGAIN && wait_writable(sink))))
        return 0;
    return written;
}

/* Takes the beginning of a line back out of the file; `length` bytes that were written last. */
static bool take_back(const struct file_sink *sink, size_t length)
{
    struct stat info;
    off_t end = lseek(sink->file, 0, SEEK_CUR);
    return sink->regular && end >= (off_t)length && fstat(sink->file, &info) == 0 &&
           info.st_size == end && ftruncate(sink->file, end - (off_t)length) == 0 &&
           lseek(sink->file, end - (off_t)length, SEEK_SET) >= 0;
}

/* Removes from the buffer what is out: `done` bytes. */
static void consume(struct file_sink *sink, size_t done)
{
    size_t start = 0;
    for (const char *end; (end = memchr(sink->buffer + start, '\n', done - start)) != NULL;) {
        start = (size_t)(end - sink->buffer) + 1;
        sink->lines++;
        sink->lines_buffered--;
    }
    bool was_cut = sink->cut && start == 0;
    sink->cut = was_cut || start < done;
    if (start < done && !was_cut && take_back(sink, done - start)) {
        done = start;
        sink->cut = false;
    }
    sink->used -= done;
    memmove(sink->buffer, sink->buffer + done, sink->used);
}

static void end(struct file_sink *sink, int error)
{
    if (error != EPIPE)
        log_warning("events no longer go to %s: %s", sink->name, strerror(error));
    sink->ended = true;
    sink->lost += sink->lines_buffered;
    sink->used = 0;
    sink->lines_buffered = 0;
}

/* Live: what is buffered waits for better times. */
static void postpone(struct file_sink *sink, int error)
{
    sink->retry_ns = timestamp_monotonic() + UINT64_C(1000000) * FILE_RETRY_MS;
    if (sink->failing)
        return;
    log_warning("events cannot be written to %s: %s; trying again every %d s", sink->name,
                error == ETIMEDOUT ? "its reader takes nothing" : strerror(error),
                FILE_RETRY_MS / 1000);
    sink->failing = true;
    sink->lost_before = sink->lost;
}

static void recover(struct file_sink *sink)
{
    log_warning("events go to %s again; lines lost: %" PRIu64, sink->name,
                sink->lost - sink->lost_before);
    sink->failing = false;
}

static void write_out(struct file_sink *sink)
{
    size_t done = 0;
    int error = 0;
    while (done < sink->used && !error) {
        ssize_t written = write_some(sink, sink->buffer + done, sink->used - done);
        if (written >= 0)
            done += (size_t)written;
        else
            error = errno;
    }
    if (done)
        consume(sink, done);
    if (error && (!sink->live || (error == EPIPE && sink->is_stdout)))
        end(sink, error);
    else if (error)
        postpone(sink, error);
    else if (sink->failing)
        recover(sink);
}

void file_sink_flush(struct file_sink *sink)
{
    if (sink->used == 0 || (sink->failing && timestamp_monotonic() < sink->retry_ns))
        return;
    write_out(sink);
}

void file_sink_write(struct file_sink *sink, const char *line, size_t length)
{
    if (sink->used + length + 1 > BUFFER_BYTES)
        file_sink_flush(sink);
    if (sink->ended || sink->used + length + 1 > BUFFER_BYTES) {
        sink->lost++;
        return;
    }
    memcpy(sink->buffer + sink->used, line, length);
    sink->used += length;
    sink->buffer[sink->used++] = '\n';
    sink->lines_buffered++;
}

/* Drops the rest of a line whose beginning is in the old file and cannot be taken back. */
static void drop_cut_line(struct file_sink *sink)
{
    if (!sink->cut)
        return;
    const char *newline = memchr(sink->buffer, '\n', sink->used);
    size_t rest = newline ? (size_t)(newline - sink->buffer) + 1 : sink->used;
    sink->used -= rest;
    memmove(sink->buffer, sink->buffer + rest, sink->used);
    sink->lines_buffered--;
    sink->lost++;
    sink->cut = false;
}

static void close_file(const struct file_sink *sink)
{
    if (!sink->is_stdout && close(sink->file) != 0)
        log_warning("%s: %s", sink->name, strerror(errno));
}

void file_sink_reopen(struct file_sink *sink)
{
    if (sink->is_stdout || sink->ended)
        return;
    if (sink->used)
        write_out(sink);
    int file = open_for_lines(sink->path, true);
    if (file < 0) {
        log_warning("cannot open %s anew: %s; events go on to the file that was open", sink->name,
                    strerror(errno));
        return;
    }
    close_file(sink);
    sink->file = file;
    sink->regular = is_regular(file);
    drop_cut_line(sink);
    if (sink->failing) /* the new file may lie elsewhere */
        write_out(sink);
}

uint64_t file_sink_lines(const struct file_sink *sink)
{
    return sink->lines;
}

uint64_t file_sink_lost(const struct file_sink *sink)
{
    return sink->lost;
}

bool file_sink_ended(const struct file_sink *sink)
{
    return sink->ended;
}

void file_sink_close(struct file_sink *sink)
{
    if (!sink)
        return;
    if (sink->used)
        write_out(sink);
    sink->lost += sink->lines_buffered;
    if (sink->lines_buffered)
        log_warning("%s: %" PRIu64 " lines could not be written", sink->name, sink->lines_buffered);
    close_file(sink);
    free(sink->path);
    free(sink);
}
