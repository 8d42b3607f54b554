/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event as the Redis commands that deliver it: the contract of docs/redis.md. Made by the
 * delivery thread, sent and freed by the writer's.
 */
#ifndef AJAR_EMIT_REDIS_ITEM_H
#define AJAR_EMIT_REDIS_ITEM_H

#include "emit/emit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDIS_COMMANDS_MAX   8
#define REDIS_ALERT_SEVERITY 70
#define REDIS_HEARTBEAT_S    90              /* three status events long */
#define REDIS_IMPORT_S       (7 * 24 * 3600) /* what a reading leaves behind besides events */
#define REDIS_SOURCES_MAX    100000          /* members of the geo set */

enum redis_command_kind {
    REDIS_STREAM, /* the event itself: acknowledged means delivered */
    REDIS_ALERT,
    REDIS_STATE, /* of an exposure: a later event of the same exposure makes it needless */
    REDIS_SOURCE,
    REDIS_HEARTBEAT,
};

struct redis_command {
    uint8_t kind; /* enum redis_command_kind */
    bool done;    /* acknowledged, or not needed any more */
    uint32_t offset;
    uint32_t length;
};

struct redis_item {
    struct redis_item *next;
    size_t bytes;                   /* of memory, this struct included */
    char exposure[EXPOSURE_ID_HEX]; /* whose state it carries, "" = none */
    unsigned refusals;              /* times Redis refused a command other than the event's own */
    unsigned command_count;
    struct redis_command commands[REDIS_COMMANDS_MAX];
    char wire[]; /* the commands as they are sent (RESP arrays) */
};

/* What the commands need besides the event. Borrowed texts. */
struct redis_item_options {
    const char *prefix;    /* "{ajar}" */
    const char *import_id; /* NULL live */
    const char *sensor;
    const char *site;
    uint64_t stream_max;
    uint64_t queued;  /* for the heartbeat: events not yet delivered, */
    uint64_t dropped; /* and given up so far */
};

/* Makes the commands of an event whose document is `json`. AJAR_ERR_MEMORY. Freed with free(). */
enum ajar_status redis_item_make(const struct redis_item_options *options,
                                 const struct event *event, const char *json, size_t length,
                                 struct redis_item **item);

#endif
