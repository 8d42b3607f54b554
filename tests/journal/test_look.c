/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into a journal that is somebody else's. */
#include "journal/look.h"

#include "journal/journals.h"
#include "journal/ledgers.h"

#include "ledger/exposures.h"
#include "ledger/servers.h"

#include <dirent.h>

static struct place_of_test place;

static void setup(void)
{
    make_place(&place);
}

static void teardown(void)
{
    remove_place(&place);
}

TestSuite(look, .init = setup, .fini = teardown, .timeout = 60);

/* What was seen. */
struct seen {
    unsigned exposures, servers, records;
    char id[EXPOSURE_ID_HEX];
    char status[64];
};

static void see_exposure(void *context, const struct exposure *exposure)
{
    struct seen *seen = context;
    seen->exposures++;
    seen->records += exposure->holdings.count;
    memcpy(seen->id, exposure->id, sizeof seen->id);
}

static void see_server(void *context, const struct server *server)
{
    struct seen *seen = context;
    seen->servers += server->store[0] != '\0';
}

static void see_status(void *context, const char *json, size_t length)
{
    struct seen *seen = context;
    (void)snprintf(seen->status, sizeof seen->status, "%.*s", (int)length, json);
}

static struct seen look(bool readings)
{
    struct seen seen = {.exposures = 0};
    struct journal_look wanted = {see_exposure, see_server, see_status, &seen};
    struct problem problem = {.text = ""};
    cr_assert_eq(journal_look(place.path, readings, &wanted, &problem), AJAR_OK, "%s",
                 problem.text);
    return seen;
}

static void refuse(enum ajar_status wanted, const char *words)
{
    struct seen seen = {.exposures = 0};
    struct journal_look look_at = {see_exposure, see_server, see_status, &seen};
    struct problem problem = {.text = ""};
    enum ajar_status status = journal_look(place.path, false, &look_at, &problem);
    cr_assert_eq(status, wanted, "%d: %s", (int)status, problem.text);
    cr_assert(strstr(problem.text, words), "%s", problem.text);
}

static unsigned count_files(void)
{
    unsigned count = 0;
    DIR *folder = opendir(place.folder);
    cr_assert_not_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    (void)closedir(folder);
    return count;
}

/* Two stores, kept under this name of a reading ("" = live). */
static struct journal *keep_two(const char *import_id)
{
    struct journal *journal = open_at(place.path);
    struct ledger *ledger = new_ledger();
    prove(ledger, 1);
    prove(ledger, 2);
    cr_assert_eq(journal_commit(journal, ledger, import_id, 0, 0), AJAR_OK);
    ledger_free(ledger);
    return journal;
}

Test(look, sees_exposures_and_servers_while_a_sensor_writes)
{
    struct journal *journal = keep_two("");
    struct seen seen = look(false);
    cr_assert_eq(seen.exposures, 2);
    cr_assert_eq(seen.servers, 2);
    cr_assert_eq(look(true).exposures, 0);
    journal_close(journal);
}

Test(look, sees_the_newest_status_of_the_sensor_that_watches)
{
    struct journal *journal = keep_two("");
    cr_assert_str_eq(look(false).status, "");
    static const char *const told[] = {"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"};
    for (unsigned i = 0; i < 3; i++) {
        char id[EVENT_ID_HEX];
        (void)snprintf(id, sizeof id, "%032x", i);
        struct journal_event event = make_journal_event(100 + i, id, told[i]);
        event.action = "sensor-status";
        event.import_id = i == 2 ? "a reading" : "";
        cr_assert_eq(journal_add(journal, &event), AJAR_OK);
    }
    cr_assert_eq(journal_commit(journal, NULL, "", 0, 0), AJAR_OK);
    cr_assert_str_eq(look(false).status, told[1]);
    cr_assert_str_eq(look(true).status, "");
    journal_close(journal);
}

Test(look, sees_readings_apart_from_what_is_live)
{
    journal_close(keep_two("2019-12-29T10:11:12Z-1"));
    cr_assert_eq(look(false).exposures, 0);
    cr_assert_eq(look(true).exposures, 2);
}

Test(look, leaves_no_file_behind_and_needs_no_right_to_write)
{
    journal_close(keep_two(""));
    unsigned files = count_files();
    cr_assert_eq(chmod(place.path, 0440), 0);
    cr_assert_eq(chmod(place.folder, 0550), 0);
    cr_assert_eq(look(false).exposures, 2);
    cr_assert_eq(chmod(place.folder, 0750), 0);
    cr_assert_eq(count_files(), files);
}

Test(look, takes_a_path_with_marks_of_a_uri)
{
    journal_close(keep_two(""));
    char path[sizeof place.path];
    memcpy(path, place.path, sizeof path);
    (void)snprintf(place.path, sizeof place.path, "%s/a?b#c%%20.db", place.folder);
    cr_assert_eq(rename(path, place.path), 0);
    cr_assert_eq(look(false).exposures, 2);
}

Test(look, says_that_there_is_none_and_makes_none)
{
    refuse(AJAR_ERR_SYSTEM, "name the journal with --journal");
    cr_assert_eq(count_files(), 0);
}

static void run_sql(const char *sql)
{
    char command[512];
    (void)snprintf(command, sizeof command, "sqlite3 '%s' \"%s\" >/dev/null", place.path, sql);
    cr_assert_eq(system(command), 0);
}

Test(look, refuses_what_is_no_journal)
{
    run_sql("CREATE TABLE x (y)");
    refuse(AJAR_ERR_USAGE, place.path);
}

Test(look, refuses_an_older_version_and_leaves_it_as_it_is)
{
    journal_close(keep_two(""));
    run_sql("PRAGMA user_version = 1");
    refuse(AJAR_ERR_USAGE, "start the sensor once");
}

Test(look, passes_over_rows_that_cannot_be)
{
    journal_close(keep_two(""));
    run_sql("UPDATE exposures SET address = 'nowhere' WHERE number = 1");
    cr_assert_eq(look(false).exposures, 1);
}

Test(look, says_that_a_file_is_damaged)
{
    int file = open(place.path, O_WRONLY | O_CREAT, 0640);
    cr_assert_geq(file, 0);
    for (unsigned i = 0; i < 8192; i++)
        cr_assert_eq(write(file, "nonsense", 8), 8);
    (void)close(file);
    refuse(AJAR_ERR_FORMAT, place.path);
}
