/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of the ledger. What has no finding of its own (an update that was due, a door that fell
 * silent) gets one made of what is known.
 */
#include "ledger/telling.h"

#include "ledger/classes.h"
#include "ledger/identity.h"
#include "ledger/severity.h"

#include <string.h>

static const struct place nowhere;

static void tell(struct ledger *ledger, struct event *event)
{
    event->sequence = ++ledger->sequence;
    ledger->counters.events++;
    ledger->listener(ledger->context, event);
}

bool telling_is_exposing(const struct event *event)
{
    return event->credentials == CREDENTIALS_NONE && !event->finding->weak &&
           verdict_exposes((enum verdict)event->finding->verdict);
}

static void fill_text(char *text, size_t size, const char *known)
{
    if (text[0] == '\0')
        memcpy(text, known, size);
}

/* The fields of both have the same sizes. */
void telling_fill_names(struct finding *finding, const struct server *server)
{
    _Static_assert(sizeof finding->product == sizeof server->product &&
                       sizeof finding->version == sizeof server->version &&
                       sizeof finding->cluster_id == sizeof server->cluster_id &&
                       sizeof finding->cluster_name == sizeof server->cluster_name,
                   "copied whole");
    if (!server)
        return;
    fill_text(finding->product, sizeof finding->product, server->product);
    fill_text(finding->version, sizeof finding->version, server->version);
    fill_text(finding->cluster_id, sizeof finding->cluster_id, server->cluster_id);
    fill_text(finding->cluster_name, sizeof finding->cluster_name, server->cluster_name);
}

void telling_find_places(struct ledger *ledger, const struct addr *client,
                         const struct addr *server, enum direction direction)
{
    ledger->source = nowhere;
    ledger->target = nowhere;
    if (direction == DIRECTION_INBOUND || direction == DIRECTION_EXTERNAL)
        enricher_find(ledger->enricher, client, &ledger->source);
    if (direction == DIRECTION_OUTBOUND || direction == DIRECTION_EXTERNAL)
        enricher_find(ledger->enricher, server, &ledger->target);
}

static void set_severity(struct event *event, const struct severity *severity)
{
    event->severity = severity->value;
    event->reason_count = severity->reason_count;
    memcpy(event->reasons, severity->reasons, sizeof event->reasons);
}

/* The weightiest class of data that the flow handed out. */
static struct class_weight weigh_classes(const struct finding *finding)
{
    struct class_weight best = {0, NULL};
    for (uint16_t i = 0; i < finding->class_count; i++) {
        const struct finding_class *class = &finding->classes[i];
        struct class_weight weight = class_weigh(class->name, class->by_name, class->values);
        if (weight.weight > best.weight)
            best = weight;
    }
    return best;
}

/* An event of the ledger's finding: its id and its severity follow from what it says. */
static void tell_finding(struct ledger *ledger, struct event *event)
{
    const struct finding *finding = event->finding;
    struct class_weight class = weigh_classes(finding);
    identity_event(ledger->options.site, event->action, finding, event->id);
    struct severity_facts facts = {.verdict = (enum verdict)finding->verdict,
                                   .credentials = event->credentials,
                                   .direction = event->direction,
                                   .returned = finding->returned,
                                   .bytes = finding->gave_bytes,
                                   .kind_weight = finding->kind_weight,
                                   .held = FINDING_NO_COUNT,
                                   .class_weight = class.weight,
                                   .class_reason = class.reason,
                                   .weak = finding->weak};
    struct severity severity;
    severity_judge(&facts, &severity);
    set_severity(event, &severity);
    tell(ledger, event);
}

const struct exposure_view *telling_view(struct ledger *ledger, const struct exposure *exposure)
{
    if (!exposure)
        return NULL;
    exposure_fill_view(exposure, &ledger->texts, &ledger->view);
    exposures_fill_group(ledger->exposures, exposure, &ledger->view.group);
    return &ledger->view;
}

