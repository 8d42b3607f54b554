/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: findings in packet order -> events. It remembers servers and exposures, completes
 * what a finding does not say with what is known of its server, and says which events follow. The
 * table for people is in table.c. Place in the road: the delivery thread, between enrich and emit.
 */
#include "ledger/ledger.h"

#include "base/hash.h"
#include "base/text.h"
#include "ledger/book.h"
#include "ledger/identity.h"
#include "ledger/severity.h"

#include <stdlib.h>
#include <string.h>

/* Summaries that one finding may bring with it: each adds one pair at most, so none is left for
 * long. */
#define ADD_SUMMARIES 16

static const struct place nowhere;

enum ajar_status ledger_new(const struct ledger_options *options, struct enricher *enricher,
                            ledger_listener listener, void *context, struct ledger **ledger)
{
    uint64_t seed;
    enum ajar_status status = hash_make_seed(&seed);
    if (status != AJAR_OK)
        return status;
    struct ledger *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->options = *options;
    made->sequence = options->sequence;
    made->enricher = enricher;
    made->listener = listener;
    made->context = context;
    status = servers_new(options->servers_max, seed, &made->servers);
    if (status == AJAR_OK)
        status = exposures_new(options->exposures_max, seed, options->site, &made->exposures);
    if (status == AJAR_OK)
        status = pairs_new(options->events_per_minute, seed, &made->pairs);
    if (status != AJAR_OK) {
        ledger_free(made);
        return status;
    }
    *ledger = made;
    return AJAR_OK;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    servers_free(ledger->servers);
    exposures_free(ledger->exposures);
    pairs_free(ledger->pairs);
    free(ledger);
}

static void tell(struct ledger *ledger, struct event *event)
{
    event->sequence = ++ledger->sequence;
    ledger->counters.events++;
    ledger->listener(ledger->context, event);
}

/*
 * Whether a finding is of a store at all. One that could be anything's counts only for a server
 * that has shown before what it is; so does one to which no answer was seen.
 */
static bool is_identified(const struct ledger *ledger, const struct finding *finding)
{
    if (finding->verdict == VERDICT_NONE || finding->verdict >= VERDICTS)
        return false;
    if (finding->identity != IDENTITY_NONE)
        return true;
    const struct server *server = servers_find(ledger->servers, finding);
    return server && server->identified;
}

static void fill_text(char *text, size_t size, const char *known)
{
    if (text[0] == '\0')
        memcpy(text, known, size);
}

/* What the finding lacks and its server is known for. The fields of both have the same sizes. */
static void fill_names(struct finding *finding, const struct server *server)
{
    _Static_assert(sizeof finding->product == sizeof server->product &&
                       sizeof finding->version == sizeof server->version &&
                       sizeof finding->cluster_id == sizeof server->cluster_id &&
                       sizeof finding->cluster_name == sizeof server->cluster_name,
                   "copied whole");
    fill_text(finding->product, sizeof finding->product, server->product);
    fill_text(finding->version, sizeof finding->version, server->version);
    fill_text(finding->cluster_id, sizeof finding->cluster_id, server->cluster_id);
    fill_text(finding->cluster_name, sizeof finding->cluster_name, server->cluster_name);
}

static enum credentials judge_credentials(const struct finding *finding,
                                          const struct server *server)
{
    if (finding->credentials == CREDENTIALS_PRESENTED && server && server->refuses &&
        finding->verdict != VERDICT_REFUSED)
        return CREDENTIALS_PROVEN;
    return (enum credentials)finding->credentials;
}

/* The outside ends are looked up: what lies in home needs no place on a map. */
static void find_places(struct ledger *ledger, const struct finding *finding,
                        enum direction direction)
{
    ledger->source = nowhere;
    ledger->target = nowhere;
    if (direction == DIRECTION_INBOUND || direction == DIRECTION_EXTERNAL)
        enricher_find(ledger->enricher, &finding->client, &ledger->source);
    if (direction == DIRECTION_OUTBOUND || direction == DIRECTION_EXTERNAL)
        enricher_find(ledger->enricher, &finding->server, &ledger->target);
}

static void set_severity(struct event *event, const struct severity *severity)
{
    event->severity = severity->value;
    event->reason_count = severity->reason_count;
    memcpy(event->reasons, severity->reasons, sizeof event->reasons);
}

