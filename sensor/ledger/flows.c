/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of flows: four-way set associative, of fixed size.
 */
#include "ledger/flows.h"

#include "base/hash.h"

#include <stdlib.h>

#define WAYS 4

struct flows {
    uint64_t uses;
    struct flow_state entries[FLOWS_REMEMBERED];
    uint32_t changed[FLOWS_REMEMBERED]; /* slots, in the order of their first change */
    uint32_t changed_count;
    uint8_t is_changed[FLOWS_REMEMBERED];
};

enum ajar_status flows_new(struct flows **flows)
{
    *flows = calloc(1, sizeof **flows);
    return *flows ? AJAR_OK : AJAR_ERR_MEMORY;
}

void flows_free(struct flows *flows)
{
    free(flows);
}

static uint64_t hash_ends(const struct finding *finding)
{
    uint64_t ends[5] = {0};
    memcpy(ends, finding->client.bytes, sizeof finding->client.bytes);
    memcpy(ends + 2, finding->server.bytes, sizeof finding->server.bytes);
    ends[4] = (uint64_t)finding->client_port << 16 | finding->server_port;
    return hash_keyed(finding->transport, ends, sizeof ends) | 1;
}

static uint32_t first_slot(uint64_t tag)
{
    return (uint32_t)((tag >> 1) % (FLOWS_REMEMBERED / WAYS) * WAYS);
}

/* The entry of these ends, or the one that they may have. */
static struct flow_state *entry_of(struct flows *flows, uint64_t tag)
{
    struct flow_state *set = &flows->entries[first_slot(tag)];
    struct flow_state *oldest = set;
    for (unsigned way = 0; way < WAYS; way++) {
        if (set[way].tag == tag)
            return &set[way];
        if (set[way].used < oldest->used)
            oldest = &set[way];
    }
    *oldest = (struct flow_state){.tag = tag};
    return oldest;
}

/* A weak proof is less than the same verdict without a doubt. */
static uint8_t proof_of(const struct finding *finding)
{
    return (uint8_t)(finding->verdict * 2 - finding->weak);
}

static bool is_within(const struct flow_state *entry, const struct finding *finding)
{
    return entry->last_ns != 0 && finding->first_ns >= entry->first_ns &&
           finding->time_ns <= entry->last_ns && finding->exchange <= entry->exchange;
}

/* Every finding of a flow says more than the ones before it: a higher verdict, or its end. */
static bool is_repeat(const struct flow_state *entry, const struct finding *finding)
{
    if (!is_within(entry, finding))
        return false;
    return finding->kind == FINDING_SESSION
               ? entry->ended
               : proof_of(finding) <= entry->proofs[finding->credentials];
}

static void note_change(struct flows *flows, uint32_t slot)
{
    if (flows->is_changed[slot])
        return;
    flows->is_changed[slot] = 1;
    flows->changed[flows->changed_count++] = slot;
}

bool flows_note(struct flows *flows, const struct finding *finding)
{
    struct flow_state *entry = entry_of(flows, hash_ends(finding));
    entry->used = ++flows->uses;
    if (is_repeat(entry, finding))
        return true;
    if (entry->last_ns == 0 || finding->first_ns > entry->last_ns ||
        finding->first_ns < entry->first_ns)
        *entry = (struct flow_state){
            .tag = entry->tag, .used = entry->used, .first_ns = finding->first_ns};
    if (finding->time_ns > entry->last_ns)
        entry->last_ns = finding->time_ns;
    if (finding->exchange > entry->exchange)
        entry->exchange = finding->exchange;
    entry->ended |= finding->kind == FINDING_SESSION;
    if (finding->kind == FINDING_QUERY && proof_of(finding) > entry->proofs[finding->credentials])
        entry->proofs[finding->credentials] = proof_of(finding);
    note_change(flows, (uint32_t)(entry - flows->entries));
    return false;
}

bool flows_have_changes(const struct flows *flows)
{
    return flows->changed_count > 0;
}

void flows_visit_changes(const struct flows *flows,
                         void (*visit)(void *context, uint32_t slot, const void *state,
                                       size_t size),
                         void *context)
{
    for (uint32_t i = 0; i < flows->changed_count; i++)
        visit(context, flows->changed[i], &flows->entries[flows->changed[i]],
              sizeof flows->entries[0]);
}

void flows_forget_changes(struct flows *flows)
{
    for (uint32_t i = 0; i < flows->changed_count; i++)
        flows->is_changed[flows->changed[i]] = 0;
    flows->changed_count = 0;
}

void flows_change_all(struct flows *flows)
{
    for (uint32_t slot = 0; slot < FLOWS_REMEMBERED; slot++)
        if (flows->entries[slot].tag)
            note_change(flows, slot);
}

enum ajar_status flows_restore(struct flows *flows, uint32_t slot, const void *state, size_t size)
{
    struct flow_state kept;
    if (size != sizeof kept || slot >= FLOWS_REMEMBERED)
        return AJAR_ERR_FORMAT;
    memcpy(&kept, state, sizeof kept);
    bool fits = kept.tag != 0 && slot - first_slot(kept.tag) < WAYS && kept.ended <= 1 &&
                kept.first_ns <= kept.last_ns && flows->entries[slot].tag == 0;
    if (!fits)
        return AJAR_ERR_FORMAT;
    flows->entries[slot] = kept;
    if (kept.used > flows->uses)
        flows->uses = kept.used;
    return AJAR_OK;
}
