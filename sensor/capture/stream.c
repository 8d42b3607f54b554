/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed captures as they pass: gzip (RFC 1952) and zstd (RFC 8878) are unpacked into the
 * reader's buffer, so a capture of any size takes the same memory. The FILE comes from
 * fopencookie(), as libpcap reads from nothing else.
 */
#include "capture/stream.h"

#include "capture/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STREAM_INPUT_BYTES ((size_t)128 * 1024) /* read from the file at once */
#define STREAM_STDIO_BYTES ((size_t)256 * 1024) /* unpacked at once */

struct stream {
    int fd;
    bool input_ended;
    uint64_t position;
    const char *fault;
    struct unpacker *unpacker; /* NULL: plain */
    FILE *plain;               /* the file itself, when nothing stands between; borrowed */
    size_t at;                 /* in input */
    size_t length;
    uint8_t input[STREAM_INPUT_BYTES];
};

/* Refills the empty input; false on a read error (errno says which). EINTR is one of them: only a
 * signal that asks for the end interrupts a read. */
static bool fill_input(struct stream *s)
{
    ssize_t length = read(s->fd, s->input, sizeof s->input);
    if (length < 0)
        return false;
    s->at = 0;
    s->length = (size_t)length;
    s->position += (uint64_t)length;
    s->input_ended = length == 0;
    return true;
}

static ssize_t read_plain(struct stream *s, char *buffer, size_t size)
{
    if (s->at < s->length) {
        size_t length = s->length - s->at < size ? s->length - s->at : size;
        memcpy(buffer, s->input + s->at, length);
        s->at += length;
        return (ssize_t)length;
    }
    ssize_t length = read(s->fd, buffer, size);
    if (length > 0)
        s->position += (uint64_t)length;
    return length;
}

static ssize_t read_packed(struct stream *s, char *buffer, size_t size)
{
    size_t made = 0;
    while (made == 0 && !s->fault) {
        if (s->at == s->length && !s->input_ended && !fill_input(s))
            return -1;
        struct unpack_step step = {.input = s->input + s->at,
                                   .input_length = s->length - s->at,
                                   .output = buffer,
                                   .output_size = size};
        s->fault = unpacker_run(s->unpacker, &step);
        s->at += step.taken;
        made = step.made;
        if (made == 0 && s->input_ended) {
            if (!s->fault && !unpacker_is_whole(s->unpacker))
                s->fault = "its compressed data ends early";
            break;
        }
    }
    return (ssize_t)made;
}

static ssize_t cookie_read(void *cookie, char *buffer, size_t size)
{
    struct stream *s = cookie;
    return s->unpacker ? read_packed(s, buffer, size) : read_plain(s, buffer, size);
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    unpacker_free(s->unpacker);
    free(s);
}

static int cookie_close(void *cookie)
{
    const struct stream *s = cookie;
    return s->fd > STDIN_FILENO ? close(s->fd) : 0;
}

/* Looks at the first bytes; knows the kinds that are read and those that people should unpack. */
static enum ajar_status detect_kind(struct stream *s, const char *path, struct problem *problem)
{
    static const struct {
        const char *name;
        const char *magic;
        size_t length;
    } others[] = {
        {"xz",
         "\xfd"
         "7zXZ",
         5},
        {"bzip2", "BZh", 3},
        {"lz4", "\x04\x22\x4d\x18", 4},
        {"zip", "PK\x03\x04", 4},
        {"7z", "7z\xbc\xaf\x27\x1c", 6},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (s->length >= others[i].length &&
            memcmp(s->input, others[i].magic, others[i].length) == 0)
            return problem_set(problem, AJAR_ERR_FORMAT,
                               "%s is packed with %s: unpack it first (gzip and zstd are read as "
                               "they are)",
                               path, others[i].name);
    return unpacker_new(s->input, s->length, &s->unpacker);
}

static enum ajar_status read_start(struct stream *s, const char *path, struct problem *problem)
{
    if (!fill_input(s))
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s cannot be read: %s", path,
                           strerror(errno));
    if (s->length == 0)
        return problem_set(problem, AJAR_ERR_FORMAT, "%s is empty: a capture has a header", path);
    enum ajar_status status = detect_kind(s, path, problem);
    if (status == AJAR_ERR_MEMORY)
        return problem_set(problem, status, "%s: out of memory", path);
    return status;
}

/* A plain file that can be read again from its start needs no stream between: stdio reads it
 * faster. */
static bool is_plain_file(const struct stream *s)
{
    return !s->unpacker && s->fd > STDIN_FILENO && lseek(s->fd, 0, SEEK_SET) == 0;
}

static FILE *make_file(struct stream *s)
{
    cookie_io_functions_t functions = {.read = cookie_read, .close = cookie_close};
    FILE *file;
    if (is_plain_file(s))
        file = s->plain = fdopen(s->fd, "r");
    else
        file = fopencookie(s, "r", functions);
    if (!file)
        return NULL;
    (void)setvbuf(file, NULL, _IOFBF, STREAM_STDIO_BYTES);
    (void)__fsetlocking(file, FSETLOCKING_BYCALLER); /* one thread: no lock per packet */
    return file;
}

enum ajar_status stream_open(const char *path, struct stream **stream, FILE **file,
                             struct problem *problem)
{
    struct stream *s = malloc(sizeof *s);
    if (!s)
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    memset(s, 0, offsetof(struct stream, input));
    s->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    enum ajar_status status = AJAR_OK;
    if (s->fd < 0)
        status =
            problem_set(problem, AJAR_ERR_SYSTEM, "%s cannot be opened: %s", path, strerror(errno));
    if (status == AJAR_OK)
        status = read_start(s, path, problem);
    FILE *opened = status == AJAR_OK ? make_file(s) : NULL;
    if (status == AJAR_OK && !opened)
        status = problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    if (status != AJAR_OK) {
        if (s->fd > STDIN_FILENO)
            (void)close(s->fd);
        stream_free(s);
        return status;
    }
    *stream = s;
    *file = opened;
    return AJAR_OK;
}

uint64_t stream_position(const struct stream *stream)
{
    return stream->plain ? (uint64_t)ftello(stream->plain) : stream->position;
}

const char *stream_fault(const struct stream *stream)
{
    return stream->fault;
}
