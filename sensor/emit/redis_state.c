/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of an exposure for Redis: the fields of its hash as this sensor knows them, and its own
 * view, out of which the script makes one state of what all sensors of the site saw. What was read
 * from captures is history: it goes to keys of its own (import:ID) and is merged with nothing.
 */
#include "emit/json_exposure.h"
#include "emit/json_parts.h"
#include "emit/json_report.h"
#include "emit/redis_part.h"

#include "base/text.h"
#include "ledger/exposures.h"

#include <stdio.h>
#include <string.h>

#define NS_PER_S         1000000000ULL
#define VIEW_MAX         1024
#define ADDRESSES_MAX    4096 /* 64 of them take 3 kB */
#define CLASSES_TEXT_MAX 1024
#define CLASSES_JSON_MAX 8192

static void add_date(struct redis_batch *batch, const char *name, int64_t seconds)
{
    char text[64];
    struct json_writer writer;
    json_writer_init(&writer, text, sizeof text);
    json_add_date(&writer, NULL, seconds);
    if (writer.used < 2 || writer.full)
        return;
    resp_add_text(&batch->part, name);
    resp_add(&batch->part, text + 1, writer.used - 2); /* without its quotes */
}

/* "email 1201, ipv4 1180"; those that do not fit are left out. */
static void add_classes(struct redis_batch *batch, const struct exposure *exposure)
{
    char text[CLASSES_TEXT_MAX] = "", one[64];
    static char json[CLASSES_JSON_MAX];
    size_t used = 0;
    struct json_writer writer;
    json_writer_init(&writer, json, sizeof json);
    struct json_mark list = json_begin_array(&writer, NULL);
    for (uint32_t i = 0; i < exposure->class_count; i++) {
        const struct exposure_class *class = &exposure->classes[i];
        int length = snprintf(one, sizeof one, "%s%s %llu", used ? ", " : "", class->name,
                              (unsigned long long)class->values);
        if (length > 0 && used + (size_t)length < sizeof text)
            used += text_copy(text + used, sizeof text - used, one, (size_t)length);
        json_add_exposure_class(&writer, class);
    }
    json_end_array(&writer, list);
    redis_part_add_field(batch, "classes", text);
    if (exposure->class_count == 0 || writer.full)
        return;
    resp_add_text(&batch->part, "classes_json");
    resp_add(&batch->part, json, writer.used);
}

static void add_life(struct redis_batch *batch, const struct exposure_view *view)
{
    bool is_closed = view->closing != CLOSING_NONE;
    redis_part_add_time(batch, "first_seen", view->first_ns);
    redis_part_add_time(batch, "last_seen", view->last_ns);
    redis_part_add_field(batch, "zone", zone_name((enum zone)view->zone));
    redis_part_add_field(batch, "status", is_closed ? "closed" : "open");
    if (is_closed)
        redis_part_add_time(batch, "closed_at", view->closed_ns);
    redis_part_add_field(batch, "closed_by", closing_name((enum closing)view->closing));
    redis_part_add_count(batch, "times_opened", view->times);
    if (view->before_ns)
        redis_part_add_time(batch, "shut_before", view->before_ns);
}

static void add_amounts(struct redis_batch *batch, const struct exposure_view *view)
{
    redis_part_add_field(batch, "verdict", verdict_name((enum verdict)view->verdict));
    redis_part_add_count(batch, "severity", view->severity > 0 ? (uint64_t)view->severity : 0);
    redis_part_add_count(batch, "records", view->records);
    if (view->records != FINDING_NO_COUNT)
        redis_part_add_field(batch, "records_source", count_source_name(view->records_source));
    redis_part_add_count(batch, "returned", view->returned);
    redis_part_add_count(batch, "bytes", view->gave_bytes);
    redis_part_add_count(batch, "actors", view->actors);
    redis_part_add_count(batch, "requests", view->requests);
    redis_part_add_field(batch, "countries", view->countries);
    redis_part_add_field(batch, "datasets", view->datasets);
    add_date(batch, "oldest_record", view->oldest_s);
    add_date(batch, "newest_record", view->newest_s);
    redis_part_add_field(batch, "indexed_by", view->indexed);
}

static void add_report(struct redis_batch *batch, const struct journal_exposure *exposure)
{
    static char text[JSON_REPORT_MAX];
    size_t length;
    if (json_write_report(exposure->state, &exposure->view.group, text, sizeof text, &length) !=
        AJAR_OK)
        return; /* cannot be: JSON_REPORT_MAX is enough */
    resp_add_text(&batch->part, "report");
    resp_add(&batch->part, text, length);
}

/* What takes more than the exposure's own row: it comes with the events of its life. */
static void add_whole(struct redis_batch *batch, const struct journal_exposure *exposure)
{
    const struct group_view *group = &exposure->view.group;
    add_classes(batch, exposure->state);
    redis_part_add_field(batch, "group", group->id);
    if (group->id[0]) {
        redis_part_add_field(batch, "group_same", group->same_data ? "data" : "cluster");
        redis_part_add_count(batch, "group_servers", group->servers);
    }
    add_report(batch, exposure);
}

