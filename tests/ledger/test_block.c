/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/signature.h"
#include "ledger/block.h"
#include "ledger/groups.h"
#include "ledger/proofs.h"

#include <stdlib.h>

#define STORES 12

static struct exposures *exposures;
static const struct exposure *list[STORES];
static size_t count;
static char *text;
static const struct place nowhere;

static void setup(void)
{
    exposures = make_exposures(STORES);
}

static void teardown(void)
{
    exposures_free(exposures);
    free(text);
}

TestSuite(block, .init = setup, .fini = teardown);

static void add(struct finding f, enum direction direction, const struct place *place)
{
    enum exposure_change change;
    const struct exposure *exposure = add_proof(exposures, &f, direction, place, &change);
    if (change == EXPOSURE_OPENED)
        list[count++] = exposure;
}

static const struct signature_set *signatures; /* NULL = none */

static void write_block(void)
{
    struct member members[STORES]; /* of these tests all bear the same mark */
    size_t size;
    for (size_t i = 0; i < count; i++)
        members[i] = (struct member){list[i]->marks[MARK_DATA], list[i]};
    struct members all = {members, count};
    const struct exposure *first = list[0];
    struct block block = {.exposures = exposures,
                          .members = &all,
                          .exposure = first,
                          .signatures = signatures,
                          .inside = exposures_find(exposures, first->store, &first->addr,
                                                   first->port, ZONE_INTERNAL)};
    if (block.inside == first)
        block.inside = NULL;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out);
    block_write(&block, out);
    fclose(out);
}

static void assert_has(const char *words)
{
    cr_assert(strstr(text, words), "no \"%s\" in:\n%s", words, text);
}

Test(block, tells_the_whole_story)
{
    struct place place = {
        .country_code = "NL", .city_name = "Amsterdam", .as_number = 64500, .as_name = "Example"};
    struct finding f = make_finding(VERDICT_METADATA);
    SET(f.version, "6.8.23");
    SET(f.user_agent, "python-requests/2.22.0");
    f.gave_bytes_new = 612000;
    add_dataset(&f, "cases", 419, COUNT_LISTING);
    add_dataset(&f, "customers", 1237, COUNT_LISTING);
    f.datasets[0].bytes = 1100000;
    add(f, DIRECTION_INBOUND, &place);
    f.verdict = VERDICT_DRAINED;
    f.time_ns += (26 * 24 + 7) * 3600 * SECOND;
    f.returned_new = 1237;
    f.gave_bytes_new = 0;
    f.requests_new = 3;
    add(f, DIRECTION_INBOUND, &place);
    write_block();
    assert_has("  EXPOSED  elasticsearch 6.8.23  10.20.30.11:9200   severity 93   drained\n");
    assert_has("    open    2019-12-29 10:11:12 .. 2020-01-24 17:11:12 UTC (26 d 7 h), not seen "
               "closed\n");
    assert_has("    holds   1 656 records in 2 data sets, 1.1 MB (from a listing):\n");
    assert_has("customers 1 237, cases 419\n");
    assert_has(
        "    gave    1 237 records, 612 kB, to 1 outside client without credentials, 3 requests\n");
    assert_has("    who     203.0.113.61  NL Amsterdam  AS64500 Example  python-requests/2.22.0  "
               "listed, drained\n");
    assert_has("    next    close port 9200 to the outside");
}

Test(block, says_when_nothing_is_known_of_the_content)
{
    add(make_finding(VERDICT_OPEN), DIRECTION_INBOUND, &nowhere);
    write_block();
    assert_has("holds   not said");
    assert_has("open    2019-12-29 10:11:12 UTC, not seen closed\n");
    assert_has("203.0.113.61  looked\n");
}

Test(block, names_the_others_with_the_same_data)
{
    struct finding f = make_finding(VERDICT_METADATA);
    add_dataset(&f, "customers", 1237, COUNT_LISTING);
    for (uint8_t i = 11; i < 16; i++) {
        f.server.bytes[15] = i;
        add(f, DIRECTION_INBOUND, &nowhere);
    }
    write_block();
    assert_has("same    data as ");
    assert_has("10.20.30.12:9200");
    assert_has("5 servers, 1 data set\n");
}

Test(block, leaves_out_same_for_a_store_that_is_alone)
{
    struct finding f = make_finding(VERDICT_METADATA);
    add_dataset(&f, "customers", 1237, COUNT_LISTING);
    add(f, DIRECTION_INBOUND, &nowhere);
    write_block();
    cr_assert_not(strstr(text, "same"), "%s", text);
}

Test(block, counts_actors_it_does_not_show)
{
    struct finding f = make_finding(VERDICT_DATA);
    for (uint8_t i = 0; i < 9; i++) {
        f.client.bytes[15] = i;
        add(f, DIRECTION_INBOUND, &nowhere);
    }
    write_block();
    assert_has("and 3 more\n");
    assert_has("to 9 outside clients");
}

