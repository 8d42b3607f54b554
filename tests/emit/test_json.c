/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/events.h"
#include "emit/json.h"
#include "emit/json_sensor.h"

#include <jansson.h>

static const struct emit_options options = {.sensor = "span-1", .site = "hq"};
static struct sample sample;
static char text[EMIT_JSON_MAX + 1];
static size_t length;
static json_t *root;

static void setup(void)
{
    make_sample(&sample, VERDICT_DRAINED, 4711);
}

static void teardown(void)
{
    json_decref(root);
}

TestSuite(json, .init = setup, .fini = teardown);

static void write_with(const struct emit_options *chosen)
{
    json_error_t error;
    cr_assert_eq(json_write_event(chosen, &sample.event, text, EMIT_JSON_MAX, &length), AJAR_OK);
    cr_assert_leq(length, EMIT_JSON_MAX);
    text[length] = '\0';
    cr_assert_not(strchr(text, '\n'));
    json_decref(root);
    root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    cr_assert(root, "%s in %s", error.text, text);
}

static void write_event(void)
{
    write_with(&options);
}

/* The value at "a.b.c", or NULL. */
static json_t *at(const char *path)
{
    char name[64];
    json_t *value = root;
    while (*path && value) {
        size_t part = strcspn(path, ".");
        (void)snprintf(name, sizeof name, "%.*s", (int)part, path);
        value = json_object_get(value, name);
        path += part + (path[part] == '.');
    }
    return value;
}

static void assert_text(const char *path, const char *want)
{
    const char *have = json_string_value(at(path));
    cr_assert(have, "%s is missing in %s", path, text);
    cr_assert_str_eq(have, want, "%s: %s", path, have);
}

static void assert_number(const char *path, long long want)
{
    cr_assert(json_is_integer(at(path)), "%s is missing in %s", path, text);
    cr_assert_eq(json_integer_value(at(path)), want, "%s", path);
}

static void assert_absent(const char *path)
{
    cr_assert_null(at(path), "%s is there", path);
}

static void assert_list(const char *path, const char *want)
{
    char have[1024] = "";
    size_t index;
    json_t *item;
    json_array_foreach(at(path), index, item)
    {
        size_t used = strlen(have);
        (void)snprintf(have + used, sizeof have - used, "%s%s", index ? "," : "",
                       json_string_value(item));
    }
    cr_assert_str_eq(have, want, "%s: %s", path, have);
}

Test(json, says_who_did_what_to_whom)
{
    SET(sample.source.country_name, "Netherlands");
    SET(sample.source.continent_code, "EU");
    sample.source.as_number = 64500;
    SET(sample.source.as_name, "Example");
    sample.event.severity = 97;
    write_event();
    assert_text("@timestamp", "2019-12-29T10:11:12.123456Z");
    assert_text("ecs.version", "8.17.0");
    assert_text("event.kind", "alert");
    assert_text("event.action", "store-query");
    assert_text("event.dataset", "ajar");
    assert_text("event.id", "00000000000000000000000000001267");
    assert_number("event.severity", 97);
    assert_number("event.sequence", 4711);
    assert_list("event.category", "database,intrusion_detection");
    assert_list("event.type", "access,allowed");
    assert_text("event.outcome", "success");
    assert_text("source.ip", "203.0.113.61");
    assert_number("source.port", 41822);
    assert_number("source.bytes", 412);
    assert_text("source.geo.country_iso_code", "NL");
    assert_text("source.geo.country_name", "Netherlands");
    assert_text("source.geo.continent_code", "EU");
    assert_text("source.geo.city_name", "Amsterdam");
    assert_number("source.as.number", 64500);
    assert_text("source.as.organization.name", "Example");
    assert_text("destination.ip", "10.20.30.11");
    assert_number("destination.port", 9200);
    assert_number("destination.bytes", 612004);
    assert_list("related.ip", "203.0.113.61,10.20.30.11");
    assert_text("observer.name", "span-1");
    assert_text("observer.type", "sensor");
    assert_text("observer.product", "ajar");
    assert_text("observer.version", AJAR_VERSION);
    assert_text("ajar.site", "hq");
    assert_number("ajar.schema_version", 1);
    assert_absent("ajar.folded");
}

