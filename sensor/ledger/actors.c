/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of actors and the story that each of them tells: what it did first when, how much it took,
 * and who it is said to be.
 */
#include "ledger/actors.h"

#include "base/hash.h"
#include "base/text.h"
#include "ledger/ledger.h"

#include <stdlib.h>
#include <string.h>

#define ACTORS_FIRST 2 /* rows allocated at first */

static void copy(char *to, size_t size, const char *from)
{
    (void)text_copy(to, size, from, strlen(from));
}

static struct actor *actor_find(const struct exposure *exposure, const struct addr *addr)
{
    for (uint32_t i = 0; i < exposure->actor_rows; i++)
        if (addr_compare(&exposure->actors[i].addr, addr) == 0)
            return &exposure->actors[i];
    return NULL;
}

static bool grow_actors(struct exposure *exposure)
{
    if (exposure->actor_rows < exposure->actor_capacity)
        return true;
    uint32_t capacity = exposure->actor_capacity ? exposure->actor_capacity * 2 : ACTORS_FIRST;
    struct actor *actors = realloc(exposure->actors, capacity * sizeof *actors);
    if (!actors)
        return false;
    exposure->actors = actors;
    exposure->actor_capacity = capacity;
    return true;
}

/* Whether an actor without a row is a new one, as far as a few bits can tell. They outlive this
 * run, so its secret seed is not in them: who chose addresses that collide would only be counted
 * less. */
static bool sketch_insert(struct exposure *exposure, const struct addr *addr)
{
    if (!exposure->sketch)
        exposure->sketch = calloc(1, ACTOR_SKETCH_BYTES);
    if (!exposure->sketch)
        return false;
    uint64_t bit = hash_keyed(0, addr->bytes, sizeof addr->bytes) % (8ULL * ACTOR_SKETCH_BYTES);
    uint8_t mask = (uint8_t)(1U << (bit % 8));
    bool is_new = !(exposure->sketch[bit / 8] & mask);
    exposure->sketch[bit / 8] |= mask;
    return is_new;
}

static struct actor *actor_insert(struct exposure *exposure, const struct exposure_proof *proof,
                                  struct actors_budget *budget)
{
    if (exposure->actor_rows == LEDGER_ACTORS_MAX || budget->rows_left == 0 ||
        !grow_actors(exposure))
        return NULL;
    budget->rows_left--;
    struct actor *actor = &exposure->actors[exposure->actor_rows++];
    *actor = (struct actor){.addr = *proof->client,
                            .as_number = proof->source->as_number,
                            .first_ns = proof->finding->time_ns};
    copy(actor->country_code, sizeof actor->country_code, proof->source->country_code);
    copy(actor->city_name, sizeof actor->city_name, proof->source->city_name);
    copy(actor->as_name, sizeof actor->as_name, proof->source->as_name);
    return actor;
}

static void add_country(struct exposure *exposure, const char *code)
{
    uint32_t at = 0;
    if (code[0] == '\0')
        return;
    while (at < exposure->country_count && strcmp(exposure->countries[at], code) < 0)
        at++;
    if ((at < exposure->country_count && strcmp(exposure->countries[at], code) == 0) ||
        exposure->country_count == EXPOSURE_COUNTRIES_MAX)
        return;
    memmove(exposure->countries[at + 1], exposure->countries[at],
            (exposure->country_count - at) * sizeof exposure->countries[0]);
    copy(exposure->countries[at], sizeof exposure->countries[at], code);
    exposure->country_count++;
}

static enum step step_of(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_METADATA:
        return STEP_LISTED;
    case VERDICT_DATA:
        return STEP_READ;
    case VERDICT_DRAINED:
        return STEP_DRAINED;
    case VERDICT_TAMPERED:
        return STEP_DESTROYED;
    default:
        return STEP_LOOKED;
    }
}

static void add_step(struct actor *actor, const struct finding *finding)
{
    uint64_t *step_ns = &actor->step_ns[step_of((enum verdict)finding->verdict)];
    if (*step_ns == 0 || finding->time_ns < *step_ns)
        *step_ns = finding->time_ns;
}

