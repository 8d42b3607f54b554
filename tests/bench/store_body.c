/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reply bodies as each version writes them: field order, spaces, the shapes of hits.total, the
 * columns of _cat, errors.
 */
#include "store.h"

#include <stdio.h>
#include <string.h>

static bool has_skipped(const struct store_version *v)
{
    return v->opensearch || v->major >= 5;
}

static const char *document_type(const struct store_version *v)
{
    if (v->opensearch)
        return v->major == 1 ? "_doc" : NULL;
    if (v->major >= 8)
        return NULL;
    return v->major == 7 ? "_doc" : "case";
}

static void put_shards(struct text *t, const struct store_version *v, uint32_t n)
{
    if (has_skipped(v))
        text_printf(t, "\"_shards\":{\"total\":%u,\"successful\":%u,\"skipped\":0,\"failed\":0}", n,
                    n);
    else
        text_printf(t, "\"_shards\":{\"total\":%u,\"successful\":%u,\"failed\":0}", n, n);
}

static uint32_t shard_count(const struct store_server *s)
{
    bool one = s->version->opensearch || s->version->major >= 7;
    return (one ? 1 : 5) * s->index_count;
}

void body_banner(struct text *t, const struct store_server *s)
{
    const struct store_version *v = s->version;
    bool old = !v->opensearch && v->major < 5;
    text_puts(t, "{\n");
    if (!v->opensearch && v->major == 1)
        text_puts(t, "  \"status\" : 200,\n");
    text_printf(t, "  \"name\" : \"%s\",\n  \"cluster_name\" : \"%s\",\n", s->node, s->cluster);
    if (v->opensearch || v->major > 1)
        text_printf(t, "  \"cluster_uuid\" : \"%s\",\n", s->cluster_uuid);
    text_puts(t, "  \"version\" : {\n");
    if (v->opensearch)
        text_puts(t, "    \"distribution\" : \"opensearch\",\n");
    text_printf(t, "    \"number\" : \"%s\",\n", v->number);
    if (!v->opensearch && v->major >= 6)
        text_puts(t, "    \"build_flavor\" : \"default\",\n");
    if (v->opensearch || v->major >= 6)
        text_printf(t, "    \"build_type\" : \"%s\",\n", v->major % 2 ? "docker" : "tar");
    text_printf(t, "    \"build_hash\" : \"%s\",\n    \"%s\" : \"%s\",\n", v->hash,
                old ? "build_timestamp" : "build_date", v->date);
    text_printf(t, "    \"build_snapshot\" : false,\n    \"lucene_version\" : \"%s\"", v->lucene);
    if (v->opensearch || v->major >= 6)
        text_printf(t,
                    ",\n    \"minimum_wire_compatibility_version\" : \"%s\",\n"
                    "    \"minimum_index_compatibility_version\" : \"%s\"",
                    v->opensearch ? "7.10.0" : "5.6.0", v->opensearch ? "7.0.0" : "5.0.0");
    text_printf(t, "\n  },\n  \"tagline\" : \"%s\"\n}\n",
                v->opensearch ? "The OpenSearch Project: https://opensearch.org/"
                              : "You Know, for Search");
}

void body_health(struct text *t, const struct store_server *s)
{
    uint32_t n = shard_count(s);
    text_printf(t,
                "{\"cluster_name\":\"%s\",\"status\":\"yellow\",\"timed_out\":false,"
                "\"number_of_nodes\":1,\"number_of_data_nodes\":1,\"active_primary_shards\":%u,"
                "\"active_shards\":%u,\"relocating_shards\":0,\"initializing_shards\":0,"
                "\"unassigned_shards\":%u,\"delayed_unassigned_shards\":0,"
                "\"number_of_pending_tasks\":0,\"number_of_in_flight_fetch\":0,"
                "\"task_max_waiting_in_queue_millis\":0,"
                "\"active_shards_percent_as_number\":50.0}",
                s->cluster, n, n, n);
}

/* A size as _cat writes it. */
static void put_size(char *out, size_t room, uint64_t bytes)
{
    if (bytes >= 1u << 30)
        snprintf(out, room, "%.1fgb", (double)bytes / (1u << 30));
    else if (bytes >= 1u << 20)
        snprintf(out, room, "%.1fmb", (double)bytes / (1u << 20));
    else
        snprintf(out, room, "%.1fkb", (double)bytes / 1024);
}

static uint64_t index_bytes(const struct store_index *x)
{
    return (uint64_t)x->documents * 612 + 4096;
}

static uint32_t name_width(const struct store_server *s)
{
    size_t width = 5;
    for (uint32_t i = 0; i < s->index_count; i++)
        if (strlen(s->indices[i].name) > width)
            width = strlen(s->indices[i].name);
    return (uint32_t)width;
}

