/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of flows: four-way set associative, of fixed size.
 */
#include "ledger/flows.h"

#include "base/hash.h"

#include <stdlib.h>

#define WAYS 4

struct entry {
    uint64_t tag; /* 0 = free */
    uint64_t used;
    uint64_t first_ns;                      /* of the last flow of these ends: its first packet */
    uint64_t last_ns;                       /* and up to when it was told of */
    uint8_t proofs[CREDENTIALS_PROVEN + 1]; /* highest told, by what the client showed */
    uint32_t exchange;                      /* number of the last one told of */
    bool ended;
};

struct flows {
    uint64_t seed;
    uint64_t uses;
    struct entry entries[FLOWS_REMEMBERED];
};

enum ajar_status flows_new(uint64_t seed, struct flows **flows)
{
    struct flows *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->seed = seed;
    *flows = made;
    return AJAR_OK;
}

void flows_free(struct flows *flows)
{
    free(flows);
}

static uint64_t hash_ends(uint64_t seed, const struct finding *finding)
{
    uint64_t ends[5] = {0};
    memcpy(ends, finding->client.bytes, sizeof finding->client.bytes);
    memcpy(ends + 2, finding->server.bytes, sizeof finding->server.bytes);
    ends[4] = (uint64_t)finding->client_port << 16 | finding->server_port;
    return hash_keyed(seed ^ finding->transport, ends, sizeof ends) | 1;
}

/* The entry of these ends, or the one that they may have. */
static struct entry *entry_of(struct flows *flows, uint64_t tag)
{
    struct entry *set = &flows->entries[(tag >> 1) % (FLOWS_REMEMBERED / WAYS) * WAYS];
    struct entry *oldest = set;
    for (unsigned way = 0; way < WAYS; way++) {
        if (set[way].tag == tag)
            return &set[way];
        if (set[way].used < oldest->used)
            oldest = &set[way];
    }
    *oldest = (struct entry){.tag = tag};
    return oldest;
}

/* A weak proof is less than the same verdict without a doubt. */
static uint8_t proof_of(const struct finding *finding)
{
    return (uint8_t)(finding->verdict * 2 - finding->weak);
}

static bool is_within(const struct entry *entry, const struct finding *finding)
{
    return entry->last_ns != 0 && finding->first_ns >= entry->first_ns &&
           finding->time_ns <= entry->last_ns && finding->exchange <= entry->exchange;
}

/* Every finding of a flow says more than the ones before it: a higher verdict, or its end. */
static bool is_repeat(const struct entry *entry, const struct finding *finding)
{
    if (!is_within(entry, finding))
        return false;
    return finding->kind == FINDING_SESSION
               ? entry->ended
               : proof_of(finding) <= entry->proofs[finding->credentials];
}

bool flows_note(struct flows *flows, const struct finding *finding)
{
    struct entry *entry = entry_of(flows, hash_ends(flows->seed, finding));
    entry->used = ++flows->uses;
    if (is_repeat(entry, finding))
        return true;
    if (entry->last_ns == 0 || finding->first_ns > entry->last_ns ||
        finding->first_ns < entry->first_ns)
        *entry =
            (struct entry){.tag = entry->tag, .used = entry->used, .first_ns = finding->first_ns};
    if (finding->time_ns > entry->last_ns)
        entry->last_ns = finding->time_ns;
    if (finding->exchange > entry->exchange)
        entry->exchange = finding->exchange;
    entry->ended |= finding->kind == FINDING_SESSION;
    if (finding->kind == FINDING_QUERY && proof_of(finding) > entry->proofs[finding->credentials])
        entry->proofs[finding->credentials] = proof_of(finding);
    return false;
}
