/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event -> JSON. Field names are those of the Elastic Common Schema, own ones are under "ajar".
 * Only what is known is written: no empty strings, no nulls. All text is made valid UTF-8 here,
 * since most of it was chosen by whoever sent the packets.
 */
#include "emit/json.h"

#include "base/community_id.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "classify/classify.h"
#include "emit/json_sensor.h"
#include "emit/json_writer.h"
#include "enrich/enrich.h"

#include <stdio.h>
#include <string.h>

#define ECS_VERSION    "8.17.0"
#define NAME_MAX_BYTES 128 /* of what the configuration chose: sensor, site, import */
#define REFERENCE_URL  "https://cwe.mitre.org/data/definitions/306.html"

/* How much of the lists is written; lowered until the document fits. */
struct limits {
    unsigned datasets; /* names */
    unsigned details;  /* data sets with their counts */
    unsigned evidence;
};

static void add_count(struct json_writer *w, const char *key, uint64_t count)
{
    if (count != FINDING_NO_COUNT)
        json_add_number(w, key, count > INT64_MAX ? INT64_MAX : count);
}

/* Only what is true is said; false is the rule. */
static void add_true(struct json_writer *w, const char *key, bool value)
{
    if (value)
        json_add_bool(w, key, true);
}

static void add_time(struct json_writer *w, const char *key, uint64_t time_ns)
{
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format(time_ns, text);
    json_add_text(w, key, text);
}

static bool is_exposing(const struct event *event)
{
    return event->finding && !event->finding->weak && event->credentials == CREDENTIALS_NONE &&
           verdict_exposes((enum verdict)event->finding->verdict);
}

static const char *kind_of(const struct event *event)
{
    if (event->status)
        return "metric";
    return is_exposing(event) ? "alert" : "event";
}

/* Category and type: words that ECS allows together. */
static void add_class(struct json_writer *w, const struct event *event)
{
    const struct finding *finding = event->finding;
    struct json_mark list = json_begin_array(w, "category");
    if (finding)
        json_add_text(w, NULL, "database");
    if (event->trouble)
        json_add_text(w, NULL, "process");
    else
        json_add_text(w, NULL, is_exposing(event) ? "intrusion_detection" : "network");
    json_end_array(w, list);
    list = json_begin_array(w, "type");
    if (!finding || finding->verdict <= VERDICT_REVEALED) {
        json_add_text(w, NULL, "info");
    } else {
        json_add_text(w, NULL, "access");
        json_add_text(w, NULL, finding->verdict == VERDICT_REFUSED ? "denied" : "allowed");
    }
    json_end_array(w, list);
}

static const char *outcome_of(const struct finding *finding)
{
    switch (finding->verdict) {
    case VERDICT_PROBED:
        return "unknown";
    case VERDICT_REFUSED:
        return "failure";
    default:
        return "success";
    }
}

static void add_event(struct json_writer *w, const struct event *event)
{
    struct json_mark object = json_begin_object(w, "event");
    json_add_text(w, "kind", kind_of(event));
    add_class(w, event);
    json_add_text(w, "action", event_action_name(event->action));
    json_add_text(w, "dataset", "ajar");
    json_add_text(w, "module", "ajar");
    json_add_text(w, "id", event->id);
    json_add_number(w, "severity", (uint64_t)event->severity);
    add_count(w, "sequence", event->sequence);
    if (event->finding)
        json_add_text(w, "outcome", outcome_of(event->finding));
    if (event->finding &&
        (event->action == EVENT_STORE_SESSION || event->action == EVENT_EVENTS_FOLDED)) {
        add_time(w, "start", event->finding->first_ns);
        add_time(w, "end", event->finding->time_ns);
        if (event->finding->time_ns >= event->finding->first_ns)
            add_count(w, "duration", event->finding->time_ns - event->finding->first_ns);
    }
    json_end_object(w, object);
}

