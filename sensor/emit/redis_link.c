/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection to Redis. hiredis 0.14 (Debian 12) and 1.x: only calls that both have. Errors are
 * turned into sentences that say what would be right.
 */
#include "emit/redis_link.h"

#include "emit/redis_access.h"
#include "emit/redis_url.h"
#include "emit/resp.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

struct redis_link {
    redisContext *context;
    char error[192];
};

static struct timeval milliseconds(int ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L};
}

/* hiredis leaves the cause partly in errno, partly in a text. */
static void note_error(struct redis_link *link)
{
    const redisContext *context = link->context;
    if (context->err == REDIS_ERR_PROTOCOL)
        (void)snprintf(link->error, sizeof link->error, "what answers there is not a Redis");
    else if (context->err == REDIS_ERR_EOF)
        (void)snprintf(link->error, sizeof link->error, "the server closed the connection");
    else if (context->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK))
        (void)snprintf(link->error, sizeof link->error, "no answer within %d s",
                       REDIS_COMMAND_TIMEOUT_MS / 1000);
    else
        (void)snprintf(link->error, sizeof link->error, "%s", context->errstr);
}

enum ajar_status redis_link_append(struct redis_link *link, const char *wire, size_t length)
{
    return redisAppendFormattedCommand(link->context, wire, length) == REDIS_OK ? AJAR_OK
                                                                                : AJAR_ERR_MEMORY;
}

static void take_text(const redisReply *got, struct redis_reply *reply)
{
    (void)snprintf(reply->text, sizeof reply->text, "%s", got->str);
    char *end;
    errno = 0;
    long long number = strtoll(got->str, &end, 10);
    if (end != got->str && *end == '\0' && errno == 0)
        reply->integer = number;
}

static void take_integers(const redisReply *got, struct redis_reply *reply)
{
    const size_t room = sizeof reply->integers / sizeof reply->integers[0];
    for (size_t i = 0; i < got->elements && i < room; i++)
        if (got->element[i]->type == REDIS_REPLY_INTEGER)
            reply->integers[reply->count++] = got->element[i]->integer;
}

static void take_reply(const redisReply *got, struct redis_reply *reply)
{
    *reply = (struct redis_reply){.is_error = got->type == REDIS_REPLY_ERROR,
                                  .is_nil = got->type == REDIS_REPLY_NIL};
    if (reply->is_error)
        (void)snprintf(reply->error, sizeof reply->error, "%s", got->str);
    else if (got->type == REDIS_REPLY_INTEGER)
        reply->integer = got->integer;
    else if (got->type == REDIS_REPLY_STRING || got->type == REDIS_REPLY_STATUS)
        take_text(got, reply);
    else if (got->type == REDIS_REPLY_ARRAY)
        take_integers(got, reply);
}

enum ajar_status redis_link_read(struct redis_link *link, struct redis_reply *reply)
{
    void *raw = NULL;
    errno = 0;
    if (redisGetReply(link->context, &raw) != REDIS_OK || !raw) {
        note_error(link);
        return AJAR_ERR_SYSTEM;
    }
    take_reply(raw, reply);
    freeReplyObject(raw);
    return AJAR_OK;
}

const char *redis_link_error(const struct redis_link *link)
{
    return link->error;
}

int redis_link_socket(const struct redis_link *link)
{
    return link->context->fd;
}

void redis_link_close(struct redis_link *link)
{
    if (!link)
        return;
    if (link->context)
        redisFree(link->context);
    free(link);
}

/* A login in progress. */
struct opening {
    struct redis_link *link;
    const struct redis_url *url;
    struct problem *problem;
};

static enum ajar_status refuse(const struct opening *opening, const char *said, const char *right)
{
    return problem_set(opening->problem, AJAR_ERR_SYSTEM, "Redis %s: %s%s%s", opening->url->name,
                       said, right[0] ? ": " : "", right);
}

/* Sends one command of up to three words and reads its reply. */
static enum ajar_status ask(const struct opening *opening, const char *const words[3],
                            struct redis_reply *reply)
{
    struct resp resp = {.bytes = NULL};
    size_t count = 0;
    while (count < 3 && words[count])
        count++;
    resp_begin(&resp, count);
    for (size_t i = 0; i < count; i++)
        resp_add_text(&resp, words[i]);
    enum ajar_status status =
        resp.failed ? AJAR_ERR_MEMORY : redis_link_append(opening->link, resp.bytes, resp.used);
    resp_clear(&resp);
    if (status != AJAR_OK)
        return refuse(opening, "out of memory", "");
    if (redis_link_read(opening->link, reply) != AJAR_OK)
        return refuse(opening, opening->link->error, "is this the address of a Redis?");
    return AJAR_OK;
}

