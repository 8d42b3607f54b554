/* SPDX-License-Identifier: Apache-2.0 */
/* What a batch changes in a real Redis. */
#include "emit/batch_runs.h"

TestSuite(redis_batch, .init = setup, .fini = teardown);

Test(redis_batch, puts_events_into_the_stream_and_marks_the_last)
{
    deliver_new(3);
    cr_assert_eq(stream_length(), 3);
    cr_assert_str_eq(mark, "3 00000000000000000000000000000003");
    long long life = server_number(&server, "TTL " MARK);
    cr_assert(life > REDIS_MARK_S - 60 && life <= REDIS_MARK_S, "%lld", life);
    redisReply *reply = server_ask(&server, "XREVRANGE {ajar}:events + - COUNT 1");
    const redisReply *fields = reply->element[0]->element[1];
    const char *const expected[] = {"id",       "00000000000000000000000000000003",
                                    "action",   "store-query",
                                    "severity", "60",
                                    "store",    "elasticsearch",
                                    "verdict",  "data",
                                    "src",      "203.0.113.61",
                                    "dst",      "10.20.30.11",
                                    "country",  "NL",
                                    "json",     "{\"n\":3}"};
    cr_assert_eq(fields->elements, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < fields->elements; i++)
        cr_assert_str_eq(fields->element[i]->str, expected[i]);
    freeReplyObject(reply);
}

Test(redis_batch, takes_a_batch_only_once)
{
    deliver_new(3);
    mark[0] = '\0'; /* the reply was lost; it is sent again */
    last = 0;
    begin();
    add(3);
    cr_assert_not(deliver());
    cr_assert_str_eq(text, "3 00000000000000000000000000000003", "the mark is the answer");
    cr_assert_eq(stream_length(), 3);
}

Test(redis_batch, takes_no_batch_that_would_leave_a_gap)
{
    deliver_new(3);
    server_do(&server, "FLUSHALL");
    begin();
    add(1);
    cr_assert_not(deliver());
    cr_assert_str_eq(text, "");
    cr_assert_eq(stream_length(), 0);
    mark[0] = '\0';
    last = 0;
    deliver_new(4);
    cr_assert_eq(stream_length(), 4);
}

Test(redis_batch, keeps_sensors_and_journals_apart)
{
    deliver_new(2);
    options.sensor = options.journal_sensor = "span-2";
    begin();
    mark[0] = '\0';
    last = 0;
    redis_batch_begin(&batch, &options, "", 1);
    add(2);
    freeReplyObject(send_batch(&server, &batch, sha));
    cr_assert_eq(stream_length(), 4);
    options.journal_uuid = "ffeeddccbbaa99887766554433221100";
    last = 0;
    redis_batch_begin(&batch, &options, "", 1);
    add(2);
    freeReplyObject(send_batch(&server, &batch, sha));
    cr_assert_eq(stream_length(), 6);
}

Test(redis_batch, cuts_the_stream)
{
    options.stream_max = 100;
    for (int i = 0; i < 10; i++)
        deliver_new(200);
    cr_assert_lt(stream_length(), 400);
    options.stream_max = 0;
    for (int i = 0; i < 5; i++)
        deliver_new(200);
    cr_assert_gt(stream_length(), 1000, "no bound");
}

Test(redis_batch, fills_a_list_up_to_its_cap)
{
    options.list = "{ajar}:list";
    options.list_max = 10;
    deliver_new(8);
    cr_assert_eq(numbers[LIST_CUT], 0);
    deliver_new(8);
    cr_assert_eq(numbers[LIST_CUT], 6, "counted exactly");
    cr_assert_eq(server_number(&server, "LLEN {ajar}:list"), 10);
    assert_text("{\"n\":7}", server_ask(&server, "LINDEX {ajar}:list 0"));
    assert_text("{\"n\":16}", server_ask(&server, "LINDEX {ajar}:list -1"));
    cr_assert_eq(stream_length(), 16);
    options.has_stream = false;
    deliver_new(3);
    cr_assert_eq(numbers[LIST_CUT], 3);
    cr_assert_eq(stream_length(), 16, "only the list");
}

Test(redis_batch, publishes_from_severity_70_on)
{
    redisContext *subscriber = redisConnectUnix(server.socket);
    freeReplyObject(redisCommand(subscriber, "SUBSCRIBE {ajar}:alerts"));
    begin();
    struct journal_event event = make_entry(++last);
    event.severity = 69;
    redis_batch_add_event(&batch, &event);
    event = make_entry(++last);
    event.severity = 70;
    event.store = event.verdict = event.source = event.server = ""; /* of the sensor itself */
    redis_batch_add_event(&batch, &event);
    cr_assert(deliver(), "%s", text);
    redisReply *message = NULL;
    cr_assert_eq(redisGetReply(subscriber, (void **)&message), REDIS_OK);
    cr_assert_str_eq(message->element[2]->str, "{\"n\":2}");
    freeReplyObject(message);
    redisFree(subscriber);
}

static void assert_field(const char *key, const char *field, const char *value)
{
    assert_text(value, server_ask(&server, "HGET %s %s", key, field));
}

