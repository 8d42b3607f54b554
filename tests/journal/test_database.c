/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/database.h"
#include "journal/journals.h"

static struct place_of_test place;
static struct database *database;

static void setup(void)
{
    make_place(&place);
    cr_assert_eq(database_open(place.path, 10, &database, NULL), AJAR_OK);
    cr_assert_eq(database_run(database, "CREATE TABLE t (n INTEGER PRIMARY KEY, x)"), AJAR_OK);
}

static void teardown(void)
{
    database_close(database);
    remove_place(&place);
}

TestSuite(database, .init = setup, .fini = teardown);

static int64_t number(const char *sql)
{
    int64_t value = -1;
    cr_assert_eq(database_read_number(database, sql, &value), AJAR_OK);
    return value;
}

Test(database, gives_back_what_was_bound)
{
    struct statement *insert = NULL, *select = NULL;
    size_t length;
    cr_assert_eq(statement_new(database, "INSERT INTO t VALUES (?1, ?2)", &insert), AJAR_OK);
    statement_bind_number(insert, 1, -5);
    statement_bind_text(insert, 2, "abcdef", 3);
    cr_assert_eq(statement_finish(insert), AJAR_OK);
    statement_bind_number(insert, 1, 6);
    statement_bind_blob(insert, 2, "\0\xff", 2);
    cr_assert_eq(statement_finish(insert), AJAR_OK);
    statement_bind_number(insert, 1, 7);
    statement_bind_real(insert, 2, 2.5);
    cr_assert_eq(statement_finish(insert), AJAR_OK);
    statement_bind_number(insert, 1, 8);
    statement_bind_null(insert, 2);
    cr_assert_eq(statement_finish(insert), AJAR_OK);
    cr_assert_eq(database_last_number(database), 8);
    cr_assert_eq(statement_new(database, "SELECT n, x FROM t ORDER BY n", &select), AJAR_OK);
    cr_assert_eq(statement_step(select), AJAR_OK);
    cr_assert_eq(statement_number(select, 0), -5);
    cr_assert_str_eq(statement_text(select, 1, &length), "abc");
    cr_assert_eq(length, 3);
    cr_assert_eq(statement_step(select), AJAR_OK);
    cr_assert_arr_eq(statement_blob(select, 1, &length), "\0\xff", 2);
    cr_assert_eq(length, 2);
    cr_assert_eq(statement_step(select), AJAR_OK);
    cr_assert_float_eq(statement_real(select, 1), 2.5, 0);
    cr_assert_not(statement_is_null(select, 1));
    cr_assert_eq(statement_step(select), AJAR_OK);
    cr_assert(statement_is_null(select, 1));
    cr_assert_str_eq(statement_text(select, 1, &length), "");
    cr_assert_eq(statement_step(select), AJAR_END);
    statement_free(insert);
    statement_free(select);
}

Test(database, counts_the_rows_that_changed)
{
    cr_assert_eq(database_run(database, "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)"), AJAR_OK);
    cr_assert_eq(database_run(database, "DELETE FROM t WHERE n <= 2"), AJAR_OK);
    cr_assert_eq(database_changes(database), 2);
}

Test(database, says_that_there_is_no_row)
{
    int64_t value = 42;
    char text[8] = "x";
    cr_assert_eq(database_read_number(database, "SELECT n FROM t", &value), AJAR_END);
    cr_assert_eq(database_read_text(database, "SELECT x FROM t", text, sizeof text), AJAR_END);
    cr_assert_eq(value, 42);
    cr_assert_str_eq(text, "x");
}

Test(database, cuts_a_text_to_its_room)
{
    char text[4];
    cr_assert_eq(database_read_text(database, "SELECT 'abcdef'", text, sizeof text), AJAR_OK);
    cr_assert_str_eq(text, "abc");
    cr_assert_eq(database_read_text(database, "SELECT 'ab\xc3\xa9'", text, sizeof text), AJAR_OK);
    cr_assert_str_eq(text, "ab");
}

Test(database, says_again_while_somebody_else_writes)
{
    struct database *other = NULL;
    cr_assert_eq(database_open(place.path, 10, &other, NULL), AJAR_OK);
    cr_assert_eq(database_run(other, "BEGIN IMMEDIATE"), AJAR_OK);
    cr_assert_eq(database_run(database, "INSERT INTO t VALUES (1, 1)"), AJAR_AGAIN);
    cr_assert_eq(database_run(other, "COMMIT"), AJAR_OK);
    cr_assert_eq(database_run(database, "INSERT INTO t VALUES (1, 1)"), AJAR_OK);
    database_close(other);
}

