/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Redis contract (docs/redis.md) from this side: which keys a batch names and what its script
 * is given. What was read from captures is history: its exposures go to keys of their own
 * (import:ID). The order of the values is told in redis_script.lua.
 */
#include "emit/redis_batch.h"

#include "base/hash.h"
#include "base/timestamp.h"
#include "emit/redis_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S  1000000000ULL
#define NS_PER_MS 1000000ULL

void redis_batch_clear(struct redis_batch *batch)
{
    resp_clear(&batch->wire);
    resp_clear(&batch->keys);
    resp_clear(&batch->settings);
    resp_clear(&batch->events);
    resp_clear(&batch->sources);
    resp_clear(&batch->parts);
    resp_clear(&batch->part);
}

void redis_batch_mark_key(const struct redis_batch_options *options, char key[static REDIS_KEY_MAX])
{
    (void)snprintf(key, REDIS_KEY_MAX, "%s:delivered:%s:%s", options->prefix,
                   options->journal_sensor, options->journal_uuid);
}

void redis_batch_write_mark(const struct journal_event *last, char mark[static REDIS_MARK_MAX])
{
    (void)snprintf(mark, REDIS_MARK_MAX, "%llu %s", (unsigned long long)last->sequence, last->id);
}

static size_t name_key(struct redis_batch *batch, const char *key)
{
    resp_add_text(&batch->keys, key);
    return batch->keys.words;
}

size_t redis_batch_name_key(struct redis_batch *batch, const char *name, const char *rest)
{
    char key[REDIS_KEY_MAX];
    (void)snprintf(key, sizeof key, "%s:%s%s", batch->options->prefix, name, rest);
    return name_key(batch, key);
}

void redis_batch_begin(struct redis_batch *batch, const struct redis_batch_options *options,
                       const char *expected, uint64_t random)
{
    struct resp *const buffers[] = {&batch->wire,   &batch->keys,    &batch->settings,
                                    &batch->events, &batch->sources, &batch->parts};
    char mark[REDIS_KEY_MAX];
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        resp_empty(buffers[i]);
    batch->options = options;
    batch->event_count = batch->source_count = batch->part_count = 0;
    batch->sources_key = batch->open_set_key = 0;
    batch->open_set[0] = '\0';
    batch->random = random;
    memset(batch->met, 0, sizeof batch->met);
    (void)snprintf(batch->expected, sizeof batch->expected, "%s", expected);
    redis_batch_mark_key(options, mark);
    (void)name_key(batch, mark);
    batch->stream_key = options->has_stream ? redis_batch_name_key(batch, "events", "") : 0;
    batch->list_key = options->list ? name_key(batch, options->list) : 0;
}

/* An exact answer is not needed: two texts of one hash would only cost one of them a state that its
 * next event brings. */
static bool meets(struct redis_batch *batch, const char *kind, const char *name, const char *rest)
{
    char text[256];
    int length = snprintf(text, sizeof text, "%s %s %s", kind, name, rest);
    size_t used = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    uint64_t hash = hash_keyed(batch->random, text, used) | 1;
    size_t slot = (size_t)(hash >> 32) % REDIS_BATCH_SLOTS;
    while (batch->met[slot] && batch->met[slot] != hash)
        slot = (slot + 1) % REDIS_BATCH_SLOTS;
    bool first = batch->met[slot] == 0;
    batch->met[slot] = hash;
    return first;
}

bool redis_batch_meets(struct redis_batch *batch, const char *exposure, const char *import_id)
{
    return batch->options->has_stream && exposure[0] &&
           meets(batch, "exposure", exposure, import_id);
}

static void add_source(struct redis_batch *batch, const struct journal_event *event)
{
    char number[32];
    if (!meets(batch, "source", event->source, ""))
        return;
    if (!batch->sources_key)
        batch->sources_key = redis_batch_name_key(batch, "sources", "");
    (void)snprintf(number, sizeof number, "%.4f", event->longitude);
    resp_add_text(&batch->sources, number);
    (void)snprintf(number, sizeof number, "%.4f", event->latitude);
    resp_add_text(&batch->sources, number);
    resp_add_text(&batch->sources, event->source);
    batch->source_count++;
}

void redis_batch_add_event(struct redis_batch *batch, const struct journal_event *event)
{
    struct resp *values = &batch->events;
    resp_add_number(values, event->sequence);
    resp_add_number(values, event->severity >= REDIS_ALERT_SEVERITY);
    resp_add_text(values, event->id);
    resp_add_text(values, event->action);
    resp_add_number(values, event->severity > 0 ? (uint64_t)event->severity : 0);
    resp_add_text(values, event->store);
    resp_add_text(values, event->verdict);
    resp_add_text(values, event->source);
    resp_add_text(values, event->server);
    resp_add_text(values, event->country);
    resp_add(values, event->json, event->json_length);
    batch->event_count++;
    if (batch->options->has_stream && event->has_location && event->source[0])
        add_source(batch, event);
}

