/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event -> JSON. Field names are those of the Elastic Common Schema, own ones are under "ajar".
 * Only what is known is written: no empty strings, no nulls. All text is made valid UTF-8 here,
 * since most of it was chosen by whoever sent the packets. The only file that knows jansson.
 */
#include "emit/json.h"

#include "base/community_id.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "classify/classify.h"
#include "enrich/enrich.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define ECS_VERSION    "8.17.0"
#define TEXT_BYTES_MAX 2048 /* of one text value after repair */
#define REAL_DIGITS    9
#define PLACE_DIGITS   1e4 /* coordinates to 4 decimals: databases know cities, not houses */
#define REFERENCE_URL  "https://cwe.mitre.org/data/definitions/306.html"

/* How much of the lists is written; lowered until the document fits. */
struct limits {
    unsigned datasets; /* names */
    unsigned details;  /* data sets with their counts */
    unsigned evidence;
};

static void set_text(json_t *object, const char *key, const char *text)
{
    char valid[TEXT_BYTES_MAX];
    size_t length = text_make_utf8(valid, sizeof valid, text, strlen(text));
    if (length)
        (void)json_object_set_new(object, key, json_stringn(valid, length));
}

static void set_count(json_t *object, const char *key, uint64_t count)
{
    if (count == FINDING_NO_COUNT)
        return;
    json_int_t number = count > INT64_MAX ? INT64_MAX : (json_int_t)count;
    (void)json_object_set_new(object, key, json_integer(number));
}

/* Only what is true is said; false is the rule. */
static void set_true(json_t *object, const char *key, bool value)
{
    if (value)
        (void)json_object_set_new(object, key, json_true());
}

static void set_time(json_t *object, const char *key, uint64_t time_ns)
{
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format(time_ns, text);
    set_text(object, key, text);
}

/* Hands the child over; an empty one is left out. */
static void set_object(json_t *object, const char *key, json_t *child)
{
    if (json_object_size(child) > 0)
        (void)json_object_set_new(object, key, child);
    else
        json_decref(child);
}

static void set_list(json_t *object, const char *key, json_t *list)
{
    if (json_array_size(list) > 0)
        (void)json_object_set_new(object, key, list);
    else
        json_decref(list);
}

static void append_text(json_t *list, const char *text)
{
    char valid[TEXT_BYTES_MAX];
    size_t length = text_make_utf8(valid, sizeof valid, text, strlen(text));
    if (length)
        (void)json_array_append_new(list, json_stringn(valid, length));
}

static bool is_exposing(const struct event *event)
{
    return event->finding && !event->finding->weak && event->credentials == CREDENTIALS_NONE &&
           verdict_exposes((enum verdict)event->finding->verdict);
}

static json_t *make_category(const struct event *event)
{
    json_t *list = json_array();
    if (!event->finding) {
        append_text(list, "network");
        return list;
    }
    append_text(list, "database");
    append_text(list, is_exposing(event) ? "intrusion_detection" : "network");
    return list;
}

/* Words that ECS allows for the categories above. */
static json_t *make_type(const struct event *event)
{
    json_t *list = json_array();
    if (!event->finding || event->finding->verdict <= VERDICT_REVEALED) {
        append_text(list, "info");
        return list;
    }
    append_text(list, "access");
    append_text(list, event->finding->verdict == VERDICT_REFUSED ? "denied" : "allowed");
    return list;
}

