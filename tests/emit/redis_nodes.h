/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several redis-servers of a test's own, on free ports of the loopback: a master with replicas and
 * Sentinels, a cluster, one with TLS. Each in a folder of its own; all are gone with the test.
 */
#ifndef AJAR_TESTS_REDIS_NODES_H
#define AJAR_TESTS_REDIS_NODES_H

#include "emit/redis_link.h"
#include "emit/redis_server.h"
#include "emit/resp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define NODES_MAX 8

struct node {
    int port;
    pid_t pid;
};

/* What a test starts, and what it tries it with. */
static struct nodes {
    char folder[64];
    struct node list[NODES_MAX];
    size_t count;
    struct redis_access *access;
    struct redis_link *link;
    struct problem problem;
} nodes;

static inline int free_port(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof name;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&name, length), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    (void)close(fd);
    return ntohs(name.sin_port);
}

/* A folder for all files of the test. */
static inline const char *nodes_folder(void)
{
    if (nodes.folder[0] == '\0') {
        SET(nodes.folder, "/tmp/ajar-nodes-XXXXXX");
        cr_assert(mkdtemp(nodes.folder));
    }
    return nodes.folder;
}

/* Starts a program that dies with the test; what it says goes to the test's folder. */
static inline pid_t start_program(const char *const *words)
{
    char log[128];
    (void)snprintf(log, sizeof log, "%s/log", nodes_folder());
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_RDWR), file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    (void)dup2(null, 0);
    (void)dup2(file, 1);
    (void)dup2(file, 2);
    if (chdir(nodes.folder) == 0)
        (void)execvp(words[0], (char *const *)(uintptr_t)words);
    _exit(127);
}

/* The reply of the server at that port, NULL if there is none; the caller frees it. */
static inline redisReply *node_try(int port, const char *format, ...)
{
    struct timeval timeout = {.tv_sec = 5};
    redisContext *context = redisConnectWithTimeout("127.0.0.1", port, timeout);
    redisReply *reply = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (context && !context->err && redisSetTimeout(context, timeout) == REDIS_OK)
        reply = redisvCommand(context, format, arguments);
    va_end(arguments);
    if (context)
        redisFree(context);
    return reply;
}

#define node_do(port, ...)                                                                         \
    do {                                                                                           \
        redisReply *reply_ = node_try(port, __VA_ARGS__);                                          \
        cr_assert(reply_, "no answer from port %d", port);                                         \
        reply_ok(reply_);                                                                          \
    } while (0)

static inline bool node_answers(int port)
{
    redisReply *reply = node_try(port, "PING");
    freeReplyObject(reply);
    return reply != NULL;
}

/* Waits until `question` is true. */
#define WAIT_FOR(question, seconds)                                                                \
    do {                                                                                           \
        uint64_t end_ = timestamp_monotonic() + (seconds) * SECOND;                                \
        while (!(question)) {                                                                      \
            cr_assert_lt(timestamp_monotonic(), end_, "not within %d s: %s", seconds, #question);  \
            sleep_ms(20);                                                                          \
        }                                                                                          \
    } while (0)

/* redis-server with these options (NULL-terminated) on a free port; waits for it. */
static inline struct node *node_start(const char *const *options)
{
    char port[12], dir[128];
    const char *words[40] = {"redis-server", "--port", port,    "--bind", "127.0.0.1", "--save", "",
                             "--appendonly", "no",     "--dir", dir,      NULL};
    size_t count = 11;
    struct node *node = &nodes.list[nodes.count++];
    cr_assert_leq(nodes.count, NODES_MAX);
    node->port = free_port();
    (void)snprintf(port, sizeof port, "%d", node->port);
    (void)snprintf(dir, sizeof dir, "%s/%s", nodes_folder(), port);
    cr_assert_eq(mkdir(dir, 0700), 0);
    for (size_t i = 0; options && options[i]; i++)
        words[count++] = options[i];
    node->pid = start_program(words);
    WAIT_FOR(node_answers(node->port), 20);
    return node;
}

static inline void node_kill(struct node *node)
{
    (void)kill(node->pid, SIGKILL);
    (void)waitpid(node->pid, NULL, 0);
    node->pid = 0;
}

static inline void nodes_remove(void)
{
    char command[128];
    redis_link_close(nodes.link);
    redis_access_free(nodes.access);
    for (size_t i = 0; i < nodes.count; i++)
        if (nodes.list[i].pid > 0)
            node_kill(&nodes.list[i]);
    (void)snprintf(command, sizeof command, "rm -rf %s", nodes.folder);
    if (nodes.folder[0])
        cr_assert_eq(system(command), 0);
}

/* A file in the test's folder. */
static inline const char *nodes_file(const char *name, const char *text, char path[static 128])
{
    (void)snprintf(path, 128, "%s/%s", nodes_folder(), name);
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
    return path;
}

static inline void make_access(const struct redis_options *options)
{
    nodes.problem.text[0] = '\0';
    cr_assert_eq(redis_access_new(options, &nodes.access, &nodes.problem), AJAR_OK, "%s",
                 nodes.problem.text);
}

static inline enum ajar_status try_open(void)
{
    redis_link_close(nodes.link);
    nodes.link = NULL;
    nodes.problem.text[0] = '\0';
    return redis_link_open(nodes.access, &nodes.link, &nodes.problem);
}

static inline void open_link(void)
{
    cr_assert_eq(try_open(), AJAR_OK, "%s", nodes.problem.text);
}

static inline void reject_open(const char *words)
{
    cr_assert_eq(try_open(), AJAR_ERR_SYSTEM, "%s", nodes.problem.text);
    cr_assert(strstr(nodes.problem.text, words), "%s", nodes.problem.text);
    cr_assert_null(nodes.link);
}

/* One command of up to four words over the link; false if the connection is dead. */
static inline bool try_command(const char *const *words, struct redis_reply *reply)
{
    struct resp resp = {.bytes = NULL};
    size_t count = 0;
    while (words[count])
        count++;
    resp_begin(&resp, count);
    for (size_t i = 0; i < count; i++)
        resp_add_text(&resp, words[i]);
    cr_assert_eq(redis_link_append(nodes.link, resp.bytes, resp.used), AJAR_OK);
    resp_clear(&resp);
    return redis_link_read(nodes.link, reply) == AJAR_OK;
}

#define COMMAND(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
