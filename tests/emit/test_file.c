/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/file.h"

#include "base/timestamp.h"
#include "ledger/findings.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/ajar-file-XXXXXX";
static char path[64];

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/events", folder);
}

static void teardown(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
}

TestSuite(file, .init = setup, .fini = teardown);

static struct file_sink *open_sink(bool append)
{
    struct file_sink *sink = NULL;
    struct problem problem = {""};
    cr_assert_eq(file_sink_open(path, append, &sink, &problem), AJAR_OK, "%s", problem.text);
    return sink;
}

static const char *content(void)
{
    static char text[4096];
    FILE *file = fopen(path, "r");
    cr_assert(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

Test(file, writes_lines_when_flushed)
{
    struct file_sink *sink = open_sink(false);
    file_sink_write(sink, "{\"a\":1}", 7);
    cr_assert_eq(file_sink_lines(sink), 0);
    cr_assert_str_empty(content());
    file_sink_flush(sink);
    cr_assert_str_eq(content(), "{\"a\":1}\n");
    cr_assert_eq(file_sink_lines(sink), 1);
    file_sink_write(sink, "{}", 2);
    file_sink_close(sink);
    cr_assert_str_eq(content(), "{\"a\":1}\n{}\n");
}

Test(file, writes_without_a_flush_when_the_buffer_is_full)
{
    struct file_sink *sink = open_sink(false);
    char line[1000];
    memset(line, 'x', sizeof line);
    for (int i = 0; i < 100; i++)
        file_sink_write(sink, line, sizeof line);
    cr_assert_gt(file_sink_lines(sink), 50);
    file_sink_close(sink);
    struct stat info;
    cr_assert_eq(stat(path, &info), 0);
    cr_assert_eq(info.st_size, 100 * 1001);
}

Test(file, continues_or_empties_an_existing_file)
{
    struct file_sink *sink = open_sink(false);
    file_sink_write(sink, "1", 1);
    file_sink_close(sink);
    sink = open_sink(true);
    file_sink_write(sink, "2", 1);
    file_sink_close(sink);
    cr_assert_str_eq(content(), "1\n2\n");
    file_sink_close(open_sink(false));
    cr_assert_str_empty(content());
}

Test(file, rejects_a_place_it_cannot_write)
{
    struct file_sink *sink = NULL;
    struct problem problem = {""};
    cr_assert_eq(file_sink_open(folder, false, &sink, &problem), AJAR_ERR_SYSTEM);
    cr_assert(strstr(problem.text, folder), "%s", problem.text);
    cr_assert(strstr(problem.text, "directory"), "%s", problem.text);
    cr_assert_null(sink);
}

Test(file, ends_quietly_when_the_reader_of_a_pipe_goes)
{
    int ends[2], messages[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(pipe(messages), 0);
    (void)signal(SIGPIPE, SIG_IGN); /* as emitter_new() does */
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    (void)dup2(ends[1], STDOUT_FILENO);
    (void)dup2(messages[1], STDERR_FILENO);
    struct file_sink *sink = NULL;
    enum ajar_status status = file_sink_open("-", false, &sink, NULL);
    file_sink_write(sink, "1", 1);
    file_sink_flush(sink);
    bool ended_early = file_sink_ended(sink);
    close(ends[0]);
    file_sink_write(sink, "2", 1);
    file_sink_flush(sink);
    bool ended = file_sink_ended(sink);
    uint64_t lines = file_sink_lines(sink);
    file_sink_write(sink, "3", 1);
    file_sink_close(sink);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(err, STDERR_FILENO);
    close(messages[1]);
    char said[16];
    cr_assert_eq(status, AJAR_OK);
    cr_assert_not(ended_early);
    cr_assert(ended);
    cr_assert_eq(lines, 1);
    cr_assert_eq(read(messages[0], said, sizeof said), 0, "something was said");
}

/* What goes to standard error between listen() and heard(). */
static int messages[2], kept_stderr;

static void listen_to_messages(void)
{
    cr_assert_eq(pipe(messages), 0);
    kept_stderr = dup(STDERR_FILENO);
    (void)dup2(messages[1], STDERR_FILENO);
}

static const char *heard(void)
{
    static char said[4096];
    (void)dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    close(messages[1]);
    ssize_t length = read(messages[0], said, sizeof said - 1);
    close(messages[0]);
    said[length > 0 ? length : 0] = '\0';
    return said;
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++)
        lines++;
    return lines;
}

Test(file, warns_once_when_the_disk_is_full_and_keeps_trying)
{
    struct file_sink *sink = NULL;
    cr_assert_eq(file_sink_open("/dev/full", true, &sink, NULL), AJAR_OK);
    listen_to_messages();
    for (int i = 0; i < 3; i++) {
        file_sink_write(sink, "1", 1);
        file_sink_flush(sink);
    }
    const char *said = heard();
    cr_assert(strstr(said, "No space left"), "%s", said);
    cr_assert(strstr(said, "trying again"), "%s", said);
    cr_assert_eq(count_lines(said), 1, "%s", said);
    cr_assert_eq(file_sink_lines(sink), 0);
    cr_assert_eq(file_sink_lost(sink), 0, "they wait in the buffer");
    cr_assert_not(file_sink_ended(sink));
    listen_to_messages();
    file_sink_close(sink);
    said = heard();
    cr_assert(strstr(said, "/dev/full: 3 lines could not be written"), "%s", said);
}

Test(file, ends_at_the_first_error_when_it_is_not_live)
{
    struct file_sink *sink = NULL;
    cr_assert_eq(file_sink_open("/dev/full", false, &sink, NULL), AJAR_OK);
    listen_to_messages();
    file_sink_write(sink, "1", 1);
    file_sink_flush(sink);
    const char *said = heard();
    cr_assert(strstr(said, "events no longer go to /dev/full: No space left"), "%s", said);
    cr_assert(file_sink_ended(sink));
    file_sink_write(sink, "2", 1);
    cr_assert_eq(file_sink_lost(sink), 2);
    file_sink_close(sink);
}

/* Lines "NNN xxx...x" of `length` bytes, numbered from `first`. */
static void write_numbered(struct file_sink *sink, int first, int count, size_t length)
{
    char line[2048];
    for (int i = first; i < first + count; i++) {
        memset(line, 'x', length);
        (void)snprintf(line, 5, "%04d", i);
        line[4] = ' ';
        file_sink_write(sink, line, length);
    }
}

/* Every line of the file is whole; returns how many. */
static uint64_t count_whole_lines(size_t length)
{
    FILE *file = fopen(path, "r");
    cr_assert(file);
    char line[4096];
    uint64_t lines = 0;
    int number, before = -1;
    for (; fgets(line, sizeof line, file); lines++) {
        cr_assert_eq(strlen(line), length + 1, "line %d: %s", (int)lines, line);
        cr_assert_eq(sscanf(line, "%d", &number), 1);
        cr_assert_gt(number, before);
        before = number;
    }
    fclose(file);
    return lines;
}

/* As on a full disk: nothing beyond this size. */
static void limit_files_to(rlim_t bytes)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(file, loses_only_counted_lines_while_the_disk_is_full)
{
    enum { LENGTH = 99, COUNT = 2000 };
    (void)signal(SIGXFSZ, SIG_IGN);
    struct file_sink *sink = open_sink(true);
    listen_to_messages();
    limit_files_to(2550); /* 25 lines and a half */
    write_numbered(sink, 0, COUNT / 2, LENGTH);
    file_sink_flush(sink);
    cr_assert_eq(file_sink_lines(sink), 25);
    cr_assert_eq(count_whole_lines(LENGTH), 25, "the half line is taken back");
    limit_files_to(RLIM_INFINITY);
    (void)usleep((FILE_RETRY_MS + 50) * 1000);
    file_sink_flush(sink);
    write_numbered(sink, COUNT / 2, COUNT / 2, LENGTH);
    file_sink_flush(sink);
    const char *said = heard();
    cr_assert(strstr(said, "File too large"), "%s", said);
    char again[128];
    (void)snprintf(again, sizeof again, "go to %s again; lines lost: %d\n", path,
                   (int)file_sink_lost(sink));
    cr_assert(strstr(said, again), "%s", said);
    cr_assert_eq(count_lines(said), 2, "%s", said);
    cr_assert_gt(file_sink_lost(sink), 0);
    cr_assert_eq(file_sink_lost(sink) + file_sink_lines(sink), COUNT);
    cr_assert_eq(count_whole_lines(LENGTH), file_sink_lines(sink));
    file_sink_close(sink);
}

Test(file, goes_on_in_a_new_file_when_reopened)
{
    char moved[80];
    (void)snprintf(moved, sizeof moved, "%s.1", path);
    struct file_sink *sink = open_sink(true);
    file_sink_write(sink, "before", 6);
    file_sink_flush(sink);
    cr_assert_eq(rename(path, moved), 0);
    file_sink_write(sink, "between", 7);
    file_sink_reopen(sink);
    file_sink_write(sink, "after", 5);
    file_sink_flush(sink);
    cr_assert_str_eq(content(), "after\n");
    struct stat info;
    cr_assert_eq(stat(path, &info), 0);
    cr_assert_eq(info.st_mode & 07777 & ~0640u, 0, "%o", info.st_mode);
    cr_assert_eq(rename(moved, path), 0);
    cr_assert_str_eq(content(), "before\nbetween\n");
    cr_assert_eq(file_sink_lines(sink), 3);
    file_sink_close(sink);
}

Test(file, goes_on_in_the_old_file_when_it_cannot_be_reopened)
{
    struct file_sink *sink = open_sink(true);
    file_sink_write(sink, "1", 1);
    char moved[80];
    (void)snprintf(moved, sizeof moved, "%s.1", path);
    cr_assert_eq(rename(path, moved), 0);
    cr_assert_eq(mkdir(path, 0700), 0); /* in the way */
    listen_to_messages();
    file_sink_reopen(sink);
    const char *said = heard();
    cr_assert(strstr(said, "cannot open"), "%s", said);
    cr_assert_eq(count_lines(said), 1, "%s", said);
    file_sink_write(sink, "2", 1);
    file_sink_close(sink);
    cr_assert_eq(rmdir(path), 0);
    cr_assert_eq(rename(moved, path), 0);
    cr_assert_str_eq(content(), "1\n2\n");
}

Test(file, takes_waiting_lines_to_the_new_file_when_the_old_one_is_full)
{
    enum { LENGTH = 99 };
    (void)signal(SIGXFSZ, SIG_IGN);
    struct file_sink *sink = open_sink(true);
    listen_to_messages();
    limit_files_to(2550);
    write_numbered(sink, 0, 40, LENGTH);
    file_sink_flush(sink);
    cr_assert_eq(count_whole_lines(LENGTH), 25);
    cr_assert_eq(unlink(path), 0);
    file_sink_reopen(sink);
    cr_assert_eq(count_whole_lines(LENGTH), 15);
    cr_assert_eq(file_sink_lines(sink), 40);
    cr_assert_eq(file_sink_lost(sink), 0);
    cr_assert_eq(count_lines(heard()), 2);
    file_sink_close(sink);
}

Test(file, never_splits_a_line_over_two_pipes)
{
    enum { LENGTH = 2000 };
    char first[65536 * 2];
    cr_assert_eq(mkfifo(path, 0600), 0);
    int old = open(path, O_RDONLY | O_NONBLOCK);
    struct file_sink *sink = open_sink(true);
    cr_assert_gt(fcntl(old, F_SETPIPE_SZ, 4096), 0);
    listen_to_messages();
    write_numbered(sink, 0, 10, LENGTH); /* two go in and a part of the third */
    file_sink_flush(sink);
    cr_assert_eq(file_sink_lines(sink), 2);
    char moved[80];
    (void)snprintf(moved, sizeof moved, "%s.1", path);
    cr_assert_eq(rename(path, moved), 0);
    file_sink_reopen(sink);
    (void)heard();
    ssize_t length = read(old, first, sizeof first);
    cr_assert_eq(length, 4096);
    cr_assert_eq(count_whole_lines(LENGTH), 7);
    cr_assert_eq(file_sink_lines(sink), 9);
    cr_assert_eq(file_sink_lost(sink), 1);
    file_sink_close(sink);
    close(old);
    (void)unlink(moved);
}

Test(file, ends_a_line_that_a_killed_run_left_unfinished)
{
    FILE *file = fopen(path, "w");
    cr_assert(file);
    (void)fputs("{}\n{\"half\":", file);
    fclose(file);
    struct file_sink *sink = open_sink(true);
    file_sink_write(sink, "{}", 2);
    file_sink_close(sink);
    cr_assert_str_eq(content(), "{}\n{\"half\":\n{}\n");
    file_sink_close(open_sink(true));
    cr_assert_str_eq(content(), "{}\n{\"half\":\n{}\n", "no empty line after a whole one");
}

Test(file, waits_for_a_reader_that_stands_still_once_and_goes_on_with_it, .timeout = 20)
{
    enum { LENGTH = 999, COUNT = 200 };
    static char text[COUNT * (LENGTH + 1) + 1];
    cr_assert_eq(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    struct file_sink *sink = open_sink(true);
    cr_assert_gt(fcntl(reader, F_SETPIPE_SZ, 65536), 0);
    listen_to_messages();
    uint64_t before = timestamp_monotonic();
    write_numbered(sink, 0, COUNT, LENGTH);
    uint64_t took = timestamp_monotonic() - before;
    cr_assert_lt(took, UINT64_C(1800000000), "waited more than once");
    cr_assert_gt(file_sink_lost(sink), 0);
    ssize_t length = read(reader, text, sizeof text);
    cr_assert_gt(length, 0);
    (void)usleep((FILE_RETRY_MS + 50) * 1000);
    file_sink_flush(sink);
    while (length < (ssize_t)sizeof text) {
        ssize_t more = read(reader, text + length, sizeof text - (size_t)length);
        if (more <= 0) {
            file_sink_flush(sink);
            more = read(reader, text + length, sizeof text - (size_t)length);
        }
        if (more <= 0)
            break;
        length += more;
    }
    cr_assert_eq(count_lines(heard()), 2);
    cr_assert_eq(file_sink_lines(sink) + file_sink_lost(sink), COUNT);
    cr_assert_eq((uint64_t)length, file_sink_lines(sink) * (LENGTH + 1));
    for (uint64_t i = 0; i < file_sink_lines(sink); i++)
        cr_assert_eq(text[i * (LENGTH + 1) + LENGTH], '\n');
    file_sink_close(sink);
    close(reader);
}
