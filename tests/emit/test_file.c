/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/file.h"
#include "ledger/findings.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
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

Test(file, warns_once_when_the_disk_is_full)
{
    int messages[2];
    cr_assert_eq(pipe(messages), 0);
    int err = dup(STDERR_FILENO);
    struct file_sink *sink = NULL;
    cr_assert_eq(file_sink_open("/dev/full", true, &sink, NULL), AJAR_OK);
    (void)dup2(messages[1], STDERR_FILENO);
    for (int i = 0; i < 3; i++) {
        file_sink_write(sink, "1", 1);
        file_sink_flush(sink);
    }
    uint64_t lines = file_sink_lines(sink);
    file_sink_close(sink);
    (void)dup2(err, STDERR_FILENO);
    close(messages[1]);
    char said[1024];
    ssize_t length = read(messages[0], said, sizeof said - 1);
    cr_assert_gt(length, 0);
    said[length] = '\0';
    cr_assert(strstr(said, "No space left"), "%s", said);
    cr_assert_eq(strchr(said, '\n'), said + length - 1, "one line: %s", said);
    cr_assert_eq(lines, 0);
}
