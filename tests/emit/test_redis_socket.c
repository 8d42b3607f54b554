/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting: to the first address that accepts, within a time, and noticing who vanished. */
#include "base/timestamp.h"
#include "emit/own_files.h"
#include "emit/redis_link.h"
#include "emit/redis_own.h"
#include "emit/redis_resolve.h"
#include "emit/redis_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

static struct problem problem;

/* A listener at the address (its port in `host`), with room for `backlog` callers. */
static int listen_at(const struct sockaddr_in *at, int backlog, struct redis_host *host)
{
    struct sockaddr_in name = *at;
    socklen_t length = sizeof name;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&name, length), 0);
    cr_assert_eq(listen(fd, backlog), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    host->port = ntohs(name.sin_port);
    return fd;
}

static struct sockaddr_in loopback(const char *text, uint16_t port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
    cr_assert_eq(inet_pton(AF_INET, text, &name.sin_addr), 1);
    return name;
}

static enum ajar_status connect_to(const struct redis_host *host, uint64_t wait_ns, int *fd)
{
    problem.text[0] = '\0';
    return redis_socket_connect(host, timestamp_monotonic() + wait_ns, fd, &problem);
}

/* Fills the listener's queue, so that it takes no more calls: packets to it are lost. */
static void stop_answering(const struct sockaddr_in *name)
{
    for (int i = 0; i < 3; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(fd, (const struct sockaddr *)name, sizeof *name);
    }
    (void)usleep(50000);
}

static int option(int fd, int level, int name)
{
    int value = -1;
    socklen_t length = sizeof value;
    cr_assert_eq(getsockopt(fd, level, name, &value, &length), 0);
    return value;
}

Test(redis_socket, notices_a_peer_that_vanished)
{
    struct redis_host host = {.name = "127.0.0.1"};
    struct sockaddr_in at = loopback("127.0.0.1", 0);
    struct timeval wait;
    socklen_t length = sizeof wait;
    int fd;
    (void)listen_at(&at, 5, &host);
    cr_assert_eq(connect_to(&host, 5 * SECOND, &fd), AJAR_OK, "%s", problem.text);
    cr_assert_eq(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    cr_assert_eq(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 15);
    cr_assert_eq(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 5);
    cr_assert_eq(option(fd, IPPROTO_TCP, TCP_KEEPCNT), 3);
    cr_assert_eq(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 30000);
    cr_assert_eq(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, &length), 0);
    cr_assert_eq(wait.tv_sec, REDIS_COMMAND_TIMEOUT_MS / 1000);
}

Test(redis_socket, notes_its_own_connection)
{
    struct redis_host host = {.name = "127.0.0.1"};
    struct sockaddr_in at = loopback("127.0.0.1", 0), ours;
    socklen_t length = sizeof ours;
    struct addr local;
    int fd;
    (void)listen_at(&at, 5, &host);
    cr_assert_eq(connect_to(&host, 5 * SECOND, &fd), AJAR_OK, "%s", problem.text);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&ours, &length), 0);
    cr_assert_eq(addr_parse("127.0.0.1", &local), AJAR_OK);
    cr_assert(redis_own_has(&local, ntohs(ours.sin_port), &local, host.port));
}

Test(redis_socket, says_when_nobody_listens)
{
    struct redis_host host = {.name = "127.0.0.1"};
    struct sockaddr_in at = loopback("127.0.0.1", 0);
    int fd = listen_at(&at, 5, &host);
    (void)close(fd);
    cr_assert_eq(connect_to(&host, 5 * SECOND, &fd), AJAR_ERR_SYSTEM);
    cr_assert(strstr(problem.text, "Connection refused"), "%s", problem.text);
}

Test(redis_socket, gives_up_on_an_address_that_is_silent)
{
    struct redis_host host = {.name = "127.0.0.1"};
    struct sockaddr_in at = loopback("127.0.0.1", 0);
    int fd;
    (void)listen_at(&at, 0, &host);
    at.sin_port = htons(host.port);
    stop_answering(&at);
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(connect_to(&host, 60 * SECOND, &fd), AJAR_ERR_SYSTEM);
    uint64_t took = timestamp_monotonic() - before;
    cr_assert(strstr(problem.text, "no answer to connecting"), "%s", problem.text);
    cr_assert_geq(took, SECOND * 19 / 10);
    cr_assert_lt(took, 4 * SECOND);
    before = timestamp_monotonic();
    cr_assert_eq(connect_to(&host, SECOND / 2, &fd), AJAR_ERR_SYSTEM);
    cr_assert_lt(timestamp_monotonic() - before, 2 * SECOND, "an earlier deadline counts");
}

/* Whichever address comes first swallows packets: the other must still get its turn. */
Test(redis_socket, tries_all_addresses_of_a_name)
{
    replace_file("127.0.0.97 two.test\n127.0.0.98 two.test\n", "/etc/hosts");
    struct redis_host host = {.name = "two.test", .port = 1};
    struct redis_addresses both;
    cr_assert_eq(redis_resolve(&host, timestamp_monotonic() + 20 * SECOND, &both, &problem),
                 AJAR_OK);
    cr_assert_eq(both.count, 2);
    struct sockaddr_in first, second, peer;
    socklen_t length = sizeof peer;
    memcpy(&first, &both.list[0].name, sizeof first);
    memcpy(&second, &both.list[1].name, sizeof second);
    first.sin_port = 0;
    (void)listen_at(&first, 0, &host);
    first.sin_port = second.sin_port = htons(host.port);
    (void)listen_at(&second, 5, &host);
    stop_answering(&first);
    int fd;
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(connect_to(&host, 20 * SECOND, &fd), AJAR_OK, "%s", problem.text);
    cr_assert_lt(timestamp_monotonic() - before, 3 * SECOND);
    cr_assert_eq(getpeername(fd, (struct sockaddr *)&peer, &length), 0);
    cr_assert_eq(peer.sin_addr.s_addr, second.sin_addr.s_addr);
}
