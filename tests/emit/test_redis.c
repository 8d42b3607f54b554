/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sender against a real Redis that refuses, hangs, dies, comes back, or comes back with less
 * than it had. What must hold each time: the stream is exactly what the journal accepted, in order,
 * and the counters say what happened.
 */
#include "emit/redis_runs.h"

TestSuite(redis, .init = setup, .fini = teardown, .timeout = 120);

Test(redis, delivers_in_order_and_once)
{
    start();
    accept(1000);
    WAIT_FOR(counters().redis_acknowledged == 1000);
    assert_exactly_once();
    struct emit_counters now = counters();
    cr_assert_eq(now.redis_refused, 0);
    cr_assert_eq(now.redis_repeated, 0);
    cr_assert_eq(now.redis_rewound, 0);
    cr_assert_eq(now.redis_reconnects, 0);
    cr_assert_eq(journal_confirmed(journal), 1000);
    assert_trouble("ok");
}

/* The best of several, because the machine may be busy: a timer for batches would delay them all.
 */
Test(redis, delivers_at_once_at_rest)
{
    uint64_t best = UINT64_MAX;
    start();
    for (unsigned i = 0; i < 20; i++) {
        sleep_ms(20);
        uint64_t before = timestamp_monotonic();
        accept(1);
        while (counters().redis_acknowledged < accepted)
            cr_assert_lt(timestamp_monotonic() - before, WAIT_MS * 1000000ULL);
        uint64_t took = timestamp_monotonic() - before;
        best = took < best ? took : best;
    }
    cr_assert_lt(best, SECOND / 25, "%.1f ms", (double)best / 1e6);
}

Test(redis, finishes_what_was_accepted)
{
    start();
    accept(5000);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(counters().redis_acknowledged, 5000);
    assert_exactly_once();
}

Test(redis, goes_on_where_an_earlier_run_ended)
{
    for (int run = 0; run < 5; run++) {
        start();
        accept(300);
        if (run % 2)
            WAIT_FOR(counters().redis_acknowledged >= 200);
        redis_sink_free(sink); /* in the middle, or before the first */
        sink = NULL;
        reopen_journal();
    }
    start();
    WAIT_FOR(journal_confirmed(journal) == accepted);
    assert_exactly_once();
}

Test(redis, two_sensors_share_one_redis)
{
    start();
    struct redis_sink *first = sink;
    struct journal *first_journal = journal;
    accept(100);
    journal_options.sensor = options.sensor = "span-2";
    journal_options.path = NULL;
    journal = NULL;
    open_journal();
    accepted = 0;
    start();
    accept(100);
    cr_assert_eq(redis_sink_finish(first, WAIT_MS, &problem), AJAR_OK);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK);
    redis_sink_free(first);
    journal_close(first_journal);
    cr_assert_eq(server_number(&server, "XLEN {ajar}:events"), 200);
}

Test(redis, keeps_events_until_there_is_a_server)
{
    server_stop(&server);
    start();
    accept(50);
    sleep_ms(300);
    cr_assert_eq(counters().redis_acknowledged, 0);
    assert_trouble(server.socket);
    server_start(&server, NULL, NULL);
    WAIT_FOR(counters().redis_acknowledged == 50);
    assert_exactly_once();
    cr_assert_eq(counters().redis_reconnects, 0, "it was the first connection");
    assert_trouble("ok");
}

Test(redis, holds_when_the_server_is_killed)
{
    start();
    for (int round = 0; round < 5; round++) {
        accept(700);
        sleep_ms(round * 3);
        server_stop(&server);
        accept(500);
        server_start(&server, NULL, NULL);
        if (round % 2)
            WAIT_FOR(journal_confirmed(journal) == accepted);
    }
    WAIT_FOR(journal_confirmed(journal) == accepted);
    assert_exactly_once();
    cr_assert_geq(counters().redis_reconnects, 1);
    cr_assert_eq(counters().redis_acknowledged, accepted);
    cr_assert_eq(counters().redis_rewound, 0);
}

Test(redis, holds_when_the_server_hangs)
{
    start();
    accept(100);
    WAIT_FOR(counters().redis_acknowledged == 100);
    cr_assert_eq(kill(server.pid, SIGSTOP), 0);
    accept(100);
    sleep_ms(3500); /* longer than a command may take */
    uint64_t before = timestamp_monotonic();
    accept(100);
    cr_assert_lt(timestamp_monotonic() - before, 2 * SECOND, "accepting does not wait");
    (void)kill(server.pid, SIGCONT);
    WAIT_FOR(counters().redis_acknowledged >= 300);
    assert_exactly_once();
    cr_assert_eq(counters().redis_acknowledged, 300);
    cr_assert_geq(counters().redis_reconnects, 1);
}

