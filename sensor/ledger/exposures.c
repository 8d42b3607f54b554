/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of open stores. Rows of actors, data sets and classes are bounded per exposure and in
 * all, as an attacker could open many stores to many addresses; what has no row is still counted.
 */
#include "ledger/exposures_inside.h"

#include "base/hash.h"
#include "base/text.h"
#include "ledger/identity.h"
#include "ledger/ledger.h"
#include "ledger/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASS_ROWS_MAX 65536 /* of all exposures */

_Static_assert(MARKS == sizeof((struct exposure *)NULL)->marks / sizeof(uint64_t), "a mark each");

enum ajar_status exposures_new(const struct exposures_options *options,
                               struct exposures **exposures)
{
    size_t buckets = 64;
    while (buckets < options->limit)
        buckets *= 2;
    struct exposures *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->buckets = calloc(buckets, sizeof(struct exposure *));
    if (!made->buckets || groups_new(&made->groups) != AJAR_OK) {
        exposures_free(made);
        return AJAR_ERR_MEMORY;
    }
    made->options = *options;
    made->mask = buckets - 1;
    made->last_link = &made->first;
    made->last_changed = &made->changed;
    made->actors.rows_left = EXPOSURES_ROWS_MAX;
    made->datasets.rows_left = EXPOSURES_ROWS_MAX;
    made->classes.rows_left = CLASS_ROWS_MAX;
    *exposures = made;
    return AJAR_OK;
}

void exposure_free(struct exposure *exposure)
{
    holdings_clear(&exposure->holdings);
    actors_clear(exposure);
    classes_clear(exposure);
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
    agenda_clear(&exposures->agenda);
    groups_free(exposures->groups);
    free(exposures->buckets);
    free(exposures);
}

/* All stores at an address and port lie in one bucket: what happens at a door concerns each. */
static struct exposure **bucket_of(const struct exposures *exposures, const struct addr *addr,
                                   uint16_t port)
{
    uint64_t hash = hash_keyed(exposures->options.seed ^ port, addr->bytes, sizeof addr->bytes);
    return &exposures->buckets[hash & exposures->mask];
}

static bool is_at(const struct exposure *exposure, const struct addr *addr, uint16_t port)
{
    return exposure->port == port && addr_compare(&exposure->addr, addr) == 0;
}

static struct exposure *find_store(struct exposure *exposure, const char *store,
                                   const struct addr *addr, uint16_t port)
{
    while (exposure && (!is_at(exposure, addr, port) || strcmp(exposure->store, store) != 0))
        exposure = exposure->bucket_next;
    return exposure;
}

struct exposure *exposure_to_zone(const struct exposure *any, enum zone zone)
{
    struct exposure *exposure = any->store_next;
    while (exposure->zone != zone) {
        if (exposure == any)
            return NULL;
        exposure = exposure->store_next;
    }
    return exposure;
}

struct exposure *exposures_find(const struct exposures *exposures, const char *store,
                                const struct addr *server, uint16_t port, enum zone zone)
{
    const struct exposure *any =
        find_store(*bucket_of(exposures, server, port), store, server, port);
    return any ? exposure_to_zone(any, zone) : NULL;
}

void exposures_visit_door(const struct exposures *exposures, const struct addr *server,
                          uint16_t port, void (*visit)(void *context, struct exposure *exposure),
                          void *context)
{
    for (struct exposure *e = *bucket_of(exposures, server, port); e; e = e->bucket_next)
        if (is_at(e, server, port))
            visit(context, e);
}

bool exposure_is_first_zone(const struct exposure *exposure)
{
    for (const struct exposure *e = exposure->store_next; e != exposure; e = e->store_next)
        if (e->zone < exposure->zone)
            return false;
    return true;
}

void exposures_link(struct exposures *exposures, struct exposure *exposure)
{
    struct exposure **bucket = bucket_of(exposures, &exposure->addr, exposure->port);
    struct exposure *store = find_store(*bucket, exposure->store, &exposure->addr, exposure->port);
    exposure->store_next = store ? store->store_next : exposure;
    if (store) {
        store->store_next = exposure;
        memcpy(exposure->marks, store->marks, sizeof exposure->marks);
    }
    exposure->bucket_next = *bucket;
    *bucket = exposure;
    *exposures->last_link = exposure;
    exposures->last_link = &exposure->next;
    exposures->count++;
}

