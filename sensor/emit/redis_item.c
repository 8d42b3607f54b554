/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Redis contract (docs/redis.md): which keys an event changes, and how. What was read from
 * captures is history: it goes to keys of its own (import:ID) and makes no heartbeat.
 */
#include "emit/redis_item.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "emit/resp.h"
#include "enrich/enrich.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX            256
#define FIELDS_MAX         32
#define NS_PER_S           1000000000ULL
#define NS_PER_MS          1000000ULL
#define GEO_LATITUDE_LIMIT 85.05112878 /* of Redis: the web map's square */
#define ENDPOINT_TEXT_MAX  (ADDR_TEXT_MAX + 9)

/* A command under construction: words are collected first, because RESP says their number first. */
struct words {
    struct {
        const char *text;
        size_t length;
    } list[FIELDS_MAX * 2 + 8];
    size_t count;
    char numbers[FIELDS_MAX][24];
    size_t number_count;
};

static void add_bytes(struct words *words, const char *text, size_t length)
{
    if (words->count == sizeof words->list / sizeof words->list[0])
        return;
    words->list[words->count].text = text;
    words->list[words->count++].length = length;
}

static void add(struct words *words, const char *text)
{
    add_bytes(words, text, strlen(text));
}

static void add_number(struct words *words, uint64_t number)
{
    if (words->number_count == FIELDS_MAX)
        return;
    char *text = words->numbers[words->number_count++];
    (void)snprintf(text, sizeof words->numbers[0], "%llu", (unsigned long long)number);
    add(words, text);
}

static void add_field(struct words *words, const char *name, const char *value)
{
    add(words, name);
    add(words, value);
}

/* A field of a hash that may stay unknown. */
static void add_known(struct words *words, const char *name, const char *value)
{
    if (value[0] != '\0')
        add_field(words, name, value);
}

static void add_count(struct words *words, const char *name, uint64_t count)
{
    if (count == FINDING_NO_COUNT)
        return;
    add(words, name);
    add_number(words, count);
}

struct maker {
    const struct redis_item_options *options;
    const struct event *event;
    struct resp resp;
    struct redis_command commands[REDIS_COMMANDS_MAX];
    unsigned count;
};

static void finish(struct maker *maker, enum redis_command_kind kind, const struct words *words)
{
    size_t offset = maker->resp.used;
    if (maker->count == REDIS_COMMANDS_MAX) {
        maker->resp.failed = true;
        return;
    }
    resp_begin(&maker->resp, words->count);
    for (size_t i = 0; i < words->count; i++)
        resp_add(&maker->resp, words->list[i].text, words->list[i].length);
    maker->commands[maker->count++] =
        (struct redis_command){.kind = (uint8_t)kind,
                               .offset = (uint32_t)offset,
                               .length = (uint32_t)(maker->resp.used - offset)};
}

static void make_key(const struct maker *maker, char key[static KEY_MAX], const char *name,
                     const char *rest)
{
    (void)snprintf(key, KEY_MAX, "%s:%s%s", maker->options->prefix, name, rest);
}

/* State of exposures: the live one, or that of one reading. */
static void make_state_key(const struct maker *maker, char key[static KEY_MAX], const char *name,
                           const char *rest)
{
    if (maker->options->import_id)
        (void)snprintf(key, KEY_MAX, "%s:import:%s:%s%s", maker->options->prefix,
                       maker->options->import_id, name, rest);
    else
        make_key(maker, key, name, rest);
}

static void make_text(char *text, size_t size, const char *wire)
{
    (void)text_make_utf8(text, size, wire, strlen(wire));
}

