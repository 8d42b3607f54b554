/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema of the journal. Events lie in the order of their sequence, which is the rowid: they need
 * no index. Times are ns since 1970 in the tables and readable in the views; what people look at
 * are the views, so that tables may change.
 */
#include "journal/schema.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char create_delivery[] =
    "CREATE TABLE journal ("
    " one INTEGER PRIMARY KEY CHECK (one = 1),"
    " uuid TEXT NOT NULL,"
    " sensor TEXT NOT NULL,"
    " created INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL,"    /* last ever used */
    " confirmed INTEGER NOT NULL,"   /* up to here Redis is known to have it */
    " feeds_redis INTEGER NOT NULL," /* of the last run */
    " ring_id INTEGER NOT NULL,"     /* where the findings ended of which these events are made */
    " ring_position INTEGER NOT NULL,"
    " trimmed INTEGER NOT NULL," /* by all runs */
    " expired INTEGER NOT NULL,"
    " closed INTEGER NOT NULL);" /* by a program that ended in order */
    "CREATE TABLE events ("
    " sequence INTEGER PRIMARY KEY,"
    " accepted INTEGER NOT NULL,"
    " time INTEGER NOT NULL,"
    " id TEXT NOT NULL,"
    " action TEXT NOT NULL,"
    " severity INTEGER NOT NULL,"
    " store TEXT NOT NULL,"
    " verdict TEXT NOT NULL,"
    " source TEXT NOT NULL,"
    " server TEXT NOT NULL,"
    " country TEXT NOT NULL,"
    " exposure TEXT NOT NULL,"
    " import_id TEXT NOT NULL,"
    " longitude REAL,"
    " latitude REAL,"
    " json TEXT NOT NULL);";

static const char create_state[] =
    "CREATE TABLE exposures ("
    " number INTEGER PRIMARY KEY," /* in the order of opening */
    " import_id TEXT NOT NULL,"
    " id TEXT NOT NULL,"
    " store TEXT NOT NULL,"
    " address TEXT NOT NULL,"
    " port INTEGER NOT NULL,"
    " server_outside INTEGER NOT NULL,"
    " outside INTEGER NOT NULL,"
    " verdict TEXT NOT NULL,"
    " first INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " records INTEGER,"
    " returned INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " requests INTEGER NOT NULL,"
    " severity INTEGER NOT NULL,"
    " product TEXT NOT NULL,"
    " version TEXT NOT NULL,"
    " cluster_id TEXT NOT NULL,"
    " actors INTEGER NOT NULL,"
    " actors_outside INTEGER NOT NULL,"
    " countries TEXT NOT NULL,"
    " datasets TEXT NOT NULL,"
    " inside_verdict TEXT NOT NULL,"
    " inside_returned INTEGER NOT NULL,"
    " inside_bytes INTEGER NOT NULL,"
    " outside_verdict TEXT NOT NULL,"
    " outside_returned INTEGER NOT NULL,"
    " outside_bytes INTEGER NOT NULL,"
    " total INTEGER NOT NULL,"
    " total_source INTEGER NOT NULL,"
    " datasets_dropped INTEGER NOT NULL,"
    " sketch BLOB,"
    " UNIQUE (import_id, id));"
    "CREATE TABLE actors ("
    " exposure INTEGER NOT NULL,"
    " row INTEGER NOT NULL,"
    " address TEXT NOT NULL,"
    " outside INTEGER NOT NULL,"
    " country TEXT NOT NULL,"
    " city TEXT NOT NULL,"
    " as_number INTEGER NOT NULL,"
    " as_name TEXT NOT NULL,"
    " user_agent TEXT NOT NULL,"
    " verdicts INTEGER NOT NULL," /* a bit for each reached */
    " first INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " PRIMARY KEY (exposure, row)) WITHOUT ROWID;"
    "CREATE TABLE datasets ("
    " exposure INTEGER NOT NULL,"
    " row INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " records INTEGER,"
    " bytes INTEGER,"
    " source INTEGER NOT NULL,"
    " PRIMARY KEY (exposure, row)) WITHOUT ROWID;"
    "CREATE TABLE servers ("
    " number INTEGER PRIMARY KEY," /* in the order of the last change */
    " import_id TEXT NOT NULL,"
    " store TEXT NOT NULL,"
    " address TEXT NOT NULL,"
    " port INTEGER NOT NULL,"
    " product TEXT NOT NULL,"
    " version TEXT NOT NULL,"
    " cluster_id TEXT NOT NULL,"
    " cluster_name TEXT NOT NULL,"
    " protection TEXT NOT NULL,"
    " identified INTEGER NOT NULL,"
    " refuses INTEGER NOT NULL,"
    " open INTEGER NOT NULL,"
    " served_credentials INTEGER NOT NULL,"
    " verdict TEXT NOT NULL,"
    " refusal_status INTEGER NOT NULL,"
    " UNIQUE (import_id, store, address, port));"
    "CREATE TABLE pairs (" /* what is folded of a store and a client, as the ledger gives it */
    " slot INTEGER PRIMARY KEY,"
    " state BLOB NOT NULL);";

static const char create_event_views[] =
    "CREATE VIEW v_events AS SELECT sequence,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', time / 1e9, 'unixepoch') AS time,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', accepted / 1e9, 'unixepoch') AS accepted,"
    " action, severity, store, verdict, source, server, country, exposure, import_id, id, json"
    " FROM events;"
    "CREATE VIEW v_delivery AS SELECT uuid, sensor,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', created / 1e9, 'unixepoch') AS created,"
    " feeds_redis, (SELECT count(*) FROM events) AS events,"
    " (SELECT min(sequence) FROM events) AS oldest, sequence AS newest, confirmed,"
    " CASE WHEN feeds_redis THEN (SELECT count(*) FROM events WHERE sequence > confirmed)"
    " ELSE 0 END AS undelivered, trimmed, expired, closed FROM journal;";

