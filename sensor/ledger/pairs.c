/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairs of store and client. One table of slots taken at the start, so that nothing is allocated
 * per finding: chained hash under a secret seed, a list in the order of last use, a list of pairs
 * with untold findings in the order in which their folding began, a list of changed ones.
 */
#include "ledger/pairs.h"

#include "base/hash.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define LAYOUT  1
#define BUCKETS 65536 /* a power of two */
/* No count comes near it: one that was kept and is above is none. */
#define COUNT_MAX (UINT64_MAX / 2)

struct pair {
    struct pair *bucket_next;
    struct pair *older, *newer;               /* in the order of last use */
    struct pair *untold_before, *untold_next; /* while something is untold */
    struct pair *next_changed;
    bool used;
    bool changed;
    struct pair_state state;
};

struct pairs {
    struct pair *slots;
    struct pair **buckets;
    uint32_t per_minute;
    uint32_t count;
    uint32_t free_slot; /* no slot before it is free */
    bool unordered;     /* put back, lists not yet made */
    uint64_t seed;
    uint64_t uses;
    struct pair *oldest, *newest;
    struct pair *untold_first, *untold_last;
    struct pair *changed;
};

enum ajar_status pairs_new(uint32_t per_minute, uint64_t seed, struct pairs **pairs)
{
    struct pairs *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->slots = calloc(PAIRS_MAX, sizeof *made->slots); /* the kernel gives pages as needed */
    made->buckets = calloc(BUCKETS, sizeof(struct pair *));
    if (!made->slots || !made->buckets) {
        pairs_free(made);
        return AJAR_ERR_MEMORY;
    }
    made->per_minute = per_minute;
    made->seed = seed;
    *pairs = made;
    return AJAR_OK;
}

void pairs_free(struct pairs *pairs)
{
    if (!pairs)
        return;
    free(pairs->slots);
    free(pairs->buckets);
    free(pairs);
}

static struct pair **bucket_of(const struct pairs *pairs, const struct pair_state *key)
{
    uint64_t hash =
        hash_keyed(pairs->seed ^ key->server_port, key->server.bytes, sizeof key->server.bytes);
    hash = hash_keyed(hash, key->client.bytes, sizeof key->client.bytes);
    hash = hash_keyed(hash, key->store, strlen(key->store));
    return &pairs->buckets[hash & (BUCKETS - 1)];
}

static bool same_pair(const struct pair_state *a, const struct pair_state *b)
{
    return a->server_port == b->server_port && addr_compare(&a->client, &b->client) == 0 &&
           addr_compare(&a->server, &b->server) == 0 && strcmp(a->store, b->store) == 0;
}

static struct pair *find(const struct pairs *pairs, const struct pair_state *key)
{
    struct pair *pair = *bucket_of(pairs, key);
    while (pair && !same_pair(&pair->state, key))
        pair = pair->bucket_next;
    return pair;
}

static void make_key(struct pair_state *key, const struct finding *finding)
{
    key->server_port = finding->server_port;
    key->client = finding->client;
    key->server = finding->server;
    _Static_assert(sizeof key->store == sizeof finding->store, "copied whole");
    memcpy(key->store, finding->store, sizeof key->store);
}

static void order_remove(struct pairs *pairs, struct pair *pair)
{
    *(pair->newer ? &pair->newer->older : &pairs->newest) = pair->older;
    *(pair->older ? &pair->older->newer : &pairs->oldest) = pair->newer;
}

static void order_insert(struct pairs *pairs, struct pair *pair)
{
    pair->newer = NULL;
    pair->older = pairs->newest;
    *(pair->older ? &pair->older->newer : &pairs->oldest) = pair;
    pairs->newest = pair;
}

static void untold_insert(struct pairs *pairs, struct pair *pair)
{
    pair->untold_next = NULL;
    pair->untold_before = pairs->untold_last;
    *(pair->untold_before ? &pair->untold_before->untold_next : &pairs->untold_first) = pair;
    pairs->untold_last = pair;
}

static void untold_remove(struct pairs *pairs, struct pair *pair)
{
    *(pair->untold_before ? &pair->untold_before->untold_next : &pairs->untold_first) =
        pair->untold_next;
    *(pair->untold_next ? &pair->untold_next->untold_before : &pairs->untold_last) =
        pair->untold_before;
}

