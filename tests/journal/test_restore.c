/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger that went through the journal is the ledger that it was. */
#include "journal/journals.h"
#include "journal/ledgers.h"

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
        ledger_add(ledger, &f);
    }
    for (unsigned i = 2; i < 20; i++)
        prove(ledger, i);
}

static struct ledger *pass_through(struct ledger *ledger, const char *import_id)
{
    struct journal *journal = open_at(place.path);
    struct ledger *restored = new_ledger();
    struct problem problem = {.text = ""};
    cr_assert_eq(journal_commit(journal, ledger, import_id, 7, 1), AJAR_OK);
    journal_close(journal);
    journal = open_at(place.path);
    cr_assert_eq(journal_restore(journal, restored, &problem), AJAR_OK, "%s", problem.text);
    journal_close(journal);
    return restored;
}

static void check_actors(const struct exposure *a, const struct exposure *b)
{
    cr_assert_eq(a->actor_rows, b->actor_rows);
    cr_assert_eq(a->actor_count, b->actor_count);
    cr_assert_eq(a->outside_count, b->outside_count);
    for (uint32_t i = 0; i < a->actor_rows; i++) {
        cr_assert_eq(addr_compare(&a->actors[i].addr, &b->actors[i].addr), 0);
        cr_assert_str_eq(a->actors[i].user_agent, b->actors[i].user_agent);
        cr_assert_eq(a->actors[i].verdicts, b->actors[i].verdicts);
        cr_assert_eq(a->actors[i].outside, b->actors[i].outside);
        cr_assert_eq(a->actors[i].first_ns, b->actors[i].first_ns);
        cr_assert_eq(a->actors[i].last_ns, b->actors[i].last_ns);
    }
    cr_assert_eq(!a->sketch, !b->sketch);
    if (a->sketch)
        cr_assert_arr_eq(a->sketch, b->sketch, ACTOR_SKETCH_BYTES);
}

static void check_holdings(const struct holdings *a, const struct holdings *b)
{
    cr_assert_eq(a->count, b->count);
    cr_assert_eq(a->total, b->total);
    cr_assert_eq(a->total_source, b->total_source);
    cr_assert_eq(a->dropped, b->dropped);
    for (uint32_t i = 0; i < a->count; i++) {
        cr_assert_str_eq(a->datasets[i].name, b->datasets[i].name);
        cr_assert_eq(a->datasets[i].records, b->datasets[i].records);
        cr_assert_eq(a->datasets[i].bytes, b->datasets[i].bytes);
        cr_assert_eq(a->datasets[i].source, b->datasets[i].source);
    }
}

static void check_exposure(const struct exposure *a, const struct exposure *b)
{
    cr_assert_str_eq(a->id, b->id);
    cr_assert_str_eq(a->store, b->store);
    cr_assert_eq(addr_compare(&a->addr, &b->addr), 0);
    cr_assert_eq(a->port, b->port);
    cr_assert_eq(a->server_outside, b->server_outside);
    cr_assert_eq(a->outside, b->outside);
    cr_assert_eq(a->verdict, b->verdict);
    cr_assert_eq(a->first_ns, b->first_ns);
    cr_assert_eq(a->last_ns, b->last_ns);
    cr_assert_eq(a->returned, b->returned);
    cr_assert_eq(a->gave_bytes, b->gave_bytes);
    cr_assert_eq(a->requests, b->requests);
    cr_assert_str_eq(a->product, b->product);
    cr_assert_str_eq(a->version, b->version);
    cr_assert_str_eq(a->cluster_id, b->cluster_id);
    cr_assert_eq(a->severity.value, b->severity.value);
    cr_assert_eq(a->country_count, b->country_count);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(a->sides[i].verdict, b->sides[i].verdict);
        cr_assert_eq(a->sides[i].returned, b->sides[i].returned);
        cr_assert_eq(a->sides[i].gave_bytes, b->sides[i].gave_bytes);
    }
    check_actors(a, b);
    check_holdings(&a->holdings, &b->holdings);
}

Test(restore, gives_exposures_back_as_they_were)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger, "");
    const struct exposure *a = exposures_first(ledger->exposures);
    const struct exposure *b = exposures_first(restored->exposures);
    cr_assert_eq(a->actor_rows, LEDGER_ACTORS_MAX, "the test fills all rows");
    cr_assert_not_null(a->sketch);
    cr_assert_eq(a->holdings.count, LEDGER_DATASETS_MAX);
    for (; a && b; a = a->next, b = b->next)
        check_exposure(a, b);
    cr_assert_null(a);
    cr_assert_null(b);
    cr_assert_eq(ledger_exposures(ledger), ledger_exposures(restored));
    cr_assert_not(ledger_has_changes(restored));
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, gives_servers_back_as_they_were)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger, "");
    struct finding f = make_finding(VERDICT_DATA);
    const struct server *a = servers_find(ledger->servers, &f);
    const struct server *b = servers_find(restored->servers, &f);
    cr_assert_not_null(b);
    cr_assert_str_eq(a->product, b->product);
    cr_assert_str_eq(a->version, b->version);
    cr_assert_str_eq(a->cluster_id, b->cluster_id);
    cr_assert_str_eq(a->cluster_name, b->cluster_name);
    cr_assert_str_eq(b->protection, "Elastic security");
    cr_assert_eq(b->refusal_status, 401);
    cr_assert_eq(a->verdict, b->verdict);
    cr_assert(b->identified && b->refuses && b->open);
    cr_assert_not(b->served_credentials);
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, opens_no_exposure_a_second_time)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger, "");
    uint64_t exposures = ledger_exposures(restored);
    prove(restored, 3);
    cr_assert_eq(ledger_exposures(restored), exposures);
    prove(restored, 99);
    cr_assert_eq(ledger_exposures(restored), exposures + 1);
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, leaves_readings_out)
{
    struct ledger *ledger = new_ledger();
    fill(ledger);
    struct ledger *restored = pass_through(ledger, "import-1");
    struct finding f = make_finding(VERDICT_DATA);
    cr_assert_eq(ledger_exposures(restored), 0);
    cr_assert_null(servers_find(restored->servers, &f));
    ledger_free(ledger);
    ledger_free(restored);
}

Test(restore, leaves_rows_out_that_cannot_be)
{
    struct ledger *ledger = new_ledger(), *restored = new_ledger();
    sqlite3 *other;
    fill(ledger);
    ledger_free(pass_through(ledger, ""));
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
    cr_assert_eq(journal_restore(journal, restored, NULL), AJAR_OK);
    cr_assert_eq(ledger_exposures(restored), ledger_exposures(ledger) - 3);
    journal_close(journal);
    ledger_free(ledger);
    ledger_free(restored);
}