static void make_stream(struct maker *maker, const char *json, size_t length)
{
    const struct event *event = maker->event;
    const struct finding *finding = event->finding;
    char key[KEY_MAX], source[ADDR_TEXT_MAX] = "", server[ADDR_TEXT_MAX] = "", store[128] = "";
    make_key(maker, key, "events", "");
    if (finding) {
        addr_format(&finding->client, source);
        addr_format(&finding->server, server);
        make_text(store, sizeof store, finding->store);
    }
    struct words words = {.count = 0};
    add(&words, "XADD");
    add(&words, key);
    if (maker->options->stream_max) {
        add(&words, "MAXLEN");
        add(&words, "~");
        add_number(&words, maker->options->stream_max);
    }
    add(&words, "*");
    add_field(&words, "id", event->id);
    add_field(&words, "action", event_action_name(event->action));
    add(&words, "severity");
    add_number(&words, (uint64_t)event->severity);
    add_field(&words, "store", store);
    add_field(&words, "verdict", finding ? verdict_name((enum verdict)finding->verdict) : "");
    add_field(&words, "src", source);
    add_field(&words, "dst", server);
    add_field(&words, "country", event->source->country_code);
    add(&words, "json");
    add_bytes(&words, json, length);
    finish(maker, REDIS_STREAM, &words);
}

static void make_alert(struct maker *maker, const char *json, size_t length)
{
    char key[KEY_MAX];
    make_key(maker, key, "alerts", "");
    struct words words = {.count = 0};
    add(&words, "PUBLISH");
    add(&words, key);
    add_bytes(&words, json, length);
    finish(maker, REDIS_ALERT, &words);
}

static void make_expiry(struct maker *maker, enum redis_command_kind kind, const char *key,
                        uint64_t seconds)
{
    struct words words = {.count = 0};
    add(&words, "EXPIRE");
    add(&words, key);
    add_number(&words, seconds);
    finish(maker, kind, &words);
}

static void make_exposure(struct maker *maker)
{
    const struct exposure_view *view = maker->event->exposure;
    const struct finding *finding = maker->event->finding;
    char key[KEY_MAX], first[TIMESTAMP_TEXT_MAX], last[TIMESTAMP_TEXT_MAX];
    char address[ADDR_TEXT_MAX], endpoint[ENDPOINT_TEXT_MAX], store[128], product[128];
    char version[128], cluster[192], datasets[2048];
    make_state_key(maker, key, "exposure:", view->id);
    timestamp_format(view->first_ns, first);
    timestamp_format(view->last_ns, last);
    addr_format(&finding->server, address);
    (void)snprintf(endpoint, sizeof endpoint, addr_is_ipv4(&finding->server) ? "%s:%u" : "[%s]:%u",
                   address, (unsigned)finding->server_port);
    make_text(store, sizeof store, finding->store);
    make_text(product, sizeof product, finding->product);
    make_text(version, sizeof version, finding->version);
    make_text(cluster, sizeof cluster, finding->cluster_id);
    make_text(datasets, sizeof datasets, view->datasets);
    struct words words = {.count = 0};
    add(&words, "HSET");
    add(&words, key);
    add_field(&words, "first_seen", first);
    add_field(&words, "last_seen", last);
    add_field(&words, "site", maker->options->site);
    add_field(&words, "store", store);
    add_field(&words, "address", endpoint);
    add_field(&words, "verdict", verdict_name((enum verdict)view->verdict));
    add_known(&words, "product", product);
    add_known(&words, "version", version);
    add_known(&words, "cluster_id", cluster);
    add_known(&words, "datasets", datasets);
    add_known(&words, "countries", view->countries);
    add_count(&words, "records", view->records);
    add_count(&words, "returned", view->returned);
    add_count(&words, "bytes", view->gave_bytes);
    add_count(&words, "actors", view->actors);
    add_count(&words, "requests", view->requests);
    add_count(&words, "severity", (uint64_t)view->severity);
    finish(maker, REDIS_STATE, &words);
    if (maker->options->import_id)
        make_expiry(maker, REDIS_STATE, key, REDIS_IMPORT_S);
}

static void make_open_door(struct maker *maker)
{
    const struct exposure_view *view = maker->event->exposure;
    char key[KEY_MAX];
    make_state_key(maker, key, "exposures:open", "");
    struct words words = {.count = 0};
    add(&words, "ZADD");
    add(&words, key);
    add_number(&words, view->last_ns / NS_PER_S);
    add(&words, view->id);
    finish(maker, REDIS_STATE, &words);
    if (maker->options->import_id)
        make_expiry(maker, REDIS_STATE, key, REDIS_IMPORT_S);
}

