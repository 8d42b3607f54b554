/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema of the journal. Events lie in the order of their sequence, which is the rowid: they need
 * no index. Times are ns since 1970 in the tables and readable in the views; what people look at
 * are the views, so that tables may change.
 */
#include "journal/schema.h"

#include "journal/zones.h"

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

static const char create_exposures[] =
    "CREATE TABLE exposures ("
    " number INTEGER PRIMARY KEY," /* in the order of opening */
    " scope TEXT NOT NULL,"        /* '' = live, 'read' = of readings */
    " import_id TEXT NOT NULL,"    /* of the last reading that changed it */
    " id TEXT NOT NULL,"
    " store TEXT NOT NULL,"
    " address TEXT NOT NULL,"
    " port INTEGER NOT NULL,"
    " zone TEXT NOT NULL,"
    " server_outside INTEGER NOT NULL,"
    " outside INTEGER NOT NULL,"
    " verdict TEXT NOT NULL,"
    " status TEXT NOT NULL,"
    " closed_by TEXT NOT NULL,"
    " times INTEGER NOT NULL,"
    " first INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " shut INTEGER,"   /* last seen so before the first proof */
    " closed INTEGER," /* open at most until */
    " told INTEGER NOT NULL,"
    " due INTEGER NOT NULL,"
    " records INTEGER,"
    " records_source TEXT NOT NULL,"
    " returned INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " requests INTEGER NOT NULL,"
    " severity INTEGER NOT NULL,"
    " product TEXT NOT NULL,"
    " version TEXT NOT NULL,"
    " cluster_id TEXT NOT NULL,"
    " indexed_by TEXT NOT NULL,"
    " oldest_record INTEGER," /* seconds */
    " newest_record INTEGER,"
    " actors INTEGER NOT NULL,"
    " actors_outside INTEGER NOT NULL,"
    " countries TEXT NOT NULL,"
    " datasets TEXT NOT NULL,"
    " total INTEGER NOT NULL,"
    " total_source INTEGER NOT NULL,"
    " datasets_dropped INTEGER NOT NULL,"
    " cluster_mark INTEGER," /* equal in all servers of a group */
    " data_mark INTEGER,"
    " silence BLOB,"
    " sketch BLOB,"
    " reachable INTEGER," /* answered outside clients since, before the first proof */
    " UNIQUE (scope, id));"
    "CREATE INDEX exposures_of_cluster ON exposures (scope, cluster_mark)"
    " WHERE cluster_mark IS NOT NULL;"
    "CREATE INDEX exposures_of_data ON exposures (scope, data_mark) WHERE data_mark IS NOT NULL;";

static const char create_rows[] =
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
    " claimed TEXT NOT NULL," /* scanner */
    " confirmed TEXT NOT NULL,"
    " tool TEXT NOT NULL,"
    " search_engine INTEGER NOT NULL,"
    " via TEXT NOT NULL," /* the proxy that names the address, '' = none */
    " allowed TEXT NOT NULL,"
    " verdicts INTEGER NOT NULL," /* a bit for each reached */
    " requests INTEGER NOT NULL,"
    " returned INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " first INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " looked INTEGER," /* first time of each step, NULL = did not */
    " listed INTEGER,"
    " read INTEGER,"
    " drained INTEGER,"
    " destroyed INTEGER,"
    " PRIMARY KEY (exposure, row)) WITHOUT ROWID;"
    "CREATE TABLE datasets ("
    " exposure INTEGER NOT NULL,"
    " row INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " records INTEGER,"
    " bytes INTEGER,"
    " returned INTEGER NOT NULL,"
    " source INTEGER NOT NULL,"
    " PRIMARY KEY (exposure, row)) WITHOUT ROWID;"
    "CREATE TABLE classes ("
    " exposure INTEGER NOT NULL,"
    " row INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " occurrences INTEGER NOT NULL,"
    " different INTEGER NOT NULL," /* about; of the sketch */
    " odd INTEGER NOT NULL,"
    " masked INTEGER NOT NULL,"
    " hashed INTEGER NOT NULL,"
    " by_name INTEGER NOT NULL,"
    " sample TEXT NOT NULL,"
    " sketch BLOB NOT NULL,"
    " PRIMARY KEY (exposure, row)) WITHOUT ROWID;"
    "CREATE TABLE windows (" /* earlier times that it stood open */
    " exposure INTEGER NOT NULL,"
    " row INTEGER NOT NULL,"
    " first INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " shut INTEGER,"
    " closed INTEGER,"
    " closed_by TEXT NOT NULL,"
    " PRIMARY KEY (exposure, row)) WITHOUT ROWID;";