/* Makes the server refuse, sees that nothing counts as delivered, and lets it take all. */
static void refuse_and_recover(const char *refuse, const char *allow, const char *sentence)
{
    start();
    accept(10);
    WAIT_FOR(counters().redis_acknowledged == 10);
    server_do(&server, refuse);
    accept(10);
    WAIT_FOR(counters().redis_refused >= 1);
    assert_trouble(sentence);
    sleep_ms(300); /* it is tried again meanwhile */
    cr_assert_eq(counters().redis_acknowledged, 10);
    server_do(&server, allow);
    WAIT_FOR(counters().redis_acknowledged == 20);
    assert_exactly_once();
    assert_trouble("ok");
}

Test(redis, holds_when_memory_is_full)
{
    refuse_and_recover("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", "maxmemory");
}

Test(redis, holds_when_it_becomes_a_replica)
{
    refuse_and_recover("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", "replica");
}

Test(redis, holds_when_a_right_is_taken_away)
{
    refuse_and_recover("ACL SETUSER default -xadd", "ACL SETUSER default +xadd", "docs/redis.md");
}

Test(redis, holds_when_the_script_may_not_be_called)
{
    refuse_and_recover("ACL SETUSER default -evalsha", "ACL SETUSER default +evalsha",
                       "docs/redis.md");
}

Test(redis, holds_when_too_few_replicas_listen)
{
    refuse_and_recover("CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0",
                       "replicas");
}

Test(redis, loads_the_script_again_when_it_was_forgotten)
{
    start();
    accept(10);
    WAIT_FOR(counters().redis_acknowledged == 10);
    server_do(&server, "SCRIPT FLUSH");
    accept(10);
    WAIT_FOR(counters().redis_acknowledged == 20);
    assert_exactly_once();
    cr_assert_eq(counters().redis_refused, 0);
}

Test(redis, waits_while_the_stream_key_is_of_another_type)
{
    server_do(&server, "SET {ajar}:events x");
    start();
    accept(10);
    WAIT_FOR(counters().redis_refused >= 2);
    cr_assert_eq(counters().redis_acknowledged, 0);
    assert_trouble("another prefix");
    server_do(&server, "DEL {ajar}:events");
    WAIT_FOR(counters().redis_acknowledged == 10);
    assert_exactly_once();
}

Test(redis, a_source_map_of_a_wrong_type_does_not_hold_up_the_stream)
{
    server_do(&server, "SET {ajar}:sources x");
    start();
    accept(300);
    WAIT_FOR(counters().redis_acknowledged == 300);
    assert_trouble("but not {ajar}:sources (WRONGTYPE)");
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK, "%s", problem.text);
    assert_exactly_once();
    cr_assert_gt(counters().redis_refused, 0);
}

Test(redis, sends_again_what_a_flushed_server_lost)
{
    start();
    accept(600);
    WAIT_FOR(counters().redis_acknowledged == 600);
    server_do(&server, "FLUSHALL");
    accept(1); /* at rest nobody would know */
    WAIT_FOR(journal_confirmed(journal) == 601 && counters().redis_rewound == 600);
    assert_exactly_once();
    cr_assert_eq(counters().redis_repeated, 0);
}

Test(redis, sends_again_what_a_server_that_came_back_empty_lost)
{
    start();
    accept(600);
    WAIT_FOR(counters().redis_acknowledged == 600);
    server_stop(&server);
    forget_data();
    accept(600);
    server_start(&server, NULL, NULL);
    WAIT_FOR(counters().redis_acknowledged == 1800);
    assert_exactly_once();
    cr_assert_eq(counters().redis_rewound, 600);
}

Test(redis, sends_again_the_tail_that_an_old_copy_lacks)
{
    start();
    accept(500);
    WAIT_FOR(counters().redis_acknowledged == 500);
    keep_data();
    accept(500);
    WAIT_FOR(counters().redis_acknowledged == 1000);
    server_stop(&server);
    bring_data_back();
    server_start(&server, NULL, NULL);
    accept(500);
    WAIT_FOR(journal_confirmed(journal) == 1500);
    assert_exactly_once();
    cr_assert_eq(counters().redis_rewound, 500);
}

/* Its next events have numbers that Redis knows already. They are new all the same. */
Test(redis, a_journal_brought_back_from_a_copy_loses_nothing_new)
{
    start();
    accept(10);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK);
    redis_sink_free(sink);
    sink = NULL;
    keep_journal();
    start();
    accept(10);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK);
    redis_sink_free(sink);
    sink = NULL;
    bring_journal_back();
    cr_assert_eq(journal_last_sequence(journal), 10);
    accepted = 10;
    generation = 2; /* other events under the same numbers */
    start();
    accept(10);
    WAIT_FOR(journal_confirmed(journal) == 20);
    cr_assert_eq(server_number(&server, "XLEN {ajar}:events"), 30);
    redisReply *reply =
        server_ask(&server, "GET {ajar}:delivered:span-1:%s", journal_uuid(journal));
    cr_assert_str_eq(reply->str, "20 00000002000000000000000000000014");
    freeReplyObject(reply);
}

