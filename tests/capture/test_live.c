/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture.h"

#include "base/timestamp.h"
#include "support/frames.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TEST_PACKETS 20

static char filter[32];
static struct capture_live_options loopback = {
    .interface = "lo", .filter = filter, .snaplen = 65535, .ring_bytes = 1 << 20};

/* Tests run side by side, each in a process: a port of its own keeps their packets apart. */
static uint16_t test_port(void)
{
    return (uint16_t)(20000 + getpid() % 40000);
}

/* Opens the loopback interface. Where capturing is not allowed the test fails, unless it may not
 * run. */
static struct capture *open_loopback(void)
{
    struct capture *capture = NULL;
    struct problem problem = {.text = ""};
    (void)snprintf(filter, sizeof filter, "udp dst port %u", (unsigned)test_port());
    enum ajar_status status = capture_open_live(&loopback, &capture, &problem);
    const char *allowed = getenv("AJAR_ALLOW_SKIP");
    if (status == AJAR_ERR_SYSTEM && allowed && strstr(allowed, "capture/live"))
        cr_skip_test("%s", problem.text);
    cr_assert_eq(status, AJAR_OK, "%s", problem.text);
    return capture;
}

static void send_packets(int count)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(test_port()),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    cr_assert_geq(fd, 0);
    for (int i = 0; i < count; i++)
        cr_assert_eq(sendto(fd, "ajar", 4, 0, (struct sockaddr *)&to, sizeof to), 4);
    close(fd);
}

struct seen {
    int count;
    uint64_t last_ns;
    uint32_t on_wire;
};

static void see(void *context, const struct frame *frame)
{
    struct seen *seen = context;
    seen->count++;
    seen->last_ns = frame->time_ns;
    seen->on_wire = frame->on_wire;
}

Test(live, hands_over_what_arrives)
{
    struct capture *capture = open_loopback();
    uint64_t before = timestamp_now();
    send_packets(TEST_PACKETS);
    struct seen seen = {0};
    uint64_t ordinal = 0;
    for (int tries = 0; tries < 100 && seen.count < TEST_PACKETS; tries++)
        cr_assert_eq(capture_run(capture, 256, 100, &ordinal, see, &seen, NULL), AJAR_OK);
    cr_assert(seen.count == TEST_PACKETS && ordinal == TEST_PACKETS);
    cr_assert_eq(seen.on_wire, 14 + 20 + 8 + 4);
    cr_assert(seen.last_ns + 60000000000u > before &&
              seen.last_ns < timestamp_now() + 60000000000u);
    struct capture_statistics statistics;
    capture_read_statistics(capture, &statistics);
    cr_assert(statistics.frames == TEST_PACKETS && statistics.received >= TEST_PACKETS);
    cr_assert_eq(statistics.dropped_kernel, 0);
    capture_close(capture);
}

Test(live, comes_back_from_an_idle_link)
{
    struct capture *capture = open_loopback();
    struct seen seen = {0};
    uint64_t ordinal = 0;
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(capture_run(capture, 256, 50, &ordinal, see, &seen, NULL), AJAR_OK);
    uint64_t waited = timestamp_monotonic() - before;
    cr_assert(seen.count == 0 && waited < 5000000000u);
    capture_close(capture);
}

Test(live, ends_after_a_stop)
{
    struct capture *capture = open_loopback();
    struct seen seen = {0};
    uint64_t ordinal = 0;
    capture_stop(capture);
    cr_assert_eq(capture_run(capture, 256, 10000, &ordinal, see, &seen, NULL), AJAR_END);
    capture_close(capture);
}

Test(live, says_what_is_no_interface_and_no_filter)
{
    struct capture *unused = open_loopback();
    capture_close(unused);
    struct capture_live_options options = loopback;
    struct problem problem = {.text = ""};
    options.interface = "nosuch0";
    cr_expect_eq(capture_open_live(&options, &unused, &problem), AJAR_ERR_USAGE);
    cr_expect_str_eq(problem.text,
                     "there is no interface nosuch0: `ip link` lists those there are");
    options.interface = "lo";
    options.filter = "prot 80";
    problem.text[0] = '\0';
    cr_expect_eq(capture_open_live(&options, &unused, &problem), AJAR_ERR_USAGE);
    cr_expect_eq(strncmp(problem.text, "filter \"prot 80\" is not usable for lo: ", 39), 0, "%s",
                 problem.text);
}
