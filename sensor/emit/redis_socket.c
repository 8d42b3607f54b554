/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connecting. The socket's own timeouts bound connect() too (socket(7), SO_SNDTIMEO), so no wait
 * needs a poll() beside it.
 */
#include "emit/redis_socket.h"

#include "base/timestamp.h"
#include "emit/redis_link.h"
#include "emit/redis_own.h"
#include "emit/redis_resolve.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define NS_PER_MS 1000000ULL

static bool set_timeouts(int fd, uint64_t wait_ns)
{
    const struct timeval wait = {.tv_sec = (time_t)(wait_ns / 1000000000ULL),
                                 .tv_usec = (suseconds_t)(wait_ns % 1000000000ULL / 1000)};
    return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0;
}

static void set_number(int fd, int level, int option, int value)
{
    (void)setsockopt(fd, level, option, &value, sizeof value);
}

/* Without these a server that vanished while nothing was under way would seem alive for hours. */
static void notice_dead_peers(int fd)
{
    set_number(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_number(fd, IPPROTO_TCP, TCP_KEEPIDLE, REDIS_KEEPALIVE_IDLE_S);
    set_number(fd, IPPROTO_TCP, TCP_KEEPINTVL, REDIS_KEEPALIVE_INTERVAL_S);
    set_number(fd, IPPROTO_TCP, TCP_KEEPCNT, REDIS_KEEPALIVE_PROBES);
    set_number(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, REDIS_UNACKNOWLEDGED_MS);
    set_number(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

static enum ajar_status say_errno(int error, struct problem *cause)
{
    if (error == EINPROGRESS || error == EAGAIN)
        return problem_set(
            cause, AJAR_ERR_SYSTEM,
            "no answer to connecting: is the address right, and no firewall between?");
    return problem_set(cause, AJAR_ERR_SYSTEM, "%s: is a Redis running there?", strerror(error));
}

/* Connects within `wait_ns`; the errno, 0 = connected. */
static int connect_to(const struct sockaddr *name, socklen_t length, uint64_t wait_ns, int *made)
{
    int fd = socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    int error = 0;
    if (!set_timeouts(fd, wait_ns) || connect(fd, name, length) != 0 ||
        !set_timeouts(fd, REDIS_COMMAND_TIMEOUT_MS * NS_PER_MS))
        error = errno;
    if (error)
        (void)close(fd);
    else
        *made = fd;
    return error;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

enum ajar_status redis_socket_connect(const struct redis_host *host, uint64_t deadline, int *socket,
                                      struct problem *cause)
{
    struct redis_addresses addresses;
    uint64_t now = timestamp_monotonic();
    enum ajar_status status = redis_resolve(
        host, earlier(deadline, now + REDIS_RESOLVE_TIMEOUT_MS * NS_PER_MS), &addresses, cause);
    if (status != AJAR_OK)
        return status;
    now = timestamp_monotonic();
    uint64_t end = earlier(deadline, now + REDIS_CONNECT_TIMEOUT_MS * NS_PER_MS);
    int error = EINPROGRESS;
    for (size_t i = 0; i < addresses.count; i++) {
        now = timestamp_monotonic();
        if (now + NS_PER_MS >= end)
            break;
        /* one address that swallows packets must leave time for the others */
        uint64_t share = (end - now) / (addresses.count - i);
        error = connect_to((const struct sockaddr *)&addresses.list[i].name,
                           addresses.list[i].length, share, socket);
        if (error == 0) {
            notice_dead_peers(*socket);
            redis_own_add(*socket);
            return AJAR_OK;
        }
    }
    return say_errno(error, cause);
}

enum ajar_status redis_socket_connect_unix(const char *path, int *socket, struct problem *cause)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, path, strlen(path) + 1);
    int error = connect_to((const struct sockaddr *)&name, sizeof name,
                           REDIS_CONNECT_TIMEOUT_MS * NS_PER_MS, socket);
    return error ? say_errno(error, cause) : AJAR_OK;
}