Test(database, says_limit_when_there_is_no_room)
{
    cr_assert_eq(number("PRAGMA max_page_count = 4"), 4);
    cr_assert_eq(database_run(database, "INSERT INTO t VALUES (1, zeroblob(100000))"),
                 AJAR_ERR_LIMIT);
    cr_assert_eq(database_run(database, "INSERT INTO t VALUES (1, zeroblob(100))"), AJAR_OK);
}

Test(database, says_format_when_it_is_none)
{
    char other[128];
    struct database *garbage = NULL;
    int64_t value;
    (void)snprintf(other, sizeof other, "%s/garbage", place.folder);
    FILE *file = fopen(other, "w");
    for (int i = 0; i < 1000; i++)
        (void)fputs("no database at all\n", file);
    (void)fclose(file);
    cr_assert_eq(database_open(other, 10, &garbage, NULL), AJAR_OK);
    cr_assert_eq(database_read_number(garbage, "PRAGMA user_version", &value), AJAR_ERR_FORMAT);
    cr_assert_not_null(strstr(database_text(garbage), "not a database"));
    database_close(garbage);
}

Test(database, says_system_for_statements_that_are_wrong)
{
    struct statement *statement = NULL;
    cr_assert_eq(statement_new(database, "SELEKT 1", &statement), AJAR_ERR_SYSTEM);
    cr_assert_null(statement);
    cr_assert_not_null(strstr(database_text(database), "SELEKT"));
}

Test(database, names_the_file_that_cannot_be_opened)
{
    struct database *none = NULL;
    struct problem problem = {.text = ""};
    cr_assert_eq(database_open("/no/such/folder/file", 10, &none, &problem), AJAR_ERR_SYSTEM);
    cr_assert_null(none);
    cr_assert_not_null(strstr(problem.text, "/no/such/folder/file"), "%s", problem.text);
}

static void overwrite(const char *path, long offset)
{
    FILE *file = fopen(path, "r+");
    cr_assert_eq(fseek(file, offset, SEEK_SET), 0);
    for (int i = 0; i < 3000; i++)
        (void)fputc(0xa5, file);
    (void)fclose(file);
}

Test(database, finds_damage_when_it_checks)
{
    cr_assert_eq(database_run(database, "INSERT INTO t VALUES (1, zeroblob(3000)),"
                                        " (2, zeroblob(3000)), (3, zeroblob(3000))"),
                 AJAR_OK);
    cr_assert_eq(database_check(database, 1000), AJAR_OK);
    database_close(database);
    overwrite(place.path, 4096);
    cr_assert_eq(database_open(place.path, 10, &database, NULL), AJAR_OK);
    cr_assert_eq(database_check(database, 1000), AJAR_ERR_FORMAT);
}

Test(database, takes_what_it_had_no_time_to_check_for_sound)
{
    cr_assert_eq(database_run(database, "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                                        " FROM c WHERE i < 20000)"
                                        " INSERT INTO t SELECT i, zeroblob(200) FROM c"),
                 AJAR_OK);
    cr_assert_eq(database_check(database, 0), AJAR_OK);
    cr_assert_eq(number("SELECT count(*) FROM t"), 20000);
}

static void note_pages(void *context, int64_t pages)
{
    *(int64_t *)context = pages;
}

Test(database, tells_the_log_and_copies_it)
{
    char mode[8];
    int64_t pages = 0, left = -1;
    cr_assert_eq(database_read_text(database, "PRAGMA journal_mode = WAL", mode, sizeof mode),
                 AJAR_OK);
    database_watch_log(database, note_pages, &pages);
    cr_assert_eq(database_run(database, "INSERT INTO t VALUES (1, zeroblob(100000))"), AJAR_OK);
    cr_assert_geq(pages, 25);
    cr_assert_eq(database_checkpoint(database, CHECKPOINT_PASSIVE, &left), AJAR_OK);
    cr_assert_eq(left, 0);
    cr_assert_eq(database_checkpoint(database, CHECKPOINT_RESTART, &left), AJAR_OK);
    cr_assert_eq(database_run(database, "INSERT INTO t VALUES (2, 1)"), AJAR_OK);
    cr_assert_lt(pages, 5);
}
