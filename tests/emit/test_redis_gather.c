/* SPDX-License-Identifier: Apache-2.0 */
/* The state of stores in Redis: made by a ledger, kept by the journal, and brought back. */
#include "emit/redis_runs.h"
#include "enrich/enrich.h"
#include "ledger/ledger.h"

#define STORES 300

static struct enricher *enricher;
static struct ledger *ledger;
static struct netset home;
static const char *import_id = "";

static void journal_event(void *context, const struct event *event)
{
    (void)context;
    struct journal_event entry = make_entry(event->sequence);
    entry.id = event->id;
    entry.action = event_action_name(event->action);
    entry.exposure = event->exposure ? event->exposure->id : "";
    entry.import_id = import_id;
    cr_assert_eq(journal_add(journal, &entry), AJAR_OK);
    accepted++;
}

static void setup_ledger(void)
{
    const struct ledger_options wanted = {
        .site = "hq", .home = &home, .servers_max = 1000, .exposures_max = 1000};
    setup();
    cr_assert_eq(enricher_new(&enricher), AJAR_OK);
    cr_assert_eq(ledger_new(&wanted, enricher, journal_event, NULL, &ledger), AJAR_OK);
}

static void teardown_ledger(void)
{
    ledger_free(ledger);
    enricher_free(enricher);
    teardown();
}

TestSuite(redis_gather, .init = setup_ledger, .fini = teardown_ledger, .timeout = 120);

/* A client reads records of this store. */
static void open_store(unsigned number, unsigned client)
{
    static uint64_t ordinal;
    struct finding finding = make_finding(VERDICT_DATA);
    finding.ordinal = ++ordinal;
    finding.time_ns += ordinal * SECOND;
    finding.client_port = (uint16_t)(1024 + client);
    finding.server.bytes[14] = (uint8_t)(number >> 8);
    finding.server.bytes[15] = (uint8_t)number;
    ledger_add(ledger, &finding);
}

static void commit(void)
{
    cr_assert_eq(journal_commit(journal, ledger, import_id, 0, 0), AJAR_OK);
}

static void open_stores(void)
{
    for (unsigned i = 0; i < STORES; i++)
        open_store(i, 0);
    commit();
}

static long long count_open(void)
{
    return server_number(&server, "ZCARD {ajar}:exposures:open");
}

static long long count_hashes(void)
{
    redisReply *reply =
        server_ask(&server, "KEYS {ajar}:exposure:????????????????????????????????");
    long long count = (long long)reply->elements;
    freeReplyObject(reply);
    return count;
}

Test(redis_gather, sends_the_state_of_each_store_with_its_events)
{
    start();
    open_stores();
    WAIT_FOR(journal_confirmed(journal) == accepted);
    cr_assert_eq(count_open(), STORES);
    cr_assert_eq(count_hashes(), STORES);
}

Test(redis_gather, writes_the_state_of_a_store_once_a_batch)
{
    for (unsigned i = 0; i < 400; i++)
        open_store(1, i);
    commit();
    start();
    WAIT_FOR(journal_confirmed(journal) == accepted);
    cr_assert_gt(accepted, 400);
    redisReply *reply = server_ask(&server, "INFO commandstats");
    const char *calls = strstr(reply->str, "cmdstat_hset:calls=");
    cr_assert(calls);
    cr_assert_lt(strtol(calls + 19, NULL, 10), 10, "%.40s", calls);
    freeReplyObject(reply);
}

Test(redis_gather, sends_the_state_of_all_open_stores_to_a_redis_that_lost_it)
{
    start();
    open_stores();
    WAIT_FOR(journal_confirmed(journal) == accepted);
    server_do(&server, "FLUSHALL");
    open_store(1, 7);
    commit();
    WAIT_FOR(journal_confirmed(journal) == accepted);
    WAIT_FOR(count_open() == STORES && count_hashes() == STORES);
    cr_assert_eq(server_number(&server, "XLEN {ajar}:events"), (long long)accepted);
}

Test(redis_gather, sends_the_state_of_all_open_stores_at_the_start)
{
    start();
    open_stores();
    WAIT_FOR(journal_confirmed(journal) == accepted);
    redis_sink_free(sink);
    sink = NULL;
    server_do(&server, "DEL {ajar}:exposures:open");
    start();
    WAIT_FOR(count_open() == STORES);
    cr_assert_eq(server_number(&server, "XLEN {ajar}:events"), (long long)accepted);
}

Test(redis_gather, tells_the_key_of_state_that_was_refused)
{
    server_do(&server, "SET {ajar}:exposures:open x");
    start();
    open_stores();
    WAIT_FOR(journal_confirmed(journal) == accepted);
    assert_trouble("but not {ajar}:exposures:open (WRONGTYPE)");
    cr_assert_eq(count_hashes(), STORES);
    cr_assert_eq(server_number(&server, "XLEN {ajar}:events"), (long long)accepted);
}

Test(redis_gather, keeps_what_was_read_apart_and_lets_it_expire)
{
    import_id = options.import_id = "case-7";
    options.live = false;
    start();
    open_stores();
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(server_number(&server, "EXISTS {ajar}:exposures:open"), 0);
    cr_assert_eq(server_number(&server, "ZCARD {ajar}:import:case-7:exposures:open"), STORES);
    cr_assert_gt(server_number(&server, "TTL {ajar}:import:case-7:exposures:open"), 604000);
}

Test(redis_gather, beats_again_after_a_refusal)
{
    const struct sensor_status status = {.packets = 7};
    server_do(&server, "CONFIG SET maxmemory 1");
    start();
    redis_sink_report(sink, &status);
    WAIT_FOR(counters().redis_refused >= 2);
    server_do(&server, "CONFIG SET maxmemory 0");
    WAIT_FOR(server_number(&server, "EXISTS {ajar}:sensor:span-1") == 1);
}
