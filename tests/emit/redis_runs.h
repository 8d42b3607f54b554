/* SPDX-License-Identifier: Apache-2.0 */
/* A sender, its journal and its Redis, for the tests of delivery. */
#ifndef AJAR_TESTS_REDIS_RUNS_H
#define AJAR_TESTS_REDIS_RUNS_H

#include "emit/batches.h"
#include "emit/redis.h"

#define WAIT_MS 25000

static struct redis_server server;
static struct redis_sink *sink;
static struct journal *journal;
static struct journal_options journal_options;
static struct emit_options options;
static struct problem problem;
static char journal_path[128];
static uint64_t accepted;
static unsigned generation; /* begins the ids, so that other events can bear known numbers */

static inline void open_journal(void)
{
    cr_assert_eq(journal_open(&journal_options, &journal, &problem), AJAR_OK, "%s", problem.text);
    options.journal = journal;
}

static inline void reopen_journal(void)
{
    journal_close(journal);
    open_journal();
}

static inline void setup(void)
{
    (void)signal(SIGPIPE, SIG_IGN); /* as emitter_new() does */
    server_start(&server, NULL, NULL);
    (void)snprintf(journal_path, sizeof journal_path, "%s/journal.db", server.folder);
    journal_options = (struct journal_options){
        .path = journal_path, .sensor = "span-1", .bytes_max = 1ULL << 30, .feeds_redis = true};
    options = (struct emit_options){.sensor = "span-1",
                                    .site = "hq",
                                    .redis.url = server.url,
                                    .redis.prefix = "{ajar}",
                                    .redis.stream = true,
                                    .redis.stream_max = 1000000,
                                    .live = true};
    open_journal();
}

static inline void teardown(void)
{
    redis_sink_free(sink);
    journal_close(journal);
    server_remove(&server);
}

static inline void start(void)
{
    cr_assert_eq(redis_sink_open(&options, &sink, &problem), AJAR_OK, "%s", problem.text);
}

/* Adds events to the journal, numbered on from the last one, and commits. */
static inline void accept(unsigned count)
{
    char id[EVENT_ID_HEX];
    for (unsigned i = 0; i < count; i++) {
        struct journal_event event = make_entry(++accepted);
        (void)snprintf(id, sizeof id, "%08x%024llx", generation, (unsigned long long)accepted);
        event.id = id;
        event.has_location = true;
        event.longitude = 4.9;
        event.latitude = 52.37;
        cr_assert_eq(journal_add(journal, &event), AJAR_OK);
    }
    cr_assert_eq(journal_commit(journal, NULL, "", 0, 0), AJAR_OK);
}

static inline struct emit_counters counters(void)
{
    struct emit_counters now = {.events = 0};
    redis_sink_read_counters(sink, &now);
    return now;
}

#define WAIT_FOR(condition)                                                                        \
    do {                                                                                           \
        uint64_t wait_end = timestamp_monotonic() + WAIT_MS * 1000000ULL;                          \
        while (!(condition)) {                                                                     \
            cr_assert_lt(timestamp_monotonic(), wait_end, "not in time: %s", #condition);          \
            sleep_ms(5);                                                                           \
        }                                                                                          \
    } while (0)

/* Every number from 1 to `accepted` is in the stream, once, in this order. */
static inline void assert_exactly_once(void)
{
    redisReply *reply = server_ask(&server, "XRANGE {ajar}:events - +");
    cr_assert_eq(reply->type, REDIS_REPLY_ARRAY, "%s", reply->str);
    for (size_t i = 0; i < reply->elements; i++) {
        const redisReply *fields = reply->element[i]->element[1];
        cr_assert_eq(strtoull(fields->element[1]->str, NULL, 16), i + 1, "entry %zu is event %s",
                     i + 1, fields->element[1]->str);
    }
    cr_assert_eq(reply->elements, accepted);
    freeReplyObject(reply);
}

static inline void assert_trouble(const char *part)
{
    char text[PROBLEM_TEXT_MAX];
    uint64_t end = timestamp_monotonic() + 5 * SECOND;
    do {
        redis_sink_trouble(sink, text, sizeof text);
        if (strstr(text, part))
            return;
        sleep_ms(10);
    } while (timestamp_monotonic() < end);
    cr_assert_fail("%s", text);
}

static inline void in_folder(const char *command)
{
    char line[256];
    (void)snprintf(line, sizeof line, "cd %s && %s", server.folder, command);
    cr_assert_eq(system(line), 0, "%s", command);
}

/* The data of the server: all gone, copied aside, or replaced by that copy. */
static inline void forget_data(void)
{
    in_folder("rm -rf appendonlydir");
}

static inline void keep_data(void)
{
    in_folder("cp -r appendonlydir kept");
}

static inline void bring_data_back(void)
{
    in_folder("rm -rf appendonlydir && mv kept appendonlydir");
}

/* A backup of the journal, and what it is for. */
static inline void keep_journal(void)
{
    journal_close(journal);
    in_folder("mkdir old && cp journal.db* old/");
    open_journal();
}

static inline void bring_journal_back(void)
{
    journal_close(journal);
    in_folder("rm -f journal.db* && cp old/* .");
    open_journal();
}

#endif
