/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of a batch: the words of one command each, behind their number. Place in the road: the
 * Redis thread.
 */
#include "emit/redis_part.h"

#include "base/timestamp.h"

void redis_part_begin(struct redis_batch *batch, const char *command, size_t key)
{
    resp_empty(&batch->part);
    resp_add_text(&batch->part, command);
    resp_add_number(&batch->part, key);
}

void redis_part_end(struct redis_batch *batch)
{
    if (batch->part_count == REDIS_PARTS_MAX)
        return;
    resp_add_number(&batch->parts, batch->part.words);
    resp_join(&batch->parts, &batch->part);
    batch->part_count++;
}

void redis_part_add_field(struct redis_batch *batch, const char *name, const char *value)
{
    if (value[0] == '\0')
        return;
    resp_add_text(&batch->part, name);
    resp_add_text(&batch->part, value);
}

void redis_part_add_time(struct redis_batch *batch, const char *name, uint64_t time_ns)
{
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format(time_ns, text);
    redis_part_add_field(batch, name, text);
}

void redis_part_add_count(struct redis_batch *batch, const char *name, uint64_t count)
{
    if (count == FINDING_NO_COUNT)
        return;
    resp_add_text(&batch->part, name);
    resp_add_number(&batch->part, count);
}

void redis_part_expire(struct redis_batch *batch, size_t key, uint64_t seconds)
{
    redis_part_begin(batch, "EXPIRE", key);
    resp_add_number(&batch->part, seconds);
    redis_part_end(batch);
}
