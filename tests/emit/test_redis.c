/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer against a real Redis that refuses, hangs, dies and comes back. What must hold each
 * time: every event that was taken arrives, and the counters say what happened.
 */
#include "emit/events.h"
#include "emit/redis.h"
#include "emit/redis_server.h"

#define WAIT_MS 25000

static struct redis_server server;
static struct redis_sink *sink;
static struct emit_options options;
static struct problem problem;
static unsigned added;

static void setup(void)
{
    (void)signal(SIGPIPE, SIG_IGN); /* as emitter_new() does */
    server_start(&server, NULL, NULL);
    options = (struct emit_options){.sensor = "span-1",
                                    .site = "hq",
                                    .redis.url = server.url,
                                    .redis.prefix = "{ajar}",
                                    .redis.stream_max = 1000000,
                                    .live = true};
}

static void teardown(void)
{
    redis_sink_free(sink);
    server_remove(&server);
}

TestSuite(redis, .init = setup, .fini = teardown);

static void start(void)
{
    cr_assert_eq(redis_sink_open(&options, &sink, &problem), AJAR_OK, "%s", problem.text);
}

static void add_sample(struct sample *sample)
{
    char json[64];
    int length = snprintf(json, sizeof json, "{\"n\":%u}", added);
    redis_sink_add(sink, &sample->event, json, (size_t)length);
}

/* Adds events, numbered on from the last one. */
static void add(unsigned count)
{
    struct sample sample;
    for (unsigned i = 0; i < count; i++) {
        make_sample(&sample, VERDICT_METADATA, ++added);
        sample.source.has_location = false;
        add_sample(&sample);
    }
}

static struct emit_counters counters(void)
{
    struct emit_counters now = {.events = 0};
    redis_sink_read_counters(sink, &now);
    return now;
}

#define WAIT_FOR(condition)                                                                        \
    do {                                                                                           \
        uint64_t wait_end = timestamp_monotonic() + WAIT_MS * 1000000ULL;                          \
        while (!(condition)) {                                                                     \
            cr_assert_lt(timestamp_monotonic(), wait_end, "not in time: %s", #condition);          \
            sleep_ms(5);                                                                           \
        }                                                                                          \
    } while (0)

/* Whether every number from 1 to `added` is in the stream; repeats are allowed or not. */
static void assert_all_arrived(bool repeats_allowed)
{
    redisReply *reply = server_ask(&server, "XRANGE {ajar}:events - +");
    cr_assert_eq(reply->type, REDIS_REPLY_ARRAY, "%s", reply->str);
    unsigned char *seen = calloc(added + 1, 1);
    cr_assert(seen);
    unsigned last = 0;
    for (size_t i = 0; i < reply->elements; i++) {
        const redisReply *fields = reply->element[i]->element[1];
        unsigned number = (unsigned)strtoul(fields->element[1]->str, NULL, 16);
        cr_assert(number >= 1 && number <= added, "%u", number);
        if (!repeats_allowed)
            cr_assert_eq(number, ++last, "in order");
        seen[number] = 1;
    }
    for (unsigned i = 1; i <= added; i++)
        cr_assert(seen[i], "event %u of %u is missing", i, added);
    free(seen);
    freeReplyObject(reply);
}

Test(redis, delivers_in_order_and_once)
{
    start();
    add(1000);
    WAIT_FOR(counters().redis_acknowledged == 1000);
    assert_all_arrived(false);
    struct emit_counters now = counters();
    cr_assert_eq(now.redis_queued, 1000);
    cr_assert_eq(now.redis_refused, 0);
    cr_assert_eq(now.redis_dropped, 0);
    cr_assert_eq(now.redis_reconnects, 0);
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
        add(1);
        while (counters().redis_acknowledged < added)
            cr_assert_lt(timestamp_monotonic() - before, WAIT_MS * 1000000ULL);
        uint64_t took = timestamp_monotonic() - before;
        best = took < best ? took : best;
    }
    cr_assert_lt(best, SECOND / 25, "%.1f ms", (double)best / 1e6);
}

Test(redis, finishes_what_is_queued)
{
    start();
    add(5000);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(counters().redis_acknowledged, 5000);
    assert_all_arrived(false);
}

Test(redis, cuts_the_stream)
{
    options.redis.stream_max = 100;
    start();
    add(2000);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK);
    cr_assert_lt(server_number(&server, "XLEN {ajar}:events"), 400);
}