bool exposure_is_counted_open(const struct exposure *exposure)
{
    return exposure->closing == CLOSING_NONE && exposure->zone != ZONE_ALLOWED;
}

static void copy(char *to, size_t size, const char *from)
{
    (void)text_copy(to, size, from, strlen(from));
}

static struct exposure *insert(struct exposures *exposures, const struct exposure_proof *proof)
{
    const struct finding *finding = proof->finding;
    struct exposure *exposure =
        exposures->count < exposures->options.limit ? calloc(1, sizeof *exposure) : NULL;
    if (!exposure) {
        exposures->dropped++;
        return NULL;
    }
    identity_exposure(exposures->options.site, finding->store, &finding->server,
                      finding->server_port, proof->zone, exposure->id);
    copy(exposure->store, sizeof exposure->store, finding->store);
    exposure->addr = finding->server;
    exposure->port = finding->server_port;
    exposure->zone = (uint8_t)proof->zone;
    exposure->closing = CLOSING_NONE;
    exposure->server_outside =
        proof->direction == DIRECTION_OUTBOUND || proof->direction == DIRECTION_EXTERNAL;
    exposures_link(exposures, exposure);
    return exposure;
}

void exposures_note_change(struct exposures *exposures, struct exposure *exposure)
{
    if (exposure->changed)
        return;
    exposure->changed = true;
    *exposures->last_changed = exposure;
    exposures->last_changed = &exposure->next_changed;
}

void exposures_mark_store(struct exposures *exposures, struct exposure *exposure, bool is_news)
{
    uint64_t marks[MARKS] = {0};
    const struct dataset *largest = NULL;
    struct exposure *e = exposure;
    do {
        largest = groups_largest(&e->holdings, largest);
        if (marks[MARK_CLUSTER] == 0)
            marks[MARK_CLUSTER] = groups_mark_cluster(e->cluster_id);
        e = e->store_next;
    } while (e != exposure);
    marks[MARK_DATA] = groups_mark_data(largest);
    for (int kind = 0; kind < MARKS; kind++) {
        if (exposure->marks[kind] != marks[kind]) {
            groups_remove(exposures->groups, exposure->marks[kind]);
            (void)groups_insert(exposures->groups, marks[kind]);
        }
    }
    do {
        if (is_news && memcmp(e->marks, marks, sizeof marks) != 0)
            exposures_note_change(exposures, e);
        memcpy(e->marks, marks, sizeof marks);
        e = e->store_next;
    } while (e != exposure);
}

void exposures_fill_group(const struct exposures *exposures, const struct exposure *exposure,
                          struct group_view *group)
{
    groups_fill(exposures->groups, exposure->marks, group);
}

/* The first dates set both; 0 = none. */
static void add_dates(struct exposure *exposure, const struct finding *finding)
{
    if (finding->oldest_s && (!exposure->oldest_s || finding->oldest_s < exposure->oldest_s))
        exposure->oldest_s = finding->oldest_s;
    if (finding->newest_s && (!exposure->newest_s || finding->newest_s > exposure->newest_s))
        exposure->newest_s = finding->newest_s;
}

static void add_amounts(struct exposure *exposure, const struct exposure_proof *proof)
{
    const struct finding *finding = proof->finding;
    exposure->returned += finding->returned_new;
    exposure->gave_bytes += finding->gave_bytes_new;
    exposure->requests += finding->requests_new;
    exposure->kind_weight = finding->kind_weight;
    add_dates(exposure, finding);
    if (finding->product[0] != '\0')
        copy(exposure->product, sizeof exposure->product, finding->product);
    if (finding->version[0] != '\0')
        copy(exposure->version, sizeof exposure->version, finding->version);
    if (finding->cluster_id[0] != '\0')
        copy(exposure->cluster_id, sizeof exposure->cluster_id, finding->cluster_id);
    if (exposure->indexed[0] == '\0' && proof->who->search_engine)
        copy(exposure->indexed, sizeof exposure->indexed,
             proof->who->confirmed[0] ? proof->who->confirmed : proof->who->claimed);
}

