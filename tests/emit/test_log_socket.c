/* SPDX-License-Identifier: Apache-2.0 */
/* A daemon that is slow, gone, back, or never there: nothing waits, everything is counted. */
#include "base/timestamp.h"
#include "emit/log_daemon.h"
#include "emit/log_socket.h"

#include <criterion/redirect.h>

static struct log_daemon daemon_;
static struct log_socket socket_;

static void setup(void)
{
    cr_redirect_stderr();
    log_daemon_start(&daemon_);
}

static void teardown(void)
{
    log_daemon_end(&daemon_);
}

TestSuite(log_socket, .init = setup, .fini = teardown, .timeout = 20);

static void open_socket(bool live)
{
    struct problem problem = {""};
    cr_assert_eq(log_socket_open(&socket_, daemon_.address.sun_path, live, &problem), AJAR_OK, "%s",
                 problem.text);
}

/* Sends "first", "first + 1", ... padded to `length` bytes. */
static void send_numbered(unsigned first, unsigned count, size_t length)
{
    char text[60000];
    memset(text, '.', sizeof text);
    for (unsigned i = first; i < first + count; i++) {
        (void)snprintf(text, sizeof text, "%u", i);
        log_socket_send(&socket_, text, length);
    }
}

/* What comes has rising numbers; returns how many. */
static unsigned receive_numbered(void)
{
    unsigned count = 0;
    unsigned long before = 0;
    for (; log_daemon_receive(&daemon_); count++) {
        unsigned long number = strtoul(daemon_.text, NULL, 10);
        cr_assert(count == 0 || number > before, "%lu after %lu", number, before);
        before = number;
    }
    return count;
}

static void nap(unsigned ms)
{
    (void)usleep(ms * 1000);
}

Test(log_socket, sends_datagrams_as_they_are)
{
    open_socket(true);
    log_socket_send(&socket_, "one", 3);
    log_socket_send(&socket_, "two", 3);
    cr_assert(log_daemon_receive(&daemon_));
    cr_assert_str_eq(daemon_.text, "one");
    cr_assert(log_daemon_receive(&daemon_));
    cr_assert_str_eq(daemon_.text, "two");
    cr_assert_not(log_daemon_receive(&daemon_));
    cr_assert_eq(socket_.sent, 2);
    log_socket_close(&socket_);
    cr_assert_eq(socket_.dropped, 0);
}

Test(log_socket, keeps_what_a_slow_daemon_does_not_take_and_counts_the_rest)
{
    enum { COUNT = 3000, LENGTH = 1000 };
    open_socket(true);
    uint64_t before = timestamp_monotonic();
    send_numbered(0, COUNT, LENGTH);
    cr_assert_lt(timestamp_monotonic() - before, UINT64_C(900000000), "it waited");
    cr_assert_gt(socket_.used, LOG_WAITING_BYTES / 2);
    cr_assert_gt(socket_.dropped, 0);
    unsigned received = receive_numbered();
    while (socket_.used) {
        log_socket_flush(&socket_);
        unsigned more = receive_numbered();
        cr_assert_gt(more, 0, "nothing moves");
        received += more;
    }
    cr_assert_eq(received + socket_.dropped, COUNT);
    cr_assert_eq(socket_.sent, received);
    log_socket_close(&socket_);
}

Test(log_socket, sends_what_waits_before_what_comes)
{
    open_socket(true);
    send_numbered(0, 1000, 1000);
    cr_assert_gt(socket_.used, 0);
    unsigned long before = 0;
    for (unsigned i = 1000; log_daemon_receive(&daemon_); i++) {
        unsigned long number = strtoul(daemon_.text, NULL, 10);
        cr_assert(number == 0 || number > before, "%lu after %lu", number, before);
        before = number;
        if (i < 1100)
            send_numbered(i, 1, 1000);
        else
            log_socket_flush(&socket_);
    }
    cr_assert_gt(before, 1000);
    log_socket_close(&socket_);
}

Test(log_socket, sends_what_waits_to_the_daemon_that_comes_back)
{
    open_socket(true);
    send_numbered(0, 1, 10);
    cr_assert_eq(receive_numbered(), 1);
    log_daemon_kill(&daemon_);
    send_numbered(1, 3, 10);
    log_daemon_listen(&daemon_);
    nap(LOG_RETRY_MS + 20);
    send_numbered(4, 2, 10);
    cr_assert_eq(receive_numbered(), 5);
    cr_assert_eq(socket_.sent, 6);
    cr_assert_eq(socket_.dropped, 0);
    log_socket_close(&socket_);
}

Test(log_socket, loses_nothing_to_a_daemon_that_is_started_anew_in_between)
{
    open_socket(true);
    for (unsigned i = 0; i < 5; i++) {
        send_numbered(i, 1, 10);
        cr_assert_eq(receive_numbered(), 1, "%u", i);
        log_daemon_kill(&daemon_);
        log_daemon_listen(&daemon_);
    }
    cr_assert_eq(socket_.dropped, 0);
    log_socket_close(&socket_);
}

Test(log_socket, warns_once_of_a_daemon_that_is_not_there_and_finds_it_later)
{
    log_daemon_kill(&daemon_);
    (void)unlink(daemon_.address.sun_path);
    open_socket(true);
    send_numbered(0, 10, 10);
    nap(LOG_RETRY_MS + 20);
    log_socket_flush(&socket_);
    log_daemon_listen(&daemon_);
    nap(LOG_RETRY_MS + 20);
    log_socket_flush(&socket_);
    cr_assert_eq(receive_numbered(), 10);
    log_socket_close(&socket_);
    char expected[256];
    (void)snprintf(expected, sizeof expected,
                   "ajar: warning: %s: No such file or directory; events it did not take so far: "
                   "0\n",
                   daemon_.address.sun_path);
    fflush(stderr);
    cr_assert_stderr_eq_str(expected);
}

Test(log_socket, refuses_a_daemon_that_is_not_there_when_it_is_not_live)
{
    struct problem problem = {""};
    char expected[256];
    (void)snprintf(expected, sizeof expected,
                   "no log daemon takes events at %s: Connection refused; start it, or leave that "
                   "output out",
                   daemon_.address.sun_path);
    log_daemon_kill(&daemon_);
    cr_assert_eq(log_socket_open(&socket_, daemon_.address.sun_path, false, &problem),
                 AJAR_ERR_SYSTEM);
    cr_assert_str_eq(problem.text, expected);
    log_daemon_listen(&daemon_);
    open_socket(false);
    log_socket_close(&socket_);
}

Test(log_socket, waits_once_for_a_daemon_that_stands_still_when_it_is_not_live)
{
    enum { COUNT = 2000, LENGTH = 1000 };
    open_socket(false);
    uint64_t before = timestamp_monotonic();
    send_numbered(0, COUNT, LENGTH);
    uint64_t took = timestamp_monotonic() - before;
    cr_assert_geq(took, UINT64_C(900000000), "%llu", (unsigned long long)took);
    cr_assert_lt(took, UINT64_C(1900000000), "%llu", (unsigned long long)took);
    cr_assert_gt(socket_.dropped, 0);
    log_socket_close(&socket_);
    cr_assert_eq(receive_numbered() + socket_.dropped, COUNT);
}

Test(log_socket, counts_what_is_longer_than_a_datagram)
{
    static char text[UINT16_MAX + 1];
    open_socket(true);
    log_socket_send(&socket_, text, sizeof text);
    cr_assert_eq(socket_.dropped, 1);
    log_socket_send(&socket_, text, UINT16_MAX);
    cr_assert_eq(socket_.sent, 1);
    log_socket_close(&socket_);
}
