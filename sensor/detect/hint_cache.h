/* SPDX-License-Identifier: Apache-2.0 */
/* Databases of hints kept in a folder between two starts. Used at start only. */
#ifndef AJAR_DETECT_HINT_CACHE_H
#define AJAR_DETECT_HINT_CACHE_H

#include "detect/hint_base.h"

#define HINT_CACHE_FILES 8 /* kept in the folder; the oldest go first */

/*
 * The database of exactly these patterns from `folder`, if there is one that this build made and
 * nobody else could have written. False: compile.
 */
bool hint_cache_find(const char *folder, const struct hint_patterns *patterns,
                     struct hint_base *base);

/* Keeps a database in `folder`, which is made if it is not there: all of it or nothing. One warning
 * in the log if that cannot be done. */
void hint_cache_keep(const char *folder, const struct hint_patterns *patterns,
                     const struct hint_base *base);

#endif
