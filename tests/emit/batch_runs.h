/* SPDX-License-Identifier: Apache-2.0 */
/* Batches one after the other, as a sender would send them, for the tests of the script. */
#ifndef AJAR_TESTS_BATCH_RUNS_H
#define AJAR_TESTS_BATCH_RUNS_H

#include "emit/batches.h"

enum {
    TAKEN,
    LIST_CUT,
    LIST_REFUSED,
    ALERTS_REFUSED,
    SOURCES_REFUSED,
    PARTS_REFUSED,
    KEY_REFUSED,
    CLASS,
    NUMBERS
};

#define MARK "{ajar}:delivered:span-1:00112233445566778899aabbccddeeff"

static struct redis_server server;
static struct redis_batch batch;
static struct redis_batch_options options;
static char sha[41];
static char mark[REDIS_MARK_MAX]; /* as the sender would know it */
static uint64_t last;
static long long numbers[NUMBERS];
static char text[512]; /* of the last reply that was no array */

static inline void setup(void)
{
    server_start(&server, NULL, NULL);
    load_script(&server, sha);
    options = (struct redis_batch_options){.prefix = "{ajar}",
                                           .sensor = "span-1",
                                           .journal_sensor = "span-1",
                                           .site = "hq",
                                           .journal_uuid = "00112233445566778899aabbccddeeff",
                                           .has_stream = true,
                                           .stream_max = 1000000};
}

static inline void teardown(void)
{
    redis_batch_clear(&batch);
    server_remove(&server);
}

static inline void begin(void)
{
    redis_batch_begin(&batch, &options, mark, 12345);
}

static inline void add(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct journal_event event = make_entry(++last);
        redis_batch_add_event(&batch, &event);
    }
}

/* Whether the batch was taken; then the mark goes on, else `text` says why. */
static inline bool deliver(void)
{
    redisReply *reply = send_batch(&server, &batch, sha);
    bool taken = reply->type == REDIS_REPLY_ARRAY;
    text[0] = '\0';
    if (taken) {
        cr_assert_eq(reply->elements, NUMBERS);
        for (size_t i = 0; i < NUMBERS; i++)
            numbers[i] = reply->element[i]->integer;
        redisReply *now = server_ask(&server, "GET " MARK);
        (void)snprintf(mark, sizeof mark, "%s", now->str);
        freeReplyObject(now);
    } else {
        cr_assert(reply->str);
        (void)snprintf(text, sizeof text, "%s", reply->str);
    }
    freeReplyObject(reply);
    return taken;
}

static inline void deliver_new(unsigned count)
{
    begin();
    add(count);
    cr_assert(deliver(), "%s", text);
    cr_assert_eq(numbers[TAKEN], count);
}

static inline long long stream_length(void)
{
    return server_number(&server, "XLEN {ajar}:events");
}

/* Starts the server again with the data it had. */
static inline void restart(void)
{
    server_stop(&server);
    server_start(&server, NULL, NULL);
    while (stream_length() < 0)
        sleep_ms(5); /* it is loading */
    load_script(&server, sha);
}

static inline void assert_text(const char *expected, redisReply *reply)
{
    cr_assert(reply->str, "nothing, not %s", expected);
    cr_assert_str_eq(reply->str, expected);
    freeReplyObject(reply);
}

/* After a refusal: as if the batch had never been sent. */
static inline void assert_unchanged(long long length, const char *mark_before)
{
    cr_assert_eq(stream_length(), length);
    redisReply *reply = server_ask(&server, "GET " MARK);
    if (mark_before[0])
        cr_assert_str_eq(reply->str, mark_before);
    else
        cr_assert_eq(reply->type, REDIS_REPLY_NIL);
    freeReplyObject(reply);
}

static inline void add_source(const char *address)
{
    struct journal_event event = make_entry(++last);
    event.source = address;
    event.has_location = true;
    event.longitude = 4.9;
    event.latitude = 52.37;
    redis_batch_add_event(&batch, &event);
}

#endif
