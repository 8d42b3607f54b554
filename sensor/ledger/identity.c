/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids of events and exposures. Each part is hashed with its length before it, so that no two
 * different lists of parts have the same bytes.
 */
#include "ledger/identity.h"

#include "base/hash.h"

#include <string.h>

_Static_assert(HASH_TEXT_MAX == EVENT_ID_HEX && HASH_TEXT_MAX == EXPOSURE_ID_HEX, "ids are hashes");

#define PARTS_MAX     512
#define PART_TEXT_MAX 128 /* longer text is hashed as its first bytes */

struct parts {
    uint8_t bytes[PARTS_MAX];
    size_t used;
};

static void put_bytes(struct parts *parts, const void *bytes, size_t length)
{
    if (length > PART_TEXT_MAX)
        length = PART_TEXT_MAX;
    if (parts->used + 1 + length > PARTS_MAX)
        return;
    parts->bytes[parts->used++] = (uint8_t)length;
    memcpy(parts->bytes + parts->used, bytes, length);
    parts->used += length;
}

static void put_text(struct parts *parts, const char *text)
{
    put_bytes(parts, text, strlen(text));
}

static void put_number(struct parts *parts, uint64_t number)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(number >> (56 - 8 * i));
    put_bytes(parts, bytes, sizeof bytes);
}

static void put_endpoint(struct parts *parts, const struct addr *addr, uint16_t port)
{
    put_bytes(parts, addr->bytes, sizeof addr->bytes);
    put_number(parts, port);
}

void identity_event(const char *site, enum event_action action, const struct finding *finding,
                    char id[static EVENT_ID_HEX])
{
    struct parts parts = {.used = 0};
    put_text(&parts, site);
    put_text(&parts, event_action_name(action));
    put_text(&parts, finding->store);
    put_endpoint(&parts, &finding->client, finding->client_port);
    put_endpoint(&parts, &finding->server, finding->server_port);
    put_number(&parts, finding->transport);
    put_number(&parts, finding->time_ns);
    put_number(&parts, finding->exchange);
    put_number(&parts, finding->verdict);
    hash_identifier(parts.bytes, parts.used, id);
}

void identity_status(const char *site, uint64_t time_ns, uint64_t sequence,
                     char id[static EVENT_ID_HEX])
{
    struct parts parts = {.used = 0};
    put_text(&parts, site);
    put_text(&parts, event_action_name(EVENT_SENSOR_STATUS));
    put_number(&parts, time_ns);
    put_number(&parts, sequence);
    hash_identifier(parts.bytes, parts.used, id);
}

void identity_trouble(const char *site, uint64_t time_ns, const struct trouble *trouble,
                      char id[static EVENT_ID_HEX])
{
    struct parts parts = {.used = 0};
    put_text(&parts, site);
    put_text(&parts, event_action_name(EVENT_SENSOR_TROUBLE));
    put_number(&parts, time_ns);
    put_text(&parts, trouble_name(trouble->kind));
    put_number(&parts, trouble->count);
    hash_identifier(parts.bytes, parts.used, id);
}

void identity_exposure(const char *site, const char *store, const struct addr *server,
                       uint16_t port, enum zone zone, char id[static EXPOSURE_ID_HEX])
{
    struct parts parts = {.used = 0};
    put_text(&parts, site);
    put_text(&parts, store);
    put_endpoint(&parts, server, port);
    if (zone != ZONE_OUTSIDE)
        put_text(&parts, zone_name(zone));
    hash_identifier(parts.bytes, parts.used, id);
}

void identity_life(const char *exposure, enum event_action action, uint64_t time_ns,
                   char id[static EVENT_ID_HEX])
{
    struct parts parts = {.used = 0};
    put_text(&parts, exposure);
    put_text(&parts, event_action_name(action));
    put_number(&parts, time_ns);
    hash_identifier(parts.bytes, parts.used, id);
}
