/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contents of bodies (RFC 9110 section 8.4): content codings off, told to the listener, summed up
 * at their end. Whatever version of HTTP framed the body, its bytes come through here.
 */
#include "inspect/http_connection.h"

static void release_decoder(const struct http_call *call, struct http_half *half)
{
    http_pool_return(&call->inspector->inflates, half->inflate);
    http_pool_return(&call->inspector->brotlis, half->brotli);
    half->inflate = NULL;
    half->brotli = NULL;
}

bool http_is_reply_half(const struct http_call *call, const struct http_half *half)
{
    return half == &call->connection->replies;
}

/* Where content goes that is ready to be told. */
struct delivery {
    const struct http_call *call;
    struct http_half *half;
};

static bool deliver(void *context, const uint8_t *data, size_t length)
{
    const struct delivery *to = context;
    const struct http_call *call = to->call;
    const struct http_listener *listener = &call->inspector->listener;
    to->half->decoded_bytes += length;
    if (http_is_reply_half(call, to->half))
        return listener->body(listener->context, call->flow, data, length, call->packet);
    listener->request_body(listener->context, call->flow, data, length);
    return true;
}

/* The content cannot be told any further. */
static void give_up(const struct http_call *call, struct http_half *half)
{
    half->undecodable = true;
    half->wanted = false;
    release_decoder(call, half);
}

static void decode_content(const struct http_call *call, struct http_half *half, struct slice data)
{
    struct http_inspector *inspector = call->inspector;
    struct delivery to = {call, half};
    switch (half->brotli ? http_brotli_feed(half->brotli, data, inspector->out, deliver, &to)
                         : http_inflate_feed(half->inflate, data, inspector->out, deliver, &to)) {
    case HTTP_INFLATE_OK:
        return;
    case HTTP_INFLATE_ENOUGH:
        half->wanted = false;
        release_decoder(call, half);
        return;
    case HTTP_INFLATE_BOMB:
        inspector->counters.inflate_bombs++;
        break;
    case HTTP_INFLATE_FULL:
        inspector->counters.inflate_refused++;
        break;
    case HTTP_INFLATE_BROKEN:
        inspector->counters.inflate_failed++;
        break;
    }
    give_up(call, half);
}

void http_content_pass(const struct http_call *call, struct http_half *half, struct slice data)
{
    struct delivery to = {call, half};
    if (!half->wanted)
        return;
    if (half->inflate || half->brotli)
        decode_content(call, half, data);
    else
        half->wanted = deliver(&to, (const uint8_t *)data.text, data.length);
    if (half->wanted)
        half->read_bytes += data.length;
}

/* Whether a decoder was free. */
static bool take_decoder(struct http_inspector *inspector, struct http_half *half,
                         const struct http_inflate_limits *limits)
{
    bool is_brotli = half->coding == HTTP_CODING_BROTLI;
    struct http_pool *pool = is_brotli ? &inspector->brotlis : &inspector->inflates;
    void *block = http_pool_take(pool);
    if (!block)
        return false;
    if (!is_brotli) {
        half->inflate = http_inflate_begin(block, (enum http_coding)half->coding, limits);
        return true;
    }
    half->brotli = http_brotli_begin(block, limits);
    if (!half->brotli)
        http_pool_return(pool, block);
    return half->brotli != NULL;
}

/* The body that just began is coded: finds a decoder for it, if its content is wanted. */
static void begin_decoding(const struct http_call *call, struct http_half *half)
{
    struct http_inspector *inspector = call->inspector;
    struct http_inflate_limits limits = {.ratio = inspector->limits.inflate_ratio,
                                         .bytes = inspector->limits.inflate_bytes};
    half->undecodable = half->coding == HTTP_CODING_UNKNOWN;
    if (half->coding == HTTP_CODING_NONE || !half->wanted || half->undecodable) {
        half->wanted = half->wanted && !half->undecodable;
        return;
    }
    if (!take_decoder(inspector, half, &limits)) {
        inspector->counters.inflate_refused++;
        give_up(call, half);
    }
}

void http_content_begin(const struct http_call *call, struct http_half *half, uint8_t coding,
                        bool wanted)
{
    half->coding = coding;
    half->decoded_bytes = 0;
    half->read_bytes = 0;
    half->in_body = true;
    half->wanted = wanted;
    begin_decoding(call, half);
}

void http_content_gap(const struct http_call *call, struct http_half *half, uint32_t length)
{
    const struct http_listener *listener = &call->inspector->listener;
    if (half->inflate || half->brotli)
        give_up(call, half);
    half->wanted = half->wanted && http_is_reply_half(call, half) && listener->body_gap &&
                   listener->body_gap(listener->context, call->flow, length);
}

void http_content_finish(const struct http_call *call, struct http_half *half, enum http_end end)
{
    const struct http_listener *listener = &call->inspector->listener;
    struct http_body_totals totals = {
        .end = half->body.gapped ? HTTP_END_GAP : end,
        .wire_bytes = half->body.wire_bytes,
        .read_bytes = half->read_bytes,
        .decoded_bytes = half->decoded_bytes,
        .encoded = half->coding != HTTP_CODING_NONE,
        .undecodable = half->undecodable,
    };
    release_decoder(call, half);
    half->in_body = false;
    half->may_omit = false;
    if (http_is_reply_half(call, half))
        listener->reply_end(listener->context, call->flow, &totals, call->packet);
}
