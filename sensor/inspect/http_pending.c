/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairs replies with requests in order (RFC 9112 section 9.3.2), for the HTTP inspector.
 *
 * When request bytes outside a body are lost, requests may be among them. Those that waited before
 * the gap still get their replies first; after that a reply could belong to an unseen request, so
 * it is told unpaired and the requests told since are given up. The doubt ends with a request that
 * comes while nothing waits and no reply is under way: a client that does not pipeline has all its
 * replies then. With a client that pipelines it never ends.
 *
 * The same doubt begins when a reply came before its request was seen (the two directions of a
 * tap out of step) and then a request comes while an older one waits on an idle reply side: the
 * older one may be what the early reply answered.
 */
#include "inspect/http_pending.h"

#include <string.h>

void http_pending_init(struct http_pending *pending)
{
    memset(pending, 0, offsetof(struct http_pending, kinds));
}

void http_pending_gap(struct http_pending *pending)
{
    if (!pending->doubt)
        pending->certain = pending->count;
    pending->doubt = true;
    pending->early = false;
}

static enum http_pending_kind kind_at(const struct http_pending *pending, size_t place)
{
    size_t shift = place % HTTP_PENDING_PER_BYTE * 2;
    return (enum http_pending_kind)(pending->kinds[place / HTTP_PENDING_PER_BYTE] >> shift & 3);
}

static void set_kind(struct http_pending *pending, size_t place, enum http_pending_kind kind)
{
    size_t shift = place % HTTP_PENDING_PER_BYTE * 2;
    uint8_t *byte = &pending->kinds[place / HTTP_PENDING_PER_BYTE];
    *byte = (uint8_t)((*byte & ~(3u << shift)) | (unsigned)kind << shift);
}

/* An empty ring begins anew, so that a connection touches no more of it than it needs. */
static void drop_oldest(struct http_pending *pending)
{
    pending->count--;
    pending->first = pending->count ? (uint16_t)((pending->first + 1u) % HTTP_PENDING_MAX) : 0;
    if (pending->certain)
        pending->certain--;
}

static void append(struct http_pending *pending, enum http_pending_kind kind)
{
    set_kind(pending, (size_t)(pending->first + pending->count) % HTTP_PENDING_MAX, kind);
    pending->count++;
}

/* What the moment of a new request says about the order of things. */
static void judge_order(struct http_pending *pending, enum http_reply_side replies)
{
    bool alone = pending->count == 0 && replies != HTTP_REPLIES_BUSY;
    if (alone && !pending->pipelines)
        pending->doubt = false;
    if (alone || replies == HTTP_REPLIES_UNSEEN)
        return;
    if (pending->early && replies == HTTP_REPLIES_IDLE) {
        pending->certain = 0;
        pending->doubt = true;
        pending->early = false;
        return;
    }
    pending->pipelines = true;
}

enum http_pending_result http_pending_push(struct http_pending *pending,
                                           enum http_pending_kind kind,
                                           enum http_reply_side replies)
{
    judge_order(pending, replies);
    if (pending->doubt && pending->count == 0)
        return HTTP_PENDING_UNSURE;
    if (pending->overflow ||
        (pending->count == HTTP_PENDING_MAX && replies != HTTP_REPLIES_UNSEEN)) {
        pending->overflow++;
        return HTTP_PENDING_OVERFLOW;
    }
    bool full = pending->count == HTTP_PENDING_MAX;
    if (full)
        drop_oldest(pending);
    append(pending, kind);
    return full ? HTTP_PENDING_MAKES_ROOM : HTTP_PENDING_WAITS;
}

unsigned http_pending_drop(struct http_pending *pending, bool resynced)
{
    unsigned keep = pending->count;
    if (resynced && keep > 1)
        keep = 1;
    if (resynced && pending->overflow)
        keep = 0;
    if (pending->doubt && pending->certain <= pending->count - keep)
        keep = 0; /* the oldest kept came after the gap */
    unsigned dropped = pending->count - keep;
    for (unsigned i = 0; i < dropped; i++)
        drop_oldest(pending);
    if (resynced)
        pending->overflow = 0;
    return dropped;
}

bool http_pending_pop(struct http_pending *pending, enum http_pending_kind *kind)
{
    if (pending->count == 0) {
        if (pending->overflow)
            pending->overflow--;
        else
            pending->early = !pending->doubt;
        return false;
    }
    *kind = kind_at(pending, pending->first);
    drop_oldest(pending);
    return true;
}
