/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of outside clients with the servers of the capture: who looks, lists, reads, pages,
 * deletes, is turned away. Each knows what its bytes prove.
 */
#include "store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXCHANGE_MAX 16

struct exchange {
    struct text request;
    struct text reply;
    enum store_level level; /* of this reply and all before it */
};

struct session {
    struct store_world *world;
    const struct store_server *server;
    struct rng *rng;
    struct store_client client;
    struct store_truth *truth;
    const struct store_index *index; /* the one this session reads */
    bool pipelined;
    bool silent; /* the last request stays without a reply */
    uint32_t count;
    struct exchange exchanges[EXCHANGE_MAX];
};

static void raise_level(struct session *s, enum store_level level)
{
    if (level > s->truth->level)
        s->truth->level = level;
}

/* Adds one exchange; the reply's body is consumed. */
static void ask(struct session *s, const char *method, const char *target, const char *body,
                struct store_reply *reply, enum store_level level)
{
    struct exchange *e = &s->exchanges[s->count++];
    const struct store_version *v = s->server->version;
    bool refused = level == LEVEL_REFUSED;
    if (reply->status == 0)
        reply->status = 200;
    frame_request(&e->request, s->server, &s->client, method, target, body);
    frame_reply(&e->reply, s->world, s->server, &s->client, reply, s->rng,
                strcmp(method, "HEAD") == 0);
    if ((v->warns && s->server->guard == GUARD_NONE) || (v->version_header && !refused))
        s->truth->version_shown = true;
    raise_level(s, level);
    e->level = s->truth->level;
}

static void show_all(struct session *s, bool names)
{
    s->truth->all_shown = true;
    s->truth->records = store_documents(s->server);
    if (names)
        s->truth->datasets |= (1u << s->server->index_count) - 1;
}

static void show_index(struct session *s, uint64_t records)
{
    s->truth->datasets |= 1u << (s->index - s->server->indices);
    if (!s->truth->all_shown && records)
        s->truth->records = records;
}

static bool knows_skipped(const struct session *s)
{
    return s->server->version->opensearch || s->server->version->major >= 5;
}

static void ask_banner(struct session *s)
{
    struct store_reply reply = {0};
    body_banner(&reply.body, s->server);
    ask(s, "GET", "/", NULL, &reply, LEVEL_REVEALED);
    s->truth->version_shown = true;
}

static void ask_head(struct session *s)
{
    struct store_reply reply = {0};
    body_banner(&reply.body, s->server);
    ask(s, "HEAD", "/", NULL, &reply, LEVEL_REVEALED);
}

static void ask_health(struct session *s)
{
    struct store_reply reply = {0};
    body_health(&reply.body, s->server);
    ask(s, "GET", "/_cluster/health", NULL, &reply, LEVEL_REVEALED);
}

static void ask_indices(struct session *s)
{
    struct store_reply reply = {.listing = true};
    bool json = knows_skipped(s) && rng_chance(s->rng, 400);
    bool headings = rng_chance(s->rng, 600);
    if (json) {
        body_cat_indices_json(&reply.body, s->server);
        ask(s, "GET", "/_cat/indices?format=json", NULL, &reply, LEVEL_METADATA);
    } else {
        reply.type = "text/plain; charset=UTF-8";
        body_cat_indices(&reply.body, s->server, headings);
        ask(s, "GET", headings ? "/_cat/indices?v" : "/_cat/indices", NULL, &reply, LEVEL_METADATA);
    }
    show_all(s, true);
}

static void ask_metadata(struct session *s)
{
    struct store_reply reply = {0};
    char target[80];
    switch (rng_below(s->rng, knows_skipped(s) ? 4 : 3)) {
    case 0:
        body_stats(&reply.body, s->server);
        ask(s, "GET", "/_stats", NULL, &reply, LEVEL_METADATA);
        show_all(s, true);
        return;
    case 1:
        snprintf(target, sizeof target, "/%s/_mapping", s->index->name);
        body_mapping(&reply.body, s->server, s->index);
        ask(s, "GET", target, NULL, &reply, LEVEL_METADATA);
        show_index(s, 0);
        return;
    case 2:
        snprintf(target, sizeof target, "/%s/_count", s->index->name);
        body_count(&reply.body, s->server, s->index);
        ask(s, "GET", target, NULL, &reply, LEVEL_METADATA);
        show_index(s, s->index->documents);
        return;
    default:
        body_cluster_stats(&reply.body, s->server);
        ask(s, "GET", "/_cluster/stats", NULL, &reply, LEVEL_METADATA);
        show_all(s, false);
        s->truth->version_shown = true;
    }
}