static const char create_servers[] =
    "CREATE TABLE servers ("
    " number INTEGER PRIMARY KEY," /* in the order of the last change */
    " scope TEXT NOT NULL,"
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
    " reachable INTEGER," /* first answer to an outside client since it was last shut */
    " shut_outside INTEGER,"
    " shut_internal INTEGER,"
    " silence BLOB,"
    " UNIQUE (scope, store, address, port));";

static const char create_flows[] =
    "CREATE TABLE flows (" /* what readings told of a flow, likewise */
    " slot INTEGER PRIMARY KEY,"
    " state BLOB NOT NULL);";

static const char create_pairs[] =
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

/* A group is as large as there are stores with the same mark. */
static const char create_exposure_views[] =
    "CREATE VIEW v_exposures AS SELECT id, import_id, store,"
    " CASE WHEN address LIKE '%:%' THEN '[' || address || ']' ELSE address END"
    " || ':' || port AS address, verdict, severity,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', first / 1e9, 'unixepoch') AS first_seen,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', last / 1e9, 'unixepoch') AS last_seen,"
    " records, returned, bytes, requests, actors, actors_outside, countries, datasets,"
    " product, version, cluster_id, zone,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', shut / 1e9, 'unixepoch') AS shut_before,"
    " times AS times_opened, records_source,"
    " (SELECT group_concat(c.name || ' ' || c.occurrences, ', ') FROM (SELECT name, occurrences"
    " FROM classes WHERE exposure = e.number ORDER BY row) c) AS classes,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', oldest_record, 'unixepoch') AS oldest_record,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', newest_record, 'unixepoch') AS newest_record,"
    " indexed_by, max(1,"
    " (SELECT count(DISTINCT g.store || ' ' || g.address || ' ' || g.port)"
    "  FROM exposures g WHERE g.scope = e.scope AND g.cluster_mark = e.cluster_mark),"
    " (SELECT count(DISTINCT g.store || ' ' || g.address || ' ' || g.port)"
    "  FROM exposures g WHERE g.scope = e.scope AND g.data_mark = e.data_mark)) AS group_servers,"
    " status, closed_by,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', closed / 1e9, 'unixepoch') AS closed_at,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', reachable / 1e9, 'unixepoch') AS reachable_since"
    " FROM exposures e;"
    "CREATE VIEW v_open_exposures AS SELECT id, store, address, verdict, severity, first_seen,"
    " last_seen, records, returned, bytes, requests, actors, actors_outside, countries, datasets,"
    " product, version, cluster_id, zone, shut_before, times_opened, records_source, classes,"
    " oldest_record, newest_record, indexed_by, group_servers FROM v_exposures"
    " WHERE import_id = '' AND status = 'open' AND zone <> 'allowed';"
    "CREATE VIEW v_windows AS SELECT e.id AS exposure, e.import_id, e.store,"
    " e.address AS server, e.port, e.zone, w.row + 1 AS time,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', w.first / 1e9, 'unixepoch') AS at_least_since,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', w.last / 1e9, 'unixepoch') AS at_least_until,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', w.shut / 1e9, 'unixepoch') AS at_most_since,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', w.closed / 1e9, 'unixepoch') AS at_most_until,"
    " w.closed_by FROM (SELECT exposure, row, first, last, shut, closed, closed_by FROM windows"
    " UNION ALL SELECT number, (SELECT count(*) FROM windows WHERE exposure = number), first,"
    " last, shut, closed, closed_by FROM exposures) w JOIN exposures e ON e.number = w.exposure;";