static void add_place(struct json_writer *w, const struct place *place)
{
    struct json_mark geo = json_begin_object(w, "geo");
    json_add_text(w, "country_iso_code", place->country_code);
    json_add_text(w, "country_name", place->country_name);
    json_add_text(w, "continent_code", place->continent_code);
    json_add_text(w, "region_name", place->region_name);
    json_add_text(w, "city_name", place->city_name);
    if (place->has_location) {
        struct json_mark location = json_begin_object(w, "location");
        json_add_decimal(w, "lat", place->latitude);
        json_add_decimal(w, "lon", place->longitude);
        json_end_object(w, location);
    }
    json_end_object(w, geo);
    struct json_mark as = json_begin_object(w, "as");
    if (place->as_number)
        json_add_number(w, "number", place->as_number);
    struct json_mark organization = json_begin_object(w, "organization");
    json_add_text(w, "name", place->as_name);
    json_end_object(w, organization);
    json_end_object(w, as);
}

struct end {
    const char *key;
    const char *address;
    uint16_t port;
    uint64_t bytes;
    const struct place *place;
};

static void add_end(struct json_writer *w, const struct end *end)
{
    struct json_mark object = json_begin_object(w, end->key);
    json_add_text(w, "ip", end->address);
    json_add_number(w, "port", end->port);
    add_count(w, "bytes", end->bytes);
    add_place(w, end->place);
    json_end_object(w, object);
}

/* What was folded is known by its last finding, without its amounts: exposures have them. */
static bool has_amounts(const struct event *event)
{
    return event->action != EVENT_EVENTS_FOLDED;
}

static void add_ends(struct json_writer *w, const struct event *event)
{
    const struct finding *finding = event->finding;
    char client[ADDR_TEXT_MAX], server[ADDR_TEXT_MAX];
    addr_format(&finding->client, client);
    addr_format(&finding->server, server);
    struct end source = {"source", client, finding->client_port, finding->client_bytes,
                         event->source};
    struct end destination = {"destination", server, finding->server_port, finding->server_bytes,
                              event->target};
    if (!has_amounts(event))
        source.bytes = destination.bytes = FINDING_NO_COUNT;
    add_end(w, &source);
    add_end(w, &destination);
    struct json_mark related = json_begin_object(w, "related");
    struct json_mark list = json_begin_array(w, "ip");
    json_add_text(w, NULL, client);
    json_add_text(w, NULL, server);
    json_end_array(w, list);
    json_end_object(w, related);
}

static void add_community_id(struct json_writer *w, const struct finding *finding)
{
    struct community_tuple tuple = {finding->client, finding->server, finding->client_port,
                                    finding->server_port, finding->transport};
    char id[COMMUNITY_ID_TEXT_MAX];
    community_id_format(&tuple, 0, id);
    json_add_text(w, "community_id", id);
}

static void add_network(struct json_writer *w, const struct event *event)
{
    const struct finding *finding = event->finding;
    struct json_mark network = json_begin_object(w, "network");
    if (finding->transport == 6 || finding->transport == 17)
        json_add_text(w, "transport", finding->transport == 6 ? "tcp" : "udp");
    json_add_text(w, "type", addr_is_ipv4(&finding->server) ? "ipv4" : "ipv6");
    json_add_text(w, "direction", direction_name(event->direction));
    json_add_text(w, "application", finding->store);
    if (finding->method[0] || finding->url[0] || finding->status)
        json_add_text(w, "protocol", "http");
    if (has_amounts(event))
        add_count(w, "bytes", finding->client_bytes + finding->server_bytes);
    add_community_id(w, finding);
    if (finding->vlan) {
        char number[8];
        (void)snprintf(number, sizeof number, "%u", finding->vlan);
        struct json_mark vlan = json_begin_object(w, "vlan");
        json_add_text(w, "id", number); /* a keyword in ECS */
        json_end_object(w, vlan);
    }
    json_end_object(w, network);
}

static void add_observer(struct json_writer *w, const struct emit_options *options)
{
    struct json_mark observer = json_begin_object(w, "observer");
    json_add_text_cut(w, "name", options->sensor, NAME_MAX_BYTES);
    json_add_text(w, "type", "sensor");
    json_add_text(w, "product", "ajar");
    json_add_text(w, "version", AJAR_VERSION);
    json_end_object(w, observer);
}

