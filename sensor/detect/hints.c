/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hints: the patterns of all signatures over a reply's head and first bytes. Patterns that stand in
 * the shipped database are found with it, whichever signature has them; only the others are
 * compiled, so that a signature of one's own costs no more than itself.
 */
#include "detect/hints.h"

#include "detect/hint_base.h"
#include "detect/hint_cache.h"
#include "detect/hints_shipped.h"

#include <stdlib.h>
#include <string.h>

enum origin { ORIGIN_SHIPPED, ORIGIN_OWN, ORIGINS };

/* What a pattern speaks of. */
struct target {
    uint16_t signature;
    uint16_t group; /* CLUE_ALONE = by itself */
    uint8_t part;
    uint8_t kind;
    uint8_t text;
};

/* One database and what its patterns speak of. */
struct field {
    const struct engine *engine; /* NULL = nobody has a pattern of it */
    uint32_t *starts;            /* by pattern: where its targets begin; one more at the end */
    struct target *targets;
};

struct hints {
    struct hint_base bases[ORIGINS];
    struct field fields[ORIGINS][CLUE_PLACES];
    struct clue_group *groups;
    size_t group_count;
    size_t signature_count;
};

struct hints_scratch {
    struct engine_scratch *engine;
    uint32_t round;  /* number of this search: what was noted in another one counts for nothing */
    uint32_t *noted; /* by signature: the round, and its place in the hits */
    uint16_t *places;
    uint32_t *begun; /* by group: the round, and the parts seen in it */
    uint32_t *parts;
};

/* Where a pattern was put. */
struct address {
    uint64_t hash;
    uint32_t id;
    uint8_t origin;
    bool taken;
};

/* Hints being made. */
struct making {
    struct hints *hints;
    struct clue_list clues;
    struct address *table; /* by hash, open addressing */
    size_t mask;
    uint32_t *homes; /* by clue: its place in the table */
    struct hint_patterns own;
};

static size_t find_address(const struct making *m, uint64_t hash)
{
    size_t at = (size_t)hash & m->mask;
    while (m->table[at].taken && m->table[at].hash != hash)
        at = (at + 1) & m->mask;
    return at;
}

static enum ajar_status make_table(struct making *m)
{
    const struct hint_base *shipped = &m->hints->bases[ORIGIN_SHIPPED];
    size_t wanted = 2 * (m->clues.count + shipped->counts[0] + shipped->counts[1]) + 16;
    size_t size = 16;
    while (size < wanted)
        size *= 2;
    m->mask = size - 1;
    m->table = calloc(size, sizeof *m->table);
    m->homes = calloc(m->clues.count + 1, sizeof *m->homes);
    for (size_t place = 0; place < CLUE_PLACES; place++) {
        m->own.clues[place] = calloc(m->clues.count + 1, sizeof *m->own.clues[place]);
        if (!m->own.clues[place])
            return AJAR_ERR_MEMORY;
    }
    if (!m->table || !m->homes)
        return AJAR_ERR_MEMORY;
    for (size_t place = 0; place < CLUE_PLACES; place++)
        for (uint32_t i = 0; i < shipped->counts[place]; i++) {
            uint64_t hash = shipped->hashes[place][i];
            m->table[find_address(m, hash)] =
                (struct address){.hash = hash, .id = i, .origin = ORIGIN_SHIPPED, .taken = true};
        }
    return AJAR_OK;
}

/* Finds every clue's pattern in the shipped database, or puts it among the own ones. */
static void place_clues(struct making *m)
{
    for (size_t i = 0; i < m->clues.count; i++) {
        const struct clue *clue = &m->clues.clues[i];
        uint64_t hash = hint_base_hash(clue);
        size_t at = find_address(m, hash);
        m->homes[i] = (uint32_t)at;
        if (m->table[at].taken)
            continue;
        uint32_t id = m->own.counts[clue->place]++;
        m->own.clues[clue->place][id] = clue;
        m->table[at] =
            (struct address){.hash = hash, .id = id, .origin = ORIGIN_OWN, .taken = true};
    }
}

static enum ajar_status make_field(const struct making *m, enum origin origin,
                                   enum clue_place place)
{
    struct field *field = &m->hints->fields[origin][place];
    const struct hint_base *base = &m->hints->bases[origin];
    uint32_t count = 0;
    field->starts = calloc((size_t)base->counts[place] + 2, sizeof *field->starts);
    if (!field->starts)
        return AJAR_ERR_MEMORY;
    for (size_t i = 0; i < m->clues.count; i++) {
        const struct address *home = &m->table[m->homes[i]];
        if (m->clues.clues[i].place == place && home->origin == origin) {
            field->starts[home->id + 2]++;
            count++;
        }
    }
    field->targets = calloc((size_t)count + 1, sizeof *field->targets);
    if (!field->targets)
        return AJAR_ERR_MEMORY;
    for (uint32_t i = 0; i < base->counts[place]; i++)
        field->starts[i + 2] += field->starts[i + 1];
    for (size_t i = 0; i < m->clues.count; i++) {
        const struct address *home = &m->table[m->homes[i]];
        const struct clue *clue = &m->clues.clues[i];
        if (clue->place == place && home->origin == origin)
            field->targets[field->starts[home->id + 1]++] =
                (struct target){.signature = clue->signature,
                                .group = clue->group,
                                .part = clue->part,
                                .kind = clue->kind,
                                .text = clue->text};
    }
    field->engine = count ? base->engines[place] : NULL;
    return AJAR_OK;
}