void body_cat_indices(struct text *t, const struct store_server *s, bool headings)
{
    const struct store_version *v = s->version;
    bool old = !v->opensearch && v->major < 5, eleven = !v->opensearch && v->major >= 8;
    int width = (int)name_width(s);
    if (headings && old)
        text_printf(
            t, "health status %-*s pri rep docs.count docs.deleted store.size pri.store.size \n",
            width, "index");
    else if (headings)
        text_printf(t,
                    "health status %-*s %-22s pri rep docs.count docs.deleted store.size "
                    "pri.store.size%s\n",
                    width, "index", "uuid", eleven ? " dataset.size" : "");
    for (uint32_t i = 0; i < s->index_count; i++) {
        const struct store_index *x = &s->indices[i];
        char size[24];
        put_size(size, sizeof size, index_bytes(x));
        text_printf(t, "yellow open   %-*s ", width, x->name);
        if (!old)
            text_printf(t, "%s ", x->uuid);
        text_printf(t, "%3u %3u %10u %12u %10s %14s", old ? 5 : 1, 1, x->documents, 0, size, size);
        if (eleven)
            text_printf(t, " %12s", size);
        text_puts(t, old ? " \n" : "\n");
    }
}

void body_cat_indices_json(struct text *t, const struct store_server *s)
{
    bool eleven = !s->version->opensearch && s->version->major >= 8;
    text_puts(t, "[");
    for (uint32_t i = 0; i < s->index_count; i++) {
        const struct store_index *x = &s->indices[i];
        char size[24];
        put_size(size, sizeof size, index_bytes(x));
        text_printf(t,
                    "%s{\"health\":\"yellow\",\"status\":\"open\",\"index\":\"%s\",\"uuid\":\"%s\","
                    "\"pri\":\"1\",\"rep\":\"1\",\"docs.count\":\"%u\",\"docs.deleted\":\"0\","
                    "\"store.size\":\"%s\",\"pri.store.size\":\"%s\"",
                    i ? "," : "", x->name, x->uuid, x->documents, size, size);
        if (eleven)
            text_printf(t, ",\"dataset.size\":\"%s\"", size);
        text_puts(t, "}");
    }
    text_puts(t, "]");
}

static void put_volume(struct text *t, uint64_t documents, uint64_t bytes)
{
    text_printf(t,
                "{\"docs\":{\"count\":%llu,\"deleted\":0},\"store\":{\"size_in_bytes\":%llu},"
                "\"indexing\":{\"index_total\":%llu,\"index_time_in_millis\":9120,"
                "\"index_current\":0,\"delete_total\":0},\"get\":{\"total\":0},"
                "\"search\":{\"open_contexts\":0,\"query_total\":911,\"fetch_total\":240}}",
                (unsigned long long)documents, (unsigned long long)bytes,
                (unsigned long long)documents);
}

static void put_volumes(struct text *t, uint64_t documents, uint64_t bytes)
{
    text_puts(t, "\"primaries\":");
    put_volume(t, documents, bytes);
    text_puts(t, ",\"total\":");
    put_volume(t, documents, bytes);
    text_puts(t, "}");
}

void body_stats(struct text *t, const struct store_server *s)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < s->index_count; i++)
        bytes += index_bytes(&s->indices[i]);
    text_printf(t, "{\"_shards\":{\"total\":%u,\"successful\":%u,\"failed\":0},\"_all\":{",
                shard_count(s) * 2, shard_count(s));
    put_volumes(t, store_documents(s), bytes);
    text_puts(t, ",\"indices\":{");
    for (uint32_t i = 0; i < s->index_count; i++) {
        const struct store_index *x = &s->indices[i];
        text_printf(t, "%s\"%s\":{", i ? "," : "", x->name);
        if (has_skipped(s->version))
            text_printf(t, "\"uuid\":\"%s\",", x->uuid);
        put_volumes(t, x->documents, index_bytes(x));
    }
    text_puts(t, "}}");
}

void body_cluster_stats(struct text *t, const struct store_server *s)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < s->index_count; i++)
        bytes += index_bytes(&s->indices[i]);
    text_printf(t,
                "{\"_nodes\":{\"total\":1,\"successful\":1,\"failed\":0},\"cluster_name\":\"%s\","
                "\"cluster_uuid\":\"%s\",\"timestamp\":1740823200000,\"status\":\"yellow\",",
                s->cluster, s->cluster_uuid);
    text_printf(t,
                "\"indices\":{\"count\":%u,\"shards\":{\"total\":%u,\"primaries\":%u,"
                "\"replication\":0.0},\"docs\":{\"count\":%llu,\"deleted\":0},"
                "\"store\":{\"size_in_bytes\":%llu},\"fielddata\":{\"memory_size_in_bytes\":0,"
                "\"evictions\":0},\"completion\":{\"size_in_bytes\":0}},",
                s->index_count, shard_count(s), shard_count(s),
                (unsigned long long)store_documents(s), (unsigned long long)bytes);
    text_printf(t,
                "\"nodes\":{\"count\":{\"total\":1,\"data\":1,\"master\":1,\"ingest\":1},"
                "\"versions\":[\"%s\"],\"os\":{\"available_processors\":4},"
                "\"jvm\":{\"max_uptime_in_millis\":86400000,\"threads\":61}}}",
                s->version->number);
}

