/* SPDX-License-Identifier: Apache-2.0 */
/* A log daemon of the tests' own: a unix datagram socket under a name in a folder of its own. */
#ifndef AJAR_TESTS_LOG_DAEMON_H
#define AJAR_TESTS_LOG_DAEMON_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct log_daemon {
    char folder[32];
    struct sockaddr_un address;
    int file;
    char text[65536]; /* what was received last, NUL-terminated */
    size_t length;
};

static inline void log_daemon_listen(struct log_daemon *daemon)
{
    (void)unlink(daemon->address.sun_path);
    daemon->file = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    cr_assert_geq(daemon->file, 0);
    cr_assert_eq(
        bind(daemon->file, (const struct sockaddr *)&daemon->address, sizeof daemon->address), 0);
}

static inline void log_daemon_start(struct log_daemon *daemon)
{
    memset(daemon, 0, sizeof *daemon);
    (void)snprintf(daemon->folder, sizeof daemon->folder, "/tmp/ajar-log-XXXXXX");
    cr_assert(mkdtemp(daemon->folder));
    daemon->address.sun_family = AF_UNIX;
    (void)snprintf(daemon->address.sun_path, sizeof daemon->address.sun_path, "%s/log",
                   daemon->folder);
    log_daemon_listen(daemon);
}

/* As a killed daemon: the name stays, nobody is behind it. */
static inline void log_daemon_kill(struct log_daemon *daemon)
{
    close(daemon->file);
    daemon->file = -1;
}

static inline void log_daemon_end(struct log_daemon *daemon)
{
    if (daemon->file >= 0)
        close(daemon->file);
    (void)unlink(daemon->address.sun_path);
    (void)rmdir(daemon->folder);
}

/* The next datagram; false if there is none. */
static inline bool log_daemon_receive(struct log_daemon *daemon)
{
    ssize_t length = recv(daemon->file, daemon->text, sizeof daemon->text - 1, 0);
    daemon->length = length > 0 ? (size_t)length : 0;
    daemon->text[daemon->length] = '\0';
    return length >= 0;
}

#endif
