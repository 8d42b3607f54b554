/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting clients without an answer.
 */
#include "ledger/silence.h"

#include "base/hash.h"

static void add_client(struct silence *silence, const struct addr *client)
{
    uint32_t hash = (uint32_t)hash_keyed(0, client->bytes, sizeof client->bytes);
    for (uint32_t i = 0; i < silence->client_count; i++)
        if (silence->clients[i] == hash)
            return;
    if (silence->client_count < SILENCE_CLIENTS_MAX)
        silence->clients[silence->client_count++] = hash;
}

bool silence_add(struct silence *silence, const struct addr *client, uint64_t time_ns)
{
    if (time_ns > silence->last_ns) {
        if (silence->syns == 0)
            silence->first_ns = time_ns;
        silence->last_ns = time_ns;
        silence->syns += silence->syns < UINT32_MAX;
        add_client(silence, client);
    }
    return silence->syns >= SILENCE_SYNS && silence->client_count >= SILENCE_CLIENTS &&
           silence->last_ns - silence->first_ns >= SILENCE_SPAN_NS;
}

bool silence_end(struct silence *silence)
{
    bool was = silence->syns > 0;
    *silence = (struct silence){.syns = 0};
    return was;
}