Test(redis, writes_the_state_of_an_exposure_once_per_batch)
{
    struct sample sample;
    cr_assert_eq(kill(server.pid, SIGSTOP), 0); /* so that all go in few batches */
    start();
    for (unsigned i = 0; i < 100; i++) {
        make_sample(&sample, VERDICT_DATA, ++added);
        add_exposure(&sample, 1);
        sample.exposure.returned = i;
        sample.exposure.last_ns = WHEN + i * SECOND;
        add_sample(&sample);
    }
    (void)kill(server.pid, SIGCONT);
    WAIT_FOR(counters().redis_acknowledged == 100);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK);
    redisReply *reply = server_ask(&server, "HGET {ajar}:exposure:%s returned", sample.exposure.id);
    cr_assert_str_eq(reply->str, "99", "the last one counts");
    freeReplyObject(reply);
    reply = server_ask(&server, "ZSCORE {ajar}:exposures:open %s", sample.exposure.id);
    cr_assert_str_eq(reply->str, "1577614371");
    freeReplyObject(reply);
    reply = server_ask(&server, "INFO commandstats");
    const char *calls = strstr(reply->str, "cmdstat_zadd:calls=");
    cr_assert(calls);
    cr_assert_lt(strtol(calls + 19, NULL, 10), 10, "%.40s", calls);
    freeReplyObject(reply);
}

Test(redis, publishes_and_maps)
{
    struct sample sample;
    redisContext *subscriber = redisConnectUnix(server.socket);
    freeReplyObject(redisCommand(subscriber, "SUBSCRIBE {ajar}:alerts"));
    start();
    make_sample(&sample, VERDICT_DATA, ++added);
    sample.event.severity = 80;
    add_sample(&sample);
    redisReply *message = NULL;
    cr_assert_eq(redisGetReply(subscriber, (void **)&message), REDIS_OK);
    cr_assert_str_eq(message->element[2]->str, "{\"n\":1}");
    freeReplyObject(message);
    redisFree(subscriber);
    WAIT_FOR(server_number(&server, "ZCARD {ajar}:sources") == 1);
    redisReply *near =
        server_ask(&server, "GEOSEARCH {ajar}:sources FROMLONLAT 4.9 52.4 BYRADIUS 200 km ASC");
    cr_assert_eq(near->elements, 1);
    cr_assert_str_eq(near->element[0]->str, "203.0.113.61");
    freeReplyObject(near);
}

Test(redis, keeps_events_until_there_is_a_server)
{
    server_stop(&server);
    start();
    add(50);
    sleep_ms(300);
    cr_assert_eq(counters().redis_acknowledged, 0);
    server_start(&server, NULL, NULL);
    WAIT_FOR(counters().redis_acknowledged == 50);
    assert_all_arrived(false);
    cr_assert_eq(counters().redis_reconnects, 0, "it was the first connection");
}

Test(redis, loses_nothing_when_the_server_is_killed)
{
    start();
    add(1);
    WAIT_FOR(counters().redis_acknowledged == 1);
    for (int round = 0; round < 4; round++) {
        add(500);
        sleep_ms(3);
        server_stop(&server);
        add(500);
        server_start(&server, NULL, NULL);
    }
    WAIT_FOR(counters().redis_acknowledged >= added);
    assert_all_arrived(true);
    cr_assert_geq(counters().redis_reconnects, 1);
    cr_assert_eq(counters().redis_dropped, 0);
}

Test(redis, loses_nothing_when_the_server_hangs)
{
    start();
    add(100);
    WAIT_FOR(counters().redis_acknowledged == 100);
    cr_assert_eq(kill(server.pid, SIGSTOP), 0);
    add(100);
    sleep_ms(3500); /* longer than a command may take */
    uint64_t before = timestamp_monotonic();
    add(100);
    cr_assert_lt(timestamp_monotonic() - before, 5 * SECOND / 2, "adding does not wait");
    (void)kill(server.pid, SIGCONT);
    WAIT_FOR(counters().redis_acknowledged == 300);
    assert_all_arrived(true);
    cr_assert_geq(counters().redis_reconnects, 1);
}

/* Makes the server refuse, sees that nothing counts as delivered, and lets it take all. */
static void refuse_and_recover(const char *refuse, const char *allow)
{
    start();
    add(10);
    WAIT_FOR(counters().redis_acknowledged == 10);
    server_do(&server, refuse);
    add(10);
    WAIT_FOR(counters().redis_refused >= 10);
    cr_assert_eq(counters().redis_acknowledged, 10);
    server_do(&server, allow);
    WAIT_FOR(counters().redis_acknowledged == 20);
    assert_all_arrived(true);
    cr_assert_eq(counters().redis_dropped, 0);
}

Test(redis, sends_again_what_was_refused_for_want_of_memory)
{
    refuse_and_recover("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0");
}

Test(redis, sends_again_what_a_replica_refused)
{
    refuse_and_recover("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE");
}

Test(redis, sends_again_what_a_user_without_rights_was_refused)
{
    refuse_and_recover("ACL SETUSER default -xadd", "ACL SETUSER default +xadd");
}

