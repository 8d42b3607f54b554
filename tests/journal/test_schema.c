/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journals.h"
#include "journal/schema.h"
#include "journal/version_1.h"
#include "ledger/identity.h"

static struct database *database;
static const struct schema_identity identity = {
    .uuid = "0123456789abcdef0123456789abcdef", .sensor = "north", .created_ns = 1, .sequence = 9};

static void setup(void)
{
    cr_assert_eq(database_open(NULL, 0, &database, NULL), AJAR_OK);
}

static void teardown(void)
{
    database_close(database);
}

TestSuite(schema, .init = setup, .fini = teardown);

static int64_t number(const char *sql)
{
    int64_t value = -1;
    cr_assert_eq(database_read_number(database, sql, &value), AJAR_OK);
    return value;
}

Test(schema, marks_a_new_journal)
{
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_OK);
    cr_assert_eq(number("PRAGMA application_id"), SCHEMA_APPLICATION_ID);
    cr_assert_eq(number("PRAGMA user_version"), SCHEMA_VERSION);
    cr_assert_eq(number("SELECT sequence FROM journal"), 9);
    cr_assert_eq(number("SELECT count(*) FROM journal WHERE sensor = 'north'"), 1);
}

Test(schema, leaves_a_journal_of_this_version_alone)
{
    struct schema_identity other = identity;
    other.sensor = "south";
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_OK);
    cr_assert_eq(schema_prepare(database, "j", &other, NULL), AJAR_OK);
    cr_assert_eq(number("SELECT count(*) FROM journal WHERE sensor = 'north'"), 1);
}

Test(schema, refuses_a_newer_one)
{
    char newer[64];
    struct problem problem = {.text = ""};
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_OK);
    (void)snprintf(newer, sizeof newer, "PRAGMA user_version = %d", SCHEMA_VERSION + 1);
    cr_assert_eq(database_run(database, newer), AJAR_OK);
    cr_assert_eq(schema_prepare(database, "j", &identity, &problem), AJAR_ERR_USAGE);
    cr_assert_not_null(strstr(problem.text, "newer ajar"), "%s", problem.text);
    cr_assert_eq(number("PRAGMA user_version"), SCHEMA_VERSION + 1);
}

Test(schema, refuses_a_database_of_somebody_else)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(database_run(database, "CREATE TABLE theirs (x)"), AJAR_OK);
    cr_assert_eq(schema_prepare(database, "j", &identity, &problem), AJAR_ERR_USAGE);
    cr_assert_not_null(strstr(problem.text, "no journal of ajar"), "%s", problem.text);
    cr_assert_eq(number("SELECT count(*) FROM sqlite_master"), 1);
}

Test(schema, refuses_a_database_with_the_mark_of_somebody_else)
{
    cr_assert_eq(database_run(database, "PRAGMA application_id = 252006674"), AJAR_OK);
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_ERR_USAGE);
    cr_assert_eq(number("PRAGMA application_id"), 252006674);
}

Test(schema, makes_nothing_when_it_cannot_make_all)
{
    cr_assert_eq(number("PRAGMA max_page_count = 3"), 3);
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_ERR_LIMIT);
    cr_assert_eq(number("SELECT count(*) FROM sqlite_master"), 0);
    cr_assert_eq(number("PRAGMA max_page_count = 1000"), 1000);
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_OK);
}

/* Every time that people see is readable. */
Test(schema, shows_times_as_people_read_them)
{
    char text[64];
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_OK);
    cr_assert_eq(database_run(database,
                              "INSERT INTO events VALUES (1, 1577614273500000000,"
                              " 1577614272000000000, 'i', 'store-query', 70, 's', 'data', 'a',"
                              " 'b', 'NL', '', '', NULL, NULL, '{}')"),
                 AJAR_OK);
    cr_assert_eq(database_read_text(database, "SELECT time || ' ' || accepted FROM v_events", text,
                                    sizeof text),
                 AJAR_OK);
    cr_assert_str_eq(text, "2019-12-29T10:11:12.000Z 2019-12-29T10:11:13.500Z");
}

static void run(const char *sql)
{
    cr_assert_eq(database_run(database, sql), AJAR_OK, "%s: %s", sql, database_text(database));
}