Test(json, writes_coordinates_as_short_numbers)
{
    sample.source.latitude = (double)52.37f; /* databases hold floats: 52.369998931884766 */
    sample.source.longitude = -104.99;
    write_event();
    cr_assert(strstr(text, "\"location\":{\"lat\":52.37,\"lon\":-104.99}"), "%s", text);
}

Test(json, says_what_network_it_was)
{
    write_event();
    assert_text("network.transport", "tcp");
    assert_text("network.type", "ipv4");
    assert_text("network.direction", "inbound");
    assert_text("network.application", "elasticsearch");
    assert_number("network.bytes", 412 + 612004);
    cr_assert_eq(strncmp(json_string_value(at("network.community_id")), "1:", 2), 0);
    assert_absent("network.vlan");
    assert_absent("network.protocol");
    sample.finding.vlan = 42;
    sample.finding.transport = 17;
    sample.finding.status = 200;
    sample.finding.server = address("2001:db8::1");
    sample.finding.client = address("2001:db8::2");
    write_event();
    assert_text("network.vlan.id", "42");
    assert_text("network.transport", "udp");
    assert_text("network.type", "ipv6");
    assert_text("network.protocol", "http");
}

Test(json, says_what_was_asked_and_answered)
{
    SET(sample.finding.method, "GET");
    SET(sample.finding.url, "/customers/_search?scroll=1m&size=1000");
    SET(sample.finding.host, "es.example:9200");
    SET(sample.finding.user_agent, "python-requests/2.22.0");
    sample.finding.status = 200;
    sample.finding.body_bytes = 612004;
    write_event();
    assert_text("http.request.method", "GET");
    assert_number("http.response.status_code", 200);
    assert_number("http.response.body.bytes", 612004);
    assert_text("url.original", "/customers/_search?scroll=1m&size=1000");
    assert_text("url.domain", "es.example");
    assert_text("user_agent.original", "python-requests/2.22.0");
    SET(sample.finding.host, "[2001:db8::1]:9200");
    write_event();
    assert_text("url.domain", "[2001:db8::1]");
}

Test(json, says_what_the_store_is_and_gave)
{
    SET(sample.finding.product, "elasticsearch");
    SET(sample.finding.version, "6.8.23");
    SET(sample.finding.cluster_id, "IM-a7ZcLS4ehfuOpBjnFhA");
    SET(sample.finding.cluster_name, "support");
    sample.finding.records = 1237;
    sample.finding.records_source = COUNT_SEARCH;
    sample.finding.returned = 1000;
    sample.finding.gave_bytes = 612004;
    sample.finding.requests = 2;
    add_dataset(&sample.finding, "customers", 1237, COUNT_SEARCH);
    add_dataset(&sample.finding, "cases", FINDING_NO_COUNT, COUNT_NONE);
    sample.finding.datasets[0].returned = 1000;
    SET(sample.finding.evidence[0], "200");
    SET(sample.finding.evidence[1], "hits.hits[1000]");
    sample.finding.evidence_count = 2;
    sample.event.reasons[0] = "drained";
    sample.event.reasons[1] = "outside";
    sample.event.reason_count = 2;
    write_event();
    assert_text("ajar.store", "elasticsearch");
    assert_text("ajar.product", "elasticsearch");
    assert_text("ajar.version", "6.8.23");
    assert_text("ajar.cluster_id", "IM-a7ZcLS4ehfuOpBjnFhA");
    assert_text("ajar.cluster_name", "support");
    assert_text("ajar.verdict", "drained");
    assert_text("ajar.credentials", "none");
    assert_text("ajar.identity", "proven");
    assert_number("ajar.records", 1237);
    assert_text("ajar.records_source", "search");
    assert_number("ajar.returned", 1000);
    assert_number("ajar.bytes", 612004);
    assert_number("ajar.requests", 2);
    assert_list("ajar.datasets", "customers,cases");
    cr_assert_eq(json_array_size(at("ajar.dataset_records")), 1);
    assert_list("ajar.evidence", "200,hits.hits[1000]");
    assert_list("ajar.severity_reasons", "drained,outside");
    cr_assert(json_is_false(at("ajar.partial")));
    assert_absent("ajar.datasets_dropped");
}

