/* SPDX-License-Identifier: Apache-2.0 */
/* The state of an exposure in a real Redis: as one sensor sees it, and as several do. */
#include "emit/batch_runs.h"

#include <jansson.h>

#define HASH    "{ajar}:exposure:000000000000000000000000e0000001"
#define SENSORS HASH ":sensors"
#define MINUTE  (60 * SECOND)

static struct state_of_test north, south;

static void setup_states(void)
{
    setup();
    (void)fill_state(&north, 1);
    (void)fill_state(&south, 1);
}

TestSuite(redis_state, .init = setup_states, .fini = teardown, .timeout = 60);

/* What this sensor sees now. */
static void tell_whole(const char *sensor, struct state_of_test *state, bool whole)
{
    static char names[2][64];
    static unsigned turn;
    (void)snprintf(names[++turn % 2], sizeof names[0], "%s", sensor);
    options.sensor = names[turn % 2];
    begin();
    add(1);
    redis_batch_add_exposure(&batch, row_of(state), whole);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(numbers[PARTS_REFUSED], 0);
}

static void tell(const char *sensor, struct state_of_test *state)
{
    tell_whole(sensor, state, true);
}

static void assert_field(const char *field, const char *value)
{
    redisReply *reply = server_ask(&server, "HGET " HASH " %s", field);
    if (value) {
        cr_assert(reply->str, "%s: nothing, not %s", field, value);
        cr_assert_str_eq(reply->str, value, "%s: %s", field, reply->str);
    } else {
        cr_assert_eq(reply->type, REDIS_REPLY_NIL, "%s: %s", field, reply->str);
    }
    freeReplyObject(reply);
}

static void shut(struct state_of_test *state, enum closing closing, uint64_t time_ns)
{
    state->exposure.closing = (uint8_t)closing;
    state->exposure.closed_ns = time_ns;
}

Test(redis_state, a_closed_door_leaves_the_open_ones_and_stays_for_a_while)
{
    tell("north", &north);
    cr_assert_eq(server_number(&server, "ZCARD {ajar}:exposures:open"), 1);
    shut(&north, CLOSING_REFUSED, WHEN + MINUTE);
    tell("north", &north);
    cr_assert_eq(server_number(&server, "ZCARD {ajar}:exposures:open"), 0);
    assert_field("status", "closed");
    assert_field("closed_by", "refused");
    assert_field("closed_at", "2019-12-29T10:12:12.000000Z");
    long long life = server_number(&server, "TTL " HASH);
    cr_assert(life > REDIS_CLOSED_S - 60 && life <= REDIS_CLOSED_S, "%lld", life);
    cr_assert_gt(server_number(&server, "TTL " SENSORS), REDIS_CLOSED_S - 60);
    cr_assert_gt(server_number(&server, "TTL " HASH ":clients"), REDIS_CLOSED_S - 60);
}

Test(redis_state, a_door_opened_again_is_back)
{
    shut(&north, CLOSING_SILENCE, WHEN + MINUTE);
    tell("north", &north);
    shut(&north, CLOSING_NONE, 0);
    north.exposure.times = 2;
    north.exposure.before_ns = WHEN + MINUTE;
    north.exposure.first_ns = north.exposure.last_ns = WHEN + 2 * MINUTE;
    tell("north", &north);
    assert_field("status", "open");
    assert_field("closed_at", NULL);
    assert_field("closed_by", NULL);
    assert_field("times_opened", "2");
    assert_field("shut_before", "2019-12-29T10:12:12.000000Z");
    cr_assert_eq(server_number(&server, "ZCARD {ajar}:exposures:open"), 1);
    cr_assert_eq(server_number(&server, "TTL " HASH), -1);
    cr_assert_eq(server_number(&server, "TTL " SENSORS), -1);
}

Test(redis_state, tells_classes_dates_and_the_group)
{
    SET(north.classes[0].name, "email");
    north.classes[0].values = 1201;
    SET(north.classes[1].name, "ipv4");
    north.classes[1].values = 1180;
    north.exposure.class_count = 2;
    north.exposure.oldest_s = 1577614271;
    SET(north.exposure.indexed, "BinaryEdge");
    SET(north.group.id, "0000000000000000000000000000000a");
    north.group.servers = 5;
    north.group.same_data = true;
    tell("north", &north);
    assert_field("classes", "email 1201, ipv4 1180");
    assert_field("classes_json", "[{\"name\":\"email\",\"values\":1201,\"distinct\":0},"
                                 "{\"name\":\"ipv4\",\"values\":1180,\"distinct\":0}]");
    assert_field("oldest_record", "2019-12-29T10:11:11Z");
    assert_field("newest_record", NULL);
    assert_field("indexed_by", "BinaryEdge");
    assert_field("group", "0000000000000000000000000000000a");
    assert_field("group_servers", "5");
    assert_field("group_same", "data");
}

