/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of members that the parts of a document have in common: what is not known is left out. */
#ifndef AJAR_EMIT_JSON_PARTS_H
#define AJAR_EMIT_JSON_PARTS_H

#include "ajar/event.h"
#include "emit/json_writer.h"

/* A number, unless it is FINDING_NO_COUNT. */
void json_add_count(struct json_writer *writer, const char *key, uint64_t count);

/* A number, unless it is 0. */
void json_add_some(struct json_writer *writer, const char *key, uint64_t count);

/* Only what is true is said; false is the rule. */
void json_add_true(struct json_writer *writer, const char *key, bool value);

/* A time of packets, to the microsecond. */
void json_add_time(struct json_writer *writer, const char *key, uint64_t time_ns);

/* A date that a store gave, to the second, unless it is 0 or of no year with four digits. */
void json_add_date(struct json_writer *writer, const char *key, int64_t seconds);

/* An address, unless it is ::. */
void json_add_address(struct json_writer *writer, const char *key, const struct addr *addr);

/* The parts of "NL,US" as a list, the first `most` of them. */
void json_add_split(struct json_writer *writer, const char *key, const char *separated,
                    unsigned most);

/* A data set with what is known of it. */
struct json_dataset {
    const char *name;
    uint64_t records, bytes; /* FINDING_NO_COUNT = not said */
    uint64_t returned;
    uint8_t source; /* enum count_source of records */
};
void json_add_dataset(struct json_writer *writer, const struct json_dataset *dataset);

#endif