static void add_packet_numbers(struct redis_batch *batch, const struct sensor_status *status)
{
    redis_part_add_count(batch, "packets", status->packets);
    redis_part_add_count(batch, "bytes", status->bytes);
    redis_part_add_count(batch, "drops", status->dropped_kernel + status->dropped_interface);
    redis_part_add_count(batch, "flows", status->flows);
    redis_part_add_count(batch, "gaps", status->gaps);
    redis_part_add_count(batch, "anomalies", status->anomalies);
    redis_part_add_count(batch, "findings", status->findings);
    redis_part_add_count(batch, "findings_dropped", status->findings_dropped);
    redis_part_add_count(batch, "packet_deaths", status->packet_deaths);
}

static void add_delivery_numbers(struct redis_batch *batch, const struct redis_heartbeat *heartbeat)
{
    const struct sensor_status *status = &heartbeat->status;
    const struct journal_counters *journal = &heartbeat->journal;
    redis_part_add_count(batch, "events", status->events);
    redis_part_add_count(batch, "events_dropped", journal->refused + journal->trimmed);
    redis_part_add_count(batch, "events_folded", status->events_folded);
    redis_part_add_count(batch, "accepted", journal->accepted);
    redis_part_add_count(batch, "queue", journal->pending + journal->undelivered);
    redis_part_add_count(batch, "journal_bytes", journal->bytes);
    redis_part_add_field(batch, "journal", heartbeat->journal_trouble);
    redis_part_add_count(batch, "list_dropped", status->list_dropped);
    redis_part_add_count(batch, "log_dropped", status->log_dropped);
    redis_part_add_count(batch, "delivery_deaths", status->delivery_deaths);
}

void redis_batch_add_heartbeat(struct redis_batch *batch, const struct redis_heartbeat *heartbeat)
{
    const struct sensor_status *status = &heartbeat->status;
    uint64_t now = timestamp_now(), then = status->packet_time_ns;
    size_t key = redis_batch_name_key(batch, "sensor:", batch->options->sensor);
    redis_part_begin(batch, "HSET", key);
    redis_part_add_time(batch, "seen", now);
    redis_part_add_field(batch, "site", batch->options->site);
    redis_part_add_field(batch, "version", AJAR_VERSION);
    add_packet_numbers(batch, status);
    add_delivery_numbers(batch, heartbeat);
    redis_part_add_count(batch, "lag_ms", now > then && then ? (now - then) / NS_PER_MS : 0);
    redis_part_add_count(batch, "memory_bytes", status->memory_bytes);
    redis_part_add_count(batch, "open_exposures", status->open_exposures);
    redis_part_end(batch);
    redis_part_expire(batch, key, REDIS_HEARTBEAT_S);
}

static void write_settings(struct redis_batch *batch)
{
    const struct redis_batch_options *options = batch->options;
    struct resp *settings = &batch->settings;
    char alerts[REDIS_KEY_MAX];
    (void)snprintf(alerts, sizeof alerts, "%s:alerts", options->prefix);
    resp_add_text(settings, batch->expected);
    resp_add_number(settings, options->is_import ? REDIS_IMPORT_S : REDIS_MARK_S);
    resp_add_number(settings, batch->stream_key);
    resp_add_number(settings, options->stream_max);
    resp_add_number(settings, batch->list_key);
    resp_add_number(settings, options->list_max);
    resp_add_text(settings, options->has_stream ? alerts : "");
    resp_add_number(settings, batch->sources_key);
    resp_add_number(settings, REDIS_SOURCES_MAX);
    resp_add_number(settings, batch->random & INT32_MAX);
    resp_add_number(settings, batch->event_count);
    resp_add_number(settings, batch->source_count);
    resp_add_number(settings, batch->part_count);
}

enum ajar_status redis_batch_finish(struct redis_batch *batch, const char *sha)
{
    write_settings(batch);
    size_t words = 3 + batch->keys.words + batch->settings.words + batch->events.words +
                   batch->sources.words + batch->parts.words;
    resp_begin(&batch->wire, words);
    resp_add_text(&batch->wire, "EVALSHA");
    resp_add_text(&batch->wire, sha);
    resp_add_number(&batch->wire, batch->keys.words);
    resp_join(&batch->wire, &batch->keys);
    resp_join(&batch->wire, &batch->settings);
    resp_join(&batch->wire, &batch->events);
    resp_join(&batch->wire, &batch->sources);
    resp_join(&batch->wire, &batch->parts);
    return batch->wire.failed ? AJAR_ERR_MEMORY : AJAR_OK;
}

/* Walks to the key of this number: "$<bytes>\r\n...\r\n" each. */
void redis_batch_key(const struct redis_batch *batch, long long number, char *key, size_t size)
{
    const char *at = batch->keys.bytes;
    char *end;
    key[0] = '\0';
    if (number < 1 || (unsigned long long)number > batch->keys.words)
        return;
    for (long long i = number; i > 0; i--) {
        unsigned long bytes = strtoul(at + 1, &end, 10);
        if (i == 1)
            (void)snprintf(key, size, "%.*s", (int)bytes, end + 2);
        at = end + 2 + bytes + 2;
    }
}
