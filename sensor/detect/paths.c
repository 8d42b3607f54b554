/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of request paths. A path is split at '/'; a literal segment is tried before one by its
 * end, those before {index} and {api}, those before {dataset} and {any}, these before {dataset+},
 * the rest last, with backtracking (trees are shallow, paths short, PATH_STEPS_MAX bounds it).
 */
#include "detect/paths.h"

#include "detect/query.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum segment_kind {
    SEGMENT_LITERAL,
    SEGMENT_SUFFIX,
    SEGMENT_INDEX,
    SEGMENT_API,
    SEGMENT_DATASET,
    SEGMENT_ANY,
    SEGMENT_DATASETS, /* one or several, up to a literal one */
    SEGMENT_FILE,
    SEGMENT_REST
};

struct rule_link {
    uint32_t rule;
    struct slice text; /* what the parameter's value must say, empty = anything */
    bool anywhere;     /* in it, not at its beginning */
    struct rule_link *next;
};

struct path_condition {
    struct slice name;       /* of the parameter */
    struct slice word;       /* the first one of its value; empty = any */
    struct rule_link *rules; /* those that ask for the longest text first */
};

struct path_node {
    enum segment_kind kind;
    struct slice text; /* SEGMENT_LITERAL, SEGMENT_SUFFIX */
    struct rule_link *rules;
    struct path_condition *conditions; /* by name and word */
    size_t condition_count;
    size_t condition_room;
    struct path_node **literals; /* children, by text */
    size_t literal_count;
    size_t literal_room;
    struct path_node *children; /* the others, in the order in which they are tried */
    struct path_node *next;
};

struct segments {
    struct slice list[PATH_SEGMENTS_MAX + 1];
    size_t count;
    bool overflow;
};

/* Splits after the leading '/'; empty segments are dropped. */
static void split(struct slice path, struct segments *out)
{
    out->count = 0;
    out->overflow = false;
    size_t at = 0;
    while (at < path.length) {
        const char *slash = memchr(path.text + at, '/', path.length - at);
        size_t end = slash ? (size_t)(slash - path.text) : path.length;
        if (end > at && out->count == PATH_SEGMENTS_MAX) {
            out->overflow = true;
            return;
        }
        if (end > at)
            out->list[out->count++] = (struct slice){path.text + at, end - at};
        at = end + 1;
    }
}

static enum segment_kind kind_of(struct slice segment)
{
    static const struct {
        const char *text;
        enum segment_kind kind;
    } words[] = {{"{index}", SEGMENT_INDEX},      {"{api}", SEGMENT_API},   {"{any}", SEGMENT_ANY},
                 {"{dataset}", SEGMENT_DATASET},  {"{file}", SEGMENT_FILE}, {"**", SEGMENT_REST},
                 {"{dataset+}", SEGMENT_DATASETS}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_equals(segment, words[i].text))
            return words[i].kind;
    return segment.text[0] == '*' && segment.length > 1 ? SEGMENT_SUFFIX : SEGMENT_LITERAL;
}

struct path_node *path_tree_new(struct arena *arena)
{
    return arena_take(arena, 1, sizeof(struct path_node));
}