static const char *kind_of(const struct event *event)
{
    if (!event->finding)
        return "metric";
    return is_exposing(event) ? "alert" : "event";
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

static void add_event(json_t *root, const struct event *event)
{
    json_t *object = json_object();
    set_text(object, "kind", kind_of(event));
    set_list(object, "category", make_category(event));
    set_list(object, "type", make_type(event));
    set_text(object, "action", event_action_name(event->action));
    set_text(object, "dataset", "ajar");
    set_text(object, "module", "ajar");
    set_text(object, "id", event->id);
    set_count(object, "severity", (uint64_t)event->severity);
    set_count(object, "sequence", event->sequence);
    if (event->finding)
        set_text(object, "outcome", outcome_of(event->finding));
    if (event->action == EVENT_STORE_SESSION) {
        const struct finding *finding = event->finding;
        set_time(object, "start", finding->first_ns);
        set_time(object, "end", finding->time_ns);
        if (finding->time_ns >= finding->first_ns)
            set_count(object, "duration", finding->time_ns - finding->first_ns);
    }
    set_object(root, "event", object);
}

static void add_place(json_t *end, const struct place *place)
{
    json_t *geo = json_object();
    set_text(geo, "country_iso_code", place->country_code);
    set_text(geo, "country_name", place->country_name);
    set_text(geo, "continent_code", place->continent_code);
    set_text(geo, "region_name", place->region_name);
    set_text(geo, "city_name", place->city_name);
    if (place->has_location) {
        json_t *location = json_object();
        double lat = round(place->latitude * PLACE_DIGITS) / PLACE_DIGITS;
        double lon = round(place->longitude * PLACE_DIGITS) / PLACE_DIGITS;
        (void)json_object_set_new(location, "lat", json_real(lat));
        (void)json_object_set_new(location, "lon", json_real(lon));
        set_object(geo, "location", location);
    }
    set_object(end, "geo", geo);
    json_t *as = json_object();
    if (place->as_number)
        set_count(as, "number", place->as_number);
    json_t *organization = json_object();
    set_text(organization, "name", place->as_name);
    set_object(as, "organization", organization);
    set_object(end, "as", as);
}

struct end {
    const struct addr *addr;
    uint16_t port;
    uint64_t bytes;
    const struct place *place;
};

static void add_end(json_t *root, const char *key, const struct end *end)
{
    json_t *object = json_object();
    char text[ADDR_TEXT_MAX];
    addr_format(end->addr, text);
    set_text(object, "ip", text);
    set_count(object, "port", end->port);
    set_count(object, "bytes", end->bytes);
    if (end->place)
        add_place(object, end->place);
    set_object(root, key, object);
}

static void add_ends(json_t *root, const struct event *event)
{
    const struct finding *finding = event->finding;
    struct end source = {&finding->client, finding->client_port, finding->client_bytes,
                         event->source};
    struct end destination = {&finding->server, finding->server_port, finding->server_bytes,
                              event->target};
    add_end(root, "source", &source);
    add_end(root, "destination", &destination);
    json_t *related = json_object(), *addresses = json_array();
    char text[ADDR_TEXT_MAX];
    addr_format(&finding->client, text);
    append_text(addresses, text);
    addr_format(&finding->server, text);
    append_text(addresses, text);
    set_list(related, "ip", addresses);
    set_object(root, "related", related);
}

static void add_network(json_t *root, const struct event *event)
{
    const struct finding *finding = event->finding;
    json_t *network = json_object();
    if (finding->transport == 6)
        set_text(network, "transport", "tcp");
    else if (finding->transport == 17)
        set_text(network, "transport", "udp");
    set_text(network, "type", addr_is_ipv4(&finding->server) ? "ipv4" : "ipv6");
    set_text(network, "direction", direction_name(event->direction));
    set_text(network, "application", finding->store);
    if (finding->method[0] || finding->url[0] || finding->status)
        set_text(network, "protocol", "http");
    set_count(network, "bytes", finding->client_bytes + finding->server_bytes);
    struct community_tuple tuple = {finding->client, finding->server, finding->client_port,
                                    finding->server_port, finding->transport};
    char id[COMMUNITY_ID_TEXT_MAX];
    community_id_format(&tuple, 0, id);
    set_text(network, "community_id", id);
    if (finding->vlan) {
        json_t *vlan = json_object();
        char number[8];
        (void)snprintf(number, sizeof number, "%u", finding->vlan);
        set_text(vlan, "id", number); /* a keyword in ECS */
        set_object(network, "vlan", vlan);
    }
    set_object(root, "network", network);
}

static void add_observer(json_t *root, const struct emit_options *options)
{
    json_t *observer = json_object();
    set_text(observer, "name", options->sensor);
    set_text(observer, "type", "sensor");
    set_text(observer, "product", "ajar");
    set_text(observer, "version", AJAR_VERSION);
    set_object(root, "observer", observer);
}

/* The name or address in a Host header, without the port. */
static void set_domain(json_t *url, const char *host)
{
    char name[sizeof((struct finding *)NULL)->host];
    (void)text_copy(name, sizeof name, host, strlen(host));
    char *end = name[0] == '[' ? strchr(name, ']') : NULL;
    if (end)
        end[1] = '\0';
    else
        name[strcspn(name, ":")] = '\0';
    set_text(url, "domain", name);
}

static void add_http(json_t *root, const struct finding *finding)
{
    json_t *http = json_object(), *request = json_object(), *response = json_object();
    json_t *url = json_object(), *agent = json_object();
    set_text(request, "method", finding->method);
    set_object(http, "request", request);
    if (finding->status) {
        json_t *body = json_object();
        set_count(response, "status_code", finding->status);
        set_count(body, "bytes", finding->body_bytes);
        set_object(response, "body", body);
    }
    set_object(http, "response", response);
    set_object(root, "http", http);
    set_text(url, "original", finding->url);
    set_domain(url, finding->host);
    set_object(root, "url", url);
    set_text(agent, "original", finding->user_agent);
    set_object(root, "user_agent", agent);
}

/* A step of an attack, as MITRE ATT&CK numbers it. */
struct technique {
    const char *tactic_id;
    const char *tactic;
    const char *id;
    const char *name;
};

static void append_technique(json_t *lists[static 4], const struct technique *technique)
{
    append_text(lists[0], technique->tactic_id);
    append_text(lists[1], technique->tactic);
    append_text(lists[2], technique->id);
    append_text(lists[3], technique->name);
}

/* Only exposures: reading a store that is meant to be read is no attack. */
static void add_threat(json_t *root, const struct event *event)
{
    static const struct technique exploit = {"TA0001", "Initial Access", "T1190",
                                             "Exploit Public-Facing Application"};
    static const struct technique collect = {"TA0009", "Collection", "T1213",
                                             "Data from Information Repositories"};
    static const struct technique destroy = {"TA0040", "Impact", "T1485", "Data Destruction"};
    json_t *lists[4] = {json_array(), json_array(), json_array(), json_array()};
    if (is_exposing(event)) {
        if (event->direction == DIRECTION_INBOUND || event->direction == DIRECTION_EXTERNAL)
            append_technique(lists, &exploit);
        if (event->finding->verdict == VERDICT_DATA || event->finding->verdict == VERDICT_DRAINED)
            append_technique(lists, &collect);
        if (event->finding->verdict == VERDICT_TAMPERED)
            append_technique(lists, &destroy);
    }
    json_t *threat = json_object(), *tactic = json_object(), *technique = json_object();
    if (json_array_size(lists[0]) > 0)
        set_text(threat, "framework", "MITRE ATT&CK");
    set_list(tactic, "id", lists[0]);
    set_list(tactic, "name", lists[1]);
    set_list(technique, "id", lists[2]);
    set_list(technique, "name", lists[3]);
    set_object(threat, "tactic", tactic);
    set_object(threat, "technique", technique);
    set_object(root, "threat", threat);
}

static void add_rule(json_t *root, const struct event *event)
{
    json_t *rule = json_object();
    set_text(rule, "name", event->finding->store);
    set_text(rule, "ruleset", "ajar");
    if (is_exposing(event))
        set_text(rule, "reference", REFERENCE_URL);
    set_object(root, "rule", rule);
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

static json_t *make_detail(const struct finding_dataset *dataset)
{
    json_t *detail = json_object();
    set_text(detail, "name", dataset->name);
    set_count(detail, "records", dataset->records);
    if (dataset->records != FINDING_NO_COUNT)
        set_text(detail, "records_source", source_name(dataset->source));
    set_count(detail, "bytes", dataset->bytes);
    if (dataset->returned)
        set_count(detail, "returned", dataset->returned);
    return detail;
}

static void add_datasets(json_t *ajar, const struct finding *finding, const struct limits *limits)
{
    json_t *names = json_array(), *details = json_array();
    unsigned count = finding->dataset_count;
    if (count > FINDING_DATASETS_MAX)
        count = FINDING_DATASETS_MAX;
    for (unsigned i = 0; i < count && i < limits->datasets; i++)
        append_text(names, finding->datasets[i].name);
    for (unsigned i = 0; i < count && i < limits->details; i++) {
        const struct finding_dataset *dataset = &finding->datasets[i];
        if (dataset->records != FINDING_NO_COUNT || dataset->bytes != FINDING_NO_COUNT ||
            dataset->returned)
            (void)json_array_append_new(details, make_detail(dataset));
    }
    set_list(ajar, "datasets", names);
    set_list(ajar, "dataset_records", details);
    unsigned cut = count > limits->datasets ? count - limits->datasets : 0;
    if (finding->datasets_dropped || cut)
        set_count(ajar, "datasets_dropped", (uint64_t)finding->datasets_dropped + cut);
}

static void add_ndpi(json_t *ajar, const struct finding *finding)
{
    json_t *ndpi = json_object(), *risks = json_array();
    set_text(ndpi, "application", finding->application);
    for (unsigned bit = 0; bit < 64; bit++) {
        const char *name = finding->risks >> bit & 1 ? classify_risk_name(bit) : NULL;
        if (name)
            append_text(risks, name);
    }
    set_list(ndpi, "risks", risks);
    set_object(ajar, "ndpi", ndpi);
}

static json_t *make_words(const char *separated)
{
    json_t *list = json_array();
    for (const char *at = separated; *at;) {
        size_t length = strcspn(at, ",");
        char word[128];
        (void)text_copy(word, sizeof word, at, length);
        append_text(list, word);
        at += length + (at[length] == ',');
    }
    return list;
}

static void add_exposure(json_t *ajar, const struct event *event)
{
    const struct exposure_view *view = event->exposure;
    if (!view)
        return;
    set_text(ajar, "exposure", view->id);
    if (event->action != EVENT_EXPOSURE_OPENED)
        return;
    json_t *state = json_object();
    set_time(state, "first_seen", view->first_ns);
    set_time(state, "last_seen", view->last_ns);
    set_count(state, "actors", view->actors);
    set_count(state, "requests", view->requests);
    set_count(state, "records", view->records);
    set_count(state, "returned", view->returned);
    set_count(state, "bytes", view->gave_bytes);
    set_list(state, "countries", make_words(view->countries));
    set_object(ajar, "exposure_state", state);
}

static void add_store(json_t *ajar, const struct event *event, const struct limits *limits)
{
    const struct finding *finding = event->finding;
    set_text(ajar, "store", finding->store);
    set_text(ajar, "product", finding->product);
    set_text(ajar, "version", finding->version);
    set_text(ajar, "cluster_id", finding->cluster_id);
    set_text(ajar, "cluster_name", finding->cluster_name);
    set_text(ajar, "verdict", verdict_name((enum verdict)finding->verdict));
    set_text(ajar, "credentials", credentials_name(event->credentials));
    set_text(ajar, "identity", identity_word(finding->identity));
    set_text(ajar, "protection", finding->protection);
    set_count(ajar, "records", finding->records);
    if (finding->records != FINDING_NO_COUNT)
        set_text(ajar, "records_source", source_name(finding->records_source));
    set_count(ajar, "returned", finding->returned);
    set_count(ajar, "bytes", finding->gave_bytes);
    set_count(ajar, "requests", finding->requests);
    add_datasets(ajar, finding, limits);
    json_t *evidence = json_array();
    for (unsigned i = 0; i < finding->evidence_count && i < limits->evidence; i++)
        append_text(evidence, finding->evidence[i]);
    set_list(ajar, "evidence", evidence);
    (void)json_object_set_new(ajar, "partial", json_boolean(finding->partial));
    set_true(ajar, "request_unseen", finding->request_unseen);
    set_true(ajar, "weak", finding->weak);
    set_true(ajar, "sampled", finding->sampled);
    set_true(ajar, "midstream", finding->midstream);
    add_ndpi(ajar, finding);
    add_exposure(ajar, event);
}

static void add_status(json_t *ajar, const struct sensor_status *status)
{
    json_t *object = json_object();
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {
        {"packets", status->packets},
        {"bytes", status->bytes},
        {"dropped_kernel", status->dropped_kernel},
        {"dropped_interface", status->dropped_interface},
        {"flows", status->flows},
        {"flows_now", status->flows_now},
        {"gaps", status->gaps},
        {"anomalies", status->anomalies},
        {"findings", status->findings},
        {"findings_dropped", status->findings_dropped},
        {"events", status->events},
        {"events_dropped", status->events_dropped},
        {"memory_bytes", status->memory_bytes},
        {"open_exposures", status->open_exposures},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        set_count(object, numbers[i].key, numbers[i].value);
    set_object(ajar, "status", object);
}

static void add_ajar(json_t *root, const struct emit_options *options, const struct event *event,
                     const struct limits *limits)
{
    json_t *ajar = json_object(), *reasons = json_array();
    set_text(ajar, "site", options->site);
    if (options->import_id)
        set_text(ajar, "import", options->import_id);
    if (event->finding)
        add_store(ajar, event, limits);
    if (event->status)
        add_status(ajar, event->status);
    for (unsigned i = 0; i < event->reason_count && i < EVENT_REASONS_MAX; i++)
        append_text(reasons, event->reasons[i]);
    set_list(ajar, "severity_reasons", reasons);
    set_object(root, "ajar", ajar);
}

static json_t *make_document(const struct emit_options *options, const struct event *event,
                             const struct limits *limits)
{
    json_t *root = json_object(), *ecs = json_object();
    set_time(root, "@timestamp", event->time_ns);
    set_text(ecs, "version", ECS_VERSION);
    set_object(root, "ecs", ecs);
    add_event(root, event);
    if (event->finding) {
        add_ends(root, event);
        add_network(root, event);
    }
    add_observer(root, options);
    if (event->finding) {
        add_http(root, event->finding);
        add_rule(root, event);
        add_threat(root, event);
    }
    add_ajar(root, options, event, limits);
    return root;
}

/* The next smaller lists: the details go first, then half of the names at a time. */
static bool shrink(struct limits *limits)
{
    if (limits->details)
        limits->details = limits->details > 8 ? limits->details / 2 : 0;
    else if (limits->datasets)
        limits->datasets /= 2;
    else if (limits->evidence)
        limits->evidence = 0;
    else
        return false;
    return true;
}

enum ajar_status json_write_event(const struct emit_options *options, const struct event *event,
                                  char *text, size_t size, size_t *length)
{
    struct limits limits = {FINDING_DATASETS_MAX, FINDING_DATASETS_MAX, FINDING_EVIDENCE_MAX};
    do {
        json_t *root = make_document(options, event, &limits);
        if (!root)
            return AJAR_ERR_MEMORY;
        size_t need = json_dumpb(root, text, size, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
        json_decref(root);
        if (need == 0)
            return AJAR_ERR_MEMORY;
        if (need <= size) {
            *length = need;
            return AJAR_OK;
        }
    } while (shrink(&limits));
    return AJAR_ERR_LIMIT;
}