/* A total the reply shows in full: 7.x and later stop counting at 10,000. */
static uint64_t shown_total(const struct session *s, uint64_t total, bool exact)
{
    bool caps = s->server->version->opensearch || s->server->version->major >= 7;
    return caps && !exact && total > 10000 ? 0 : total;
}

/* What `hits` records in one reply prove; the design's rule for a whole-set read. */
static enum store_level level_of_hits(const struct session *s, uint32_t hits)
{
    if (hits >= 10000)
        return LEVEL_DRAINED;
    if (hits >= 500 && (uint64_t)hits * 2 >= s->index->documents)
        return LEVEL_DRAINED;
    return hits ? LEVEL_DATA : LEVEL_OPEN;
}

/* Keeps away from sizes of which one could argue whether they are half of what is held. */
static uint32_t arguable_size(const struct session *s, uint32_t hits)
{
    uint64_t twice = (uint64_t)hits * 2;
    bool argue = hits >= 500 && twice >= s->index->documents && twice < store_documents(s->server);
    return argue ? 300 : hits;
}

/* A search of all indices: the total is everything held, the hits come from the first index. */
static void ask_search_all(struct session *s)
{
    struct store_reply reply = {.listing = true};
    struct search_reply q = {.total = store_documents(s->server), .hits = 10, .took = 7};
    body_search(&reply.body, s->world, s->server, s->rng, &q);
    ask(s, "GET", "/_search", NULL, &reply, LEVEL_DATA);
    s->truth->datasets |= 1;
    if (shown_total(s, q.total, false)) {
        s->truth->all_shown = true;
        s->truth->records = q.total;
    } else {
        s->truth->only_bounded = true;
    }
}

static void ask_search(struct session *s, uint32_t size)
{
    struct store_reply reply = {.listing = true};
    uint32_t hits = size < s->index->documents ? size : s->index->documents;
    hits = arguable_size(s, hits);
    struct search_reply q = {.index = s->index,
                             .total = s->index->documents,
                             .hits = hits,
                             .took = rng_between(s->rng, 1, 400)};
    char target[96], body[96];
    bool post = rng_chance(s->rng, 400);
    snprintf(target, sizeof target, post ? "/%s/_search" : "/%s/_search?size=%u", s->index->name,
             hits);
    snprintf(body, sizeof body, "{\"size\":%u,\"query\":{\"match_all\":{}}}", hits);
    body_search(&reply.body, s->world, s->server, s->rng, &q);
    ask(s, post ? "POST" : "GET", target, post ? body : NULL, &reply, level_of_hits(s, hits));
    show_index(s, shown_total(s, q.total, false));
}

static void ask_missing(struct session *s)
{
    struct store_reply reply = {0};
    if (rng_chance(s->rng, 500)) {
        reply.status = 404;
        body_missing_index(&reply.body, s->server, "nothere");
        ask(s, "GET", "/nothere/_search", NULL, &reply, LEVEL_OPEN);
        return;
    }
    struct search_reply q = {.index = s->index, .took = 2};
    char target[96];
    snprintf(target, sizeof target, "/%s/_search?q=zzyzx", s->index->name);
    body_search(&reply.body, s->world, s->server, s->rng, &q);
    ask(s, "GET", target, NULL, &reply, LEVEL_OPEN);
}

