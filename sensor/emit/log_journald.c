/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event for journald (systemd.io/JOURNAL_NATIVE_PROTOCOL): a sentence, the facts as fields to
 * search by, and the whole document. No value has control characters, so each field is one line and
 * nothing that came from packets can begin another. An entry is far below the size of a datagram.
 */
#include "base/text.h"
#include "emit/json_store.h"
#include "emit/log_format.h"
#include "enrich/enrich.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VALUE_MAX 512

/* The entry so far. */
struct entry {
    char *text;
    size_t used;
    bool full;
};

/* Valid UTF-8 without control characters. */
static void clean(char *to, size_t size, const char *from)
{
    (void)text_make_utf8(to, size, from, strlen(from));
    for (char *c = to; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
}

static void add_bytes(struct entry *entry, const char *bytes, size_t length)
{
    if (LOG_JOURNALD_MAX - entry->used < length) {
        entry->full = true;
        return;
    }
    memcpy(entry->text + entry->used, bytes, length);
    entry->used += length;
}

/* One field; none for an empty value. `value` has no newline. */
static void add_value(struct entry *entry, const char *name, const char *value, size_t length)
{
    if (length == 0)
        return;
    add_bytes(entry, name, strlen(name));
    add_bytes(entry, "=", 1);
    add_bytes(entry, value, length);
    add_bytes(entry, "\n", 1);
}

static void add_text(struct entry *entry, const char *name, const char *text)
{
    char value[VALUE_MAX];
    if (!text)
        return;
    clean(value, sizeof value, text);
    add_value(entry, name, value, strlen(value));
}

__attribute__((format(printf, 3, 4))) static void add(struct entry *entry, const char *name,
                                                      const char *format, ...)
{
    char text[VALUE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add_text(entry, name, text);
}

static void write_server(const struct finding *finding, char *text, size_t size)
{
    char server[ADDR_TEXT_MAX];
    addr_format(&finding->server, server);
    text_make_endpoint(text, size, server, finding->server_port);
}

/* How far the evidence goes, or how the exposure ended; a connection without a dialogue proves
 * neither. */
static const char *word_of(const struct event *event)
{
    if (event->action == EVENT_EXPOSURE_CLOSED && event->exposure)
        return closing_name((enum closing)event->exposure->closing);
    return event->finding->kind == FINDING_DOOR
               ? "answers"
               : verdict_name((enum verdict)event->finding->verdict);
}

static void write_store(const struct event *event, char *text, size_t size)
{
    const struct finding *finding = event->finding;
    const char *country = event->source ? event->source->country_code : "";
    char server[ADDR_TEXT_MAX + 8], client[ADDR_TEXT_MAX] = "none", folded[64] = "";
    write_server(finding, server, sizeof server);
    if (event_has_client(event))
        addr_format(event_client(event), client);
    if (event->folded)
        (void)snprintf(folded, sizeof folded, ", %" PRIu64 " events not told one by one",
                       event->folded);
    (void)snprintf(text, size, "%s: %s %s %s, client %s%s%s%s, severity %d%s",
                   event_action_name(event->action), finding->store, server, word_of(event), client,
                   country[0] ? " (" : "", country, country[0] ? ")" : "", event->severity, folded);
}

static void write_status(const struct sensor_status *status, char *text, size_t size)
{
    (void)snprintf(text, size,
                   "sensor-status: %" PRIu64 " packets, %" PRIu64 " dropped, %u open exposures",
                   status->packets, status->dropped_kernel + status->dropped_interface,
                   status->open_exposures);
}

void log_sentence_write(const struct event *event, char *text, size_t size)
{
    char raw[VALUE_MAX];
    if (event->finding)
        write_store(event, raw, sizeof raw);
    else if (event->status)
        write_status(event->status, raw, sizeof raw);
    else
        (void)snprintf(raw, sizeof raw, "%s: %s", event_action_name(event->action),
                       event->trouble && event->trouble->text ? event->trouble->text : "");
    clean(text, size, raw);
}

static void add_finding(struct entry *entry, const struct event *event)
{
    const struct finding *finding = event->finding;
    char address[ADDR_TEXT_MAX];
    add_text(entry, "AJAR_STORE", finding->store);
    if (finding->kind != FINDING_DOOR) {
        add_text(entry, "AJAR_VERDICT", verdict_name((enum verdict)finding->verdict));
        add_text(entry, "AJAR_CREDENTIALS", credentials_name(event->credentials));
    }
    if (event_has_client(event)) {
        addr_format(event_client(event), address);
        add_text(entry, "AJAR_SOURCE_IP", address);
    }
    addr_format(&finding->server, address);
    add_text(entry, "AJAR_DESTINATION_IP", address);
    add(entry, "AJAR_DESTINATION_PORT", "%u", finding->server_port);
    if (event->source)
        add_text(entry, "AJAR_COUNTRY", event->source->country_code);
}

enum ajar_status log_journald_write(const struct emit_options *options, const struct event *event,
                                    const char *json, size_t json_length, char *text,
                                    size_t *length)
{
    struct entry entry = {.text = text};
    char sentence[VALUE_MAX];
    log_sentence_write(event, sentence, sizeof sentence);
    add_text(&entry, "MESSAGE", sentence);
    add(&entry, "PRIORITY", "%u", log_priority(event->severity));
    add_text(&entry, "SYSLOG_IDENTIFIER", "ajar");
    add_text(&entry, "AJAR_ACTION", event_action_name(event->action));
    add_text(&entry, "AJAR_ID", event->id);
    add(&entry, "AJAR_SEVERITY", "%d", event->severity);
    add(&entry, "AJAR_SEQUENCE", "%" PRIu64, event->sequence);
    add_text(&entry, "AJAR_SENSOR", options->sensor);
    add_text(&entry, "AJAR_SITE", options->site);
    add_text(&entry, "AJAR_IMPORT", options->import_id);
    if (event->finding)
        add_finding(&entry, event);
    if (event->exposure)
        add_text(&entry, "AJAR_EXPOSURE", event->exposure->id);
    if (event->trouble)
        add_text(&entry, "AJAR_TROUBLE", trouble_name(event->trouble->kind));
    add_value(&entry, "AJAR_JSON", json, json_length);
    if (entry.full)
        return AJAR_ERR_LIMIT;
    *length = entry.used;
    return AJAR_OK;
}
