/* SPDX-License-Identifier: Apache-2.0 */
/* Batches made by hand and given to a real Redis. */
#ifndef AJAR_TESTS_BATCHES_H
#define AJAR_TESTS_BATCHES_H

#include "emit/redis_batch.h"
#include "emit/redis_script.h"
#include "emit/redis_server.h"
#include "journal/entries.h"

/* An event of the journal with this sequence; its id is made of it. Texts are static: two at a
 * time. */
static inline struct journal_event make_entry(uint64_t sequence)
{
    static char ids[2][EVENT_ID_HEX], documents[2][64];
    static unsigned turn;
    turn ^= 1;
    (void)snprintf(ids[turn], sizeof ids[turn], "%032llx", (unsigned long long)sequence);
    (void)snprintf(documents[turn], sizeof documents[turn], "{\"n\":%llu}",
                   (unsigned long long)sequence);
    return make_journal_event(sequence, ids[turn], documents[turn]);
}

static inline struct journal_exposure make_state(unsigned number)
{
    struct journal_exposure state = {.first_ns = WHEN,
                                     .last_ns = WHEN + SECOND,
                                     .store = "elasticsearch",
                                     .address = "10.20.30.11:9200",
                                     .verdict = "data",
                                     .version = "6.8.23",
                                     .datasets = "customers,cases",
                                     .countries = "NL,US",
                                     .records = 1656,
                                     .returned = 10,
                                     .gave_bytes = 1000,
                                     .actors = 2,
                                     .requests = 3,
                                     .severity = 80};
    (void)snprintf(state.id, sizeof state.id, "%032x", 0xe0000000U + number);
    return state;
}

/* Loads the script; `sha` has room for 41. */
static inline void load_script(struct redis_server *server, char *sha)
{
    redisReply *reply = server_ask(server, "SCRIPT LOAD %s", redis_script);
    cr_assert_eq(reply->type, REDIS_REPLY_STRING, "%s", reply->str);
    (void)snprintf(sha, 41, "%s", reply->str);
    freeReplyObject(reply);
}

/* Finishes the batch and gives Redis's reply; the caller frees it. */
static inline redisReply *send_batch(struct redis_server *server, struct redis_batch *batch,
                                     const char *sha)
{
    cr_assert_eq(redis_batch_finish(batch, sha), AJAR_OK);
    cr_assert_eq(redisAppendFormattedCommand(server->context, batch->wire.bytes, batch->wire.used),
                 REDIS_OK);
    redisReply *reply = NULL;
    cr_assert_eq(redisGetReply(server->context, (void **)&reply), REDIS_OK, "%s",
                 server->context->errstr);
    return reply;
}

#endif
