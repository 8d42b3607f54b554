/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: findings in packet order -> events. It remembers servers and exposures, completes
 * what a finding does not say with what is known of its server, and decides which events follow;
 * telling.c makes them, table.c prints the table for people. Place in the road: the delivery
 * thread, between enrich and emit.
 */
#include "ledger/ledger.h"

#include "base/hash.h"
#include "base/text.h"
#include "ledger/book.h"
#include "ledger/knock.h"
#include "ledger/telling.h"

#include <stdlib.h>
#include <string.h>

/* Summaries that one finding may bring with it: each adds one pair at most, so none is left for
 * long. */
#define ADD_SUMMARIES 16

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
    if (made->options.update_ns == 0)
        made->options.update_ns = LEDGER_UPDATE_NS;
    struct exposures_options exposures = {.limit = options->exposures_max,
                                          .seed = seed,
                                          .site = options->site,
                                          .countries = options->countries};
    status = servers_new(options->servers_max, seed, &made->servers);
    if (status == AJAR_OK)
        status = exposures_new(&exposures, &made->exposures);
    if (status == AJAR_OK)
        status = flows_new(&made->flows);
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
    flows_free(ledger->flows);
    pairs_free(ledger->pairs);
    free(ledger);
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

static enum credentials judge_credentials(const struct finding *finding,
                                          const struct server *server)
{
    if (finding->credentials == CREDENTIALS_PRESENTED && server && server->refuses &&
        finding->verdict != VERDICT_REFUSED)
        return CREDENTIALS_PROVEN;
    return (enum credentials)finding->credentials;
}

static void count_limits(struct ledger *ledger)
{
    ledger->counters.servers_evicted = servers_evicted(ledger->servers);
    ledger->counters.exposures_dropped = exposures_dropped(ledger->exposures);
    ledger->counters.actors_dropped = exposures_dropped_actors(ledger->exposures);
    ledger->counters.datasets_dropped = exposures_dropped_datasets(ledger->exposures);
    ledger->counters.classes_dropped = exposures_dropped_classes(ledger->exposures);
}