Test(redis_batch, writes_the_state_of_an_exposure)
{
    const char *key = "{ajar}:exposure:000000000000000000000000e0000001";
    static struct state_of_test state;
    fill_state(&state, 1)->exposure.requests = 7;
    begin();
    add(1);
    redis_batch_add_exposure(&batch, row_of(&state), false);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(numbers[PARTS_REFUSED], 0);
    cr_assert_eq(server_number(&server, "HLEN %s", key), 20, "unknown ones are absent");
    assert_field(key, "first_seen", "2019-12-29T10:11:12.000000Z");
    assert_field(key, "site", "hq");
    assert_field(key, "address", "10.20.30.11:9200");
    assert_field(key, "records", "1656");
    assert_field(key, "requests", "7");
    assert_field(key, "severity", "80");
    assert_field(key, "zone", "outside");
    assert_field(key, "status", "open");
    assert_field(key, "datasets", "customers,cases");
    assert_field(key, "sensors", "span-1");
    cr_assert_eq(server_number(&server, "TTL %s", key), -1);
    assert_text("1577614273",
                server_ask(&server, "ZSCORE {ajar}:exposures:open %s", state.exposure.id));
}

Test(redis_batch, keeps_history_apart_from_the_open_doors)
{
    static struct state_of_test states[2];
    const char *first = fill_state(&states[0], 1)->exposure.id;
    const char *second = fill_state(&states[1], 2)->exposure.id;
    SET(states[0].row.import_id, "case-7");
    SET(states[1].row.import_id, "case-7");
    begin();
    add(1);
    redis_batch_add_exposure(&batch, row_of(&states[0]), false);
    redis_batch_add_exposure(&batch, row_of(&states[1]), false);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(server_number(&server, "EXISTS {ajar}:exposures:open"), 0);
    cr_assert_eq(server_number(&server, "EXISTS {ajar}:exposure:%s", first), 0);
    cr_assert_eq(server_number(&server, "EXISTS {ajar}:import:case-7:exposure:%s:sensors", first),
                 0);
    cr_assert_eq(server_number(&server, "ZCARD {ajar}:import:case-7:exposures:open"), 2);
    cr_assert_gt(server_number(&server, "TTL {ajar}:import:case-7:exposures:open"), 604000);
    cr_assert_gt(server_number(&server, "TTL {ajar}:import:case-7:exposure:%s", second), 604000);
    options.is_import = true;
    deliver_new(1);
    cr_assert_leq(server_number(&server, "TTL " MARK), REDIS_IMPORT_S);
}

Test(redis_batch, meets_an_exposure_once_a_batch)
{
    begin();
    cr_assert(redis_batch_meets(&batch, "e1", ""));
    cr_assert_not(redis_batch_meets(&batch, "e1", ""));
    cr_assert(redis_batch_meets(&batch, "e1", "case-7"), "another one");
    cr_assert_not(redis_batch_meets(&batch, "", ""), "no exposure");
    begin();
    cr_assert(redis_batch_meets(&batch, "e1", ""));
    options.has_stream = false;
    begin();
    cr_assert_not(redis_batch_meets(&batch, "e1", ""), "no state without the stream");
}

Test(redis_batch, writes_a_heartbeat_that_expires)
{
    struct redis_heartbeat heartbeat = {.status = {.packets = 42, .packet_time_ns = WHEN},
                                        .journal = {.undelivered = 7, .pending = 2, .refused = 3},
                                        .journal_trouble = "disk full"};
    begin();
    redis_batch_add_heartbeat(&batch, &heartbeat);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(numbers[TAKEN], 0, "needs no event");
    cr_assert_str_eq(mark, "0");
    assert_field("{ajar}:sensor:span-1", "packets", "42");
    assert_field("{ajar}:sensor:span-1", "queue", "9");
    assert_field("{ajar}:sensor:span-1", "events_dropped", "3");
    assert_field("{ajar}:sensor:span-1", "journal", "disk full");
    assert_field("{ajar}:sensor:span-1", "version", AJAR_VERSION);
    long long life = server_number(&server, "TTL {ajar}:sensor:span-1");
    cr_assert(life > 80 && life <= 90, "%lld", life);
    deliver_new(1);
}

Test(redis_batch, maps_sources)
{
    begin();
    add_source("203.0.113.61");
    add_source("203.0.113.61");
    add_source("203.0.113.62");
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(batch.source_count, 2);
    cr_assert_eq(numbers[SOURCES_REFUSED], 0);
    redisReply *near =
        server_ask(&server, "GEOSEARCH {ajar}:sources FROMLONLAT 4.9 52.4 BYRADIUS 200 km ASC");
    cr_assert_eq(near->elements, 2);
    freeReplyObject(near);
}

Test(redis_batch, a_full_map_loses_one_for_one_that_comes)
{
    server_do(&server, "EVAL %s 1 {ajar}:sources",
              "for i = 1, 99999 do redis.call('ZADD', KEYS[1], i, 'm' .. i) end return 1");
    char address[32];
    for (int round = 0; round < 3; round++) {
        begin();
        add_source("203.0.113.61"); /* known from the second round on */
        for (int i = 0; i < 10; i++) {
            (void)snprintf(address, sizeof address, "198.51.100.%d", round * 10 + i);
            add_source(address);
        }
        cr_assert(deliver(), "%s", text);
        cr_assert_eq(server_number(&server, "ZCARD {ajar}:sources"), REDIS_SOURCES_MAX);
        redisReply *reply = server_ask(&server, "ZSCORE {ajar}:sources %s", address);
        cr_assert_eq(reply->type, REDIS_REPLY_STRING, "the one that came is there");
        freeReplyObject(reply);
    }
}
