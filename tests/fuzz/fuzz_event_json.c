/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the writing of events: a finding and a place with any bytes in their texts and any
 * numbers must become one line of JSON within its limit that parses back, and a batch for Redis.
 * The input is read field by field: a length and bytes for a text, 8 bytes for a number.
 */
#include "ajar/cursor.h"
#include "emit/json.h"
#include "emit/redis_batch.h"
#include "enrich/enrich.h"
#include "ledger/exposures.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct finding finding;
static struct place place;
static struct exposure_view view;
static struct exposure_class shown;
static struct actor_view who;

static void fill_text(struct cursor *c, char *text, size_t size)
{
    size_t length = cursor_read_be16(c) % size;
    if (length > cursor_left(c))
        length = cursor_left(c);
    memset(text, 0, size);
    if (length)
        memcpy(text, cursor_take(c, length), length);
}

#define TEXT(field) fill_text(c, field, sizeof(field))

static uint64_t read_number(struct cursor *c)
{
    uint64_t high = cursor_read_be32(c);
    return high << 32 | cursor_read_be32(c);
}

static void fill_numbers(struct cursor *c)
{
    uint16_t flags = cursor_read_be16(c);
    finding.kind = flags & 1 ? FINDING_SESSION : FINDING_QUERY;
    finding.partial = flags & 2;
    finding.request_unseen = flags & 4;
    finding.sampled = flags & 8;
    finding.midstream = flags & 16;
    finding.weak = flags & 32;
    place.has_location = flags & 64;
    finding.verdict = cursor_read_u8(c);
    finding.identity = cursor_read_u8(c);
    finding.transport = cursor_read_u8(c);
    finding.records_source = cursor_read_u8(c);
    finding.status = cursor_read_be16(c);
    finding.vlan = cursor_read_be16(c);
    finding.client_port = cursor_read_be16(c);
    finding.server_port = cursor_read_be16(c);
    finding.dataset_count = cursor_read_be16(c);
    finding.datasets_dropped = cursor_read_be16(c);
    finding.evidence_count = cursor_read_u8(c);
    finding.requests = cursor_read_be32(c);
    finding.forwarded = flags & 128;
    finding.tool = flags >> 8 & 7;
    finding.door = flags >> 11 & 7;
    if (flags & 1 << 14)
        finding.kind = FINDING_DOOR;
    who.proxied = who.search_engine = flags & 1 << 15;
    uint64_t *const numbers[] = {
        &finding.time_ns,    &finding.first_ns,   &finding.client_bytes, &finding.server_bytes,
        &finding.risks,      &finding.body_bytes, &finding.records,      &finding.returned,
        &finding.gave_bytes, &view.first_ns,      &view.last_ns,         &view.records,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        *numbers[i] = read_number(c);
    place.as_number = cursor_read_be32(c);
    place.latitude = (double)(int32_t)cursor_read_be32(c) / 1e7;
    place.longitude = (double)(int32_t)cursor_read_be32(c) / 1e7;
}

static void fill_texts(struct cursor *c)
{
    TEXT(finding.store);
    TEXT(finding.url);
    TEXT(finding.host);
    TEXT(finding.user_agent);
    TEXT(finding.method);
    TEXT(finding.product);
    TEXT(finding.version);
    TEXT(finding.cluster_id);
    TEXT(finding.cluster_name);
    TEXT(finding.protection);
    TEXT(finding.application);
    TEXT(place.country_code);
    TEXT(place.city_name);
    TEXT(place.as_name);
    for (int i = 0; i < FINDING_EVIDENCE_MAX; i++)
        TEXT(finding.evidence[i]);
    for (int i = 0; i < FINDING_DATASETS_MAX; i++) {
        TEXT(finding.datasets[i].name);
        finding.datasets[i].records = read_number(c);
        finding.datasets[i].bytes = read_number(c);
        finding.datasets[i].source = cursor_read_u8(c);
    }
    finding.class_count = cursor_read_be16(c);
    for (int i = 0; i < FINDING_CLASSES_MAX; i++) {
        TEXT(finding.classes[i].name);
        TEXT(finding.classes[i].sample);
        finding.classes[i].values = read_number(c);
        finding.classes[i].distinct.registers[i] = cursor_read_u8(c);
    }
    finding.oldest_s = (int64_t)read_number(c);
    finding.newest_s = (int64_t)read_number(c);
    TEXT(who.claimed);
    TEXT(who.tool);
    for (int i = 0; i < 16; i++) {
        finding.forwarded_for.bytes[i] = who.via.bytes[i] = cursor_read_u8(c);
        finding.client.bytes[i] = cursor_read_u8(c);
        finding.server.bytes[i] = cursor_read_u8(c);
    }
}

static void check_line(const char *text, size_t length)
{
    json_error_t error;
    if (length == 0 || length > EMIT_JSON_MAX || memchr(text, '\n', length))
        abort();
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(root))
        abort();
    json_decref(root);
}