/* Whether this finding is told by itself. What was not told of its pair before goes into *base. */
static bool is_told(struct ledger *ledger, struct event *base, bool opened, bool *exposed)
{
    struct pair_sight sight = {base->finding, base->credentials, telling_is_exposing(base), opened};
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

/* Who asked, and how it is to be judged. */
struct asker {
    struct addr addr; /* of the client, or as a proxy that is trusted names it */
    enum direction direction;
    struct actor_view who;
};

static const char *tool_name(uint8_t tool)
{
    static const char *const names[] = {
        [SYN_TOOL_NONE] = "", [SYN_TOOL_MASSCAN] = "masscan", [SYN_TOOL_ZMAP] = "zmap"};
    return names[tool];
}

static void find_asker(const struct ledger *ledger, const struct finding *finding,
                       struct asker *asker)
{
    const struct ledger_options *options = &ledger->options;
    bool proxied = finding->forwarded && policy_trusts_proxy(options->policy, &finding->client);
    *asker = (struct asker){.addr = proxied ? finding->forwarded_for : finding->client};
    if (proxied) {
        asker->who.proxied = true;
        asker->who.via = finding->client;
    }
    asker->direction = direction_between(options->home, &asker->addr, &finding->server);
    scanners_find(options->scanners, &asker->addr, finding->user_agent, &asker->who);
    const char *tool = tool_name(finding->tool);
    (void)text_copy(asker->who.tool, sizeof asker->who.tool, tool, strlen(tool));
}

/* Adds what the finding proves. NULL: nothing; then *change is EXPOSURE_SAME. */
static struct exposure *add_proof(struct ledger *ledger, const struct event *base,
                                  const struct asker *asker, const struct server *server,
                                  enum exposure_change *change)
{
    *change = EXPOSURE_SAME;
    if (!telling_is_exposing(base))
        return NULL;
    enum policy_reason allowed = policy_judge(ledger->options.policy, base->finding, &asker->addr);
    enum zone zone = zone_of(base->direction);
    struct exposure_proof proof = {.finding = base->finding,
                                   .direction = base->direction,
                                   .zone = allowed ? ZONE_ALLOWED : zone,
                                   .allowed = (uint8_t)allowed,
                                   .before_ns = server ? server->shut_ns[zone] : 0,
                                   .reachable_ns =
                                       server && zone == ZONE_OUTSIDE ? server->reachable_ns : 0,
                                   .client = &asker->addr,
                                   .source = &ledger->source,
                                   .who = &asker->who};
    return exposures_add(ledger->exposures, &proof, change);
}

/* What became of an exposure: told at once when it is news, else when its interval is over. */
static void tell_change(struct ledger *ledger, const struct event *base, struct exposure *exposure,
                        enum exposure_change change)
{
    switch (change) {
    case EXPOSURE_OPENED:
        telling_life(ledger, base, EVENT_EXPOSURE_OPENED, exposure);
        break;
    case EXPOSURE_WORSE:
        telling_life(ledger, base, EVENT_EXPOSURE_UPDATED, exposure);
        break;
    case EXPOSURE_GREW:
        exposures_schedule(ledger->exposures, exposure, base->time_ns + ledger->options.update_ns);
        break;
    case EXPOSURE_SAME:
        break;
    }
}

/* Whether somebody was turned away who only wanted to look or to read. */
static bool is_refusal(const struct finding *finding)
{
    return finding->kind == FINDING_QUERY && finding->verdict == VERDICT_REFUSED &&
           finding->credentials == CREDENTIALS_NONE && finding->asked != VERDICT_TAMPERED;
}

static void add_refusal(struct ledger *ledger, const struct event *base, struct server *server)
{
    const struct finding *finding = base->finding;
    enum zone zone = zone_of(base->direction);
    if (!is_refusal(finding))
        return;
    if (server)
        servers_note_shut(ledger->servers, server, zone, finding->time_ns, true);
    struct exposure *exposure = exposures_find_of(ledger->exposures, finding, zone);
    /* It closes what the same request, or one that asks for more, once got. */
    if (exposure && finding->asked <= exposure->verdict &&
        exposures_close(ledger->exposures, exposure, CLOSING_REFUSED, finding->time_ns,
                        finding->time_ns))
        telling_life(ledger, base, EVENT_EXPOSURE_CLOSED, exposure);
}

static void add_reachable(struct ledger *ledger, const struct event *base, struct server *server)
{
    bool answers = base->finding->verdict != VERDICT_PROBED;
    if (answers && server && zone_of(base->direction) == ZONE_OUTSIDE &&
        servers_note_reachable(ledger->servers, server, base->time_ns))
        telling_reachable(ledger, base);
}

/* The server, and what the finding lacks and the server is known for. */
static struct server *learn_server(struct ledger *ledger, struct finding *finding)
{
    /* To be asked makes nobody a store. */
    struct server *server = finding->verdict == VERDICT_PROBED
                                ? servers_find(ledger->servers, finding)
                                : servers_learn(ledger->servers, finding);
    telling_fill_names(finding, server);
    /* A server that is known to refuse made that error before it asked who it is. */
    if (finding->weak && server && server->refuses)
        finding->verdict = VERDICT_REVEALED;
    return server;
}

static void add_identified(struct ledger *ledger, const struct finding *told)
{
    struct finding *finding = &ledger->finding;
    finding_copy(finding, told);
    make_names_valid(finding);
    struct server *server = learn_server(ledger, finding);
    struct asker asker;
    find_asker(ledger, finding, &asker);
    struct event base = {.time_ns = finding->time_ns,
                         .direction = asker.direction,
                         .credentials = judge_credentials(finding, server),
                         .finding = finding,
                         .source = &ledger->source,
                         .target = &ledger->target,
                         .actor = &asker.who};
    telling_find_places(ledger, &asker.addr, &finding->server, base.direction);

    enum exposure_change change;
    struct exposure *exposure = add_proof(ledger, &base, &asker, server, &change);
    if (exposure && exposure->zone == ZONE_ALLOWED) {
        ledger->counters.events_suppressed++;
        return;
    }
    bool exposed = exposure != NULL; /* by this finding or one folded into it */
    if (is_told(ledger, &base, change == EXPOSURE_OPENED, &exposed)) {
        const struct exposure *shown =
            exposed && !exposure
                ? exposures_find_of(ledger->exposures, finding, zone_of(base.direction))
                : exposure;
        telling_store(ledger, &base, telling_view(ledger, shown));
    }
    if (exposure)
        tell_change(ledger, &base, exposure, change);
    add_refusal(ledger, &base, server);
    add_reachable(ledger, &base, server);
}

/* Of at most so many pairs whose minute is over; whether there may be more. */
static bool tell_over(struct ledger *ledger, uint64_t time_ns, unsigned most)
{
    struct pair_state rest;
    for (; most > 0; most--) {
        if (!pairs_take_over(ledger->pairs, time_ns, &rest))
            return false;
        telling_folded(ledger, &rest);
    }
    return true;
}

/* An update bears the time when it was due, also when all ends before. */
static bool tell_due(struct ledger *ledger, uint64_t time_ns, unsigned most)
{
    for (; most > 0; most--) {
        struct exposure *exposure = exposures_first_due(ledger->exposures, time_ns);
        if (!exposure)
            return false;
        exposures_note_change(ledger->exposures, exposure);
        telling_state(ledger, exposure, EVENT_EXPOSURE_UPDATED, exposure->due_ns);
    }
    return true;
}

/*
 * A login that something in front of a server demands says nothing of what store is behind: it is
 * one to the store that the server is known for, whatever store the request was thought to be for.
 */
static const struct finding *name_refused(struct ledger *ledger, const struct finding *finding)
{
    if (finding->identity != IDENTITY_NONE || finding->verdict != VERDICT_REFUSED ||
        servers_find(ledger->servers, finding))
        return finding;
    const struct server *known =
        servers_find_identified(ledger->servers, &finding->server, finding->server_port);
    if (!known)
        return finding;
    finding_copy(&ledger->renamed, finding);
    memcpy(ledger->renamed.store, known->store, sizeof ledger->renamed.store);
    return &ledger->renamed;
}

static void add_sight(struct ledger *ledger, const struct finding *seen)
{
    struct pair_state rest;
    const struct finding *finding = name_refused(ledger, seen);
    if (!is_identified(ledger, finding)) {
        ledger->counters.unidentified++;
        return;
    }
    if (flows_note(ledger->flows, finding)) {
        ledger->counters.findings_repeated++;
        return;
    }
    if (pairs_make_room(ledger->pairs, finding, &rest))
        telling_folded(ledger, &rest);
    add_identified(ledger, finding);
}

void ledger_add(struct ledger *ledger, const struct finding *finding)
{
    ledger->counters.findings++;
    (void)tell_due(ledger, finding->time_ns, ADD_SUMMARIES);
    if (finding->kind == FINDING_DOOR)
        knock_add(ledger, finding);
    else
        add_sight(ledger, finding);
    count_limits(ledger);
    (void)tell_over(ledger, finding->time_ns, ADD_SUMMARIES);
}

bool ledger_tick(struct ledger *ledger, uint64_t time_ns)
{
    bool more = time_ns && tell_due(ledger, time_ns, LEDGER_TICK_EVENTS);
    return tell_over(ledger, time_ns, LEDGER_TICK_EVENTS) || more;
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
    if (changes->flow)
        flows_visit_changes(ledger->flows, changes->flow, changes->context);
}

void ledger_visit_exposures(const struct ledger *ledger,
                            void (*visit)(void *context, const struct exposure *exposure),
                            void *context)
{
    for (const struct exposure *e = exposures_first(ledger->exposures); e; e = e->next)
        visit(context, e);
}

void ledger_visit_servers(const struct ledger *ledger,
                          void (*visit)(void *context, const struct server *server), void *context)
{
    servers_visit(ledger->servers, visit, context);
}

void ledger_change_all(struct ledger *ledger)
{
    exposures_change_all(ledger->exposures);
    servers_change_all(ledger->servers);
    pairs_change_all(ledger->pairs);
    flows_change_all(ledger->flows);
}

void ledger_forget_changes(struct ledger *ledger)
{
    exposures_forget_changes(ledger->exposures);
    servers_forget_changes(ledger->servers);
    pairs_forget_changes(ledger->pairs);
    flows_forget_changes(ledger->flows);
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

enum ajar_status ledger_restore_flow(struct ledger *ledger, uint32_t slot, const void *state,
                                     size_t size)
{
    return flows_restore(ledger->flows, slot, state, size);
}

uint64_t ledger_exposures_outside(const struct ledger *ledger)
{
    return exposures_count_outside(ledger->exposures);
}

uint64_t ledger_exposures(const struct ledger *ledger)
{
    return exposures_count_open(ledger->exposures);
}

const struct ledger_counters *ledger_counters(const struct ledger *ledger)
{
    return &ledger->counters;
}
