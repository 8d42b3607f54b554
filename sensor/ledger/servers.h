/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of each server: product, version, cluster, and whether it has been seen to refuse
 * clients without credentials. A bounded table; when it is full the server unseen longest goes.
 */
#ifndef AJAR_LEDGER_SERVERS_H
#define AJAR_LEDGER_SERVERS_H

#include "ajar/event.h"
#include "ajar/status.h"
#include "ledger/silence.h"

#include <stdbool.h>
#include <stdint.h>

#define SERVER_CLIENTS_MAX 16 /* distinct clients told apart for the table */

struct server {
    struct server *bucket_next;
    struct server *older; /* neighbours in the order of last use */
    struct server *newer;
    struct server *next_changed;
    struct server **changed_link; /* what points to it among the changed ones; NULL = unchanged */
    struct addr addr;
    uint16_t port;
    char store[32];
    /* From here to client_count: what is kept over restarts. */
    char product[32];
    char version[32];
    char cluster_id[48];
    char cluster_name[64];
    char protection[48];
    bool identified;         /* something said that it is this store, not just a login in front */
    bool refuses;            /* seen to refuse a client without credentials */
    bool open;               /* seen to serve one */
    bool served_credentials; /* seen to serve a client with credentials */
    uint8_t verdict;         /* highest so far */
    uint16_t refusal_status; /* of the last refusal, 0 = the protocol has none */
    uint64_t reachable_ns;  /* first answer to an outside client since it was last shut, 0 = none */
    struct silence silence; /* while it does not stand open to the outside */
    uint64_t shut_ns[2];    /* last seen shut to outside, internal clients; by enum zone */
    uint8_t client_count;   /* in clients[]; full means "or more" */
    uint32_t clients[SERVER_CLIENTS_MAX]; /* short hashes of their addresses */
};

struct servers;

/* An empty table of at most `limit` servers; `seed` is secret. Free with servers_free(). */
enum ajar_status servers_new(uint32_t limit, uint64_t seed, struct servers **servers);
void servers_free(struct servers *servers);

/* The server of a finding (same store, address and port), borrowed; NULL if it is not known. */
struct server *servers_find(struct servers *servers, const struct finding *finding);

/* A server of that address and port that has shown what store it is, or NULL. */
const struct server *servers_find_identified(struct servers *servers, const struct addr *addr,
                                             uint16_t port);

/*
 * Notes what a finding says of its server, and makes the server known if it was not. NULL only when
 * memory is out. The server is borrowed until the next servers_learn().
 */
struct server *servers_learn(struct servers *servers, const struct finding *finding);

/* Its door was seen shut to clients of this zone at this time. Nobody outside reaches it any more,
 * if that is where it is shut and it does not even answer. */
void servers_note_shut(struct servers *servers, struct server *server, enum zone zone,
                       uint64_t time_ns, bool answers);

/* An outside client got no answer; enough of them shut the door. Or one got some answer. */
void servers_note_silence(struct servers *servers, struct server *server, const struct addr *client,
                          uint64_t time_ns);
void servers_end_silence(struct servers *servers, struct server *server);

/* It answered an outside client. True: the first time, or again after it was shut. */
bool servers_note_reachable(struct servers *servers, struct server *server, uint64_t time_ns);

/* The server of a store at an address and port; NULL if it is not known. */
struct server *servers_find_at(struct servers *servers, const char *store, const struct addr *addr,
                               uint16_t port);

/* Servers that had to go because the table was full. */
uint64_t servers_evicted(const struct servers *servers);

/* Those of which something that is kept changed, in the order of the first change: the others
 * follow by ->next_changed. NULL if there is none. One that is evicted is none of them any more. */
const struct server *servers_first_changed(const struct servers *servers);
void servers_forget_changes(struct servers *servers);

/* Makes all count as changed, the one unseen longest first. */
void servers_change_all(struct servers *servers);

/*
 * Puts a server back as it was kept, as the one seen last; its clients are counted anew. It does
 * not count as changed. AJAR_ERR_FORMAT: it is none or is there already; AJAR_ERR_LIMIT: the table
 * is full; AJAR_ERR_MEMORY.
 */
enum ajar_status servers_restore(struct servers *servers, const struct server *kept);

/* Calls back for each server, the one seen last first. */
void servers_visit(const struct servers *servers,
                   void (*visit)(void *context, const struct server *server), void *context);

#endif
