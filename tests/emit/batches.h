/* SPDX-License-Identifier: Apache-2.0 */
/* Batches made by hand and given to a real Redis. */
#ifndef AJAR_TESTS_BATCHES_H
#define AJAR_TESTS_BATCHES_H

#include "emit/redis_batch.h"
#include "emit/redis_script.h"
#include "emit/redis_server.h"
#include "journal/entries.h"
#include "ledger/exposures.h"
#include "ledger/findings.h"

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

/* An exposure with two clients, and what it points to. */
struct state_of_test {
    struct exposure exposure;
    struct actor actors[4];
    struct dataset datasets[2];
    struct exposure_class classes[2];
    struct group_view group;
    struct exposure_texts texts;
    struct journal_exposure row; /* what the journal would give */
};

/* What the journal would give now. */
static inline const struct journal_exposure *row_of(struct state_of_test *s)
{
    s->row.state = &s->exposure;
    exposure_fill_view(&s->exposure, &s->texts, &s->row.view);
    s->row.view.group = s->group;
    return &s->row;
}

static inline struct state_of_test *fill_state(struct state_of_test *s, unsigned number)
{
    struct exposure *e = &s->exposure;
    *s = (struct state_of_test){
        .exposure = {.addr = address("10.20.30.11"),
                     .port = 9200,
                     .verdict = VERDICT_DATA,
                     .times = 1,
                     .first_ns = WHEN,
                     .last_ns = WHEN + SECOND,
                     .returned = 10,
                     .gave_bytes = 1000,
                     .requests = 3,
                     .severity.value = 80,
                     .actor_count = 2,
                     .actor_rows = 2,
                     .country_count = 2,
                     .countries = {"NL", "US"}},
        .actors = {{.addr = address("203.0.113.1"), .last_ns = WHEN},
                   {.addr = address("203.0.113.2"), .last_ns = WHEN + SECOND}},
        .datasets = {{.name = "customers", .records = 1000, .source = COUNT_LISTING},
                     {.name = "cases", .records = 656, .source = COUNT_LISTING}}};
    e->actors = s->actors;
    e->classes = s->classes;
    e->holdings = (struct holdings){.datasets = s->datasets, .count = 2};
    SET(e->store, "elasticsearch");
    SET(e->version, "6.8.23");
    (void)snprintf(e->id, sizeof e->id, "%032x", 0xe0000000U + number);
    s->group.servers = 1;
    return s;
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
