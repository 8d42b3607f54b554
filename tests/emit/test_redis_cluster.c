/* SPDX-License-Identifier: Apache-2.0 */
/* A real cluster of three nodes: wherever a slot is, or goes, the link finds it. */
#include "emit/redis_nodes.h"

TestSuite(redis_cluster, .fini = nodes_remove, .timeout = 120);

#define REDIRECTS_MAX 5

static char url[200];

static bool cluster_is_ok(int port)
{
    redisReply *reply = node_try(port, "CLUSTER INFO");
    bool ok = reply && reply->type == REDIS_REPLY_STRING &&
              strstr(reply->str, "cluster_state:ok") != NULL;
    freeReplyObject(reply);
    return ok;
}

static void run_program(const char *const *words)
{
    int status = -1;
    pid_t pid = start_program(words);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert_eq(status, 0, "%s failed; see the log in %s", words[0], nodes.folder);
}

static void start_cluster(void)
{
    char places[3][32], bus[12];
    for (int i = 0; i < 3; i++) {
        (void)snprintf(bus, sizeof bus, "%d", free_port());
        const struct node *node = node_start(COMMAND(
            "--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-port", bus,
            "--cluster-require-full-coverage", "no", "--cluster-allow-replica-migration", "no"));
        (void)snprintf(places[i], sizeof places[i], "127.0.0.1:%d", node->port);
    }
    run_program(COMMAND("redis-cli", "--cluster", "create", places[0], places[1], places[2],
                        "--cluster-yes"));
    for (int i = 0; i < 3; i++)
        WAIT_FOR(cluster_is_ok(nodes.list[i].port), 30);
    (void)snprintf(url, sizeof url, "redis://%s,%s,%s", places[0], places[1], places[2]);
    make_access(&(struct redis_options){.url = url});
}

/* As the writer does it: opens again where MOVED and ASK point. */
static bool run_command(const char *const *words, struct redis_reply *reply)
{
    for (int i = 0; i < REDIRECTS_MAX; i++) {
        if (!nodes.link && try_open() != AJAR_OK)
            return false;
        if (!try_command(words, reply)) {
            redis_link_close(nodes.link);
            nodes.link = NULL;
            continue;
        }
        if (!reply->is_error)
            return true;
        if (!redis_access_redirect(nodes.access, reply->error))
            return false;
        redis_link_close(nodes.link);
        nodes.link = NULL;
    }
    return false;
}

/* "{a}" is in slot 15495, "{b}" in 3300, "{c}" in 7365: one on each node. */
static const char *const keys[] = {"{a}", "{b}", "{c}"};

static void node_id(int port, char id[static 41])
{
    redisReply *reply = node_try(port, "CLUSTER MYID");
    cr_assert(reply && reply->type == REDIS_REPLY_STRING);
    (void)snprintf(id, 41, "%s", reply->str);
    freeReplyObject(reply);
}

Test(redis_cluster, reaches_every_slot)
{
    struct redis_reply reply;
    start_cluster();
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 3; i++)
            cr_assert(run_command(COMMAND("INCR", keys[i]), &reply), "%s: %s %s", keys[i],
                      reply.error, nodes.problem.text);
    for (int i = 0; i < 3; i++) {
        redisReply *size = node_try(nodes.list[i].port, "DBSIZE");
        cr_assert_eq(size->integer, 1, "each node has one of the keys");
        freeReplyObject(size);
    }
    char text[80];
    cr_assert_eq(redis_link_describe(nodes.link, text, sizeof text, &nodes.problem), AJAR_OK);
    cr_assert(strstr(text, "master in a cluster"), "%s", text);
}

Test(redis_cluster, remembers_the_node_that_has_the_slot)
{
    struct redis_reply reply;
    start_cluster();
    cr_assert(run_command(COMMAND("INCR", keys[2]), &reply));
    open_link();
    cr_assert(try_command(COMMAND("INCR", keys[2]), &reply) && !reply.is_error, "%s", reply.error);
    cr_assert_eq(reply.integer, 2);
}

