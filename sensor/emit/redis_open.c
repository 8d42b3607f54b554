/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the node that takes writes: the one a cluster pointed to, the seeds in turn, or the
 * master that the Sentinels name. It begins where it was well the last time.
 */
#include "base/timestamp.h"
#include "emit/redis_access.h"
#include "emit/redis_link.h"
#include "emit/redis_node.h"
#include "emit/redis_socket.h"

#include <stdio.h>
#include <string.h>

#define NS_PER_MS 1000000ULL

/* A search for the node. */
struct search {
    struct redis_access *access;
    uint64_t deadline;
    struct redis_link *link;  /* found */
    struct redis_host master; /* the last one that Sentinels named; "" = none */
    struct redis_host asked;  /* the last host that was tried, for messages */
    bool loading;             /* one is there and loads its data */
    struct problem cause;     /* why the last try failed */
};

enum ajar_status redis_node_connect(struct redis_access *access, const struct redis_host *host,
                                    uint64_t deadline, struct redis_link **link,
                                    struct problem *cause)
{
    int socket;
    struct redis_link *made = NULL;
    enum ajar_status status = host ? redis_socket_connect(host, deadline, &socket, cause)
                                   : redis_socket_connect_unix(access->url.path, &socket, cause);
    if (status == AJAR_OK && redis_link_adopt(socket, &made) != AJAR_OK)
        status = problem_set(cause, AJAR_ERR_SYSTEM, "out of memory");
    uint64_t end = timestamp_monotonic() + REDIS_COMMAND_TIMEOUT_MS * NS_PER_MS;
    if (status == AJAR_OK && access->tls && host)
        status = redis_link_start_tls(made, access->tls, host->name,
                                      end < deadline ? end : deadline, cause);
    if (status == AJAR_OK)
        *link = made;
    else
        redis_link_close(made);
    return status;
}

/* One Redis, up to where it would take a write. NULL is the unix socket. */
static bool try_node(struct search *search, const struct redis_host *host)
{
    struct redis_access *access = search->access;
    const struct redis_login login = {.user = access->url.user,
                                      .password = access->url.password,
                                      .database = access->url.database};
    struct redis_link *link = NULL;
    search->cause.text[0] = '\0';
    enum ajar_status status =
        redis_node_connect(access, host, search->deadline, &link, &search->cause);
    if (status == AJAR_OK)
        status = redis_login(link, &login, &search->cause);
    if (status == AJAR_OK)
        status = redis_check_role(link, &search->cause);
    search->loading |= status == AJAR_AGAIN;
    if (status != AJAR_OK) {
        redis_link_close(link);
        return false;
    }
    access->here = host ? *host : (struct redis_host){.port = 0};
    search->link = link;
    return true;
}

/* Where a MOVED or ASK pointed. When it cannot be reached, the seeds know better by now. */
static bool try_learned(struct search *search)
{
    struct redis_access *access = search->access;
    if (!access->has_learned)
        return false;
    const struct redis_host learned = access->learned;
    bool asking = access->asking;
    access->asking = false;
    access->has_learned = !asking; /* an ASK is for one connection */
    if (try_node(search, &learned)) {
        if (asking)
            redis_link_start_asking(search->link);
        return true;
    }
    access->has_learned = false;
    return false;
}

static bool is_same(const struct redis_host *a, const struct redis_host *b)
{
    return a->port == b->port && strcmp(a->name, b->name) == 0;
}

/* The master that this Sentinel names; one that was tried already is not tried again. */
static bool try_sentinel(struct search *search, const struct redis_host *sentinel)
{
    struct redis_host master;
    struct problem cause = {""};
    enum ajar_status status =
        redis_sentinel_ask(search->access, sentinel, search->deadline, &master, &cause);
    if (status != AJAR_OK) {
        if (search->master.name[0] == '\0')
            search->cause = cause; /* a master that refuses says more than a silent Sentinel */
        return false;
    }
    if (is_same(&master, &search->master))
        return false;
    search->master = master;
    return try_node(search, &master);
}

static bool try_host(struct search *search, const struct redis_host *host)
{
    search->asked = *host;
    return search->access->url.sentinel ? try_sentinel(search, host) : try_node(search, host);
}

/* Begins with the host that was of use the last time; those for which no time is left come first
 * the next time. */
static bool try_hosts(struct search *search)
{
    struct redis_access *access = search->access;
    unsigned count = access->url.host_count, first = access->next;
    for (unsigned i = 0; i < count; i++) {
        access->next = (first + i) % count;
        if (i > 0 && timestamp_monotonic() >= search->deadline)
            return false;
        if (try_host(search, &access->url.hosts[access->next]))
            return true;
    }
    access->next = first;
    return false;
}

static enum ajar_status say_why(const struct search *search, struct problem *problem)
{
    const struct redis_url *url = &search->access->url;
    const char *cause = search->cause.text;
    char host[sizeof url->hosts[0].name + 16] = "";
    if (search->master.name[0] != '\0') {
        redis_host_format(&search->master, host, sizeof host);
        return problem_set(problem, AJAR_ERR_SYSTEM, "Redis %s: the master %s: %s", url->name, host,
                           cause);
    }
    if (url->host_count > 1) {
        redis_host_format(&search->asked, host, sizeof host);
        return problem_set(problem, AJAR_ERR_SYSTEM, "Redis %s: none of %u hosts helps; %s: %s",
                           url->name, url->host_count, host, cause);
    }
    return problem_set(problem, AJAR_ERR_SYSTEM, "Redis %s: %s", url->name, cause);
}

enum ajar_status redis_link_open(struct redis_access *access, struct redis_link **link,
                                 struct problem *problem)
{
    struct search search = {
        .access = access,
        .deadline = timestamp_monotonic() + REDIS_OPEN_TIMEOUT_MS * NS_PER_MS,
    };
    bool found = try_learned(&search) ||
                 (access->url.is_unix ? try_node(&search, NULL) : try_hosts(&search));
    if (found) {
        *link = search.link;
        return AJAR_OK;
    }
    return search.loading ? AJAR_AGAIN : say_why(&search, problem);
}