/* The name or address in a Host header, without the port. */
static void add_domain(struct json_writer *w, const char *host)
{
    char name[sizeof((struct finding *)NULL)->host];
    (void)text_copy(name, sizeof name, host, strlen(host));
    char *end = name[0] == '[' ? strchr(name, ']') : NULL;
    if (end)
        end[1] = '\0';
    else
        name[strcspn(name, ":")] = '\0';
    json_add_text(w, "domain", name);
}

static void add_http(struct json_writer *w, const struct finding *finding)
{
    struct json_mark http = json_begin_object(w, "http");
    struct json_mark request = json_begin_object(w, "request");
    json_add_text(w, "method", finding->method);
    json_end_object(w, request);
    if (finding->status) {
        struct json_mark response = json_begin_object(w, "response");
        json_add_number(w, "status_code", finding->status);
        struct json_mark body = json_begin_object(w, "body");
        add_count(w, "bytes", finding->body_bytes);
        json_end_object(w, body);
        json_end_object(w, response);
    }
    json_end_object(w, http);
    struct json_mark url = json_begin_object(w, "url");
    json_add_text(w, "original", finding->url);
    add_domain(w, finding->host);
    json_end_object(w, url);
    struct json_mark agent = json_begin_object(w, "user_agent");
    json_add_text(w, "original", finding->user_agent);
    json_end_object(w, agent);
}

static void add_rule(struct json_writer *w, const struct event *event)
{
    struct json_mark rule = json_begin_object(w, "rule");
    json_add_text(w, "name", event->finding->store);
    json_add_text(w, "ruleset", "ajar");
    if (is_exposing(event))
        json_add_text(w, "reference", REFERENCE_URL);
    json_end_object(w, rule);
}

/* A step of an attack, as MITRE ATT&CK numbers it. */
struct technique {
    const char *tactic_id;
    const char *tactic;
    const char *id;
    const char *name;
};

#define TECHNIQUES_MAX 2

static const struct technique exploit = {"TA0001", "Initial Access", "T1190",
                                         "Exploit Public-Facing Application"};
static const struct technique collect = {"TA0009", "Collection", "T1213",
                                         "Data from Information Repositories"};
static const struct technique destroy = {"TA0040", "Impact", "T1485", "Data Destruction"};

static size_t find_techniques(const struct event *event,
                              const struct technique *found[static TECHNIQUES_MAX])
{
    size_t count = 0;
    if (event->direction == DIRECTION_INBOUND || event->direction == DIRECTION_EXTERNAL)
        found[count++] = &exploit;
    if (event->finding->verdict == VERDICT_DATA || event->finding->verdict == VERDICT_DRAINED)
        found[count++] = &collect;
    else if (event->finding->verdict == VERDICT_TAMPERED)
        found[count++] = &destroy;
    return count;
}

static void add_words(struct json_writer *w, const char *key, const char *const *words,
                      size_t count)
{
    struct json_mark list = json_begin_array(w, key);
    for (size_t i = 0; i < count; i++)
        json_add_text(w, NULL, words[i]);
    json_end_array(w, list);
}

/* Only exposures: reading a store that is meant to be read is no attack. */
static void add_threat(struct json_writer *w, const struct event *event)
{
    const struct technique *found[TECHNIQUES_MAX];
    const char *words[4][TECHNIQUES_MAX];
    size_t count = is_exposing(event) ? find_techniques(event, found) : 0;
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        words[0][i] = found[i]->tactic_id;
        words[1][i] = found[i]->tactic;
        words[2][i] = found[i]->id;
        words[3][i] = found[i]->name;
    }
    struct json_mark threat = json_begin_object(w, "threat");
    json_add_text(w, "framework", "MITRE ATT&CK");
    struct json_mark part = json_begin_object(w, "tactic");
    add_words(w, "id", words[0], count);
    add_words(w, "name", words[1], count);
    json_end_object(w, part);
    part = json_begin_object(w, "technique");
    add_words(w, "id", words[2], count);
    add_words(w, "name", words[3], count);
    json_end_object(w, part);
    json_end_object(w, threat);
}

static const char *source_name(uint8_t source)
{
    static const char *const names[] = {
        [COUNT_NONE] = "",       [COUNT_AT_LEAST] = "at-least", [COUNT_SEARCH] = "search",
        [COUNT_COUNT] = "count", [COUNT_LISTING] = "listing",
    };
    return source < sizeof names / sizeof names[0] ? names[source] : "";
}