Test(json, leaves_out_what_is_not_known)
{
    memset(&sample.source, 0, sizeof sample.source);
    write_event();
    static const char *const absent[] = {
        "source.geo",
        "source.as",
        "destination.geo",
        "destination.as",
        "http",
        "url",
        "user_agent",
        "ajar.import",
        "ajar.product",
        "ajar.version",
        "ajar.cluster_id",
        "ajar.cluster_name",
        "ajar.records",
        "ajar.records_source",
        "ajar.datasets",
        "ajar.dataset_records",
        "ajar.evidence",
        "ajar.protection",
        "ajar.request_unseen",
        "ajar.sampled",
        "ajar.weak",
        "ajar.midstream",
        "ajar.ndpi",
        "ajar.exposure",
        "ajar.status",
        "event.start",
        "event.duration",
    };
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        assert_absent(absent[i]);
    cr_assert_not(strstr(text, "\"\""), "an empty string: %s", text);
    cr_assert_not(strstr(text, "null"), "%s", text);
    cr_assert_not(strstr(text, "{}"), "%s", text);
    cr_assert_not(strstr(text, "[]"), "%s", text);
}

Test(json, is_an_alert_only_for_a_full_proof_without_credentials)
{
    write_event();
    assert_text("event.kind", "alert");
    cr_assert(at("rule.reference"));
    sample.event.credentials = CREDENTIALS_PRESENTED;
    write_event();
    assert_text("event.kind", "event");
    assert_text("ajar.credentials", "presented");
    assert_absent("threat");
    assert_absent("rule.reference");
    sample.event.credentials = CREDENTIALS_NONE;
    sample.finding.weak = true;
    write_event();
    assert_text("event.kind", "event");
    cr_assert(json_is_true(at("ajar.weak")));
}

Test(json, names_techniques_by_verdict_and_direction)
{
    write_event();
    assert_list("threat.technique.id", "T1190,T1213");
    assert_list("threat.tactic.id", "TA0001,TA0009");
    assert_text("threat.framework", "MITRE ATT&CK");
    sample.event.direction = DIRECTION_INTERNAL;
    write_event();
    assert_list("threat.technique.id", "T1213");
    sample.finding.verdict = VERDICT_TAMPERED;
    write_event();
    assert_list("threat.technique.id", "T1485");
    sample.finding.verdict = VERDICT_OPEN;
    write_event();
    assert_absent("threat");
}

Test(json, tells_refusals_and_silence)
{
    sample.finding.verdict = VERDICT_REFUSED;
    SET(sample.finding.protection, "Elastic security");
    write_event();
    assert_text("event.outcome", "failure");
    assert_list("event.type", "access,denied");
    assert_text("ajar.protection", "Elastic security");
    sample.finding.verdict = VERDICT_PROBED;
    write_event();
    assert_text("event.outcome", "unknown");
    assert_list("event.type", "info");
}

Test(json, gives_the_span_of_a_session)
{
    sample.event.action = EVENT_STORE_SESSION;
    sample.finding.kind = FINDING_SESSION;
    write_event();
    assert_text("event.action", "store-session");
    assert_text("event.start", "2019-12-29T10:11:11.000000Z");
    assert_text("event.end", "2019-12-29T10:11:12.000000Z");
    assert_number("event.duration", 1000000000);
}

Test(json, gives_the_state_of_an_exposure_when_it_opens)
{
    add_exposure(&sample, 1);
    write_event();
    assert_text("ajar.exposure", sample.exposure.id);
    assert_absent("ajar.exposure_state");
    sample.event.action = EVENT_EXPOSURE_OPENED;
    write_event();
    assert_text("ajar.exposure_state.first_seen", "2019-12-29T10:11:12.000000Z");
    assert_number("ajar.exposure_state.actors", 2);
    assert_number("ajar.exposure_state.records", 1656);
    assert_list("ajar.exposure_state.countries", "NL,US");
    sample.exposure.records = FINDING_NO_COUNT;
    sample.exposure.countries = "";
    write_event();
    assert_absent("ajar.exposure_state.records");
    assert_absent("ajar.exposure_state.countries");
}

