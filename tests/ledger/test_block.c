/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/block.h"
#include "ledger/findings.h"

#include <stdlib.h>

#define STORES 12

static struct exposures *exposures;
static const struct exposure *list[STORES];
static size_t count;
static char *text;
static const struct place nowhere;

static void setup(void)
{
    cr_assert_eq(exposures_new(STORES, 42, "hq", &exposures), AJAR_OK);
}

static void teardown(void)
{
    exposures_free(exposures);
    free(text);
}

TestSuite(block, .init = setup, .fini = teardown);

static void add(struct finding f, enum direction direction, const struct place *place)
{
    struct exposure_proof proof = {&f, direction, place};
    bool opened;
    const struct exposure *exposure = exposures_add(exposures, &proof, &opened);
    if (opened)
        list[count++] = exposure;
}

static void write_block(void)
{
    struct group groups[STORES];
    size_t size;
    cr_assert_eq(groups_make(list, count, groups), AJAR_OK);
    struct block block = {list, groups, 0, false};
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
    assert_has("    open    2019-12-29 10:11:12 .. 2020-01-24 17:11:12 UTC (26 d 7 h)\n");
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
    assert_has("open    2019-12-29 10:11:12 UTC\n");
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