static void mark_changed(struct pairs *pairs, struct pair *pair)
{
    if (pair->changed)
        return;
    pair->changed = true;
    pair->next_changed = pairs->changed;
    pairs->changed = pair;
}

/* Gives what is untold of a pair, and forgets it. */
static bool take_rest(struct pairs *pairs, struct pair *pair, struct pair_state *rest)
{
    *rest = pair->state;
    if (pair->state.folded == 0)
        return false;
    untold_remove(pairs, pair);
    pair->state.folded = 0;
    pair->state.exposed = 0;
    mark_changed(pairs, pair);
    return true;
}

/* A slot keeps its place among the changed ones when its pair goes: what it holds next is a change
 * too. */
static void evict(struct pairs *pairs, struct pair *pair)
{
    struct pair **link = bucket_of(pairs, &pair->state);
    while (*link != pair)
        link = &(*link)->bucket_next;
    *link = pair->bucket_next;
    order_remove(pairs, pair);
    pair->used = false;
    pairs->count--;
    pairs->free_slot = (uint32_t)(pair - pairs->slots);
}

static void link_in(struct pairs *pairs, struct pair *pair)
{
    struct pair **bucket = bucket_of(pairs, &pair->state);
    pair->bucket_next = *bucket;
    *bucket = pair;
    pair->used = true;
    pairs->count++;
}

static struct pair *insert(struct pairs *pairs, const struct pair_state *key)
{
    while (pairs->slots[pairs->free_slot].used)
        pairs->free_slot++;
    struct pair *pair = &pairs->slots[pairs->free_slot];
    pair->state = *key;
    pair->state.layout = LAYOUT;
    link_in(pairs, pair);
    order_insert(pairs, pair);
    return pair;
}

static int compare_use(const void *a, const void *b)
{
    uint64_t x = (*(struct pair *const *)a)->state.last_use;
    uint64_t y = (*(struct pair *const *)b)->state.last_use;
    return (x > y) - (x < y);
}

static int compare_folding(const void *a, const void *b)
{
    uint64_t x = (*(struct pair *const *)a)->state.folded_use;
    uint64_t y = (*(struct pair *const *)b)->state.folded_use;
    return (x > y) - (x < y);
}

/* The lists of pairs that were put back, as they were. Without memory for it they are in the order
 * of their slots: still exact, only told in another order. */
static void order_restored(struct pairs *pairs)
{
    struct pair **used = malloc(PAIRS_MAX * sizeof(struct pair *));
    uint32_t count = 0;
    pairs->unordered = false;
    for (uint32_t i = 0; i < PAIRS_MAX && used; i++)
        if (pairs->slots[i].used)
            used[count++] = &pairs->slots[i];
    if (!used)
        return;
    qsort(used, count, sizeof(struct pair *), compare_use);
    pairs->oldest = pairs->newest = NULL;
    for (uint32_t i = 0; i < count; i++)
        order_insert(pairs, used[i]);
    qsort(used, count, sizeof(struct pair *), compare_folding);
    pairs->untold_first = pairs->untold_last = NULL;
    for (uint32_t i = 0; i < count; i++)
        if (used[i]->state.folded)
            untold_insert(pairs, used[i]);
    free(used);
}

bool pairs_make_room(struct pairs *pairs, const struct finding *finding, struct pair_state *rest)
{
    struct pair_state key = {.layout = LAYOUT};
    if (pairs->unordered)
        order_restored(pairs);
    if (pairs->per_minute == 0 || pairs->count < PAIRS_MAX)
        return false;
    make_key(&key, finding);
    if (find(pairs, &key))
        return false;
    struct pair *oldest = pairs->oldest;
    bool untold = take_rest(pairs, oldest, rest);
    evict(pairs, oldest);
    return untold;
}

/* The clock of packets of several threads may step back a little: that is still this minute. */
static bool minute_is_over(const struct pair_state *state, uint64_t time_ns)
{
    uint64_t minute = time_ns / PAIRS_MINUTE;
    return minute > state->minute || minute + 1 < state->minute;
}

static void start_minute(struct pair_state *state, uint64_t time_ns)
{
    if (!minute_is_over(state, time_ns))
        return;
    state->minute = time_ns / PAIRS_MINUTE;
    state->told = 0;
}