Test(json, places_a_store_outside_home)
{
    SET(sample.target.country_code, "US");
    sample.target.as_number = 64501;
    write_event();
    assert_text("destination.geo.country_iso_code", "US");
    assert_number("destination.as.number", 64501);
}

Test(json, names_what_ndpi_thought)
{
    SET(sample.finding.application, "http");
    sample.finding.risks = 1ULL << 5 | 1ULL << 63; /* a known port on another one, and none */
    write_event();
    assert_text("ajar.ndpi.application", "http");
    cr_assert_eq(json_array_size(at("ajar.ndpi.risks")), 1);
}

Test(json, marks_events_of_a_reading)
{
    struct emit_options reading = options;
    reading.import_id = "2026-01-02";
    write_with(&reading);
    assert_text("ajar.import", "2026-01-02");
}

Test(json, writes_a_status)
{
    struct sensor_status status = {
        .packets = 5, .open_exposures = 2, .queue = 17, .events_folded = 3, .packet_deaths = 1};
    static const struct place nowhere;
    sample.event = (struct event){.action = EVENT_SENSOR_STATUS,
                                  .time_ns = WHEN,
                                  .source = &nowhere,
                                  .target = &nowhere,
                                  .status = &status};
    SET(sample.event.id, "00000000000000000000000000000001");
    write_event();
    assert_text("event.kind", "metric");
    assert_text("event.action", "sensor-status");
    assert_number("ajar.status.packets", 5);
    assert_number("ajar.status.open_exposures", 2);
    assert_number("ajar.status.queue", 17);
    assert_number("ajar.status.events_folded", 3);
    assert_number("ajar.status.packet_deaths", 1);
    assert_absent("ajar.status.redis");
    assert_absent("ajar.status.journal");
    assert_absent("source");
    assert_absent("network");
    assert_absent("ajar.verdict");
    SET(status.redis, "the name \"redis\" is not known");
    SET(status.journal, "ok");
    write_event();
    assert_text("ajar.status.redis", "the name \"redis\" is not known");
    assert_text("ajar.status.journal", "ok");
}

Test(json, writes_trouble)
{
    struct trouble trouble = {TROUBLE_EVENTS_NOT_ACCEPTED, 40, "the disk is full"};
    static const struct place nowhere;
    char long_text[2 * JSON_TEXT_MAX];
    sample.event = (struct event){.action = EVENT_SENSOR_TROUBLE,
                                  .time_ns = WHEN,
                                  .severity = 60,
                                  .reasons = {"events-not-accepted"},
                                  .reason_count = 1,
                                  .source = &nowhere,
                                  .target = &nowhere,
                                  .trouble = &trouble};
    SET(sample.event.id, "00000000000000000000000000000001");
    write_event();
    assert_text("event.kind", "event");
    assert_text("event.action", "sensor-trouble");
    assert_list("event.category", "process");
    assert_list("event.type", "info");
    assert_text("ajar.trouble.kind", "events-not-accepted");
    assert_number("ajar.trouble.count", 40);
    assert_text("ajar.trouble.text", "the disk is full");
    assert_list("ajar.severity_reasons", "events-not-accepted");
    assert_absent("source");
    assert_absent("event.outcome");
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    trouble.text = long_text;
    write_event();
    cr_assert_eq(strlen(json_string_value(at("ajar.trouble.text"))), TROUBLE_TEXT_MAX - 1);
}

Test(json, says_how_many_were_folded)
{
    sample.event.folded = 12;
    write_event();
    assert_number("ajar.folded", 12);
    assert_number("ajar.requests", 0);
}

Test(json, writes_folded_events_without_amounts)
{
    sample.event.action = EVENT_EVENTS_FOLDED;
    sample.event.folded = 12;
    add_exposure(&sample, 1);
    write_event();
    assert_text("event.action", "events-folded");
    assert_text("event.kind", "alert");
    assert_text("event.start", "2019-12-29T10:11:11.000000Z");
    assert_text("event.end", "2019-12-29T10:11:12.000000Z");
    assert_number("ajar.folded", 12);
    assert_text("ajar.verdict", "drained");
    assert_text("ajar.exposure", sample.exposure.id);
    assert_text("source.ip", "203.0.113.61");
    assert_number("source.port", 41822);
    static const char *const absent[] = {
        "source.bytes", "destination.bytes", "network.bytes", "ajar.returned",       "ajar.bytes",
        "ajar.partial", "ajar.requests",     "ajar.records",  "ajar.exposure_state", "http"};
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        assert_absent(absent[i]);
}

