/* SPDX-License-Identifier: Apache-2.0 */
/* Real connections over the loopback are known by both ends, and only those. */
#include "emit/redis_own.h"
#include "ledger/findings.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct connection {
    int listener, client;
    uint16_t client_port, server_port;
};

static void make_connection(struct connection *c, int family)
{
    struct sockaddr_storage name = {.ss_family = (sa_family_t)family};
    socklen_t length = sizeof name;
    struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
    if (family == AF_INET)
        ((struct sockaddr_in *)&name)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        ((struct sockaddr_in6 *)&name)->sin6_addr = loopback;
    c->listener = socket(family, SOCK_STREAM, 0);
    cr_assert_eq(bind(c->listener, (struct sockaddr *)&name, length), 0);
    cr_assert_eq(listen(c->listener, 100), 0);
    cr_assert_eq(getsockname(c->listener, (struct sockaddr *)&name, &length), 0);
    c->server_port = ntohs(((struct sockaddr_in *)&name)->sin_port);
    c->client = socket(family, SOCK_STREAM, 0);
    cr_assert_eq(connect(c->client, (struct sockaddr *)&name, length), 0);
    length = sizeof name;
    cr_assert_eq(getsockname(c->client, (struct sockaddr *)&name, &length), 0);
    c->client_port = ntohs(((struct sockaddr_in *)&name)->sin_port);
}

static void end_connection(const struct connection *c)
{
    (void)close(c->client);
    (void)close(c->listener);
}

Test(redis_own, knows_both_ends_of_a_connection)
{
    struct connection c;
    struct addr local = address("127.0.0.1"), other = address("127.0.0.2");
    make_connection(&c, AF_INET);
    cr_assert_not(redis_own_has(&local, c.client_port, &local, c.server_port));
    redis_own_add(c.client);
    cr_assert(redis_own_has(&local, c.client_port, &local, c.server_port));
    cr_assert_not(redis_own_has(&local, c.server_port, &local, c.client_port), "turned round");
    cr_assert_not(redis_own_has(&other, c.client_port, &local, c.server_port));
    cr_assert_not(redis_own_has(&local, c.client_port, &other, c.server_port));
    cr_assert_not(redis_own_has(&local, c.client_port ^ 1, &local, c.server_port));
    end_connection(&c);
    cr_assert(redis_own_has(&local, c.client_port, &local, c.server_port), "also when it is over");
}

Test(redis_own, knows_ipv6)
{
    struct connection c;
    struct addr local = address("::1");
    make_connection(&c, AF_INET6);
    redis_own_add(c.client);
    cr_assert(redis_own_has(&local, c.client_port, &local, c.server_port));
    end_connection(&c);
}

Test(redis_own, forgets_the_oldest)
{
    struct connection first, c;
    struct addr local = address("127.0.0.1");
    make_connection(&first, AF_INET);
    redis_own_add(first.client);
    for (int i = 0; i < REDIS_OWN_MAX; i++) {
        cr_assert(redis_own_has(&local, first.client_port, &local, first.server_port), "%d", i);
        make_connection(&c, AF_INET);
        redis_own_add(c.client);
        end_connection(&c);
    }
    cr_assert_not(redis_own_has(&local, first.client_port, &local, first.server_port));
    cr_assert(redis_own_has(&local, c.client_port, &local, c.server_port));
    end_connection(&first);
}

Test(redis_own, ignores_what_has_no_addresses)
{
    int pair[2];
    struct addr none = {.bytes = {0}};
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    redis_own_add(pair[0]);
    redis_own_add(-1);
    cr_assert_not(redis_own_has(&none, 0, &none, 0));
}
