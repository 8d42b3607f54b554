/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of open stores. Rows of actors and data sets are bounded per exposure and in all, as
 * an attacker could open many stores to many addresses; what has no row is still counted.
 */
#include "ledger/exposures.h"

#include "base/hash.h"
#include "base/text.h"
#include "ledger/identity.h"
#include "ledger/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACTORS_FIRST 2 /* rows allocated at first */

struct exposures {
    struct exposure **buckets;
    size_t mask;
    uint32_t limit;
    uint64_t seed;
    const char *site;
    struct exposure *first;
    struct exposure **last_link;
    struct exposure *changed;
    struct exposure **last_changed;
    uint64_t count;
    uint64_t count_outside;
    uint64_t dropped;
    uint64_t actor_rows_left;
    uint64_t dropped_actors;
    struct holdings_budget datasets;
};

enum ajar_status exposures_new(uint32_t limit, uint64_t seed, const char *site,
                               struct exposures **exposures)
{
    size_t buckets = 64;
    while (buckets < limit)
        buckets *= 2;
    struct exposures *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->buckets = calloc(buckets, sizeof(struct exposure *));
    if (!made->buckets) {
        free(made);
        return AJAR_ERR_MEMORY;
    }
    made->mask = buckets - 1;
    made->limit = limit;
    made->seed = seed;
    made->site = site;
    made->last_link = &made->first;
    made->last_changed = &made->changed;
    made->actor_rows_left = EXPOSURES_ROWS_MAX;
    made->datasets.rows_left = EXPOSURES_ROWS_MAX;
    *exposures = made;
    return AJAR_OK;
}

static void exposure_free(struct exposure *exposure)
{
    holdings_clear(&exposure->holdings);
    free(exposure->actors);
    free(exposure->sketch);
    free(exposure);
}

void exposures_free(struct exposures *exposures)
{
    if (!exposures)
        return;
    while (exposures->first) {
        struct exposure *exposure = exposures->first;
        exposures->first = exposure->next;
        exposure_free(exposure);
    }
    free(exposures->buckets);
    free(exposures);
}

static struct exposure **bucket_of(const struct exposures *exposures, const char *store,
                                   const struct addr *addr, uint16_t port)
{
    uint64_t hash = hash_keyed(exposures->seed ^ port, addr->bytes, sizeof addr->bytes);
    hash = hash_keyed(hash, store, strlen(store));
    return &exposures->buckets[hash & exposures->mask];
}

static struct exposure *find(struct exposure *exposure, const char *store, const struct addr *addr,
                             uint16_t port)
{
    while (exposure && (exposure->port != port || addr_compare(&exposure->addr, addr) != 0 ||
                        strcmp(exposure->store, store) != 0))
        exposure = exposure->bucket_next;
    return exposure;
}

static void link_in(struct exposures *exposures, struct exposure **bucket,
                    struct exposure *exposure)
{
    exposure->bucket_next = *bucket;
    *bucket = exposure;
    *exposures->last_link = exposure;
    exposures->last_link = &exposure->next;
    exposures->count++;
}

static struct exposure *insert(struct exposures *exposures, struct exposure **bucket,
                               const struct exposure_proof *proof)
{
    const struct finding *finding = proof->finding;
    struct exposure *exposure =
        exposures->count < exposures->limit ? calloc(1, sizeof *exposure) : NULL;
    if (!exposure) {
        exposures->dropped++;
        return NULL;
    }
    identity_exposure(exposures->site, finding->store, &finding->server, finding->server_port,
                      exposure->id);
    (void)snprintf(exposure->store, sizeof exposure->store, "%s", finding->store);
    exposure->addr = finding->server;
    exposure->port = finding->server_port;
    exposure->server_outside =
        proof->direction == DIRECTION_OUTBOUND || proof->direction == DIRECTION_EXTERNAL;
    exposure->first_ns = finding->time_ns;
    exposure->last_ns = finding->time_ns;
    link_in(exposures, bucket, exposure);
    return exposure;
}