static const char create_row_views[] =
    "CREATE VIEW v_actors AS SELECT e.id AS exposure, e.import_id, e.store,"
    " e.address AS server, e.port, e.zone, a.address, a.outside, a.country, a.city, a.as_number,"
    " a.as_name, a.user_agent, a.claimed, a.confirmed, a.tool, a.search_engine, a.via, a.allowed,"
    " a.requests, a.returned, a.bytes,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', a.first / 1e9, 'unixepoch') AS first_seen,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', a.last / 1e9, 'unixepoch') AS last_seen,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', a.looked / 1e9, 'unixepoch') AS looked,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', a.listed / 1e9, 'unixepoch') AS listed,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', a.read / 1e9, 'unixepoch') AS read,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', a.drained / 1e9, 'unixepoch') AS drained,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', a.destroyed / 1e9, 'unixepoch') AS destroyed"
    " FROM actors a JOIN exposures e ON e.number = a.exposure;"
    "CREATE VIEW v_datasets AS SELECT e.id AS exposure, e.import_id, e.store,"
    " e.address AS server, e.port, e.zone, d.name, d.records, d.bytes, d.returned"
    " FROM datasets d JOIN exposures e ON e.number = d.exposure;"
    "CREATE VIEW v_classes AS SELECT e.id AS exposure, e.import_id, e.store,"
    " e.address AS server, e.port, e.zone, c.name, c.occurrences, c.different, c.odd, c.masked,"
    " c.hashed, c.by_name, c.sample FROM classes c JOIN exposures e ON e.number = c.exposure;";

/* Version 1 had one exposure for all clients of a store, with what each side of home got, and kept
 * every reading apart. */
static const char set_aside[] =
    "DROP VIEW v_exposures; DROP VIEW v_open_exposures; DROP VIEW v_actors; DROP VIEW v_datasets;"
    "ALTER TABLE exposures RENAME TO old_exposures;"
    "ALTER TABLE actors RENAME TO old_actors;"
    "ALTER TABLE datasets RENAME TO old_datasets;"
    "ALTER TABLE servers RENAME TO old_servers;"
    "DELETE FROM old_exposures WHERE import_id <> '' AND number NOT IN"
    " (SELECT max(number) FROM old_exposures WHERE import_id <> '' GROUP BY id);"
    /* Which zones each had; the second of two gets a number of its own. */
    "CREATE TABLE moved (old INTEGER, zone TEXT, number INTEGER, split INTEGER);"
    "INSERT INTO moved SELECT number, 'outside', number, inside_verdict <> 'none'"
    " FROM old_exposures WHERE outside_verdict <> 'none';"
    "INSERT INTO moved SELECT number, 'internal', CASE WHEN outside_verdict <> 'none'"
    " THEN number + (SELECT max(number) FROM old_exposures) ELSE number END,"
    " outside_verdict <> 'none' FROM old_exposures WHERE outside_verdict = 'none';"
    "INSERT INTO moved SELECT number, 'internal',"
    " number + (SELECT max(number) FROM old_exposures), 1 FROM old_exposures"
    " WHERE outside_verdict <> 'none' AND inside_verdict <> 'none';";

/* Rows of clients say when each side came; requests were counted for both together: the internal
 * ones made at least one each. The id of an internal one is not known here: schema_zones.c. */