/* An event of the ledger's finding: its id and its severity follow from what it says. */
static void tell_finding(struct ledger *ledger, struct event *event)
{
    const struct finding *finding = event->finding;
    identity_event(ledger->options.site, event->action, finding, event->id);
    struct severity_facts facts = {.verdict = (enum verdict)finding->verdict,
                                   .credentials = event->credentials,
                                   .direction = event->direction,
                                   .returned = finding->returned,
                                   .bytes = finding->gave_bytes,
                                   .weak = finding->weak};
    struct severity severity;
    severity_judge(&facts, &severity);
    set_severity(event, &severity);
    tell(ledger, event);
}

static void tell_store(struct ledger *ledger, const struct event *base,
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

static void tell_opened(struct ledger *ledger, const struct event *base,
                        const struct exposure_view *view, const struct severity *severity)
{
    struct event event = *base;
    event.action = EVENT_EXPOSURE_OPENED;
    event.exposure = view;
    identity_event(ledger->options.site, event.action, base->finding, event.id);
    set_severity(&event, severity);
    tell(ledger, &event);
}

static bool is_exposing(const struct event *event)
{
    return event->credentials == CREDENTIALS_NONE && !event->finding->weak &&
           verdict_exposes((enum verdict)event->finding->verdict);
}

/* The exposure of a finding's store as it is now, or NULL. */
static const struct exposure_view *view_exposure(struct ledger *ledger,
                                                 const struct finding *finding)
{
    const struct exposure *exposure = exposures_find(ledger->exposures, finding);
    if (!exposure)
        return NULL;
    exposure_fill_view(exposure, &ledger->texts, &ledger->view);
    return &ledger->view;
}

static void count_limits(struct ledger *ledger)
{
    ledger->counters.servers_evicted = servers_evicted(ledger->servers);
    ledger->counters.exposures_dropped = exposures_dropped(ledger->exposures);
    ledger->counters.actors_dropped = exposures_dropped_actors(ledger->exposures);
    ledger->counters.datasets_dropped = exposures_dropped_datasets(ledger->exposures);
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
    const struct server *server = servers_find(ledger->servers, finding);
    if (server)
        fill_names(finding, server);
}

static void tell_folded(struct ledger *ledger, const struct pair_state *rest)
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
    find_places(ledger, finding, event.direction);
    event.exposure = rest->exposed ? view_exposure(ledger, finding) : NULL;
    tell_finding(ledger, &event);
}

/* Whether this finding is told by itself. What was not told of its pair before goes into *base. */
static bool is_told(struct ledger *ledger, struct event *base, bool opened, bool *exposed)
{
    struct pair_sight sight = {base->finding, base->credentials, is_exposing(base), opened};
    struct pair_state rest;
    if (!pairs_note(ledger->pairs, &sight, &rest)) {
        ledger->counters.events_folded++;
        return false;
    }
    base->folded = rest.folded;
    *exposed |= rest.exposed;
    return true;
}

static void make_valid(char *text, size_t size)
{
    char valid[sizeof((struct finding *)NULL)->user_agent]; /* the longest of them */
    size_t length = strlen(text);
    if (text_is_utf8(text, length))
        return;
    (void)text_make_utf8(valid, size, text, length);
    memcpy(text, valid, size);
}

/* What is remembered of a finding is valid UTF-8 from the start: the journal keeps nothing else,
 * and what it gives back must be found again by the same name. */
static void make_names_valid(struct finding *finding)
{
    make_valid(finding->product, sizeof finding->product);
    make_valid(finding->version, sizeof finding->version);
    make_valid(finding->cluster_id, sizeof finding->cluster_id);
    make_valid(finding->cluster_name, sizeof finding->cluster_name);
    make_valid(finding->protection, sizeof finding->protection);
    make_valid(finding->user_agent, sizeof finding->user_agent);
    for (unsigned i = 0; i < finding->dataset_count; i++)
        make_valid(finding->datasets[i].name, sizeof finding->datasets[i].name);
}

