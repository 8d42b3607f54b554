/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event as one JSON document with the names of the Elastic Common Schema; every field is in
 * docs/events.md and docs/event.schema.json.
 */
#ifndef AJAR_EMIT_JSON_H
#define AJAR_EMIT_JSON_H

#include "emit/emit.h"

#include <stddef.h>

#define EMIT_SCHEMA_VERSION 1 /* ajar.schema_version: docs/events.md says when it rises */

/*
 * Writes the document without a newline, and its length. Lists are cut (and the cut counted in the
 * document) until it fits into `size` bytes; EMIT_JSON_MAX is always enough. AJAR_ERR_LIMIT
 * when `size` is too small. Delivery thread; keeps nothing.
 */
enum ajar_status json_write_event(const struct emit_options *options, const struct event *event,
                                  char *text, size_t size, size_t *length);

#endif
