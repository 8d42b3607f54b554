/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands and replies on a connected socket. hiredis 0.14 (Debian 12) and 1.x: only calls that
 * both have. Each read and write is bounded by the socket's timeouts, a reply by a deadline.
 */
#include "emit/redis_link.h"

#include "base/timestamp.h"
#include "emit/redis_node.h"
#include "emit/resp.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_MS 1000000ULL

struct redis_link {
    redisContext *context;
    bool tls;
    bool asking; /* each command has an ASKING before it, each reply one before it */
    char error[192];
};

enum ajar_status redis_link_adopt(int socket, struct redis_link **link)
{
    struct redis_link *made = calloc(1, sizeof *made);
    redisContext *context = made ? redisConnectFd(socket) : NULL;
    if (!context) {
        free(made);
        (void)close(socket);
        return AJAR_ERR_MEMORY;
    }
    made->context = context;
    *link = made;
    return AJAR_OK;
}

enum ajar_status redis_link_start_tls(struct redis_link *link, struct redis_tls *tls,
                                      const char *host, uint64_t deadline, struct problem *cause)
{
    link->tls = true;
    return redis_tls_start(tls, link->context, host, deadline, cause);
}

void redis_link_start_asking(struct redis_link *link)
{
    link->asking = true;
}

/* hiredis leaves the cause partly in errno, partly in a text, and TLS keeps its own. */
static enum ajar_status note_error(struct redis_link *link)
{
    const redisContext *context = link->context;
    const char *tls = link->tls ? redis_tls_last_error() : "";
    if (context->err == REDIS_ERR_PROTOCOL)
        (void)snprintf(link->error, sizeof link->error, "what answers there is not a Redis");
    else if (context->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK))
        (void)snprintf(link->error, sizeof link->error, "no answer within %d s",
                       REDIS_COMMAND_TIMEOUT_MS / 1000);
    else if (tls[0])
        (void)snprintf(link->error, sizeof link->error, "TLS: %s", tls);
    else if (context->err == REDIS_ERR_EOF || (context->err == REDIS_ERR_IO && errno == 0))
        (void)snprintf(link->error, sizeof link->error, "the server closed the connection");
    else
        (void)snprintf(link->error, sizeof link->error, "%s", context->errstr);
    return AJAR_ERR_SYSTEM;
}

enum ajar_status redis_link_append(struct redis_link *link, const char *wire, size_t length)
{
    static const char asking[] = "*1\r\n$6\r\nASKING\r\n";
    if (link->asking &&
        redisAppendFormattedCommand(link->context, asking, sizeof asking - 1) != REDIS_OK)
        return AJAR_ERR_MEMORY;
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
    for (size_t i = 0; i < got->elements && reply->count < room; i++)
        if (got->element[i]->type == REDIS_REPLY_INTEGER)
            reply->integers[reply->count++] = got->element[i]->integer;
}

static bool is_text(const redisReply *got)
{
    return got->type == REDIS_REPLY_STRING || got->type == REDIS_REPLY_STATUS;
}

static void take_reply(const redisReply *got, struct redis_reply *reply)
{
    *reply = (struct redis_reply){.is_error = got->type == REDIS_REPLY_ERROR,
                                  .is_nil = got->type == REDIS_REPLY_NIL};
    if (reply->is_error)
        (void)snprintf(reply->error, sizeof reply->error, "%s", got->str);
    else if (got->type == REDIS_REPLY_INTEGER)
        reply->integer = got->integer;
    else if (is_text(got))
        take_text(got, reply);
    else if (got->type == REDIS_REPLY_ARRAY)
        take_integers(got, reply);
}

static void take_words(const redisReply *got, struct redis_words *words)
{
    const redisReply *const *list = (const redisReply *const *)got->element;
    size_t count = got->type == REDIS_REPLY_ARRAY ? got->elements : 0;
    if (is_text(got)) {
        list = &got;
        count = 1;
    }
    *words = (struct redis_words){.count = 0};
    for (size_t i = 0; i < count && i < REDIS_WORDS_MAX && is_text(list[i]); i++)
        (void)snprintf(words->list[words->count++], sizeof words->list[0], "%s", list[i]->str);
}