Test(block, advises_by_who_reached_the_store)
{
    struct finding f = make_finding(VERDICT_DATA);
    f.client = address("10.0.0.9");
    add(f, DIRECTION_INTERNAL, &nowhere);
    write_block();
    assert_has("to 1 internal client without");
    assert_has("10.0.0.9  internal");
    assert_has("let only those who need it reach port 9200");
}

Test(block, advises_on_a_store_of_somebody_else)
{
    struct finding f = make_finding(VERDICT_DATA);
    add(f, DIRECTION_OUTBOUND, &nowhere);
    write_block();
    assert_has("tell its owner");
}

Test(block, says_what_closed_it_and_when_it_was_shut_before)
{
    struct finding f = make_finding(VERDICT_DATA);
    add(f, DIRECTION_INBOUND, &nowhere);
    struct exposure *exposure =
        exposures_find(exposures, f.store, &f.server, f.server_port, ZONE_OUTSIDE);
    exposure->before_ns = WHEN - 3600 * SECOND;
    cr_assert(exposures_close(exposures, exposure, CLOSING_SILENCE, WHEN + 3600 * SECOND,
                              WHEN + 1800 * SECOND));
    write_block();
    assert_has("  CLOSED   elasticsearch");
    assert_has("    open    2019-12-29 10:11:12 UTC\n");
    assert_has("    next    it is shut now");
    assert_has("            was shut 2019-12-29 09:11:12; closed 2019-12-29 10:41:12: "
               "inferred, no more answers\n");
}

Test(block, tells_earlier_times)
{
    struct finding f = make_finding(VERDICT_DATA);
    add(f, DIRECTION_INBOUND, &nowhere);
    struct exposure *exposure =
        exposures_find(exposures, f.store, &f.server, f.server_port, ZONE_OUTSIDE);
    cr_assert(exposures_close(exposures, exposure, CLOSING_REFUSED, WHEN + SECOND, WHEN + SECOND));
    f.time_ns += 86400 * SECOND;
    add(f, DIRECTION_INBOUND, &nowhere);
    count = 1;
    write_block();
    assert_has("open    2019-12-30 10:11:12 UTC, not seen closed\n");
    assert_has("            and before 2019-12-29 10:11:12 UTC\n");
}

Test(block, lists_kinds_of_data_and_dates)
{
    struct finding f = make_finding(VERDICT_DATA);
    add_class(&f, "email", 1237);
    f.classes[0].odd_new = 36;
    f.classes[0].masked_new = 2;
    add_class(&f, "ipv4", 12);
    add_class(&f, "phone", 0);
    f.classes[2].by_name = true;
    f.oldest_s = 1104537600; /* 2005-01-01 */
    f.newest_s = 1575504000; /* 2019-12-05 */
    add(f, DIRECTION_INBOUND, &nowhere);
    write_block();
    assert_has("    kinds   e-mail 1 237 (36 written oddly), IPv4 12, phone (by field name); 2 "
               "looked redacted\n");
    assert_has("    dates   in the records handed out: 2005-01-01 .. 2019-12-05\n");
}

Test(block, tells_of_the_other_door)
{
    struct finding f = make_finding(VERDICT_DATA);
    add(f, DIRECTION_INBOUND, &nowhere);
    f.client = address("10.0.0.9");
    add(f, DIRECTION_INTERNAL, &nowhere);
    count = 1;
    write_block();
    assert_has(
        "    inside  data to 1 internal client without login, last 2019-12-29 10:11:12 UTC\n");
}

Test(block, names_scanners_by_what_is_known_of_them)
{
    struct finding f = make_finding(VERDICT_DATA);
    SET(f.user_agent, "Mozilla/5.0");
    struct actor_view who = {.claimed = "Censys"};
    enum exposure_change change;
    struct exposure_proof proof = {.finding = &f,
                                   .direction = DIRECTION_INBOUND,
                                   .client = &f.client,
                                   .source = &nowhere,
                                   .who = &who};
    list[count++] = exposures_add(exposures, &proof, &change);
    write_block();
    assert_has("203.0.113.61  Censys (claimed)  read\n");
    free(text);
    SET(who.confirmed, "Shodan");
    (void)exposures_add(exposures, &proof, &change);
    write_block();
    assert_has("203.0.113.61  Shodan (confirmed)  read\n");
}

Test(block, names_the_page_of_the_maker)
{
    struct hardening pages[] = {{"elasticsearch", "https://maker.example/a"},
                                {"opensearch", "https://maker.example/b"}};
    struct signature signature = {
        .name = "elasticsearch", .hardening = pages, .hardening_count = 2};
    struct signature *known[] = {&signature};
    struct signature_set set = {.signatures = known, .count = 1};
    struct finding f = make_finding(VERDICT_DATA);
    SET(f.product, "opensearch");
    add(f, DIRECTION_INBOUND, &nowhere);
    write_block();
    cr_assert_null(strstr(text, "how:"), "nobody knows one:\n%s", text);
    free(text);
    signatures = &set;
    write_block();
    assert_has("            how: https://maker.example/b\n");
    signatures = NULL;
}