Test(redis, fills_a_list_and_counts_what_goes)
{
    options.redis.list = "{ajar}:list";
    options.redis.list_max = 100;
    start();
    accept(1000);
    WAIT_FOR(counters().redis_acknowledged == 1000);
    cr_assert_eq(server_number(&server, "LLEN {ajar}:list"), 100);
    cr_assert_eq(counters().list_dropped, 900);
    assert_exactly_once();
    const struct sensor_status status = {.list_dropped = 907}; /* 7 of a sender that died */
    redis_sink_report(sink, &status);
    WAIT_FOR(server_number(&server, "HEXISTS {ajar}:sensor:span-1 list_dropped") == 1);
    redisReply *reply = server_ask(&server, "HGET {ajar}:sensor:span-1 list_dropped");
    cr_assert_str_eq(reply->str, "907");
    freeReplyObject(reply);
}

Test(redis, beats_without_events_too)
{
    struct sensor_status status = {.packets = 7};
    start();
    redis_sink_report(sink, &status);
    WAIT_FOR(server_number(&server, "EXISTS {ajar}:sensor:span-1") == 1);
    status.packets = 8;
    redis_sink_report(sink, &status);
    redisReply *reply = NULL;
    do {
        freeReplyObject(reply);
        sleep_ms(10);
        reply = server_ask(&server, "HGET {ajar}:sensor:span-1 packets");
    } while (strcmp(reply->str, "8") != 0);
    freeReplyObject(reply);
}

Test(redis, says_at_the_end_what_was_left_and_why)
{
    start();
    accept(5);
    WAIT_FOR(counters().redis_acknowledged == 5);
    server_do(&server, "CONFIG SET maxmemory 1");
    accept(7);
    WAIT_FOR(counters().redis_refused >= 1);
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(redis_sink_finish(sink, 300, &problem), AJAR_ERR_LIMIT);
    cr_assert_lt(timestamp_monotonic() - before, 2 * SECOND);
    cr_assert(strstr(problem.text, "7 events"), "%s", problem.text);
    cr_assert(strstr(problem.text, "OOM"), "%s", problem.text);
}

Test(redis, ends_in_time_while_the_server_hangs)
{
    start();
    accept(1);
    WAIT_FOR(counters().redis_acknowledged == 1);
    cr_assert_eq(kill(server.pid, SIGSTOP), 0);
    accept(3);
    sleep_ms(200); /* the sender waits for the reply now */
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(redis_sink_finish(sink, 200, &problem), AJAR_ERR_LIMIT);
    cr_assert_lt(timestamp_monotonic() - before, 5 * SECOND / 2, "a waiting reply is cut short");
    cr_assert(strstr(problem.text, "3 events"), "%s", problem.text);
}

Test(redis, ends_at_once_when_nothing_is_left_though_the_server_is_away)
{
    server_stop(&server);
    start();
    sleep_ms(500);
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(redis_sink_finish(sink, 5000, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_lt(timestamp_monotonic() - before, SECOND);
}

Test(redis, a_reading_does_not_start_without_its_redis)
{
    server_stop(&server);
    options.live = false;
    cr_assert_eq(redis_sink_open(&options, &sink, &problem), AJAR_ERR_SYSTEM);
    cr_assert_null(sink);
    cr_assert(strstr(problem.text, server.socket), "%s", problem.text);
}

Test(redis, a_reading_does_not_start_where_writes_are_refused)
{
    static const char *const refusals[][3] = {
        {"CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", "OOM"},
        {"ACL SETUSER default -xadd", "ACL SETUSER default +xadd", "XADD"},
        {"ACL SETUSER default -script", "ACL SETUSER default +script", "NOPERM"},
        {"SET {ajar}:events x", "DEL {ajar}:events", "WRONGTYPE"}};
    options.live = false;
    options.import_id = "case-7";
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        server_do(&server, refusals[i][0]);
        problem.text[0] = '\0';
        cr_assert_eq(redis_sink_open(&options, &sink, &problem), AJAR_ERR_SYSTEM);
        cr_assert(strstr(problem.text, refusals[i][2]), "%s", problem.text);
        server_do(&server, refusals[i][1]);
    }
    start();
    accept(3);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK, "%s", problem.text);
}

Test(redis, reads_the_password_from_a_file)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/password", server.folder);
    FILE *file = fopen(path, "w");
    cr_assert(file);
    fprintf(file, "s3cret word\nmore\n");
    fclose(file);
    server_do(&server, "CONFIG SET requirepass %s", "s3cret word");
    options.live = false;
    options.redis.password_file = path;
    start();
    accept(1);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK, "%s", problem.text);
    redis_sink_free(sink);
    sink = NULL;

    file = fopen(path, "w");
    fclose(file);
    problem.text[0] = '\0';
    cr_assert_eq(redis_sink_open(&options, &sink, &problem), AJAR_ERR_USAGE);
    cr_assert(strstr(problem.text, "first line"), "%s", problem.text);
    options.redis.password_file = "/nonexistent";
    problem.text[0] = '\0';
    cr_assert_eq(redis_sink_open(&options, &sink, &problem), AJAR_ERR_USAGE);
    cr_assert(strstr(problem.text, "/nonexistent: No such file"), "%s", problem.text);
}
