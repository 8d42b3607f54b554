/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/http_pending.h"

#include <criterion/criterion.h>

static struct http_pending pending;
static enum http_pending_kind kind;

TestSuite(http_pending);

static enum http_pending_result push(enum http_reply_side replies)
{
    return http_pending_push(&pending, HTTP_PENDING_PLAIN, replies);
}

/* A final reply: how many requests it shows to be lost, and whether it is paired. */
static void expect_reply(bool resynced, unsigned lost, bool paired)
{
    cr_assert_eq(http_pending_drop(&pending, resynced), lost);
    cr_assert_eq(http_pending_pop(&pending, &kind), paired);
}

Test(http_pending, pairs_in_order)
{
    http_pending_init(&pending);
    static const enum http_pending_kind kinds[] = {HTTP_PENDING_HEAD, HTTP_PENDING_PLAIN,
                                                   HTTP_PENDING_CONNECT};
    for (unsigned round = 0; round < 1000; round++) {
        for (unsigned i = 0; i < 3; i++)
            cr_assert_eq(http_pending_push(&pending, kinds[i], HTTP_REPLIES_IDLE),
                         HTTP_PENDING_WAITS);
        for (unsigned i = 0; i < 3; i++) {
            expect_reply(false, 0, true);
            cr_assert_eq(kind, kinds[i]);
        }
    }
    expect_reply(false, 0, false);
}

Test(http_pending, counts_requests_beyond_its_ring_and_leaves_their_replies_unpaired)
{
    http_pending_init(&pending);
    for (unsigned i = 0; i < HTTP_PENDING_MAX; i++)
        cr_assert_eq(push(HTTP_REPLIES_IDLE), HTTP_PENDING_WAITS);
    cr_assert_eq(push(HTTP_REPLIES_IDLE), HTTP_PENDING_OVERFLOW);
    expect_reply(false, 0, true);
    cr_assert_eq(push(HTTP_REPLIES_IDLE), HTTP_PENDING_OVERFLOW);
    for (unsigned i = 1; i < HTTP_PENDING_MAX; i++)
        expect_reply(false, 0, true);
    expect_reply(false, 0, false);
    expect_reply(false, 0, false);
    cr_assert_eq(push(HTTP_REPLIES_IDLE), HTTP_PENDING_WAITS);
    expect_reply(false, 0, true);
}

Test(http_pending, gives_up_the_oldest_when_no_reply_is_ever_seen)
{
    http_pending_init(&pending);
    for (unsigned i = 0; i < HTTP_PENDING_MAX; i++)
        cr_assert_eq(push(HTTP_REPLIES_UNSEEN), HTTP_PENDING_WAITS);
    cr_assert_eq(push(HTTP_REPLIES_UNSEEN), HTTP_PENDING_MAKES_ROOM);
    cr_assert_eq(pending.count, HTTP_PENDING_MAX);
}

Test(http_pending, keeps_the_newest_alone_when_replies_were_lost)
{
    http_pending_init(&pending);
    for (unsigned i = 0; i < 3; i++)
        push(HTTP_REPLIES_IDLE);
    expect_reply(true, 2, true);
    push(HTTP_REPLIES_IDLE);
    expect_reply(true, 0, true);
}

Test(http_pending, pairs_those_from_before_a_request_gap)
{
    http_pending_init(&pending);
    push(HTTP_REPLIES_IDLE);
    http_pending_gap(&pending);
    expect_reply(false, 0, true);
    expect_reply(false, 0, false); /* the unseen request's */
}

Test(http_pending, ends_the_doubt_when_a_client_asks_after_all_its_replies)
{
    http_pending_init(&pending);
    http_pending_gap(&pending);
    cr_assert_eq(push(HTTP_REPLIES_IDLE), HTTP_PENDING_WAITS);
    expect_reply(false, 0, true);
}

Test(http_pending, pairs_nothing_behind_a_gap_while_a_reply_is_under_way)
{
    http_pending_init(&pending);
    http_pending_gap(&pending);
    cr_assert_eq(push(HTTP_REPLIES_BUSY), HTTP_PENDING_UNSURE);
    expect_reply(false, 0, false);
}

Test(http_pending, gives_up_requests_that_wait_behind_a_gap)
{
    http_pending_init(&pending);
    push(HTTP_REPLIES_IDLE);
    http_pending_gap(&pending);
    cr_assert_eq(push(HTTP_REPLIES_IDLE), HTTP_PENDING_WAITS); /* behind one from before the gap */
    expect_reply(false, 0, true);
    expect_reply(false, 1, false);
}

Test(http_pending, keeps_doubting_a_client_that_pipelines)
{
    http_pending_init(&pending);
    push(HTTP_REPLIES_IDLE);
    push(HTTP_REPLIES_IDLE);
    expect_reply(false, 0, true);
    expect_reply(false, 0, true);
    http_pending_gap(&pending);
    cr_assert_eq(push(HTTP_REPLIES_IDLE), HTTP_PENDING_UNSURE);
}

Test(http_pending, finds_its_place_again_after_a_reply_that_came_before_its_request)
{
    http_pending_init(&pending);
    expect_reply(false, 0, false);
    push(HTTP_REPLIES_IDLE); /* the early reply's request, late */
    push(HTTP_REPLIES_IDLE); /* the client would not ask while it waits */
    expect_reply(false, 2, false);
    cr_assert_eq(push(HTTP_REPLIES_IDLE), HTTP_PENDING_WAITS);
    expect_reply(false, 0, true);
}

Test(http_pending, drops_the_newest_too_if_it_is_from_behind_a_gap)
{
    http_pending_init(&pending);
    push(HTTP_REPLIES_IDLE);
    http_pending_gap(&pending);
    push(HTTP_REPLIES_IDLE);
    expect_reply(true, 2, false);
}
