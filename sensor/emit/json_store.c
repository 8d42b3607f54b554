/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of an event: what it is, how far the evidence goes, how much it holds and gave, of
 * which classes, and what is known of who asked. Place in the road: the delivery thread, called by
 * json.c.
 */
#include "emit/json_store.h"

#include "classify/classify.h"
#include "emit/json_parts.h"

#include <string.h>

#define STATE_CLASSES_MAX 64 /* more than any exposure has */

const struct json_limits json_limits_all = {
    .state = {.datasets = UINT32_MAX, .classes = STATE_CLASSES_MAX},
    .names = FINDING_CLASSES_MAX,
    .classes = FINDING_CLASSES_MAX,
    .datasets = FINDING_DATASETS_MAX,
    .details = FINDING_DATASETS_MAX,
    .evidence = FINDING_EVIDENCE_MAX,
    .risks = 64,
};

/* To a quarter, then to nothing. */
static void lower(unsigned *limit, unsigned most)
{
    *limit = *limit > most / 4 ? most / 4 : 0;
}

bool json_limits_lower(struct json_limits *limits)
{
    if (limits->details)
        lower(&limits->details, FINDING_DATASETS_MAX);
    else if (limits->datasets > FINDING_DATASETS_MAX / 8)
        limits->datasets /= 2;
    else if (limits->classes)
        lower(&limits->classes, FINDING_CLASSES_MAX);
    else if (limits->state.classes)
        lower(&limits->state.classes, STATE_CLASSES_MAX);
    else if (limits->datasets)
        limits->datasets = 0;
    else if (limits->evidence || limits->state.datasets || limits->names || limits->risks)
        limits->evidence = limits->state.datasets = limits->names = limits->risks = 0;
    else
        return false;
    return true;
}

bool event_has_amounts(const struct event *event)
{
    bool has_flow = event->finding->client_port != 0; /* else it is of the exposure as such */
    return has_flow && event->action != EVENT_EVENTS_FOLDED && event->finding->kind != FINDING_DOOR;
}

static bool is_proxied(const struct event *event)
{
    return event->actor && event->actor->proxied && event->finding->forwarded;
}

const struct addr *event_client(const struct event *event)
{
    return is_proxied(event) ? &event->finding->forwarded_for : &event->finding->client;
}

const struct addr *event_peer(const struct event *event)
{
    return is_proxied(event) ? &event->actor->via : &event->finding->client;
}

bool event_has_client(const struct event *event)
{
    static const struct addr nowhere;
    return memcmp(event_client(event), &nowhere, sizeof nowhere) != 0;
}

static const char *identity_word(uint8_t identity)
{
    static const char *const names[] = {"none", "likely", "proven"};
    return identity < sizeof names / sizeof names[0] ? names[identity] : "none";
}

static void add_detail(struct json_writer *w, const struct finding_dataset *dataset)
{
    if (dataset->name[0] == '\0' || (dataset->records == FINDING_NO_COUNT &&
                                     dataset->bytes == FINDING_NO_COUNT && dataset->returned == 0))
        return;
    json_add_dataset(w, &(struct json_dataset){.name = dataset->name,
                                               .records = dataset->records,
                                               .bytes = dataset->bytes,
                                               .returned = dataset->returned,
                                               .source = dataset->source});
}

static void add_datasets(struct json_writer *w, const struct finding *finding,
                         const struct json_limits *limits)
{
    unsigned count = finding->dataset_count;
    if (count > FINDING_DATASETS_MAX)
        count = FINDING_DATASETS_MAX;
    struct json_mark list = json_begin_array(w, "datasets");
    for (unsigned i = 0; i < count && i < limits->datasets; i++)
        json_add_text(w, NULL, finding->datasets[i].name);
    json_end_array(w, list);
    list = json_begin_array(w, "dataset_records");
    for (unsigned i = 0; i < count && i < limits->details; i++)
        add_detail(w, &finding->datasets[i]);
    json_end_array(w, list);
    unsigned cut = count > limits->datasets ? count - limits->datasets : 0;
    json_add_some(w, "datasets_dropped", (uint64_t)finding->datasets_dropped + cut);
}

static void add_class(struct json_writer *w, const struct finding_class *class)
{
    if (class->name[0] == '\0')
        return;
    struct json_mark object = json_begin_object(w, NULL);
    json_add_text(w, "name", class->name);
    json_add_count(w, "values", class->values);
    json_add_count(w, "distinct", class_distinct(class->values, &class->distinct));
    json_add_true(w, "by_name", class->by_name);
    json_add_text(w, "sample", class->sample);
    json_end_object(w, object);
}

