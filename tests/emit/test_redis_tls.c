/* SPDX-License-Identifier: Apache-2.0 */
/* TLS to a real Redis: what is trusted, what is not, and what never answers. */
#include "emit/certificates.h"

#include <sys/wait.h>

TestSuite(redis_tls, .init = make_certificates, .fini = nodes_remove, .timeout = 120);

static char url[120], ca[128], certificate[128], key[128];

static void set_url(const char *host, int port)
{
    (void)snprintf(url, sizeof url, "rediss://%s:%d", host, port);
}

/* With the right authority, unless `more` says otherwise. */
static void use_options(struct redis_options more)
{
    redis_access_free(nodes.access);
    nodes.access = NULL;
    more.url = url;
    if (!more.ca_file)
        more.ca_file = in_folder("ca.pem", ca);
    make_access(&more);
}

static void reject_options(struct redis_options more, const char *words)
{
    struct redis_access *none = NULL;
    struct problem problem = {""};
    more.url = url;
    cr_assert_eq(redis_access_new(&more, &none, &problem), AJAR_ERR_USAGE);
    cr_assert_null(none);
    cr_assert(strstr(problem.text, words), "%s", problem.text);
}

#define USE(...) use_options((struct redis_options){.verify = true, __VA_ARGS__})
#define REJECT(words, ...)                                                                         \
    reject_options((struct redis_options){.verify = true, __VA_ARGS__}, words)

Test(redis_tls, trusts_the_authority_that_is_given)
{
    int port;
    struct redis_reply reply;
    (void)start_tls_server("server", "no", &port);
    set_url("127.0.0.1", port);
    USE(.user = NULL);
    open_link();
    cr_assert(try_command(COMMAND("INCR", "n"), &reply) && reply.integer == 1, "%s", reply.error);
    set_url("localhost", port);
    USE(.user = NULL);
    open_link();
    cr_assert(try_command(COMMAND("INCR", "n"), &reply) && reply.integer == 2, "%s", reply.error);
}

Test(redis_tls, carries_large_commands)
{
    int port;
    struct redis_reply reply;
    static char value[200000];
    (void)start_tls_server("server", "no", &port);
    set_url("127.0.0.1", port);
    USE(.user = NULL);
    open_link();
    memset(value, 'x', sizeof value - 1);
    for (int i = 0; i < 20; i++)
        cr_assert(try_command(COMMAND("APPEND", "k", value), &reply) && !reply.is_error, "%s",
                  redis_link_error(nodes.link));
    cr_assert_eq(reply.integer, 20LL * (long long)(sizeof value - 1));
    cr_assert(try_command(COMMAND("GET", "k"), &reply), "%s", redis_link_error(nodes.link));
}

Test(redis_tls, rejects_an_authority_that_nobody_gave)
{
    int port;
    char stranger[128];
    (void)start_tls_server("server", "no", &port);
    set_url("127.0.0.1", port);
    USE(.ca_file = in_folder("stranger.pem", stranger));
    reject_open("its certificate is not trusted");
    cr_assert(strstr(nodes.problem.text, "redis.ca_file"), "%s", nodes.problem.text);
    USE(.ca_file = ""); /* the system's */
    reject_open("its certificate is not trusted");
}

Test(redis_tls, takes_the_systems_authorities)
{
    int port;
    struct redis_reply reply;
    (void)start_tls_server("server", "no", &port);
    set_url("127.0.0.1", port);
    (void)setenv("SSL_CERT_FILE", in_folder("ca.pem", ca), 1); /* OpenSSL's own variable */
    USE(.ca_file = "");
    open_link();
    cr_assert(try_command(COMMAND("PING"), &reply) && !reply.is_error);
}

Test(redis_tls, rejects_a_certificate_for_another_host)
{
    int port;
    (void)start_tls_server("other", "no", &port);
    set_url("127.0.0.1", port);
    USE(.user = NULL);
    reject_open("its certificate is not for 127.0.0.1");
    set_url("localhost", port);
    USE(.user = NULL);
    reject_open("its certificate is not for localhost");
}

Test(redis_tls, verifies_nothing_when_told_so)
{
    int port;
    struct redis_reply reply;
    (void)start_tls_server("other", "no", &port);
    set_url("127.0.0.1", port);
    use_options((struct redis_options){.verify = false, .ca_file = ""});
    open_link();
    cr_assert(try_command(COMMAND("INCR", "n"), &reply) && reply.integer == 1);
}

Test(redis_tls, shows_its_own_certificate)
{
    int port;
    struct redis_reply reply;
    (void)start_tls_server("server", "yes", &port);
    set_url("127.0.0.1", port);
    USE(.user = NULL);
    reject_open("redis.certificate_file"); /* the server's alert may be lost with the connection */
    USE(.certificate_file = in_folder("client.pem", certificate),
        .key_file = in_folder("client.key", key));
    open_link();
    cr_assert(try_command(COMMAND("INCR", "n"), &reply) && reply.integer == 1);
    USE(.certificate_file = in_folder("both.pem", certificate));
    open_link();
}

