/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger that went through the journal is the ledger that it was. */
#include "journal/journals.h"
#include "journal/ledgers.h"
#include "ledger/same.h"
#include "ledger/story.h"

#include <sqlite3.h>

static struct place_of_test place;

static void setup(void)
{
    make_place(&place);
}

static void teardown(void)
{
    remove_place(&place);
}

TestSuite(restore, .init = setup, .fini = teardown);

static void add_classes(struct finding *f, unsigned i)
{
    struct finding_class *class = &f->classes[0];
    f->class_count = 1;
    (void)snprintf(class->name, sizeof class->name, "class-%u", i % 5);
    SET(class->sample, "j***");
    class->values = class->values_new = i + 1;
    class->odd_new = i % 2;
    class->masked_new = i % 3;
    class->by_name = i % 4 == 0;
    (void)sketch_add(&class->distinct, (i + 1) * UINT64_C(0x9e3779b97f4a7c15));
    f->oldest_s = 1500000000 + i;
    f->newest_s = 1600000000 + i;
}

/* A client in home, and the door that is shut to those outside and opened again. */
static void live(struct ledger *ledger)
{
    struct finding f = make_finding(VERDICT_DATA);
    f.client = address("10.9.9.9");
    f.time_ns = WHEN + SECOND;
    f.returned_new = 5;
    ledger_add(ledger, &f);
    for (unsigned i = 1; i <= 3; i++) {
        f = make_finding(VERDICT_REFUSED);
        f.status = 401;
        f.time_ns = WHEN + 100 * i * SECOND;
        ledger_add(ledger, &f);
        f = make_finding(VERDICT_DATA);
        f.time_ns = WHEN + (100 * i + 50) * SECOND;
        f.requests_new = 1;
        ledger_add(ledger, &f);
    }
}

/* An exposure with more of everything than there are rows for. */
static void fill(struct ledger *ledger)
{
    struct finding f = make_finding(VERDICT_REFUSED);
    SET(f.protection, "Elastic security");
    f.status = 401;
    ledger_add(ledger, &f);
    char name[32];
    for (unsigned i = 0; i < 200; i++) {
        f = make_finding(i % 3 ? VERDICT_DATA : VERDICT_METADATA);
        f.client.bytes[14] = (uint8_t)(i % 2);
        f.client.bytes[15] = (uint8_t)i;
        f.time_ns = WHEN + i;
        f.returned_new = i;
        f.gave_bytes_new = 100 * i;
        f.requests_new = 1;
        SET(f.product, "elasticsearch");
        SET(f.version, "6.8.23");
        SET(f.cluster_id, "abc");
        SET(f.cluster_name, "support");
        SET(f.user_agent, "curl/7.88");
        (void)snprintf(name, sizeof name, "index-%u", i % 80);
        add_dataset(&f, name, i % 7 ? i : FINDING_NO_COUNT, COUNT_LISTING);
        f.datasets[0].returned = f.datasets[0].returned_new = i;
        add_classes(&f, i);
        ledger_add(ledger, &f);
    }
    live(ledger);
    for (unsigned i = 2; i < 20; i++)
        prove(ledger, i);
}

static struct ledger *restore_as(const char *import_id)
{
    struct journal *journal = open_at(place.path);
    struct ledger *restored = new_ledger();
    struct problem problem = {.text = ""};
    cr_assert_eq(journal_restore(journal, restored, import_id, &problem), AJAR_OK, "%s",
                 problem.text);
    journal_close(journal);
    return restored;
}

static void commit_as(struct ledger *ledger, const char *import_id)
{
    struct journal *journal = open_at(place.path);
    cr_assert_eq(journal_commit(journal, ledger, import_id, 7, 1), AJAR_OK);
    journal_close(journal);
}

static struct ledger *pass_through(struct ledger *ledger)
{
    commit_as(ledger, "");
    return restore_as("");
}

