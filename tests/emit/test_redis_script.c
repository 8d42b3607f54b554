/* SPDX-License-Identifier: Apache-2.0 */
/* The script in a real Redis: a batch that is refused, whatever for, has changed nothing. */
#include "emit/batch_runs.h"

TestSuite(redis_script, .init = setup, .fini = teardown);

Test(redis_script, wrong_types_of_what_carries_events_refuse_the_whole_batch)
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
Test(redis_script, wrong_types_of_state_are_told_beside_the_events)
{
    static struct state_of_test state;
    (void)fill_state(&state, 1);
    char key[REDIS_KEY_MAX];
    server_do(&server, "SET {ajar}:exposures:open x");
    server_do(&server, "SET {ajar}:sources x");
    begin();
    add_source("203.0.113.61");
    redis_batch_add_exposure(&batch, row_of(&state), false);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(numbers[TAKEN], 1);
    cr_assert_eq(numbers[SOURCES_REFUSED], 1);
    cr_assert_eq(numbers[PARTS_REFUSED], 1);
    cr_assert_eq(numbers[CLASS], 1, "WRONGTYPE");
    redis_batch_key(&batch, numbers[KEY_REFUSED], key, sizeof key);
    cr_assert_str_eq(key, "{ajar}:exposures:open");
    cr_assert_eq(stream_length(), 1);
    cr_assert_eq(server_number(&server, "EXISTS {ajar}:exposure:%s", state.exposure.id), 1);
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

Test(redis_script, is_refused_whole_where_memory_is_full)
{
    deliver_new(2);
    server_do(&server, "CONFIG SET maxmemory 1");
    assert_refused_whole("OOM ");
    server_do(&server, "CONFIG SET maxmemory 0");
    deliver_new(2);
    cr_assert_eq(stream_length(), 4);
}

/* A limit that is met inside a batch does not stop it: Redis asks at the first change only. */
Test(redis_script, a_memory_limit_met_within_a_batch_does_not_tear_it)
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
    cr_assert_lt(after, used + 4000000 + JOURNAL_BATCH_BYTES, "not over it by more than a batch");
}

Test(redis_script, is_refused_whole_by_a_replica)
{
    deliver_new(2);
    server_do(&server, "REPLICAOF 127.0.0.1 1");
    assert_refused_whole("READONLY ");
    server_do(&server, "REPLICAOF NO ONE");
    deliver_new(2);
}

Test(redis_script, is_refused_whole_where_too_few_replicas_listen)
{
    deliver_new(2);
    server_do(&server, "CONFIG SET min-replicas-to-write 1");
    assert_refused_whole("NOREPLICAS ");
    server_do(&server, "CONFIG SET min-replicas-to-write 0");
    deliver_new(2);
}

/* Every command the user may lack: the events are refused as a whole, or a part is told. */
Test(redis_script, is_refused_whole_where_a_command_is_not_allowed)
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
        cr_assert(strncmp(text, "NOPERM ", 7) == 0 || strstr(text, "user executing the script") ||
                      strstr(text, "ACL failure in script"),
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

Test(redis_script, is_refused_whole_where_a_key_is_not_allowed)
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

Test(redis_script, commands_of_state_that_are_not_allowed_are_told_beside_the_events)
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
    static struct state_of_test state;
    (void)fill_state(&state, 1);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        server_do(&server, "ACL SETUSER default -%s", parts[i].command);
        begin();
        struct journal_event event = make_entry(++last);
        event.severity = 90;
        event.has_location = true;
        redis_batch_add_event(&batch, &event);
        redis_batch_add_exposure(&batch, row_of(&state), false);
        cr_assert(deliver(), "%s: %s", parts[i].command, text);
        cr_assert_eq(numbers[TAKEN], 1);
        cr_assert_eq(numbers[parts[i].number], parts[i].refused, "%s", parts[i].command);
        cr_assert_eq(numbers[CLASS], 2, "NOPERM");
        cr_assert_eq(stream_length(), (long long)i + 1);
        server_do(&server, "ACL SETUSER default +%s", parts[i].command);
    }
}

/* The stream's own last id can be used up by somebody: nothing of the batch stays. */
Test(redis_script, an_event_that_cannot_be_added_leaves_the_mark_before_it)
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

Test(redis_script, what_was_answered_survives_the_end_of_the_server)
{
    deliver_new(100);
    restart();
    cr_assert_eq(stream_length(), 100);
    deliver_new(100);
    cr_assert_eq(stream_length(), 200);
}

Test(redis_script, the_log_of_a_batch_holds_all_of_it_or_nothing)
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
