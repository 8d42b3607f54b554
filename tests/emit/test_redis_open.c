/* SPDX-License-Identifier: Apache-2.0 */
/* Which server it is in the end: of several, none that is a replica, none that is still loading. */
#include "emit/redis_access.h"
#include "emit/redis_nodes.h"

TestSuite(redis_open, .fini = nodes_remove, .timeout = 120);

static char url[200];

static void use_url(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void use_url(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(url, sizeof url, format, arguments);
    va_end(arguments);
    redis_access_free(nodes.access);
    nodes.access = NULL;
    make_access(&(struct redis_options){.url = url, .verify = true});
}

static int connected_port(void)
{
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    cr_assert_eq(getpeername(redis_link_socket(nodes.link), (struct sockaddr *)&name, &length), 0);
    return ntohs(name.sin_port);
}

static struct node *start_replica(const struct node *master)
{
    char port[12];
    (void)snprintf(port, sizeof port, "%d", master->port);
    return node_start(COMMAND("--replicaof", "127.0.0.1", port));
}

Test(redis_open, rejects_a_replica_and_names_its_master)
{
    const struct node *master = node_start(NULL), *replica = start_replica(master);
    use_url("redis://127.0.0.1:%d", replica->port);
    reject_open("it is a replica and takes no writes");
    cr_assert(strstr(nodes.problem.text, "its master, 127.0.0.1"), "%s", nodes.problem.text);
    use_url("redis://127.0.0.1:%d", master->port);
    open_link();
}

Test(redis_open, tries_the_hosts_in_turn)
{
    int nobody = free_port();
    const struct node *master = node_start(NULL), *replica = start_replica(master);
    use_url("redis://127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d", nobody, replica->port, master->port);
    open_link();
    cr_assert_eq(connected_port(), master->port);
    node_do(replica->port, "REPLICAOF NO ONE");
    open_link();
    cr_assert_eq(connected_port(), master->port, "it stays where it was well");
    node_kill(&nodes.list[0]);
    open_link();
    cr_assert_eq(connected_port(), replica->port);
    node_kill(&nodes.list[1]);
    reject_open("none of 3 hosts helps");
}

Test(redis_open, forgets_a_node_that_cannot_be_reached)
{
    char moved[60];
    const struct node *master = node_start(NULL), *other = node_start(NULL);
    use_url("redis://127.0.0.1:%d", master->port);
    (void)snprintf(moved, sizeof moved, "MOVED 7 127.0.0.1:%d", other->port);
    cr_assert(redis_access_redirect(nodes.access, moved));
    open_link();
    cr_assert_eq(connected_port(), other->port);
    open_link();
    cr_assert_eq(connected_port(), other->port, "also the next time");
    node_kill(&nodes.list[1]);
    open_link();
    cr_assert_eq(connected_port(), master->port);
    cr_assert_not(nodes.access->has_learned, "it would be tried first for ever");
}

Test(redis_open, says_again_while_a_server_loads_its_data)
{
    static struct redis_server server;
    server_start(&server, NULL, NULL);
    server_do(&server, "EVAL %s 0", "for i = 1, 3000 do redis.call('SET', 'k' .. i, i) end");
    server_stop(&server);
    server_start(&server, "--key-load-delay", "1000"); /* us for each command */
    use_url("%s", server.url);
    cr_assert_eq(try_open(), AJAR_AGAIN, "%s", nodes.problem.text);
    WAIT_FOR(try_open() == AJAR_OK, 30);
    server_remove(&server);
}

Test(redis_open, does_without_the_right_to_ask_its_role)
{
    struct redis_reply reply;
    const struct node *node = node_start(NULL);
    node_do(node->port, "ACL SETUSER sensor on >pw ~* -@all +incr");
    use_url("redis://sensor:pw@127.0.0.1:%d", node->port);
    open_link();
    cr_assert(try_command(COMMAND("INCR", "n"), &reply) && reply.integer == 1, "%s", reply.error);
    char text[80];
    cr_assert_eq(redis_link_describe(nodes.link, text, sizeof text, &nodes.problem), AJAR_OK);
    cr_assert_str_eq(text, "Redis");
}

Test(redis_open, logs_a_user_in_that_has_no_password)
{
    const struct node *node = node_start(NULL);
    node_do(node->port, "ACL SETUSER free on nopass ~* +@all");
    node_do(node->port, "ACL SETUSER locked on >pw ~* +@all");
    use_url("redis://free@127.0.0.1:%d", node->port);
    open_link();
    use_url("redis://locked@127.0.0.1:%d", node->port);
    reject_open("WRONGPASS");
}

Test(redis_open, describes_what_is_there)
{
    char text[80];
    const struct node *node = node_start(NULL);
    use_url("redis://127.0.0.1:%d", node->port);
    open_link();
    cr_assert_eq(redis_link_describe(nodes.link, text, sizeof text, &nodes.problem), AJAR_OK);
    cr_assert(strncmp(text, "Redis ", 6) == 0 || strncmp(text, "Valkey ", 7) == 0, "%s", text);
    cr_assert(strstr(text, ", master"), "%s", text);
    cr_assert_not(strstr(text, "cluster"), "%s", text);
}

Test(redis_open, gives_every_kind_of_reply)
{
    struct redis_reply reply;
    const struct node *node = node_start(NULL);
    use_url("redis://127.0.0.1:%d", node->port);
    open_link();
    cr_assert(try_command(COMMAND("GET", "none"), &reply));
    cr_assert(reply.is_nil && !reply.is_error);
    cr_assert(try_command(COMMAND("SET", "k", "-42"), &reply));
    cr_assert_str_eq(reply.text, "OK");
    cr_assert(try_command(COMMAND("GET", "k"), &reply));
    cr_assert_eq(reply.integer, -42);
    cr_assert_str_eq(reply.text, "-42");
    cr_assert(try_command(COMMAND("SET", "k", "42x"), &reply));
    cr_assert(try_command(COMMAND("GET", "k"), &reply));
    cr_assert_eq(reply.integer, 0, "no number");
    cr_assert(try_command(COMMAND("EVAL", "return {1,2,3,4,5,6,7,8,9}", "0"), &reply));
    cr_assert_eq(reply.count, 8, "as many as fit");
    for (size_t i = 0; i < 8; i++)
        cr_assert_eq(reply.integers[i], (long long)i + 1);
    cr_assert(try_command(COMMAND("EVAL", "return 1 +", "0"), &reply));
    cr_assert(reply.is_error && reply.error[0] != '\0');
}

/* A server that says one byte a second of an answer without end. */
static pid_t start_drips(int *port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof name;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&name, length), 0);
    cr_assert_eq(listen(listener, 5), 0);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    *port = ntohs(name.sin_port);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    int peer = accept(listener, NULL, NULL);
    while (write(peer, "+", 1) == 1)
        (void)usleep(1000000);
    _exit(0);
}

Test(redis_open, gives_up_on_an_answer_that_comes_in_drips)
{
    int port;
    pid_t pid = start_drips(&port);
    use_url("redis://127.0.0.1:%d", port);
    uint64_t before = timestamp_monotonic();
    reject_open("no whole answer within 30 s");
    cr_assert_lt(timestamp_monotonic() - before, 36 * SECOND);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}