Test(json, cuts_names_that_are_too_long)
{
    char name[1000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct emit_options chosen = {.sensor = name, .site = name, .import_id = name};
    write_with(&chosen);
    cr_assert_eq(strlen(json_string_value(at("observer.name"))), 127);
    cr_assert_eq(strlen(json_string_value(at("ajar.site"))), 127);
    cr_assert_eq(strlen(json_string_value(at("ajar.import"))), 127);
}

Test(json, repairs_and_escapes_text_of_the_wire)
{
    SET(sample.finding.user_agent, "a\xff\"\\\n\033b");
    write_event();
    assert_text("user_agent.original", "a\uFFFD\"\\\n\033b");
    for (size_t i = 0; i < length; i++)
        cr_assert_geq((unsigned char)text[i], 0x20, "a raw control character");
}

Test(json, cuts_lists_to_fit_and_says_so)
{
    for (int i = 0; i < FINDING_DATASETS_MAX; i++) {
        add_dataset(&sample.finding, "", 1, COUNT_LISTING);
        memset(sample.finding.datasets[i].name, 1, sizeof sample.finding.datasets[i].name - 1);
    }
    sample.finding.datasets_dropped = 5;
    write_event();
    size_t names = json_array_size(at("ajar.datasets"));
    cr_assert_gt(names, 0);
    cr_assert_lt(names, FINDING_DATASETS_MAX);
    assert_number("ajar.datasets_dropped", (long long)(FINDING_DATASETS_MAX - names) + 5);
}

#define FILL(field) (memset(field, 1, sizeof(field) - 1), (field)[sizeof(field) - 1] = '\0')

static void fill_place(struct place *place)
{
    FILL(place->country_name);
    FILL(place->region_name);
    FILL(place->city_name);
    FILL(place->as_name);
    place->as_number = UINT32_MAX;
    place->has_location = true;
    place->latitude = -89.9999;
    place->longitude = -179.9999;
}

Test(json, always_fits_into_its_limit)
{
    char countries[32 * 3] = "";
    for (size_t i = 0; i + 1 < sizeof countries / 3; i++)
        (void)snprintf(countries + 3 * i, 4, "%c%c,", 'A' + (char)(i % 26), 'A' + (char)(i / 26));
    struct finding *f = &sample.finding;
    FILL(f->store);
    FILL(f->product);
    FILL(f->version);
    FILL(f->cluster_id);
    FILL(f->cluster_name);
    FILL(f->protection);
    FILL(f->application);
    FILL(f->method);
    FILL(f->url);
    FILL(f->host);
    FILL(f->user_agent);
    for (int i = 0; i < FINDING_EVIDENCE_MAX; i++)
        FILL(f->evidence[i]);
    for (int i = 0; i < FINDING_DATASETS_MAX; i++) {
        add_dataset(f, "", UINT64_MAX - 1, COUNT_LISTING);
        FILL(f->datasets[i].name);
    }
    f->evidence_count = FINDING_EVIDENCE_MAX;
    f->status = 200;
    f->risks = UINT64_MAX;
    fill_place(&sample.source);
    fill_place(&sample.target);
    add_exposure(&sample, 1);
    sample.event.action = EVENT_EXPOSURE_OPENED;
    sample.event.folded = UINT64_MAX;
    sample.event.reason_count = EVENT_REASONS_MAX;
    for (int i = 0; i < EVENT_REASONS_MAX; i++)
        sample.event.reasons[i] = "credentials presented";
    sample.exposure.countries = countries;
    char name[200];
    FILL(name);
    struct emit_options chosen = {.sensor = name, .site = name, .import_id = name};
    write_with(&chosen);
    cr_assert_gt(length, 8000, "the text of the wire is in it");
}

Test(json, rejects_room_that_is_too_small)
{
    length = 77;
    cr_assert_eq(json_write_event(&options, &sample.event, text, 100, &length), AJAR_ERR_LIMIT);
    cr_assert_eq(length, 77);
}
