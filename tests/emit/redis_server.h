/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A redis-server of a test's own: on a unix socket in a folder of its own, keeping its data over a
 * restart, gone with the test. A machine without redis-server fails the test with a clear message.
 */
#ifndef AJAR_TESTS_REDIS_SERVER_H
#define AJAR_TESTS_REDIS_SERVER_H

#include "base/timestamp.h"
#include "ledger/findings.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct redis_server {
    char folder[64];
    char socket[96];
    char url[128];
    pid_t pid;
    redisContext *context; /* of the test itself */
};

static inline void sleep_ms(int ms)
{
    (void)usleep((useconds_t)ms * 1000);
}

/* Any reply, an error too, shows that it is up. */
static inline bool server_try(struct redis_server *server)
{
    server->context = redisConnectUnix(server->socket);
    redisReply *reply = NULL;
    if (server->context && !server->context->err)
        reply = redisCommand(server->context, "PING");
    if (!reply && server->context) {
        redisFree(server->context);
        server->context = NULL;
    }
    bool up = reply != NULL;
    freeReplyObject(reply);
    return up;
}

static inline void server_connect(struct redis_server *server)
{
    uint64_t end = timestamp_monotonic() + 20 * SECOND;
    while (!server_try(server)) {
        cr_assert_eq(waitpid(server->pid, NULL, WNOHANG), 0,
                     "redis-server did not start (apt-get install redis-server)");
        cr_assert_lt(timestamp_monotonic(), end, "redis-server does not answer");
        sleep_ms(10);
    }
}

/* Starts the server, or starts it again with the data it had; `option` and its value may be NULL.
 */
static inline void server_start(struct redis_server *server, const char *option, const char *value)
{
    if (server->folder[0] == '\0') {
        SET(server->folder, "/tmp/ajar-redis-XXXXXX");
        cr_assert(mkdtemp(server->folder));
        (void)snprintf(server->socket, sizeof server->socket, "%s/r.sock", server->folder);
        (void)snprintf(server->url, sizeof server->url, "unix://%s", server->socket);
    }
    server->pid = fork();
    cr_assert_geq(server->pid, 0);
    if (server->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 0);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        (void)execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", server->socket,
                     "--dir", server->folder, "--save", "", "--appendonly", "yes", "--appendfsync",
                     "always", option, value, (char *)NULL);
        _exit(127);
    }
    server_connect(server);
}

static inline void server_stop(struct redis_server *server)
{
    if (server->context)
        redisFree(server->context);
    server->context = NULL;
    if (server->pid > 0) {
        (void)kill(server->pid, SIGKILL);
        (void)waitpid(server->pid, NULL, 0);
    }
    server->pid = 0;
}

static inline void server_remove(struct redis_server *server)
{
    char command[128];
    server_stop(server);
    (void)snprintf(command, sizeof command, "rm -rf %s", server->folder);
    if (server->folder[0])
        cr_assert_eq(system(command), 0);
}

/* The caller frees the reply. */
static inline redisReply *server_ask(struct redis_server *server, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    redisReply *reply = redisvCommand(server->context, format, arguments);
    va_end(arguments);
    cr_assert(reply, "%s: %s", format, server->context->errstr);
    return reply;
}

static inline long long reply_number(redisReply *reply)
{
    long long number = reply->type == REDIS_REPLY_INTEGER ? reply->integer : -1;
    freeReplyObject(reply);
    return number;
}

static inline void reply_ok(redisReply *reply)
{
    cr_assert_neq(reply->type, REDIS_REPLY_ERROR, "%s", reply->str);
    freeReplyObject(reply);
}

#define server_number(server, ...) reply_number(server_ask(server, __VA_ARGS__))
#define server_do(server, ...)     reply_ok(server_ask(server, __VA_ARGS__))

#endif
