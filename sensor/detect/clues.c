/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which facts are looked for. A line of identity holds when all its marks are set, so the mark that
 * tells most is enough to look for; where none tells enough, all of them together are. Lines that
 * need the store's own path are left out: the path names the signature already.
 */
#include "detect/clues.h"

#include <stdlib.h>
#include <string.h>

#define MARK_BIT(number) (UINT64_C(1) << (number))

/* What in a reply sets a mark. */
struct trace {
    uint64_t mark;
    unsigned weight;
    const char *path; /* of a member or element, else NULL */
    enum path_kind path_kind;
    struct clue clue; /* without group and part */
};

/* The traces of one signature. */
struct tracing {
    struct clue_list *list;
    const struct signature *signature;
    uint16_t number;
    struct trace *traces;
    size_t count;
    unsigned
        weight[SIGNATURE_MARKS_MAX]; /* of the poorest trace of each mark: 0 = not to be found */
    uint8_t places[SIGNATURE_MARKS_MAX]; /* bits: where its traces are */
    uint64_t used;                       /* marks that are looked for by themselves */
    size_t first;                        /* of its clues in the list */
    bool failed;                         /* no memory */
};

static void *grow(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    size_t wanted = *room ? 2 * *room : 256;
    void *grown = reallocarray(list, wanted, size);
    if (grown)
        *room = wanted;
    return grown;
}

static bool is_known(const struct tracing *t, const struct clue *clue, uint16_t group, uint8_t part)
{
    for (size_t i = t->first; i < t->list->count; i++) {
        const struct clue *other = &t->list->clues[i];
        if (other->place == clue->place && other->kind == clue->kind && other->text == clue->text &&
            other->any_case == clue->any_case && other->by_line == clue->by_line &&
            other->group == group && other->part == part &&
            strcmp(other->expression, clue->expression) == 0)
            return true;
    }
    return false;
}

static void add_clue(struct tracing *t, const struct clue *clue, uint16_t group, uint8_t part)
{
    struct clue_list *list = t->list;
    if (!clue->expression || is_known(t, clue, group, part))
        return;
    struct clue *grown = grow(list->clues, list->count, &list->room, sizeof *grown);
    if (!grown) {
        t->failed = true;
        return;
    }
    list->clues = grown;
    grown[list->count] = *clue;
    grown[list->count].group = group;
    grown[list->count].part = part;
    list->count++;
}

/* The expression as a clue; its text is copied. */
static struct clue clue_of(struct tracing *t, const struct expression *expression,
                           enum clue_place place, enum hint_kind kind)
{
    struct clue clue = {.any_case = expression->any_case,
                        .by_line = expression->by_line,
                        .place = (uint8_t)place,
                        .kind = (uint8_t)kind,
                        .text = CLUE_NO_TEXT,
                        .group = CLUE_ALONE,
                        .signature = t->number};
    size_t size = strlen(expression->text) + 1;
    char *text = arena_take(t->list->arena, size, 1);
    if (text)
        memcpy(text, expression->text, size);
    t->failed |= !text;
    clue.expression = text;
    return clue;
}

static struct trace *add_trace(struct tracing *t, uint64_t mark,
                               const struct expression *expression, enum clue_place place,
                               enum hint_kind kind)
{
    struct trace *trace = &t->traces[t->count++];
    *trace = (struct trace){.mark = mark, .weight = expression->weight};
    if (expression->weight > 0)
        trace->clue = clue_of(t, expression, place, kind);
    return trace;
}

static void trace_headers(struct tracing *t)
{
    for (size_t i = 0; i < t->signature->header_count; i++) {
        const struct header_fact *header = &t->signature->headers[i];
        struct test test = header->fact.test;
        struct expression expression;
        if (header->capture.before)
            test = (struct test){.kind = TEST_CONTAINS, .text = header->capture.before};
        expression_of_header(header->name, &test, &expression);
        add_trace(t, header->fact.mark, &expression, CLUE_HEAD, HINT_HEADER);
    }
}

/* Regular expressions are looked for in any case: nobody else tries them. */
static void trace_texts(struct tracing *t)
{
    for (size_t i = 0; i < t->signature->text_count; i++) {
        const struct text_fact *text = &t->signature->texts[i];
        struct expression expression;
        expression_of_text(text, &expression);
        struct trace *trace = add_trace(t, text->fact.mark, &expression, CLUE_BODY, HINT_TEXT);
        trace->clue.text = (uint8_t)i;
        if (text->kind == TEXT_MATCHES) {
            trace->clue.expression = text->text;
            add_clue(t, &trace->clue, CLUE_ALONE, 0);
        }
    }
}