void telling_store(struct ledger *ledger, const struct event *base,
                   const struct exposure_view *view)
{
    const struct finding *finding = base->finding;
    struct event event = *base;
    event.action = finding->kind == FINDING_SESSION ? EVENT_STORE_SESSION : EVENT_STORE_QUERY;
    event.exposure = view;
    /* A session says what was shown in any of its requests; the queries say it one by one. */
    if (event.action == EVENT_STORE_SESSION && finding->credentials_seen &&
        event.credentials == CREDENTIALS_NONE)
        event.credentials = CREDENTIALS_PRESENTED;
    tell_finding(ledger, &event);
}

/* With the exposure's severity, and its own id; nothing of the exposure is due any more. */
static void tell_exposure(struct ledger *ledger, struct event *event, struct exposure *exposure)
{
    event->folded = 0;
    event->exposure = telling_view(ledger, exposure);
    set_severity(event, exposures_severity(ledger->exposures, exposure));
    exposures_unschedule(ledger->exposures, exposure);
    exposure->told_ns = event->time_ns;
    tell(ledger, event);
}

void telling_life(struct ledger *ledger, const struct event *base, enum event_action action,
                  struct exposure *exposure)
{
    struct event event = *base;
    event.action = action;
    identity_event(ledger->options.site, action, base->finding, event.id);
    tell_exposure(ledger, &event, exposure);
}

static void copy_datasets(const struct holdings *holdings, struct finding *finding)
{
    uint32_t count =
        holdings->count < FINDING_DATASETS_MAX ? holdings->count : FINDING_DATASETS_MAX;
    for (uint32_t i = 0; i < count; i++) {
        const struct dataset *dataset = &holdings->datasets[i];
        finding->datasets[i] = (struct finding_dataset){.records = dataset->records,
                                                        .bytes = dataset->bytes,
                                                        .returned = dataset->returned,
                                                        .source = dataset->source};
        memcpy(finding->datasets[i].name, dataset->name, sizeof dataset->name);
    }
    finding->dataset_count = (uint16_t)count;
    finding->datasets_dropped = (uint16_t)(holdings->count - count);
}

/* Who was seen there last; NULL if nobody has a row. */
static const struct actor *last_actor(const struct exposure *exposure)
{
    const struct actor *last = NULL;
    for (uint32_t i = 0; i < exposure->actor_rows; i++)
        if (!last || exposure->actors[i].last_ns > last->last_ns)
            last = &exposure->actors[i];
    return last;
}

/* What the exposure came to, as if one flow of its last client had proven all of it. */
static void make_state_finding(struct ledger *ledger, const struct exposure *exposure,
                               uint64_t time_ns)
{
    struct holdings_estimate held = holdings_estimate(&exposure->holdings);
    const struct actor *last = last_actor(exposure);
    struct finding *finding = &ledger->finding;
    memset(finding, 0, sizeof *finding);
    finding->kind = FINDING_QUERY;
    finding->verdict = exposure->verdict;
    finding->identity = IDENTITY_PROVEN;
    finding->transport = 6;
    finding->time_ns = time_ns;
    finding->first_ns = exposure->first_ns;
    finding->server = exposure->addr;
    finding->server_port = exposure->port;
    finding->records = held.records;
    finding->records_source = (uint8_t)held.source;
    finding->returned = exposure->returned;
    finding->gave_bytes = exposure->gave_bytes;
    finding->requests = exposure->requests;
    finding->oldest_s = exposure->oldest_s;
    finding->newest_s = exposure->newest_s;
    memcpy(finding->store, exposure->store, sizeof finding->store);
    memcpy(finding->product, exposure->product, sizeof finding->product);
    memcpy(finding->version, exposure->version, sizeof finding->version);
    memcpy(finding->cluster_id, exposure->cluster_id, sizeof finding->cluster_id);
    if (last) {
        finding->client = last->addr;
        memcpy(finding->user_agent, last->user_agent, sizeof last->user_agent);
    }
    copy_datasets(&exposure->holdings, finding);
    telling_fill_names(finding, servers_find(ledger->servers, finding));
}