/* While {b} moves from the first node to the second, new keys are at the second, with ASKING. */
Test(redis_cluster, asks_where_a_slot_is_going)
{
    char from[41], to[41];
    struct redis_reply reply;
    start_cluster();
    node_id(nodes.list[0].port, from);
    node_id(nodes.list[1].port, to);
    node_do(nodes.list[1].port, "CLUSTER SETSLOT 3300 IMPORTING %s", from);
    node_do(nodes.list[0].port, "CLUSTER SETSLOT 3300 MIGRATING %s", to);
    cr_assert(run_command(COMMAND("INCR", keys[1]), &reply), "%s", reply.error);
    for (int i = 2; i < 5; i++) {
        cr_assert(try_command(COMMAND("INCR", keys[1]), &reply) && !reply.is_error, "%s",
                  reply.error);
        cr_assert_eq(reply.integer, i, "each command has its ASKING, each reply is its own");
    }
    redisReply *size = node_try(nodes.list[1].port, "DBSIZE");
    cr_assert_eq(size->integer, 1, "it is at the second node");
    freeReplyObject(size);
    open_link();
    cr_assert(try_command(COMMAND("GET", keys[1]), &reply) && reply.is_error);
    cr_assert(strstr(reply.error, "ASK 3300"), "an ASK is for one connection: %s", reply.error);
}

Test(redis_cluster, goes_back_to_the_seeds_when_a_node_dies)
{
    char to[41];
    struct redis_reply reply;
    start_cluster();
    cr_assert(run_command(COMMAND("SET", keys[1], "v"), &reply));
    open_link(); /* to the first node, which was learned or is the first seed */
    node_kill(&nodes.list[0]);
    cr_assert_not(try_command(COMMAND("SET", keys[1], "v"), &reply));
    redis_link_close(nodes.link);
    nodes.link = NULL;
    node_id(nodes.list[1].port, to);
    node_do(nodes.list[1].port, "CLUSTER SETSLOT 3300 NODE %s", to);
    node_do(nodes.list[2].port, "CLUSTER SETSLOT 3300 NODE %s", to);
    WAIT_FOR(run_command(COMMAND("SET", keys[1], "w"), &reply), 30);
    redisReply *size = node_try(nodes.list[1].port, "DBSIZE");
    cr_assert_eq(size->integer, 1);
    freeReplyObject(size);
}

/* A node that does not know its own name gives "" or "?": where the question went. */
Test(redis_cluster, follows_a_node_without_a_name)
{
    struct redis_reply reply;
    start_cluster();
    for (int i = 0; i < 3; i++)
        node_do(nodes.list[i].port, "CONFIG SET cluster-preferred-endpoint-type unknown-endpoint");
    for (size_t i = 0; i < 3; i++)
        cr_assert(run_command(COMMAND("INCR", keys[i]), &reply), "%s", reply.error);
    for (int i = 0; i < 3; i++)
        node_do(nodes.list[i].port, "CONFIG SET cluster-preferred-endpoint-type hostname");
    for (size_t i = 0; i < 3; i++)
        cr_assert(run_command(COMMAND("INCR", keys[i]), &reply), "%s", reply.error);
}

/* A replica of a cluster takes no writes, but knows who does. */
Test(redis_cluster, lets_a_replica_point_to_its_master)
{
    char id[41], bus[12], seed[80];
    struct redis_reply reply;
    start_cluster();
    (void)snprintf(bus, sizeof bus, "%d", free_port());
    const struct node *replica =
        node_start(COMMAND("--cluster-enabled", "yes", "--cluster-port", bus));
    char place[32], first[32];
    (void)snprintf(place, sizeof place, "127.0.0.1:%d", replica->port);
    (void)snprintf(first, sizeof first, "127.0.0.1:%d", nodes.list[0].port);
    node_id(nodes.list[0].port, id);
    run_program(COMMAND("redis-cli", "--cluster", "add-node", place, first, "--cluster-slave",
                        "--cluster-master-id", id));
    WAIT_FOR(cluster_is_ok(replica->port), 30);
    (void)snprintf(seed, sizeof seed, "redis://127.0.0.1:%d", replica->port);
    redis_access_free(nodes.access);
    make_access(&(struct redis_options){.url = seed});
    cr_assert(run_command(COMMAND("INCR", keys[1]), &reply), "%s %s", reply.error,
              nodes.problem.text);
}

Test(redis_cluster, says_that_it_has_one_database)
{
    char seed[80];
    start_cluster();
    (void)snprintf(seed, sizeof seed, "redis://127.0.0.1:%d/3", nodes.list[0].port);
    redis_access_free(nodes.access);
    make_access(&(struct redis_options){.url = seed});
    reject_open("a cluster has the database 0 only");
}
