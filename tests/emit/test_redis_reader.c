/* SPDX-License-Identifier: Apache-2.0 */
/* Exposures out of a real Redis. */
#include "emit/redis_reader.h"

#include "emit/redis_server.h"

static struct redis_server server;
static struct redis_options options;

static void setup(void)
{
    server_start(&server, NULL, NULL);
    options = (struct redis_options){.url = server.url, .prefix = "{ajar}", .verify = true};
}

static void teardown(void)
{
    server_remove(&server);
}

TestSuite(redis_reader, .init = setup, .fini = teardown, .timeout = 60);

struct seen {
    unsigned count;
    char reports[256]; /* joined */
    char sites[256];
    size_t longest;
};

/* The first letters of it, as far as there is room. */
static void append(char *to, size_t size, const char *text)
{
    size_t used = strlen(to);
    (void)snprintf(to + used, size - used, "%.3s", text ? text : "-");
}

static void see(void *context, const struct redis_exposure *exposure)
{
    struct seen *seen = context;
    const char *report = exposure->fields[REDIS_FIELD_REPORT];
    const char *site = exposure->fields[REDIS_FIELD_SITE];
    seen->count++;
    if (report && strlen(report) > seen->longest)
        seen->longest = strlen(report);
    append(seen->reports, sizeof seen->reports, report);
    append(seen->sites, sizeof seen->sites, site);
}

static struct seen read_all(bool readings)
{
    struct seen seen = {.count = 0};
    struct problem problem = {.text = ""};
    cr_assert_eq(redis_read_exposures(&options, readings, see, &seen, &problem), AJAR_OK, "%s",
                 problem.text);
    return seen;
}

/* A hash under this name with these fields. */
static void put(const char *name, unsigned number, const char *report)
{
    freeReplyObject(server_ask(&server, "HSET {ajar}:%s%032x last_seen x report %s site hq", name,
                               number, report));
}

Test(redis_reader, gives_nothing_of_an_empty_redis)
{
    cr_assert_eq(read_all(false).count, 0);
    cr_assert_eq(read_all(true).count, 0);
}

Test(redis_reader, gives_each_exposure_once_in_the_order_of_its_key)
{
    put("exposure:", 2, "two");
    put("exposure:", 1, "one");
    struct seen seen = read_all(false);
    cr_assert_str_eq(seen.reports, "onetwo");
    cr_assert_str_eq(seen.sites, "hqhq");
}

Test(redis_reader, keeps_readings_apart)
{
    put("exposure:", 1, "one");
    put("import:2019-12-29T10:11:12Z-1:exposure:", 2, "two");
    cr_assert_str_eq(read_all(false).reports, "one");
    cr_assert_str_eq(read_all(true).reports, "two");
}

Test(redis_reader, passes_over_other_keys)
{
    put("exposure:", 1, "one");
    put("exposure:x", 2, "two");
    freeReplyObject(server_ask(&server, "SET {ajar}:exposure:short x"));
    freeReplyObject(server_ask(&server, "SET {ajar}:exposure:%032dz x", 1));
    freeReplyObject(server_ask(&server, "SET {ajar}:exposure:%031dz x", 1));
    freeReplyObject(server_ask(&server, "SET {other}:exposure:%032x x", 3));
    freeReplyObject(server_ask(&server, "HSET {ajar}:exposure:%032x:sensors a b", 1));
    freeReplyObject(server_ask(&server, "HSET {ajar}:exposure:%032x nothing of ours", 4));
    cr_assert_str_eq(read_all(false).reports, "one");
}

Test(redis_reader, finds_all_of_very_many)
{
    for (unsigned i = 0; i < 1200; i++)
        put("exposure:", i, "x");
    cr_assert_eq(read_all(false).count, 1200);
}

Test(redis_reader, gives_long_documents_whole)
{
    static char text[200001];
    memset(text, 'x', sizeof text - 1);
    freeReplyObject(
        server_ask(&server, "HSET {ajar}:exposure:%032x last_seen x report %s", 1, text));
    cr_assert_eq(read_all(false).longest, sizeof text - 1);
}

Test(redis_reader, takes_a_prefix_as_it_is_written)
{
    options.prefix = "{a*[b]?}";
    freeReplyObject(
        server_ask(&server, "HSET %s:exposure:%032x last_seen x report one", options.prefix, 1));
    freeReplyObject(
        server_ask(&server, "HSET %s:exposure:%032x last_seen x report two", "{axbc}", 2));
    cr_assert_str_eq(read_all(false).reports, "one");
}

Test(redis_reader, says_what_is_wrong)
{
    struct problem problem = {.text = ""};
    struct seen seen = {.count = 0};
    freeReplyObject(server_ask(&server, "SET {ajar}:exposure:%032x text", 1));
    cr_assert_eq(redis_read_exposures(&options, false, see, &seen, &problem), AJAR_ERR_SYSTEM);
    cr_assert(strstr(problem.text, "WRONGTYPE"), "%s", problem.text);
    server_stop(&server);
    problem.text[0] = '\0';
    cr_assert_eq(redis_read_exposures(&options, false, see, &seen, &problem), AJAR_ERR_SYSTEM);
    cr_assert_neq(problem.text[0], '\0');
}
