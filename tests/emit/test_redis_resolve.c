/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses at once, names from the real name service, and one that never answers. */
#include "base/timestamp.h"
#include "emit/own_files.h"
#include "emit/redis_resolve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct redis_addresses addresses;
static struct problem problem;

static enum ajar_status resolve(const char *name, uint64_t wait_ns)
{
    struct redis_host host = {.port = 6380};
    (void)snprintf(host.name, sizeof host.name, "%s", name);
    problem.text[0] = '\0';
    memset(&addresses, 0, sizeof addresses);
    return redis_resolve(&host, timestamp_monotonic() + wait_ns, &addresses, &problem);
}

Test(redis_resolve, takes_addresses_without_waiting)
{
    cr_assert_eq(resolve("192.0.2.7", 0), AJAR_OK, "%s", problem.text);
    cr_assert_eq(addresses.count, 1);
    const struct sockaddr_in *in = (const struct sockaddr_in *)&addresses.list[0].name;
    cr_assert_eq(in->sin_family, AF_INET);
    cr_assert_eq(ntohs(in->sin_port), 6380);
    cr_assert_eq(ntohl(in->sin_addr.s_addr), 0xc0000207);
    cr_assert_eq(resolve("2001:db8::7", 0), AJAR_OK, "%s", problem.text);
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&addresses.list[0].name;
    cr_assert_eq(in6->sin6_family, AF_INET6);
    cr_assert_eq(ntohs(in6->sin6_port), 6380);
    cr_assert_eq(addresses.list[0].length, sizeof *in6);
}

Test(redis_resolve, resolves_a_name)
{
    cr_assert_eq(resolve("localhost", 20 * SECOND), AJAR_OK, "%s", problem.text);
    cr_assert_geq(addresses.count, 1);
    cr_assert_eq(resolve("localhost", 20 * SECOND), AJAR_OK, "and again");
}

/* A bound socket at an address of this process alone, which is its only name server from here on.
 */
static int become_name_server(void)
{
    char text[100], place[20];
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(53)};
    unsigned pid = (unsigned)getpid();
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    (void)snprintf(place, sizeof place, "127.%u.%u.%u", 64 + (pid >> 14 & 63), pid >> 7 & 127,
                   1 + (pid & 127));
    cr_assert_eq(inet_pton(AF_INET, place, &name.sin_addr), 1);
    cr_assert_eq(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    (void)snprintf(text, sizeof text, "nameserver %s\noptions timeout:3 attempts:1\n", place);
    replace_file(text, "/etc/resolv.conf");
    return fd;
}

/* Takes questions and never answers: nobody reads them. */
static void become_deaf(void)
{
    (void)become_name_server();
}

/* Answers each question after a second: 192.0.2.55, or that there is no IPv6 address (RFC 1035). */
static pid_t become_slow(void)
{
    static const uint8_t answer[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 55};
    int fd = become_name_server();
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        uint8_t bytes[512];
        struct sockaddr_storage peer;
        socklen_t length = sizeof peer;
        ssize_t got =
            recvfrom(fd, bytes, sizeof bytes - sizeof answer, 0, (struct sockaddr *)&peer, &length);
        if (got < 17)
            _exit(1);
        bool ipv4 = bytes[got - 3] == 1; /* the type of the question, which ends the packet */
        bytes[2] = 0x81;                 /* an answer */
        bytes[3] = 0x80;
        bytes[7] = ipv4; /* answers */
        memcpy(bytes + got, answer, sizeof answer);
        (void)usleep(1000000);
        if (sendto(fd, bytes, (size_t)got + (ipv4 ? sizeof answer : 0), 0, (struct sockaddr *)&peer,
                   length) < 0)
            _exit(1);
    }
}

Test(redis_resolve, gives_up_on_a_name_service_that_is_silent)
{
    become_deaf();
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(resolve("redis.example", SECOND / 2), AJAR_ERR_SYSTEM);
    cr_assert_lt(timestamp_monotonic() - before, 2 * SECOND);
    cr_assert_geq(timestamp_monotonic() - before, SECOND / 2);
    cr_assert(strstr(problem.text, "does not answer for redis.example"), "%s", problem.text);
    before = timestamp_monotonic();
    cr_assert_eq(resolve("other.example", SECOND), AJAR_ERR_SYSTEM);
    cr_assert(strstr(problem.text, "still has no answer for redis.example"), "%s", problem.text);
    cr_assert_lt(timestamp_monotonic() - before, SECOND / 2, "one question at a time");
    cr_assert_eq(resolve("127.0.0.1", 0), AJAR_OK, "addresses do not need it");
    (void)usleep(4000000); /* the first question has failed by now */
    cr_assert_eq(resolve("redis.example", SECOND / 4), AJAR_ERR_SYSTEM);
    cr_assert(strstr(problem.text, "does not answer"), "a new question: %s", problem.text);
}

Test(redis_resolve, asks_again_after_the_name_service_gave_up)
{
    become_deaf();
    cr_assert_eq(resolve("redis.example", 30 * SECOND), AJAR_ERR_SYSTEM);
    cr_assert(strstr(problem.text, "cannot be looked up"), "%s", problem.text);
    cr_assert_eq(resolve("localhost", 20 * SECOND), AJAR_OK, "%s", problem.text);
}

Test(redis_resolve, says_when_a_name_does_not_exist)
{
    replace_file("hosts: files\n", "/etc/nsswitch.conf"); /* so that no network is asked */
    cr_assert_eq(resolve("redis.invalid", 20 * SECOND), AJAR_ERR_SYSTEM);
    cr_assert(strstr(problem.text, "no such host: redis.invalid"), "%s", problem.text);
    cr_assert_eq(resolve("localhost", 20 * SECOND), AJAR_OK, "%s", problem.text);
}

Test(redis_resolve, uses_an_answer_that_came_late)
{
    pid_t server = become_slow();
    cr_assert_eq(resolve("slow.example", SECOND / 4), AJAR_ERR_SYSTEM);
    cr_assert(strstr(problem.text, "does not answer"), "%s", problem.text);
    (void)usleep(3000000);
    cr_assert_eq(resolve("slow.example", SECOND / 10), AJAR_OK, "%s", problem.text);
    cr_assert_eq(addresses.count, 1);
    const struct sockaddr_in *in = (const struct sockaddr_in *)&addresses.list[0].name;
    cr_assert_eq(ntohl(in->sin_addr.s_addr), 0xc0000237);
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
}