/* Sends what is appended and waits for one reply. Each step is bounded by the socket's timeouts. */
static enum ajar_status wait_reply(struct redis_link *link, redisReply **reply)
{
    redisContext *context = link->context;
    void *raw = NULL;
    int sent = 0;
    uint64_t deadline = timestamp_monotonic() + REDIS_REPLY_TIMEOUT_MS * NS_PER_MS;
    bool works = redisGetReplyFromReader(context, &raw) == REDIS_OK;
    while (works && !raw) {
        errno = 0;
        works = sent ? redisBufferRead(context) == REDIS_OK &&
                           redisGetReplyFromReader(context, &raw) == REDIS_OK
                     : redisBufferWrite(context, &sent) == REDIS_OK;
        if (works && !raw && timestamp_monotonic() > deadline) {
            (void)snprintf(link->error, sizeof link->error, "no whole answer within %d s",
                           REDIS_REPLY_TIMEOUT_MS / 1000);
            return AJAR_ERR_SYSTEM;
        }
    }
    if (!works)
        return note_error(link);
    *reply = raw;
    return AJAR_OK;
}

/* Of ASKING and the command after it, the reply to that. */
static enum ajar_status wait_own_reply(struct redis_link *link, redisReply **reply)
{
    enum ajar_status status = wait_reply(link, reply);
    if (status == AJAR_OK && link->asking) {
        freeReplyObject(*reply); /* of ASKING; what it means, the next one says */
        status = wait_reply(link, reply);
    }
    return status;
}

static enum ajar_status read_reply(struct redis_link *link, struct redis_reply *reply,
                                   struct redis_words *words)
{
    redisReply *got;
    enum ajar_status status = wait_own_reply(link, &got);
    if (status != AJAR_OK)
        return status;
    take_reply(got, reply);
    if (words)
        take_words(got, words);
    freeReplyObject(got);
    return AJAR_OK;
}

enum ajar_status redis_link_read(struct redis_link *link, struct redis_reply *reply)
{
    return read_reply(link, reply, NULL);
}

/* Appends the command that these words make. */
static enum ajar_status append_words(struct redis_link *link, const char *const *words)
{
    struct resp resp = {.bytes = NULL};
    size_t count = 0;
    while (words[count])
        count++;
    resp_begin(&resp, count);
    for (size_t i = 0; i < count; i++)
        resp_add_text(&resp, words[i]);
    enum ajar_status status =
        resp.failed ? AJAR_ERR_MEMORY : redis_link_append(link, resp.bytes, resp.used);
    if (resp.bytes)
        explicit_bzero(resp.bytes, resp.size); /* there may be a password in it */
    resp_clear(&resp);
    return status;
}

enum ajar_status redis_link_ask(struct redis_link *link, const char *const *words,
                                struct redis_reply *reply, struct redis_words *texts,
                                struct problem *cause)
{
    if (append_words(link, words) != AJAR_OK)
        return problem_set(cause, AJAR_ERR_SYSTEM, "out of memory");
    if (read_reply(link, reply, texts) != AJAR_OK)
        return problem_set(cause, AJAR_ERR_SYSTEM, "%s: %s", link->error,
                           link->tls ? "does it want another client certificate, or one at all "
                                       "(redis.certificate_file)?"
                                     : "is this the address of a Redis?");
    return AJAR_OK;
}

/* Tells the texts below `got` from number `index` on; gives the next number. */
static size_t tell_texts(const redisReply *got, size_t index, redis_text_taker take, void *context)
{
    if (got->type == REDIS_REPLY_ARRAY)
        for (size_t i = 0; i < got->elements; i++)
            index = tell_texts(got->element[i], index, take, context);
    else if (is_text(got))
        take(context, index++, got->str, got->len);
    else if (got->type == REDIS_REPLY_NIL)
        take(context, index++, NULL, 0);
    return index;
}

enum ajar_status redis_link_fetch(struct redis_link *link, const char *const *words,
                                  struct redis_reply *reply, redis_text_taker take, void *context)
{
    redisReply *got;
    enum ajar_status status = append_words(link, words);
    if (status == AJAR_OK)
        status = wait_own_reply(link, &got);
    if (status != AJAR_OK)
        return status;
    take_reply(got, reply);
    (void)tell_texts(got, 0, take, context);
    freeReplyObject(got);
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
    redisFree(link->context);
    free(link);
}
