/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record is the event as it is, its length, and its texts in the order of text_of(); the
 * pointers inside are made anew when it is read, since the block moves as it grows.
 */
#include "journal/pending.h"

#include "base/timestamp.h"

#include <stdlib.h>
#include <string.h>

#define TEXTS        10
#define BLOCK_FIRST  (256u << 10)
#define BLOCK_KEPT   (2u << 20) /* what an empty list may keep of its block */
#define RECORD_ALIGN 16

struct record {
    struct journal_event event;
    size_t lengths[TEXTS]; /* without the NUL */
    size_t bytes;          /* of the record with its texts, rounded up */
};

static const char **text_of(struct journal_event *event, unsigned index)
{
    const char **const texts[TEXTS] = {
        &event->id,     &event->action,  &event->store,    &event->verdict,   &event->source,
        &event->server, &event->country, &event->exposure, &event->import_id, &event->json};
    return texts[index];
}

void pending_clear(struct pending *pending)
{
    free(pending->bytes);
    *pending = (struct pending){.bytes = NULL};
}

static enum ajar_status make_room(struct pending *pending, size_t bytes, size_t limit)
{
    if (bytes > limit || pending->used > limit - bytes)
        return AJAR_ERR_LIMIT;
    size_t capacity = pending->capacity ? pending->capacity : BLOCK_FIRST;
    while (capacity < pending->used + bytes)
        capacity *= 2;
    if (capacity == pending->capacity)
        return AJAR_OK;
    unsigned char *moved = realloc(pending->bytes, capacity);
    if (!moved)
        return AJAR_ERR_LIMIT;
    pending->bytes = moved;
    pending->capacity = capacity;
    return AJAR_OK;
}

static void measure(struct record *record)
{
    record->bytes = sizeof *record;
    for (unsigned i = 0; i < TEXTS; i++) {
        const char **text = text_of(&record->event, i);
        if (!*text)
            *text = "";
        record->lengths[i] =
            text == &record->event.json ? record->event.json_length : strlen(*text);
        record->bytes += record->lengths[i] + 1;
    }
    record->bytes = (record->bytes + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

enum ajar_status pending_add(struct pending *pending, const struct journal_event *event,
                             size_t limit)
{
    struct record record = {.event = *event};
    measure(&record);
    enum ajar_status status = make_room(pending, record.bytes, limit);
    if (status != AJAR_OK)
        return status;
    unsigned char *to = pending->bytes + pending->used;
    memcpy(to, &record, sizeof record);
    to += sizeof record;
    for (unsigned i = 0; i < TEXTS; i++) {
        memcpy(to, *text_of(&record.event, i), record.lengths[i]);
        to += record.lengths[i];
        *to++ = '\0';
    }
    if (pending->count == 0)
        pending->first_added_ns = timestamp_monotonic();
    pending->used += record.bytes;
    pending->count++;
    return AJAR_OK;
}

enum ajar_status pending_read(const struct pending *pending, size_t *offset,
                              struct journal_event *event)
{
    if (*offset >= pending->used)
        return AJAR_END;
    struct record record;
    const unsigned char *from = pending->bytes + *offset;
    memcpy(&record, from, sizeof record);
    from += sizeof record;
    for (unsigned i = 0; i < TEXTS; i++) {
        *text_of(&record.event, i) = (const char *)from;
        from += record.lengths[i] + 1;
    }
    *offset += record.bytes;
    *event = record.event;
    return AJAR_OK;
}

void pending_forget(struct pending *pending)
{
    if (pending->capacity > BLOCK_KEPT)
        pending_clear(pending);
    pending->used = 0;
    pending->count = 0;
}
