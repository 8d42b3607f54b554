/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that is known of one exposure as one JSON document: the element of "exposures" in
 * `ajar report --json`, and the field "report" of its hash in Redis; docs/redis.md has its members.
 */
#ifndef AJAR_EMIT_JSON_REPORT_H
#define AJAR_EMIT_JSON_REPORT_H

#include "ajar/event.h"
#include "emit/json_writer.h"

#define JSON_REPORT_MAX 16384 /* bytes of the document in Redis; lists are cut to fit */

struct exposure;

/*
 * Writes the document without a newline, and its length. Clients, data sets and classes are cut,
 * the clients seen longest ago first, until it fits into `size` bytes; JSON_REPORT_MAX is always
 * enough, and JSON_REPORT_WHOLE for all of it. AJAR_ERR_LIMIT when `size` is too small. Pure.
 */
#define JSON_REPORT_WHOLE (512u << 10)
enum ajar_status json_write_report(const struct exposure *exposure, const struct group_view *group,
                                   char *text, size_t size, size_t *length);

#endif
