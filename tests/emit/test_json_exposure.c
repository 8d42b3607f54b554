/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/documents.h"

TestSuite(json_exposure, .init = setup, .fini = teardown);

Test(json_exposure, gives_the_state_of_an_exposure_when_it_opens)
{
    add_exposure(&sample, 1);
    write_event();
    assert_text("ajar.exposure", sample.exposure.id);
    assert_absent("ajar.exposure_state");
    sample.event.action = EVENT_EXPOSURE_OPENED;
    write_event();
    assert_text("ajar.exposure_state.first_seen", "2019-12-29T10:11:12.000000Z");
    assert_number("ajar.exposure_state.actors", 2);
    assert_number("ajar.exposure_state.records", 1656);
    assert_list("ajar.exposure_state.countries", "NL,US");
    sample.exposure.records = FINDING_NO_COUNT;
    sample.exposure.countries = "";
    write_event();
    assert_absent("ajar.exposure_state.records");
    assert_absent("ajar.exposure_state.countries");
}

Test(json_exposure, tells_the_life_of_an_exposure)
{
    static struct exposure_class classes[2] = {
        {.name = "email",
         .values = 1201,
         .odd = 3,
         .masked = 2,
         .hashed = 1,
         .sample = "j***@e***"},
        {.name = "phone", .values = 10, .by_name = true},
    };
    for (uint64_t i = 1; i <= 5; i++)
        (void)sketch_add(&classes[0].distinct, i * UINT64_C(0x9e3779b97f4a7c15));
    (void)sketch_add(&classes[1].distinct, 4711);
    add_exposure(&sample, 1);
    sample.event.action = EVENT_EXPOSURE_UPDATED;
    sample.event.severity = 80;
    sample.exposure.times = 2;
    sample.exposure.before_ns = WHEN - SECOND;
    sample.exposure.indexed = "BinaryEdge";
    sample.exposure.classes = classes;
    sample.exposure.class_count = 2;
    sample.exposure.oldest_s = 1577614271;
    sample.exposure.newest_s = -86400;
    SET(sample.exposure.group.id, "0000000000000000000000000000000a");
    sample.exposure.group.servers = 5;
    sample.exposure.group.same_data = true;
    write_event();
    assert_text("event.kind", "alert");
    assert_list("event.type", "change");
    assert_text("ajar.severity", "high");
    assert_text("ajar.exposure_state.zone", "outside");
    assert_text("ajar.exposure_state.status", "open");
    assert_text("ajar.exposure_state.verdict", "drained");
    assert_text("ajar.exposure_state.open_at_least.since", "2019-12-29T10:11:12.000000Z");
    assert_text("ajar.exposure_state.open_at_least.until", "2019-12-29T10:11:13.000000Z");
    assert_text("ajar.exposure_state.open_at_most.since", "2019-12-29T10:11:11.000000Z");
    assert_absent("ajar.exposure_state.open_at_most.until");
    assert_absent("ajar.exposure_state.closed");
    assert_number("ajar.exposure_state.times_opened", 2);
    assert_text("ajar.exposure_state.records_source", "listing");
    assert_list("ajar.exposure_state.datasets", "customers,cases");
    assert_text("ajar.exposure_state.oldest_record", "2019-12-29T10:11:11Z");
    assert_text("ajar.exposure_state.newest_record", "1969-12-31T00:00:00Z");
    assert_text("ajar.exposure_state.indexed_by", "BinaryEdge");
    assert_text("ajar.exposure_state.group.same", "data");
    assert_number("ajar.exposure_state.group.servers", 5);
    cr_assert(strstr(text,
                     "\"classes\":[{\"name\":\"email\",\"values\":1201,\"distinct\":5,\"odd\":3,"
                     "\"masked\":2,\"hashed\":1,\"sample\":\"j***@e***\"},{\"name\":\"phone\","
                     "\"values\":10,\"distinct\":1,\"constant\":true,\"by_name\":true}]"),
              "%s", text);
    classes[1].values = 9;
    write_event();
    cr_assert_not(strstr(text, "constant"), "nine may be alike by chance");
}

Test(json_exposure, says_what_closed_an_exposure)
{
    add_exposure(&sample, 1);
    sample.event.action = EVENT_EXPOSURE_CLOSED;
    sample.finding.verdict = VERDICT_REFUSED;
    sample.exposure.closing = CLOSING_REFUSED;
    sample.exposure.closed_ns = WHEN + 60 * SECOND;
    sample.exposure.verdict = VERDICT_DRAINED;
    write_event();
    assert_text("event.kind", "event");
    assert_list("event.category", "database,network");
    assert_list("event.type", "end");
    assert_text("event.outcome", "failure");
    assert_absent("threat");
    assert_text("ajar.verdict", "refused");
    assert_text("ajar.exposure_state.verdict", "drained");
    assert_text("ajar.exposure_state.status", "closed");
    assert_text("ajar.exposure_state.closed.at", "2019-12-29T10:12:12.000000Z");
    assert_text("ajar.exposure_state.closed.by", "refused");
    assert_absent("ajar.exposure_state.closed.inferred");
    assert_text("ajar.exposure_state.open_at_most.until", "2019-12-29T10:12:12.000000Z");
    assert_absent("ajar.exposure_state.open_at_most.since");
}

Test(json_exposure, says_that_silence_is_inferred_and_needs_no_client)
{
    add_exposure(&sample, 1);
    sample.event.action = EVENT_EXPOSURE_CLOSED;
    sample.finding.kind = FINDING_DOOR;
    sample.finding.door = DOOR_SILENT;
    memset(&sample.finding.client, 0, sizeof sample.finding.client);
    sample.exposure.closing = CLOSING_SILENCE;
    sample.exposure.closed_ns = WHEN + 60 * SECOND;
    write_event();
    assert_text("event.outcome", "unknown");
    assert_text("ajar.exposure_state.closed.by", "silence");
    cr_assert(json_is_true(at("ajar.exposure_state.closed.inferred")));
    assert_list("related.ip", "10.20.30.11");
    assert_text("destination.ip", "10.20.30.11");
    static const char *const absent[] = {
        "source",           "network.community_id", "network.bytes",    "ajar.verdict",
        "ajar.credentials", "ajar.returned",        "destination.bytes"};
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        assert_absent(absent[i]);
}

Test(json_exposure, says_that_a_store_is_reachable_even_if_nothing_can_be_read)
{
    sample.event.action = EVENT_STORE_REACHABLE;
    sample.finding.kind = FINDING_DOOR;
    sample.finding.door = DOOR_OPAQUE;
    write_event();
    assert_text("event.kind", "event");
    assert_text("event.action", "store-reachable");
    assert_list("event.type", "info");
    assert_text("event.outcome", "success");
    assert_text("ajar.store", "elasticsearch");
    cr_assert(json_is_true(at("ajar.opaque")));
    assert_absent("ajar.verdict");
    sample.finding.kind = FINDING_QUERY;
    sample.finding.door = DOOR_NONE;
    sample.finding.verdict = VERDICT_REFUSED;
    write_event();
    assert_text("ajar.verdict", "refused");
    assert_text("event.outcome", "failure");
    assert_absent("ajar.opaque");
}
