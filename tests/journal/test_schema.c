/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journals.h"
#include "journal/schema.h"

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
