/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the events, and the direction between two addresses seen from home. Pure.
 */
#include "ajar/event.h"

const char *event_action_name(enum event_action action)
{
    switch (action) {
    case EVENT_STORE_QUERY:
        return "store-query";
    case EVENT_STORE_SESSION:
        return "store-session";
    case EVENT_EXPOSURE_OPENED:
        return "exposure-opened";
    case EVENT_EXPOSURE_UPDATED:
        return "exposure-updated";
    case EVENT_EXPOSURE_CLOSED:
        return "exposure-closed";
    case EVENT_STORE_REACHABLE:
        return "store-reachable";
    case EVENT_EVENTS_FOLDED:
        return "events-folded";
    case EVENT_SENSOR_STATUS:
        return "sensor-status";
    case EVENT_SENSOR_TROUBLE:
        return "sensor-trouble";
    }
    return "unknown";
}

const char *direction_name(enum direction direction)
{
    switch (direction) {
    case DIRECTION_INBOUND:
        return "inbound";
    case DIRECTION_INTERNAL:
        return "internal";
    case DIRECTION_OUTBOUND:
        return "outbound";
    case DIRECTION_EXTERNAL:
        return "external";
    }
    return "unknown";
}

const char *credentials_name(enum credentials credentials)
{
    switch (credentials) {
    case CREDENTIALS_NONE:
        return "none";
    case CREDENTIALS_PRESENTED:
        return "presented";
    case CREDENTIALS_PROVEN:
        return "proven";
    }
    return "unknown";
}

enum direction direction_between(const struct netset *home, const struct addr *client,
                                 const struct addr *server)
{
    if (home->any) /* every server is home, every client is outside */
        return DIRECTION_INBOUND;
    bool client_home = netset_contains(home, client);
    bool server_home = netset_contains(home, server);
    if (server_home)
        return client_home ? DIRECTION_INTERNAL : DIRECTION_INBOUND;
    return client_home ? DIRECTION_OUTBOUND : DIRECTION_EXTERNAL;
}

const char *trouble_name(enum trouble_kind kind)
{
    static const char *const names[TROUBLE_KINDS] = {
        [TROUBLE_PACKET_SIDE_DIED] = "packet-side-died",
        [TROUBLE_DELIVERY_SIDE_DIED] = "delivery-side-died",
        [TROUBLE_JOURNAL_MOVED_ASIDE] = "journal-moved-aside",
        [TROUBLE_JOURNAL_TRIMMED] = "journal-trimmed",
        [TROUBLE_EVENTS_NOT_ACCEPTED] = "events-not-accepted",
    };
    return names[kind];
}

const char *zone_name(enum zone zone)
{
    static const char *const names[ZONES] = {
        [ZONE_OUTSIDE] = "outside", [ZONE_INTERNAL] = "internal", [ZONE_ALLOWED] = "allowed"};
    return names[zone];
}

const char *closing_name(enum closing closing)
{
    static const char *const names[CLOSINGS] = {[CLOSING_NONE] = "",
                                                [CLOSING_REFUSED] = "refused",
                                                [CLOSING_RESET] = "reset",
                                                [CLOSING_SILENCE] = "silence"};
    return names[closing];
}

const char *severity_word(int severity)
{
    if (severity >= 90)
        return "critical";
    if (severity >= 70)
        return "high";
    if (severity >= 40)
        return "medium";
    return severity >= 20 ? "low" : "info";
}

const char *count_source_name(uint8_t source)
{
    static const char *const names[] = {
        [COUNT_NONE] = "",       [COUNT_AT_LEAST] = "at-least", [COUNT_SEARCH] = "search",
        [COUNT_COUNT] = "count", [COUNT_LISTING] = "listing",
    };
    return source < sizeof names / sizeof names[0] ? names[source] : "";
}
