/* SPDX-License-Identifier: Apache-2.0 */
/* Real Sentinels over real Redis: the master is found, also after it was killed. */
#include "emit/redis_nodes.h"

TestSuite(redis_sentinel, .fini = nodes_remove, .timeout = 120);

/* A Sentinel that watches the master at that port under the name ours. */
static struct node *start_sentinel(int master, int quorum, const char *more)
{
    char text[1024], name[32], path[128];
    struct node *node = &nodes.list[nodes.count++];
    node->port = free_port();
    (void)snprintf(name, sizeof name, "sentinel-%d", node->port);
    (void)snprintf(text, sizeof text,
                   "port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor ours 127.0.0.1 %d %d\n"
                   "sentinel down-after-milliseconds ours 1000\n"
                   "sentinel failover-timeout ours 3000\n%s",
                   node->port, nodes_folder(), master, quorum, more);
    node->pid = start_program(COMMAND("redis-server", nodes_file(name, text, path), "--sentinel"));
    WAIT_FOR(node_answers(node->port), 20);
    return node;
}

static void make_url(char url[static 200], const struct node *const *sentinels, size_t count)
{
    (void)snprintf(url, 200, "redis+sentinel://");
    for (size_t i = 0; i < count; i++)
        (void)snprintf(url + strlen(url), 200 - strlen(url), "%s127.0.0.1:%d", i ? "," : "",
                       sentinels[i]->port);
    (void)snprintf(url + strlen(url), 200 - strlen(url), "/ours");
}

static int connected_port(void)
{
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    cr_assert_eq(getpeername(redis_link_socket(nodes.link), (struct sockaddr *)&name, &length), 0);
    return ntohs(name.sin_port);
}

/* The number after `what` in what a Sentinel says of the master. */
static int sentinel_number(int port, const char *what)
{
    int number = -1;
    redisReply *reply = node_try(port, "SENTINEL MASTER ours");
    for (size_t i = 0; reply && i + 1 < reply->elements; i += 2)
        if (strcmp(reply->element[i]->str, what) == 0)
            number = (int)strtol(reply->element[i + 1]->str, NULL, 10);
    freeReplyObject(reply);
    return number;
}

Test(redis_sentinel, leads_to_the_new_master_after_a_failover)
{
    char url[200], port[12];
    struct redis_reply reply;
    struct node *master = node_start(NULL);
    (void)snprintf(port, sizeof port, "%d", master->port);
    const struct node *replica = node_start(COMMAND("--replicaof", "127.0.0.1", port));
    const struct node *const sentinels[] = {start_sentinel(master->port, 2, ""),
                                            start_sentinel(master->port, 2, ""),
                                            start_sentinel(master->port, 2, "")};
    for (size_t i = 0; i < 3; i++) {
        WAIT_FOR(sentinel_number(sentinels[i]->port, "num-slaves") == 1, 30);
        WAIT_FOR(sentinel_number(sentinels[i]->port, "num-other-sentinels") == 2, 30);
    }
    make_url(url, sentinels, 3);
    make_access(&(struct redis_options){.url = url});
    open_link();
    cr_assert_eq(connected_port(), master->port);
    cr_assert(try_command(COMMAND("SET", "k", "v"), &reply) && !reply.is_error);
    node_kill(master);
    cr_assert_not(try_command(COMMAND("SET", "k", "w"), &reply));
    WAIT_FOR(try_open() == AJAR_OK, 60);
    cr_assert_eq(connected_port(), replica->port);
    cr_assert(try_command(COMMAND("SET", "k", "w"), &reply) && !reply.is_error, "%s", reply.error);
}

Test(redis_sentinel, asks_the_next_when_one_is_gone)
{
    char url[200];
    const struct node *master = node_start(NULL);
    struct node *gone = start_sentinel(master->port, 1, "");
    const struct node *const sentinels[] = {gone, start_sentinel(master->port, 1, "")};
    make_url(url, sentinels, 2);
    node_kill(gone);
    make_access(&(struct redis_options){.url = url});
    open_link();
    cr_assert_eq(connected_port(), master->port);
    node_kill(&nodes.list[2]);
    reject_open("none of 2 hosts helps");
    cr_assert(strstr(nodes.problem.text, "refused"), "%s", nodes.problem.text);
}

/* The Sentinel still names one that has become a replica: it says so itself. */
Test(redis_sentinel, does_not_believe_that_a_replica_is_the_master)
{
    char url[200];
    const struct node *node = node_start(NULL), *other = node_start(NULL);
    const struct node *const sentinels[] = {start_sentinel(node->port, 1, "")};
    make_url(url, sentinels, 1);
    make_access(&(struct redis_options){.url = url});
    open_link();
    node_do(node->port, "REPLICAOF 127.0.0.1 %d", other->port);
    reject_open("it is a replica");
    cr_assert(strstr(nodes.problem.text, "the master 127.0.0.1"), "%s", nodes.problem.text);
}

Test(redis_sentinel, says_when_the_name_of_the_master_is_wrong)
{
    char url[200];
    const struct node *master = node_start(NULL);
    const struct node *const sentinels[] = {start_sentinel(master->port, 1, "")};
    make_url(url, sentinels, 1);
    (void)snprintf(strrchr(url, '/'), 10, "/theirs");
    make_access(&(struct redis_options){.url = url});
    reject_open("knows no master theirs");
}

Test(redis_sentinel, says_when_it_is_none)
{
    char url[200];
    const struct node *const nodes_[] = {node_start(NULL)};
    make_url(url, nodes_, 1);
    make_access(&(struct redis_options){.url = url});
    reject_open("this is no Sentinel");
}

Test(redis_sentinel, says_when_it_is_one)
{
    char url[80];
    const struct node *master = node_start(NULL);
    const struct node *sentinel = start_sentinel(master->port, 1, "");
    (void)snprintf(url, sizeof url, "redis://127.0.0.1:%d", sentinel->port);
    make_access(&(struct redis_options){.url = url});
    reject_open("write redis+sentinel://");
}

Test(redis_sentinel, has_a_password_of_its_own)
{
    char url[200], path[128];
    const struct node *master = node_start(COMMAND("--requirepass", "of-redis"));
    const struct node *const sentinels[] = {start_sentinel(
        master->port, 1, "sentinel auth-pass ours of-redis\nrequirepass of-sentinels\n")};
    make_url(url, sentinels, 1);
    (void)setenv("AJAR_REDIS_PASSWORD", "of-redis", 1);
    make_access(&(struct redis_options){
        .url = url, .sentinel_password_file = nodes_file("s", "of-sentinels\n", path)});
    open_link();
    cr_assert_eq(connected_port(), master->port);
    redis_access_free(nodes.access);
    make_access(&(struct redis_options){.url = url});
    reject_open("redis.sentinel_password_file");
    redis_access_free(nodes.access);
    make_access(&(struct redis_options){.url = url,
                                        .sentinel_password_file = nodes_file("s", "wr0ng", path)});
    reject_open("redis.sentinel_password_file");
    cr_assert_not(strstr(nodes.problem.text, "wr0ng"), "%s", nodes.problem.text);
}
