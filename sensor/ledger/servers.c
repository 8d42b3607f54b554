/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of servers: chained hash under a secret seed (keys come from the wire) and a list in
 * the order of last use, from whose end servers are evicted.
 */
#include "ledger/servers.h"

#include "base/hash.h"
#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct servers {
    struct server **buckets;
    size_t mask;
    uint32_t limit;
    uint32_t count;
    uint64_t seed;
    uint64_t evicted;
    struct server *newest;
    struct server *oldest;
    struct server *changed;
    struct server **last_changed; /* the link at the end of the changed ones */
};

enum ajar_status servers_new(uint32_t limit, uint64_t seed, struct servers **servers)
{
    size_t buckets = 64;
    while (buckets < limit)
        buckets *= 2;
    struct servers *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->buckets = calloc(buckets, sizeof(struct server *));
    if (!made->buckets) {
        free(made);
        return AJAR_ERR_MEMORY;
    }
    made->mask = buckets - 1;
    made->limit = limit ? limit : 1;
    made->seed = seed;
    made->last_changed = &made->changed;
    *servers = made;
    return AJAR_OK;
}

void servers_free(struct servers *servers)
{
    if (!servers)
        return;
    while (servers->newest) {
        struct server *server = servers->newest;
        servers->newest = server->older;
        free(server);
    }
    free(servers->buckets);
    free(servers);
}

/* All stores of one address and port are in one bucket. */
static struct server **bucket_of(struct servers *servers, const struct addr *addr, uint16_t port)
{
    uint64_t hash = hash_keyed(servers->seed ^ port, addr->bytes, sizeof addr->bytes);
    return &servers->buckets[hash & servers->mask];
}

struct server *servers_find_at(struct servers *servers, const char *store, const struct addr *addr,
                               uint16_t port)
{
    struct server *server = *bucket_of(servers, addr, port);
    while (server && (server->port != port || addr_compare(&server->addr, addr) != 0 ||
                      strcmp(server->store, store) != 0))
        server = server->bucket_next;
    return server;
}

struct server *servers_find(struct servers *servers, const struct finding *finding)
{
    return servers_find_at(servers, finding->store, &finding->server, finding->server_port);
}

const struct server *servers_find_identified(struct servers *servers, const struct addr *addr,
                                             uint16_t port)
{
    const struct server *server = *bucket_of(servers, addr, port);
    while (server &&
           (server->port != port || addr_compare(&server->addr, addr) != 0 || !server->identified))
        server = server->bucket_next;
    return server;
}

static void list_remove(struct servers *servers, struct server *server)
{
    *(server->newer ? &server->newer->older : &servers->newest) = server->older;
    *(server->older ? &server->older->newer : &servers->oldest) = server->newer;
}

static void list_insert(struct servers *servers, struct server *server)
{
    server->newer = NULL;
    server->older = servers->newest;
    *(server->older ? &server->older->newer : &servers->oldest) = server;
    servers->newest = server;
}

static void changed_insert(struct servers *servers, struct server *server)
{
    if (server->changed_link)
        return;
    server->changed_link = servers->last_changed;
    *servers->last_changed = server;
    servers->last_changed = &server->next_changed;
}

static void changed_remove(struct servers *servers, struct server *server)
{
    if (!server->changed_link)
        return;
    *server->changed_link = server->next_changed;
    if (server->next_changed)
        server->next_changed->changed_link = server->changed_link;
    else
        servers->last_changed = server->changed_link;
    server->next_changed = NULL;
    server->changed_link = NULL;
}

static void evict_oldest(struct servers *servers)
{
    struct server *server = servers->oldest;
    struct server **link = bucket_of(servers, &server->addr, server->port);
    while (*link != server)
        link = &(*link)->bucket_next;
    *link = server->bucket_next;
    list_remove(servers, server);
    changed_remove(servers, server);
    free(server);
    servers->count--;
    servers->evicted++;
}

static void link_in(struct servers *servers, struct server *server)
{
    struct server **bucket = bucket_of(servers, &server->addr, server->port);
    server->bucket_next = *bucket;
    *bucket = server;
    list_insert(servers, server);
    servers->count++;
}

static struct server *insert(struct servers *servers, const struct finding *finding)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    if (servers->count == servers->limit)
        evict_oldest(servers);
    server->addr = finding->server;
    server->port = finding->server_port;
    (void)snprintf(server->store, sizeof server->store, "%s", finding->store);
    link_in(servers, server);
    changed_insert(servers, server);
    return server;
}

/* Whether the finding says something else than what is known. */
static bool differs(const char *known, const char *said)
{
    return said[0] != '\0' && strcmp(known, said) != 0;
}

static void take_text(char *known, size_t size, const char *said)
{
    if (said[0] != '\0')
        (void)snprintf(known, size, "%s", said);
}

/* The newer word wins. Another product or cluster behind the same address makes what was known of
 * the one before untrue. */
static void learn_names(struct server *server, const struct finding *finding)
{
    if (server->product[0] != '\0' && differs(server->product, finding->product)) {
        server->version[0] = '\0';
        server->cluster_id[0] = '\0';
        server->cluster_name[0] = '\0';
    }
    if (server->cluster_id[0] != '\0' && differs(server->cluster_id, finding->cluster_id))
        server->cluster_name[0] = '\0';
    take_text(server->product, sizeof server->product, finding->product);
    take_text(server->version, sizeof server->version, finding->version);
    take_text(server->cluster_id, sizeof server->cluster_id, finding->cluster_id);
    take_text(server->cluster_name, sizeof server->cluster_name, finding->cluster_name);
}

