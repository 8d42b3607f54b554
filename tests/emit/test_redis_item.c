/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that an event becomes, as text: words parted by blanks. */
#include "emit/events.h"
#include "emit/redis_item.h"

#include <stdlib.h>

static struct redis_item_options options;
static struct sample sample;
static struct redis_item *item;
static char commands[REDIS_COMMANDS_MAX][40000];

static void setup(void)
{
    options = (struct redis_item_options){
        .prefix = "{ajar}", .sensor = "span-1", .site = "hq", .stream_max = 1000};
    make_sample(&sample, VERDICT_METADATA, 1);
    memset(&sample.source, 0, sizeof sample.source);
}

static void teardown(void)
{
    free(item);
}

TestSuite(redis_item, .init = setup, .fini = teardown);

/* Reads one RESP array back. */
static void read_command(const char *wire, size_t length, char *out, size_t size)
{
    const char *end = wire + length;
    char *next;
    cr_assert_eq(*wire, '*');
    unsigned long words = strtoul(wire + 1, &next, 10);
    const char *at = next + 2;
    size_t used = 0;
    for (unsigned long i = 0; i < words; i++) {
        cr_assert_eq(*at, '$');
        size_t bytes = strtoul(at + 1, &next, 10);
        at = next + 2;
        cr_assert_leq(at + bytes + 2, end);
        used += (size_t)snprintf(out + used, size - used, "%s%.*s", i ? " " : "", (int)bytes, at);
        at += bytes + 2;
    }
    cr_assert_eq(at, end, "the number of words is right");
}

static void make_from(const char *json, size_t length)
{
    free(item);
    item = NULL;
    cr_assert_eq(redis_item_make(&options, &sample.event, json, length, &item), AJAR_OK);
    for (unsigned i = 0; i < item->command_count; i++)
        read_command(item->wire + item->commands[i].offset, item->commands[i].length, commands[i],
                     sizeof commands[i]);
}

static void make(void)
{
    make_from("{\"x\":1}", 7);
}

static const char *command_of(enum redis_command_kind kind, const char *start)
{
    for (unsigned i = 0; i < item->command_count; i++)
        if (item->commands[i].kind == kind && strncmp(commands[i], start, strlen(start)) == 0)
            return commands[i];
    return NULL;
}

Test(redis_item, puts_an_event_into_the_stream)
{
    SET(sample.source.country_code, "NL");
    make();
    cr_assert_eq(item->command_count, 1);
    cr_assert_str_eq(commands[0],
                     "XADD {ajar}:events MAXLEN ~ 1000 * id 00000000000000000000000000000001 "
                     "action store-query severity 60 store elasticsearch verdict metadata "
                     "src 203.0.113.61 dst 10.20.30.11 country NL json {\"x\":1}");
    options.stream_max = 0;
    make();
    cr_assert_eq(strncmp(commands[0], "XADD {ajar}:events * id", 23), 0, "%s", commands[0]);
}

Test(redis_item, publishes_from_severity_70_on)
{
    sample.event.severity = 69;
    make();
    cr_assert_null(command_of(REDIS_ALERT, "PUBLISH"));
    sample.event.severity = 70;
    make();
    cr_assert_str_eq(command_of(REDIS_ALERT, "PUBLISH"), "PUBLISH {ajar}:alerts {\"x\":1}");
}

Test(redis_item, writes_the_state_of_an_exposure)
{
    add_exposure(&sample, 1);
    SET(sample.finding.version, "6.8.23");
    make();
    cr_assert_str_eq(command_of(REDIS_STATE, "HSET"),
                     "HSET {ajar}:exposure:000000000000000000000000e0000001 "
                     "first_seen 2019-12-29T10:11:12.000000Z last_seen 2019-12-29T10:11:13.000000Z "
                     "site hq store elasticsearch address 10.20.30.11:9200 verdict metadata "
                     "version 6.8.23 datasets customers,cases countries NL,US records 1656 "
                     "returned 10 bytes 1000 actors 2 requests 3 severity 80");
    cr_assert_str_eq(command_of(REDIS_STATE, "ZADD"),
                     "ZADD {ajar}:exposures:open 1577614273 000000000000000000000000e0000001");
    cr_assert_null(command_of(REDIS_STATE, "EXPIRE"));
    cr_assert_str_eq(item->exposure, sample.exposure.id);
}

