/* SPDX-License-Identifier: Apache-2.0 */
/* Findings pushed into the ring come out as lines of the events file, in order and complete. */
#include "delivery.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct config config;
static struct ring *ring;
static struct delivery *delivery;
static struct problem problem;

static void set_up(void)
{
    (void)snprintf(config.site, sizeof config.site, "hq");
    (void)snprintf(config.sensor, sizeof config.sensor, "span-1");
    (void)snprintf(config.redis_prefix, sizeof config.redis_prefix, "{ajar}");
    (void)snprintf(config.output, sizeof config.output, "/tmp/ajar-test-XXXXXX");
    int file = mkstemp(config.output);
    cr_assert_geq(file, 0);
    cr_assert_eq(close(file), 0);
    netset_init_private(&config.home);
    cr_assert_eq(ring_new(64, sizeof(struct finding), &ring), AJAR_OK);
}

static void tear_down(void)
{
    delivery_free(delivery);
    ring_free(ring);
    (void)unlink(config.output);
}

static void start(bool live)
{
    struct delivery_options options = {.config = &config, .findings = ring, .live = live};
    struct sensor_status first = {.packet_time_ns = UINT64_C(1577614272000000000)};
    cr_assert_eq(delivery_new(&options, &delivery, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(delivery_start(delivery, &first, &problem), AJAR_OK, "%s", problem.text);
}

/* A client outside reads records of a store in home. */
static void push_finding(unsigned number)
{
    struct finding *finding = ring_reserve_wait(ring);
    cr_assert_not_null(finding);
    memset(finding, 0, sizeof *finding);
    finding->kind = FINDING_QUERY;
    finding->verdict = VERDICT_DATA;
    finding->identity = IDENTITY_PROVEN;
    finding->transport = 6;
    finding->time_ns = UINT64_C(1577614272000000000) + number;
    finding->exchange = 1;
    cr_assert_eq(addr_parse("203.0.113.61", &finding->client), AJAR_OK);
    cr_assert_eq(addr_parse("10.20.30.11", &finding->server), AJAR_OK);
    finding->client_port = (uint16_t)(40000 + number);
    finding->server_port = 9200;
    finding->records = FINDING_NO_COUNT;
    (void)snprintf(finding->store, sizeof finding->store, "elasticsearch");
    ring_push(ring);
}

/* How many lines of the file hold the text. */
static size_t count_lines(const char *text)
{
    FILE *in = fopen(config.output, "re");
    cr_assert_not_null(in);
    char *line = NULL;
    size_t size = 0, count = 0;
    while (getline(&line, &size, in) > 0)
        count += strstr(line, text) != NULL;
    free(line);
    cr_assert_eq(fclose(in), 0);
    return count;
}

TestSuite(delivery, .init = set_up, .fini = tear_down, .timeout = 30);

Test(delivery, writes_every_finding_and_the_last_status)
{
    struct sensor_status last = {.packets = 7, .packet_time_ns = UINT64_C(1577614273000000000)};
    start(false);
    for (unsigned i = 0; i < 500; i++)
        push_finding(i);
    ring_close(ring);
    cr_assert_eq(delivery_finish(delivery, &last, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(count_lines("\"store-query\""), 500);
    cr_assert_eq(count_lines("\"exposure-opened\""), 1);
    cr_assert_eq(count_lines("\"sensor-status\""), 1);
    cr_assert_eq(ledger_exposures_outside(delivery_ledger(delivery)), 1);
}

Test(delivery, says_nothing_of_itself_when_not_asked_to)
{
    start(false);
    ring_close(ring);
    cr_assert_eq(delivery_finish(delivery, NULL, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(count_lines(""), 0);
}

Test(delivery, says_when_live_that_it_began_and_writes_without_being_asked)
{
    start(true);
    push_finding(1);
    for (int i = 0; i < 500 && count_lines("\"store-query\"") == 0; i++)
        (void)usleep(10000);
    cr_assert_eq(count_lines("\"store-query\""), 1);
    cr_assert_eq(count_lines("\"sensor-status\""), 1);
    ring_close(ring);
    cr_assert_eq(delivery_finish(delivery, NULL, &problem), AJAR_OK, "%s", problem.text);
}

Test(delivery, refuses_a_database_that_is_none_before_any_output_exists)
{
    char database[] = "tests/none.mmdb";
    struct delivery_options options = {.config = &config, .findings = ring};
    config.geo[0] = database;
    config.geo_count = 1;
    cr_assert_neq(delivery_new(&options, &delivery, &problem), AJAR_OK);
    cr_assert_not_null(strstr(problem.text, "tests/none.mmdb"), "%s", problem.text);
    cr_assert_null(delivery);
}
