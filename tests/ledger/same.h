/* SPDX-License-Identifier: Apache-2.0 */
/* What a ledger that was restored has to have in common with the one it is of. */
#ifndef AJAR_TESTS_SAME_H
#define AJAR_TESTS_SAME_H

#include "ledger/book.h"

#include <criterion/criterion.h>

static inline void assert_same_actors(const struct exposure *a, const struct exposure *b)
{
    cr_assert_eq(a->actor_rows, b->actor_rows);
    cr_assert_eq(a->actor_count, b->actor_count);
    cr_assert_eq(a->outside_count, b->outside_count);
    for (uint32_t i = 0; i < a->actor_rows; i++) {
        cr_assert_eq(addr_compare(&a->actors[i].addr, &b->actors[i].addr), 0);
        cr_assert_str_eq(a->actors[i].user_agent, b->actors[i].user_agent);
        cr_assert_eq(a->actors[i].verdicts, b->actors[i].verdicts);
        cr_assert_eq(a->actors[i].outside, b->actors[i].outside);
        cr_assert_eq(a->actors[i].first_ns, b->actors[i].first_ns);
        cr_assert_str_eq(a->actors[i].who.claimed, b->actors[i].who.claimed);
        cr_assert_str_eq(a->actors[i].who.confirmed, b->actors[i].who.confirmed);
        cr_assert_str_eq(a->actors[i].who.tool, b->actors[i].who.tool);
        cr_assert_eq(a->actors[i].who.search_engine, b->actors[i].who.search_engine);
        cr_assert_eq(a->actors[i].who.proxied, b->actors[i].who.proxied);
        cr_assert_eq(addr_compare(&a->actors[i].who.via, &b->actors[i].who.via), 0);
        cr_assert_eq(a->actors[i].allowed, b->actors[i].allowed);
        cr_assert_eq(a->actors[i].requests, b->actors[i].requests);
        cr_assert_eq(a->actors[i].returned, b->actors[i].returned);
        cr_assert_eq(a->actors[i].gave_bytes, b->actors[i].gave_bytes);
        cr_assert_arr_eq(a->actors[i].step_ns, b->actors[i].step_ns, sizeof a->actors[i].step_ns);
        cr_assert_eq(a->actors[i].last_ns, b->actors[i].last_ns);
    }
    cr_assert_eq(!a->sketch, !b->sketch);
    if (a->sketch)
        cr_assert_arr_eq(a->sketch, b->sketch, ACTOR_SKETCH_BYTES);
}

static inline void assert_same_holdings(const struct holdings *a, const struct holdings *b)
{
    cr_assert_eq(a->count, b->count);
    cr_assert_eq(a->total, b->total);
    cr_assert_eq(a->total_source, b->total_source);
    cr_assert_eq(a->dropped, b->dropped);
    for (uint32_t i = 0; i < a->count; i++) {
        cr_assert_str_eq(a->datasets[i].name, b->datasets[i].name);
        cr_assert_eq(a->datasets[i].records, b->datasets[i].records);
        cr_assert_eq(a->datasets[i].bytes, b->datasets[i].bytes);
        cr_assert_eq(a->datasets[i].returned, b->datasets[i].returned);
        cr_assert_eq(a->datasets[i].source, b->datasets[i].source);
    }
}

static inline void assert_same_life(const struct exposure *a, const struct exposure *b)
{
    cr_assert_eq(a->zone, b->zone);
    cr_assert_eq(a->closing, b->closing);
    cr_assert_eq(a->times, b->times);
    cr_assert_eq(a->before_ns, b->before_ns);
    cr_assert_eq(a->closed_ns, b->closed_ns);
    cr_assert_eq(a->reachable_ns, b->reachable_ns);
    cr_assert_eq(a->told_ns, b->told_ns);
    cr_assert_eq(a->due_ns, b->due_ns);
    cr_assert_eq(a->window_count, b->window_count);
    for (uint32_t i = 0; i < a->window_count; i++) {
        cr_assert_eq(a->windows[i].first_ns, b->windows[i].first_ns);
        cr_assert_eq(a->windows[i].last_ns, b->windows[i].last_ns);
        cr_assert_eq(a->windows[i].before_ns, b->windows[i].before_ns);
        cr_assert_eq(a->windows[i].closed_ns, b->windows[i].closed_ns);
        cr_assert_eq(a->windows[i].closing, b->windows[i].closing);
    }
    cr_assert_eq(memcmp(&a->silence, &b->silence, sizeof a->silence), 0);
}