static enum ajar_status compile_own(struct making *m, const struct signature_set *set,
                                    struct problem *problem)
{
    const struct clue *which = NULL;
    struct problem cause = {.text = ""};
    enum ajar_status status =
        hint_base_compile(&m->own, &m->hints->bases[ORIGIN_OWN], &which, &cause);
    if (status == AJAR_ERR_FORMAT && which)
        return problem_set(problem, status, "%s: the pattern '%s' cannot be compiled: %s",
                           set->signatures[which->signature]->file, which->expression, cause.text);
    if (status != AJAR_OK)
        return problem_set(problem, status, "the patterns of the signatures cannot be compiled: %s",
                           cause.text[0] ? cause.text : ajar_status_text(status));
    return AJAR_OK;
}

static enum ajar_status open_own(struct making *m, const struct signature_set *set,
                                 const char *cache_folder, struct problem *problem)
{
    bool cached = cache_folder && cache_folder[0];
    if (m->own.counts[CLUE_HEAD] + m->own.counts[CLUE_BODY] == 0)
        return AJAR_OK;
    if (cached && hint_cache_find(cache_folder, &m->own, &m->hints->bases[ORIGIN_OWN]))
        return AJAR_OK;
    enum ajar_status status = compile_own(m, set, problem);
    if (status == AJAR_OK && cached)
        hint_cache_keep(cache_folder, &m->own, &m->hints->bases[ORIGIN_OWN]);
    return status;
}

static enum ajar_status make(struct making *m, const struct signature_set *set,
                             const char *cache_folder, struct problem *problem)
{
    struct hints *hints = m->hints;
    enum ajar_status status = clues_derive(set, &m->clues);
    if (status != AJAR_OK)
        return status;
    hints->groups = m->clues.groups;
    hints->group_count = m->clues.group_count;
    m->clues.groups = NULL;
    status = hint_base_read(hints_shipped, hints_shipped_size, &hints->bases[ORIGIN_SHIPPED]);
    if (status == AJAR_ERR_MEMORY)
        return status; /* one of another version of the library is as good as none */
    status = make_table(m);
    if (status != AJAR_OK)
        return status;
    place_clues(m);
    status = open_own(m, set, cache_folder, problem);
    for (size_t i = 0; status == AJAR_OK && i < ORIGINS; i++)
        for (size_t place = 0; status == AJAR_OK && place < CLUE_PLACES; place++)
            status = make_field(m, (enum origin)i, (enum clue_place)place);
    return status;
}

enum ajar_status hints_new(const struct signature_set *set, const char *cache_folder,
                           struct hints **hints, struct problem *problem)
{
    struct making m = {.hints = calloc(1, sizeof *m.hints)};
    enum ajar_status status = AJAR_ERR_MEMORY;
    if (m.hints) {
        m.hints->signature_count = set->count;
        status = make(&m, set, cache_folder, problem);
    }
    if (status == AJAR_ERR_MEMORY)
        (void)problem_set(problem, status, "no memory for the patterns of the signatures");
    clues_clear(&m.clues);
    free(m.table);
    free(m.homes);
    for (size_t place = 0; place < CLUE_PLACES; place++)
        free(m.own.clues[place]);
    if (status == AJAR_OK)
        *hints = m.hints;
    else
        hints_free(m.hints);
    return status;
}

void hints_free(struct hints *hints)
{
    if (!hints)
        return;
    for (size_t i = 0; i < ORIGINS; i++) {
        for (size_t place = 0; place < CLUE_PLACES; place++) {
            free(hints->fields[i][place].starts);
            free(hints->fields[i][place].targets);
        }
        hint_base_clear(&hints->bases[i]);
    }
    free(hints->groups);
    free(hints);
}

enum ajar_status hints_write(const struct hints *hints, char **bytes, size_t *length)
{
    return hint_base_write(&hints->bases[ORIGIN_OWN], bytes, length);
}