static void assert_text(const char *sql, const char *want)
{
    char text[256] = "";
    cr_assert_eq(database_read_text(database, sql, text, sizeof text), AJAR_OK, "%s: %s", sql,
                 database_text(database));
    cr_assert_str_eq(text, want, "%s: %s", sql, text);
}

static char outside_id[EXPOSURE_ID_HEX], internal_id[EXPOSURE_ID_HEX];

/* An exposure of version 1; `sides` are the verdict, records and bytes of each. */
static void add_old(int64_t store, const char *import_id, const char *id, const char *sides)
{
    char sql[1024];
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO exposures VALUES (%lld, '%s', '%s', 'elasticsearch', '10.1.1.1',"
                   " 9200, 0, 1, 'drained', 100, 900, 5000, 1010, 2020, 30, 90, 'elasticsearch',"
                   " '6.8.23', 'abc', 3, 2, 'NL,US', 'customers', %s, 5000, 4, 1, NULL)",
                   (long long)store, import_id, id, sides);
    run(sql);
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO actors VALUES (%lld, 0, '203.0.113.1', 1, 'NL', 'Amsterdam', 64500,"
                   " 'Example', 'curl', 160, 100, 700), (%lld, 1, '10.9.9.9', 0, '', '', 0, '',"
                   " 'backup', 64, 300, 900), (%lld, 2, '203.0.113.2', 1, 'US', '', 0, '', '', 32,"
                   " 200, 400); INSERT INTO datasets VALUES (%lld, 0, 'customers', 5000, NULL, 4)",
                   (long long)store, (long long)store, (long long)store, (long long)store);
    run(sql);
}

static void make_version_1(void)
{
    struct addr addr;
    char sql[512];
    run(version_1_delivery);
    run(version_1_state);
    run(version_1_event_views);
    run(version_1_state_views);
    (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = 1",
                   SCHEMA_APPLICATION_ID);
    run(sql);
    run("INSERT INTO journal VALUES (1, 'u', 'north', 1, 7, 5, 1, 0, 0, 0, 0, 1)");
    cr_assert_eq(addr_parse("10.1.1.1", &addr), AJAR_OK);
    identity_exposure("hq", "elasticsearch", &addr, 9200, ZONE_OUTSIDE, outside_id);
    identity_exposure("hq", "elasticsearch", &addr, 9200, ZONE_INTERNAL, internal_id);
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO events VALUES (7, 1, 1, 'i', 'exposure-opened', 90,"
                   " 'elasticsearch', 'data', 'a', 'b', 'NL', '%s', '', NULL, NULL,"
                   " '{\"ajar\":{\"site\":\"hq\"}}')",
                   outside_id);
    run(sql);
}

Test(schema, splits_an_exposure_of_version_1_by_who_was_served)
{
    make_version_1();
    add_old(1, "", outside_id, "'data', 10, 20, 'drained', 1000, 2000");
    run("INSERT INTO servers VALUES (1, '', 'elasticsearch', '10.1.1.1', 9200, '', '', '', '',"
        " 'Elastic security', 1, 1, 1, 0, 'drained', 401)");
    run("INSERT INTO pairs VALUES (3, x'00')");
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_OK, "%s",
                 database_text(database));
    cr_assert_eq(number("PRAGMA user_version"), SCHEMA_VERSION);
    assert_text("SELECT uuid || ' ' || sequence || ' ' || confirmed FROM journal", "u 7 5");
    cr_assert_eq(number("SELECT count(*) FROM events"), 1);
    cr_assert_eq(number("SELECT count(*) FROM exposures"), 2);
    assert_text("SELECT id FROM exposures WHERE zone = 'outside'", outside_id);
    assert_text("SELECT id FROM exposures WHERE zone = 'internal'", internal_id);
    static const char columns[] =
        "SELECT verdict || ' ' || status || ' ' || times || ' ' || returned || ' ' || bytes ||"
        " ' ' || requests || ' ' || severity || ' ' || first || ' ' || last || ' ' || actors ||"
        " ' ' || actors_outside || ' ' || countries || ' ' || outside || ' ' || total"
        " FROM exposures WHERE zone = ";
    char sql[512];
    (void)snprintf(sql, sizeof sql, "%s'outside'", columns);
    assert_text(sql, "drained open 1 1000 2000 29 90 100 700 2 2 NL,US 1 5000");
    (void)snprintf(sql, sizeof sql, "%s'internal'", columns);
    assert_text(sql, "data open 1 10 20 1 50 300 900 1 0  0 5000");
    assert_text("SELECT group_concat(row || ' ' || address, ', ') FROM"
                " (SELECT * FROM actors WHERE outside ORDER BY row)",
                "0 203.0.113.1, 1 203.0.113.2");
    assert_text("SELECT row || ' ' || address || ' ' || user_agent FROM actors WHERE NOT outside",
                "0 10.9.9.9 backup");
    cr_assert_eq(number("SELECT count(*) FROM actors WHERE drained = 100 AND listed = 100 AND read"
                        " IS NULL"),
                 1);
    cr_assert_eq(number("SELECT count(*) FROM v_datasets WHERE records = 5000"), 2);
    cr_assert_eq(number("SELECT count(*) FROM servers WHERE refusal_status = 401 AND scope = ''"),
                 1);
    cr_assert_eq(number("SELECT count(*) FROM pairs"), 1);
    cr_assert_eq(number("SELECT count(*) FROM v_open_exposures"), 2);
    cr_assert_eq(number("SELECT count(*) FROM sqlite_master WHERE name LIKE 'old%' OR name IN"
                        " ('moved', 'spans')"),
                 0);
}

