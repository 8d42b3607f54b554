/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event -> JSON. Field names are those of the Elastic Common Schema, own ones are under "ajar".
 * Only what is known is written: no empty strings, no nulls. All text is made valid UTF-8 here,
 * since most of it was chosen by whoever sent the packets.
 */
#include "emit/json.h"

#include "base/community_id.h"
#include "base/text.h"
#include "emit/json_parts.h"
#include "emit/json_sensor.h"
#include "emit/json_store.h"
#include "enrich/enrich.h"

#include <stdio.h>
#include <string.h>

#define ECS_VERSION    "8.17.0"
#define NAME_MAX_BYTES 128 /* of what the configuration chose: sensor, site, import */
#define REFERENCE_URL  "https://cwe.mitre.org/data/definitions/306.html"

static bool is_exposing(const struct event *event)
{
    const struct finding *finding = event->finding;
    switch (event->action) {
    case EVENT_EXPOSURE_OPENED:
    case EVENT_EXPOSURE_UPDATED:
        return true;
    case EVENT_EXPOSURE_CLOSED:
    case EVENT_STORE_REACHABLE:
        return false;
    default:
        return finding && !finding->weak && event->credentials == CREDENTIALS_NONE &&
               verdict_exposes((enum verdict)finding->verdict);
    }
}

static const char *kind_of(const struct event *event)
{
    if (event->status)
        return "metric";
    return is_exposing(event) ? "alert" : "event";
}

/* The life of an exposure is told in words that ECS has for connections and for databases. */
static bool is_life(const struct event *event)
{
    return event->action == EVENT_EXPOSURE_OPENED || event->action == EVENT_EXPOSURE_CLOSED;
}

/* Words that ECS allows in one of the categories. */
static void add_types(struct json_writer *w, const struct event *event)
{
    const struct finding *finding = event->finding;
    struct json_mark list = json_begin_array(w, "type");
    if (event->action == EVENT_EXPOSURE_CLOSED) {
        json_add_text(w, NULL, "end");
    } else if (event->action == EVENT_EXPOSURE_UPDATED) {
        json_add_text(w, NULL, "change");
    } else if (!finding || event->action == EVENT_STORE_REACHABLE ||
               finding->verdict <= VERDICT_REVEALED) {
        json_add_text(w, NULL, "info");
    } else {
        json_add_text(w, NULL, "access");
        json_add_text(w, NULL, finding->verdict == VERDICT_REFUSED ? "denied" : "allowed");
    }
    if (event->action == EVENT_EXPOSURE_OPENED)
        json_add_text(w, NULL, "start");
    json_end_array(w, list);
}

static void add_class(struct json_writer *w, const struct event *event)
{
    bool exposing = is_exposing(event);
    struct json_mark list = json_begin_array(w, "category");
    if (event->finding)
        json_add_text(w, NULL, "database");
    if (event->trouble)
        json_add_text(w, NULL, "process");
    if (exposing)
        json_add_text(w, NULL, "intrusion_detection");
    if (!event->trouble && (!exposing || is_life(event)))
        json_add_text(w, NULL, "network");
    json_end_array(w, list);
    add_types(w, event);
}