static bool client_is_outside(enum direction direction)
{
    return direction == DIRECTION_INBOUND || direction == DIRECTION_EXTERNAL;
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

static void copy(char *to, size_t size, const char *from)
{
    (void)text_copy(to, size, from, strlen(from));
}

static struct actor *actor_insert(struct exposures *exposures, struct exposure *exposure,
                                  const struct exposure_proof *proof)
{
    if (exposure->actor_rows == LEDGER_ACTORS_MAX || exposures->actor_rows_left == 0 ||
        !grow_actors(exposure))
        return NULL;
    exposures->actor_rows_left--;
    struct actor *actor = &exposure->actors[exposure->actor_rows++];
    *actor = (struct actor){.addr = proof->finding->client,
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

static void add_actor(struct exposures *exposures, struct exposure *exposure,
                      const struct exposure_proof *proof)
{
    const struct finding *finding = proof->finding;
    bool outside = client_is_outside(proof->direction);
    struct actor *actor = actor_find(exposure, &finding->client);
    bool is_new = !actor;
    if (!actor)
        actor = actor_insert(exposures, exposure, proof);
    if (!actor) {
        is_new = sketch_insert(exposure, &finding->client);
        exposures->dropped_actors += is_new;
    }
    exposure->actor_count += is_new;
    exposure->outside_count += is_new && outside;
    add_country(exposure, proof->source->country_code);
    if (!actor)
        return;
    actor->outside = outside;
    actor->verdicts |= (uint16_t)(1U << finding->verdict);
    actor->last_ns = finding->time_ns;
    if (finding->user_agent[0] != '\0')
        copy(actor->user_agent, sizeof actor->user_agent, finding->user_agent);
}

static void add_amounts(struct exposure *exposure, const struct finding *finding)
{
    bool gave = finding->returned_new || finding->gave_bytes_new || finding->requests_new;
    exposure->returned += finding->returned_new;
    exposure->gave_bytes += finding->gave_bytes_new;
    exposure->requests += finding->requests_new;
    if (finding->verdict > exposure->verdict)
        exposure->verdict = finding->verdict;
    /* The end of a flow that gave nothing since its last proof is no proof of its own. */
    if (finding->time_ns > exposure->last_ns && (finding->kind == FINDING_QUERY || gave))
        exposure->last_ns = finding->time_ns;
    if (finding->time_ns < exposure->first_ns)
        exposure->first_ns = finding->time_ns;
    if (finding->product[0] != '\0')
        copy(exposure->product, sizeof exposure->product, finding->product);
    if (finding->version[0] != '\0')
        copy(exposure->version, sizeof exposure->version, finding->version);
    if (finding->cluster_id[0] != '\0')
        copy(exposure->cluster_id, sizeof exposure->cluster_id, finding->cluster_id);
}

/* An exposure is as bad as the worst that was seen of it. */
static void judge(struct exposure *exposure, const struct exposure_proof *proof)
{
    const struct finding *finding = proof->finding;
    struct exposure_side *side = &exposure->sides[client_is_outside(proof->direction)];
    if (finding->verdict > side->verdict)
        side->verdict = finding->verdict;
    side->returned += finding->returned_new;
    side->gave_bytes += finding->gave_bytes_new;
    struct severity_facts facts = {.verdict = (enum verdict)side->verdict,
                                   .credentials = CREDENTIALS_NONE,
                                   .direction = proof->direction,
                                   .returned = side->returned,
                                   .bytes = side->gave_bytes};
    struct severity severity;
    severity_judge(&facts, &severity);
    if (severity.value > exposure->severity.value)
        exposure->severity = severity;
}

static void mark_changed(struct exposures *exposures, struct exposure *exposure)
{
    if (exposure->changed)
        return;
    exposure->changed = true;
    *exposures->last_changed = exposure;
    exposures->last_changed = &exposure->next_changed;
}

struct exposure *exposures_add(struct exposures *exposures, const struct exposure_proof *proof,
                               bool *opened)
{
    const struct finding *finding = proof->finding;
    struct exposure **bucket =
        bucket_of(exposures, finding->store, &finding->server, finding->server_port);
    struct exposure *exposure =
        find(*bucket, finding->store, &finding->server, finding->server_port);
    *opened = !exposure;
    if (!exposure)
        exposure = insert(exposures, bucket, proof);
    if (!exposure)
        return NULL;
    if (!exposure->outside && proof->direction != DIRECTION_INTERNAL) {
        exposure->outside = true;
        exposures->count_outside++;
    }
    add_amounts(exposure, finding);
    add_actor(exposures, exposure, proof);
    holdings_add(&exposure->holdings, finding, &exposures->datasets);
    judge(exposure, proof);
    mark_changed(exposures, exposure);
    return exposure;
}

const struct exposure *exposures_first_changed(const struct exposures *exposures)
{
    return exposures->changed;
}

void exposures_change_all(struct exposures *exposures)
{
    for (struct exposure *exposure = exposures->first; exposure; exposure = exposure->next)
        mark_changed(exposures, exposure);
}

void exposures_forget_changes(struct exposures *exposures)
{
    while (exposures->changed) {
        struct exposure *exposure = exposures->changed;
        exposures->changed = exposure->next_changed;
        exposure->next_changed = NULL;
        exposure->changed = false;
    }
    exposures->last_changed = &exposures->changed;
}

static void end_texts(struct exposure *exposure)
{
    TEXT_END(exposure->id);
    TEXT_END(exposure->store);
    TEXT_END(exposure->product);
    TEXT_END(exposure->version);
    TEXT_END(exposure->cluster_id);
    for (uint32_t i = 0; i < EXPOSURE_COUNTRIES_MAX; i++)
        TEXT_END(exposure->countries[i]);
}

static bool is_sound(const struct exposures *exposures, const struct exposure *exposure)
{
    char id[EXPOSURE_ID_HEX];
    identity_exposure(exposures->site, exposure->store, &exposure->addr, exposure->port, id);
    return strcmp(id, exposure->id) == 0 && verdict_exposes((enum verdict)exposure->verdict) &&
           exposure->verdict < VERDICTS && exposure->sides[0].verdict < VERDICTS &&
           exposure->sides[1].verdict < VERDICTS && exposure->actor_rows <= LEDGER_ACTORS_MAX &&
           exposure->actor_rows <= exposure->actor_count &&
           exposure->country_count <= EXPOSURE_COUNTRIES_MAX;
}

static enum ajar_status copy_actors(struct exposure *exposure, const struct exposure *kept)
{
    exposure->actor_capacity = exposure->actor_rows;
    if (exposure->actor_rows == 0)
        return AJAR_OK;
    exposure->actors = malloc(exposure->actor_rows * sizeof *exposure->actors);
    if (!exposure->actors)
        return AJAR_ERR_MEMORY;
    memcpy(exposure->actors, kept->actors, exposure->actor_rows * sizeof *exposure->actors);
    for (uint32_t i = 0; i < exposure->actor_rows; i++) {
        struct actor *actor = &exposure->actors[i];
        TEXT_END(actor->country_code);
        TEXT_END(actor->city_name);
        TEXT_END(actor->as_name);
        TEXT_END(actor->user_agent);
    }
    return AJAR_OK;
}

static enum ajar_status copy_sketch(struct exposure *exposure, const struct exposure *kept)
{
    if (!kept->sketch)
        return AJAR_OK;
    exposure->sketch = malloc(ACTOR_SKETCH_BYTES);
    if (!exposure->sketch)
        return AJAR_ERR_MEMORY;
    memcpy(exposure->sketch, kept->sketch, ACTOR_SKETCH_BYTES);
    return AJAR_OK;
}

/* The rows last: they come out of what all exposures share. */
static enum ajar_status copy_tables(struct exposures *exposures, struct exposure *exposure,
                                    const struct exposure *kept)
{
    if (exposure->actor_rows > exposures->actor_rows_left)
        return AJAR_ERR_LIMIT;
    enum ajar_status status = copy_actors(exposure, kept);
    if (status == AJAR_OK)
        status = copy_sketch(exposure, kept);
    if (status == AJAR_OK)
        status = holdings_restore(&exposure->holdings, &kept->holdings, &exposures->datasets);
    if (status == AJAR_OK)
        exposures->actor_rows_left -= exposure->actor_rows;
    return status;
}

static struct exposure *copy_flat(const struct exposure *kept)
{
    struct exposure *exposure = malloc(sizeof *exposure);
    if (!exposure)
        return NULL;
    *exposure = *kept;
    exposure->bucket_next = exposure->next = exposure->next_changed = NULL;
    exposure->changed = false;
    exposure->actors = NULL;
    exposure->sketch = NULL;
    exposure->holdings = (struct holdings){.datasets = NULL};
    end_texts(exposure);
    exposure->severity = (struct severity){.value = kept->severity.value};
    return exposure;
}

enum ajar_status exposures_restore(struct exposures *exposures, const struct exposure *kept)
{
    if (exposures->count >= exposures->limit)
        return AJAR_ERR_LIMIT;
    struct exposure *exposure = copy_flat(kept);
    if (!exposure)
        return AJAR_ERR_MEMORY;
    struct exposure **bucket =
        bucket_of(exposures, exposure->store, &exposure->addr, exposure->port);
    bool fits = is_sound(exposures, exposure) &&
                !find(*bucket, exposure->store, &exposure->addr, exposure->port);
    enum ajar_status status = fits ? copy_tables(exposures, exposure, kept) : AJAR_ERR_FORMAT;
    if (status != AJAR_OK) {
        exposure_free(exposure);
        return status;
    }
    link_in(exposures, bucket, exposure);
    exposures->count_outside += exposure->outside;
    return AJAR_OK;
}

const struct exposure *exposures_find(const struct exposures *exposures,
                                      const struct finding *finding)
{
    struct exposure **bucket =
        bucket_of(exposures, finding->store, &finding->server, finding->server_port);
    return find(*bucket, finding->store, &finding->server, finding->server_port);
}

uint64_t exposures_count(const struct exposures *exposures)
{
    return exposures->count;
}

uint64_t exposures_count_outside(const struct exposures *exposures)
{
    return exposures->count_outside;
}

uint64_t exposures_dropped(const struct exposures *exposures)
{
    return exposures->dropped;
}

uint64_t exposures_dropped_actors(const struct exposures *exposures)
{
    return exposures->dropped_actors;
}

uint64_t exposures_dropped_datasets(const struct exposures *exposures)
{
    return exposures->datasets.dropped;
}

const struct exposure *exposures_first(const struct exposures *exposures)
{
    return exposures->first;
}

/* Appends ",name" if it fits whole. */
static bool append_name(char *list, size_t size, const char *name)
{
    size_t used = strlen(list);
    size_t comma = used ? 1 : 0;
    if (used + comma + strlen(name) >= size)
        return false;
    if (comma)
        list[used++] = ',';
    copy(list + used, size - used, name);
    return true;
}

void exposure_fill_view(const struct exposure *exposure, struct exposure_texts *texts,
                        struct exposure_view *view)
{
    texts->countries[0] = '\0';
    texts->datasets[0] = '\0';
    for (uint32_t i = 0; i < exposure->country_count; i++)
        (void)append_name(texts->countries, sizeof texts->countries, exposure->countries[i]);
    for (uint32_t i = 0; i < exposure->holdings.count; i++)
        if (!append_name(texts->datasets, sizeof texts->datasets,
                         exposure->holdings.datasets[i].name))
            break;
    *view = (struct exposure_view){.first_ns = exposure->first_ns,
                                   .last_ns = exposure->last_ns,
                                   .verdict = exposure->verdict,
                                   .records = holdings_estimate(&exposure->holdings).records,
                                   .returned = exposure->returned,
                                   .gave_bytes = exposure->gave_bytes,
                                   .actors = exposure->actor_count,
                                   .requests = exposure->requests,
                                   .countries = texts->countries,
                                   .datasets = texts->datasets,
                                   .severity = exposure->severity.value};
    copy(view->id, sizeof view->id, exposure->id);
}
