/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of an exposure. "At least" is what was proven: from the first to the last answer
 * without credentials; "at most" is what cannot be excluded: from the last time it was seen shut
 * to the proof of its closing. Place in the road: the delivery thread, called by json_store.c.
 */
#include "emit/json_exposure.h"

#include "emit/json_parts.h"
#include "ledger/exposures.h"

#define CONSTANT_FROM 10 /* values that are all the same: nobody's own */

void json_add_exposure_window(struct json_writer *writer, const struct exposure_window *window)
{
    bool is_closed = window->closing != CLOSING_NONE;
    struct json_mark object = json_begin_object(writer, "open_at_least");
    json_add_time(writer, "since", window->first_ns);
    json_add_time(writer, "until", window->last_ns);
    json_end_object(writer, object);
    object = json_begin_object(writer, "open_at_most");
    if (window->before_ns)
        json_add_time(writer, "since", window->before_ns);
    if (is_closed)
        json_add_time(writer, "until", window->closed_ns);
    json_end_object(writer, object);
    if (!is_closed)
        return;
    object = json_begin_object(writer, "closed");
    json_add_time(writer, "at", window->closed_ns);
    json_add_text(writer, "by", closing_name((enum closing)window->closing));
    json_add_true(writer, "inferred", window->closing == CLOSING_SILENCE);
    json_end_object(writer, object);
}

void json_add_exposure_class(struct json_writer *w, const struct exposure_class *class)
{
    uint64_t distinct = class_distinct(class->values, &class->distinct);
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
    json_add_split(w, "datasets", view->datasets, limits->datasets);
    struct json_mark list = json_begin_array(w, "classes");
    for (uint32_t i = 0; i < view->class_count && i < limits->classes; i++)
        json_add_exposure_class(w, &view->classes[i]);
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

void json_add_exposure_members(struct json_writer *writer, const struct exposure_view *view)
{
    struct exposure_window window = {view->first_ns, view->last_ns, view->before_ns,
                                     view->closed_ns, view->closing};
    json_add_text(writer, "zone", zone_name((enum zone)view->zone));
    json_add_text(writer, "status", view->closing == CLOSING_NONE ? "open" : "closed");
    json_add_text(writer, "verdict", verdict_name((enum verdict)view->verdict));
    json_add_time(writer, "first_seen", view->first_ns);
    json_add_time(writer, "last_seen", view->last_ns);
    if (view->reachable_ns)
        json_add_time(writer, "reachable_since", view->reachable_ns);
    json_add_exposure_window(writer, &window);
    json_add_count(writer, "times_opened", view->times);
    add_amounts(writer, view);
    json_add_split(writer, "countries", view->countries, UINT32_MAX);
    if (view->indexed)
        json_add_text(writer, "indexed_by", view->indexed);
    add_group(writer, &view->group);
}

void json_add_exposure_state(struct json_writer *writer, const struct exposure_view *view,
                             const struct json_exposure_limits *limits)
{
    struct json_mark state = json_begin_object(writer, "exposure_state");
    json_add_exposure_members(writer, view);
    add_lists(writer, view, limits);
    json_end_object(writer, state);
}