static const char create_state_views[] =
    "CREATE VIEW v_exposures AS SELECT id, import_id, store,"
    " CASE WHEN address LIKE '%:%' THEN '[' || address || ']' ELSE address END"
    " || ':' || port AS address, verdict, severity,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', first / 1e9, 'unixepoch') AS first_seen,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', last / 1e9, 'unixepoch') AS last_seen,"
    " records, returned, bytes, requests, actors, actors_outside, countries, datasets,"
    " product, version, cluster_id FROM exposures;"
    "CREATE VIEW v_open_exposures AS SELECT id, store, address, verdict, severity, first_seen,"
    " last_seen, records, returned, bytes, requests, actors, actors_outside, countries, datasets,"
    " product, version, cluster_id FROM v_exposures WHERE import_id = '';"
    "CREATE VIEW v_actors AS SELECT e.id AS exposure, e.import_id, e.store,"
    " e.address AS server, e.port, a.address, a.outside, a.country, a.city, a.as_number,"
    " a.as_name, a.user_agent,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', a.first / 1e9, 'unixepoch') AS first_seen,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', a.last / 1e9, 'unixepoch') AS last_seen"
    " FROM actors a JOIN exposures e ON e.number = a.exposure;"
    "CREATE VIEW v_datasets AS SELECT e.id AS exposure, e.import_id, e.store,"
    " e.address AS server, e.port, d.name, d.records, d.bytes"
    " FROM datasets d JOIN exposures e ON e.number = d.exposure;";

#define STEP_PARTS 4

/* steps[n] makes version n + 1 out of version n; version 0 is an empty database. */
static const char *const steps[SCHEMA_VERSION][STEP_PARTS] = {
    {create_delivery, create_state, create_event_views, create_state_views},
};

static enum ajar_status begin_journal(struct database *database,
                                      const struct schema_identity *identity)
{
    struct statement *insert = NULL;
    enum ajar_status status = statement_new(
        database, "INSERT INTO journal VALUES (1, ?1, ?2, ?3, ?4, ?5, 0, 0, 0, 0, 0, 0)", &insert);
    if (status != AJAR_OK)
        return status;
    statement_bind_text(insert, 1, identity->uuid, strlen(identity->uuid));
    statement_bind_text(insert, 2, identity->sensor, strlen(identity->sensor));
    statement_bind_number(insert, 3, (int64_t)identity->created_ns);
    statement_bind_number(insert, 4, (int64_t)identity->sequence);
    statement_bind_number(insert, 5, (int64_t)identity->confirmed);
    status = statement_finish(insert);
    statement_free(insert);
    return status;
}

static enum ajar_status run_step(struct database *database, int64_t version)
{
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; i < STEP_PARTS && steps[version][i] && status == AJAR_OK; i++)
        status = database_run(database, steps[version][i]);
    return status;
}

static enum ajar_status migrate(struct database *database, int64_t version,
                                const struct schema_identity *identity)
{
    char marks[96];
    (void)snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                   SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
    enum ajar_status status = database_run(database, "BEGIN IMMEDIATE");
    bool is_new = version == 0;
    for (; version < SCHEMA_VERSION && status == AJAR_OK; version++)
        status = run_step(database, version);
    if (status == AJAR_OK && is_new)
        status = begin_journal(database, identity);
    if (status == AJAR_OK)
        status = database_run(database, marks);
    if (status == AJAR_OK)
        status = database_run(database, "COMMIT");
    return status;
}

static enum ajar_status read_marks(struct database *database, int64_t *application,
                                   int64_t *version, int64_t *tables)
{
    enum ajar_status status = database_read_number(database, "PRAGMA application_id", application);
    if (status == AJAR_OK)
        status = database_read_number(database, "PRAGMA user_version", version);
    if (status == AJAR_OK)
        status = database_read_number(database, "SELECT count(*) FROM sqlite_master", tables);
    return status;
}

enum ajar_status schema_check(struct database *database, const char *name, int64_t *version,
                              struct problem *problem)
{
    int64_t application = 0, found = 0, tables = 0;
    enum ajar_status status = read_marks(database, &application, &found, &tables);
    if (status != AJAR_OK)
        return problem_set(problem, status, "%s: %s", name, database_text(database));
    bool is_new = application == 0 && found == 0 && tables == 0;
    if (!is_new && application != SCHEMA_APPLICATION_ID)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "%s: is a database, but no journal of ajar; name another file", name);
    if (found > SCHEMA_VERSION)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "%s: was written by a newer ajar (schema %lld, this one knows %d); use "
                           "that one, or name another file",
                           name, (long long)found, SCHEMA_VERSION);
    *version = found;
    return AJAR_OK;
}

enum ajar_status schema_prepare(struct database *database, const char *name,
                                const struct schema_identity *identity, struct problem *problem)
{
    int64_t version = 0;
    enum ajar_status status = schema_check(database, name, &version, problem);
    if (status != AJAR_OK || version == SCHEMA_VERSION)
        return status;
    status = migrate(database, version, identity);
    if (status == AJAR_OK)
        return AJAR_OK;
    (void)problem_set(problem, status, "%s: %s", name, database_text(database));
    (void)database_run(database, "ROLLBACK");
    return status;
}
