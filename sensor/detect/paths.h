/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request paths of a signature as a tree of segments: literals, {index}, {api}, {any} and the rest
 * (**). Built once, constant afterwards.
 */
#ifndef AJAR_DETECT_PATHS_H
#define AJAR_DETECT_PATHS_H

#include "ajar/http.h"
#include "ajar/status.h"
#include "detect/arena.h"

#include <stdint.h>

#define PATH_SEGMENTS_MAX 12 /* of a request; a longer path matches only by ** */

struct path_node;

/* An empty tree in the arena, or NULL without memory. */
struct path_node *path_tree_new(struct arena *arena);

/*
 * Adds a path ("/{index}/_search") for a request rule. Several rules may share a path; they are
 * kept in the order in which they were added. AJAR_ERR_FORMAT: not a path.
 */
enum ajar_status path_tree_add(struct path_node *tree, struct arena *arena, const char *path,
                               uint16_t rule);

/*
 * Told each rule whose path fits, best first, with the piece that {index} stands for ({NULL, 0} if
 * the path has none). Returns true to take this rule and end the search.
 */
typedef bool (*path_visitor)(void *context, uint16_t rule, struct slice index);

/* Walks the tree with a normalised path. Returns whether a visitor took a rule. */
bool path_tree_find(const struct path_node *tree, struct slice path, path_visitor visitor,
                    void *context);

#endif
