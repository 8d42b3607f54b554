/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unix datagram socket to syslog or journald. Own code and neither syslog(3) nor libsystemd,
 * because those wait for a daemon that does not read: the delivery thread may not stand still.
 */
#include "emit/log_socket.h"

#include "base/log.h"
#include "base/timestamp.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SEND_BUFFER (256 << 10)
#define NS_PER_MS   UINT64_C(1000000)

enum outcome { SENT, BUSY, AWAY, REFUSED };

/* 0, or errno. */
static int connect_socket(struct log_socket *s)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(s->path) >= sizeof address.sun_path)
        return ENAMETOOLONG;
    memcpy(address.sun_path, s->path, strlen(s->path) + 1);
    int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0)
        return errno;
    int bytes = SEND_BUFFER;
    (void)setsockopt(file, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes); /* as much as is allowed */
    if (connect(file, (const struct sockaddr *)&address, sizeof address) != 0) {
        int error = errno;
        (void)close(file);
        return error;
    }
    s->file = file;
    return 0;
}

static void disconnect(struct log_socket *s)
{
    if (s->file >= 0)
        (void)close(s->file);
    s->file = -1;
}

static void warn(struct log_socket *s, const char *what)
{
    uint64_t now = timestamp_monotonic();
    if (now < s->warn_ns)
        return;
    s->warn_ns = now + NS_PER_MS * LOG_WARN_MS;
    log_warning("%s: %s; events it did not take so far: %" PRIu64, s->path, what, s->dropped);
}

enum ajar_status log_socket_open(struct log_socket *s, const char *path, bool live,
                                 struct problem *problem)
{
    *s = (struct log_socket){.path = path, .file = -1, .patient = !live};
    int error = connect_socket(s);
    if (error && !live)
        return problem_set(problem, AJAR_ERR_SYSTEM,
                           "no log daemon takes events at %s: %s; start it, or leave that output "
                           "out",
                           path, strerror(error));
    s->waiting = malloc(LOG_WAITING_BYTES);
    if (!s->waiting) {
        disconnect(s);
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    }
    if (error)
        warn(s, strerror(error));
    return AJAR_OK;
}

static enum outcome send_once(const struct log_socket *s, const void *datagram, size_t length)
{
    ssize_t sent;
    do {
        sent = send(s->file, datagram, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return SENT;
    if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
        return BUSY;
    return errno == EMSGSIZE ? REFUSED : AWAY;
}

/* A daemon that was started anew listens on a new socket under the old name. */
static bool reconnect(struct log_socket *s)
{
    uint64_t now = timestamp_monotonic();
    if (now < s->retry_ns)
        return false;
    int error = connect_socket(s);
    if (error) {
        s->retry_ns = now + NS_PER_MS * LOG_RETRY_MS;
        warn(s, strerror(error));
    }
    return error == 0;
}

static enum outcome try_to_send(struct log_socket *s, const void *datagram, size_t length)
{
    if (s->file < 0 && !reconnect(s))
        return AWAY;
    enum outcome outcome = send_once(s, datagram, length);
    if (outcome == AWAY) {
        disconnect(s);
        if (reconnect(s))
            outcome = send_once(s, datagram, length);
        if (outcome == AWAY)
            disconnect(s);
    }
    if (outcome == SENT)
        s->sent++;
    return outcome;
}

static void drop(struct log_socket *s, const char *why)
{
    s->dropped++;
    warn(s, why);
}

void log_socket_flush(struct log_socket *s)
{
    size_t done = 0;
    while (done < s->used) {
        uint16_t length;
        memcpy(&length, s->waiting + done, sizeof length);
        enum outcome outcome = try_to_send(s, s->waiting + done + sizeof length, length);
        if (outcome == BUSY || outcome == AWAY)
            break;
        if (outcome == REFUSED)
            drop(s, "an event is too long for it");
        done += sizeof length + length;
    }
    s->used -= done;
    if (done)
        memmove(s->waiting, s->waiting + done, s->used);
}

/* Sends what waits until `wanted` bytes are free, for at most LOG_PATIENCE_MS. */
static void wait_for_room(struct log_socket *s, size_t wanted)
{
    uint64_t end = timestamp_monotonic() + NS_PER_MS * LOG_PATIENCE_MS;
    log_socket_flush(s);
    while (LOG_WAITING_BYTES - s->used < wanted && timestamp_monotonic() < end) {
        struct pollfd room = {.fd = s->file, .events = POLLOUT};
        if (s->file < 0 || poll(&room, 1, LOG_RETRY_MS) < 0 || !(room.revents & POLLOUT))
            (void)poll(NULL, 0, LOG_RETRY_MS / 10);
        log_socket_flush(s);
    }
}

static void keep(struct log_socket *s, const void *datagram, uint16_t length)
{
    bool full = LOG_WAITING_BYTES - s->used < sizeof length + length;
    if (full && s->patient) {
        wait_for_room(s, sizeof length + length);
        full = LOG_WAITING_BYTES - s->used < sizeof length + length;
        s->patient = !full;
    }
    if (full) {
        drop(s, s->file < 0 ? "nobody listens" : "takes events too slowly");
        return;
    }
    memcpy(s->waiting + s->used, &length, sizeof length);
    memcpy(s->waiting + s->used + sizeof length, datagram, length);
    s->used += sizeof length + length;
}

void log_socket_send(struct log_socket *s, const void *datagram, size_t length)
{
    if (length > UINT16_MAX) {
        drop(s, "an event is too long for it");
        return;
    }
    if (s->used)
        log_socket_flush(s);
    enum outcome outcome = s->used ? BUSY : try_to_send(s, datagram, length);
    if (outcome == REFUSED)
        drop(s, "an event is too long for it");
    else if (outcome != SENT)
        keep(s, datagram, (uint16_t)length);
}

void log_socket_close(struct log_socket *s)
{
    uint64_t lost = 0;
    if (s->used)
        wait_for_room(s, LOG_WAITING_BYTES);
    for (size_t at = 0; at < s->used; lost++) {
        uint16_t length;
        memcpy(&length, s->waiting + at, sizeof length);
        at += sizeof length + length;
    }
    s->dropped += lost;
    if (lost)
        log_warning("%s: %" PRIu64 " events could not be given to it", s->path, lost);
    disconnect(s);
    free(s->waiting);
    s->waiting = NULL;
    s->used = 0;
}
