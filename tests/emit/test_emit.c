/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/emit.h"
#include "emit/events.h"
#include "emit/redis_server.h"

static struct emit_options options;
static struct emitter *emitter;
static struct problem problem;
static char folder[] = "/tmp/ajar-emit-XXXXXX";
static char path[64];
static struct redis_server server;
static struct journal *journal;

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/events", folder);
    options = (struct emit_options){.sensor = "span-1",
                                    .site = "hq",
                                    .file = path,
                                    .redis.prefix = "{ajar}",
                                    .redis.stream_max = 1000};
}

/* A journal in memory and the server that it feeds. */
static void give_redis(const char *url)
{
    const struct journal_options wanted = {
        .sensor = "span-1", .bytes_max = 64u << 20, .feeds_redis = true};
    cr_assert_eq(journal_open(&wanted, &journal, &problem), AJAR_OK, "%s", problem.text);
    options.journal = journal;
    options.redis.url = url;
}

static void teardown(void)
{
    emitter_free(emitter);
    journal_close(journal);
    (void)unlink(path);
    (void)rmdir(folder);
    server_remove(&server);
}

TestSuite(emit, .init = setup, .fini = teardown);

static void add(unsigned number)
{
    struct sample sample;
    make_sample(&sample, VERDICT_DATA, number);
    emitter_add(emitter, &sample.event);
    if (journal)
        cr_assert_eq(journal_commit(journal, NULL, "", 0, 0), AJAR_OK);
}

static unsigned lines(void)
{
    unsigned count = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    for (int c = fgetc(file); c != EOF; c = fgetc(file))
        count += c == '\n';
    fclose(file);
    return count;
}

Test(emit, writes_the_same_document_to_file_and_redis)
{
    server_start(&server, NULL, NULL);
    give_redis(server.url);
    cr_assert_eq(emitter_new(&options, &emitter, &problem), AJAR_OK, "%s", problem.text);
    add(1);
    cr_assert_eq(emitter_finish(emitter, 10000, &problem), AJAR_OK, "%s", problem.text);
    char line[EMIT_JSON_MAX + 2];
    FILE *file = fopen(path, "r");
    cr_assert(file && fgets(line, sizeof line, file));
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    redisReply *reply = server_ask(&server, "XRANGE {ajar}:events - +");
    cr_assert_eq(reply->elements, 1);
    cr_assert_str_eq(reply->element[0]->element[1]->element[17]->str, line);
    freeReplyObject(reply);
    struct emit_counters counters;
    emitter_read_counters(emitter, &counters);
    cr_assert_eq(counters.events, 1);
    cr_assert_eq(counters.written, 1);
    cr_assert_eq(counters.redis_acknowledged, 1);
}

Test(emit, flush_makes_lines_visible)
{
    cr_assert_eq(emitter_new(&options, &emitter, &problem), AJAR_OK, "%s", problem.text);
    add(1);
    cr_assert_eq(lines(), 0);
    emitter_flush(emitter);
    cr_assert_eq(lines(), 1);
    cr_assert_not(emitter_is_needless(emitter));
}

Test(emit, opens_nothing_when_redis_refuses)
{
    give_redis("unix:///nonexistent/r.sock");
    cr_assert_eq(emitter_new(&options, &emitter, &problem), AJAR_ERR_SYSTEM);
    cr_assert_null(emitter);
    cr_assert_neq(access(path, F_OK), 0, "the file was made");
    cr_assert(strstr(problem.text, "/nonexistent/r.sock"), "%s", problem.text);
}

Test(emit, starts_live_without_a_redis)
{
    give_redis("unix:///nonexistent/r.sock");
    options.live = true;
    cr_assert_eq(emitter_new(&options, &emitter, &problem), AJAR_OK, "%s", problem.text);
    add(1);
    cr_assert_eq(emitter_finish(emitter, 100, &problem), AJAR_ERR_LIMIT);
    cr_assert(strstr(problem.text, "1 event did not reach Redis"), "%s", problem.text);
    cr_assert_eq(lines(), 1, "the file has it all the same");
}

Test(emit, counts_without_any_output)
{
    options.file = NULL;
    cr_assert_eq(emitter_new(&options, &emitter, &problem), AJAR_OK);
    add(1);
    add(2);
    struct emit_counters counters;
    emitter_read_counters(emitter, &counters);
    cr_assert_eq(counters.events, 2);
    cr_assert_eq(counters.written, 0);
    cr_assert_eq(emitter_finish(emitter, 0, &problem), AJAR_OK);
}

