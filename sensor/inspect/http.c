/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP inspector (RFC 9110, RFC 9112, RFC 9113): its pools and the life of a connection. Flow
 * hands in-order bytes and gaps in, http_exchange.c makes exchanges of them, detect listens.
 */
#include "inspect/http2.h"
#include "inspect/http_connection.h"

#include <stdlib.h>
#include <string.h>

enum ajar_status http_inspector_new(const struct http_limits *limits,
                                    const struct http_listener *listener,
                                    struct http_inspector **inspector)
{
    if (!limits->connections || !limits->inflates || !limits->inflate_ratio)
        return AJAR_ERR_USAGE;
    struct http_inspector *made = calloc(1, sizeof(*made));
    if (!made)
        return AJAR_ERR_MEMORY;
    made->limits = *limits;
    made->listener = *listener;
    made->out = malloc(HTTP_INFLATE_OUT_MAX);
    if (!made->out ||
        http_pool_init(&made->connections, limits->connections, sizeof(struct http_connection)) ||
        http_pool_init(&made->heads, limits->connections, HTTP_HEAD_MAX) ||
        http_pool_init(&made->inflates, limits->inflates, http_inflate_size()) ||
        http_pool_init(&made->brotlis, limits->brotlis, http_brotli_size()) ||
        http_pool_init(&made->http2s, limits->http2_connections, http2_size()) ||
        http_pool_init(&made->http2_blocks, limits->http2_blocks, http2_block_size()) ||
        hpack_heap_new(&made->hpack)) {
        http_inspector_free(made);
        return AJAR_ERR_MEMORY;
    }
    *inspector = made;
    return AJAR_OK;
}

void http_inspector_free(struct http_inspector *inspector)
{
    if (!inspector)
        return;
    http_pool_clear(&inspector->connections);
    http_pool_clear(&inspector->heads);
    http_pool_clear(&inspector->inflates);
    http_pool_clear(&inspector->brotlis);
    http_pool_clear(&inspector->http2s);
    http_pool_clear(&inspector->http2_blocks);
    hpack_heap_free(inspector->hpack);
    free(inspector->out);
    free(inspector);
}

enum ajar_status http_open(struct http_inspector *inspector, struct flow *flow)
{
    struct http_connection *connection = http_pool_take(&inspector->connections);
    if (!connection) {
        inspector->counters.connections_refused++;
        return AJAR_ERR_LIMIT;
    }
    memset(connection, 0, offsetof(struct http_connection, pending));
    http_reader_init(&connection->requests.reader, HTTP_HEAD_REQUEST, flow->midstream);
    http_reader_init(&connection->replies.reader, HTTP_HEAD_REPLY, flow->midstream);
    http_pending_init(&connection->pending);
    if (flow->midstream)
        http_pending_gap(&connection->pending);
    connection->client = flow->client;
    connection->ended = false;
    inspector->counters.connections++;
    inspector->counters.connections_now++;
    flow->inspector = connection;
    return AJAR_OK;
}

bool http_bytes(struct http_inspector *inspector, struct flow *flow, unsigned side,
                const uint8_t *data, size_t length, const struct packet *packet)
{
    struct http_connection *connection = flow->inspector;
    if (!connection)
        return false;
    struct http_call call = {inspector, connection, flow, packet};
    struct cursor c = cursor_over(data, length);
    http_exchange_bytes(&call, side == connection->client, &c);
    return !connection->ended;
}

void http_gap(struct http_inspector *inspector, struct flow *flow, unsigned side, uint32_t length,
              const struct packet *packet)
{
    struct http_connection *connection = flow->inspector;
    if (!connection || connection->ended)
        return;
    struct http_call call = {inspector, connection, flow, packet};
    http_exchange_gap(&call, side == connection->client, length);
}

static void release_half(struct http_inspector *inspector, struct http_half *half)
{
    http_pool_return(&inspector->heads, half->reader.buffer);
    http_pool_return(&inspector->inflates, half->inflate);
    http_pool_return(&inspector->brotlis, half->brotli);
}

void http_close(struct http_inspector *inspector, struct flow *flow)
{
    struct http_connection *connection = flow->inspector;
    if (!connection)
        return;
    struct http_call call = {inspector, connection, flow, NULL};
    http_exchange_finish(&call, flow->side[flow_other_side(connection->client)].fin);
    release_half(inspector, &connection->requests);
    release_half(inspector, &connection->replies);
    http2_close(inspector, connection);
    http_pool_return(&inspector->connections, connection);
    inspector->counters.connections_now--;
    flow->inspector = NULL;
}

const struct http_counters *http_inspector_counters(const struct http_inspector *inspector)
{
    return &inspector->counters;
}