static const char *identity_word(uint8_t identity)
{
    static const char *const names[] = {"none", "likely", "proven"};
    return identity < sizeof names / sizeof names[0] ? names[identity] : "none";
}

static void add_detail(struct json_writer *w, const struct finding_dataset *dataset)
{
    if (dataset->name[0] == '\0' || (dataset->records == FINDING_NO_COUNT &&
                                     dataset->bytes == FINDING_NO_COUNT && dataset->returned == 0))
        return;
    struct json_mark detail = json_begin_object(w, NULL);
    json_add_text(w, "name", dataset->name);
    add_count(w, "records", dataset->records);
    if (dataset->records != FINDING_NO_COUNT)
        json_add_text(w, "records_source", source_name(dataset->source));
    add_count(w, "bytes", dataset->bytes);
    if (dataset->returned)
        add_count(w, "returned", dataset->returned);
    json_end_object(w, detail);
}

static void add_datasets(struct json_writer *w, const struct finding *finding,
                         const struct limits *limits)
{
    unsigned count = finding->dataset_count;
    if (count > FINDING_DATASETS_MAX)
        count = FINDING_DATASETS_MAX;
    struct json_mark list = json_begin_array(w, "datasets");
    for (unsigned i = 0; i < count && i < limits->datasets; i++)
        json_add_text(w, NULL, finding->datasets[i].name);
    json_end_array(w, list);
    list = json_begin_array(w, "dataset_records");
    for (unsigned i = 0; i < count && i < limits->details; i++)
        add_detail(w, &finding->datasets[i]);
    json_end_array(w, list);
    unsigned cut = count > limits->datasets ? count - limits->datasets : 0;
    if (finding->datasets_dropped || cut)
        add_count(w, "datasets_dropped", (uint64_t)finding->datasets_dropped + cut);
}

static void add_evidence(struct json_writer *w, const struct finding *finding,
                         const struct limits *limits)
{
    struct json_mark list = json_begin_array(w, "evidence");
    for (unsigned i = 0; i < finding->evidence_count && i < limits->evidence; i++)
        json_add_text(w, NULL, finding->evidence[i]);
    json_end_array(w, list);
}

static void add_ndpi(struct json_writer *w, const struct finding *finding)
{
    struct json_mark ndpi = json_begin_object(w, "ndpi");
    json_add_text(w, "application", finding->application);
    struct json_mark risks = json_begin_array(w, "risks");
    for (unsigned bit = 0; bit < 64 && finding->risks >> bit; bit++) {
        const char *name = finding->risks >> bit & 1 ? classify_risk_name(bit) : NULL;
        if (name)
            json_add_text(w, NULL, name);
    }
    json_end_array(w, risks);
    json_end_object(w, ndpi);
}

/* "NL,US" as a list. */
static void add_countries(struct json_writer *w, const char *separated)
{
    struct json_mark list = json_begin_array(w, "countries");
    for (const char *at = separated; *at;) {
        size_t length = strcspn(at, ",");
        char word[8];
        (void)text_copy(word, sizeof word, at, length);
        json_add_text(w, NULL, word);
        at += length + (at[length] == ',');
    }
    json_end_array(w, list);
}

static void add_exposure(struct json_writer *w, const struct event *event)
{
    const struct exposure_view *view = event->exposure;
    if (!view)
        return;
    json_add_text(w, "exposure", view->id);
    if (event->action != EVENT_EXPOSURE_OPENED)
        return;
    struct json_mark state = json_begin_object(w, "exposure_state");
    add_time(w, "first_seen", view->first_ns);
    add_time(w, "last_seen", view->last_ns);
    add_count(w, "actors", view->actors);
    add_count(w, "requests", view->requests);
    add_count(w, "records", view->records);
    add_count(w, "returned", view->returned);
    add_count(w, "bytes", view->gave_bytes);
    add_countries(w, view->countries);
    json_end_object(w, state);
}

static void add_amounts(struct json_writer *w, const struct finding *finding)
{
    add_count(w, "records", finding->records);
    if (finding->records != FINDING_NO_COUNT)
        json_add_text(w, "records_source", source_name(finding->records_source));
    add_count(w, "returned", finding->returned);
    add_count(w, "bytes", finding->gave_bytes);
    add_count(w, "requests", finding->requests);
    json_add_bool(w, "partial", finding->partial);
}

