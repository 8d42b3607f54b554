/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of request paths. A path is split at '/'; a literal segment is tried before {index} and
 * {api}, those before {any}, and ** last, with backtracking (trees are shallow, paths short).
 */
#include "detect/paths.h"

#include <string.h>

enum segment_kind { SEGMENT_LITERAL, SEGMENT_INDEX, SEGMENT_API, SEGMENT_ANY, SEGMENT_REST };

struct rule_link {
    uint16_t rule;
    struct rule_link *next;
};

struct path_node {
    enum segment_kind kind;
    const char *text; /* SEGMENT_LITERAL */
    size_t length;
    struct rule_link *rules;
    struct path_node *children; /* in the order in which they are tried */
    struct path_node *next;
};

struct segments {
    struct slice list[PATH_SEGMENTS_MAX + 1];
    size_t count;
    bool overflow;
};

/* Splits after the leading '/'; one empty segment at the end (a trailing slash) is dropped. */
static void split(struct slice path, struct segments *out)
{
    *out = (struct segments){0};
    size_t at = path.length && path.text[0] == '/' ? 1 : 0;
    while (at < path.length) {
        const char *slash = memchr(path.text + at, '/', path.length - at);
        size_t end = slash ? (size_t)(slash - path.text) : path.length;
        if (out->count == PATH_SEGMENTS_MAX) {
            out->overflow = true;
            return;
        }
        out->list[out->count++] = (struct slice){path.text + at, end - at};
        at = end + 1;
    }
}

static enum segment_kind kind_of(struct slice segment)
{
    if (slice_equals(segment, "{index}"))
        return SEGMENT_INDEX;
    if (slice_equals(segment, "{api}"))
        return SEGMENT_API;
    if (slice_equals(segment, "{any}"))
        return SEGMENT_ANY;
    if (slice_equals(segment, "**"))
        return SEGMENT_REST;
    return SEGMENT_LITERAL;
}

struct path_node *path_tree_new(struct arena *arena)
{
    return arena_take(arena, 1, sizeof(struct path_node));
}

static bool same_segment(const struct path_node *node, enum segment_kind kind, struct slice text)
{
    if (node->kind != kind)
        return false;
    return kind != SEGMENT_LITERAL ||
           (node->length == text.length && memcmp(node->text, text.text, text.length) == 0);
}

/* The child for a segment, made where there is none, kept in the order of enum segment_kind. */
static struct path_node *child_for(struct path_node *parent, struct arena *arena,
                                   struct slice segment)
{
    enum segment_kind kind = kind_of(segment);
    struct path_node **link = &parent->children;
    while (*link && (*link)->kind <= kind) {
        if (same_segment(*link, kind, segment))
            return *link;
        link = &(*link)->next;
    }
    struct path_node *child = arena_take(arena, 1, sizeof *child);
    if (!child)
        return NULL;
    *child = (struct path_node){
        .kind = kind, .text = segment.text, .length = segment.length, .next = *link};
    *link = child;
    return child;
}

enum ajar_status path_tree_add(struct path_node *tree, struct arena *arena, const char *path,
                               uint16_t rule)
{
    struct segments segments;
    split((struct slice){path, strlen(path)}, &segments);
    if (path[0] != '/' || segments.overflow)
        return AJAR_ERR_FORMAT;
    struct path_node *node = tree;
    for (size_t i = 0; i + 1 < segments.count; i++)
        if (kind_of(segments.list[i]) == SEGMENT_REST)
            return AJAR_ERR_FORMAT;
    for (size_t i = 0; i < segments.count; i++) {
        node = child_for(node, arena, segments.list[i]);
        if (!node)
            return AJAR_ERR_MEMORY;
    }
    struct rule_link *link = arena_take(arena, 1, sizeof *link);
    if (!link)
        return AJAR_ERR_MEMORY;
    link->rule = rule;
    struct rule_link **end = &node->rules;
    while (*end)
        end = &(*end)->next;
    *end = link;
    return AJAR_OK;
}

struct walk {
    const struct segments *segments;
    path_visitor visitor;
    void *context;
    struct slice index;
};

static bool fits(const struct path_node *node, struct slice segment)
{
    bool underscore = segment.length && segment.text[0] == '_';
    switch (node->kind) {
    case SEGMENT_LITERAL:
        return same_segment(node, SEGMENT_LITERAL, segment);
    case SEGMENT_INDEX:
        return segment.length && (!underscore || slice_equals(segment, "_all"));
    case SEGMENT_API:
        return underscore;
    case SEGMENT_ANY:
        return segment.length > 0;
    case SEGMENT_REST:
        return true;
    }
    return false;
}

static bool offer(const struct path_node *node, const struct walk *walk)
{
    for (const struct rule_link *link = node->rules; link; link = link->next)
        if (walk->visitor(walk->context, link->rule, walk->index))
            return true;
    return false;
}

static bool walk_from(const struct path_node *node, size_t at, struct walk *walk)
{
    if (at == walk->segments->count && !walk->segments->overflow)
        return offer(node, walk);
    for (const struct path_node *child = node->children; child; child = child->next) {
        if (at >= walk->segments->count || !fits(child, walk->segments->list[at]))
            continue;
        if (child->kind == SEGMENT_REST) {
            if (offer(child, walk))
                return true;
            continue;
        }
        struct slice before = walk->index;
        if (child->kind == SEGMENT_INDEX)
            walk->index = walk->segments->list[at];
        if (walk_from(child, at + 1, walk))
            return true;
        walk->index = before;
    }
    return false;
}

bool path_tree_find(const struct path_node *tree, struct slice path, path_visitor visitor,
                    void *context)
{
    struct segments segments;
    split(path, &segments);
    struct walk walk = {.segments = &segments, .visitor = visitor, .context = context};
    return walk_from(tree, 0, &walk);
}