static void make_source(struct maker *maker)
{
    const struct place *place = maker->event->source;
    char key[KEY_MAX], longitude[24], latitude[24], address[ADDR_TEXT_MAX];
    make_key(maker, key, "sources", "");
    (void)snprintf(longitude, sizeof longitude, "%.4f", place->longitude);
    (void)snprintf(latitude, sizeof latitude, "%.4f", place->latitude);
    addr_format(&maker->event->finding->client, address);
    struct words words = {.count = 0};
    add(&words, "GEOADD");
    add(&words, key);
    add(&words, longitude);
    add(&words, latitude);
    add(&words, address);
    finish(maker, REDIS_SOURCE, &words);
}

static void make_heartbeat(struct maker *maker)
{
    const struct sensor_status *status = maker->event->status;
    uint64_t now = timestamp_now();
    uint64_t lag = now > status->packet_time_ns && status->packet_time_ns
                       ? (now - status->packet_time_ns) / NS_PER_MS
                       : 0;
    char key[KEY_MAX], seen[TIMESTAMP_TEXT_MAX];
    make_key(maker, key, "sensor:", maker->options->sensor);
    timestamp_format(now, seen);
    struct words words = {.count = 0};
    add(&words, "HSET");
    add(&words, key);
    add_field(&words, "seen", seen);
    add_field(&words, "site", maker->options->site);
    add_field(&words, "version", AJAR_VERSION);
    add_count(&words, "packets", status->packets);
    add_count(&words, "bytes", status->bytes);
    add_count(&words, "drops", status->dropped_kernel + status->dropped_interface);
    add_count(&words, "flows", status->flows);
    add_count(&words, "gaps", status->gaps);
    add_count(&words, "anomalies", status->anomalies);
    add_count(&words, "findings", status->findings);
    add_count(&words, "findings_dropped", status->findings_dropped);
    add_count(&words, "events", status->events);
    add_count(&words, "events_dropped", maker->options->dropped);
    add_count(&words, "queue", maker->options->queued);
    add_count(&words, "lag_ms", lag);
    add_count(&words, "memory_bytes", status->memory_bytes);
    add_count(&words, "open_exposures", status->open_exposures);
    finish(maker, REDIS_HEARTBEAT, &words);
    make_expiry(maker, REDIS_HEARTBEAT, key, REDIS_HEARTBEAT_S);
}

static bool has_source(const struct event *event)
{
    return event->finding && event->action == EVENT_STORE_QUERY && event->source->has_location &&
           fabs(event->source->latitude) <= GEO_LATITUDE_LIMIT;
}

static void make_commands(struct maker *maker, const char *json, size_t length)
{
    const struct event *event = maker->event;
    make_stream(maker, json, length);
    if (event->finding && event->severity >= REDIS_ALERT_SEVERITY)
        make_alert(maker, json, length);
    if (event->finding && event->exposure) {
        make_exposure(maker);
        make_open_door(maker);
    }
    if (has_source(event))
        make_source(maker);
    if (event->status && !maker->options->import_id)
        make_heartbeat(maker);
}

enum ajar_status redis_item_make(const struct redis_item_options *options,
                                 const struct event *event, const char *json, size_t length,
                                 struct redis_item **item)
{
    struct maker maker = {.options = options, .event = event};
    make_commands(&maker, json, length);
    size_t bytes = sizeof(struct redis_item) + maker.resp.used;
    struct redis_item *made = maker.resp.failed ? NULL : calloc(1, bytes);
    if (made) {
        made->bytes = bytes;
        made->command_count = maker.count;
        memcpy(made->commands, maker.commands, sizeof made->commands);
        memcpy(made->wire, maker.resp.bytes, maker.resp.used);
        if (event->exposure)
            memcpy(made->exposure, event->exposure->id, sizeof made->exposure);
        *item = made;
    }
    resp_clear(&maker.resp);
    return made ? AJAR_OK : AJAR_ERR_MEMORY;
}