static void add_identified(struct ledger *ledger, const struct finding *told)
{
    struct finding *finding = &ledger->finding;
    finding_copy(finding, told);
    make_names_valid(finding);
    /* To be asked makes nobody a store. */
    const struct server *server = finding->verdict == VERDICT_PROBED
                                      ? servers_find(ledger->servers, finding)
                                      : servers_learn(ledger->servers, finding);
    if (server)
        fill_names(finding, server);
    /* A server that is known to refuse made that error before it asked who it is. */
    if (finding->weak && server && server->refuses)
        finding->verdict = VERDICT_REVEALED;

    struct event base = {
        .time_ns = finding->time_ns,
        .direction = direction_between(ledger->options.home, &finding->client, &finding->server),
        .credentials = judge_credentials(finding, server),
        .finding = finding,
        .source = &ledger->source,
        .target = &ledger->target};
    find_places(ledger, finding, base.direction);

    bool opened = false;
    struct exposure *exposure = NULL;
    if (is_exposing(&base)) {
        struct exposure_proof proof = {finding, base.direction, &ledger->source};
        exposure = exposures_add(ledger->exposures, &proof, &opened);
    }
    bool exposed = exposure != NULL; /* by this finding or one folded into it */
    if (!is_told(ledger, &base, opened, &exposed))
        return;
    const struct exposure_view *view = exposed ? view_exposure(ledger, finding) : NULL;
    tell_store(ledger, &base, view);
    base.folded = 0;
    if (exposure && opened)
        tell_opened(ledger, &base, view, &exposure->severity);
}

/* Of at most so many pairs whose minute is over; whether there may be more. */
static bool tell_over(struct ledger *ledger, uint64_t time_ns, unsigned most)
{
    struct pair_state rest;
    for (; most > 0; most--) {
        if (!pairs_take_over(ledger->pairs, time_ns, &rest))
            return false;
        tell_folded(ledger, &rest);
    }
    return true;
}

void ledger_add(struct ledger *ledger, const struct finding *finding)
{
    struct pair_state rest;
    ledger->counters.findings++;
    if (finding->kind == FINDING_DOOR)
        return;
    if (is_identified(ledger, finding)) {
        if (pairs_make_room(ledger->pairs, finding, &rest))
            tell_folded(ledger, &rest);
        add_identified(ledger, finding);
        count_limits(ledger);
    } else {
        ledger->counters.unidentified++;
    }
    (void)tell_over(ledger, finding->time_ns, ADD_SUMMARIES);
}

bool ledger_tick(struct ledger *ledger, uint64_t time_ns)
{
    return tell_over(ledger, time_ns, LEDGER_TICK_EVENTS);
}

void ledger_add_status(struct ledger *ledger, const struct sensor_status *status)
{
    struct sensor_status own = *status;
    own.open_exposures = (uint32_t)exposures_count(ledger->exposures);
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

bool ledger_has_changes(const struct ledger *ledger)
{
    return exposures_first_changed(ledger->exposures) || servers_first_changed(ledger->servers) ||
           pairs_have_changes(ledger->pairs);
}

void ledger_visit_changes(const struct ledger *ledger, const struct ledger_changes *changes)
{
    for (const struct exposure *e = exposures_first_changed(ledger->exposures); e;
         e = e->next_changed)
        changes->exposure(changes->context, e);
    for (const struct server *s = servers_first_changed(ledger->servers); s; s = s->next_changed)
        changes->server(changes->context, s);
    if (changes->pair)
        pairs_visit_changes(ledger->pairs, changes->pair, changes->context);
}

void ledger_visit_exposures(const struct ledger *ledger,
                            void (*visit)(void *context, const struct exposure *exposure),
                            void *context)
{
    for (const struct exposure *e = exposures_first(ledger->exposures); e; e = e->next)
        visit(context, e);
}

void ledger_change_all(struct ledger *ledger)
{
    exposures_change_all(ledger->exposures);
    servers_change_all(ledger->servers);
    pairs_change_all(ledger->pairs);
}

void ledger_forget_changes(struct ledger *ledger)
{
    exposures_forget_changes(ledger->exposures);
    servers_forget_changes(ledger->servers);
    pairs_forget_changes(ledger->pairs);
}

enum ajar_status ledger_restore_exposure(struct ledger *ledger, const struct exposure *exposure)
{
    return exposures_restore(ledger->exposures, exposure);
}

enum ajar_status ledger_restore_server(struct ledger *ledger, const struct server *server)
{
    return servers_restore(ledger->servers, server);
}

enum ajar_status ledger_restore_pair(struct ledger *ledger, uint32_t slot, const void *state,
                                     size_t size)
{
    return pairs_restore(ledger->pairs, slot, state, size);
}

uint64_t ledger_exposures_outside(const struct ledger *ledger)
{
    return exposures_count_outside(ledger->exposures);
}

uint64_t ledger_exposures(const struct ledger *ledger)
{
    return exposures_count(ledger->exposures);
}

const struct ledger_counters *ledger_counters(const struct ledger *ledger)
{
    return &ledger->counters;
}
