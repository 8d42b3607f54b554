/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of an exposure. "At least" is what was proven: from the first to the last answer
 * without credentials; "at most" is what cannot be excluded: from the last time it was seen shut
 * to the proof of its closing. Place in the road: the delivery thread, called by json_store.c.
 */
#include "emit/json_exposure.h"

#include "emit/json_parts.h"

#define CONSTANT_FROM 10 /* values that are all the same: nobody's own */

static void add_windows(struct json_writer *w, const struct exposure_view *view)
{
    struct json_mark object = json_begin_object(w, "open_at_least");
    json_add_time(w, "since", view->first_ns);
    json_add_time(w, "until", view->last_ns);
    json_end_object(w, object);
    object = json_begin_object(w, "open_at_most");
    if (view->before_ns)
        json_add_time(w, "since", view->before_ns);
    if (view->closing != CLOSING_NONE)
        json_add_time(w, "until", view->closed_ns);
    json_end_object(w, object);
}

static void add_closing(struct json_writer *w, const struct exposure_view *view)
{
    if (view->closing == CLOSING_NONE)
        return;
    struct json_mark object = json_begin_object(w, "closed");
    json_add_time(w, "at", view->closed_ns);
    json_add_text(w, "by", closing_name((enum closing)view->closing));
    json_add_true(w, "inferred", view->closing == CLOSING_SILENCE);
    json_end_object(w, object);
}

static void add_class(struct json_writer *w, const struct exposure_class *class)
{
    uint64_t distinct = sketch_estimate(&class->distinct);
    if (class->name[0] == '\0')
        return;
    struct json_mark object = json_begin_object(w, NULL);
    json_add_text(w, "name", class->name);
    json_add_count(w, "values", class->values);
    json_add_count(w, "distinct", distinct);
    json_add_some(w, "odd", class->odd);
    json_add_some(w, "masked", class->masked);
    json_add_some(w, "hashed", class->hashed);
    json_add_true(w, "constant", distinct == 1 && class->values >= CONSTANT_FROM);
    json_add_true(w, "by_name", class->by_name);
    json_add_text(w, "sample", class->sample);
    json_end_object(w, object);
}

static void add_amounts(struct json_writer *w, const struct exposure_view *view)
{
    json_add_count(w, "actors", view->actors);
    json_add_count(w, "requests", view->requests);
    json_add_count(w, "records", view->records);
    if (view->records != FINDING_NO_COUNT)
        json_add_text(w, "records_source", count_source_name(view->records_source));
    json_add_count(w, "returned", view->returned);
    json_add_count(w, "bytes", view->gave_bytes);
    json_add_date(w, "oldest_record", view->oldest_s);
    json_add_date(w, "newest_record", view->newest_s);
}

static void add_lists(struct json_writer *w, const struct exposure_view *view,
                      const struct json_exposure_limits *limits)
{
    json_add_split(w, "countries", view->countries, UINT32_MAX);
    json_add_split(w, "datasets", view->datasets, limits->datasets);
    struct json_mark list = json_begin_array(w, "classes");
    for (uint32_t i = 0; i < view->class_count && i < limits->classes; i++)
        add_class(w, &view->classes[i]);
    json_end_array(w, list);
}

static void add_group(struct json_writer *w, const struct group_view *group)
{
    if (group->id[0] == '\0')
        return;
    struct json_mark object = json_begin_object(w, "group");
    json_add_text(w, "id", group->id);
    json_add_count(w, "servers", group->servers);
    json_add_text(w, "same", group->same_data ? "data" : "cluster");
    json_end_object(w, object);
}

void json_add_exposure_state(struct json_writer *writer, const struct exposure_view *view,
                             const struct json_exposure_limits *limits)
{
    struct json_mark state = json_begin_object(writer, "exposure_state");
    json_add_text(writer, "zone", zone_name((enum zone)view->zone));
    json_add_text(writer, "status", view->closing == CLOSING_NONE ? "open" : "closed");
    json_add_text(writer, "verdict", verdict_name((enum verdict)view->verdict));
    json_add_time(writer, "first_seen", view->first_ns);
    json_add_time(writer, "last_seen", view->last_ns);
    add_windows(writer, view);
    add_closing(writer, view);
    json_add_count(writer, "times_opened", view->times);
    add_amounts(writer, view);
    add_lists(writer, view, limits);
    if (view->indexed)
        json_add_text(writer, "indexed_by", view->indexed);
    add_group(writer, &view->group);
    json_end_object(writer, state);
}
