/* SPDX-License-Identifier: Apache-2.0 */
/* The way to a Redis with TLS where hiredis has none: through stunnel, set up as docs/redis.md
 * says.
 */
#include "emit/certificates.h"

TestSuite(redis_stunnel, .init = make_certificates, .fini = nodes_remove, .timeout = 60);

static char url[160];

/* stunnel before the Redis at `server`, trusting the authority in `ca`, on a unix socket. */
static void start_stunnel(int server, const char *ca)
{
    char text[1000], path[128];
    const char *folder = nodes_folder();
    (void)snprintf(text, sizeof text,
                   "foreground = yes\npid =\n[redis]\nclient = yes\naccept = %s/redis.sock\n"
                   "connect = localhost:%d\nCAfile = %s/%s\nverifyChain = yes\n"
                   "checkHost = localhost\ncert = %s/client.pem\nkey = %s/client.key\n",
                   folder, server, folder, ca, folder, folder);
    struct node *node = &nodes.list[nodes.count++];
    node->pid = start_program(COMMAND("stunnel", nodes_file("stunnel.conf", text, path)));
    (void)snprintf(path, sizeof path, "%s/redis.sock", folder);
    WAIT_FOR(access(path, F_OK) == 0, 20);
    (void)snprintf(url, sizeof url, "unix://%s", path);
}

Test(redis_stunnel, carries_the_link)
{
    int server;
    struct redis_reply reply;
    (void)start_tls_server("server", "yes", &server);
    start_stunnel(server, "ca.pem");
    make_access(&(struct redis_options){.url = url});
    WAIT_FOR(try_open() == AJAR_OK, 10);
    cr_assert(try_command(COMMAND("INCR", "n"), &reply) && reply.integer == 1, "%s", reply.error);
}

Test(redis_stunnel, refuses_a_server_that_it_does_not_trust)
{
    int server;
    (void)start_tls_server("server", "yes", &server);
    start_stunnel(server, "stranger.pem");
    make_access(&(struct redis_options){.url = url});
    sleep_ms(500);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(try_open(), AJAR_ERR_SYSTEM);
}
