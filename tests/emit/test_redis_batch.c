/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The script in a real Redis: what a batch changes, and that a batch which is refused, whatever
 * for, has changed nothing. The last tests say what it costs.
 */
#include "emit/batches.h"

#include <inttypes.h>

enum {
    TAKEN,
    LIST_CUT,
    LIST_REFUSED,
    ALERTS_REFUSED,
    SOURCES_REFUSED,
    PARTS_REFUSED,
    FIRST_PART,
    CLASS,
    NUMBERS
};

#define MARK "{ajar}:delivered:span-1:00112233445566778899aabbccddeeff"

static struct redis_server server;
static struct redis_batch batch;
static struct redis_batch_options options;
static char sha[41];
static char mark[REDIS_MARK_MAX]; /* as the sender would know it */
static uint64_t last;
static long long numbers[NUMBERS];
static char text[512]; /* of the last reply that was no array */

static void setup(void)
{
    server_start(&server, NULL, NULL);
    load_script(&server, sha);
    options = (struct redis_batch_options){.prefix = "{ajar}",
                                           .sensor = "span-1",
                                           .site = "hq",
                                           .journal_uuid = "00112233445566778899aabbccddeeff",
                                           .has_stream = true,
                                           .stream_max = 1000000};
}

static void teardown(void)
{
    redis_batch_clear(&batch);
    server_remove(&server);
}

TestSuite(redis_batch, .init = setup, .fini = teardown);

static void begin(void)
{
    redis_batch_begin(&batch, &options, mark, 12345);
}

static void add(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct journal_event event = make_entry(++last);
        redis_batch_add_event(&batch, &event);
    }
}

/* Whether the batch was taken; then the mark goes on, else `text` says why. */
static bool deliver(void)
{
    redisReply *reply = send_batch(&server, &batch, sha);
    bool taken = reply->type == REDIS_REPLY_ARRAY;
    text[0] = '\0';
    if (taken) {
        cr_assert_eq(reply->elements, NUMBERS);
        for (size_t i = 0; i < NUMBERS; i++)
            numbers[i] = reply->element[i]->integer;
        redisReply *now = server_ask(&server, "GET " MARK);
        (void)snprintf(mark, sizeof mark, "%s", now->str);
        freeReplyObject(now);
    } else {
        cr_assert(reply->str);
        (void)snprintf(text, sizeof text, "%s", reply->str);
    }
    freeReplyObject(reply);
    return taken;
}

static void deliver_new(unsigned count)
{
    begin();
    add(count);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(numbers[TAKEN], count);
}

static long long stream_length(void)
{
    return server_number(&server, "XLEN {ajar}:events");
}

/* Starts the server again with the data it had. */
static void restart(void)
{
    server_stop(&server);
    server_start(&server, NULL, NULL);
    while (stream_length() < 0)
        sleep_ms(5); /* it is loading */
    load_script(&server, sha);
}

static void assert_text(const char *expected, redisReply *reply)
{
    cr_assert(reply->str, "nothing, not %s", expected);
    cr_assert_str_eq(reply->str, expected);
    freeReplyObject(reply);
}

/* After a refusal: as if the batch had never been sent. */
static void assert_unchanged(long long length, const char *mark_before)
{
    cr_assert_eq(stream_length(), length);
    redisReply *reply = server_ask(&server, "GET " MARK);
    if (mark_before[0])
        cr_assert_str_eq(reply->str, mark_before);
    else
        cr_assert_eq(reply->type, REDIS_REPLY_NIL);
    freeReplyObject(reply);
}

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
    options.sensor = "span-2";
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
    struct journal_exposure state = make_state(1);
    state.requests = 7;
    begin();
    add(1);
    redis_batch_add_exposure(&batch, &state);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(numbers[PARTS_REFUSED], 0);
    cr_assert_eq(server_number(&server, "HLEN %s", key), 15, "unknown ones are absent");
    assert_field(key, "first_seen", "2019-12-29T10:11:12.000000Z");
    assert_field(key, "site", "hq");
    assert_field(key, "address", "10.20.30.11:9200");
    assert_field(key, "records", "1656");
    assert_field(key, "requests", "7");
    assert_field(key, "severity", "80");
    cr_assert_eq(server_number(&server, "TTL %s", key), -1);
    assert_text("1577614273", server_ask(&server, "ZSCORE {ajar}:exposures:open %s", state.id));
}

