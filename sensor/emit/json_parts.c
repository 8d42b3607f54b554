/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of documents that know themselves when to be left out. Place in the road: the delivery
 * thread, called by the writers of documents.
 */
#include "emit/json_parts.h"

#include "base/text.h"
#include "base/timestamp.h"

#include <string.h>
#include <time.h>

#define DATE_TEXT_MAX 24 /* "2019-12-29T10:11:12Z" and a NUL */

void json_add_count(struct json_writer *writer, const char *key, uint64_t count)
{
    if (count != FINDING_NO_COUNT)
        json_add_number(writer, key, count > INT64_MAX ? INT64_MAX : count);
}

void json_add_some(struct json_writer *writer, const char *key, uint64_t count)
{
    if (count != 0)
        json_add_count(writer, key, count);
}

void json_add_true(struct json_writer *writer, const char *key, bool value)
{
    if (value)
        json_add_bool(writer, key, true);
}

void json_add_time(struct json_writer *writer, const char *key, uint64_t time_ns)
{
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format(time_ns, text);
    json_add_text(writer, key, text);
}

void json_add_date(struct json_writer *writer, const char *key, int64_t seconds)
{
    static const int64_t first = INT64_C(-30610224000), last = INT64_C(253402300799);
    char text[DATE_TEXT_MAX];
    struct tm date;
    time_t when = (time_t)seconds;
    if (seconds == 0 || seconds < first || seconds > last || !gmtime_r(&when, &date))
        return;
    if (strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &date) > 0)
        json_add_text(writer, key, text);
}

void json_add_address(struct json_writer *writer, const char *key, const struct addr *addr)
{
    static const struct addr nowhere;
    char text[ADDR_TEXT_MAX];
    if (memcmp(addr, &nowhere, sizeof nowhere) == 0)
        return;
    addr_format(addr, text);
    json_add_text(writer, key, text);
}

void json_add_split(struct json_writer *writer, const char *key, const char *separated,
                    unsigned most)
{
    struct json_mark list = json_begin_array(writer, key);
    for (const char *at = separated; *at && most > 0; most--) {
        size_t length = strcspn(at, ",");
        char word[JSON_TEXT_MAX];
        (void)text_copy(word, sizeof word, at, length);
        json_add_text(writer, NULL, word);
        at += length + (at[length] == ',');
    }
    json_end_array(writer, list);
}

void json_add_dataset(struct json_writer *w, const struct json_dataset *dataset)
{
    struct json_mark object = json_begin_object(w, NULL);
    json_add_text(w, "name", dataset->name);
    json_add_count(w, "records", dataset->records);
    if (dataset->records != FINDING_NO_COUNT)
        json_add_text(w, "records_source", count_source_name(dataset->source));
    json_add_count(w, "bytes", dataset->bytes);
    json_add_some(w, "returned", dataset->returned);
    json_end_object(w, object);
}
