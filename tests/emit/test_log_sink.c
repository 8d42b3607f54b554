/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/events.h"
#include "emit/log_daemon.h"
#include "emit/log_sink.h"

#include <criterion/redirect.h>

static struct log_daemon syslog_, journald_;

static void setup(void)
{
    cr_redirect_stderr();
    log_daemon_start(&syslog_);
    log_daemon_start(&journald_);
}

static void teardown(void)
{
    log_daemon_end(&syslog_);
    log_daemon_end(&journald_);
}

TestSuite(log_sink, .init = setup, .fini = teardown, .timeout = 20);

static struct log_sink *open_sink(const struct emit_options *options)
{
    static struct log_paths paths;
    struct log_sink *sink = NULL;
    struct problem problem = {""};
    paths = (struct log_paths){syslog_.address.sun_path, journald_.address.sun_path};
    cr_assert_eq(log_sink_open(options, &paths, &sink, &problem), AJAR_OK, "%s", problem.text);
    return sink;
}

Test(log_sink, gives_each_daemon_its_own_form)
{
    struct emit_options options = {
        .sensor = "s", .site = "h", .syslog = "local0", .journald = true};
    struct sample s;
    struct log_sink *sink = open_sink(&options);
    make_sample(&s, VERDICT_DATA, 7);
    log_sink_write(sink, &s.event, "{}", 2);
    cr_assert(log_daemon_receive(&syslog_));
    cr_assert_eq(strncmp(syslog_.text, "<132>", 5), 0, "%s", syslog_.text);
    cr_assert_str_eq(syslog_.text + syslog_.length - 4, ": {}");
    cr_assert(log_daemon_receive(&journald_));
    cr_assert_eq(strncmp(journald_.text, "MESSAGE=store-query", 19), 0, "%s", journald_.text);
    cr_assert_str_eq(journald_.text + journald_.length - 13, "AJAR_JSON={}\n");
    cr_assert_eq(log_sink_sent(sink), 2);
    cr_assert_eq(log_sink_dropped(sink), 0);
    log_sink_close(sink);
}

Test(log_sink, leaves_alone_what_was_not_asked_for)
{
    struct emit_options options = {.sensor = "s", .site = "h", .syslog = "", .journald = true};
    struct sample s;
    struct log_sink *sink = open_sink(&options);
    log_sink_write(sink, &make_sample(&s, VERDICT_DATA, 7)->event, "{}", 2);
    cr_assert_not(log_daemon_receive(&syslog_));
    cr_assert(log_daemon_receive(&journald_));
    log_sink_close(sink);
    options = (struct emit_options){.sensor = "s", .site = "h", .syslog = "user"};
    sink = open_sink(&options);
    log_sink_write(sink, &s.event, "{}", 2);
    cr_assert(log_daemon_receive(&syslog_));
    cr_assert_not(log_daemon_receive(&journald_));
    log_sink_close(sink);
}

Test(log_sink, lets_one_daemon_be_away_without_harm_to_the_other)
{
    struct emit_options options = {
        .sensor = "s", .site = "h", .syslog = "local0", .journald = true, .live = true};
    struct sample s;
    log_daemon_kill(&syslog_);
    struct log_sink *sink = open_sink(&options);
    log_sink_write(sink, &make_sample(&s, VERDICT_DATA, 7)->event, "{}", 2);
    cr_assert(log_daemon_receive(&journald_));
    cr_assert_eq(log_sink_sent(sink), 1);
    log_daemon_listen(&syslog_);
    (void)usleep(150000);
    log_sink_flush(sink);
    cr_assert(log_daemon_receive(&syslog_));
    cr_assert_eq(log_sink_sent(sink), 2);
    log_sink_close(sink);
}

Test(log_sink, refuses_a_daemon_that_is_away_when_it_is_not_live)
{
    struct emit_options options = {
        .sensor = "s", .site = "h", .syslog = "local0", .journald = true};
    struct log_sink *sink = NULL;
    struct problem problem = {""};
    struct log_paths paths = {syslog_.address.sun_path, "/nowhere/socket"};
    cr_assert_eq(log_sink_open(&options, &paths, &sink, &problem), AJAR_ERR_SYSTEM);
    cr_assert_str_eq(problem.text, "no log daemon takes events at /nowhere/socket: No such file or "
                                   "directory; start it, or leave that output out");
    cr_assert_null(sink);
    options.syslog = "kern";
    cr_assert_eq(log_sink_open(&options, &paths, &sink, &problem), AJAR_ERR_USAGE);
    options.syslog = "auth";
    paths.journald = journald_.address.sun_path;
    cr_assert_eq(log_sink_open(&options, &paths, &sink, &problem), AJAR_OK);
    log_sink_close(sink);
}