static bool starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static enum ajar_status log_in(const struct opening *opening, const char *password)
{
    struct redis_reply reply;
    const char *user = opening->url->user;
    if (!password || password[0] == '\0')
        return AJAR_OK;
    const char *const with_user[3] = {"AUTH", user, password};
    const char *const without[3] = {"AUTH", password, NULL};
    enum ajar_status status = ask(opening, user[0] ? with_user : without, &reply);
    if (status != AJAR_OK || !reply.is_error)
        return status;
    if (starts(reply.error, "LOADING"))
        return AJAR_AGAIN;
    if (strstr(reply.error, "without any password") || strstr(reply.error, "no password is set"))
        return refuse(opening, reply.error, "leave the password out");
    return refuse(opening, reply.error, "give the right user and password");
}

static enum ajar_status select_database(const struct opening *opening)
{
    struct redis_reply reply;
    char number[12], words[200];
    if (opening->url->database == 0)
        return AJAR_OK;
    (void)snprintf(number, sizeof number, "%u", opening->url->database);
    const char *const command[3] = {"SELECT", number, NULL};
    enum ajar_status status = ask(opening, command, &reply);
    if (status != AJAR_OK || !reply.is_error)
        return status;
    if (starts(reply.error, "LOADING"))
        return AJAR_AGAIN;
    (void)snprintf(words, sizeof words, "database %s: %s", number, reply.error);
    return refuse(opening, words,
                  starts(reply.error, "NOAUTH") ? "give the password in the URL or in a file"
                                                : "most have the databases 0 to 15");
}

/* The first answer shows whether this is a Redis, and whether it lets us in. */
static enum ajar_status greet(const struct opening *opening)
{
    struct redis_reply reply;
    const char *const command[3] = {"PING", NULL, NULL};
    enum ajar_status status = ask(opening, command, &reply);
    if (status != AJAR_OK || !reply.is_error)
        return status;
    if (starts(reply.error, "LOADING"))
        return AJAR_AGAIN;
    if (starts(reply.error, "NOAUTH"))
        return refuse(opening, reply.error, "give the password in the URL or in a file");
    if (starts(reply.error, "DENIED") || starts(reply.error, "ERR max number"))
        return refuse(opening, reply.error, "");
    return AJAR_OK; /* a user who may not PING may still write */
}

static enum ajar_status connect_to(const struct opening *opening)
{
    struct redis_link *link = opening->link;
    const struct redis_url *url = opening->url;
    struct timeval timeout = milliseconds(REDIS_CONNECT_TIMEOUT_MS);
    link->context = url->is_unix ? redisConnectUnixWithTimeout(url->path, timeout)
                                 : redisConnectWithTimeout(url->host, url->port, timeout);
    if (!link->context)
        return refuse(opening, "out of memory", "");
    if (link->context->err) {
        note_error(link);
        return refuse(opening, link->error, "is a Redis running there?");
    }
    if (redisSetTimeout(link->context, milliseconds(REDIS_COMMAND_TIMEOUT_MS)) != REDIS_OK)
        return refuse(opening, "cannot set a timeout", "");
    if (!url->is_unix)
        (void)redisEnableKeepAlive(link->context); /* helps idle links only: not needed */
    return AJAR_OK;
}

enum ajar_status redis_link_open(struct redis_access *access, struct redis_link **link,
                                 struct problem *problem)
{
    struct redis_link *made = calloc(1, sizeof *made);
    struct opening opening = {.link = made, .url = &access->url, .problem = problem};
    if (!made)
        return refuse(&opening, "out of memory", "");
    enum ajar_status status = connect_to(&opening);
    if (status == AJAR_OK)
        status = log_in(&opening, access->url.password);
    if (status == AJAR_OK)
        status = select_database(&opening);
    if (status == AJAR_OK)
        status = greet(&opening);
    if (status == AJAR_OK)
        *link = made;
    else
        redis_link_close(made);
    return status;
}
