/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the HTTP inspector: the input is a conversation of both directions with gaps. It is played
 * with whole turns and again in pieces: the listener must be told the same, every reply must end,
 * and every request told must get a reply or be told as lost.
 */
#include "inspect/http.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Everything told so far as one number; bodies are mixed byte by byte, however they are cut. */
struct heard {
    uint64_t digest;
    uint64_t body;
    uint64_t request_body;
    unsigned requests, replies, paired, ends, lost, ended;
};

static void mix(uint64_t *digest, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++)
        *digest = (*digest ^ at[i]) * UINT64_C(0x100000001B3);
}

static void mix_slice(uint64_t *digest, struct slice slice)
{
    mix(digest, &slice.length, sizeof(slice.length));
    mix(digest, slice.text, slice.length);
}

static void mix_headers(uint64_t *digest, const struct http_headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        mix_slice(digest, headers->lines[i].name);
        mix_slice(digest, headers->lines[i].value);
    }
}

static void hear_request(void *context, struct flow *flow, const struct http_request *request,
                         const struct packet *packet)
{
    struct heard *heard = context;
    (void)flow, (void)packet;
    mix(&heard->digest, &heard->request_body, sizeof(heard->request_body));
    heard->request_body = 0;
    mix_slice(&heard->digest, request->method);
    mix_slice(&heard->digest, request->target);
    mix_slice(&heard->digest, request->path);
    mix_slice(&heard->digest, request->query);
    mix_headers(&heard->digest, &request->headers);
    mix(&heard->digest, &request->resynced, 1);
    mix(&heard->digest, &request->proxied, 1);
    mix(&heard->digest, &request->proxied_for, sizeof request->proxied_for);
    heard->requests++;
}

static void hear_request_body(void *context, struct flow *flow, const uint8_t *data, size_t length)
{
    struct heard *heard = context;
    (void)flow;
    mix(&heard->request_body, data, length);
}

static bool hear_reply(void *context, struct flow *flow, const struct http_reply *reply,
                       const struct packet *packet)
{
    struct heard *heard = context;
    (void)flow, (void)packet;
    mix_headers(&heard->digest, &reply->headers);
    mix(&heard->digest, &reply->status, sizeof(reply->status));
    mix(&heard->digest, &reply->request_seen, 1);
    mix(&heard->digest, &reply->resynced, 1);
    heard->replies++;
    heard->paired += reply->request_seen;
    return reply->status != 201;
}

static bool hear_body(void *context, struct flow *flow, const uint8_t *data, size_t length,
                      const struct packet *packet)
{
    struct heard *heard = context;
    (void)flow, (void)packet;
    mix(&heard->body, data, length);
    return true;
}

static bool hear_body_gap(void *context, struct flow *flow, uint32_t length)
{
    struct heard *heard = context;
    (void)flow;
    mix(&heard->body, &length, sizeof(length));
    return length % 2;
}

static void hear_reply_end(void *context, struct flow *flow, const struct http_body_totals *totals,
                           const struct packet *packet)
{
    struct heard *heard = context;
    (void)flow, (void)packet;
    mix(&heard->digest, &heard->body, sizeof(heard->body));
    mix(&heard->digest, &totals->end, sizeof(totals->end));
    mix(&heard->digest, &totals->wire_bytes, sizeof(totals->wire_bytes));
    mix(&heard->digest, &totals->decoded_bytes, sizeof(totals->decoded_bytes));
    mix(&heard->digest, &totals->undecodable, 1);
    heard->body = 0;
    heard->ends++;
}

static void hear_lost_reply(void *context, struct flow *flow)
{
    struct heard *heard = context;
    (void)flow;
    mix(&heard->digest, "lost", 4);
    heard->lost++;
}

static void hear_ended(void *context, struct flow *flow)
{
    struct heard *heard = context;
    (void)flow;
    mix(&heard->digest, "ended", 5);
    heard->ended++;
}

/* The inspector of all inputs, and who listens now. */
static struct http_inspector *inspector;
static struct heard heard_now;

static void make_inspector(void)
{
    struct http_listener listener = {
        .context = &heard_now,
        .request = hear_request,
        .request_body = hear_request_body,
        .reply = hear_reply,
        .body = hear_body,
        .body_gap = hear_body_gap,
        .reply_end = hear_reply_end,
        .lost_reply = hear_lost_reply,
        .ended = hear_ended,
    };
    /* What a bomb gives before it is stopped depends on the cut: no input here is one. Two
     * connections, so that both sides of one can hold half a head. */
    struct http_limits limits = {.connections = 2,
                                 .inflates = 2,
                                 .brotlis = 2,
                                 .inflate_ratio = 5000,
                                 .inflate_bytes = 1u << 30,
                                 .http2_connections = 1,
                                 .http2_blocks = 300};
    if (!inspector && http_inspector_new(&limits, &listener, &inspector))
        abort();
}

static bool give(struct flow *flow, unsigned side, const uint8_t *data, size_t length, size_t piece)
{
    static const struct packet packet = {.protocol = PACKET_TCP};
    bool more = true;
    for (size_t at = 0; at < length && more; at += piece)
        more = http_bytes(inspector, flow, side, data + at,
                          length - at < piece ? length - at : piece, &packet);
    return more;
}

/* A turn is a byte whose bit 0 is the side and bit 1 a gap, two bytes of length, and the bytes. */
static void play_turns(struct flow *flow, const uint8_t *data, size_t size, size_t piece)
{
    while (size >= 3) {
        unsigned what = data[0];
        size_t length = (size_t)data[1] << 8 | data[2];
        data += 3;
        size -= 3;
        if (what & 2) {
            http_gap(inspector, flow, what & 1, (uint32_t)length, NULL);
            continue;
        }
        length = length < size ? length : size;
        if (!give(flow, what & 1, data, length, piece))
            return;
        data += length;
        size -= length;
    }
}

static struct heard play(const uint8_t *data, size_t size, unsigned flags, size_t piece)
{
    struct flow flow = {.client = flags & 1, .midstream = flags >> 1 & 1};
    flow.side[0].fin = flow.side[1].fin = flags >> 2 & 1;
    heard_now = (struct heard){0};
    if (http_open(inspector, &flow))
        abort();
    play_turns(&flow, data, size, piece);
    http_close(inspector, &flow);
    mix(&heard_now.digest, &heard_now.request_body, sizeof(heard_now.request_body));
    return heard_now;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    make_inspector();
    uint64_t failed = http_inspector_counters(inspector)->inflate_failed;
    struct heard whole = play(data + 2, size - 2, data[0], SIZE_MAX / 2);
    struct heard pieces = play(data + 2, size - 2, data[0], 1 + (size_t)data[1] % 100);
    if (whole.replies != whole.ends || whole.requests != whole.paired + whole.lost ||
        whole.ended > 1)
        abort();
    /* Whether an announced body was left out is judged by the first segment behind the refusal. */
    bool announces = memmem(data, size, "100-", 4) != NULL;
    /* libbrotli keeps what it decoded of a call in which it finds damage. */
    bool damaged = http_inspector_counters(inspector)->inflate_failed > failed &&
                   memmem(data, size, "br", 2) != NULL;
    if (!announces && !damaged && whole.digest != pieces.digest)
        abort();
    return 0;
}