Test(redis_state, has_the_whole_report_with_the_events_of_its_life)
{
    json_error_t error;
    tell_whole("north", &north, true);
    redisReply *reply = server_ask(&server, "HGET " HASH " report");
    json_t *report = json_loads(reply->str, JSON_REJECT_DUPLICATES, &error);
    cr_assert(report, "%s in %s", error.text, reply->str);
    cr_assert_str_eq(json_string_value(json_object_get(report, "status")), "open");
    cr_assert_eq(json_array_size(json_object_get(report, "clients")), 2);
    cr_assert_eq(json_array_size(json_object_get(report, "datasets")), 2);
    json_decref(report);
    freeReplyObject(reply);
    north.exposure.requests = 99;
    tell_whole("north", &north, false);
    assert_field("requests", "99");
    cr_assert_eq(server_number(&server, "HEXISTS " HASH " report"), 1, "it stays");
}

/* An event that is not of the life brings the numbers; the clients are those told last. */
Test(redis_state, several_sensors_agree_without_the_whole)
{
    south.exposure.actors[1].addr = address("2001:db8::7");
    tell("north", &north);
    tell("south", &south);
    assert_field("actors", "3");
    north.exposure.returned = 100;
    north.exposure.last_ns = WHEN + MINUTE;
    tell_whole("north", &north, false);
    assert_field("returned", "110");
    assert_field("actors", "3");
    assert_field("last_seen", "2019-12-29T10:12:12.000000Z");
}

Test(redis_state, several_sensors_make_one_state)
{
    struct exposure *e = &south.exposure;
    e->first_ns = WHEN - MINUTE;
    e->last_ns = WHEN;
    e->verdict = VERDICT_DRAINED;
    e->severity.value = 90;
    e->returned = 500;
    e->requests = 4;
    e->holdings.count = 1; /* 1000 records instead of 1656 */
    e->actors[1].addr = address("2001:db8::7");
    SET(e->countries[1], "DE");
    tell("north", &north);
    tell("south", &south);
    assert_field("sensors", "north,south");
    assert_field("first_seen", "2019-12-29T10:10:12.000000Z");
    assert_field("last_seen", "2019-12-29T10:11:13.000000Z");
    assert_field("verdict", "drained");
    assert_field("severity", "90");
    assert_field("records", "1656");
    assert_field("returned", "510");
    assert_field("bytes", "2000");
    assert_field("requests", "7");
    assert_field("actors", "3");
    assert_field("countries", "DE,NL,US");
    assert_field("datasets", "customers");
    assert_text("1577614273", server_ask(&server, "ZSCORE {ajar}:exposures:open %s", e->id));
    tell("north", &north);
    assert_field("returned", "510");
    assert_field("datasets", "customers"); /* of who saw more */
    cr_assert_eq(server_number(&server, "HLEN " SENSORS), 2);
}

Test(redis_state, clients_beyond_the_rows_are_a_lower_bound)
{
    north.exposure.actor_count = 70;
    south.exposure.actor_count = 40;
    tell("north", &north);
    assert_field("actors", "70");
    tell("south", &south);
    assert_field("actors", "70");
}

Test(redis_state, a_close_never_beats_newer_proof)
{
    tell("north", &north);
    shut(&south, CLOSING_REFUSED, WHEN + SECOND / 2); /* north's proof came after */
    south.exposure.last_ns = WHEN;
    tell("south", &south);
    assert_field("status", "open");
    assert_field("closed_at", NULL);
    cr_assert_eq(server_number(&server, "ZCARD {ajar}:exposures:open"), 1);
    cr_assert_eq(server_number(&server, "TTL " HASH), -1);
}

Test(redis_state, a_close_that_is_newer_than_all_proof_closes)
{
    tell("north", &north);
    shut(&south, CLOSING_RESET, WHEN + MINUTE);
    tell("south", &south);
    assert_field("status", "closed");
    assert_field("closed_by", "reset");
    cr_assert_eq(server_number(&server, "ZCARD {ajar}:exposures:open"), 0);
    tell("north", &north); /* it knows no better */
    assert_field("status", "closed");
    cr_assert_eq(server_number(&server, "ZCARD {ajar}:exposures:open"), 0);
    north.exposure.last_ns = WHEN + 2 * MINUTE; /* now it does */
    tell("north", &north);
    assert_field("status", "open");
    assert_field("closed_by", NULL);
    cr_assert_eq(server_number(&server, "ZCARD {ajar}:exposures:open"), 1);
}

Test(redis_state, what_lies_before_a_close_that_is_beaten_is_an_earlier_time)
{
    shut(&south, CLOSING_REFUSED, WHEN + MINUTE);
    tell("south", &south);
    north.exposure.first_ns = WHEN + 2 * MINUTE;
    north.exposure.last_ns = WHEN + 3 * MINUTE;
    tell("north", &north);
    assert_field("status", "open");
    assert_field("first_seen", "2019-12-29T10:13:12.000000Z");
    assert_field("shut_before", "2019-12-29T10:12:12.000000Z");
    assert_field("closed_at", NULL);
}

Test(redis_state, what_somebody_broke_among_the_views_does_not_hurt)
{
    server_do(&server, "HSET " SENSORS " east {\"first\":");
    server_do(&server, "HSET " SENSORS " west 7");
    server_do(&server, "HSET " HASH ":clients south [[");
    tell("north", &north);
    assert_field("returned", "10");
    assert_field("sensors", "north");
    tell_whole("south", &south, false);
    assert_field("sensors", "north,south");
    assert_field("actors", "4"); /* a bound: which two south saw is not known */
}