/* One command of RESP: as many words as its head says, each as long as it says, and nothing after.
 */
static void check_command(const struct resp *wire)
{
    const char *end = wire->bytes + wire->used;
    char *at;
    unsigned long words = strtoul(wire->bytes + 1, &at, 10);
    at += 2;
    for (unsigned long i = 0; i < words; i++) {
        if (*at != '$')
            abort();
        unsigned long length = strtoul(at + 1, &at, 10);
        if (length + 4 > (size_t)(end - at))
            abort();
        at += length + 4;
    }
    if (at != end)
        abort();
}

/* The event in a batch for Redis; its texts come from the wire, as the journal would keep them. */
static void batch_event(const struct event *event, const char *text, size_t length)
{
    static const struct redis_batch_options options = {.prefix = "{ajar}",
                                                       .sensor = "s",
                                                       .site = "s",
                                                       .journal_sensor = "s",
                                                       .journal_uuid = "u",
                                                       .has_stream = true,
                                                       .list = "{ajar}:list"};
    static struct redis_batch batch;
    struct journal_event entry = {.sequence = finding.time_ns,
                                  .id = event->id,
                                  .action = event_action_name(event->action),
                                  .severity = event->severity,
                                  .store = finding.store,
                                  .verdict = "data",
                                  .source = finding.host,
                                  .server = finding.url,
                                  .country = place.country_code,
                                  .exposure = view.id,
                                  .import_id = "",
                                  .has_location = place.has_location,
                                  .latitude = place.latitude,
                                  .longitude = place.longitude,
                                  .json = text,
                                  .json_length = length};
    static struct exposure state;
    static struct actor actor;
    struct journal_exposure exposure = {.state = &state};
    state = (struct exposure){.addr = finding.server,
                              .port = finding.server_port,
                              .zone = view.zone,
                              .closing = view.closing,
                              .verdict = view.verdict,
                              .first_ns = view.first_ns,
                              .last_ns = view.last_ns,
                              .returned = finding.returned,
                              .oldest_s = view.oldest_s,
                              .severity.value = event->severity,
                              .classes = &shown,
                              .class_count = 1,
                              .actors = &actor,
                              .actor_rows = 1};
    actor = (struct actor){.addr = finding.client, .who = who};
    memcpy(actor.user_agent, finding.user_agent, sizeof actor.user_agent - 1);
    memcpy(state.id, view.id, sizeof state.id);
    (void)snprintf(state.store, sizeof state.store, "%s", finding.store);
    (void)snprintf(exposure.import_id, sizeof exposure.import_id, "%s", finding.version);
    exposure.view = view;
    exposure.view.datasets = exposure.view.countries = "a,b";
    redis_batch_begin(&batch, &options, "", 1);
    redis_batch_add_event(&batch, &entry);
    if (event->exposure)
        redis_batch_add_exposure(&batch, &exposure, true);
    if (redis_batch_finish(&batch, "sha") != AJAR_OK)
        abort();
    check_command(&batch.wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[EMIT_JSON_MAX];
    struct cursor c = cursor_over(data, size);
    uint8_t choice = cursor_read_u8(&c);
    fill_numbers(&c);
    fill_texts(&c);
    view.countries = "NL,US";
    view.datasets = finding.datasets[0].name;
    view.indexed = who.claimed;
    view.zone = choice % ZONES;
    view.closing = choice % CLOSINGS;
    view.verdict = finding.verdict;
    view.oldest_s = finding.oldest_s;
    memcpy(shown.name, finding.classes[0].name, sizeof shown.name);
    memcpy(shown.sample, finding.classes[0].sample, sizeof shown.sample);
    shown.values = shown.odd = finding.classes[0].values;
    shown.distinct = finding.classes[0].distinct;
    view.classes = &shown;
    view.class_count = 1;
    memcpy(view.id, "00000000000000000000000000000001", sizeof view.id);
    struct event event = {.action = (enum event_action)(choice % EVENT_SENSOR_STATUS),
                          .direction = (enum direction)(choice >> 2 & 3),
                          .credentials = (enum credentials)((choice >> 4 & 3) % 3),
                          .id = "00000000000000000000000000000002",
                          .time_ns = finding.time_ns,
                          .severity = choice % 101,
                          .finding = &finding,
                          .source = &place,
                          .target = &place,
                          .actor = choice & 0x40 ? &who : NULL,
                          .exposure = choice & 0x80 ? &view : NULL};
    struct emit_options options = {.sensor = "s", .site = "s"};
    size_t length = 0;
    if (json_write_event(&options, &event, text, sizeof text, &length) != AJAR_OK)
        abort();
    check_line(text, length);

    batch_event(&event, text, length);
    return 0;
}