static void trace_groups(struct tracing *t, enum path_kind kind, const struct json_group *groups,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < groups[i].count; k++) {
            const char *path = groups[i].facts[k].path;
            const struct fact *fact = &t->signature->facts[groups[i].facts[k].fact];
            struct expression expression;
            if (!fact->mark)
                continue;
            expression_of_place(kind, path, fact, &expression);
            struct trace *trace = add_trace(t, fact->mark, &expression, CLUE_BODY, HINT_MEMBER);
            trace->path = path;
            trace->path_kind = kind;
        }
}

/* Marks that are built in and leave a trace: rows of a listing, members of a binary body. */
static void trace_builtin(struct tracing *t)
{
    struct expression expression;
    for (size_t i = 0; i < t->signature->table_count; i++) {
        expression_of_row(&t->signature->tables[i], &expression);
        if (expression.weight > 0)
            add_trace(t, MARK_BIT(MARK_TABLE_ROW), &expression, CLUE_BODY, HINT_TEXT);
    }
    if (!t->signature->dataset_key)
        return;
    expression_of_binary_key(t->signature->dataset_key, &expression);
    add_trace(t, MARK_BIT(MARK_BINARY_TYPE), &expression, CLUE_BODY, HINT_MEMBER);
}

static size_t count_traces(const struct signature *signature)
{
    size_t count = signature->header_count + signature->text_count + signature->table_count + 1;
    for (size_t i = 0; i < signature->group_count; i++)
        count += signature->groups[i].count;
    for (size_t i = 0; i < signature->xml_group_count; i++)
        count += signature->xml_groups[i].count;
    return count;
}

/* A mark is found no better than its poorest trace. */
static void weigh_marks(struct tracing *t)
{
    for (size_t m = 0; m < SIGNATURE_MARKS_MAX; m++) {
        unsigned poorest = UINT32_MAX;
        for (size_t i = 0; i < t->count; i++) {
            const struct trace *trace = &t->traces[i];
            if (!(trace->mark & MARK_BIT(m)))
                continue;
            poorest = trace->weight < poorest ? trace->weight : poorest;
            t->places[m] |= (uint8_t)(1U << trace->clue.place);
        }
        t->weight[m] = poorest == UINT32_MAX ? 0 : poorest;
    }
}

static void use_mark(struct tracing *t, size_t mark, uint16_t group, uint8_t part)
{
    if (group == CLUE_ALONE)
        t->used |= MARK_BIT(mark);
    for (size_t i = 0; i < t->count; i++)
        if (t->traces[i].mark & MARK_BIT(mark))
            add_clue(t, &t->traces[i].clue, group, part);
}

static uint16_t add_group(struct tracing *t, uint32_t parts)
{
    struct clue_list *list = t->list;
    if (list->group_count == CLUE_ALONE)
        return CLUE_ALONE;
    struct clue_group *grown =
        grow(list->groups, list->group_count, &list->group_room, sizeof *grown);
    if (!grown) {
        t->failed = true;
        return CLUE_ALONE;
    }
    list->groups = grown;
    grown[list->group_count] = (struct clue_group){.signature = t->number, .parts = parts};
    return (uint16_t)list->group_count++;
}

/* A member that tells too little alone, with all that stands on the way to it. */
static void use_steps(struct tracing *t, const struct trace *trace)
{
    struct expression steps[EXPRESSION_STEPS_MAX];
    size_t count = expression_of_steps(trace->path_kind, trace->path, steps);
    uint16_t group = CLUE_ALONE;
    if (count > 1)
        group = add_group(t, (uint32_t)(MARK_BIT(count) - 1));
    if (group == CLUE_ALONE) {
        add_clue(t, &trace->clue, CLUE_ALONE, 0);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct clue clue = clue_of(t, &steps[i], CLUE_BODY, HINT_MEMBER);
        add_clue(t, &clue, group, (uint8_t)i);
    }
}

/* A mark of which nothing else is in its line. */
static void use_poor_mark(struct tracing *t, size_t mark)
{
    t->used |= MARK_BIT(mark);
    for (size_t i = 0; i < t->count; i++) {
        const struct trace *trace = &t->traces[i];
        if (!(trace->mark & MARK_BIT(mark)))
            continue;
        if (trace->path && trace->weight < EXPRESSION_GOOD)
            use_steps(t, trace);
        else
            add_clue(t, &trace->clue, CLUE_ALONE, 0);
    }
}

