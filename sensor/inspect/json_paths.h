/* SPDX-License-Identifier: Apache-2.0 */
/* How the JSON scanner looks places up in a set of paths. Read-only, any thread. */
#ifndef AJAR_INSPECT_JSON_PATHS_H
#define AJAR_INSPECT_JSON_PATHS_H

#include "inspect/json.h"

#define JSON_NODE_NONE  0     /* a place on no path */
#define JSON_NODE_ROOT  1     /* the top value */
#define JSON_PLACES_MAX 65535 /* places (steps of all paths, shared ones once) in one set */

/* The tag of the path that ends at this place, or JSON_TAG_NONE. */
uint16_t json_paths_tag(const struct json_paths *paths, uint16_t node);

/* Whether a path goes on below this place if the value there is an array (or an object). */
bool json_paths_goes_below(const struct json_paths *paths, uint16_t node, bool is_array);

/* The place of an array's elements. */
uint16_t json_paths_element(const struct json_paths *paths, uint16_t node);

/* The place of a member of that name; `cut` names match "*" alone. */
uint16_t json_paths_member(const struct json_paths *paths, uint16_t node, const char *name,
                           size_t length, bool cut);

#endif
