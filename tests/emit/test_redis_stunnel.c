/* SPDX-License-Identifier: Apache-2.0 */
/* The way to a Redis with TLS where hiredis has none: through stunnel, set up as docs/tls.md says.
 */
#include "emit/certificates.h"

TestSuite(redis_stunnel, .init = make_certificates, .fini = nodes_remove, .timeout = 60);

/* stunnel on *port before the Redis at `server`, trusting the authority in `ca`. */
static void start_stunnel(int server, const char *ca, int *port)
{
    char text[600], path[128];
    *port = free_port();
    (void)snprintf(text, sizeof text,
                   "foreground = yes\npid =\n[redis]\nclient = yes\naccept = 127.0.0.1:%d\n"
                   "connect = 127.0.0.1:%d\nCAfile = %s/%s\nverifyChain = yes\n"
                   "checkIP = 127.0.0.1\n",
                   *port, server, nodes_folder(), ca);
    struct node *node = &nodes.list[nodes.count++];
    node->pid = start_program(COMMAND("stunnel", nodes_file("stunnel.conf", text, path)));
}

static bool listens(int port)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool there = connect(fd, (struct sockaddr *)&name, sizeof name) == 0;
    (void)close(fd);
    return there;
}

Test(redis_stunnel, carries_the_link)
{
    char url[80];
    int server, port;
    struct redis_reply reply;
    (void)start_tls_server("server", "no", &server);
    start_stunnel(server, "ca.pem", &port);
    WAIT_FOR(listens(port), 20);
    (void)snprintf(url, sizeof url, "redis://127.0.0.1:%d", port);
    make_access(&(struct redis_options){.url = url});
    open_link();
    cr_assert(try_command(COMMAND("INCR", "n"), &reply) && reply.integer == 1, "%s", reply.error);
}

Test(redis_stunnel, refuses_a_server_that_it_does_not_trust)
{
    char url[80];
    int server, port;
    (void)start_tls_server("server", "no", &server);
    start_stunnel(server, "stranger.pem", &port);
    WAIT_FOR(listens(port), 20);
    (void)snprintf(url, sizeof url, "redis://127.0.0.1:%d", port);
    make_access(&(struct redis_options){.url = url});
    cr_assert_eq(try_open(), AJAR_ERR_SYSTEM);
}