static const char move_exposures[] =
    "CREATE TABLE spans AS SELECT m.number, min(a.first) AS first, max(a.last) AS last"
    " FROM moved m JOIN old_actors a ON a.exposure = m.old AND a.outside = (m.zone = 'outside')"
    " WHERE m.split GROUP BY m.number;"
    "INSERT INTO exposures SELECT m.number, CASE o.import_id WHEN '' THEN '' ELSE 'read' END,"
    " o.import_id, CASE m.zone WHEN 'outside' THEN o.id ELSE 'internal ' || o.id END,"
    " o.store, o.address, o.port, m.zone, o.server_outside,"
    " CASE m.zone WHEN 'outside' THEN 1 ELSE o.server_outside END,"
    " CASE WHEN m.zone = 'outside' THEN o.outside_verdict WHEN o.inside_verdict <> 'none'"
    " THEN o.inside_verdict ELSE o.verdict END,"
    " 'open', '', 1, coalesce(s.first, o.first), coalesce(s.last, o.last), NULL, NULL,"
    " coalesce(s.last, o.last), 0, o.records, '',"
    " CASE WHEN m.zone = 'outside' THEN o.outside_returned WHEN m.split THEN o.inside_returned"
    " ELSE o.returned END,"
    " CASE WHEN m.zone = 'outside' THEN o.outside_bytes WHEN m.split THEN o.inside_bytes"
    " ELSE o.bytes END,"
    " CASE WHEN NOT m.split THEN o.requests WHEN m.zone = 'outside'"
    " THEN max(o.actors_outside, o.requests - (o.actors - o.actors_outside))"
    " ELSE o.actors - o.actors_outside END,"
    " CASE WHEN m.zone = 'internal' AND m.split THEN CASE o.inside_verdict WHEN 'open' THEN 30"
    " WHEN 'metadata' THEN 40 WHEN 'data' THEN 50 WHEN 'drained' THEN 60 ELSE 70 END"
    " ELSE o.severity END, o.product, o.version, o.cluster_id, '', NULL, NULL,"
    " CASE WHEN NOT m.split THEN o.actors WHEN m.zone = 'outside' THEN o.actors_outside"
    " ELSE o.actors - o.actors_outside END,"
    " CASE m.zone WHEN 'outside' THEN o.actors_outside ELSE 0 END,"
    " CASE WHEN m.zone = 'internal' AND m.split THEN '' ELSE o.countries END, o.datasets,"
    " o.total, o.total_source, o.datasets_dropped, NULL, NULL, NULL, o.sketch, NULL"
    " FROM moved m JOIN old_exposures o ON o.number = m.old"
    " LEFT JOIN spans s ON s.number = m.number;";

/* What a client did is known, when is not: not before it came. */
static const char move_rows[] =
    "INSERT INTO actors SELECT m.number, row_number() OVER"
    " (PARTITION BY m.number ORDER BY a.row) - 1, a.address, a.outside, a.country, a.city,"
    " a.as_number, a.as_name, a.user_agent, '', '', '', 0, '', '', a.verdicts, 0, 0, 0, a.first,"
    " a.last, CASE WHEN a.verdicts & 0x1e THEN a.first END,"
    " CASE WHEN a.verdicts & 0x20 THEN a.first END, CASE WHEN a.verdicts & 0x40 THEN a.first END,"
    " CASE WHEN a.verdicts & 0x80 THEN a.first END, CASE WHEN a.verdicts & 0x100 THEN a.first END"
    " FROM moved m JOIN old_actors a ON a.exposure = m.old"
    " AND (NOT m.split OR a.outside = (m.zone = 'outside'));"
    "INSERT INTO datasets SELECT m.number, d.row, d.name, d.records, d.bytes, 0, d.source"
    " FROM moved m JOIN old_datasets d ON d.exposure = m.old;"
    "INSERT OR REPLACE INTO servers SELECT number, CASE import_id WHEN '' THEN '' ELSE 'read' END,"
    " store, address, port, product, version, cluster_id, cluster_name, protection, identified,"
    " refuses, open, served_credentials, verdict, refusal_status, NULL, NULL, NULL, NULL"
    " FROM old_servers ORDER BY number;"
    "DROP TABLE moved; DROP TABLE spans; DROP TABLE old_exposures; DROP TABLE old_actors;"
    "DROP TABLE old_datasets; DROP TABLE old_servers;";

#define STEP_PARTS 10

/* An empty database, or step[n] of version n: what makes SCHEMA_VERSION of it. */
static const char *const steps[SCHEMA_VERSION][STEP_PARTS] = {
    {create_delivery, create_event_views, create_exposures, create_rows, create_servers,
     create_pairs, create_flows, create_exposure_views, create_row_views},
    {set_aside, create_exposures, create_rows, create_servers, create_flows, move_exposures,
     move_rows, create_exposure_views, create_row_views},
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
    if (status == AJAR_OK)
        status = run_step(database, version);
    if (status == AJAR_OK)
        status = is_new ? begin_journal(database, identity) : zones_name(database);
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