Test(restore, gives_exposures_back_as_they_were)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger);
    const struct exposure *a = exposures_first(ledger->exposures);
    cr_assert_eq(a->actor_rows, LEDGER_ACTORS_MAX, "the test fills all rows");
    cr_assert_not_null(a->sketch);
    cr_assert_eq(a->holdings.count, LEDGER_DATASETS_MAX);
    cr_assert_eq(a->class_count, 5);
    cr_assert_eq(a->times, 4);
    cr_assert_eq(a->window_count, 3);
    cr_assert_neq(a->before_ns, 0);
    cr_assert_neq(a->newest_s, 0);
    assert_same_exposures(ledger, restored);
    cr_assert_eq(ledger_exposures(ledger), ledger_exposures(restored));
    cr_assert_not(ledger_has_changes(restored));
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, gives_servers_back_as_they_were)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger);
    struct finding f = make_finding(VERDICT_DATA);
    const struct server *a = servers_find(ledger->servers, &f);
    const struct server *b = servers_find(restored->servers, &f);
    cr_assert_not_null(b);
    assert_same_server(a, b);
    cr_assert_str_eq(b->protection, "Elastic security");
    cr_assert_eq(b->refusal_status, 401);
    cr_assert(b->identified && b->refuses && b->open);
    cr_assert_not(b->served_credentials);
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, opens_no_exposure_a_second_time)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger);
    uint64_t exposures = ledger_exposures(restored);
    prove(restored, 3);
    cr_assert_eq(ledger_exposures(restored), exposures);
    prove(restored, 99);
    cr_assert_eq(ledger_exposures(restored), exposures + 1);
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, keeps_readings_and_what_is_live_apart)
{
    struct ledger *read = new_ledger(), *live_one = new_ledger();
    fill(read);
    prove(live_one, 1);
    commit_as(read, "import-1");
    commit_as(live_one, "");
    struct ledger *restored = restore_as("");
    assert_same_exposures(live_one, restored);
    ledger_free(restored);
    restored = restore_as("import-2");
    assert_same_exposures(read, restored);
    ledger_free(restored);
    ledger_free(read);
    ledger_free(live_one);
}

/* When an exposure was told last is a matter of the run: the end of each tells what is due. */
static void forget_tellings(struct ledger *ledger)
{
    exposures_change_all(ledger->exposures);
    for (const struct exposure *e = exposures_first_changed(ledger->exposures); e;
         e = e->next_changed) {
        struct exposure *own =
            exposures_find(ledger->exposures, e->store, &e->addr, e->port, (enum zone)e->zone);
        own->told_ns = own->due_ns = 0;
    }
}

/* Captures in the order of their time, each in a run of its own: as if it had been one run. */
Test(restore, many_readings_make_the_exposures_of_one)
{
    struct ledger *whole = new_ledger();
    struct story story = {
        .random = 4711, .time_ns = WHEN, .stores = 4, .clients = 70, .step_ns = SECOND};
    struct finding last;
    for (unsigned run = 0; run < 12; run++) {
        char import_id[32];
        (void)snprintf(import_id, sizeof import_id, "import-%u", run);
        struct ledger *part = restore_as(import_id);
        if (run > 0) /* lies in this capture, too */
            ledger_add(part, &last);
        for (unsigned i = 0; i < 100; i++) {
            struct finding finding = story_next(&story);
            ledger_add(whole, &finding);
            ledger_add(part, &finding);
            last = finding;
        }
        commit_as(part, import_id);
        ledger_free(part);
    }
    struct ledger *restored = restore_as("import-12");
    cr_assert_gt(ledger_exposures(whole), 2);
    forget_tellings(whole);
    forget_tellings(restored);
    assert_same_exposures(whole, restored);
    ledger_free(restored);
    ledger_free(whole);
}

Test(restore, leaves_rows_out_that_cannot_be)
{
    struct ledger *ledger = new_ledger(), *restored = new_ledger();
    sqlite3 *other;
    fill(ledger);
    ledger_free(pass_through(ledger));
    cr_assert_eq(sqlite3_open(place.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other,
                              "UPDATE exposures SET address = 'nowhere' WHERE number = 2;"
                              "UPDATE exposures SET verdict = 'fine' WHERE number = 3;"
                              "UPDATE exposures SET id = 'x' WHERE number = 4;"
                              "UPDATE pairs SET state = x'00' WHERE slot = 0",
                              NULL, NULL, NULL),
                 SQLITE_OK);
    (void)sqlite3_close(other);
    struct journal *journal = open_at(place.path);
    cr_assert_eq(journal_restore(journal, restored, "", NULL), AJAR_OK);
    cr_assert_eq(ledger_exposures(restored), ledger_exposures(ledger) - 3);
    journal_close(journal);
    ledger_free(ledger);
    ledger_free(restored);
}
