/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data sets that replies name, and the numbers and sizes said of them. Both come from the wire:
 * a name is found again however it was cut, a number never wraps.
 */
#include "detect/dataset.h"

#include "base/text.h"

#include <string.h>

#define NAME_BYTES_MAX 255    /* no store here has longer names of data sets */
#define SIZE_LIMIT     1.8e19 /* bytes; a larger size is none and fits no counter */

void count_add(uint64_t *count, uint64_t more)
{
    if (__builtin_add_overflow(*count, more, count) || *count == FINDING_NO_COUNT)
        *count = FINDING_NO_COUNT - 1;
}

bool number_read(const char *text, size_t length, uint64_t *number)
{
    uint64_t value = 0;
    if (length == 0 || length > 19)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    *number = value;
    return true;
}

bool size_read(const char *text, size_t length, uint64_t *bytes)
{
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"kb", 1024.0},
                 {"mb", 1048576.0},
                 {"gb", 1073741824.0},
                 {"tb", 1099511627776.0},
                 {"pb", 1125899906842624.0},
                 {"b", 1.0},
                 {"", 1.0}};
    double value = 0;
    double scale = 0;
    size_t at = 0;
    for (; at < length && at < 18; at++) {
        if (text[at] == '.' && scale == 0) {
            scale = 1;
            continue;
        }
        if (text[at] < '0' || text[at] > '9')
            break;
        value = value * 10 + (text[at] - '0');
        scale *= 10;
    }
    if (at == 0 || (at == 1 && scale == 1))
        return false;
    if (scale > 1)
        value /= scale;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strlen(units[i].unit) == length - at &&
            memcmp(units[i].unit, text + at, length - at) == 0 &&
            value * units[i].factor < SIZE_LIMIT) {
            *bytes = (uint64_t)(value * units[i].factor);
            return true;
        }
    return false;
}

struct finding_dataset *dataset_find(struct dataset_list *list, const char *name, size_t length)
{
    if (length == 0 || length > NAME_BYTES_MAX)
        return NULL;
    char kept[sizeof list->list[0].name];
    size_t used = text_copy(kept, sizeof kept, name, length);
    for (size_t i = 0; i < list->count; i++)
        if (memcmp(list->list[i].name, kept, used + 1) == 0)
            return &list->list[i];
    if (list->count == FINDING_DATASETS_MAX) {
        if (list->dropped < UINT16_MAX)
            list->dropped++;
        return NULL;
    }
    list->told[list->count] = 0;
    struct finding_dataset *made = &list->list[list->count++];
    *made = (struct finding_dataset){.records = FINDING_NO_COUNT, .bytes = FINDING_NO_COUNT};
    memcpy(made->name, kept, used + 1);
    return made;
}

void dataset_set_records(struct finding_dataset *dataset, uint64_t records,
                         enum count_source source)
{
    if (dataset->records != FINDING_NO_COUNT &&
        (source < dataset->source || (source == dataset->source && records <= dataset->records)))
        return;
    dataset->records = records;
    dataset->source = (uint8_t)source;
}

void dataset_keep_row(struct evidence *evidence, const struct dataset_row *row)
{
    struct reply *reply = &evidence->reply;
    struct finding_dataset *dataset =
        dataset_find(&evidence->datasets, row->name, strlen(row->name));
    reply->rows++;
    if (row->records != FINDING_NO_COUNT) {
        reply->rows_counted = true;
        count_add(&reply->rows_records, row->records);
    }
    if (dataset && row->records != FINDING_NO_COUNT)
        dataset_set_records(dataset, row->records, COUNT_LISTING);
    if (dataset && row->bytes != FINDING_NO_COUNT)
        dataset->bytes = row->bytes;
}

void dataset_add_record(struct reply *reply, struct finding_dataset *dataset)
{
    reply->names_seen |= reply->detail.body.names;
    if (reply->returned_said || reply->detail.body.names)
        return;
    reply->returned++;
    if (dataset)
        dataset->returned++;
    else
        reply->unassigned++;
}

void dataset_note_value(struct reply *reply)
{
    if (reply->detail.body.names)
        reply->names_seen = true;
    else
        reply->values_seen = true;
}

void dataset_set_returned(struct reply *reply, uint64_t records)
{
    if (reply->detail.body.names) {
        reply->names_seen |= records > 0;
        return;
    }
    if (reply->returned_said && records <= reply->returned)
        return;
    uint64_t assigned = reply->returned - reply->unassigned;
    reply->returned_said = true;
    reply->returned = records;
    reply->unassigned = records > assigned ? records - assigned : 0;
}
