/* SPDX-License-Identifier: Apache-2.0 */
/* Remembering the ends of our own connections: a ring of the last few. */
#include "emit/redis_own.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

struct end {
    struct addr addr;
    uint16_t port;
};

struct pair {
    struct end ours, theirs;
};

static struct {
    pthread_mutex_t lock;
    struct pair pairs[REDIS_OWN_MAX];
    size_t count; /* ever noted */
} own = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool read_end(const struct sockaddr_storage *name, struct end *end)
{
    if (name->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)name;
        uint8_t bytes[4];
        memcpy(bytes, &in->sin_addr, sizeof bytes);
        *end = (struct end){addr_from_ipv4(bytes), ntohs(in->sin_port)};
        return true;
    }
    if (name->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)name;
        *end = (struct end){addr_from_ipv6(in6->sin6_addr.s6_addr), ntohs(in6->sin6_port)};
        return true;
    }
    return false;
}

void redis_own_add(int socket)
{
    struct sockaddr_storage ours, theirs;
    socklen_t ours_length = sizeof ours, theirs_length = sizeof theirs;
    struct pair pair;
    if (getsockname(socket, (struct sockaddr *)&ours, &ours_length) != 0 ||
        getpeername(socket, (struct sockaddr *)&theirs, &theirs_length) != 0 ||
        !read_end(&ours, &pair.ours) || !read_end(&theirs, &pair.theirs))
        return;
    (void)pthread_mutex_lock(&own.lock);
    own.pairs[own.count++ % REDIS_OWN_MAX] = pair;
    (void)pthread_mutex_unlock(&own.lock);
}

static bool is_end(const struct end *end, const struct addr *addr, uint16_t port)
{
    return end->port == port && addr_compare(&end->addr, addr) == 0;
}

bool redis_own_has(const struct addr *client, uint16_t client_port, const struct addr *server,
                   uint16_t server_port)
{
    bool found = false;
    (void)pthread_mutex_lock(&own.lock);
    size_t count = own.count < REDIS_OWN_MAX ? own.count : REDIS_OWN_MAX;
    for (size_t i = 0; i < count && !found; i++)
        found = is_end(&own.pairs[i].ours, client, client_port) &&
                is_end(&own.pairs[i].theirs, server, server_port);
    (void)pthread_mutex_unlock(&own.lock);
    return found;
}