static void learn_verdict(struct server *server, const struct finding *finding)
{
    bool any_login = finding->verdict == VERDICT_REFUSED && finding->identity == IDENTITY_LIKELY;
    server->identified |= finding->identity != IDENTITY_NONE && !any_login;
    if (finding->verdict > server->verdict)
        server->verdict = finding->verdict;
    if (finding->verdict == VERDICT_REFUSED) {
        take_text(server->protection, sizeof server->protection, finding->protection);
        if (finding->status) /* the end of a flow has none */
            server->refusal_status = finding->status;
        server->refuses |= finding->credentials == CREDENTIALS_NONE;
    } else if (verdict_exposes(finding->verdict) && !finding->weak) {
        *(finding->credentials == CREDENTIALS_NONE ? &server->open : &server->served_credentials) =
            true;
    }
}

#define KEPT_START offsetof(struct server, product)
#define KEPT_BYTES (offsetof(struct server, client_count) - KEPT_START)

/* Most findings say nothing new: what they leave as it was need not be written anywhere. */
static void learn_kept(struct servers *servers, struct server *server,
                       const struct finding *finding)
{
    char before[KEPT_BYTES];
    memcpy(before, (const char *)server + KEPT_START, KEPT_BYTES);
    if (finding->identity != IDENTITY_NONE)
        learn_names(server, finding);
    learn_verdict(server, finding);
    if (memcmp(before, (const char *)server + KEPT_START, KEPT_BYTES) != 0)
        changed_insert(servers, server);
}

static void learn_client(struct server *server, uint64_t seed, const struct addr *client)
{
    uint32_t hash = (uint32_t)hash_keyed(seed, client->bytes, sizeof client->bytes);
    for (unsigned i = 0; i < server->client_count; i++)
        if (server->clients[i] == hash)
            return;
    if (server->client_count < SERVER_CLIENTS_MAX)
        server->clients[server->client_count++] = hash;
}

struct server *servers_learn(struct servers *servers, const struct finding *finding)
{
    struct server *server = servers_find(servers, finding);
    if (server) {
        list_remove(servers, server);
        list_insert(servers, server);
    } else {
        server = insert(servers, finding);
        if (!server)
            return NULL;
    }
    learn_kept(servers, server, finding);
    learn_client(server, servers->seed, &finding->client);
    return server;
}

void servers_note_shut(struct servers *servers, struct server *server, enum zone zone,
                       uint64_t time_ns, bool answers)
{
    if (time_ns <= server->shut_ns[zone])
        return;
    server->shut_ns[zone] = time_ns;
    if (zone == ZONE_OUTSIDE && !answers && server->reachable_ns < time_ns)
        server->reachable_ns = 0;
    changed_insert(servers, server);
}

void servers_note_silence(struct servers *servers, struct server *server, const struct addr *client,
                          uint64_t time_ns)
{
    if (silence_add(&server->silence, client, time_ns))
        servers_note_shut(servers, server, ZONE_OUTSIDE, time_ns, false);
    changed_insert(servers, server);
}

void servers_end_silence(struct servers *servers, struct server *server)
{
    if (silence_end(&server->silence))
        changed_insert(servers, server);
}

bool servers_note_reachable(struct servers *servers, struct server *server, uint64_t time_ns)
{
    servers_end_silence(servers, server);
    if (server->reachable_ns != 0)
        return false;
    server->reachable_ns = time_ns;
    changed_insert(servers, server);
    return true;
}

const struct server *servers_first_changed(const struct servers *servers)
{
    return servers->changed;
}

void servers_change_all(struct servers *servers)
{
    for (struct server *server = servers->oldest; server; server = server->newer)
        changed_insert(servers, server);
}

void servers_forget_changes(struct servers *servers)
{
    while (servers->changed)
        changed_remove(servers, servers->changed);
}

static struct server *copy_kept(const struct server *kept)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->addr = kept->addr;
    server->port = kept->port;
    memcpy(server->store, kept->store, sizeof server->store);
    memcpy((char *)server + KEPT_START, (const char *)kept + KEPT_START, KEPT_BYTES);
    TEXT_END(server->store);
    TEXT_END(server->product);
    TEXT_END(server->version);
    TEXT_END(server->cluster_id);
    TEXT_END(server->cluster_name);
    TEXT_END(server->protection);
    return server;
}

enum ajar_status servers_restore(struct servers *servers, const struct server *kept)
{
    if (servers->count >= servers->limit)
        return AJAR_ERR_LIMIT;
    struct server *server = copy_kept(kept);
    if (!server)
        return AJAR_ERR_MEMORY;
    if (server->store[0] == '\0' || server->verdict >= VERDICTS ||
        servers_find_at(servers, server->store, &server->addr, server->port)) {
        free(server);
        return AJAR_ERR_FORMAT;
    }
    link_in(servers, server);
    return AJAR_OK;
}

uint64_t servers_evicted(const struct servers *servers)
{
    return servers->evicted;
}

void servers_visit(const struct servers *servers,
                   void (*visit)(void *context, const struct server *server), void *context)
{
    for (const struct server *server = servers->newest; server; server = server->older)
        visit(context, server);
}