Test(redis, waits_while_the_stream_key_is_of_another_type)
{
    server_do(&server, "SET {ajar}:events x");
    start();
    add(10);
    WAIT_FOR(counters().redis_refused >= 10);
    cr_assert_eq(counters().redis_acknowledged, 0);
    server_do(&server, "DEL {ajar}:events");
    WAIT_FOR(counters().redis_acknowledged == 10);
    assert_all_arrived(true);
}

Test(redis, other_keys_of_a_wrong_type_do_not_hold_up_the_stream)
{
    struct sample sample;
    server_do(&server, "SET {ajar}:exposures:open x");
    server_do(&server, "SET {ajar}:sources x");
    start();
    for (unsigned i = 0; i < 300; i++) {
        make_sample(&sample, VERDICT_DATA, ++added);
        add_exposure(&sample, i);
        add_sample(&sample);
    }
    WAIT_FOR(counters().redis_acknowledged == 300);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK, "%s", problem.text);
    assert_all_arrived(false);
    cr_assert_gt(counters().redis_refused, 0);
    cr_assert_eq(counters().redis_dropped, 0);
    cr_assert_eq(server_number(&server, "EXISTS {ajar}:exposure:%s", sample.exposure.id), 1);
}

Test(redis, drops_and_counts_when_the_queue_is_full)
{
    struct sample sample;
    static char json[12000];
    memset(json, 'x', sizeof json);
    server_stop(&server);
    start();
    uint64_t before = timestamp_monotonic();
    for (unsigned i = 0; i < 4000; i++) {
        make_sample(&sample, VERDICT_DATA, i);
        redis_sink_add(sink, &sample.event, json, sizeof json);
    }
    cr_assert_lt(timestamp_monotonic() - before, 10 * SECOND, "adding does not wait");
    struct emit_counters now = counters();
    cr_assert_gt(now.redis_queued, 2000);
    cr_assert_gt(now.redis_dropped, 500);
    cr_assert_eq(now.redis_queued + now.redis_dropped, 4000);
}

Test(redis, says_at_the_end_what_was_left_and_why)
{
    start();
    add(5);
    WAIT_FOR(counters().redis_acknowledged == 5);
    server_do(&server, "CONFIG SET maxmemory 1");
    add(7);
    WAIT_FOR(counters().redis_refused >= 7);
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(redis_sink_finish(sink, 300, &problem), AJAR_ERR_LIMIT);
    cr_assert_lt(timestamp_monotonic() - before, 2 * SECOND);
    cr_assert(strstr(problem.text, "7 events"), "%s", problem.text);
    cr_assert(strstr(problem.text, "OOM"), "%s", problem.text);
    cr_assert_eq(counters().redis_dropped, 7);
}

Test(redis, ends_in_time_while_the_server_hangs)
{
    start();
    add(1);
    WAIT_FOR(counters().redis_acknowledged == 1);
    cr_assert_eq(kill(server.pid, SIGSTOP), 0);
    add(3);
    sleep_ms(200); /* the writer waits for the reply now */
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(redis_sink_finish(sink, 200, &problem), AJAR_ERR_LIMIT);
    cr_assert_lt(timestamp_monotonic() - before, 5 * SECOND / 2, "a waiting reply is cut short");
    cr_assert(strstr(problem.text, "3 events"), "%s", problem.text);
}

Test(redis, a_reading_waits_for_room)
{
    struct sample sample;
    static char json[12000];
    memset(json, 'x', sizeof json);
    options.live = false;
    start();
    for (unsigned i = 0; i < 4000; i++) {
        make_sample(&sample, VERDICT_METADATA, ++added);
        sample.source.has_location = false;
        redis_sink_add(sink, &sample.event, json, sizeof json);
    }
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(counters().redis_acknowledged, 4000);
    cr_assert_eq(counters().redis_dropped, 0);
}

Test(redis, a_reading_does_not_start_without_its_redis)
{
    server_stop(&server);
    options.live = false;
    cr_assert_eq(redis_sink_open(&options, &sink, &problem), AJAR_ERR_SYSTEM);
    cr_assert_null(sink);
    cr_assert(strstr(problem.text, server.socket), "%s", problem.text);
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
    add(1);
    cr_assert_eq(redis_sink_finish(sink, WAIT_MS, &problem), AJAR_OK, "%s", problem.text);
    redis_sink_free(sink);
    sink = NULL;

    file = fopen(path, "w");
    fclose(file);
    cr_assert_eq(redis_sink_open(&options, &sink, &problem), AJAR_ERR_USAGE);
    cr_assert(strstr(problem.text, "first line"), "%s", problem.text);
    options.redis.password_file = "/nonexistent";
    problem.text[0] = '\0';
    cr_assert_eq(redis_sink_open(&options, &sink, &problem), AJAR_ERR_USAGE);
    cr_assert(strstr(problem.text, "/nonexistent: No such file"), "%s", problem.text);
}
