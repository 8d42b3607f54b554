/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/documents.h"

TestSuite(json_store, .init = setup, .fini = teardown);

Test(json_store, says_what_the_store_is_and_gave)
{
    SET(sample.finding.product, "elasticsearch");
    SET(sample.finding.version, "6.8.23");
    SET(sample.finding.cluster_id, "IM-a7ZcLS4ehfuOpBjnFhA");
    SET(sample.finding.cluster_name, "support");
    sample.finding.records = 1237;
    sample.finding.records_source = COUNT_SEARCH;
    sample.finding.returned = 1000;
    sample.finding.gave_bytes = 612004;
    sample.finding.requests = 2;
    add_dataset(&sample.finding, "customers", 1237, COUNT_SEARCH);
    add_dataset(&sample.finding, "cases", FINDING_NO_COUNT, COUNT_NONE);
    sample.finding.datasets[0].returned = 1000;
    SET(sample.finding.evidence[0], "200");
    SET(sample.finding.evidence[1], "hits.hits[1000]");
    sample.finding.evidence_count = 2;
    sample.event.reasons[0] = "drained";
    sample.event.reasons[1] = "outside";
    sample.event.reason_count = 2;
    write_event();
    assert_text("ajar.store", "elasticsearch");
    assert_text("ajar.product", "elasticsearch");
    assert_text("ajar.version", "6.8.23");
    assert_text("ajar.cluster_id", "IM-a7ZcLS4ehfuOpBjnFhA");
    assert_text("ajar.cluster_name", "support");
    assert_text("ajar.verdict", "drained");
    assert_text("ajar.credentials", "none");
    assert_text("ajar.identity", "proven");
    assert_number("ajar.records", 1237);
    assert_text("ajar.records_source", "search");
    assert_number("ajar.returned", 1000);
    assert_number("ajar.bytes", 612004);
    assert_number("ajar.requests", 2);
    assert_list("ajar.datasets", "customers,cases");
    cr_assert_eq(json_array_size(at("ajar.dataset_records")), 1);
    assert_list("ajar.evidence", "200,hits.hits[1000]");
    assert_list("ajar.severity_reasons", "drained,outside");
    cr_assert(json_is_false(at("ajar.partial")));
    assert_absent("ajar.datasets_dropped");
}

Test(json_store, tells_refusals_and_silence)
{
    sample.finding.verdict = VERDICT_REFUSED;
    SET(sample.finding.protection, "Elastic security");
    write_event();
    assert_text("event.outcome", "failure");
    assert_list("event.type", "access,denied");
    assert_text("ajar.protection", "Elastic security");
    sample.finding.verdict = VERDICT_PROBED;
    write_event();
    assert_text("event.outcome", "unknown");
    assert_list("event.type", "info");
}

Test(json_store, names_classes_of_data)
{
    struct finding *f = &sample.finding;
    f->class_count = 1;
    f->classes_dropped = 2;
    SET(f->classes[0].name, "email");
    f->classes[0].values = 12;
    (void)sketch_add(&f->classes[0].distinct, UINT64_C(0x9e3779b97f4a7c15));
    f->oldest_s = 1577614271;
    f->scanned_bytes = 16384;
    write_event();
    assert_list("ajar.data_classes", "email");
    cr_assert(strstr(text, "\"classes\":[{\"name\":\"email\",\"values\":12,\"distinct\":1}]"), "%s",
              text);
    assert_number("ajar.classes_dropped", 2);
    assert_text("ajar.oldest_record", "2019-12-29T10:11:11Z");
    assert_absent("ajar.newest_record");
    assert_number("ajar.scanned_bytes", 16384);
    f->class_count = f->classes_dropped = 0;
    f->scanned_bytes = 0;
    f->oldest_s = INT64_MAX; /* no year with four digits */
    write_event();
    static const char *const absent[] = {"ajar.data_classes", "ajar.classes", "ajar.oldest_record",
                                         "ajar.classes_dropped", "ajar.scanned_bytes"};
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        assert_absent(absent[i]);
}

Test(json_store, says_who_asked)
{
    struct actor_view who = {.search_engine = true};
    SET(who.claimed, "Censys");
    SET(who.confirmed, "Shodan");
    sample.event.actor = &who;
    sample.finding.tool = SYN_TOOL_ZMAP;
    write_event();
    assert_text("ajar.actor.scanner.claimed", "Censys");
    assert_text("ajar.actor.scanner.confirmed", "Shodan");
    assert_text("ajar.actor.tool", "zmap");
    cr_assert(json_is_true(at("ajar.actor.search_engine")));
    assert_absent("ajar.actor.via");
    SET(who.tool, "masscan");
    write_event();
    assert_text("ajar.actor.tool", "masscan");
    sample.event.actor = NULL;
    sample.finding.tool = SYN_TOOL_NONE;
    write_event();
    assert_absent("ajar.actor");
}

Test(json_store, believes_a_forwarding_header_only_of_a_trusted_proxy)
{
    struct actor_view who = {.proxied = true, .via = address("203.0.113.61")};
    write_event();
    char *wire = strdup(json_string_value(at("network.community_id")));
    sample.finding.forwarded = true;
    sample.finding.forwarded_for = address("198.51.100.7");
    write_event();
    assert_text("source.ip", "203.0.113.61");
    assert_text("network.forwarded_ip", "198.51.100.7");
    assert_absent("source.nat");
    sample.event.actor = &who;
    write_event();
    assert_text("source.ip", "198.51.100.7");
    assert_absent("source.port");
    assert_number("source.bytes", 412);
    assert_text("source.nat.ip", "203.0.113.61");
    assert_number("source.nat.port", 41822);
    assert_text("source.geo.country_iso_code", "NL");
    assert_absent("network.forwarded_ip");
    assert_text("network.community_id", wire);
    assert_list("related.ip", "198.51.100.7,10.20.30.11,203.0.113.61");
    assert_text("ajar.actor.via", "203.0.113.61");
    free(wire);
}

Test(json_store, names_what_ndpi_thought)
{
    SET(sample.finding.application, "http");
    sample.finding.risks = 1ULL << 5 | 1ULL << 63; /* a known port on another one, and none */
    write_event();
    assert_text("ajar.ndpi.application", "http");
    cr_assert_eq(json_array_size(at("ajar.ndpi.risks")), 1);
}

Test(json_store, says_how_many_were_folded)
{
    sample.event.folded = 12;
    write_event();
    assert_number("ajar.folded", 12);
    assert_number("ajar.requests", 0);
}

Test(json_store, cuts_lists_to_fit_and_says_so)
{
    for (int i = 0; i < FINDING_DATASETS_MAX; i++) {
        add_dataset(&sample.finding, "", 1, COUNT_LISTING);
        memset(sample.finding.datasets[i].name, 1, sizeof sample.finding.datasets[i].name - 1);
    }
    sample.finding.datasets_dropped = 5;
    write_event();
    size_t names = json_array_size(at("ajar.datasets"));
    cr_assert_gt(names, 0);
    cr_assert_lt(names, FINDING_DATASETS_MAX);
    assert_number("ajar.datasets_dropped", (long long)(FINDING_DATASETS_MAX - names) + 5);
}