/* A name is kept when a later request says less. */
static void add_who(struct actor *actor, const struct actor_view *who)
{
    if (who->claimed[0])
        memcpy(actor->who.claimed, who->claimed, sizeof actor->who.claimed);
    if (who->confirmed[0])
        memcpy(actor->who.confirmed, who->confirmed, sizeof actor->who.confirmed);
    if (who->tool[0])
        memcpy(actor->who.tool, who->tool, sizeof actor->who.tool);
    actor->who.search_engine |= who->search_engine;
    actor->who.proxied = who->proxied;
    actor->who.via = who->via;
}

static void add_doings(struct actor *actor, const struct exposure_proof *proof)
{
    const struct finding *finding = proof->finding;
    actor->verdicts |= (uint16_t)(1U << finding->verdict);
    actor->allowed = proof->allowed;
    actor->requests += finding->requests_new;
    actor->returned += finding->returned_new;
    actor->gave_bytes += finding->gave_bytes_new;
    if (finding->time_ns > actor->last_ns)
        actor->last_ns = finding->time_ns;
    if (finding->time_ns < actor->first_ns)
        actor->first_ns = finding->time_ns;
    if (finding->kind == FINDING_QUERY)
        add_step(actor, finding);
    if (finding->user_agent[0] != '\0')
        copy(actor->user_agent, sizeof actor->user_agent, finding->user_agent);
    add_who(actor, proof->who);
}

bool actors_add(struct exposure *exposure, const struct exposure_proof *proof,
                struct actors_budget *budget)
{
    bool outside = zone_of(proof->direction) == ZONE_OUTSIDE;
    struct actor *actor = actor_find(exposure, proof->client);
    bool is_new = !actor;
    if (!actor)
        actor = actor_insert(exposure, proof, budget);
    if (!actor) {
        is_new = sketch_insert(exposure, proof->client);
        budget->dropped += is_new;
    }
    exposure->actor_count += is_new;
    exposure->outside_count += is_new && outside;
    add_country(exposure, proof->source->country_code);
    if (actor) {
        actor->outside = outside;
        add_doings(actor, proof);
    }
    return is_new;
}

static enum ajar_status copy_rows(struct exposure *exposure, const struct exposure *kept)
{
    if (kept->actor_rows == 0)
        return AJAR_OK;
    exposure->actors = malloc(kept->actor_rows * sizeof *exposure->actors);
    if (!exposure->actors)
        return AJAR_ERR_MEMORY;
    memcpy(exposure->actors, kept->actors, kept->actor_rows * sizeof *exposure->actors);
    for (uint32_t i = 0; i < kept->actor_rows; i++) {
        struct actor *actor = &exposure->actors[i];
        TEXT_END(actor->country_code);
        TEXT_END(actor->city_name);
        TEXT_END(actor->as_name);
        TEXT_END(actor->user_agent);
        TEXT_END(actor->who.claimed);
        TEXT_END(actor->who.confirmed);
        TEXT_END(actor->who.tool);
    }
    return AJAR_OK;
}

enum ajar_status actors_restore(struct exposure *exposure, const struct exposure *kept,
                                struct actors_budget *budget)
{
    exposure->actors = NULL;
    exposure->sketch = NULL;
    exposure->actor_capacity = kept->actor_rows;
    if (kept->actor_rows > budget->rows_left)
        return AJAR_ERR_LIMIT;
    enum ajar_status status = copy_rows(exposure, kept);
    if (status != AJAR_OK || !kept->sketch) {
        budget->rows_left -= status == AJAR_OK ? kept->actor_rows : 0;
        return status;
    }
    exposure->sketch = malloc(ACTOR_SKETCH_BYTES);
    if (!exposure->sketch)
        return AJAR_ERR_MEMORY;
    memcpy(exposure->sketch, kept->sketch, ACTOR_SKETCH_BYTES);
    budget->rows_left -= kept->actor_rows;
    return AJAR_OK;
}

void actors_clear(struct exposure *exposure)
{
    free(exposure->actors);
    free(exposure->sketch);
    exposure->actors = NULL;
    exposure->sketch = NULL;
}