static const char *outcome_of(const struct finding *finding)
{
    if (finding->kind == FINDING_DOOR)
        return finding->door == DOOR_ANSWERED || finding->door == DOOR_OPAQUE ? "success"
               : finding->door == DOOR_RESET                                  ? "failure"
                                                                              : "unknown";
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
    json_add_count(w, "sequence", event->sequence);
    if (event->finding)
        json_add_text(w, "outcome", outcome_of(event->finding));
    if (event->finding &&
        (event->action == EVENT_STORE_SESSION || event->action == EVENT_EVENTS_FOLDED)) {
        json_add_time(w, "start", event->finding->first_ns);
        json_add_time(w, "end", event->finding->time_ns);
        if (event->finding->time_ns >= event->finding->first_ns)
            json_add_count(w, "duration", event->finding->time_ns - event->finding->first_ns);
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
    const struct addr *addr;
    uint16_t port;
    uint64_t bytes;
    const struct place *place;
};

static void add_end(struct json_writer *w, const struct end *end, bool has_amounts)
{
    struct json_mark object = json_begin_object(w, end->key);
    json_add_address(w, "ip", end->addr);
    if (end->port)
        json_add_number(w, "port", end->port);
    if (has_amounts)
        json_add_count(w, "bytes", end->bytes);
    add_place(w, end->place);
    json_end_object(w, object);
}

/* Behind a trusted proxy the source is whom the proxy names; the peer on the wire is its NAT, as
 * ECS calls it, and has the port. */
static void add_source(struct json_writer *w, const struct event *event, bool has_amounts)
{
    const struct finding *finding = event->finding;
    const struct addr *client = event_client(event), *peer = event_peer(event);
    if (client == peer) {
        struct end end = {"source", client, finding->client_port, finding->client_bytes,
                          event->source};
        add_end(w, &end, has_amounts);
        return;
    }
    struct json_mark source = json_begin_object(w, "source");
    json_add_address(w, "ip", client);
    struct json_mark nat = json_begin_object(w, "nat");
    json_add_address(w, "ip", peer);
    json_add_number(w, "port", finding->client_port);
    json_end_object(w, nat);
    if (has_amounts)
        json_add_count(w, "bytes", finding->client_bytes);
    add_place(w, event->source);
    json_end_object(w, source);
}

static void add_ends(struct json_writer *w, const struct event *event)
{
    const struct finding *finding = event->finding;
    bool has_amounts = event_has_amounts(event), has_client = event_has_client(event);
    if (has_client)
        add_source(w, event, has_amounts);
    struct end destination = {"destination", &finding->server, finding->server_port,
                              finding->server_bytes, event->target};
    add_end(w, &destination, has_amounts);
    struct json_mark related = json_begin_object(w, "related");
    struct json_mark list = json_begin_array(w, "ip");
    json_add_address(w, NULL, event_client(event));
    json_add_address(w, NULL, &finding->server);
    if (event_client(event) != event_peer(event))
        json_add_address(w, NULL, event_peer(event));
    json_end_array(w, list);
    json_end_object(w, related);
}

static void add_community_id(struct json_writer *w, const struct event *event)
{
    const struct finding *finding = event->finding;
    struct community_tuple tuple = {*event_peer(event), finding->server, finding->client_port,
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
    if (event_has_amounts(event))
        json_add_count(w, "bytes", finding->client_bytes + finding->server_bytes);
    if (event_has_client(event))
        add_community_id(w, event);
    if (finding->forwarded && event_client(event) == event_peer(event))
        json_add_address(w, "forwarded_ip", &finding->forwarded_for);
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
        json_add_count(w, "bytes", finding->body_bytes);
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

static void add_ajar(struct json_writer *w, const struct emit_options *options,
                     const struct event *event, const struct json_limits *limits)
{
    struct json_mark ajar = json_begin_object(w, "ajar");
    json_add_number(w, "schema_version", EMIT_SCHEMA_VERSION);
    json_add_text_cut(w, "site", options->site, NAME_MAX_BYTES);
    if (options->import_id)
        json_add_text_cut(w, "import", options->import_id, NAME_MAX_BYTES);
    json_add_some(w, "folded", event->folded);
    json_add_text(w, "severity", severity_word(event->severity));
    if (event->finding)
        json_add_store(w, event, limits);
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
    json_add_time(w, "@timestamp", event->time_ns);
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

/* Only the part that has the lists is written again when they must be shorter. */
enum ajar_status json_write_event(const struct emit_options *options, const struct event *event,
                                  char *text, size_t size, size_t *length)
{
    struct json_limits limits = json_limits_all;
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
    } while (json_limits_lower(&limits));
    return AJAR_ERR_LIMIT;
}