static int compare_text(struct slice a, struct slice b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common ? memcmp(a.text, b.text, common) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* Where the text stands among the literal children, or would stand. */
static size_t literal_place(const struct path_node *node, struct slice text)
{
    size_t low = 0;
    size_t high = node->literal_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_text(node->literals[middle]->text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct path_node *literal_find(const struct path_node *node, struct slice text)
{
    size_t place = literal_place(node, text);
    bool there =
        place < node->literal_count && compare_text(node->literals[place]->text, text) == 0;
    return there ? node->literals[place] : NULL;
}

/* Room for one more element of an array in the arena; NULL without memory. */
static void *grown(struct arena *arena, void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    size_t wanted = *room ? *room * 2 : 4;
    void *larger = arena_take(arena, wanted, size);
    if (larger && count)
        memcpy(larger, array, count * size);
    if (larger)
        *room = wanted;
    return larger;
}

static struct path_node *node_new(struct arena *arena, enum segment_kind kind, struct slice text)
{
    struct path_node *node = arena_take(arena, 1, sizeof *node);
    if (node) {
        node->kind = kind;
        node->text = text;
    }
    return node;
}

static struct path_node *literal_child(struct path_node *parent, struct arena *arena,
                                       struct slice text)
{
    struct path_node *child = literal_find(parent, text);
    if (child)
        return child;
    struct path_node **literals = grown(arena, parent->literals, parent->literal_count,
                                        &parent->literal_room, sizeof *literals);
    child = node_new(arena, SEGMENT_LITERAL, text);
    if (!literals || !child)
        return NULL;
    parent->literals = literals;
    size_t place = literal_place(parent, text);
    memmove(literals + place + 1, literals + place,
            (parent->literal_count - place) * sizeof *literals);
    literals[place] = child;
    parent->literal_count++;
    return child;
}

/* The child for a segment, made where there is none, others than literals in the order of enum
 * segment_kind. */
static struct path_node *child_for(struct path_node *parent, struct arena *arena,
                                   struct slice segment)
{
    enum segment_kind kind = kind_of(segment);
    if (kind == SEGMENT_LITERAL)
        return literal_child(parent, arena, segment);
    struct slice text = kind == SEGMENT_SUFFIX
                            ? (struct slice){segment.text + 1, segment.length - 1}
                            : (struct slice){NULL, 0};
    struct path_node **link = &parent->children;
    while (*link && (*link)->kind <= kind) {
        if ((*link)->kind == kind && compare_text((*link)->text, text) == 0)
            return *link;
        link = &(*link)->next;
    }
    struct path_node *child = node_new(arena, kind, text);
    if (!child)
        return NULL;
    child->next = *link;
    *link = child;
    return child;
}

static int compare_condition(const struct path_condition *condition, struct slice name,
                             struct slice word)
{
    int order = query_compare_names(condition->name, name);
    return order ? order : query_compare_names(condition->word, word);
}

static size_t condition_place(const struct path_node *node, struct slice name, struct slice word)
{
    size_t low = 0;
    size_t high = node->condition_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_condition(&node->conditions[middle], name, word) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct path_condition *condition_find(const struct path_node *node, struct slice name,
                                                   struct slice word)
{
    size_t place = condition_place(node, name, word);
    bool there = place < node->condition_count &&
                 compare_condition(&node->conditions[place], name, word) == 0;
    return there ? &node->conditions[place] : NULL;
}

/* A condition as it stands in a path: NAME, NAME=WORDS or NAME*=TEXT. */
static void read_condition(struct slice written, struct slice *name, struct rule_link *link)
{
    const char *equals = memchr(written.text, '=', written.length);
    size_t length = equals ? (size_t)(equals - written.text) : written.length;
    link->anywhere = equals && length > 1 && written.text[length - 1] == '*';
    *name = (struct slice){written.text, length - link->anywhere};
    link->text =
        equals ? (struct slice){equals + 1, written.length - length - 1} : (struct slice){NULL, 0};
}

/* The condition for a parameter and the first word of its value, made where there is none. */
static struct path_condition *condition_for(struct path_node *node, struct arena *arena,
                                            struct slice name, struct slice word)
{
    size_t place = condition_place(node, name, word);
    if (condition_find(node, name, word))
        return &node->conditions[place];
    struct path_condition *conditions = grown(arena, node->conditions, node->condition_count,
                                              &node->condition_room, sizeof *conditions);
    if (!conditions)
        return NULL;
    node->conditions = conditions;
    memmove(conditions + place + 1, conditions + place,
            (node->condition_count - place) * sizeof *conditions);
    conditions[place] = (struct path_condition){.name = name, .word = word};
    node->condition_count++;
    return &conditions[place];
}

/* {file} and ** can only be last, {dataset+} only before a literal part. */
static bool is_well_formed(const struct segments *segments)
{
    for (size_t i = 0; i < segments->count; i++) {
        bool is_last = i + 1 == segments->count;
        enum segment_kind kind = kind_of(segments->list[i]);
        if (kind >= SEGMENT_FILE && !is_last)
            return false;
        if (kind == SEGMENT_DATASETS &&
            (is_last || kind_of(segments->list[i + 1]) != SEGMENT_LITERAL))
            return false;
    }
    return !segments->overflow;
}

static void add_link(struct rule_link **end, struct rule_link *link)
{
    while (*end && (*end)->text.length >= link->text.length)
        end = &(*end)->next;
    link->next = *end;
    *end = link;
}

static enum ajar_status add_conditional(struct path_node *node, struct arena *arena,
                                        struct slice written, struct rule_link *link)
{
    struct slice name;
    read_condition(written, &name, link);
    struct slice word = link->anywhere ? (struct slice){NULL, 0} : query_word(link->text);
    if (name.length == 0 || (link->text.text && link->text.length == 0))
        return AJAR_ERR_FORMAT;
    struct path_condition *condition = condition_for(node, arena, name, word);
    if (!condition)
        return AJAR_ERR_MEMORY;
    add_link(&condition->rules, link);
    return AJAR_OK;
}

enum ajar_status path_tree_add(struct path_node *tree, struct arena *arena, const char *path,
                               uint32_t rule)
{
    struct segments segments;
    const char *mark = strchr(path, '?');
    split((struct slice){path, mark ? (size_t)(mark - path) : strlen(path)}, &segments);
    if (path[0] != '/' || !is_well_formed(&segments))
        return AJAR_ERR_FORMAT;
    struct path_node *node = tree;
    for (size_t i = 0; i < segments.count; i++) {
        node = child_for(node, arena, segments.list[i]);
        if (!node)
            return AJAR_ERR_MEMORY;
    }
    struct rule_link *link = arena_take(arena, 1, sizeof *link);
    if (!link)
        return AJAR_ERR_MEMORY;
    link->rule = rule;
    if (mark)
        return add_conditional(node, arena, (struct slice){mark + 1, strlen(mark + 1)}, link);
    add_link(&node->rules, link);
    return AJAR_OK;
}

struct walk {
    const struct segments *segments;
    struct slice path;
    struct slice query;
    path_visitor visitor;
    void *context;
    struct slice dataset;
    unsigned steps;
};

static bool ends_with(struct slice segment, struct slice end)
{
    return segment.length >= end.length &&
           strncasecmp(segment.text + segment.length - end.length, end.text, end.length) == 0;
}

static bool fits(const struct path_node *node, struct slice segment)
{
    bool underscore = segment.text[0] == '_';
    switch (node->kind) {
    case SEGMENT_SUFFIX:
        return ends_with(segment, node->text);
    case SEGMENT_INDEX:
        return !underscore || slice_equals(segment, "_all");
    case SEGMENT_API:
        return underscore;
    default:
        return true;
    }
}

static bool offer_rules(const struct rule_link *link, struct slice value, struct walk *walk)
{
    for (; link && walk->steps++ < PATH_STEPS_MAX; link = link->next)
        if (query_says(value, link->text, link->anywhere) &&
            walk->visitor(walk->context, link->rule, walk->dataset))
            return true;
    return false;
}

static bool offer_condition(const struct path_node *node, struct slice name, struct slice word,
                            struct slice value, struct walk *walk)
{
    const struct path_condition *found = condition_find(node, name, word);
    return found && offer_rules(found->rules, value, walk);
}

/* What a parameter's value says decides before what is only there. */
static bool offer_conditions(const struct path_node *node, struct walk *walk)
{
    static const struct slice any = {NULL, 0};
    struct slice query = walk->query;
    struct slice name;
    struct slice raw;
    for (int i = 0; i < PATH_PARAMETERS_MAX && query_next(&query, &name, &raw); i++) {
        char text[QUERY_TEXT_MAX];
        struct slice value = query_plain(raw, text);
        struct slice word = query_word(value);
        if ((word.length > 0 && offer_condition(node, name, word, value, walk)) ||
            offer_condition(node, name, any, value, walk))
            return true;
    }
    return false;
}

static bool offer(const struct path_node *node, struct walk *walk)
{
    return (node->condition_count > 0 && offer_conditions(node, walk)) ||
           offer_rules(node->rules, (struct slice){NULL, 0}, walk);
}

static bool walk_from(const struct path_node *node, size_t at, struct walk *walk);

static bool names_dataset(enum segment_kind kind)
{
    return kind == SEGMENT_INDEX || kind == SEGMENT_DATASET || kind == SEGMENT_SUFFIX ||
           kind == SEGMENT_FILE;
}

/* The rest of the path from a segment on, without a slash at its end. */
static struct slice rest_of(const struct walk *walk, size_t at)
{
    const char *begin = walk->segments->list[at].text;
    size_t length = (size_t)(walk->path.text + walk->path.length - begin);
    while (length > 1 && begin[length - 1] == '/')
        length--;
    return (struct slice){begin, length};
}

/* {dataset+}: as few parts as lead to a rule. */
static bool walk_datasets(const struct path_node *child, size_t at, struct walk *walk)
{
    const struct slice *list = walk->segments->list;
    struct slice before = walk->dataset;
    bool taken = false;
    for (size_t end = at + 1; end < walk->segments->count && !taken; end++) {
        const char *behind = list[end - 1].text + list[end - 1].length;
        walk->dataset = (struct slice){list[at].text, (size_t)(behind - list[at].text)};
        taken = walk_from(child, end, walk);
    }
    walk->dataset = before;
    return taken;
}

static bool walk_child(const struct path_node *child, size_t at, struct walk *walk)
{
    bool there = at < walk->segments->count;
    if (child->kind == SEGMENT_REST)
        return offer(child, walk);
    if (!there || !fits(child, walk->segments->list[at]))
        return false;
    if (child->kind == SEGMENT_DATASETS)
        return walk_datasets(child, at, walk);
    struct slice before = walk->dataset;
    if (child->kind == SEGMENT_FILE)
        walk->dataset = rest_of(walk, at);
    else if (names_dataset(child->kind))
        walk->dataset = walk->segments->list[at];
    bool taken = child->kind == SEGMENT_FILE ? offer(child, walk) : walk_from(child, at + 1, walk);
    walk->dataset = before;
    return taken;
}

static bool walk_from(const struct path_node *node, size_t at, struct walk *walk)
{
    if (++walk->steps > PATH_STEPS_MAX)
        return false;
    bool at_end = at == walk->segments->count;
    if (at_end && !walk->segments->overflow && offer(node, walk))
        return true;
    const struct path_node *literal = at_end ? NULL : literal_find(node, walk->segments->list[at]);
    if (literal && walk_from(literal, at + 1, walk))
        return true;
    for (const struct path_node *child = node->children; child; child = child->next)
        if (walk_child(child, at, walk))
            return true;
    return false;
}

bool path_tree_find(const struct path_node *tree, struct slice path, struct slice query,
                    path_visitor visitor, void *context)
{
    struct segments segments;
    split(path, &segments);
    struct walk walk = {.segments = &segments,
                        .path = path,
                        .query = query,
                        .visitor = visitor,
                        .context = context};
    return walk_from(tree, 0, &walk);
}