Test(redis_tls, rejects_files_that_are_none)
{
    char text[128];
    set_url("127.0.0.1", 1);
    (void)nodes_file("text", "no certificate\n", text);
    REJECT("the authorities /nonexistent", .ca_file = "/nonexistent");
    REJECT("the authorities", .ca_file = text);
    REJECT("the certificate", .certificate_file = text);
    REJECT("a key without a certificate", .key_file = in_folder("client.key", key));
    (void)in_folder("client.pem", certificate);
    REJECT("the key", .certificate_file = certificate, .key_file = text);
    REJECT("the key", .certificate_file = certificate);
    REJECT("the key", .certificate_file = certificate, .key_file = in_folder("server.key", key));
    REJECT("a PEM file without a password", .certificate_file = certificate,
           .key_file = in_folder("locked.key", key));
    USE(.certificate_file = certificate, .key_file = in_folder("client.key", key));
}

Test(redis_tls, says_when_there_is_no_tls)
{
    struct node *plain = node_start(NULL);
    set_url("127.0.0.1", plain->port);
    USE(.user = NULL);
    reject_open("is TLS on there?");
}

Test(redis_tls, says_when_there_is_tls)
{
    int port;
    (void)start_tls_server("server", "no", &port);
    set_url("127.0.0.1", port);
    (void)memmove(url + 5, url + 6, strlen(url + 5)); /* redis:// */
    make_access(&(struct redis_options){.url = url, .verify = true});
    cr_assert_eq(try_open(), AJAR_ERR_SYSTEM);
    cr_assert(strstr(nodes.problem.text, "is this the address of a Redis?"), "%s",
              nodes.problem.text);
}

/* Takes every call; with `drips`, sends a byte of a record that never ends now and then. */
static pid_t start_stranger(int *port, bool drips)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof name;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&name, length), 0);
    cr_assert_eq(listen(listener, 5), 0);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    *port = ntohs(name.sin_port);
    pid_t pid = fork();
    if (pid != 0) {
        (void)close(listener);
        return pid;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    int peer = accept(listener, NULL, NULL);
    if (drips && write(peer, "\x16\x03\x03\x40\x00\x02\x00\x3f\xfc", 9) != 9)
        _exit(1);
    while (!drips || write(peer, "", 1) == 1)
        (void)usleep(200000);
    _exit(0);
}

static void expect_end_within(uint64_t limit, bool drips)
{
    int port;
    pid_t pid = start_stranger(&port, drips);
    set_url("127.0.0.1", port);
    USE(.user = NULL);
    uint64_t before = timestamp_monotonic();
    reject_open("TLS: no answer in time");
    cr_assert_lt(timestamp_monotonic() - before, limit);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

Test(redis_tls, gives_up_on_a_handshake_that_is_silent)
{
    expect_end_within(6 * SECOND, false);
}

Test(redis_tls, gives_up_on_a_handshake_that_comes_in_drips)
{
    expect_end_within(8 * SECOND, true);
}

Test(redis_tls, is_dead_when_the_server_goes)
{
    int port;
    struct redis_reply reply;
    struct node *node = start_tls_server("server", "no", &port);
    set_url("127.0.0.1", port);
    USE(.user = NULL);
    open_link();
    node_kill(node);
    cr_assert_not(try_command(COMMAND("PING"), &reply));
    cr_assert_gt(strlen(redis_link_error(nodes.link)), 0);
    reject_open("refused");
}

/* The Sentinel and the master, both with TLS. */
Test(redis_tls, goes_through_sentinels)
{
    char text[1024], path[128];
    int port, sentinel = free_port();
    struct redis_reply reply;
    (void)start_tls_server("server", "no", &port);
    (void)snprintf(text, sizeof text,
                   "port 0\ntls-port %d\nbind 127.0.0.1\ndir %s\ntls-replication yes\n"
                   "tls-auth-clients no\ntls-cert-file %s/server.pem\ntls-key-file %s/server.key\n"
                   "tls-ca-cert-file %s/ca.pem\nsentinel monitor ours 127.0.0.1 %d 1\n",
                   sentinel, nodes_folder(), nodes.folder, nodes.folder, nodes.folder, port);
    struct node *node = &nodes.list[nodes.count++];
    node->pid =
        start_program(COMMAND("redis-server", nodes_file("s.conf", text, path), "--sentinel"));
    (void)snprintf(url, sizeof url, "rediss+sentinel://127.0.0.1:%d/ours", sentinel);
    USE(.user = NULL);
    WAIT_FOR(try_open() == AJAR_OK, 20);
    cr_assert(try_command(COMMAND("INCR", "n"), &reply) && reply.integer == 1, "%s", reply.error);
}