static void add_fields(struct redis_batch *batch, const struct journal_exposure *exposure)
{
    const struct exposure *state = exposure->state;
    char address[ADDR_TEXT_MAX], endpoint[ADDR_TEXT_MAX + 8];
    addr_format(&state->addr, address);
    text_make_endpoint(endpoint, sizeof endpoint, address, state->port);
    add_life(batch, &exposure->view);
    redis_part_add_field(batch, "site", batch->options->site);
    redis_part_add_field(batch, "store", state->store);
    redis_part_add_field(batch, "address", endpoint);
    redis_part_add_field(batch, "product", state->product);
    redis_part_add_field(batch, "version", state->version);
    redis_part_add_field(batch, "cluster_id", state->cluster_id);
    add_amounts(batch, &exposure->view);
    redis_part_add_field(batch, "sensors", batch->options->sensor);
}

/* What the script needs of this sensor to make one state of several: times as text that sorts. */
static void add_view(struct redis_batch *batch, const struct exposure_view *view)
{
    static char text[VIEW_MAX];
    struct json_writer w;
    json_writer_init(&w, text, sizeof text);
    struct json_mark root = json_begin_object(&w, NULL);
    json_add_time(&w, "first", view->first_ns);
    json_add_time(&w, "last", view->last_ns);
    if (view->before_ns)
        json_add_time(&w, "shut", view->before_ns);
    if (view->closing != CLOSING_NONE) {
        json_add_time(&w, "closed", view->closed_ns);
        json_add_text(&w, "by", closing_name((enum closing)view->closing));
    }
    json_add_number(&w, "times", view->times);
    json_add_number(&w, "rank", view->verdict);
    json_add_text(&w, "verdict", verdict_name((enum verdict)view->verdict));
    json_add_number(&w, "severity", view->severity > 0 ? (uint64_t)view->severity : 0);
    json_add_count(&w, "records", view->records);
    json_add_text(&w, "source", count_source_name(view->records_source));
    json_add_count(&w, "returned", view->returned);
    json_add_count(&w, "bytes", view->gave_bytes);
    json_add_number(&w, "requests", view->requests);
    json_add_number(&w, "actors", view->actors);
    json_add_date(&w, "oldest", view->oldest_s);
    json_add_date(&w, "newest", view->newest_s);
    json_add_text(&w, "countries", view->countries);
    json_end_object(&w, root);
    resp_add(&batch->part, text, w.full ? 0 : w.used);
}

static void add_addresses(struct redis_batch *batch, const struct exposure *state)
{
    static char text[ADDRESSES_MAX];
    struct json_writer w;
    json_writer_init(&w, text, sizeof text);
    struct json_mark list = json_begin_array(&w, NULL);
    for (uint32_t i = 0; i < state->actor_rows; i++)
        json_add_address(&w, NULL, &state->actors[i].addr);
    json_end_array(&w, list);
    resp_add(&batch->part, text, w.full ? 0 : w.used);
}

/* The number of the set of open exposures; each reading has its own. */
static size_t name_open_set(struct redis_batch *batch, const char *folder)
{
    char name[REDIS_KEY_MAX / 2];
    (void)snprintf(name, sizeof name, "%sexposures:open", folder);
    if (batch->open_set_key == 0 || strcmp(batch->open_set, name) != 0) {
        (void)snprintf(batch->open_set, sizeof batch->open_set, "%s", name);
        batch->open_set_key = redis_batch_name_key(batch, name, "");
    }
    return batch->open_set_key;
}

void redis_batch_add_exposure(struct redis_batch *batch, const struct journal_exposure *exposure,
                              bool whole)
{
    const struct exposure *state = exposure->state;
    const struct exposure_view *view = &exposure->view;
    char folder[REDIS_KEY_MAX / 4] = "", name[REDIS_KEY_MAX / 2];
    bool is_import = exposure->import_id[0] != '\0';
    if (is_import)
        (void)snprintf(folder, sizeof folder, "import:%s:", exposure->import_id);
    (void)snprintf(name, sizeof name, "%sexposure:%s", folder, state->id);
    size_t key = redis_batch_name_key(batch, name, "");
    size_t sensors = is_import ? 0 : redis_batch_name_key(batch, name, ":sensors");
    size_t clients = is_import ? 0 : redis_batch_name_key(batch, name, ":clients");
    size_t open = name_open_set(batch, folder);
    redis_part_begin(batch, "STATE", key);
    resp_add_number(&batch->part, sensors);
    resp_add_number(&batch->part, clients);
    resp_add_number(&batch->part, open);
    resp_add_number(&batch->part, is_import ? REDIS_IMPORT_S : REDIS_CLOSED_S);
    resp_add_text(&batch->part, state->id);
    resp_add_number(&batch->part, view->last_ns / NS_PER_S);
    resp_add_text(&batch->part, batch->options->sensor);
    resp_add_text(&batch->part, view->closing == CLOSING_NONE ? "open" : "closed");
    add_view(batch, view);
    if (whole)
        add_addresses(batch, state);
    else
        resp_add_text(&batch->part, "");
    add_fields(batch, exposure);
    if (whole)
        add_whole(batch, exposure);
    redis_part_end(batch);
}