/* Whether one of the countries is in the list "CN,RU". */
static bool is_sensitive(const struct exposures *exposures, const struct exposure *exposure)
{
    const char *list = exposures->options.countries;
    for (uint32_t i = 0; list && i < exposure->country_count; i++)
        if (strlen(exposure->countries[i]) == 2 && strstr(list, exposure->countries[i]))
            return true;
    return false;
}

enum direction exposure_direction(const struct exposure *exposure)
{
    if (exposure->zone == ZONE_INTERNAL)
        return exposure->server_outside ? DIRECTION_OUTBOUND : DIRECTION_INTERNAL;
    return exposure->server_outside ? DIRECTION_EXTERNAL : DIRECTION_INBOUND;
}

static void judge(const struct exposures *exposures, const struct exposure *exposure,
                  struct severity *severity)
{
    struct group_view group;
    exposures_fill_group(exposures, exposure, &group);
    struct class_weight class = classes_weight(exposure->classes, exposure->class_count);
    struct severity_facts facts = {.verdict = (enum verdict)exposure->verdict,
                                   .credentials = CREDENTIALS_NONE,
                                   .direction = exposure_direction(exposure),
                                   .returned = exposure->returned,
                                   .bytes = exposure->gave_bytes,
                                   .kind_weight = exposure->kind_weight,
                                   .held = holdings_estimate(&exposure->holdings).records,
                                   .servers = group.servers,
                                   .class_weight = class.weight,
                                   .class_reason = class.reason,
                                   .indexed = exposure->indexed[0] != '\0',
                                   .sensitive_country = is_sensitive(exposures, exposure),
                                   .allowed = exposure->zone == ZONE_ALLOWED};
    severity_judge(&facts, severity);
}

/* An exposure is as bad as the worst that was seen of it. True: it is worse than it was. */
static bool make_worse(const struct exposures *exposures, struct exposure *exposure)
{
    struct severity severity;
    judge(exposures, exposure, &severity);
    if (severity.value <= exposure->severity.value)
        return false;
    exposure->severity = severity;
    return true;
}

const struct severity *exposures_severity(const struct exposures *exposures,
                                          struct exposure *exposure)
{
    if (exposure->severity.reason_count == 0) {
        int value = exposure->severity.value;
        judge(exposures, exposure, &exposure->severity);
        exposure->severity.value = value;
    }
    return &exposure->severity;
}

/* What a finding proves to be open, or 0: the end of a flow that gave nothing is no proof. */
static uint64_t time_of_proof(const struct finding *finding)
{
    if (finding->kind == FINDING_QUERY)
        return finding->time_ns;
    return finding->proof_ns;
}

static bool grows(struct exposure *exposure, const struct exposure_proof *proof)
{
    const struct finding *finding = proof->finding;
    bool higher = finding->verdict > exposure->verdict;
    if (higher)
        exposure->verdict = finding->verdict;
    return higher || finding->returned_new > 0 || finding->gave_bytes_new > 0;
}

/* Whether the store's marks may be other ones after this: most findings name neither. */
static bool says_other_marks(const struct exposure *exposure, const struct finding *finding)
{
    return finding->dataset_count > 0 || (finding->cluster_id[0] != '\0' &&
                                          strcmp(finding->cluster_id, exposure->cluster_id) != 0);
}

/* Opens it if the proof does; keeps the counts of those open. */
static bool prove(struct exposures *exposures, struct exposure *exposure,
                  const struct exposure_proof *proof)
{
    bool was_open = exposure->times > 0 && exposure_is_counted_open(exposure);
    uint64_t proof_ns = time_of_proof(proof->finding);
    bool opened = proof_ns && life_prove(exposure, proof_ns, proof->before_ns);
    if (opened)
        exposure->reachable_ns = proof->reachable_ns < proof_ns ? proof->reachable_ns : 0;
    exposures->count_open += !was_open && exposure->times > 0 && exposure_is_counted_open(exposure);
    if (!exposure->outside && proof->direction != DIRECTION_INTERNAL) {
        exposure->outside = true;
        exposures->count_outside += exposure->zone != ZONE_ALLOWED;
    }
    return opened;
}