static void ask_document(struct session *s)
{
    struct store_reply reply = {0};
    bool typed = !s->server->version->opensearch && s->server->version->major < 7;
    char target[96];
    s->index = &s->server->indices[0];
    snprintf(target, sizeof target, "/%s/%s/%u", s->index->name, typed ? "case" : "_doc",
             s->index->documents / 2);
    body_document(&reply.body, s->world, s->server, s->rng, strrchr(target, '/') + 1);
    ask(s, "GET", target, NULL, &reply, LEVEL_DATA);
    show_index(s, 0);
}

/* An index with more than two pages, or NULL. */
static const struct store_index *paged_index(const struct session *s, uint32_t size)
{
    for (uint32_t i = 0; i < s->server->index_count; i++)
        if (s->server->indices[i].documents > size * 7)
            return &s->server->indices[i];
    return NULL;
}

static void ask_scroll(struct session *s, uint32_t size)
{
    static const char id[] = "DXF1ZXJ5QW5kRmV0Y2gBAAAAAAAAAD4WYm9laVYtZndUQlNsdDcwakFMNjU1QQ==";
    uint32_t pages = rng_between(s->rng, 2, 6);
    for (uint32_t page = 0; page < pages; page++) {
        struct store_reply reply = {.listing = true};
        struct search_reply q = {.index = s->index,
                                 .total = s->index->documents,
                                 .hits = size,
                                 .took = rng_between(s->rng, 5, 90),
                                 .scroll_id = id,
                                 .exact = true};
        char target[96], body[160];
        snprintf(target, sizeof target, page ? "/_search/scroll" : "/%s/_search?scroll=1m",
                 s->index->name);
        if (page)
            snprintf(body, sizeof body, "{\"scroll\":\"1m\",\"scroll_id\":\"%s\"}", id);
        else
            snprintf(body, sizeof body, "{\"size\":%u}", size);
        body_search(&reply.body, s->world, s->server, s->rng, &q);
        ask(s, "POST", target, body, &reply, page ? LEVEL_DRAINED : level_of_hits(s, size));
        show_index(s, q.total);
    }
    struct store_reply reply = {0};
    text_puts(&reply.body, s->server->version->major < 5 && !s->server->version->opensearch
                               ? "{}"
                               : "{\"succeeded\":true,\"num_freed\":1}");
    ask(s, "DELETE", "/_search/scroll", "{\"scroll_id\":[\"DXF1ZXJ5QW5kRmV0Y2gBAAAA\"]}", &reply,
        LEVEL_DRAINED);
}

static void ask_pages(struct session *s, uint32_t size)
{
    for (uint32_t page = 0; page < 3; page++) {
        struct store_reply reply = {.listing = true};
        struct search_reply q = {
            .index = s->index, .total = s->index->documents, .hits = size, .took = 11};
        char target[96];
        snprintf(target, sizeof target, "/%s/_search?from=%u&size=%u", s->index->name, page * size,
                 size);
        body_search(&reply.body, s->world, s->server, s->rng, &q);
        ask(s, "GET", target, NULL, &reply, page ? LEVEL_DRAINED : level_of_hits(s, size));
        show_index(s, shown_total(s, q.total, false));
    }
}

static void read_in_bulk(struct session *s)
{
    uint32_t size = s->world->large ? 1000 : 100;
    const struct store_index *x = paged_index(s, size);
    if (x == NULL) {
        ask_search(s, 20);
        return;
    }
    s->index = x;
    if (rng_chance(s->rng, 200))
        ask_pages(s, size);
    else
        ask_scroll(s, size);
}

static void destroy(struct session *s)
{
    struct store_reply gone = {0}, note = {.status = 201};
    char target[96];
    bool typed = !s->server->version->opensearch && s->server->version->major < 7;
    ask_indices(s);
    snprintf(target, sizeof target, "/%s", s->index->name);
    text_puts(&gone.body, "{\"acknowledged\":true}");
    ask(s, "DELETE", target, NULL, &gone, LEVEL_TAMPERED);
    if (!knows_skipped(s) || rng_chance(s->rng, 500))
        return;
    text_printf(&note.body,
                "{\"_index\":\"read_me\",%s\"_id\":\"1\",\"_version\":1,"
                "\"result\":\"created\",\"_shards\":{\"total\":2,\"successful\":1,"
                "\"failed\":0},\"_seq_no\":0,\"_primary_term\":1}",
                typed ? "\"_type\":\"_doc\"," : "");
    ask(s, "PUT", "/read_me/_doc/1",
        "{\"message\":\"All your data is backed up. Pay 0.01 BTC to get it back.\","
        "\"email\":\"restore@example.net\"}",
        &note, LEVEL_TAMPERED);
}

