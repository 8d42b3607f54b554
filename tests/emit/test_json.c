/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/documents.h"

TestSuite(json, .init = setup, .fini = teardown);

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

Test(json, places_a_store_outside_home)
{
    SET(sample.target.country_code, "US");
    sample.target.as_number = 64501;
    write_event();
    assert_text("destination.geo.country_iso_code", "US");
    assert_number("destination.as.number", 64501);
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
    for (int i = 0; i < FINDING_CLASSES_MAX; i++) {
        FILL(f->classes[i].name);
        FILL(f->classes[i].sample);
        f->classes[i].values = UINT64_MAX - 1;
        memset(&f->classes[i].distinct, 0xff, sizeof f->classes[i].distinct);
    }
    f->class_count = FINDING_CLASSES_MAX;
    f->evidence_count = FINDING_EVIDENCE_MAX;
    f->status = 200;
    f->risks = UINT64_MAX;
    fill_place(&sample.source);
    fill_place(&sample.target);
    add_exposure(&sample, 1);
    sample.event.action = EVENT_EXPOSURE_OPENED;
    static struct exposure_class classes[24];
    for (int i = 0; i < 24; i++) {
        FILL(classes[i].name);
        FILL(classes[i].sample);
        classes[i].values = classes[i].odd = classes[i].masked = classes[i].hashed = UINT64_MAX - 1;
    }
    char datasets[512];
    FILL(datasets);
    sample.exposure.classes = classes;
    sample.exposure.class_count = 24;
    sample.exposure.datasets = datasets;
    sample.exposure.indexed = datasets + sizeof datasets - SCANNER_NAME_MAX;
    struct actor_view who = {.proxied = true, .via = f->client};
    FILL(who.claimed);
    FILL(who.confirmed);
    FILL(who.tool);
    f->forwarded = true;
    f->forwarded_for = address("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff");
    sample.event.actor = &who;
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