Test(redis_batch, keeps_history_apart_from_the_open_doors)
{
    struct journal_exposure first = make_state(1), second = make_state(2);
    SET(first.import_id, "case-7");
    SET(second.import_id, "case-7");
    begin();
    add(1);
    redis_batch_add_exposure(&batch, &first);
    redis_batch_add_exposure(&batch, &second);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(server_number(&server, "EXISTS {ajar}:exposures:open"), 0);
    cr_assert_eq(server_number(&server, "EXISTS {ajar}:exposure:%s", first.id), 0);
    cr_assert_eq(server_number(&server, "ZCARD {ajar}:import:case-7:exposures:open"), 2);
    cr_assert_gt(server_number(&server, "TTL {ajar}:import:case-7:exposures:open"), 604000);
    cr_assert_gt(server_number(&server, "TTL {ajar}:import:case-7:exposure:%s", second.id), 604000);
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

static void add_source(const char *address)
{
    struct journal_event event = make_entry(++last);
    event.source = address;
    event.has_location = true;
    event.longitude = 4.9;
    event.latitude = 52.37;
    redis_batch_add_event(&batch, &event);
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

Test(redis_batch, wrong_types_of_what_carries_events_refuse_the_whole_batch)
{
    options.list = "{ajar}:list";
    server_do(&server, "SET {ajar}:list x");
    begin();
    add(3);
    cr_assert_not(deliver());
    cr_assert(strstr(text, "WRONGTYPE {ajar}:list is a string, not a list"), "%s", text);
    cr_assert_eq(strncmp(text, "WRONGTYPE ", 10), 0, "%s", text);
    assert_unchanged(0, "");
    server_do(&server, "DEL {ajar}:list");
    server_do(&server, "SET {ajar}:events x");
    begin();
    add(3);
    cr_assert_not(deliver());
    cr_assert(strstr(text, "WRONGTYPE {ajar}:events is a string, not a stream"), "%s", text);
    cr_assert_eq(server_number(&server, "EXISTS " MARK " {ajar}:list"), 0);
    server_do(&server, "DEL {ajar}:events");
    server_do(&server, "HSET " MARK " a b");
    begin();
    add(3);
    cr_assert_not(deliver());
    cr_assert_eq(strncmp(text, "WRONGTYPE ", 10), 0, "%s", text);
    cr_assert_eq(stream_length(), 0);
}

/* State of a wrong type is told, and does not hold up the events. */
Test(redis_batch, wrong_types_of_state_are_told_beside_the_events)
{
    struct journal_exposure state = make_state(1);
    char key[REDIS_KEY_MAX];
    server_do(&server, "SET {ajar}:exposures:open x");
    server_do(&server, "SET {ajar}:sources x");
    begin();
    add_source("203.0.113.61");
    redis_batch_add_exposure(&batch, &state);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(numbers[TAKEN], 1);
    cr_assert_eq(numbers[SOURCES_REFUSED], 1);
    cr_assert_eq(numbers[PARTS_REFUSED], 1);
    cr_assert_eq(numbers[FIRST_PART], 2);
    cr_assert_eq(numbers[CLASS], 1, "WRONGTYPE");
    redis_batch_part_key(&batch, (size_t)numbers[FIRST_PART] - 1, key, sizeof key);
    cr_assert_str_eq(key, "{ajar}:exposures:open");
    cr_assert_eq(stream_length(), 1);
    cr_assert_eq(server_number(&server, "EXISTS {ajar}:exposure:%s", state.id), 1);
}

static void assert_refused_whole(const char *with)
{
    char before[REDIS_MARK_MAX];
    long long length = stream_length();
    uint64_t sequence = last;
    (void)snprintf(before, sizeof before, "%s", mark);
    begin();
    add(5);
    cr_assert_not(deliver());
    cr_assert_eq(strncmp(text, with, strlen(with)), 0, "%s", text);
    assert_unchanged(length, before);
    last = sequence;
}

Test(redis_batch, is_refused_whole_where_memory_is_full)
{
    deliver_new(2);
    server_do(&server, "CONFIG SET maxmemory 1");
    assert_refused_whole("OOM ");
    server_do(&server, "CONFIG SET maxmemory 0");
    deliver_new(2);
    cr_assert_eq(stream_length(), 4);
}

/* A limit that is met inside a batch does not stop it: Redis asks at the first change only. */
Test(redis_batch, a_memory_limit_met_within_a_batch_does_not_tear_it)
{
    static char document[4000];
    memset(document, 'x', sizeof document);
    redisReply *reply = server_ask(&server, "INFO memory");
    unsigned long long used = strtoull(strstr(reply->str, "used_memory:") + 12, NULL, 10);
    freeReplyObject(reply);
    server_do(&server, "CONFIG SET maxmemory %llu", used + 4000000);
    bool refused = false;
    for (int i = 0; i < 100 && !refused; i++) {
        long long length = stream_length();
        begin();
        for (int n = 0; n < 200; n++) {
            struct journal_event event = make_entry(++last);
            event.json = document;
            event.json_length = sizeof document;
            redis_batch_add_event(&batch, &event);
        }
        refused = !deliver();
        cr_assert_eq(stream_length(), length + (refused ? 0 : 200));
        if (!refused)
            cr_assert_eq(numbers[TAKEN], 200);
    }
    cr_assert(refused);
    cr_assert_eq(strncmp(text, "OOM ", 4), 0, "%s", text);
    reply = server_ask(&server, "INFO memory");
    unsigned long long after = strtoull(strstr(reply->str, "used_memory:") + 12, NULL, 10);
    freeReplyObject(reply);
    cr_log_info("used %llu bytes above the limit", after - used - 4000000);
    cr_assert_lt(after, used + 4000000 + 4 * JOURNAL_BATCH_BYTES);
}

Test(redis_batch, is_refused_whole_by_a_replica)
{
    deliver_new(2);
    server_do(&server, "REPLICAOF 127.0.0.1 1");
    assert_refused_whole("READONLY ");
    server_do(&server, "REPLICAOF NO ONE");
    deliver_new(2);
}

Test(redis_batch, is_refused_whole_where_too_few_replicas_listen)
{
    deliver_new(2);
    server_do(&server, "CONFIG SET min-replicas-to-write 1");
    assert_refused_whole("NOREPLICAS ");
    server_do(&server, "CONFIG SET min-replicas-to-write 0");
    deliver_new(2);
}

/* Every command the user may lack: the events are refused as a whole, or a part is told. */
Test(redis_batch, is_refused_whole_where_a_command_is_not_allowed)
{
    static const char *const needed[] = {"xadd", "rpush", "ltrim", "set", "get", "type", "evalsha"};
    options.list = "{ajar}:list";
    options.list_max = 100;
    deliver_new(2);
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        long long length = stream_length();
        uint64_t sequence = last;
        server_do(&server, "ACL SETUSER sensor on >secret ~{ajar}:* &{ajar}:* +@all -%s",
                  needed[i]);
        server_do(&server, "AUTH sensor secret");
        begin();
        add(5);
        cr_assert_not(deliver(), "%s", needed[i]);
        cr_assert(strncmp(text, "NOPERM ", 7) == 0 || strstr(text, "user executing the script"),
                  "%s: %s", needed[i], text);
        freeReplyObject(server_ask(&server, "AUTH default nothing"));
        server_do(&server, "ACL DELUSER sensor");
        redisFree(server.context);
        server_connect(&server);
        assert_unchanged(length, mark);
        cr_assert_eq(server_number(&server, "LLEN {ajar}:list"), length);
        last = sequence;
        deliver_new(1);
    }
}

Test(redis_batch, is_refused_whole_where_a_key_is_not_allowed)
{
    server_do(&server, "ACL SETUSER sensor on >secret ~{ajar}:* &{ajar}:* +@all");
    server_do(&server, "AUTH sensor secret");
    deliver_new(1);
    options.list = "somebody:else";
    begin();
    add(5);
    cr_assert_not(deliver());
    cr_assert_eq(strncmp(text, "NOPERM ", 7), 0, "%s", text);
    cr_assert_eq(stream_length(), 1);
}

Test(redis_batch, commands_of_state_that_are_not_allowed_are_told_beside_the_events)
{
    static const struct {
        const char *command;
        int number;
        long long refused;
    } parts[] = {{"publish", ALERTS_REFUSED, 1},
                 {"geoadd", SOURCES_REFUSED, 1},
                 {"zcard", SOURCES_REFUSED, 1},
                 {"hset", PARTS_REFUSED, 1},
                 {"zadd", PARTS_REFUSED, 1}};
    struct journal_exposure state = make_state(1);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        server_do(&server, "ACL SETUSER default -%s", parts[i].command);
        begin();
        struct journal_event event = make_entry(++last);
        event.severity = 90;
        event.has_location = true;
        redis_batch_add_event(&batch, &event);
        redis_batch_add_exposure(&batch, &state);
        cr_assert(deliver(), "%s: %s", parts[i].command, text);
        cr_assert_eq(numbers[TAKEN], 1);
        cr_assert_eq(numbers[parts[i].number], parts[i].refused, "%s", parts[i].command);
        cr_assert_eq(numbers[CLASS], 2, "NOPERM");
        cr_assert_eq(stream_length(), (long long)i + 1);
        server_do(&server, "ACL SETUSER default +%s", parts[i].command);
    }
}