enum ajar_status hints_scratch_new(const struct hints *hints, struct hints_scratch **scratch)
{
    struct hints_scratch *made = calloc(1, sizeof *made);
    size_t signatures = hints ? hints->signature_count : 0;
    size_t groups = hints ? hints->group_count : 0;
    if (!made)
        return AJAR_ERR_MEMORY;
    made->noted = calloc(signatures + 1, sizeof *made->noted);
    made->places = calloc(signatures + 1, sizeof *made->places);
    made->begun = calloc(groups + 1, sizeof *made->begun);
    made->parts = calloc(groups + 1, sizeof *made->parts);
    enum ajar_status status =
        made->noted && made->places && made->begun && made->parts ? AJAR_OK : AJAR_ERR_MEMORY;
    for (size_t i = 0; hints && i < ORIGINS; i++)
        for (size_t place = 0; place < CLUE_PLACES; place++)
            if (status == AJAR_OK && hints->fields[i][place].engine)
                status = engine_scratch_add(hints->fields[i][place].engine, &made->engine);
    if (status == AJAR_OK)
        *scratch = made;
    else
        hints_scratch_free(made);
    return status;
}

void hints_scratch_free(struct hints_scratch *scratch)
{
    if (!scratch)
        return;
    engine_scratch_free(scratch->engine);
    free(scratch->noted);
    free(scratch->places);
    free(scratch->begun);
    free(scratch->parts);
    free(scratch);
}

/* One search. */
struct search {
    const struct hints *hints;
    const struct field *field;
    struct hints_scratch *scratch;
    struct hint_hits *hits;
};

static void note(const struct search *s, uint16_t signature, uint8_t kind, uint8_t text)
{
    struct hints_scratch *scratch = s->scratch;
    struct hint_hits *hits = s->hits;
    if (scratch->noted[signature] != scratch->round) {
        if (hits->count == HINTS_MAX) {
            hits->dropped = (uint16_t)(hits->dropped + (hits->dropped < UINT16_MAX));
            return;
        }
        scratch->noted[signature] = scratch->round;
        scratch->places[signature] = hits->count;
        hits->list[hits->count++] = (struct hint){.signature = signature};
    }
    struct hint *hint = &hits->list[scratch->places[signature]];
    hint->kinds |= kind;
    if (text < 64)
        hint->texts |= UINT64_C(1) << text;
}

/* A part of what speaks only together; true when all of it was seen. */
static bool is_together(const struct search *s, const struct target *target)
{
    struct hints_scratch *scratch = s->scratch;
    if (scratch->begun[target->group] != scratch->round) {
        scratch->begun[target->group] = scratch->round;
        scratch->parts[target->group] = 0;
    }
    scratch->parts[target->group] |= UINT32_C(1) << target->part;
    return scratch->parts[target->group] == s->hints->groups[target->group].parts;
}

static bool on_pattern(void *context, uint32_t id, uint64_t begin, uint64_t end)
{
    const struct search *s = context;
    (void)begin;
    (void)end;
    for (uint32_t i = s->field->starts[id]; i < s->field->starts[id + 1]; i++) {
        const struct target *target = &s->field->targets[i];
        if (target->group == CLUE_ALONE || is_together(s, target))
            note(s, target->signature, target->kind, target->text);
    }
    return true;
}

/* A new round, in which the signatures already found are known. */
static void begin_round(struct hints_scratch *scratch, const struct hint_hits *hits,
                        const struct hints *hints)
{
    if (++scratch->round == 0) {
        memset(scratch->noted, 0, hints->signature_count * sizeof *scratch->noted);
        memset(scratch->begun, 0, hints->group_count * sizeof *scratch->begun);
        scratch->round = 1;
    }
    for (uint16_t i = 0; i < hits->count; i++) {
        scratch->noted[hits->list[i].signature] = scratch->round;
        scratch->places[hits->list[i].signature] = i;
    }
}

static void search_place(const struct hints *hints, struct hints_scratch *scratch,
                         enum clue_place place, struct slice text, struct hint_hits *hits)
{
    if (!hints || text.length == 0)
        return;
    struct search search = {.hints = hints, .scratch = scratch, .hits = hits};
    begin_round(scratch, hits, hints);
    for (size_t i = 0; i < ORIGINS; i++) {
        search.field = &hints->fields[i][place];
        if (search.field->engine)
            engine_search(search.field->engine, text.text, text.length, scratch->engine, on_pattern,
                          &search);
    }
}

void hints_search_head(const struct hints *hints, struct hints_scratch *scratch, const char *head,
                       size_t length, struct hint_hits *hits)
{
    search_place(hints, scratch, CLUE_HEAD, (struct slice){head, length}, hits);
}

void hints_search_body(const struct hints *hints, struct hints_scratch *scratch,
                       const uint8_t *first, size_t length, struct hint_hits *hits)
{
    size_t part = length < HINTS_BODY_MAX ? length : HINTS_BODY_MAX;
    search_place(hints, scratch, CLUE_BODY, (struct slice){(const char *)first, part}, hits);
}
