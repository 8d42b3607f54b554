/* SPDX-License-Identifier: Apache-2.0 */
/* Moves over JSON text that nobody asked for, at the speed of memory. Pure, any thread. */
#ifndef AJAR_INSPECT_JSON_SKIP_H
#define AJAR_INSPECT_JSON_SKIP_H

#include "ajar/cursor.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a skip stands between two pieces of a body. */
struct json_skip {
    uint64_t depth; /* containers still open */
    bool in_string;
    bool escaped; /* the last byte was a backslash that escapes the next */
};

/*
 * Moves the cursor behind the bracket that closes the last open container, or to its end. What
 * lies between is not checked; brackets of both kinds count alike.
 */
void json_skip_containers(struct json_skip *skip, struct cursor *c);

/* Moves the cursor to the next quote or backslash, or to its end. */
void json_skip_text(struct cursor *c);

/* Moves the cursor over white space (RFC 8259 section 2). */
void json_skip_blanks(struct cursor *c);

#endif