Test(emit, is_needless_when_nobody_reads_standard_output)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    int out = dup(STDOUT_FILENO);
    (void)dup2(ends[1], STDOUT_FILENO);
    options.file = "-";
    enum ajar_status status = emitter_new(&options, &emitter, &problem);
    add(1);
    emitter_flush(emitter);
    bool before = emitter_is_needless(emitter);
    close(ends[0]);
    add(2);
    emitter_flush(emitter);
    bool after = emitter_is_needless(emitter);
    (void)dup2(out, STDOUT_FILENO);
    cr_assert_eq(status, AJAR_OK);
    cr_assert_not(before);
    cr_assert(after);
}

Test(emit, checks_an_address_without_connecting)
{
    cr_assert_eq(emitter_check_url("redis://nobody.invalid:1", &problem), AJAR_OK);
    cr_assert_eq(emitter_check_url("http://localhost", &problem), AJAR_ERR_USAGE);
    cr_assert(strstr(problem.text, "redis://"), "%s", problem.text);
}

Test(emit, gives_the_journal_what_a_query_needs)
{
    static struct journal_batch batch;
    struct sample sample;
    give_redis(NULL);
    cr_assert_eq(emitter_new(&options, &emitter, &problem), AJAR_OK, "%s", problem.text);
    make_sample(&sample, VERDICT_DATA, 7);
    SET(sample.finding.store, "elastic\xffsearch");
    emitter_add(emitter, &sample.event);
    add_exposure(&sample, 1);
    sample.event.action = EVENT_EXPOSURE_OPENED;
    sample.event.sequence = 8;
    emitter_add(emitter, &sample.event);
    cr_assert_eq(journal_commit(journal, NULL, "", 0, 0), AJAR_OK);
    cr_assert_eq(journal_read(journal, 0, 0, &batch), AJAR_OK);
    cr_assert_eq(batch.count, 2);
    const struct journal_event *event = &batch.events[0];
    cr_assert_eq(event->sequence, 7);
    cr_assert_str_eq(event->id, "00000000000000000000000000000007");
    cr_assert_str_eq(event->action, "store-query");
    cr_assert_eq(event->severity, 60);
    cr_assert_str_eq(event->store, "elastic\xef\xbf\xbdsearch");
    cr_assert_str_eq(event->verdict, "data");
    cr_assert_str_eq(event->source, "203.0.113.61");
    cr_assert_str_eq(event->server, "10.20.30.11");
    cr_assert_str_eq(event->country, "NL");
    cr_assert_str_eq(event->exposure, "");
    cr_assert(event->has_location);
    cr_assert_eq(event->json[0], '{');
    cr_assert_str_eq(batch.events[1].exposure, sample.exposure.id);
    cr_assert_not(batch.events[1].has_location, "the query was on the map already");
    journal_batch_clear(&batch);
}

/* Redis has no place for the poles. */
Test(emit, leaves_out_of_the_map_what_redis_refuses)
{
    static struct journal_batch batch;
    struct sample sample;
    give_redis(NULL);
    cr_assert_eq(emitter_new(&options, &emitter, &problem), AJAR_OK, "%s", problem.text);
    make_sample(&sample, VERDICT_DATA, 1);
    sample.source.latitude = 85.06;
    emitter_add(emitter, &sample.event);
    sample.event.sequence = 2;
    sample.source.latitude = 85.05;
    emitter_add(emitter, &sample.event);
    cr_assert_eq(journal_commit(journal, NULL, "", 0, 0), AJAR_OK);
    cr_assert_eq(journal_read(journal, 0, 0, &batch), AJAR_OK);
    cr_assert_not(batch.events[0].has_location);
    cr_assert(batch.events[1].has_location);
    journal_batch_clear(&batch);
}

Test(emit, says_how_redis_is)
{
    char text[PROBLEM_TEXT_MAX] = "x";
    cr_assert_eq(emitter_new(&options, &emitter, &problem), AJAR_OK, "%s", problem.text);
    emitter_trouble(emitter, text, sizeof text);
    cr_assert_str_eq(text, "", "none is configured");
    emitter_free(emitter);
    emitter = NULL;
    server_start(&server, NULL, NULL);
    give_redis(server.url);
    cr_assert_eq(emitter_new(&options, &emitter, &problem), AJAR_OK, "%s", problem.text);
    emitter_trouble(emitter, text, sizeof text);
    cr_assert_str_eq(text, "ok");
}

Test(emit, checks_a_redis_without_writing)
{
    char text[128];
    server_start(&server, NULL, NULL);
    const struct redis_options wanted = {.url = server.url, .prefix = "{ajar}", .stream = true};
    cr_assert_eq(emitter_check_redis(&wanted, text, sizeof text, &problem), AJAR_OK, "%s",
                 problem.text);
    cr_assert_eq(strncmp(text, "Redis ", 6), 0, "%s", text);
    cr_assert(strstr(text, "master"), "%s", text);
    cr_assert_eq(server_number(&server, "DBSIZE"), 0);
}
