/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What doors say: connections to stores that came to nothing, or to nothing that can be read. They
 * close what stood open, say when a store was last seen shut, and when one is reachable at all.
 */
#include "ledger/knock.h"

#include "ledger/life.h"
#include "ledger/telling.h"

/* What happens at a door, for each store that is known behind it. */
struct knock {
    struct ledger *ledger;
    const struct finding *finding;
    enum zone zone; /* of who knocks */
};

static void close_door(struct knock *knock, struct exposure *exposure, enum closing closing,
                       uint64_t until_ns)
{
    struct ledger *ledger = knock->ledger;
    const struct finding *finding = knock->finding;
    if (exposures_close(ledger->exposures, exposure, closing, finding->time_ns, until_ns))
        telling_state(ledger, exposure, EVENT_EXPOSURE_CLOSED, finding->time_ns);
}

/* Whoever knocks at a store that is not known to stand open to such clients. */
static void add_knock_at_shut(struct knock *knock, struct server *server)
{
    struct servers *servers = knock->ledger->servers;
    const struct finding *finding = knock->finding;
    if (finding->door == DOOR_RESET)
        servers_note_shut(servers, server, knock->zone, finding->time_ns, false);
    else if (knock->zone == ZONE_OUTSIDE)
        servers_note_silence(servers, server, &finding->client, finding->time_ns);
}

static void add_knock_at_open(struct knock *knock, struct exposure *exposure)
{
    struct exposures *exposures = knock->ledger->exposures;
    const struct finding *finding = knock->finding;
    if (finding->door == DOOR_RESET) {
        close_door(knock, exposure, CLOSING_RESET, finding->time_ns);
    } else if (knock->zone == ZONE_OUTSIDE) {
        if (life_add_silence(exposure, &finding->client, finding->time_ns))
            close_door(knock, exposure, CLOSING_SILENCE, exposure->silence.first_ns);
        exposures_note_change(exposures, exposure);
    }
}

static void add_answer(struct knock *knock, struct exposure *exposure, struct server *server)
{
    if (exposure && silence_end(&exposure->silence))
        exposures_note_change(knock->ledger->exposures, exposure);
    if (server && knock->zone == ZONE_OUTSIDE)
        servers_end_silence(knock->ledger->servers, server);
}

/* Once for each store, though it may have an exposure for each zone. */
static void add_knock(void *context, struct exposure *any)
{
    struct knock *knock = context;
    struct ledger *ledger = knock->ledger;
    if (!exposure_is_first_zone(any))
        return;
    struct exposure *exposure = exposure_to_zone(any, knock->zone);
    struct server *server = servers_find_at(ledger->servers, any->store, &any->addr, any->port);
    if (knock->finding->door == DOOR_ANSWERED) {
        add_answer(knock, exposure, server);
        return;
    }
    if (!exposure || exposure->closing != CLOSING_NONE) {
        if (server)
            add_knock_at_shut(knock, server);
        return;
    }
    add_knock_at_open(knock, exposure);
    if (server && exposure->closing != CLOSING_NONE)
        servers_note_shut(ledger->servers, server, knock->zone, knock->finding->time_ns, false);
}

/* TLS where a store usually is: something answers, and that is all that can be said. */
static void add_opaque(struct ledger *ledger, const struct finding *told)
{
    struct finding *finding = &ledger->finding;
    finding_copy(finding, told);
    enum direction direction =
        direction_between(ledger->options.home, &finding->client, &finding->server);
    struct server *server = servers_learn(ledger->servers, finding);
    if (!server || zone_of(direction) != ZONE_OUTSIDE ||
        !servers_note_reachable(ledger->servers, server, finding->time_ns))
        return;
    struct event base = {.time_ns = finding->time_ns,
                         .direction = direction,
                         .finding = finding,
                         .source = &ledger->source,
                         .target = &ledger->target};
    finding->records = FINDING_NO_COUNT;
    telling_find_places(ledger, &finding->client, &finding->server, direction);
    telling_reachable(ledger, &base);
}

void knock_add(struct ledger *ledger, const struct finding *finding)
{
    if (finding->door == DOOR_OPAQUE) {
        add_opaque(ledger, finding);
        return;
    }
    struct knock knock = {
        ledger, finding,
        zone_of(direction_between(ledger->options.home, &finding->client, &finding->server))};
    exposures_visit_door(ledger->exposures, &finding->server, finding->server_port, add_knock,
                         &knock);
}
