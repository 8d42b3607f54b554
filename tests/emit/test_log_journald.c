/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/events.h"
#include "emit/json.h"
#include "emit/log_format.h"

static struct emit_options options = {.sensor = "span-1", .site = "hq"};
static char json[EMIT_JSON_MAX];
static char text[LOG_JOURNALD_MAX + 1];

static void write_event(const struct event *event)
{
    size_t json_length, length;
    cr_assert_eq(json_write_event(&options, event, json, sizeof json - 1, &json_length), AJAR_OK);
    json[json_length] = '\0';
    cr_assert_eq(log_journald_write(&options, event, json, json_length, text, &length), AJAR_OK);
    text[length] = '\0';
}

/* The value of a field, NULL if it is not there; every line of the entry has to be a field. */
static const char *field(const char *name)
{
    static char value[EMIT_JSON_MAX];
    const char *found = NULL;
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        size_t key = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        cr_assert_eq(line[key], '=', "%.*s", (int)length, line);
        cr_assert_eq(line[length], '\n');
        if (key == strlen(name) && memcmp(line, name, key) == 0) {
            cr_assert_null(found, "%s is there twice", name);
            memcpy(value, line + key + 1, length - key - 1);
            value[length - key - 1] = '\0';
            found = value;
        }
        line += length + 1;
    }
    return found;
}

static void expect(const char *name, const char *value)
{
    const char *found = field(name);
    cr_assert(found, "%s is missing in %s", name, text);
    cr_assert_str_eq(found, value, "%s", name);
}

Test(log_journald, writes_a_sentence_and_fields_and_the_document)
{
    struct sample s;
    make_sample(&s, VERDICT_DATA, 7);
    add_exposure(&s, 1);
    write_event(&s.event);
    expect("MESSAGE", "store-query: elasticsearch 10.20.30.11:9200 data, client 203.0.113.61 (NL), "
                      "severity 60");
    expect("PRIORITY", "4");
    expect("SYSLOG_IDENTIFIER", "ajar");
    expect("AJAR_ACTION", "store-query");
    expect("AJAR_ID", s.event.id);
    expect("AJAR_SEVERITY", "60");
    expect("AJAR_SEQUENCE", "7");
    expect("AJAR_SENSOR", "span-1");
    expect("AJAR_SITE", "hq");
    expect("AJAR_STORE", "elasticsearch");
    expect("AJAR_VERDICT", "data");
    expect("AJAR_CREDENTIALS", "none");
    expect("AJAR_SOURCE_IP", "203.0.113.61");
    expect("AJAR_DESTINATION_IP", "10.20.30.11");
    expect("AJAR_DESTINATION_PORT", "9200");
    expect("AJAR_COUNTRY", "NL");
    expect("AJAR_EXPOSURE", s.exposure.id);
    expect("AJAR_JSON", json);
    cr_assert_null(field("AJAR_IMPORT"));
    cr_assert_null(field("AJAR_TROUBLE"));
}

Test(log_journald, leaves_out_what_is_not_known_and_tells_an_import)
{
    struct sample s;
    make_sample(&s, VERDICT_PROBED, 7);
    s.source.country_code[0] = '\0';
    s.finding.server = address("2001:db8::11");
    s.event.folded = 42;
    options.import_id = "2019-A";
    write_event(&s.event);
    options.import_id = NULL;
    expect("MESSAGE", "store-query: elasticsearch [2001:db8::11]:9200 probed, client 203.0.113.61, "
                      "severity 60, 42 events not told one by one");
    expect("AJAR_IMPORT", "2019-A");
    cr_assert_null(field("AJAR_COUNTRY"));
    cr_assert_null(field("AJAR_EXPOSURE"));
}

Test(log_journald, tells_status_and_trouble_in_a_sentence)
{
    struct sensor_status status = {
        .packets = 12004, .dropped_kernel = 3, .dropped_interface = 4, .open_exposures = 2};
    struct event event = {.action = EVENT_SENSOR_STATUS, .status = &status, .time_ns = WHEN};
    write_event(&event);
    expect("MESSAGE", "sensor-status: 12004 packets, 7 dropped, 2 open exposures");
    expect("PRIORITY", "6");
    cr_assert_null(field("AJAR_STORE"));
    struct trouble trouble = {.kind = TROUBLE_PACKET_SIDE_DIED, .text = "the packet side died"};
    event = (struct event){
        .action = EVENT_SENSOR_TROUBLE, .trouble = &trouble, .time_ns = WHEN, .severity = 70};
    write_event(&event);
    expect("MESSAGE", "sensor-trouble: the packet side died");
    expect("AJAR_TROUBLE", "packet-side-died");
    expect("PRIORITY", "3");
}

Test(log_journald, lets_nothing_from_packets_begin_a_field)
{
    struct sample s;
    make_sample(&s, VERDICT_DATA, 7);
    SET(s.finding.store, "x\nPRIORITY=0\nMESSAGE=\xff");
    SET(s.finding.url, "/\nAJAR_VERDICT=none");
    write_event(&s.event);
    expect("AJAR_STORE", "x?PRIORITY=0?MESSAGE=\xef\xbf\xbd");
    expect("AJAR_VERDICT", "data");
    expect("PRIORITY", "4");
    cr_assert_null(strchr(field("MESSAGE"), '\n'));
}

Test(log_journald, has_room_for_the_longest_document)
{
    struct sample s;
    size_t length = 0;
    make_sample(&s, VERDICT_DATA, 7);
    memset(json, 'x', sizeof json);
    cr_assert_eq(log_journald_write(&options, &s.event, json, sizeof json, text, &length), AJAR_OK);
    cr_assert_gt(length, sizeof json);
    static char longer[LOG_JOURNALD_MAX];
    memset(longer, 'x', sizeof longer);
    cr_assert_eq(log_journald_write(&options, &s.event, longer, sizeof longer, text, &length),
                 AJAR_ERR_LIMIT);
}
