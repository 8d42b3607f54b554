/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Migration of version 1: an id is a hash over the site, which the journal does not have in a
 * column. Whether a site is the right one can be told: it makes the id that the exposure had.
 */
#include "journal/zones.h"

#include "ajar/addr.h"
#include "base/text.h"
#include "ledger/identity.h"

#include <string.h>

#define SITES_MAX     8
#define SITE_MAX      256
#define STORE_MAX     32
#define TEMPORARY     "internal "
#define TEMPORARY_MAX (sizeof TEMPORARY + EXPOSURE_ID_HEX)

struct sites {
    char names[SITES_MAX][SITE_MAX];
    size_t count;
};

static enum ajar_status read_sites(struct database *database, struct sites *sites)
{
    struct statement *rows;
    enum ajar_status status = statement_new(database,
                                            "SELECT sensor FROM journal UNION SELECT DISTINCT"
                                            " json_extract(json, '$.ajar.site') FROM"
                                            " (SELECT json FROM events WHERE exposure <> ''"
                                            " ORDER BY sequence DESC LIMIT 10000)"
                                            " WHERE json_valid(json) LIMIT 8",
                                            &rows);
    if (status != AJAR_OK)
        return status;
    for (status = statement_step(rows); status == AJAR_OK && sites->count < SITES_MAX;
         status = statement_step(rows))
        statement_copy_text(rows, 0, sites->names[sites->count++], SITE_MAX);
    statement_free(rows);
    return status == AJAR_END ? AJAR_OK : status;
}

struct place_of_store {
    char id[EXPOSURE_ID_HEX]; /* that it had */
    char store[STORE_MAX];
    struct addr addr;
    uint16_t port;
};

/* The id of the store's exposure to clients in home; false: no site is the right one. */
static bool find_id(const struct sites *sites, const struct place_of_store *place,
                    char id[static EXPOSURE_ID_HEX])
{
    for (size_t i = 0; i < sites->count; i++) {
        identity_exposure(sites->names[i], place->store, &place->addr, place->port, ZONE_OUTSIDE,
                          id);
        if (strcmp(id, place->id) != 0)
            continue;
        identity_exposure(sites->names[i], place->store, &place->addr, place->port, ZONE_INTERNAL,
                          id);
        return true;
    }
    return false;
}

static bool take_place(struct statement *row, struct place_of_store *place)
{
    char id[TEMPORARY_MAX], address[ADDR_TEXT_MAX];
    statement_copy_text(row, 1, id, sizeof id);
    (void)text_copy(place->id, sizeof place->id, id + strlen(TEMPORARY),
                    strlen(id) - strlen(TEMPORARY));
    statement_copy_text(row, 2, place->store, sizeof place->store);
    statement_copy_text(row, 3, address, sizeof address);
    place->port = (uint16_t)statement_number(row, 4);
    return addr_parse(address, &place->addr) == AJAR_OK;
}

static enum ajar_status rename_all(const struct sites *sites, struct statement *rows,
                                   struct statement *update)
{
    enum ajar_status status = statement_step(rows);
    for (; status == AJAR_OK; status = statement_step(rows)) {
        struct place_of_store place;
        char id[EXPOSURE_ID_HEX];
        statement_bind_number(update, 1, statement_number(rows, 0));
        if (take_place(rows, &place) && find_id(sites, &place, id))
            statement_bind_text(update, 2, id, strlen(id));
        else
            statement_bind_null(update, 2);
        status = statement_finish(update);
        if (status != AJAR_OK)
            break;
    }
    return status == AJAR_END ? AJAR_OK : status;
}

enum ajar_status zones_name(struct database *database)
{
    struct sites sites = {.count = 0};
    struct statement *rows = NULL, *update = NULL;
    enum ajar_status status = read_sites(database, &sites);
    if (status == AJAR_OK)
        status = statement_new(database,
                               "SELECT number, id, store, address, port FROM exposures"
                               " WHERE id LIKE '" TEMPORARY "%' ORDER BY number",
                               &rows);
    if (status == AJAR_OK)
        status = statement_new(database,
                               "UPDATE exposures SET id = coalesce(?2, lower(hex(randomblob(16))))"
                               " WHERE number = ?1",
                               &update);
    if (status == AJAR_OK)
        status = rename_all(&sites, rows, update);
    statement_free(rows);
    statement_free(update);
    return status;
}
