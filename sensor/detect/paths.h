/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request paths as a tree of segments: literals, *SUFFIX, {index}, {api}, {dataset}, {any},
 * {dataset+}, {file} and the rest (**), with a condition on the query at the end. Built once,
 * constant afterwards. What a search costs depends on the depth of the path, not on the number of
 * paths.
 */
#ifndef AJAR_DETECT_PATHS_H
#define AJAR_DETECT_PATHS_H

#include "ajar/http.h"
#include "ajar/status.h"
#include "detect/arena.h"

#include <stdint.h>

#define PATH_SEGMENTS_MAX   12  /* of a request; a longer path matches only by ** and {file} */
#define PATH_PARAMETERS_MAX 32  /* of a query, held against conditions */
#define PATH_STEPS_MAX      512 /* places and rules visited in one search */

struct path_node;

/* An empty tree in the arena, or NULL without memory. */
struct path_node *path_tree_new(struct arena *arena);

/*
 * Adds a path for a request rule: "/{index}/_search", and with a condition on the query: "/x?op"
 * (a parameter is there), "/x?q=SHOW TABLES" (its value begins with these words, case ignored),
 * "/x?q*=from system." (its value has the text in it). Several rules may share a path; they are
 * kept in the order in which they were added. `path` is borrowed for the tree's life.
 * AJAR_ERR_FORMAT: not a path.
 */
enum ajar_status path_tree_add(struct path_node *tree, struct arena *arena, const char *path,
                               uint32_t rule);

/*
 * Told each rule whose path fits, best first, with the piece that names a data set ({NULL, 0} if
 * the path has none). Returns true to take this rule and end the search.
 */
typedef bool (*path_visitor)(void *context, uint32_t rule, struct slice dataset);

/* Walks the tree with a normalised path and a raw query. Returns whether a visitor took a rule. */
bool path_tree_find(const struct path_node *tree, struct slice path, struct slice query,
                    path_visitor visitor, void *context);

#endif
