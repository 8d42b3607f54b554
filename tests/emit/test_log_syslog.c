/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/events.h"
#include "emit/json.h"
#include "emit/log_format.h"

#include <jansson.h>
#include <time.h>
#include <unistd.h>

static const struct emit_options options = {.sensor = "span-1", .site = "hq"};
static char json[EMIT_JSON_MAX];
static char text[LOG_SYSLOG_MAX + 1];

/* Writes the event; returns where the document begins. */
static const char *write_event(unsigned facility, const struct event *event)
{
    size_t json_length, length;
    cr_assert_eq(json_write_event(&options, event, json, sizeof json - 1, &json_length), AJAR_OK);
    json[json_length] = '\0';
    cr_assert_eq(log_syslog_write(&options, facility, event, json, json_length, text, &length),
                 AJAR_OK);
    cr_assert_leq(length, LOG_SYSLOG_MAX);
    text[length] = '\0';
    const char *document = strchr(text, '{');
    cr_assert_not_null(document);
    return document;
}

static json_t *parse(const char *document)
{
    json_error_t error;
    json_t *root = json_loads(document, 0, &error);
    cr_assert(root, "%s: %s", error.text, document);
    return root;
}

/* Text that becomes as long as it can: each byte an escape of six. */
static void fill(char *to, size_t size)
{
    memset(to, 1, size - 1);
    to[size - 1] = '\0';
}

Test(log_syslog, maps_severities_as_documented)
{
    static const struct {
        int severity;
        unsigned priority;
    } cases[] = {{100, 3}, {70, 3}, {69, 4}, {50, 4}, {49, 5}, {30, 5}, {29, 6}, {0, 6}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_eq(log_priority(cases[i].severity), cases[i].priority, "%d", cases[i].severity);
}

Test(log_syslog, knows_the_facilities_that_can_be_asked_for)
{
    unsigned number = 99;
    cr_assert_eq(log_facility_find("kern", &number), AJAR_ERR_NOT_FOUND);
    cr_assert_eq(number, 99);
    cr_assert_eq(log_facility_find("local7", &number), AJAR_OK);
    cr_assert_eq(number, 23);
    cr_assert_eq(log_facility_find("auth", &number), AJAR_OK);
    cr_assert_eq(number, 4);
}

Test(log_syslog, writes_the_document_behind_a_head_of_rfc_3164)
{
    struct sample s;
    make_sample(&s, VERDICT_DATA, 7);
    s.event.severity = 80;
    (void)setenv("TZ", "UTC", 1);
    const char *document = write_event(16, &s.event);
    cr_assert_str_eq(document, json);
    int pri, day, hour, minute, second, pid, end = 0;
    char month[4];
    cr_assert_eq(sscanf(text, "<%d>%3s %2d %2d:%2d:%2d ajar[%d]: %n", &pri, month, &day, &hour,
                        &minute, &second, &pid, &end),
                 7, "%.60s", text);
    cr_assert_eq(text + end, document);
    cr_assert_eq(pri, 16 * 8 + 3);
    cr_assert_eq(pid, getpid());
    char now[32];
    time_t seconds = time(NULL);
    struct tm utc;
    cr_assert(gmtime_r(&seconds, &utc));
    (void)strftime(now, sizeof now, "%b %e %H:%M", &utc);
    cr_assert_eq(strncmp(text + 5, now, strlen(now)), 0, "%.60s against %s", text, now);
}

Test(log_syslog, shortens_lists_of_a_document_that_is_too_long)
{
    struct sample s;
    make_sample(&s, VERDICT_METADATA, 7);
    char name[96];
    for (unsigned i = 0; i < FINDING_DATASETS_MAX; i++) {
        memset(name, 'n', sizeof name - 1);
        (void)snprintf(name, 4, "%03u", i);
        name[3] = name[sizeof name - 1] = '\0';
        name[3] = 'n';
        add_dataset(&s.finding, name, i, COUNT_LISTING);
    }
    SET(s.finding.url, "/_cat/indices");
    json_t *root = parse(write_event(1, &s.event));
    cr_assert_gt(strlen(json), LOG_SYSLOG_MAX, "the case is none");
    json_t *ajar = json_object_get(root, "ajar");
    size_t kept = json_array_size(json_object_get(ajar, "datasets"));
    long long cut = json_integer_value(json_object_get(ajar, "datasets_dropped"));
    cr_assert_eq((long long)kept + cut, FINDING_DATASETS_MAX);
    cr_assert_not_null(json_object_get(root, "url"));
    json_decref(root);
}

Test(log_syslog, leaves_out_what_the_client_chose_when_that_is_too_long)
{
    struct sample s;
    make_sample(&s, VERDICT_DRAINED, 7);
    add_exposure(&s, 1);
    s.event.action = EVENT_EXPOSURE_OPENED;
    s.event.folded = UINT64_MAX;
    fill(s.finding.url, sizeof s.finding.url);
    fill(s.finding.host, sizeof s.finding.host);
    fill(s.finding.user_agent, sizeof s.finding.user_agent);
    fill(s.finding.product, sizeof s.finding.product);
    fill(s.finding.version, sizeof s.finding.version);
    fill(s.finding.cluster_id, sizeof s.finding.cluster_id);
    fill(s.finding.cluster_name, sizeof s.finding.cluster_name);
    fill(s.finding.protection, sizeof s.finding.protection);
    fill(s.finding.application, sizeof s.finding.application);
    fill(s.finding.method, sizeof s.finding.method);
    fill(s.source.country_name, sizeof s.source.country_name);
    fill(s.source.region_name, sizeof s.source.region_name);
    fill(s.source.city_name, sizeof s.source.city_name);
    fill(s.source.as_name, sizeof s.source.as_name);
    s.target = s.source;
    s.finding.risks = UINT64_MAX;
    json_t *root = parse(write_event(1, &s.event));
    json_t *event = json_object_get(root, "event");
    cr_assert_str_eq(json_string_value(json_object_get(event, "id")), s.event.id);
    cr_assert_null(json_object_get(root, "user_agent"));
    json_decref(root);
}