void body_mapping(struct text *t, const struct store_server *s, const struct store_index *x)
{
    static const char *const keywords[] = {"case_number", "customer_email", "location",
                                           "product",     "agent_email",    "status"};
    const char *type = document_type(s->version);
    bool level = type && strcmp(type, "case") == 0;
    const char *kind = s->version->major < 5 && !s->version->opensearch ? "string" : "keyword";
    text_printf(t, "{\"%s\":{\"mappings\":{", x->name);
    if (level)
        text_puts(t, "\"case\":{");
    text_puts(t, "\"properties\":{\"created\":{\"type\":\"date\"}");
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        text_printf(t, ",\"%s\":{\"type\":\"%s\"}", keywords[i], kind);
    text_puts(t, level ? "}}}}}" : "}}}}");
}

void body_count(struct text *t, const struct store_server *s, const struct store_index *x)
{
    text_printf(t, "{\"count\":%u,", x->documents);
    put_shards(t, s->version, shard_count(s) / s->index_count);
    text_puts(t, "}");
}

void body_missing_index(struct text *t, const struct store_server *s, const char *name)
{
    const struct store_version *v = s->version;
    if (!v->opensearch && v->major == 1) {
        text_printf(t, "{\"error\":\"IndexMissingException[[%s] missing]\",\"status\":404}", name);
        return;
    }
    char cause[400];
    bool seven = v->opensearch || v->major >= 7, uuid = v->opensearch || v->major >= 5;
    snprintf(cause, sizeof cause,
             "\"type\":\"index_not_found_exception\",\"reason\":\"no such index%s%s%s\","
             "\"resource.type\":\"index_or_alias\",\"resource.id\":\"%s\",%s\"index\":\"%s\"",
             seven ? " [" : "", seven ? name : "", seven ? "]" : "", name,
             uuid ? "\"index_uuid\":\"_na_\"," : "", name);
    text_printf(t, "{\"error\":{\"root_cause\":[{%s}],%s},\"status\":404}", cause, cause);
}

static void put_total(struct text *t, const struct store_version *v, uint64_t total, bool exact)
{
    bool capped = total > 10000 && !exact;
    if (!v->opensearch && v->major < 7)
        text_printf(t, "\"total\":%llu", (unsigned long long)total);
    else
        text_printf(t, "\"total\":{\"value\":%llu,\"relation\":\"%s\"}",
                    (unsigned long long)(capped ? 10000 : total), capped ? "gte" : "eq");
}

static void put_document_id(struct text *t, struct rng *r)
{
    char id[21];
    uint64_t bits = rng_next(r);
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    for (int i = 0; i < 20; i++)
        id[i] = alphabet[(bits >> (i * 3)) & 63];
    text_add(t, id, 20);
}

static void put_record(struct text *t, const struct store_world *w, struct rng *r)
{
    uint32_t n = rng_below(r, STORE_RECORDS);
    text_add(t, w->records.json.data + w->records.start[n],
             w->records.start[n + 1] - w->records.start[n]);
}

void body_search(struct text *t, const struct store_world *w, const struct store_server *s,
                 struct rng *r, const struct search_reply *q)
{
    const struct store_index *x = q->index ? q->index : &s->indices[0];
    const char *type = document_type(s->version);
    uint32_t shards = shard_count(s) / (q->index ? s->index_count : 1);
    text_puts(t, "{");
    if (q->scroll_id)
        text_printf(t, "\"_scroll_id\":\"%s\",", q->scroll_id);
    text_printf(t, "\"took\":%u,\"timed_out\":false,", q->took);
    put_shards(t, s->version, shards);
    text_puts(t, ",\"hits\":{");
    put_total(t, s->version, q->total, q->exact);
    text_puts(t, q->hits ? ",\"max_score\":1.0,\"hits\":[" : ",\"max_score\":null,\"hits\":[");
    for (uint32_t i = 0; i < q->hits; i++) {
        text_printf(t, "%s{\"_index\":\"%s\",", i ? "," : "", x->name);
        if (type)
            text_printf(t, "\"_type\":\"%s\",", type);
        text_puts(t, "\"_id\":\"");
        put_document_id(t, r);
        text_puts(t, "\",\"_score\":1.0,\"_source\":");
        put_record(t, w, r);
        text_puts(t, "}");
    }
    text_puts(t, "]}}");
}

void body_document(struct text *t, const struct store_world *w, const struct store_server *s,
                   struct rng *r, const char *id)
{
    const char *type = document_type(s->version);
    text_printf(t, "{\"_index\":\"%s\",", s->indices[0].name);
    if (type)
        text_printf(t, "\"_type\":\"%s\",", type);
    text_printf(t, "\"_id\":\"%s\",\"_version\":1,", id);
    if (s->version->opensearch || s->version->major >= 6)
        text_puts(t, "\"_seq_no\":0,\"_primary_term\":1,");
    text_puts(t, "\"found\":true,\"_source\":");
    put_record(t, w, r);
    text_puts(t, "}");
}