/* All marks of a line that are found in the same place, of which none tells enough alone. */
static void use_together(struct tracing *t, uint64_t marks, size_t best)
{
    size_t together[32];
    size_t count = 0;
    for (size_t m = 0; m < SIGNATURE_MARKS_MAX && count < 32; m++)
        if (marks & MARK_BIT(m) && t->weight[m] > 0 && t->places[m] == t->places[best] &&
            (t->places[m] & (t->places[m] - 1)) == 0)
            together[count++] = m;
    if (count < 2) {
        use_poor_mark(t, best);
        return;
    }
    uint16_t group = add_group(t, (uint32_t)(MARK_BIT(count) - 1));
    for (size_t i = 0; i < count; i++)
        use_mark(t, together[i], group, (uint8_t)i);
}

/* What tells most of the marks; SIGNATURE_MARKS_MAX if none leaves a trace. */
static size_t find_best(const struct tracing *t, uint64_t marks)
{
    size_t best = SIGNATURE_MARKS_MAX;
    unsigned weight = 0;
    for (size_t m = 0; m < SIGNATURE_MARKS_MAX; m++)
        if (marks & MARK_BIT(m) && t->weight[m] > weight) {
            weight = t->weight[m];
            best = m;
        }
    return best;
}

static void use_line(struct tracing *t, uint64_t marks)
{
    size_t best = find_best(t, marks);
    if (marks & (t->used | MARK_BIT(MARK_OWN_PATH)) || best == SIGNATURE_MARKS_MAX)
        return;
    if (t->weight[best] >= EXPRESSION_GOOD)
        use_mark(t, best, CLUE_ALONE, 0);
    else
        use_together(t, marks, best);
}

/* The heaviest of what a refusal asks of the reply; returns where that stands. */
static enum clue_place weigh_refusal(const struct refusal_rule *rule, struct expression *best)
{
    const char *const words[] = {rule->error, rule->reason, rule->contains};
    struct expression other;
    enum clue_place place = CLUE_BODY;
    *best = (struct expression){.weight = 0};
    if (rule->body)
        expression_of_beginning(rule->body, best);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!words[i])
            continue;
        expression_of_words(words[i], &other);
        if (other.weight > best->weight)
            *best = other;
    }
    if (!rule->header_name)
        return place;
    expression_of_header(rule->header_name, &rule->header_test, &other);
    if (other.weight > best->weight) {
        *best = other;
        place = CLUE_HEAD;
    }
    return place;
}

/* A refusal that has an identity names the store; the others need to know it already. */
static void use_refusal(struct tracing *t, const struct refusal_rule *rule)
{
    struct expression best;
    if (rule->identity == IDENTITY_NONE || rule->own_paths)
        return;
    enum clue_place place = weigh_refusal(rule, &best);
    size_t mark = find_best(t, rule->mark);
    if (mark < SIGNATURE_MARKS_MAX && t->weight[mark] > best.weight) {
        use_line(t, MARK_BIT(mark));
        return;
    }
    if (best.weight == 0)
        return;
    struct clue clue = clue_of(t, &best, place, place == CLUE_HEAD ? HINT_HEADER : HINT_TEXT);
    add_clue(t, &clue, CLUE_ALONE, 0);
}

static void derive(struct clue_list *list, const struct signature *signature, uint16_t number,
                   struct tracing *t)
{
    *t = (struct tracing){
        .list = list, .signature = signature, .number = number, .first = list->count};
    t->traces = calloc(count_traces(signature), sizeof *t->traces);
    if (!t->traces) {
        t->failed = true;
        return;
    }
    trace_headers(t);
    trace_texts(t);
    trace_groups(t, PATH_JSON, signature->groups, signature->group_count);
    trace_groups(t, PATH_XML, signature->xml_groups, signature->xml_group_count);
    trace_builtin(t);
    weigh_marks(t);
    for (size_t i = 0; i < signature->identity_count; i++)
        use_line(t, signature->identities[i].marks);
    for (size_t i = 0; i < signature->refusal_count; i++)
        use_refusal(t, &signature->refusals[i]);
    free(t->traces);
}

enum ajar_status clues_derive(const struct signature_set *set, struct clue_list *list)
{
    *list = (struct clue_list){.arena = arena_new()};
    if (!list->arena)
        return AJAR_ERR_MEMORY;
    for (size_t i = 0; i < set->count; i++) {
        struct tracing tracing;
        derive(list, set->signatures[i], (uint16_t)i, &tracing);
        if (tracing.failed)
            return AJAR_ERR_MEMORY;
    }
    return AJAR_OK;
}

void clues_clear(struct clue_list *list)
{
    free(list->clues);
    free(list->groups);
    arena_free(list->arena);
    *list = (struct clue_list){.clues = NULL};
}
