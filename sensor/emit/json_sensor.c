/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of a document that sensor-status and sensor-trouble have of their own. Place in the
 * road: the delivery thread, called by json.c. Numbers are as docs/events.md names them.
 */
#include "emit/json_sensor.h"

/* What capture and the packet side counted. */
static void add_packet_side(struct json_writer *w, const struct sensor_status *status)
{
    json_add_number(w, "packets", status->packets);
    json_add_number(w, "bytes", status->bytes);
    json_add_number(w, "dropped_kernel", status->dropped_kernel);
    json_add_number(w, "dropped_interface", status->dropped_interface);
    json_add_number(w, "flows", status->flows);
    json_add_number(w, "flows_now", status->flows_now);
    json_add_number(w, "gaps", status->gaps);
    json_add_number(w, "anomalies", status->anomalies);
    json_add_number(w, "findings", status->findings);
    json_add_number(w, "findings_dropped", status->findings_dropped);
    json_add_number(w, "packet_deaths", status->packet_deaths);
}

static void add_delivery_side(struct json_writer *w, const struct sensor_status *status)
{
    json_add_number(w, "events", status->events);
    json_add_number(w, "events_dropped", status->events_dropped);
    json_add_number(w, "events_folded", status->events_folded);
    json_add_number(w, "events_accepted", status->events_accepted);
    json_add_number(w, "events_not_accepted", status->events_not_accepted);
    json_add_number(w, "events_trimmed", status->events_trimmed);
    json_add_number(w, "queue", status->queue);
    json_add_number(w, "journal_bytes", status->journal_bytes);
    json_add_number(w, "own_findings", status->own_findings);
    json_add_number(w, "log_dropped", status->log_dropped);
    json_add_number(w, "list_dropped", status->list_dropped);
    json_add_number(w, "delivery_deaths", status->delivery_deaths);
    json_add_number(w, "memory_bytes", status->memory_bytes);
    json_add_number(w, "open_exposures", status->open_exposures);
    json_add_text(w, "redis", status->redis);
    json_add_text(w, "journal", status->journal);
}

void json_add_status(struct json_writer *writer, const struct sensor_status *status)
{
    struct json_mark object = json_begin_object(writer, "status");
    add_packet_side(writer, status);
    add_delivery_side(writer, status);
    json_end_object(writer, object);
}

void json_add_trouble(struct json_writer *writer, const struct trouble *trouble)
{
    struct json_mark object = json_begin_object(writer, "trouble");
    json_add_text(writer, "kind", trouble_name(trouble->kind));
    json_add_number(writer, "count", trouble->count);
    json_add_text_cut(writer, "text", trouble->text, TROUBLE_TEXT_MAX);
    json_end_object(writer, object);
}
