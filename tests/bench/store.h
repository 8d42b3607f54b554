/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elasticsearch and OpenSearch as they look on the wire: versions, servers with a known content,
 * reply bodies, HTTP framing, and sessions of which the proven verdict is known.
 */
#ifndef BENCH_STORE_H
#define BENCH_STORE_H

#include "rng.h"
#include "text.h"
#include "traffic.h"

#include <stdbool.h>
#include <stdint.h>

/* The ladder of verdicts, in rising order; store_level_names has their names. */
enum store_level {
    LEVEL_NONE,
    LEVEL_PROBED,
    LEVEL_REVEALED,
    LEVEL_REFUSED,
    LEVEL_OPEN,
    LEVEL_METADATA,
    LEVEL_DATA,
    LEVEL_DRAINED,
    LEVEL_TAMPERED
};
extern const char *const store_level_names[];

struct store_version {
    const char *number;
    const char *lucene;
    const char *hash;
    const char *date;
    uint8_t major;
    bool opensearch;
    bool product_header; /* X-elastic-product */
    bool warns;          /* Warning: 299 Elasticsearch-<version>-<hash> while security is off */
    bool version_header; /* X-OpenSearch-Version */
    bool chunks;         /* sends listings and searches chunked */
};

enum store_guard {
    GUARD_NONE,
    GUARD_ELASTIC,
    GUARD_OPENSEARCH,
    GUARD_SEARCH_GUARD,
    GUARD_PROXY,
    GUARD_AWS,
    GUARD_READONLY_REST
};

#define STORE_INDEX_MAX 4

struct store_index {
    char name[40];
    char uuid[23];
    uint32_t documents;
};

struct store_server {
    const struct store_version *version;
    enum store_guard guard;
    bool proxied; /* nginx in front: Server and Date headers, chunked replies */
    struct endpoint endpoint;
    bool v6;
    uint16_t vlan;
    uint16_t outer_vlan;
    char node[24];
    char cluster[24];
    char cluster_uuid[23];
    uint32_t index_count;
    struct store_index indices[STORE_INDEX_MAX];
};

#define STORE_RECORDS 4096

/* The documents all servers hold, as JSON objects. */
struct store_records {
    struct text json;
    uint32_t start[STORE_RECORDS + 1];
};

/* Servers and documents of one capture. */
struct store_world {
    struct store_server *servers; /* owned */
    uint32_t server_count;
    struct store_records records;
    uint32_t clients; /* how many client addresses were handed out */
    bool large;       /* replies as an exfiltration has them, instead of everyday ones */
    uint64_t replies; /* counters for the summary */
    uint64_t gzip_replies;
    uint64_t chunked_replies;
    uint64_t coded_replies; /* gzip, chunked or both */
    uint64_t level_count[LEVEL_TAMPERED + 1];
};

/* Fills the world; store_world_clear frees it. */
void store_world_init(struct store_world *w, struct rng *r, uint32_t servers, bool large);
void store_world_clear(struct store_world *w);

/* Documents in all indices of a server. */
uint64_t store_documents(const struct store_server *s);

/* One reply before framing. */
struct store_reply {
    uint32_t status;
    const char *type; /* content type, NULL = the version's JSON */
    struct text body;
    bool listing; /* a body that 8.x and proxies send chunked */
};

/* Reply bodies of an open server; each appends to body. */
void body_banner(struct text *body, const struct store_server *s);
void body_health(struct text *body, const struct store_server *s);
void body_cat_indices(struct text *body, const struct store_server *s, bool headings);
void body_cat_indices_json(struct text *body, const struct store_server *s);
void body_stats(struct text *body, const struct store_server *s);
void body_cluster_stats(struct text *body, const struct store_server *s);
void body_mapping(struct text *body, const struct store_server *s, const struct store_index *x);
void body_count(struct text *body, const struct store_server *s, const struct store_index *x);
void body_missing_index(struct text *body, const struct store_server *s, const char *name);

/* A search reply: hits of index x (NULL: of the first one, found by a search of everything). */
struct search_reply {
    const struct store_index *index;
    uint64_t total;
    uint32_t hits;
    uint32_t took;
    const char *scroll_id; /* NULL = none */
    bool exact;            /* totals above 10,000 in full, as with a scroll */
};
void body_search(struct text *body, const struct store_world *w, const struct store_server *s,
                 struct rng *r, const struct search_reply *q);
void body_document(struct text *body, const struct store_world *w, const struct store_server *s,
                   struct rng *r, const char *id);

/* Fills the reply with which the server's guard turns a request for `target` away. */
void reply_refusal(struct store_reply *reply, const struct store_server *s, const char *target);

/* How a client writes its requests. */
struct store_client {
    const char *agent;
    bool gzip;
    bool credentials;
};

/* Frames a request; body may be NULL. */
void frame_request(struct text *out, const struct store_server *s,
                   const struct store_client *client, const char *method, const char *target,
                   const char *body);

/* Frames a reply (head, coding, body) and counts it; head_only for HEAD. Clears the body. */
void frame_reply(struct text *out, struct store_world *w, const struct store_server *s,
                 const struct store_client *client, struct store_reply *reply, struct rng *r,
                 bool head_only);

/* What is known of a session; printed as a line of truth when it has passed. */
struct store_truth {
    const struct store_server *server;
    enum store_level level;
    bool credentials;
    bool version_shown;
    bool all_shown;    /* a listing with every index was sent */
    bool only_bounded; /* a total of everything was sent as "10,000 or more" */
    uint64_t records;  /* 0 = the wire does not show it */
    uint32_t datasets; /* bit per index of the server */
};

/* A whole session with one of the world's servers; subject is a struct store_truth. */
struct conversation *store_session_new(struct store_world *w, struct rng *r);

/* Writes the truth of a finished session as one JSON line and frees it. */
void store_truth_write(FILE *out, const char *file, const struct conversation *c);

#endif