static inline void assert_same_classes(const struct exposure *a, const struct exposure *b)
{
    cr_assert_eq(a->class_count, b->class_count);
    for (uint32_t i = 0; i < a->class_count; i++) {
        cr_assert_str_eq(a->classes[i].name, b->classes[i].name);
        cr_assert_eq(a->classes[i].values, b->classes[i].values);
        cr_assert_eq(a->classes[i].odd, b->classes[i].odd);
        cr_assert_eq(a->classes[i].masked, b->classes[i].masked);
        cr_assert_eq(a->classes[i].hashed, b->classes[i].hashed);
        cr_assert_eq(a->classes[i].by_name, b->classes[i].by_name);
        cr_assert_str_eq(a->classes[i].sample, b->classes[i].sample);
        cr_assert_eq(
            memcmp(&a->classes[i].distinct, &b->classes[i].distinct, sizeof a->classes[i].distinct),
            0);
    }
    cr_assert_eq(a->oldest_s, b->oldest_s);
    cr_assert_eq(a->newest_s, b->newest_s);
    cr_assert_str_eq(a->indexed, b->indexed);
}

static inline void assert_same_exposure(const struct exposure *a, const struct exposure *b)
{
    cr_assert_str_eq(a->id, b->id);
    cr_assert_str_eq(a->store, b->store);
    cr_assert_eq(addr_compare(&a->addr, &b->addr), 0);
    cr_assert_eq(a->port, b->port);
    cr_assert_eq(a->server_outside, b->server_outside);
    cr_assert_eq(a->outside, b->outside);
    cr_assert_eq(a->verdict, b->verdict);
    cr_assert_eq(a->first_ns, b->first_ns);
    cr_assert_eq(a->last_ns, b->last_ns);
    cr_assert_eq(a->returned, b->returned);
    cr_assert_eq(a->gave_bytes, b->gave_bytes);
    cr_assert_eq(a->requests, b->requests);
    cr_assert_str_eq(a->product, b->product);
    cr_assert_str_eq(a->version, b->version);
    cr_assert_str_eq(a->cluster_id, b->cluster_id);
    cr_assert_eq(a->severity.value, b->severity.value);
    cr_assert_eq(a->country_count, b->country_count);
    assert_same_life(a, b);
    assert_same_classes(a, b);
    assert_same_actors(a, b);
    assert_same_holdings(&a->holdings, &b->holdings);
}

/* All exposures, in their order. */
static inline void assert_same_exposures(const struct ledger *whole, const struct ledger *restored)
{
    const struct exposure *a = exposures_first(whole->exposures);
    const struct exposure *b = exposures_first(restored->exposures);
    for (; a && b; a = a->next, b = b->next)
        assert_same_exposure(a, b);
    cr_assert_null(a);
    cr_assert_null(b);
}

static inline void assert_same_server(const struct server *a, const struct server *b)
{
    cr_assert_str_eq(a->product, b->product);
    cr_assert_str_eq(a->version, b->version);
    cr_assert_str_eq(a->cluster_id, b->cluster_id);
    cr_assert_str_eq(a->cluster_name, b->cluster_name);
    cr_assert_str_eq(a->protection, b->protection);
    cr_assert_eq(a->identified, b->identified);
    cr_assert_eq(a->refuses, b->refuses);
    cr_assert_eq(a->open, b->open);
    cr_assert_eq(a->served_credentials, b->served_credentials);
    cr_assert_eq(a->verdict, b->verdict);
    cr_assert_eq(a->refusal_status, b->refusal_status);
    cr_assert_eq(a->reachable_ns, b->reachable_ns);
    cr_assert_arr_eq(a->shut_ns, b->shut_ns, sizeof a->shut_ns);
    cr_assert_eq(memcmp(&a->silence, &b->silence, sizeof a->silence), 0);
}

#endif