static void look(struct session *s)
{
    if (rng_chance(s->rng, 300))
        ask_head(s);
    ask_banner(s);
    if (rng_chance(s->rng, 300))
        ask_health(s);
}

static void read_some(struct session *s)
{
    if (rng_chance(s->rng, 300))
        ask_indices(s);
    if (rng_chance(s->rng, 150))
        ask_search_all(s);
    for (uint32_t n = rng_between(s->rng, 1, 4); n > 0; n--)
        ask_search(s, rng_between(s->rng, 5, 100));
}

static void read_much(struct session *s)
{
    if (!s->world->large)
        ask_search(s, 200);
    else
        ask_search(s, rng_chance(s->rng, 40) ? 10000 : 1000);
}

static void list(struct session *s)
{
    for (uint32_t n = rng_between(s->rng, 1, 3); n > 0; n--) {
        if (rng_chance(s->rng, 500))
            ask_indices(s);
        else
            ask_metadata(s);
    }
}

static void play_open(struct session *s)
{
    uint32_t n = rng_below(s->rng, 100);
    if (n < 12) {
        look(s);
        return;
    }
    if (rng_chance(s->rng, 400))
        ask_banner(s);
    if (n < 20)
        ask_missing(s);
    else if (n < 45)
        list(s);
    else if (n < 67)
        read_some(s);
    else if (n < 75)
        read_much(s);
    else if (n < 84)
        read_in_bulk(s);
    else if (n < 89)
        ask_document(s);
    else if (n < 94)
        destroy(s);
    else {
        s->pipelined = true;
        ask_banner(s);
        ask_indices(s);
        ask_search(s, 30);
    }
}

static void play_silent(struct session *s)
{
    frame_request(&s->exchanges[s->count++].request, s->server, &s->client, "GET",
                  "/_cat/indices?v", NULL);
    s->silent = true;
    raise_level(s, LEVEL_PROBED);
}

static void play_guarded(struct session *s)
{
    static const char *const targets[] = {"/_cat/indices?v", "/_search?size=10", "/_all/_search",
                                          "/_cluster/stats"};
    for (uint32_t n = rng_between(s->rng, 1, 3); n > 0; n--) {
        struct store_reply reply = {0};
        const char *target = targets[rng_below(s->rng, 4)];
        reply_refusal(&reply, s->server, target);
        ask(s, "GET", target, NULL, &reply, LEVEL_REFUSED);
    }
    if (s->server->guard == GUARD_AWS || rng_chance(s->rng, 850))
        return;
    s->client.credentials = true;
    s->truth->credentials = true;
    ask_search(s, 25);
}

static struct conversation *assemble(struct session *s, const struct path *path)
{
    struct conversation *c = conversation_new(path);
    struct rng *r = s->rng;
    if (s->pipelined) {
        struct text all = {0};
        for (uint32_t i = 0; i < s->count; i++) {
            text_add(&all, s->exchanges[i].request.data, s->exchanges[i].request.length);
            text_clear(&s->exchanges[i].request);
        }
        s->exchanges[0].request = all;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        struct exchange *e = &s->exchanges[i];
        if (e->request.length)
            conversation_add(c, (struct message){.data = (uint8_t *)e->request.data,
                                                 .length = e->request.length,
                                                 .pause = rng_between(r, 1000, 60000),
                                                 .from_client = true,
                                                 .owned = true});
        if (e->reply.length)
            conversation_add(c, (struct message){.data = (uint8_t *)e->reply.data,
                                                 .length = e->reply.length,
                                                 .pause = rng_between(r, 1500, 30000),
                                                 .level = (int)e->level,
                                                 .owned = true});
    }
    c->end = s->silent || rng_chance(r, 100) ? END_RST : END_FIN;
    c->subject = s->truth;
    return c;
}