struct exposure *exposures_add(struct exposures *exposures, const struct exposure_proof *proof,
                               enum exposure_change *change)
{
    const struct finding *finding = proof->finding;
    struct exposure *exposure = exposures_find_of(exposures, finding, proof->zone);
    *change = EXPOSURE_SAME;
    if (!exposure && time_of_proof(finding) == 0)
        return NULL;
    if (!exposure)
        exposure = insert(exposures, proof);
    if (!exposure)
        return NULL;
    bool opened = prove(exposures, exposure, proof);
    bool grew = grows(exposure, proof);
    bool may_mark = says_other_marks(exposure, finding);
    add_amounts(exposure, proof);
    grew |= actors_add(exposure, proof, &exposures->actors);
    grew |= holdings_add(&exposure->holdings, finding, &exposures->datasets);
    grew |= classes_add(exposure, finding, &exposures->classes);
    if (may_mark)
        exposures_mark_store(exposures, exposure, true);
    bool worse = make_worse(exposures, exposure);
    exposures_note_change(exposures, exposure);
    *change = opened  ? EXPOSURE_OPENED
              : worse ? EXPOSURE_WORSE
              : grew  ? EXPOSURE_GREW
                      : EXPOSURE_SAME;
    return exposure;
}

bool exposures_close(struct exposures *exposures, struct exposure *exposure, enum closing closing,
                     uint64_t proof_ns, uint64_t until_ns)
{
    if (!life_close(exposure, closing, proof_ns, until_ns))
        return false;
    exposures->count_open -= exposure->zone != ZONE_ALLOWED;
    exposures_note_change(exposures, exposure);
    return true;
}

void exposures_schedule(struct exposures *exposures, struct exposure *exposure, uint64_t due_ns)
{
    if (exposure->due_ns)
        return;
    exposure->due_ns = due_ns;
    if (agenda_put(&exposures->agenda, exposure) != AJAR_OK)
        exposure->due_ns = 0; /* the next change tries again */
}

void exposures_unschedule(struct exposures *exposures, struct exposure *exposure)
{
    agenda_remove(&exposures->agenda, exposure);
    exposure->due_ns = 0;
}

struct exposure *exposures_first_due(const struct exposures *exposures, uint64_t time_ns)
{
    return agenda_first(&exposures->agenda, time_ns);
}

const struct exposure *exposures_first_changed(const struct exposures *exposures)
{
    return exposures->changed;
}

void exposures_change_all(struct exposures *exposures)
{
    for (struct exposure *exposure = exposures->first; exposure; exposure = exposure->next)
        exposures_note_change(exposures, exposure);
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

uint64_t exposures_count_open(const struct exposures *exposures)
{
    return exposures->count_open;
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
    return exposures->actors.dropped;
}

uint64_t exposures_dropped_datasets(const struct exposures *exposures)
{
    return exposures->datasets.dropped;
}

uint64_t exposures_dropped_classes(const struct exposures *exposures)
{
    return exposures->classes.dropped;
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
    struct holdings_estimate held = holdings_estimate(&exposure->holdings);
    *view = (struct exposure_view){.zone = exposure->zone,
                                   .closing = exposure->closing,
                                   .verdict = exposure->verdict,
                                   .first_ns = exposure->first_ns,
                                   .last_ns = exposure->last_ns,
                                   .before_ns = exposure->before_ns,
                                   .closed_ns = exposure->closed_ns,
                                   .reachable_ns = exposure->reachable_ns,
                                   .times = exposure->times,
                                   .records = held.records,
                                   .records_source = (uint8_t)held.source,
                                   .returned = exposure->returned,
                                   .gave_bytes = exposure->gave_bytes,
                                   .actors = exposure->actor_count,
                                   .requests = exposure->requests,
                                   .countries = texts->countries,
                                   .datasets = texts->datasets,
                                   .indexed = exposure->indexed,
                                   .classes = exposure->classes,
                                   .class_count = exposure->class_count,
                                   .oldest_s = exposure->oldest_s,
                                   .newest_s = exposure->newest_s,
                                   .group = {.servers = 1},
                                   .severity = exposure->severity.value};
    copy(view->id, sizeof view->id, exposure->id);
}