Test(schema, keeps_an_exposure_of_version_1_to_one_zone_whole)
{
    make_version_1();
    add_old(1, "", outside_id, "'none', 0, 0, 'drained', 1010, 2020");
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_OK);
    assert_text("SELECT id FROM exposures", outside_id);
    assert_text("SELECT zone || ' ' || returned || ' ' || requests || ' ' || actors || ' ' || first"
                " || ' ' || last FROM exposures",
                "outside 1010 30 3 100 900");
    cr_assert_eq(number("SELECT count(*) FROM actors"), 3);
}

Test(schema, gives_an_exposure_of_version_1_to_clients_in_home_an_id_of_its_own)
{
    make_version_1();
    add_old(1, "", outside_id, "'drained', 1010, 2020, 'none', 0, 0");
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_OK);
    assert_text("SELECT id FROM exposures", internal_id);
    assert_text("SELECT zone || ' ' || returned || ' ' || severity FROM exposures",
                "internal 1010 90");
}

Test(schema, keeps_an_exposure_of_a_site_that_is_not_known_for_people)
{
    make_version_1();
    run("DELETE FROM events");
    add_old(1, "", outside_id, "'drained', 1010, 2020, 'none', 0, 0");
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_OK);
    cr_assert_eq(number("SELECT length(id) FROM exposures"), 32);
    char sql[128];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM exposures WHERE id IN ('%s', '%s')",
                   outside_id, internal_id);
    cr_assert_eq(number(sql), 0, "no site makes it");
}

Test(schema, makes_one_of_the_readings_of_version_1)
{
    make_version_1();
    add_old(1, "", outside_id, "'none', 0, 0, 'data', 1, 2");
    add_old(2, "import-1", outside_id, "'none', 0, 0, 'data', 3, 4");
    add_old(3, "import-2", outside_id, "'none', 0, 0, 'data', 5, 6");
    cr_assert_eq(schema_prepare(database, "j", &identity, NULL), AJAR_OK);
    assert_text("SELECT group_concat(scope || ':' || import_id || ':' || returned, ' ') FROM"
                " (SELECT * FROM exposures ORDER BY number)",
                "::1 read:import-2:5");
    cr_assert_eq(number("SELECT count(*) FROM v_open_exposures"), 1);
}

Test(schema, leaves_a_journal_of_version_1_as_it_is_when_it_cannot_be_migrated)
{
    make_version_1();
    add_old(1, "", outside_id, "'none', 0, 0, 'data', 1, 2");
    run("DROP TABLE servers");
    cr_assert_neq(schema_prepare(database, "j", &identity, NULL), AJAR_OK);
    cr_assert_eq(number("PRAGMA user_version"), 1);
    cr_assert_eq(number("SELECT returned FROM exposures"), 1010);
    cr_assert_eq(number("SELECT count(*) FROM v_open_exposures"), 1);
}