void telling_state(struct ledger *ledger, struct exposure *exposure, enum event_action action,
                   uint64_t time_ns)
{
    make_state_finding(ledger, exposure, time_ns);
    const struct actor *last = last_actor(exposure);
    struct event event = {.action = action,
                          .time_ns = time_ns,
                          .direction = exposure_direction(exposure),
                          .credentials = CREDENTIALS_NONE,
                          .finding = &ledger->finding,
                          .source = &ledger->source,
                          .target = &ledger->target,
                          .actor = last ? &last->who : NULL};
    telling_find_places(ledger, &ledger->finding.client, &exposure->addr, event.direction);
    identity_life(exposure->id, action, time_ns, event.id);
    tell_exposure(ledger, &event, exposure);
}

void telling_reachable(struct ledger *ledger, const struct event *base)
{
    struct event event = *base;
    event.action = EVENT_STORE_REACHABLE;
    event.folded = 0;
    event.exposure = NULL;
    tell_finding(ledger, &event);
}

/* The last of the findings that were not told, as far as it was kept. */
static void make_folded_finding(struct ledger *ledger, const struct pair_state *rest)
{
    struct finding *finding = &ledger->finding;
    memset(finding, 0, sizeof *finding);
    finding->kind = FINDING_QUERY;
    finding->verdict = rest->verdict;
    finding->credentials = rest->credentials;
    finding->identity = rest->identity;
    finding->transport = rest->transport;
    finding->weak = rest->weak != 0;
    finding->time_ns = rest->time_ns;
    finding->first_ns = rest->first_ns;
    finding->exchange = rest->exchange;
    finding->client = rest->client;
    finding->server = rest->server;
    finding->client_port = rest->client_port;
    finding->server_port = rest->server_port;
    finding->vlan = rest->vlan;
    memcpy(finding->store, rest->store, sizeof finding->store);
    finding->records = FINDING_NO_COUNT;
    telling_fill_names(finding, servers_find(ledger->servers, finding));
}

void telling_folded(struct ledger *ledger, const struct pair_state *rest)
{
    make_folded_finding(ledger, rest);
    const struct finding *finding = &ledger->finding;
    struct event event = {
        .action = EVENT_EVENTS_FOLDED,
        .time_ns = finding->time_ns,
        .direction = direction_between(ledger->options.home, &finding->client, &finding->server),
        .credentials = (enum credentials)rest->credentials,
        .finding = finding,
        .source = &ledger->source,
        .target = &ledger->target,
        .folded = rest->folded};
    enum zone zone = zone_of(event.direction);
    telling_find_places(ledger, &finding->client, &finding->server, event.direction);
    if (rest->exposed)
        event.exposure = telling_view(ledger, exposures_find_of(ledger->exposures, finding, zone));
    tell_finding(ledger, &event);
}

void ledger_add_status(struct ledger *ledger, const struct sensor_status *status)
{
    struct sensor_status own = *status;
    own.open_exposures = (uint32_t)exposures_count_open(ledger->exposures);
    own.events_suppressed = ledger->counters.events_suppressed;
    struct event event = {.action = EVENT_SENSOR_STATUS,
                          .time_ns = status->packet_time_ns,
                          .source = &nowhere,
                          .target = &nowhere,
                          .status = &own};
    identity_status(ledger->options.site, event.time_ns, ledger->sequence + 1, event.id);
    tell(ledger, &event);
}

void ledger_add_trouble(struct ledger *ledger, const struct trouble *trouble, uint64_t time_ns)
{
    struct event event = {.action = EVENT_SENSOR_TROUBLE,
                          .time_ns = time_ns,
                          .source = &nowhere,
                          .target = &nowhere,
                          .trouble = trouble};
    struct severity severity;
    severity_judge_trouble(trouble->kind, &severity);
    set_severity(&event, &severity);
    identity_trouble(ledger->options.site, time_ns, trouble, event.id);
    tell(ledger, &event);
}