/* Every session comes from an address of its own: RFC 2544's and the documentation prefix. */
static void make_path(struct path *path, struct store_world *w, const struct store_server *server,
                      struct rng *r)
{
    uint32_t n = (w->clients++ * 40503u) & 0x1ffff;
    uint8_t v4[4] = {198, (uint8_t)(18 + (n >> 16)), (uint8_t)(n >> 8), (uint8_t)n};
    uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0x30, 0, 0, 0, 0, 0, 0, 0, v4[1], v4[2], v4[3]};
    *path = (struct path){.server = server->endpoint,
                          .v6 = server->v6,
                          .vlan = server->vlan,
                          .outer_vlan = server->outer_vlan,
                          .timestamps = rng_chance(r, 500),
                          .protocol = IPPROTO_TCP};
    memcpy(path->client.address, server->v6 ? v6 : v4, server->v6 ? 16 : 4);
    path->client.port = (uint16_t)rng_between(r, 32768, 60999);
}

struct conversation *store_session_new(struct store_world *w, struct rng *r)
{
    static const struct store_client clients[] = {
        {"curl/7.88.1", true, false},
        {"python-requests/2.31.0", true, false},
        {"Go-http-client/1.1", true, false},
        {"elasticsearch-py/7.13.4 (Python 3.9.2)", true, false},
        {"Mozilla/5.0 zgrab/0.x", false, false},
        {"Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)", false, false},
    };
    struct session s = {.world = w, .rng = r};
    struct path path;
    s.server = &w->servers[rng_below(r, w->server_count)];
    s.index = &s.server->indices[rng_below(r, s.server->index_count)];
    s.client = clients[rng_below(r, sizeof clients / sizeof clients[0])];
    s.truth = text_allocate(sizeof *s.truth);
    s.truth->server = s.server;
    make_path(&path, w, s.server, r);
    if (s.server->guard != GUARD_NONE) {
        play_guarded(&s);
    } else if (rng_chance(r, 20)) {
        play_silent(&s);
    } else {
        s.client.credentials = s.truth->credentials = rng_chance(r, 40);
        play_open(&s);
    }
    w->level_count[s.truth->level]++;
    return assemble(&s, &path);
}

static void put_endpoint(FILE *out, const char *key, const struct endpoint *e, bool v6)
{
    char text[INET6_ADDRSTRLEN];
    inet_ntop(v6 ? AF_INET6 : AF_INET, e->address, text, sizeof text);
    fprintf(out, v6 ? ",\"%s\":\"[%s]:%u\"" : ",\"%s\":\"%s:%u\"", key, text, e->port);
}

void store_truth_write(FILE *out, const char *file, const struct conversation *c)
{
    struct store_truth *t = c->subject;
    const struct store_server *s = t->server;
    fprintf(out, "{\"file\":\"%s\"", file);
    put_endpoint(out, "client", &c->path.client, c->path.v6);
    put_endpoint(out, "server", &c->path.server, c->path.v6);
    fprintf(out, ",\"store\":\"elasticsearch\",\"verdict\":\"%s\",\"auth_presented\":%s",
            store_level_names[t->level], t->credentials ? "true" : "false");
    if (t->version_shown)
        fprintf(out, ",\"version\":\"%s\"", s->version->number);
    if (t->records && (t->all_shown || !t->only_bounded))
        fprintf(out, ",\"records\":%llu", (unsigned long long)t->records);
    fprintf(out, ",\"held\":%llu", (unsigned long long)store_documents(s));
    if (t->datasets) {
        const char *comma = "";
        fprintf(out, ",\"datasets\":[");
        for (uint32_t i = 0; i < s->index_count; i++)
            if (t->datasets & (1u << i)) {
                fprintf(out, "%s\"%s\"", comma, s->indices[i].name);
                comma = ",";
            }
        fprintf(out, "]");
    }
    if (c->lost)
        fprintf(out, ",\"lossy\":true,\"floor\":\"%s\"", store_level_names[c->floor]);
    fprintf(out, "}\n");
    free(t);
}