static void add_store(struct json_writer *w, const struct event *event, const struct limits *limits)
{
    const struct finding *finding = event->finding;
    json_add_text(w, "store", finding->store);
    json_add_text(w, "product", finding->product);
    json_add_text(w, "version", finding->version);
    json_add_text(w, "cluster_id", finding->cluster_id);
    json_add_text(w, "cluster_name", finding->cluster_name);
    json_add_text(w, "verdict", verdict_name((enum verdict)finding->verdict));
    json_add_text(w, "credentials", credentials_name(event->credentials));
    json_add_text(w, "identity", identity_word(finding->identity));
    json_add_text(w, "protection", finding->protection);
    if (has_amounts(event))
        add_amounts(w, finding);
    add_datasets(w, finding, limits);
    add_evidence(w, finding, limits);
    add_true(w, "request_unseen", finding->request_unseen);
    add_true(w, "weak", finding->weak);
    add_true(w, "sampled", finding->sampled);
    add_true(w, "midstream", finding->midstream);
    add_ndpi(w, finding);
    add_exposure(w, event);
}

static void add_ajar(struct json_writer *w, const struct emit_options *options,
                     const struct event *event, const struct limits *limits)
{
    struct json_mark ajar = json_begin_object(w, "ajar");
    json_add_number(w, "schema_version", EMIT_SCHEMA_VERSION);
    json_add_text_cut(w, "site", options->site, NAME_MAX_BYTES);
    if (options->import_id)
        json_add_text_cut(w, "import", options->import_id, NAME_MAX_BYTES);
    if (event->folded)
        add_count(w, "folded", event->folded);
    if (event->finding)
        add_store(w, event, limits);
    if (event->status)
        json_add_status(w, event->status);
    if (event->trouble)
        json_add_trouble(w, event->trouble);
    unsigned reasons =
        event->reason_count < EVENT_REASONS_MAX ? event->reason_count : EVENT_REASONS_MAX;
    add_words(w, "severity_reasons", event->reasons, reasons);
    json_end_object(w, ajar);
}

/* All but what is under "ajar". */
static void write_head(struct json_writer *w, const struct emit_options *options,
                       const struct event *event)
{
    add_time(w, "@timestamp", event->time_ns);
    struct json_mark ecs = json_begin_object(w, "ecs");
    json_add_text(w, "version", ECS_VERSION);
    json_end_object(w, ecs);
    add_event(w, event);
    if (event->finding) {
        add_ends(w, event);
        add_network(w, event);
    }
    add_observer(w, options);
    if (event->finding) {
        add_http(w, event->finding);
        add_rule(w, event);
        add_threat(w, event);
    }
}

/* The next smaller lists: the details go first. Few steps, because each one writes the document
 * again, and an attacker chooses how often that is needed. */
static bool shrink(struct limits *limits)
{
    if (limits->details)
        limits->details = limits->details > FINDING_DATASETS_MAX / 4 ? FINDING_DATASETS_MAX / 4 : 0;
    else if (limits->datasets)
        limits->datasets = limits->datasets > FINDING_DATASETS_MAX / 8 ? limits->datasets / 2 : 0;
    else if (limits->evidence)
        limits->evidence = 0;
    else
        return false;
    return true;
}

/* Only the part that has the lists is written again when they must be shorter. */
enum ajar_status json_write_event(const struct emit_options *options, const struct event *event,
                                  char *text, size_t size, size_t *length)
{
    struct limits limits = {FINDING_DATASETS_MAX, FINDING_DATASETS_MAX, FINDING_EVIDENCE_MAX};
    struct json_writer head;
    json_writer_init(&head, text, size);
    struct json_mark root = json_begin_object(&head, NULL);
    write_head(&head, options, event);
    do {
        struct json_writer writer = head;
        add_ajar(&writer, options, event, &limits);
        json_end_object(&writer, root);
        if (!writer.full) {
            *length = writer.used;
            return AJAR_OK;
        }
    } while (shrink(&limits));
    return AJAR_ERR_LIMIT;
}