static void add_classes(struct json_writer *w, const struct finding *finding,
                        const struct json_limits *limits)
{
    unsigned count = finding->class_count;
    if (count > FINDING_CLASSES_MAX)
        count = FINDING_CLASSES_MAX;
    struct json_mark list = json_begin_array(w, "data_classes");
    for (unsigned i = 0; i < count && i < limits->names; i++)
        json_add_text(w, NULL, finding->classes[i].name);
    json_end_array(w, list);
    list = json_begin_array(w, "classes");
    for (unsigned i = 0; i < count && i < limits->classes; i++)
        add_class(w, &finding->classes[i]);
    json_end_array(w, list);
    json_add_some(w, "classes_dropped", finding->classes_dropped);
    json_add_date(w, "oldest_record", finding->oldest_s);
    json_add_date(w, "newest_record", finding->newest_s);
    json_add_some(w, "scanned_bytes", finding->scanned_bytes);
}

static void add_evidence(struct json_writer *w, const struct finding *finding,
                         const struct json_limits *limits)
{
    struct json_mark list = json_begin_array(w, "evidence");
    for (unsigned i = 0; i < finding->evidence_count && i < limits->evidence; i++)
        json_add_text(w, NULL, finding->evidence[i]);
    json_end_array(w, list);
}

static const char *tool_name(uint8_t tool)
{
    static const char *const names[] = {
        [SYN_TOOL_NONE] = "", [SYN_TOOL_MASSCAN] = "masscan", [SYN_TOOL_ZMAP] = "zmap"};
    return tool < sizeof names / sizeof names[0] ? names[tool] : "";
}

static void add_actor(struct json_writer *w, const struct event *event)
{
    static const struct actor_view nobody;
    const struct actor_view *who = event->actor ? event->actor : &nobody;
    struct json_mark actor = json_begin_object(w, "actor");
    struct json_mark scanner = json_begin_object(w, "scanner");
    json_add_text(w, "claimed", who->claimed);
    json_add_text(w, "confirmed", who->confirmed);
    json_end_object(w, scanner);
    json_add_text(w, "tool", who->tool[0] ? who->tool : tool_name(event->finding->tool));
    json_add_true(w, "search_engine", who->search_engine);
    if (is_proxied(event)) {
        json_add_true(w, "proxied", true);
        json_add_address(w, "via", &who->via);
    }
    json_end_object(w, actor);
}

static void add_ndpi(struct json_writer *w, const struct finding *finding, unsigned most)
{
    struct json_mark ndpi = json_begin_object(w, "ndpi");
    json_add_text(w, "application", finding->application);
    struct json_mark risks = json_begin_array(w, "risks");
    for (unsigned bit = 0; bit < most && finding->risks >> bit; bit++) {
        const char *name = finding->risks >> bit & 1 ? classify_risk_name(bit) : NULL;
        if (name)
            json_add_text(w, NULL, name);
    }
    json_end_array(w, risks);
    json_end_object(w, ndpi);
}

static void add_exposure(struct json_writer *w, const struct event *event,
                         const struct json_limits *limits)
{
    if (!event->exposure)
        return;
    json_add_text(w, "exposure", event->exposure->id);
    if (event->action == EVENT_EXPOSURE_OPENED || event->action == EVENT_EXPOSURE_UPDATED ||
        event->action == EVENT_EXPOSURE_CLOSED)
        json_add_exposure_state(w, event->exposure, &limits->state);
}

static void add_amounts(struct json_writer *w, const struct finding *finding)
{
    json_add_count(w, "records", finding->records);
    if (finding->records != FINDING_NO_COUNT)
        json_add_text(w, "records_source", count_source_name(finding->records_source));
    json_add_count(w, "returned", finding->returned);
    json_add_count(w, "bytes", finding->gave_bytes);
    json_add_count(w, "requests", finding->requests);
    json_add_bool(w, "partial", finding->partial);
}

/* A connection without a dialogue proves nothing on the ladder. */
static void add_verdict(struct json_writer *w, const struct event *event)
{
    const struct finding *finding = event->finding;
    if (finding->kind != FINDING_DOOR) {
        json_add_text(w, "verdict", verdict_name((enum verdict)finding->verdict));
        json_add_text(w, "credentials", credentials_name(event->credentials));
        json_add_text(w, "identity", identity_word(finding->identity));
    }
    json_add_true(w, "opaque", finding->door == DOOR_OPAQUE);
    json_add_text(w, "protection", finding->protection);
}

void json_add_store(struct json_writer *writer, const struct event *event,
                    const struct json_limits *limits)
{
    const struct finding *finding = event->finding;
    json_add_text(writer, "store", finding->store);
    json_add_text(writer, "product", finding->product);
    json_add_text(writer, "version", finding->version);
    json_add_text(writer, "cluster_id", finding->cluster_id);
    json_add_text(writer, "cluster_name", finding->cluster_name);
    add_verdict(writer, event);
    if (event_has_amounts(event))
        add_amounts(writer, finding);
    add_datasets(writer, finding, limits);
    add_classes(writer, finding, limits);
    add_evidence(writer, finding, limits);
    add_actor(writer, event);
    json_add_true(writer, "request_unseen", finding->request_unseen);
    json_add_true(writer, "weak", finding->weak);
    json_add_true(writer, "sampled", finding->sampled);
    json_add_true(writer, "midstream", finding->midstream);
    add_ndpi(writer, finding, limits->risks);
    add_exposure(writer, event, limits);
}