static void fold(struct pairs *pairs, struct pair *pair, const struct pair_sight *sight)
{
    const struct finding *finding = sight->finding;
    struct pair_state *state = &pair->state;
    if (state->folded++ == 0) {
        state->first_ns = finding->time_ns;
        state->folded_use = state->last_use;
        untold_insert(pairs, pair);
    }
    state->time_ns = finding->time_ns;
    state->exchange = finding->exchange;
    state->client_port = finding->client_port;
    state->vlan = finding->vlan;
    state->transport = finding->transport;
    state->verdict = finding->verdict;
    state->credentials = (uint8_t)sight->credentials;
    state->identity = finding->identity;
    state->weak = finding->weak;
    state->exposed |= sight->exposing;
}

bool pairs_note(struct pairs *pairs, const struct pair_sight *sight, struct pair_state *rest)
{
    const struct finding *finding = sight->finding;
    struct pair_state key = {.layout = LAYOUT};
    *rest = key;
    if (pairs->per_minute == 0)
        return true;
    make_key(&key, finding);
    struct pair *pair = find(pairs, &key);
    if (!pair)
        pair = insert(pairs, &key);
    struct pair_state *state = &pair->state;
    order_remove(pairs, pair);
    order_insert(pairs, pair);
    state->last_use = ++pairs->uses;
    start_minute(state, finding->time_ns);
    mark_changed(pairs, pair);
    uint8_t *best = &state->best[sight->exposing];
    if (state->told >= pairs->per_minute && finding->verdict <= *best && !sight->opened &&
        finding->verdict != VERDICT_TAMPERED) {
        fold(pairs, pair, sight);
        return false;
    }
    (void)take_rest(pairs, pair, rest);
    state->told += state->told < UINT32_MAX;
    if (finding->verdict > *best)
        *best = finding->verdict;
    return true;
}

bool pairs_take_over(struct pairs *pairs, uint64_t time_ns, struct pair_state *rest)
{
    if (pairs->unordered)
        order_restored(pairs);
    struct pair *pair = pairs->untold_first;
    return pair && time_ns != 0 && minute_is_over(&pair->state, time_ns) &&
           take_rest(pairs, pair, rest);
}

uint32_t pairs_count(const struct pairs *pairs)
{
    return pairs->count;
}

bool pairs_have_changes(const struct pairs *pairs)
{
    return pairs->changed != NULL;
}

void pairs_visit_changes(const struct pairs *pairs,
                         void (*visit)(void *context, uint32_t slot, const void *state,
                                       size_t size),
                         void *context)
{
    for (const struct pair *pair = pairs->changed; pair; pair = pair->next_changed)
        visit(context, (uint32_t)(pair - pairs->slots), &pair->state, sizeof pair->state);
}

void pairs_change_all(struct pairs *pairs)
{
    for (uint32_t i = 0; i < PAIRS_MAX; i++)
        if (pairs->slots[i].used)
            mark_changed(pairs, &pairs->slots[i]);
}

void pairs_forget_changes(struct pairs *pairs)
{
    while (pairs->changed) {
        struct pair *pair = pairs->changed;
        pairs->changed = pair->next_changed;
        pair->changed = false;
    }
}

static bool is_sound(const struct pair_state *state)
{
    return state->folded < COUNT_MAX && state->last_use < COUNT_MAX && state->layout == LAYOUT &&
           state->verdict < VERDICTS && state->weak <= 1 && state->exposed <= 1 &&
           state->identity <= IDENTITY_PROVEN && state->best[0] < VERDICTS &&
           state->best[1] < VERDICTS && state->credentials <= CREDENTIALS_PROVEN &&
           memchr(state->store, '\0', sizeof state->store) != NULL;
}

enum ajar_status pairs_restore(struct pairs *pairs, uint32_t slot, const void *state, size_t size)
{
    struct pair_state kept;
    if (size != sizeof kept || slot >= PAIRS_MAX || pairs->slots[slot].used)
        return AJAR_ERR_FORMAT;
    memcpy(&kept, state, sizeof kept);
    if (!is_sound(&kept) || find(pairs, &kept))
        return AJAR_ERR_FORMAT;
    struct pair *pair = &pairs->slots[slot];
    pair->state = kept;
    link_in(pairs, pair);
    order_insert(pairs, pair);
    if (kept.folded)
        untold_insert(pairs, pair);
    if (kept.last_use > pairs->uses)
        pairs->uses = kept.last_use;
    pairs->unordered = true;
    return AJAR_OK;
}