/* The stream's own last id can be used up by somebody: nothing of the batch stays. */
Test(redis_batch, an_event_that_cannot_be_added_leaves_the_mark_before_it)
{
    deliver_new(2);
    server_do(&server, "XADD {ajar}:events 18446744073709551615-18446744073709551613 a b");
    begin();
    add(5);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(numbers[TAKEN], 2, "there was room for two");
    cr_assert_str_eq(mark, "4 00000000000000000000000000000004");
    cr_assert_eq(stream_length(), 5);
    begin();
    last = 4;
    add(5);
    cr_assert_not(deliver());
    cr_assert(strstr(text, "exhausted"), "%s", text);
    assert_unchanged(5, mark);
}

Test(redis_batch, what_was_answered_survives_the_end_of_the_server)
{
    deliver_new(100);
    restart();
    cr_assert_eq(stream_length(), 100);
    deliver_new(100);
    cr_assert_eq(stream_length(), 200);
}

Test(redis_batch, the_log_of_a_batch_holds_all_of_it_or_nothing)
{
    char path[128];
    deliver_new(1);
    deliver_new(400);
    server_stop(&server);
    (void)snprintf(path, sizeof path, "%s/appendonlydir/appendonly.aof.1.incr.aof", server.folder);
    FILE *log = fopen(path, "r+");
    cr_assert(log, "%s", path);
    (void)fseek(log, 0, SEEK_END);
    cr_assert_eq(ftruncate(fileno(log), ftell(log) - 20000), 0, "as a power cut would");
    fclose(log);
    restart();
    cr_assert_eq(stream_length(), 1);
    assert_text("1 00000000000000000000000000000001", server_ask(&server, "GET " MARK));
}