Test(redis_item, leaves_unknown_numbers_out)
{
    add_exposure(&sample, 1);
    sample.exposure.records = FINDING_NO_COUNT;
    make();
    cr_assert_not(strstr(command_of(REDIS_STATE, "HSET"), "records"));
}

Test(redis_item, keeps_history_apart_from_the_open_doors)
{
    add_exposure(&sample, 1);
    options.import_id = "r1";
    make();
    cr_assert(command_of(REDIS_STATE, "HSET {ajar}:import:r1:exposure:000"));
    cr_assert(command_of(REDIS_STATE, "ZADD {ajar}:import:r1:exposures:open "));
    cr_assert(command_of(REDIS_STATE, "EXPIRE {ajar}:import:r1:exposure:000"));
    cr_assert(command_of(REDIS_STATE, "EXPIRE {ajar}:import:r1:exposures:open 604800"));
    cr_assert(command_of(REDIS_STREAM, "XADD {ajar}:events "));
}

Test(redis_item, maps_clients_with_coordinates)
{
    make();
    cr_assert_null(command_of(REDIS_SOURCE, "GEOADD"));
    sample.source.has_location = true;
    sample.source.latitude = 52.37;
    sample.source.longitude = 4.9;
    make();
    cr_assert_str_eq(command_of(REDIS_SOURCE, "GEOADD"),
                     "GEOADD {ajar}:sources 4.9000 52.3700 203.0.113.61");
    sample.source.latitude = 85.06; /* Redis takes up to 85.05112878 */
    make();
    cr_assert_null(command_of(REDIS_SOURCE, "GEOADD"));
    sample.source.latitude = -85.05;
    make();
    cr_assert(command_of(REDIS_SOURCE, "GEOADD"));
}

Test(redis_item, beats_the_heart_live_only)
{
    struct sensor_status status = {
        .packets = 5, .dropped_kernel = 1, .dropped_interface = 2, .packet_time_ns = WHEN};
    static const struct place nowhere;
    sample.event.action = EVENT_SENSOR_STATUS;
    sample.event.finding = NULL;
    sample.event.source = &nowhere;
    sample.event.status = &status;
    options.queued = 7;
    make();
    const char *heartbeat = command_of(REDIS_HEARTBEAT, "HSET {ajar}:sensor:span-1 seen ");
    cr_assert(heartbeat);
    cr_assert(strstr(heartbeat, " packets 5 "));
    cr_assert(strstr(heartbeat, " drops 3 "));
    cr_assert(strstr(heartbeat, " queue 7 "));
    cr_assert(strstr(heartbeat, " lag_ms "));
    cr_assert_str_eq(command_of(REDIS_HEARTBEAT, "EXPIRE"), "EXPIRE {ajar}:sensor:span-1 90");
    cr_assert(strstr(command_of(REDIS_STREAM, "XADD"), "store  verdict  src  dst  country  json"));
    options.import_id = "r1";
    make();
    cr_assert_null(command_of(REDIS_HEARTBEAT, "HSET"));
}

Test(redis_item, repairs_text_of_the_wire)
{
    SET(sample.finding.store, "a\xff");
    add_exposure(&sample, 1);
    sample.exposure.datasets = "b\xff";
    make();
    cr_assert(strstr(commands[0], "store a\uFFFD "));
    cr_assert(strstr(command_of(REDIS_STATE, "HSET"), "datasets b\uFFFD "));
}

Test(redis_item, takes_the_largest_event)
{
    static char json[EMIT_JSON_MAX];
    memset(json, 'x', sizeof json);
    sample.event.severity = 100;
    make_from(json, sizeof json);
    cr_assert_gt(item->bytes, 2 * sizeof json, "in the stream and in the alert");
}
